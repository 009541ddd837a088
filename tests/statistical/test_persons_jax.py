"""The benchmark of persons on a device of JAX tells no speed of a run that is wrong.

Keys are fixed; with others a sound run would be refused less than once in ten thousand.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.simulate.persons.squares import squares

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="benchmarks are not in the source distribution")
PERSONS, STEPS = 12_800, 24
KEY = np.uint64(0x548C9DECBCE65297)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return importlib.import_module("persons_jax")


def test_everybody_does_what_the_numbers_say(bench: ModuleType) -> None:
    rules = bench.find_rules(bench.ring(PERSONS))
    course = bench.read_course(rules, *bench.make_run(rules, PERSONS, STEPS)(jnp.asarray(KEY)))
    each = PERSONS // bench.GROUPS
    status = np.tile(np.arange(each) // (each // 8), (bench.GROUPS, 1))
    words = np.empty((bench.GROUPS, each // 2), dtype=np.uint64)
    for step in range(STEPS):
        for pair in range(words.size):
            words.flat[pair] = squares(np.uint64((step << 32) | pair), KEY)
        number = np.concatenate([words >> np.uint64(32), words & np.uint64(2**32 - 1)], axis=1)
        flows = np.zeros((bench.GROUPS, 16), dtype=np.int64)
        for group in range(bench.GROUPS):
            first, last = (rules.below[status[group], e, group] for e in range(2))
            way = np.where(number[group] < first, 0, np.where(number[group] < last, 1, 2))
            for e in range(2):
                np.add.at(flows[group], rules.flow[status[group][way == e], e], 1)
            moved = np.where(way == 0, rules.to[status[group], 0], rules.to[status[group], 1])
            status[group] = np.where(way < 2, moved, status[group])
        np.testing.assert_array_equal(course.flows[step], flows)


def test_a_sound_run_gets_its_figures(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found.json"
    monkeypatch.setattr(sys, "argv", ["persons_jax.py", "--persons", "12750", "--steps", str(STEPS), "--out", str(out)])
    bench.main()
    told = json.loads(out.read_text())
    assert told["persons"] == PERSONS
    assert told["device"]["platform"] in ("cpu", "gpu")
    assert told["person_steps_per_s"] > 0
    assert {"jax", "jaxlib"} <= set(told["versions"])
    assert "million person-steps a second" in capsys.readouterr().out


def test_a_wrong_run_gets_none(bench: ModuleType) -> None:
    program = bench.ring(PERSONS)
    rules = bench.find_rules(program)
    faster = rules._replace(below=(rules.below * 1.25).astype(np.uint32))
    shared = rules._replace(below=np.stack([rules.below[:, 1] // 4, rules.below[:, 1]], axis=1))
    for wrong in (faster, shared):
        course = bench.read_course(wrong, *bench.make_run(wrong, PERSONS, STEPS)(jnp.asarray(KEY)))
        with pytest.raises(SystemExit, match=r"no figures: (flows|moves)"):
            bench.check_course(program, rules, course, PERSONS)
    astray = rules._replace(to=rules.to[:, ::-1])
    course = bench.read_course(astray, *bench.make_run(astray, PERSONS, STEPS)(jnp.asarray(KEY)))
    with pytest.raises(SystemExit, match="no figures: stocks do not change"):
        bench.check_course(program, rules, course, PERSONS)
    sound = bench.read_course(rules, *bench.make_run(rules, PERSONS, STEPS)(jnp.asarray(KEY)))
    sound.stocks[3, 0, 0] -= 1
    with pytest.raises(SystemExit, match="no figures: somebody is nowhere"):
        bench.check_course(program, rules, sound, PERSONS)
