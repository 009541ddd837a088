"""Progress bars for a terminal.  Loads Rich: import it only where bars are shown."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from counterstream.cli.pace import Pace, Phase, format_duration
from counterstream.cli.telling import make_printable
from counterstream.cli.watching import describe_count

NAME_WIDTH = 12
BAR_WIDTH = 16
#: Columns are one blank apart, and a line that fills the terminal would break on some.
GAPS = 3


class _Told(ProgressColumn):
    """Count, time taken and time left, from the pace and not from the bar."""

    def __init__(self, pace: Pace, console: Console) -> None:
        super().__init__()
        self._pace = pace
        self._console = console

    def render(self, task: Task) -> Text:
        """Return the text beside one bar."""
        phase: Phase = task.fields["phase"]
        text = Text(f"{describe_count(phase):>10}  {format_duration(self._pace.seconds_of(phase)):>10}", "cyan")
        if phase is self._pace.current and not task.fields["closed"]:
            left = self._pace.remaining()
            if left is not None:
                text.append(f"  about {format_duration(left)} left", "bold")
        if phase.remark:
            text.append(f"  {phase.remark}", "dim")
        # A line that wraps would make the bars jump.
        text.truncate(max(self._console.width - NAME_WIDTH - BAR_WIDTH - GAPS, 1), overflow="ellipsis")
        return text


class Bars:
    """One bar for each phase; those that are done stay on the screen."""

    def __init__(self, pace: Pace, console: Console | None = None) -> None:
        self._pace = pace
        self._task: TaskID | None = None
        console = console or Console(stderr=True)
        name = TextColumn(f"{{task.description:<{NAME_WIDTH}.{NAME_WIDTH}}}", markup=False)
        # Four times a second is smooth enough and costs the work next to nothing.
        self._progress = RichProgress(
            name, BarColumn(bar_width=BAR_WIDTH), _Told(pace, console), console=console, refresh_per_second=4
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_phase(whole=kind is None)
        self._progress.stop()

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase."""
        if self._pace.told(phase, done, total, make_printable(remark)):
            self._end_phase(whole=True)
            name = make_printable(phase)
            self._task = self._progress.add_task(name, total=None, phase=self._pace.current, closed=False)
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total or None)

    def _end_phase(self, *, whole: bool) -> None:
        """Fill the bar of the phase that ends; leave it as it is if the work was stopped."""
        if self._task is None:
            return
        if whole:
            self._progress.update(self._task, completed=1, total=1)
        self._progress.update(self._task, closed=True)
        self._progress.stop_task(self._task)
        self._task = None
