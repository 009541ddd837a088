"""What the server holds while it runs: the workspace, resident draws, and whose turn it is."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from counterstream.app.codes import NOT_READY
from counterstream.app.turns import Turns
from counterstream.app.workspace import Run, Workspace, case_source, read_run_system
from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.progress import Progress, Silent
from counterstream.spec import read_system
from counterstream.store.manifest import MANIFEST_NAME
from counterstream.system.system import System
from counterstream.workflow.resident import N_DRAWS, Resident, load_resident

#: Runs whose draws are kept in memory: 400 draws of the flagship take about 150 MB.
MOST_RESIDENT = 2


@dataclass
class Loading:
    """Draws of a run or of a case without a fit, on their way into memory; written by the thread that loads them.

    Parameters
    ----------
    listener
        Hears of the progress too.
    """

    listener: Progress
    phase: str = "begin"
    done: int = 0
    total: int = 0
    resident: Resident | None = None
    problems: tuple[Problem, ...] = ()

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase."""
        self.phase, self.done, self.total = phase, done, total
        self.listener.told(phase, done, total, remark)


@dataclass
class Desk:
    """Everything that requests share.

    Parameters
    ----------
    workspace
        What is served.
    launch
        Name of this launch, by which a page notices that the server was started anew.
    n_draws
        Posterior draws that are run.
    listen
        Gives who hears of the loading of a run.
    turns
        The newest question of every tab.
    running
        Held by the one question that is worked on: each takes all processors, and the next may be overtaken
        while it waits.
    saving
        Held by the one page that saves.
    """

    workspace: Workspace
    launch: str
    n_draws: int = N_DRAWS
    listen: Callable[[], Progress] = Silent
    turns: Turns = field(default_factory=Turns)
    running: asyncio.Lock = field(default_factory=asyncio.Lock)
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    _loadings: OrderedDict[tuple[str, int], Loading] = field(default_factory=OrderedDict[tuple[str, int], Loading])
    _loading: Lock = field(default_factory=Lock)

    def load(self, run: Run) -> Loading:
        """Return a run's draws in memory, or begin to load them; a run made anew is loaded anew."""
        made = _made(run.path / MANIFEST_NAME)
        return self._begin((run.name, made), lambda: read_run_system(run.path), run.path)

    def load_case(self) -> Loading:
        """Return draws of the priors of the case as it is declared now, or begin to make them.

        Raises
        ------
        CounterstreamError
            ``U504`` if no case is served.
        """
        source = case_source(self.workspace)
        # No run has the empty name.
        return self._begin(("", _made(source)), lambda: read_system(source), None)

    def _begin(self, key: tuple[str, int], read: Callable[[], System], run: Path | None) -> Loading:
        loading = self._loadings.get(key)
        if loading is None:
            loading = self._loadings[key] = Loading(self.listen())
            while len(self._loadings) > MOST_RESIDENT:
                self._loadings.popitem(last=False)
            # A daemon: Ctrl-C need not wait until it has compiled.
            Thread(target=self._load, args=(loading, read, run), daemon=True).start()
        self._loadings.move_to_end(key)
        return loading

    @property
    def is_loading(self) -> bool:
        """Whether a thread is at work on a run."""
        return self._loading.locked()

    @staticmethod
    def ready(loading: Loading) -> Resident:
        """Return draws that are in memory.

        Raises
        ------
        CounterstreamError
            ``U509`` while they are loaded, or what kept them from being loaded.
        """
        if loading.problems:
            raise CounterstreamError(loading.problems)
        if loading.resident is None:
            mend = "wait for the page to say that the levers are ready"
            raise CounterstreamError(Problem(NOT_READY, "the draws are being loaded", found=loading.phase, mend=mend))
        return loading.resident

    def _load(self, loading: Loading, read: Callable[[], System], run: Path | None) -> None:
        """Load draws, one system at a time."""
        with self._loading:
            try:
                loading.resident = load_resident(read(), run, loading, self.n_draws)
            except CounterstreamError as error:
                loading.problems = error.problems
            except OSError as error:
                mend = "check the run with: counterstream report"
                found = error.strerror or str(error)
                loading.problems = (
                    Problem(NOT_READY, "the draws cannot be read", str(run or ""), found=found, mend=mend),
                )


def _made(file: Path) -> int:
    """Return when a file was written last."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
