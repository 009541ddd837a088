"""Whether the random numbers of the persons engine pass published tests, in the orders in which it uses them.

    python validation/generator.py [--parts N] [--dieharder PROGRAM]

The engine draws words of 64 binary digits, one of each of 64 persons, named by step, block of persons and digit
under the key of a run; and further numbers named by run, step and person.  A generator can be even in one order
and not in another, so that five streams are tested:

* ``persons``: all digits of all persons in a step, step by step, run by run; a run has a million persons and 240 steps;
* ``leading``: the same digits person by person, each person's eight in a byte, as they are compared with a chance;
* ``steps``: the first digit of the same persons in one step after another;
* ``keys``: the first digit of the same persons and step in one run after another;
* ``ways``: the numbers by which persons take an exit, person by person.

Six classical tests look at each part of a stream: frequency of digits, runs of equal digits (Rukhin et al. 2010, NIST
SP 800-22), serial pairs of bytes, gaps, collisions (Knuth 1997, The Art of Computer Programming 2, section 3.3.2) and
birthday spacings (Marsaglia 1985; sizes as L'Ecuyer and Simard 2001 advise).  The parts' p-values of a test are
compared with an even distribution (two levels, L'Ecuyer and Simard 2007).  A stream fails if a p-value, of either
level, lies within ``LIMIT`` of 0 or 1: among all of them a sound generator does so once in six thousand calls.

Where Dieharder is installed (Brown, Eddelbuettel and Bauer; ``apt install dieharder``), its tests of good standing that
take less than minutes get the same streams, each test other runs of it; it calls a p-value within 1e-6 of 0 or 1
failed.  Two streams of another generator, NumPy's PCG64DXSM, stand beside ours as controls, to tell how evenly its
p-values are spread.  Two weak generators are planted: Squares without its rounds, and with one.  Both must fail, or
nothing is written.  Writes ``results/generator.json``, and ends with 1 if a stream of the engine fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats

from counterstream.simulate.keys import child, uniform
from counterstream.simulate.persons.engine import SCREENING
from counterstream.simulate.persons.records import PERSONS, WAY
from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits, make_key

Words = NDArray[np.uint64]
PART = 2**20
PARTS = 256
LIMIT = 1e-8
SEED, RUNS = 1, 2**16
#: Blocks of a million persons, and steps of a run.
BLOCKS, STEPS = 1_000_000 // BLOCK, 240
STREAMS = ("persons", "leading", "steps", "keys", "ways")
#: Another generator, NumPy's PCG64DXSM, to tell what Dieharder says of it.
CONTROLS = ("control 1", "control 2")
SOUND, NO_ROUND, ONE_ROUND = 0, 1, 2
PLANTED = {"no round": NO_ROUND, "one round": ONE_ROUND}
#: Dieharder's tests, by its numbers: good standing, and less than minutes each.
DIEHARDER = (0, 1, 2, 3, 4, 8, 9, 10, 11, 13, 15, 16, 100, 101, 102, 202, 205, 206, 207, 209)
DIEHARDER_LIMIT = 1e-6
RESULTS = Path(__file__).parent / "results" / "generator.json"


class Keys(NamedTuple):
    """Names of runs, and the keys of their digits, shape (run,)."""

    names: Words
    keys: Words


def make_keys() -> Keys:
    """Return the names and keys of as many runs as are tested, as the engine makes them."""
    names = np.array([child(np.uint64(SEED), np.uint64(run)) for run in range(RUNS)], dtype=np.uint64)
    keys = np.array([make_key(np.uint64(child(name, SCREENING))) for name in names], dtype=np.uint64)
    return Keys(names, keys)


@njit
def _draw(kind: Any, step: Any, block: Any, digit: Any, key: Any) -> Any:
    """Return a word of the engine's generator, or of a planted one that leaves out rounds."""
    if kind == SOUND:
        return draw_digits(step, block, digit, key)
    x = ((np.uint64(step) << np.uint64(32)) | np.uint64(block * DIGITS + digit)) * key
    if kind == ONE_ROUND:
        x = x * x + x
        x = (x >> np.uint64(32)) | (x << np.uint64(32))
    return x


