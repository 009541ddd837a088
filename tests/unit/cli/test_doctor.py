"""``doctor``: what it says of this machine, and of machines that lack something."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from cli_example import Ran

import counterstream
from counterstream.cli import machine
from counterstream.errors import Problem

ROOT = Path(__file__).parents[3]


def test_this_machine_is_well() -> None:
    ran = Ran("doctor", "--json")
    assert ran.status == 0
    assert ran.data["well"]
    assert ran.data["program"]["counterstream"] == counterstream.__version__
    assert ran.data["packages"]["numpy"] == metadata.version("numpy")
    assert 1 <= ran.data["processors"]["usable"] <= ran.data["processors"]["cores"]
    assert 0 < ran.data["memory"]["free GiB"] <= ran.data["memory"]["total GiB"]


def test_the_same_for_people() -> None:
    ran = Ran("doctor")
    assert ran.status == 0
    assert f"\n    counterstream: {counterstream.__version__}\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("no errors, ")


def test_the_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [re.split(r"[>=<\[ ]", line)[0] for line in project["dependencies"]]
    assert sorted(machine.NEEDED) == sorted(declared)
    assert set(machine.COMPILED) <= set(machine.NEEDED)


def test_a_missing_and_a_broken_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        if name == "numba":
            raise ImportError("libllvm.so: cannot open\nmore")

    def version(name: str) -> str:
        if name == "scipy":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(machine, "import_module", load)
    monkeypatch.setattr(machine.metadata, "version", version)
    problems: list[Problem] = []
    found = machine.examine_packages(problems)
    assert found["scipy"] is None
    assert [(p.code, p.path, p.found) for p in problems] == [
        ("U401", "scipy", ""),
        ("U402", "numba", "libllvm.so: cannot open"),
    ]
    ran = Ran("doctor", "--json")
    assert (ran.status, ran.data["well"], ran.codes[:2]) == (1, False, ["U401", "U402"])
    assert "U402 error" in Ran("doctor").err


@pytest.mark.parametrize(
    ("available", "limit", "used", "free", "codes"),
    [
        (8, "max", "1", 8.0, []),
        (1, "max", "1", 1.0, ["U404"]),
        (8, str(3 * 2**30), str(2 * 2**30), 1.0, ["U404"]),
        (8, str(3 * 2**30), str(4 * 2**30), 0.0, ["U404"]),
        (8, str(16 * 2**30), "0", 8.0, []),
    ],
)
def test_memory(tmp_path: Path, available: int, limit: str, used: str, free: float, codes: list[str]) -> None:
    text = f"MemTotal: {16 * 2**20} kB\nMemAvailable:   {available * 2**20} kB\nnonsense\n"
    (tmp_path / "meminfo").write_text(text)
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(used + "\n")
    problems: list[Problem] = []
    found = machine.examine_memory(problems, tmp_path / "meminfo", tmp_path)
    assert (found["total GiB"], found["free GiB"]) == (16.0, free)
    assert [(p.code, p.severity) for p in problems] == [(code, "warning") for code in codes]


def test_a_system_that_does_not_tell_its_memory(tmp_path: Path) -> None:
    problems: list[Problem] = []
    found = machine.examine_memory(problems, tmp_path / "none", tmp_path)
    assert set(found.values()) == {None}
    assert problems == []


@pytest.mark.parametrize(
    ("text", "limit"), [("150000 100000", 1.5), ("max 100000", None), ("", None), ("1 0", None), ("a b", None)]
)
def test_limit_of_cores(tmp_path: Path, text: str, limit: float | None) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert machine.read_core_limit(tmp_path) == limit


def test_folders_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/proc")
    problems: list[Problem] = []
    found = machine.examine_folders(problems)
    assert [(p.code, p.severity, p.file) for p in problems] == [("U403", "error", "/proc")]
    assert found["runs"] == "/proc/runs (not writable)"


def test_a_folder_that_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    problems: list[Problem] = []
    assert list(machine.examine_folders(problems)) == ["temporary files"]
    assert [p.code for p in problems] == ["U403"]


def test_little_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**29))
    problems: list[Problem] = []
    machine.examine_folders(problems)
    assert {(p.code, p.found, p.severity) for p in problems} == {("U405", "0.5 GiB", "warning")}


def test_caches_that_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/proc/kernels")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/proc/steps")
    problems: list[Problem] = []
    found = machine.examine_caches(problems)
    assert found == {"kernels": None, "steps": "/proc/steps"}
    assert [(p.code, p.severity) for p in problems] == [("U406", "warning")] * 2
