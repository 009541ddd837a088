"""The clock of a system: its steps and where dates fall among them."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from counterstream.units import YEARS_PER_STEP, Step, next_boundary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Clock:
    """Equal steps from ``start`` to ``end``.

    Parameters
    ----------
    step
        Length of a step.
    start
        First day of the first step.
    end
        Last day of the last step (inclusive).
    """

    step: Step
    start: date
    end: date

    @cached_property
    def boundaries(self) -> tuple[date, ...]:
        """First day of every step, and the day after the last step: ``n_steps + 1`` dates."""
        days = [self.start]
        while days[-1] <= self.end:
            days.append(next_boundary(days[-1], self.step))
        return tuple(days)

    @property
    def n_steps(self) -> int:
        """Number of steps."""
        return len(self.boundaries) - 1

    @property
    def years_per_step(self) -> float:
        """Length of a step in years."""
        return YEARS_PER_STEP[self.step]

    @property
    def calendar_years(self) -> tuple[tuple[date, date], ...]:
        """First and last day of each calendar year that the clock touches, cut to the clock."""
        last = self.boundaries[-1] - timedelta(days=1)
        years = range(self.start.year, last.year + 1)
        return tuple((max(date(y, 1, 1), self.start), min(date(y, 12, 31), last)) for y in years)

    def covers(self, first: date, last: date) -> bool:
        """Whether the inclusive span of days lies wholly inside the clock."""
        return self.start <= first and last < self.boundaries[-1]

    def step_of(self, day: date) -> int:
        """Index of the step that holds ``day``; may lie outside ``range(n_steps)``."""
        return bisect.bisect_right(self.boundaries, day) - 1

    def overlap(self, first: date, last: date) -> NDArray[np.float64]:
        """Share of each step that lies in the inclusive span of days.

        Returns
        -------
        ndarray, shape (n_steps,)
            Between 0 and 1; a step that lies wholly in the span has 1.
        """
        # Imported here: checking a system needs no arrays, and the import takes a fifth of a second.
        import numpy as np

        edges = np.array(self.boundaries, dtype="datetime64[D]").astype(np.int64)
        low = np.datetime64(first).astype("datetime64[D]").astype(np.int64)
        high = np.datetime64(last + timedelta(days=1)).astype("datetime64[D]").astype(np.int64)
        inside = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
        return np.clip(inside, 0, None) / (edges[1:] - edges[:-1])

    def position(self, day: date) -> float:
        """Time of the start of ``day`` in steps since the start (fractional)."""
        index = min(max(self.step_of(day), 0), self.n_steps - 1)
        left, right = self.boundaries[index], self.boundaries[index + 1]
        return index + (day - left).days / (right - left).days
