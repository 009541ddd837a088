"""Hostile files: answered with a code, whatever they hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import counterstream.spec as spec
from counterstream.spec.compose import MAX_CHARACTERS
from counterstream.spec.findings import MAX_PROBLEMS

TEMPLATE = (Path(spec.__file__).parents[1] / "cases" / "template" / "system.yaml").read_text(encoding="utf-8")
FULL = MAX_CHARACTERS - 100

TENFOLD = "".join(f"b{i + 1}: &b{i + 1} [" + f"*b{i}," * 90 + "]\n" for i in range(9))
BOMB = "a: &b0 [" + "x," * 90 + "]\n" + TENFOLD
UNKNOWN = "".join(f"  m{i}: {{kind: rate, from: residen, to: s, rate_per_year: r}}\n" for i in range(1000))
RING = "".join(f"  a{i}: {{relays: a{(i + 1) % 3000}}}\n" for i in range(3000))

#: A section for the template, and many of what may be many in it.
PERSONS = "persons:\n  ties: {kin: {mean: 4}}\n  exposures: {kin_away: {ties: kin, statuses: [settled]}}\n"
NAMED = "  named:\n" + "".join(
    f"    n{i}: {{status: resident, groups: {{region: coast}}, interventions: [{{move: ask, times: 2}}]}}\n"
    for i in range(600)
)
SPANS = (
    "  named: {n: {status: resident, groups: {region: coast}, interventions: ["
    + "{move: ask, times: 2}," * 1000
    + "]}}"
)
NETWORKS = "persons:\n  ties:\n" + "".join(f"    t{i}: {{mean: 4}}\n" for i in range(3000))
MIXINGS = "persons:\n  ties:\n" + "".join(
    f"    t{i}: {{mean: 4, mixing: {{attribute: region, within: 0.5}}}}\n" for i in range(20)
)
SIZES = "persons: {households: {sizes: {" + ",".join(f"{i}: 0.0001" for i in range(4000)) + "}}}\n"
STOCKS = "".join(f"  - {{status: resident, persons: 1, groups: {{region: v{i}}}}}\n" for i in range(400))
VALUES = ", ".join(f"v{i}" for i in range(1000))

HOSTILE = {
    "five-megabytes": ("S104", "# " + "x" * 5_000_000),
    "comments-to-the-limit": ("S110", ("# " + "x" * 78 + "\n") * (FULL // 81)),
    "words-to-the-limit": ("S201", "".join(f"k{i}: " + "xy " * 30 + "\n" for i in range(FULL // 100))),
    "one-long-scalar": ("S201", "a: " + "xy " * (FULL // 3)),
    "escapes-to-the-limit": ("S201", 'a: "' + "\\x41" * (FULL // 4) + '"'),
    "open-brackets": ("S105", "a: " + "[" * FULL),
    "open-braces": ("S113", "a: " + "{" * FULL),
    "fifty-one-levels": ("S105", "a: " + "[" * 51 + "]" * 51),
    "nested-blocks": ("S105", "".join(" " * i + "a:\n" for i in range(600))),
    "empty-lists": ("S106", "a: [" + "[]," * (FULL // 3) + "]"),
    "many-words": ("S106", "a: [" + "b," * (FULL // 2) + "]"),
    "many-keys": ("S106", "a: {" + ",".join(f"k{i}: 1" for i in range(FULL // 13)) + "}"),
    "many-anchors": ("S106", "a: [" + "&a b," * (FULL // 5) + "]"),
    "many-aliases": ("S106", "a: &a [b]\nc: [" + "*a," * (FULL // 3) + "]"),
    "alias-bomb": ("S106", BOMB),
    "many-tags": ("S116", "a: [" + "!t b," * (FULL // 5) + "]"),
    "many-unknown-keys": ("S116", TEMPLATE + "".join(f"x{i}: 1\n" for i in range(6000))),
    "many-unknown-names": ("S116", TEMPLATE.replace("moves:\n", "moves:\n" + UNKNOWN)),
    "agencies-in-a-ring": ("S514", TEMPLATE.replace("agencies:\n", "agencies:\n" + RING)),
    "groups-without-number": (
        "S511",
        TEMPLATE.replace("groups: ", "old: ").replace(
            "  region: {values: [coast, inland]}\n",
            "  region: {values: [coast, inland]}\n" + "".join(f"  x{i}: {{values: [a, b, c, d]}}\n" for i in range(60)),
        ),
    ),
    "days-without-number": ("S404", TEMPLATE.replace("step: month, start: 1990", "step: day, start: 1000")),
    "households-of-thousands": ("S409", TEMPLATE + SIZES),
    "interventions-upon-each-other": ("S116", TEMPLATE + PERSONS + SPANS),
    "networks-without-number": ("S207", TEMPLATE + NETWORKS),
    "mixing-of-thousands": ("S207", TEMPLATE.replace("[coast, inland]", f"[coast, inland, {VALUES}]") + MIXINGS),
    "persons-in-a-hundred-thousand-places": (
        "S527",
        TEMPLATE.replace("[coast, inland]", f"[coast, inland, {VALUES}]")
        .replace("initial:\n", "initial:\n" + STOCKS)
        .replace("    weights: {region: {coast: 0.3, inland: 0.7}}\n", "")
        + "persons: {named: {n: {status: resident}}}\n",
    ),
    "very-long-number": ("S205", TEMPLATE.replace("persons: 200000", "persons: " + "9" * 100_000)),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_texts_are_answered(name: str) -> None:
    code, text = HOSTILE[name]
    system, problems = spec.parse_system(text)
    assert system is None
    assert code in {problem.code for problem in problems}
    assert len(problems) <= MAX_PROBLEMS + 1


def test_large_sound_system_is_read() -> None:
    links = "".join(f"  s{i}: {{place: old_shore}}\n" for i in range(900))
    moves = "".join(f"  m{i}: {{kind: rate, from: s{i}, to: s{i - 1}, rate_per_year: 1}}\n" for i in range(1, 900))
    text = TEMPLATE.replace("statuses:\n", "statuses:\n" + links)
    text = text.replace("moves:\n", "moves:\n  m0: {kind: rate, from: resident, to: s899, rate_per_year: 1}\n" + moves)
    system, problems = spec.parse_system(text)
    assert problems == ()
    assert system is not None
    assert len(system.moves) == 904


def test_many_named_households_are_read() -> None:
    system, problems = spec.parse_system(TEMPLATE + "persons:\n" + NAMED)
    assert problems == ()
    assert system is not None
    assert system.persons is not None
    assert len(system.persons.named) == 600


def test_file_that_is_not_there(tmp_path: Path) -> None:
    system, problems = spec.check_system(tmp_path / "none.yaml")
    assert system is None
    assert [problem.code for problem in problems] == ["S101"]


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert [problem.code for problem in spec.check_system(tmp_path)[1]] == ["S101"]


def test_path_that_cannot_be_one() -> None:
    assert [problem.code for problem in spec.check_system("a\0b")[1]] == ["S101"]


@pytest.mark.parametrize(
    ("data", "line", "column"), [(b"name: a\ntitle: \xff\n", 2, 8), (TEMPLATE.encode("utf-16"), 1, 1), (b"\xc3", 1, 1)]
)
def test_bytes_that_are_not_utf_8(tmp_path: Path, data: bytes, line: int, column: int) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes(data)
    system, (problem,) = spec.check_system(path)
    assert system is None
    assert (problem.code, problem.line, problem.column) == ("S102", line, column)


def test_very_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes("é".encode() * 10_000_000)
    assert [problem.code for problem in spec.check_system(path)[1]] == ["S104"]


def test_mark_and_line_ends_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEMPLATE.replace("\n", "\r\n").encode())
    assert spec.check_system(path)[0] == spec.parse_system(TEMPLATE)[0]


def test_checking_a_plain_file_loads_nothing_heavy() -> None:
    script = (
        "import sys; from counterstream.spec import parse_system; parse_system(sys.stdin.read());"
        "print([m for m in ('numpy', 'jax', 'ruamel.yaml', 'pydantic', 'scipy', 'pandas') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], input=TEMPLATE, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert answer.stdout.strip() == "[]"
