"""What is served: runs that lie side by side, and the case whose system can be edited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from counterstream.app.codes import NO_SUCH_RUN, NOTHING_TO_SERVE
from counterstream.case import SYSTEM_FILE, bundled_cases, find_case
from counterstream.errors import CounterstreamError, Problem
from counterstream.spec import parse_system
from counterstream.store.run_folder import STATE_NAME, RunState, read_state
from counterstream.system.system import System

#: Where ``counterstream run`` puts runs.
RUNS = "runs"
SUMMARY = "run.json"
RESOLVED = "system.resolved.yaml"
FIT = "fit.nc"
#: Folders of one place that are looked at; more are no list that somebody reads.
MOST_RUNS = 500


@dataclass(frozen=True)
class Workspace:
    """What a server shows.

    Parameters
    ----------
    runs_folder
        Where the runs lie; it may not be there yet.
    case
        Name of the case, empty if only runs are shown.
    source
        The case's ``system.yaml``, ``None`` without a case.
    editable
        Whether the source may be written: not that of a bundled case.
    first
        Name of the run that is shown first, empty if none is meant.
    """

    runs_folder: Path
    case: str = ""
    source: Path | None = None
    editable: bool = False
    first: str = ""


@dataclass(frozen=True)
class Run:
    """One run folder, as far as it can be told.

    Parameters
    ----------
    state
        ``complete``, ``running`` (or stopped on the way), or ``damaged``.
    usable
        Whether its draws can be run again.
    summary
        What ``run.json`` says; empty if it says nothing.
    """

    name: str
    path: Path
    state: str
    usable: bool
    summary: dict[str, object]


def find_workspace(what: str) -> Workspace:
    """Return what is to be served.

    Parameters
    ----------
    what
        A run folder, a case as its folder or bundled name, or a folder with runs.

    Raises
    ------
    CounterstreamError
        ``U503`` if it is nothing of that, ``U302`` if there is no such case.
    """
    path = Path(what)
    if (path / STATE_NAME).is_file():
        path = path.resolve()
        return _with_case(path.parent, path.name)
    if what in bundled_cases() or (path / SYSTEM_FILE).is_file() or path.name == SYSTEM_FILE or not path.is_dir():
        folder = find_case(what).resolve()
        editable = not (what in bundled_cases() and not path.exists())
        return Workspace(Path(RUNS).resolve(), folder.name, folder / SYSTEM_FILE, editable, _usual_run(folder.name))
    for folder in (path / RUNS, path):
        if any((child / STATE_NAME).is_file() for child in _children(folder)):
            return Workspace(folder.resolve())
    mend = "name a case or the folder of a run, or run a case first: counterstream run soviet-third-wave"
    raise CounterstreamError(Problem(NOTHING_TO_SERVE, "there is neither a case nor a run", str(path), mend=mend))


def _usual_run(case: str) -> str:
    return case if (Path(RUNS) / case / STATE_NAME).is_file() else ""


def _with_case(runs_folder: Path, run: str) -> Workspace:
    """Return a run's workspace, with its case where that is bundled or lies where the program runs."""
    name = str(read_summary(runs_folder / run).get("case", ""))
    here = Path(name)
    # The name comes from a file: only a plain name is looked for.
    if name and here.name == name and (here / SYSTEM_FILE).is_file():
        return Workspace(runs_folder, name, (here / SYSTEM_FILE).resolve(), True, run)
    if name in bundled_cases():
        return Workspace(runs_folder, name, find_case(name).resolve() / SYSTEM_FILE, False, run)
    return Workspace(runs_folder, name, None, False, run)


def list_runs(workspace: Workspace) -> tuple[Run, ...]:
    """Return the runs that lie there now, the first one first and then by name."""
    found = [look_at_run(child) for child in _children(workspace.runs_folder) if (child / STATE_NAME).is_file()]
    return tuple(sorted(found, key=lambda run: (run.name != workspace.first, run.name))[:MOST_RUNS])


def find_run(workspace: Workspace, name: str) -> Run:
    """Return the run of that name.

    Raises
    ------
    CounterstreamError
        ``U504`` if the list has none.  Names are compared, never joined to a path.
    """
    for run in list_runs(workspace):
        if run.name == name:
            return run
    mend = "reload the page: the folder may have been moved or removed"
    raise CounterstreamError(Problem(NO_SUCH_RUN, "there is no such run", found=name[:100], mend=mend))


def case_source(workspace: Workspace) -> Path:
    """Return the system file of the case that is served.

    Raises
    ------
    CounterstreamError
        ``U504`` if no case is served.
    """
    if workspace.source is None:
        mend = "start counterstream serve with the name of a case"
        raise CounterstreamError(Problem(NO_SUCH_RUN, "no case is served, so there is no system of one", mend=mend))
    return workspace.source


def look_at_run(path: Path) -> Run:
    """Return what can be told of a run folder without reading its results."""
    try:
        state = read_state(path)
        word = state.value if state else "damaged"
    except CounterstreamError:
        state, word = None, "damaged"
    usable = state is RunState.COMPLETE and (path / FIT).is_file() and (path / RESOLVED).is_file()
    return Run(path.name, path, word, usable, read_summary(path))


def read_summary(path: Path) -> dict[str, object]:
    """Return what ``run.json`` says, nothing if it cannot be read."""
    try:
        content: object = json.loads((path / SUMMARY).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", content) if isinstance(content, dict) else {}


def read_run_system(path: Path) -> System:
    """Return the system that a run was made with.

    Raises
    ------
    CounterstreamError
        If ``system.resolved.yaml`` is not there or cannot be read.
    """
    file = path / RESOLVED
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        mend = "run again"
        raise CounterstreamError(
            Problem(NO_SUCH_RUN, "the run's system cannot be read", str(file), found=str(error)[:200], mend=mend)
        ) from error
    system, problems = parse_system(text, str(file))
    if system is None:
        raise CounterstreamError(problems)
    return system


def _children(folder: Path) -> list[Path]:
    """Return the folders inside a folder, none if it is not there; links are not followed."""
    try:
        return sorted(child for child in folder.iterdir() if child.is_dir() and not child.is_symlink())
    except OSError:
        return []
