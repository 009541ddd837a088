"""How far long work has come, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass
class Phase:
    """What has been told of one phase of some work.

    Parameters
    ----------
    name
        As the work names it.
    began, heard
        When it began, which is when the phase before it was last heard of, and when something
        was last told of it; in seconds of the clock.
    base
        What was done when it began (one counter can go through several phases).
    first, first_heard
        What was done, and when, the first time that something was told.
    done, total
        What is done, of how much; total 0 is unknown.
    remark
        The last remark.
    """

    name: str
    began: float
    heard: float
    base: int
    first: int
    first_heard: float
    done: int
    total: int
    remark: str = ""

    @property
    def rate_per_second(self) -> float:
        """Units done in a second; 0 if it cannot be told yet."""
        # The first units of a phase often wait for a compilation, so they count only as long as there are no others.
        if self.done > self.first and self.heard > self.first_heard:
            return (self.done - self.first) / (self.heard - self.first_heard)
        if self.done > self.base and self.heard > self.began:
            return (self.done - self.base) / (self.heard - self.began)
        return 0.0


class Pace:
    """Measures phases of work and estimates what remains.

    Within a phase that counts, the rest follows from its own rate.  Other phases take their
    expected share: the times so far, scaled by the weights.

    Parameters
    ----------
    weights
        Phases that the work is expected to go through, in order, with the relative time that
        each takes.  Phases that are not named here count for nothing until they begin.
    clock
        Seconds of a clock that does not jump.
    """

    def __init__(self, weights: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._weights = dict(weights)
        self._order = list(weights)
        self._clock = clock
        self._began = clock()
        self.phases: list[Phase] = []

    @property
    def current(self) -> Phase | None:
        """The phase last heard of."""
        return self.phases[-1] if self.phases else None

    def told(self, name: str, done: int, total: int, remark: str = "") -> bool:
        """Take note of what is told; return whether a phase begins with it."""
        now = self._clock()
        last = self.current
        if last is not None and last.name == name and done >= last.done:
            last.heard, last.done, last.total = now, done, total
            last.remark = remark or last.remark
            return False
        began = last.heard if last is not None else self._began
        goes_on = last is not None and last.name != name and last.total == total and 0 < last.done < done
        base = last.done if last is not None and goes_on else 0
        self.phases.append(Phase(name, began, now, base, done, now, done, total, remark))
        return True

    def elapsed(self) -> float:
        """Seconds since the work began."""
        return self._clock() - self._began

    def seconds_of(self, phase: Phase) -> float:
        """Seconds that a phase has taken, up to now if it is the current one."""
        return (self._clock() if phase is self.current else phase.heard) - phase.began

    def remaining(self) -> float | None:
        """Return the seconds that the work will probably still take, None if that cannot be told yet."""
        current = self.current
        if current is None:
            return None
        known = self._rest_of(current)
        # Phases of weight 0 share in the time of the one that stands for them; unexpected ones do not count.
        expected = [phase for phase in self.phases if phase.name in self._weights]
        if known is None:
            expected = [phase for phase in expected if phase is not current]
        took = sum(self.seconds_of(phase) for phase in expected)
        took += known if known is not None and current in expected else 0.0
        weight = sum(self._weights[phase.name] for phase in expected)
        coming = self._weight_after(current)
        if known is None:
            mine = self._weights.get(current.name, 0.0)
            if weight <= 0.0 or mine <= 0.0:
                return None
            known = max(mine * took / weight - self.seconds_of(current), 0.0)
        if coming == 0.0:
            return known
        return known + coming * took / weight if weight > 0.0 else None

    def _rest_of(self, phase: Phase) -> float | None:
        """Return the seconds left of a phase by its own rate, None if it has none."""
        if phase.total <= 0:
            return None
        if phase.done >= phase.total:
            return 0.0
        rate = phase.rate_per_second
        if rate <= 0.0:
            return None
        return max((phase.total - phase.done) / rate - (self._clock() - phase.heard), 0.0)

    def _weight_after(self, phase: Phase) -> float:
        """Return the weight of the expected phases that come after one."""
        if phase.name not in self._weights:
            begun = {phase.name for phase in self.phases}
            places = [place for place, name in enumerate(self._order) if name in begun]
            after = max(places) + 1 if places else 0
        else:
            after = self._order.index(phase.name) + 1
        return sum(self._weights[name] for name in self._order[after:])


def format_duration(seconds: float) -> str:
    """Return a duration for reading: ``0.4 s``, ``8 s``, ``3 min 05 s``, ``2 h 10 min``."""
    if seconds < 1.0:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
