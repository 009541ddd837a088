"""Progress of long work on the standard error: bars on a terminal, one line for each phase elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from counterstream.cli.pace import Pace, Phase, format_duration
from counterstream.cli.telling import make_printable, tell
from counterstream.infer.progress import Progress

#: Without a terminal, a long phase is heard of again after so many seconds.
SECONDS_BETWEEN_LINES = 300.0


class Lines:
    """Tells of each phase in one line when it ends, and now and then of one that is long.

    Parameters
    ----------
    pace
        Measures the phases.
    write
        Takes a line.
    """

    def __init__(self, pace: Pace, write: Callable[[str], None]) -> None:
        self._pace = pace
        self._write = write
        self._spoke = pace.elapsed()

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase."""
        before = self._pace.current
        begins = self._pace.told(phase, done, total, make_printable(remark))
        if begins and before is not None:
            self._write(self._describe_end(before))
        elif not begins and self._pace.elapsed() - self._spoke > SECONDS_BETWEEN_LINES:
            self._write(self._describe_state())
        else:
            return
        self._spoke = self._pace.elapsed()

    def close(self, *, whole: bool) -> None:
        """Tell of the last phase, whether the work came to its end or was stopped in it."""
        last = self._pace.current
        if last is None:
            return
        if whole:
            self._write(self._describe_end(last))
        elif self._pace.seconds_of(last) >= 1.0:  # what fails at once explains itself
            self._write(f"{self._describe_state()}, stopped")

    def _describe_end(self, phase: Phase) -> str:
        """Say how long a phase took."""
        parts = [format_duration(phase.heard - phase.began), phase.remark]
        return f"{make_printable(phase.name)}: {', '.join(part for part in parts if part)}"

    def _describe_state(self) -> str:
        """Say how far the current phase has come."""
        phase = self._pace.current
        if phase is None:
            return ""
        parts = [describe_count(phase), f"{format_duration(self._pace.seconds_of(phase))} so far"]
        left = self._pace.remaining()
        if left is not None:
            parts.append(f"about {format_duration(left)} left")
        return f"{make_printable(phase.name)}: {', '.join(part for part in parts if part)}"


def describe_count(phase: Phase) -> str:
    """Return ``3 of 12``, ``3`` if the total is unknown."""
    if phase.total > 0:
        return f"{phase.done:,} of {phase.total:,}"
    return f"{phase.done:,}" if phase.done else ""


@contextmanager
def watching(weights: Mapping[str, float]) -> Generator[Progress]:
    """Give a listener that shows the progress of the work inside.

    Parameters
    ----------
    weights
        See :class:`counterstream.cli.pace.Pace`.
    """
    pace = Pace(weights)
    if sys.stderr.isatty():
        from counterstream.cli.bars import Bars

        with Bars(pace) as bars:
            yield bars
        return
    lines = Lines(pace, tell)
    whole = False
    try:
        yield lines
        whole = True
    finally:
        lines.close(whole=whole)