@njit
def _fill_persons(kind: Any, keys: Any, first: Any, out: Any) -> None:
    for i in range(out.size):
        at = first + i
        block, step = at // DIGITS % BLOCKS, at // (DIGITS * BLOCKS) % STEPS
        out[i] = _draw(kind, step, block, at % DIGITS, keys[at // (DIGITS * BLOCKS * STEPS) % RUNS])


@njit
def _fill_leading(kind: Any, keys: Any, first: Any, out: Any) -> None:
    digits = np.empty(DIGITS, dtype=np.uint64)
    for start in range(0, out.size, DIGITS):
        _fill_persons(kind, keys, first + start, digits)
        for i in range(DIGITS):
            word = np.uint64(0)
            for lane in range(8 * i, 8 * i + 8):
                for d in range(DIGITS):
                    word = (word << np.uint64(1)) | ((digits[d] >> np.uint64(lane)) & np.uint64(1))
            out[start + i] = word


@njit
def _fill_steps(kind: Any, keys: Any, first: Any, out: Any) -> None:
    for i in range(out.size):
        at = first + i
        out[i] = _draw(kind, at % STEPS, at // STEPS % BLOCKS, 0, keys[at // (STEPS * BLOCKS) % RUNS])


@njit
def _fill_keys(kind: Any, keys: Any, first: Any, out: Any) -> None:
    for i in range(out.size):
        at = first + i
        out[i] = _draw(kind, at // (RUNS * BLOCKS), at // RUNS % BLOCKS, 0, keys[at % RUNS])


@njit
def _fill_ways(names: Any, first: Any, out: Any) -> None:
    n = BLOCKS * BLOCK // 2
    for i in range(out.size):
        at = first + i
        stream = child(child(names[at // (n * STEPS) % RUNS], at // n % STEPS), PERSONS)
        word = np.uint64(0)
        for person in range(2 * (at % n), 2 * (at % n) + 2):
            half = np.uint64(uniform(child(stream, person), WAY) * 4294967296.0)
            word = (word << np.uint64(32)) | half
        out[i] = word


def draw_words(stream: str, keys: Keys, first: int, n: int, kind: int = SOUND) -> Words:
    """Return words of a stream.

    Parameters
    ----------
    first, n
        Place of the first word, and how many; multiples of eight.
    kind
        The engine's generator, or a planted one (not for ``ways``).
    """
    if stream in CONTROLS:
        random = np.random.Generator(np.random.PCG64DXSM([CONTROLS.index(stream), first]))
        return random.integers(0, 2**64, n, dtype=np.uint64)
    out = np.empty(n, dtype=np.uint64)
    if stream == "ways":
        _fill_ways(keys.names, first, out)
    else:
        fill = {"persons": _fill_persons, "leading": _fill_leading, "steps": _fill_steps, "keys": _fill_keys}
        fill[stream](kind, keys.keys, first, out)
    return out


@njit
def _count_ones(words: Any) -> Any:
    total = 0
    for word in words:
        x = word
        while x != np.uint64(0):
            x &= x - np.uint64(1)
            total += 1
    return total


def _p_of_z(z: float) -> float:
    """Return the chance that a standard normal number is below."""
    return float(stats.norm.cdf(z))


def test_frequency(words: Words) -> float:
    """Ones among all digits."""
    n = 64 * words.size
    return _p_of_z((2.0 * _count_ones(words) - n) / math.sqrt(n))


def test_runs(words: Words) -> float:
    """Changes from one digit to the next within words, given how many ones there are."""
    n, changes = 63 * words.size, _count_ones((words ^ (words >> np.uint64(1))) & np.uint64(2**63 - 1))
    ones = _count_ones(words) / (64 * words.size)
    even = 2.0 * ones * (1.0 - ones)
    return _p_of_z((changes - n * even) / (math.sqrt(n) * even))


def test_serial(words: Words) -> float:
    """Pairs of bytes, all equally likely."""
    pairs = np.bincount(words.view(np.uint16), minlength=2**16)
    return float(stats.chi2.cdf(((pairs - pairs.mean()) ** 2).sum() / pairs.mean(), pairs.size - 1))


def test_gaps(words: Words) -> float:
    """Bytes between two that are below 16."""
    gaps = np.diff(np.flatnonzero(words.view(np.uint8) < 16)) - 1
    longest, p = 64, 16 / 256
    shares = np.append(p * (1 - p) ** np.arange(longest), (1 - p) ** longest)
    found = np.bincount(np.minimum(gaps, longest), minlength=longest + 1)
    expected = shares * gaps.size
    return float(stats.chi2.cdf(((found - expected) ** 2 / expected).sum(), longest))


def test_collisions(words: Words) -> float:
    """Balls that fall where one lies already: 2**14 into 2**20 urns, again and again."""
    n, urns = 2**14, 2.0**20
    balls = np.sort((words >> np.uint64(44)).astype(np.uint32).reshape(-1, n), axis=1)
    collisions = int((balls[:, 1:] == balls[:, :-1]).sum())
    one, two = math.exp(n * math.log1p(-1 / urns)), math.exp(n * math.log1p(-2 / urns))
    mean = n - urns * (1.0 - one)
    variance = urns * (urns - 1.0) * two + urns * one - (urns * one) ** 2
    return _p_of_z((collisions - len(balls) * mean) / math.sqrt(len(balls) * variance))


def test_birthdays(words: Words) -> float:
    """Equal spacings between birthdays: 2**12 in a year of 2**32 days, again and again."""
    n = 2**12
    days = np.sort(words.view(np.uint32).reshape(-1, n), axis=1)
    spacings = np.sort(np.diff(days, axis=1), axis=1)
    equal, mean = int((spacings[:, 1:] == spacings[:, :-1]).sum()), len(days) * n**3 / 2.0**34
    # Half of the chance of what was found, so that p is spread evenly.
    return float(stats.poisson.cdf(equal - 1, mean) + 0.5 * stats.poisson.pmf(equal, mean))


TESTS: dict[str, Callable[[Words], float]] = {
    "frequency": test_frequency,
    "runs": test_runs,
    "serial": test_serial,
    "gaps": test_gaps,
    "collisions": test_collisions,
    "birthdays": test_birthdays,
}


def _p_of_evenness(p_values: list[float]) -> float:
    """Return the p-value of Kolmogorov and Smirnov's test that p-values are spread evenly."""
    p, n = np.sort(p_values), len(p_values)
    furthest = max((np.arange(1, n + 1) / n - p).max(), (p - np.arange(n) / n).max())
    return float(stats.kstwo.sf(furthest, n))


def examine(stream: str, keys: Keys, parts: int, kind: int = SOUND) -> dict[str, dict[str, float]]:
    """Return, for each test, the least and greatest p-value of the parts, and that of their evenness."""
    found: dict[str, list[float]] = {name: [] for name in TESTS}
    for part in range(parts):
        words = draw_words(stream, keys, part * PART, PART, kind)
        for name, test in TESTS.items():
            found[name].append(test(words))
    return {name: {"least": min(p), "greatest": max(p), "even": _p_of_evenness(p)} for name, p in found.items()}


def passes(found: dict[str, dict[str, float]]) -> bool:
    """Whether no p-value of a stream is too near to 0 or 1; evenness is too even only for its own test."""
    return all(
        told["least"] > LIMIT and told["greatest"] < 1.0 - LIMIT and told["even"] > LIMIT for told in found.values()
    )


def ask_dieharder(program: str, stream: str, keys: Keys, test: int, kind: int = SOUND) -> list[dict[str, Any]]:
    """Return the p-values of one of Dieharder's tests of a stream, fed to it as bytes."""
    command = [program, "-g", "200", "-d", str(test)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # Each test gets runs, or blocks, that no other gets.
        place = DIEHARDER.index(test) * 2**32
        # It closes its end when it has had enough.
        with contextlib.suppress(BrokenPipeError):
            while True:
                process.stdin.write(draw_words(stream, keys, place, PART, kind).tobytes())
                place += PART
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        lines = process.stdout.read().decode().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.count("|") == 5]
    return [
        {"test": name, "number": int(number), "p": float(p)} for name, number, _, _, p, _ in rows if name != "test_name"
    ]


def is_failed(p: float) -> bool:
    """Whether Dieharder calls a p-value failed."""
    return min(p, 1.0 - p) < DIEHARDER_LIMIT


def main() -> int:
    """Test, tell and write."""
    parser = argparse.ArgumentParser(description="Tests of the random numbers of the persons engine.")
    parser.add_argument("--parts", type=int, default=PARTS, help="parts of 2**20 words of each stream")
    parser.add_argument("--dieharder", metavar="PROGRAM", help="Dieharder, where it is installed")
    asked = parser.parse_args()
    keys = make_keys()
    streams: dict[str, Any] = {}
    for stream in STREAMS:
        found = examine(stream, keys, asked.parts)
        streams[stream] = {"passes": passes(found), "tests": found}
        print(stream, "passes" if streams[stream]["passes"] else f"fails: {found}", flush=True)
    planted: dict[str, Any] = {}
    for name, kind in PLANTED.items():
        found = {stream: examine(stream, keys, 4, kind) for stream in STREAMS if stream != "ways"}
        planted[name] = {stream: passes(told) for stream, told in found.items()}
        print("planted,", name, planted[name], flush=True)
        if all(planted[name].values()):
            raise SystemExit(f"a generator with {name} passes: the tests are too weak")
    result: dict[str, Any] = {
        "what": f"{asked.parts} parts of {PART:,} words of 64 digits of each stream; seed {SEED}",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "streams": streams,
        "planted_pass": planted,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("counterstream", "numba", "numpy", "scipy")},
        },
    }
    if asked.dieharder:
        result["dieharder"] = told = run_dieharder(asked.dieharder, keys)
        print(told["summary"])
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sound = all(told["passes"] for told in streams.values())
    return 0 if sound and not result.get("dieharder", {}).get("summary", {}).get("streams", {}).get("failed") else 1


def summarise(found: dict[str, list[dict[str, Any]]], streams: tuple[str, ...]) -> dict[str, int]:
    """Return how many p-values of streams there are, and how many are failed or near to 0 or 1."""
    every = [row["p"] for stream in streams for row in found[stream]]
    return {
        "p_values": len(every),
        "failed": sum(is_failed(p) for p in every),
        "below_0.005": sum(p < 0.005 for p in every),
        "above_0.995": sum(p > 0.995 for p in every),
    }


def run_dieharder(program: str, keys: Keys) -> dict[str, Any]:
    """Return what Dieharder says of all streams, and of a planted generator, which it must fail."""
    found: dict[str, list[dict[str, Any]]] = {}
    for stream in (*STREAMS, *CONTROLS):
        found[stream] = []
        for test in DIEHARDER:
            rows = ask_dieharder(program, stream, keys, test)
            found[stream].extend(rows)
            print(stream, *((row["test"], row["p"]) for row in rows), flush=True)
    weak = [row for test in DIEHARDER[:6] for row in ask_dieharder(program, "persons", keys, test, ONE_ROUND)]
    if not any(is_failed(row["p"]) for row in weak):
        raise SystemExit("Dieharder passes a planted generator")
    summary = {
        "streams": summarise(found, STREAMS),
        "controls": summarise(found, CONTROLS),
        "planted": {
            "p_values": len(weak),
            "failed": sum(is_failed(row["p"]) for row in weak),
        },
    }
    said = subprocess.run([program, "-l"], capture_output=True, text=True, check=False).stdout
    release = next((line.strip("# ") for line in said.splitlines() if "version" in line), "unknown")
    return {"release": release, "summary": summary, "found": found}


if __name__ == "__main__":
    sys.exit(main())
