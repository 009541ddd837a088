"""Commands that only read load nothing that is slow to load.

Times depend on the machine and are measured by ``benchmarks/check_imports.py``; what is loaded does not.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_example import SYSTEM, write_case

#: Each takes a tenth of a second or more to load.
HEAVY = frozenset(
    {"jax", "jaxlib", "numpyro", "blackjax", "xarray", "matplotlib", "pandas", "scipy", "numba", "duckdb", "h5py"}
)


def load(*arguments: str) -> set[str]:
    """Return the top-level packages in memory after a command."""
    code = (
        "import sys\n"
        "from counterstream.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.splitlines()[-1].split())
    # Without this, a command that did nothing would pass.
    assert "counterstream" in loaded
    return loaded


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_case(tmp_path_factory.mktemp("cases") / "good")


def test_a_command_that_needs_them_is_seen_to_load_them() -> None:
    assert load("doctor") >= {"jax", "jaxlib", "scipy", "numba", "duckdb", "h5py"}


@pytest.mark.parametrize("case", ["soviet-third-wave", "template", "good", "bad", "nowhere"])
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_check_loads_nothing_heavy(case: str, flags: list[str], good: Path, tmp_path: Path) -> None:
    if case == "good":
        case = str(good)
    elif case == "bad":
        case = str(write_case(tmp_path / "bad", SYSTEM.replace("to: settled", "to: setled")))
    loaded = load("check", case, *flags)
    assert loaded & HEAVY == set()
    # Arrays, colours and what reads the arguments of all commands are not needed either.
    assert loaded & {"numpy", "rich", "pydantic", "typer"} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["evidence", "list"],
        ["evidence", "conflicts"],
        ["run", "--until", "yesterday"],
        ["simulate", "--engine", "guess"],
    ],
    ids=" ".join,
)
def test_reading_and_misuse_load_nothing_heavy(arguments: list[str], good: Path) -> None:
    assert load(*arguments, str(good)) & HEAVY == set()


def test_drafting_and_reviewing_load_nothing_heavy(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.txt").write_text("In 1992 about 1,500 people left the old shore.\n", encoding="utf-8")
    assert load("evidence", "draft", "report.txt", "--case", str(good)) & HEAVY == set()
    loaded = load("evidence", "review", "report.draft.json", "--case", str(good), "--json")
    assert loaded & HEAVY == set()
    # The terminal's library is loaded where a terminal is.
    assert "prompt_toolkit" not in loaded


def test_a_case_that_cannot_be_fitted_is_refused_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    bad = write_case(tmp_path / "bad", SYSTEM.replace("to: settled", "to: setled"))
    assert load("run", str(bad)) & HEAVY == set()
