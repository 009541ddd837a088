"""Work that falls into many equal units: done in portions, on one machine or many, and gathered.

A folder holds the plan (``sweep.json``) and one file for each portion that is done.  Whoever
works on it does the portions of his share that are not there yet, so that a stopped sweep goes
on, and shares can be worked on by machines that know nothing of each other.  What is done
depends on the plan and the portion's number alone, so that the result is the same however the
work is divided.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from counterstream.errors import CounterstreamError, Problem
from counterstream.infer.progress import Progress, Silent
from counterstream.store.atomic import write_text

PLAN = "sweep.json"


@dataclass(frozen=True)
class Portions:
    """Units with numbers from 0, in portions of ``size``; the last may be smaller."""

    units: int
    size: int

    @property
    def numbers(self) -> range:
        """Numbers of all portions."""
        return range(-(-self.units // self.size))

    def units_of(self, portion: int) -> range:
        """Numbers of a portion's units."""
        return range(portion * self.size, min((portion + 1) * self.size, self.units))


@dataclass(frozen=True)
class Work:
    """What there is to do in a folder.

    Parameters
    ----------
    do
        Does one portion, given the folder and its number, writes its file and returns the number:
        a function of a module, so that other processes find it.
    ending
        Of the portions' files.
    """

    folder: Path
    portions: Portions
    do: Callable[[str, int], int]
    ending: str

    def part(self, portion: int) -> Path:
        """Return the file of a portion."""
        return self.folder / f"part-{portion:05d}{self.ending}"

    def count(self, portions: Iterable[int]) -> int:
        """Return the number of units in some portions."""
        return sum(len(self.portions.units_of(portion)) for portion in portions)

    def missing(self) -> list[int]:
        """Return the portions that are not done."""
        return [portion for portion in self.portions.numbers if not self.part(portion).exists()]

    def done(self, *, so_far: bool) -> list[int]:
        """Return the portions that are done: all, or with ``so_far`` one at least.

        Raises
        ------
        CounterstreamError
            ``U253`` if portions are missing (with ``so_far``: all of them).
        """
        missing = self.missing()
        done = [portion for portion in self.portions.numbers if portion not in missing]
        if missing and not (so_far and done):
            message = f"{self.count(missing):,} of {self.portions.units:,} simulations are not done"
            mend = "the command that began the sweep goes on with it"
            raise CounterstreamError(Problem("U253", message, str(self.folder), mend=mend))
        return done


@dataclass(frozen=True)
class Shard:
    """Part ``number`` (from 1) of ``of`` equal parts of a sweep."""

    number: int = 1
    of: int = 1

    def takes(self, portion: int) -> bool:
        """Whether a portion belongs to this part."""
        return portion % self.of == self.number - 1


def parse_shard(text: str) -> Shard:
    """Read a part of a sweep written as ``2/8``.

    Raises
    ------
    CounterstreamError
        ``U251`` if it is none.
    """
    first, _, second = text.partition("/")
    if first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return Shard(int(first), int(second))
    allowed = "number/of, such as 2/8, the number from 1"
    raise CounterstreamError(Problem("U251", "this is not a part of a sweep", found=text[:40], allowed=allowed))


def do_share(
    work: Work, shard: Shard | None = None, *, workers: int = 1, dask: str = "", progress: Progress | None = None
) -> int:
    """Do the portions of a part of a sweep that are not done yet.

    Parameters
    ----------
    shard
        The part to do; all by default.
    workers
        Processes of this machine to work with; 1 works in this one.
    dask
        Address of a Dask scheduler whose workers do the work instead; they must see the folder.

    Returns
    -------
    int
        Units that remain to be done in the whole sweep.

    Raises
    ------
    CounterstreamError
        ``U255`` if Dask is not installed or not reached.
    """
    listener, chosen = progress or Silent(), shard or Shard()
    mine = [portion for portion in work.portions.numbers if chosen.takes(portion)]
    left = [portion for portion in mine if not work.part(portion).exists()]
    total = work.count(mine)
    done = total - work.count(left)
    listener.told("simulations", done, total)
    for portion in _work(work, left, workers, dask):
        done += work.count([portion])
        listener.told("simulations", done, total)
    return work.count(work.missing())


def _work(work: Work, portions: Sequence[int], workers: int, dask: str) -> Iterator[int]:
    """Do portions and yield each when it is done, in whatever order."""
    if dask:
        yield from _work_with_dask(work, portions, dask)
    elif workers == 1 or len(portions) < 2:
        for portion in portions:
            yield work.do(str(work.folder), portion)
    else:
        # Spawned, not forked: threads of JAX do not survive a fork.
        with ProcessPoolExecutor(min(workers, len(portions)), mp_context=get_context("spawn")) as pool:
            yield from _as_they_come(pool.submit(work.do, str(work.folder), portion) for portion in portions)


def _as_they_come(futures: Iterable[Future[int]]) -> Iterator[int]:
    """Yield results as they come; on Ctrl-C drop what has not begun."""
    waiting = set(futures)
    try:
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    finally:
        for future in waiting:
            future.cancel()


def _work_with_dask(work: Work, portions: Sequence[int], address: str) -> Iterator[int]:
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        mend = 'pip install "counterstream[cluster]"'
        raise CounterstreamError(Problem("U255", "Dask is not installed", found=str(error), mend=mend)) from error
    try:
        client = Client(address, timeout=10)  # pyright: ignore[reportUnknownVariableType]
    except (OSError, ValueError) as error:
        mend = "start one with: dask scheduler, and workers with: dask worker ADDRESS"
        raise CounterstreamError(Problem("U255", "no Dask scheduler answers", found=address, mend=mend)) from error
    with client:
        # "pure" would take two portions with equal arguments for one.
        folder = str(work.folder.resolve())
        futures = [client.submit(work.do, folder, portion, pure=False) for portion in portions]
        for future in as_completed(futures):
            yield int(future.result())


def lay_down(folder: Path, plan: Mapping[str, Any]) -> bool:
    """Write a plan, unless the same one is there; return whether it was written.

    The same case may be seen under another path on another machine: ``case`` may differ.

    Raises
    ------
    CounterstreamError
        ``U252`` if the folder holds another sweep.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / PLAN).exists():
        write_text(folder / PLAN, json.dumps(dict(plan), indent=2) + "\n")
        return True
    if read_fields(folder) | {"case": ""} != {**plan, "case": ""}:
        raise other_sweep(folder)
    return False


def read_fields(folder: Path) -> dict[str, Any]:
    """Return what the plan of a sweep says.

    Raises
    ------
    CounterstreamError
        ``U254`` if the folder holds none.
    """
    try:
        fields = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise no_sweep(folder) from error
    if not isinstance(fields, dict):
        raise no_sweep(folder)
    return fields


def kind_of(folder: Path) -> str:
    """Return what a sweep does: ``calibration`` or ``replicates``."""
    return str(read_fields(folder).get("kind", "calibration"))


def no_sweep(folder: Path) -> CounterstreamError:
    """Return the error for a folder without a plan that can be read (``U254``)."""
    mend = "counterstream sweep run or sweep simulate makes one"
    return CounterstreamError(Problem("U254", "the folder holds no sweep", str(folder), mend=mend))


def other_sweep(folder: Path) -> CounterstreamError:
    """Return the error for a folder with another sweep (``U252``)."""
    message = "the folder holds another sweep: other claims or draws, settings, system or code"
    return CounterstreamError(Problem("U252", message, str(folder), mend="name another folder, or remove this one"))
