"""Where a scenario leads beyond what the evidence speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.system.scenario import ChangeParameter

Floats = NDArray[np.float64]
#: Excess over the fitted range, in widths of that range, from which it is told.
NOTABLE = 0.05


@dataclass(frozen=True)
class Excess:
    """An instrument, signal or parameter that a scenario moves beyond its fitted range.

    Parameters
    ----------
    name
        Of the instrument, signal or parameter.
    kind
        ``path`` or ``parameter``.
    low, high
        The fitted range: of a path, from the least 5 % quantile of any step to the largest 95 %
        quantile; of a parameter, its 90 % interval (in internal units).
    reached
        The scenario's median level farthest outside.
    distance
        How far that is outside, in widths of the range; infinite where the range is a point.
    share_of_time
        Share of the steps in which the median lies outside; 1 for a parameter.
    """

    name: str
    kind: str
    low: float
    high: float
    reached: float
    distance: float
    share_of_time: float

    def sentence(self) -> str:
        """Say it in plain words."""
        when = "throughout" if self.share_of_time == 1.0 else f"in {max(self.share_of_time, 0.01):.0%} of the time"
        if self.low == self.high:
            return f"{self.name} reaches {self.reached:.3g} {when}; without the scenario it is always {self.low:.3g}."
        return (
            f"{self.name} reaches {self.reached:.3g} {when}, {self.distance:.1f} widths outside the fitted range "
            f"of {self.low:.3g} to {self.high:.3g}: what follows there is the system's form, not evidence."
        )


def find_excess(names: Sequence[str], fitted: Floats, scenario: Floats) -> tuple[Excess, ...]:
    """Return the paths that a scenario moves beyond their fitted range.

    Parameters
    ----------
    names
        Instruments and signals.
    fitted, scenario
        Their levels without and with the scenario, shape (draw, time, name).
    """
    return find_path_excess(names, range_of_paths(fitted), scenario)


def range_of_paths(fitted: Floats) -> tuple[Floats, Floats]:
    """Return the fitted range of each path: the least 5 % quantile of any step and the largest 95 % quantile.

    Parameters
    ----------
    fitted
        Levels, shape (draw, time, name).
    """
    low, high = (np.quantile(fitted, level, axis=0) for level in (0.05, 0.95))
    return low.min(axis=0), high.max(axis=0)


def find_path_excess(names: Sequence[str], ranges: tuple[Floats, Floats], scenario: Floats) -> tuple[Excess, ...]:
    """Return the paths that a scenario moves beyond ranges that are known; see :func:`find_excess`."""
    low, high = ranges
    middle = np.median(scenario, axis=0)
    found: list[Excess] = []
    for i, name in enumerate(names):
        excess = _excess(name, "path", (float(low[i]), float(high[i])), middle[:, i])
        if excess is not None:
            found.append(excess)
    return tuple(found)


def find_parameter_excess(changes: Sequence[ChangeParameter], before: Draw, after: Draw) -> tuple[Excess, ...]:
    """Return the parameters that a scenario moves beyond their 90 % interval.

    Parameters
    ----------
    before, after
        Draws without and with the scenario, each array with a leading draw axis.
    """
    found: list[Excess] = []
    for change in changes:
        low, high = np.quantile(np.asarray(before.values[change.parameter]), [0.05, 0.95])
        level = np.median(np.asarray(after.values[change.parameter]))
        excess = _excess(change.parameter, "parameter", (float(low), float(high)), np.array([level]))
        if excess is not None:
            found.append(excess)
    return tuple(found)


def _excess(name: str, kind: str, fitted: tuple[float, float], middle: Floats) -> Excess | None:
    low, high = fitted
    width = high - low
    beyond = np.maximum(np.maximum(low - middle, middle - high), 0.0)
    # Rounding alone takes a path that stands still from its own range.
    slack = NOTABLE * width + 1e-9 * max(abs(low), abs(high), 1.0)
    outside = beyond > slack
    if not outside.any():
        return None
    reached = float(middle[beyond.argmax()])
    distance = float(beyond.max() / width) if width > 0.0 else np.inf
    return Excess(name, kind, low, high, reached, distance, float(outside.mean()))
