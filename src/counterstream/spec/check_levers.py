"""Checks of instruments, events and signals."""

from __future__ import annotations

from datetime import date

from counterstream.spec.check_time import check_increasing, check_span, is_outside
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.clock import Clock
from counterstream.system.instrument import Hold, Points, Steps, Walk
from counterstream.system.signal import SignalInput, Source
from counterstream.system.system import System
from counterstream.units import YEARS_PER_STEP, years_to_months

#: Tolerance of comparisons between durations given in different units.
_SLACK = 1e-9


def check_instruments(draft: System, out: Findings) -> None:
    """Check paths against the clock, and spans in which instruments are held."""
    clock = draft.clock
    for instrument in draft.instruments:
        at: At = ("instruments", instrument.name)
        path = instrument.path
        if isinstance(path, Walk):
            _check_walk(path, (*at, "path", "walk", "every"), clock, out)
        elif isinstance(path, Steps):
            days = [day for day, _ in path.changes]
            inside: At = (*at, "path", "steps")
            check_increasing(days, inside, "from", out)
            for index, day in enumerate(days):
                if day > clock.end:
                    warn_outside((*inside, index, "from"), str(day), clock, out)
        else:
            check_increasing([day for day, _ in path.points], (*at, "path", "points"), "at", out)
            _check_points(path, (*at, "path", "points"), clock, out)
        _check_own_holds(instrument.holds, at, clock, out)


def _check_own_holds(holds: tuple[Hold, ...], at: At, clock: Clock, out: Findings) -> None:
    places: list[At] = [(*at, "holds", index) for index in range(len(holds))]
    for hold, place in zip(holds, places, strict=True):
        if check_span(hold.first, hold.last, place, "to", out) and is_outside(hold.first, hold.last, clock):
            warn_outside(place, f"{hold.first or '...'} to {hold.last or '...'}", clock, out)
    check_holds(holds, places, out)


def _check_walk(path: Walk, at: At, clock: Clock, out: Findings) -> None:
    if YEARS_PER_STEP[path.every] < clock.years_per_step - _SLACK:
        out.add(
            "S415",
            at,
            "the walk is finer than the clock",
            found=path.every.value,
            allowed=f"{clock.step.value} or longer",
        )


def _check_points(path: Points, at: At, clock: Clock, out: Findings) -> None:
    if len(path.points) > 1 and (path.points[0][0] > clock.end or path.points[-1][0] < clock.start):
        warn_outside(at, f"{path.points[0][0]} to {path.points[-1][0]}", clock, out)


def warn_outside(at: At, found: str, clock: Clock, out: Findings) -> None:
    """Warn of something that lies outside the clock."""
    allowed = f"{clock.start} to {clock.end}"
    out.add("S608", at, "this lies outside the clock and has no effect", found=found, allowed=allowed)


def check_holds(holds: tuple[Hold, ...], places: list[At], out: Findings) -> None:
    """Check that no two spans of one instrument or signal overlap at different values."""
    order = sorted(range(len(holds)), key=lambda index: holds[index].first or date.min)
    reach, holder = date.min, -1
    for index in order:
        hold = holds[index]
        if holder >= 0 and (hold.first or date.min) <= reach:
            out.add(
                "S517",
                places[max(index, holder)],
                "it is held twice at the same time",
                found=f"{holds[holder].value:g} and {hold.value:g}",
                allowed="spans that do not overlap",
            )
        if holder < 0 or (hold.last or date.max) > reach:
            reach, holder = hold.last or date.max, index


def check_events(draft: System, out: Findings) -> None:
    """Check the dates of events."""
    for event in draft.events:
        at: At = ("events", event.name)
        if not check_span(event.first, event.last, at, "last", out):
            continue
        end = None if event.half_life_months is not None else event.last or event.first
        if is_outside(event.first, end, draft.clock):
            warn_outside((*at, "first"), f"{event.first} to {end or '...'}", draft.clock, out)


def check_signals(draft: System, out: Findings) -> None:
    """Check lags, and that nothing depends on itself within one step."""
    months = years_to_months(draft.clock.years_per_step)
    span = months * draft.clock.n_steps
    for signal in draft.signals:
        _check_own_holds(signal.holds, ("signals", signal.name), draft.clock, out)
        for index, part in enumerate(signal.inputs):
            if part.lag_months >= span:
                at: At = ("signals", signal.name, "inputs", index, "lag_months")
                found = f"{part.lag_months:g} months back"
                warn_outside(at, found, draft.clock, out)
    _check_sharing(draft, out)
    _check_circles(draft, months, out)


def _check_sharing(draft: System, out: Findings) -> None:
    """Check that what is one for all reads nothing that differs between groups."""
    shared = {signal.name: signal.per for signal in draft.signals}
    reads: list[tuple[str, tuple[str, ...], At]] = [
        (term.of, (), ("instruments", instrument.name, "responds_to", index, "of"))
        for instrument in draft.instruments
        for index, term in enumerate(instrument.responds_to)
    ]
    reads += [
        (part.names[0], signal.per, ("signals", signal.name, "inputs", index, "signal"))
        for signal in draft.signals
        for index, part in enumerate(signal.inputs)
        if part.source is Source.SIGNAL
    ]
    for name, own, at in reads:
        inner = shared.get(name, ())
        if not set(inner) <= set(own):
            out.add(
                "S518",
                at,
                f'"{name}" differs between groups that share this',
                found=f"per {', '.join(inner)}",
                allowed=f"a signal that is one for all, or per {', '.join(own)}" if own else "a signal without per",
                mend="give both the same attributes under per, or feed this from flows and stocks",
            )


def _reads_at_once(part: SignalInput, months: float) -> str:
    """Return the signal or instrument that an input reads in the same step, or nothing."""
    if part.source in (Source.SIGNAL, Source.INSTRUMENT) and part.lag_months < months - _SLACK:
        return part.names[0]
    return ""


def _check_circles(draft: System, months: float, out: Findings) -> None:
    """Check the graph of what is computed from what within one step."""
    reads: dict[str, dict[str, At]] = {}
    for signal in draft.signals:
        if signal.half_life_months is None:
            reads[signal.name] = {
                name: ("signals", signal.name, "inputs", index, part.source.value)
                for index, part in enumerate(signal.inputs)
                if (name := _reads_at_once(part, months))
            }
    for instrument in draft.instruments:
        reads[instrument.name] = {
            term.of: ("instruments", instrument.name, "responds_to", index, "of")
            for index, term in enumerate(instrument.responds_to)
            if term.of
        }
    for circle in find_circles({name: tuple(edges) for name, edges in reads.items()}):
        out.add(
            "S513",
            reads[circle[0]][circle[1]],
            "signals and instruments depend on each other in a circle within one step",
            found=" reads ".join(circle),
            allowed="a signal with half_life_months, or a lag of at least one step, somewhere in the circle",
        )


def find_circles(graph: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return one circle for each set of names that lead back to themselves (depth first).

    A circle names its first member again at its end.
    """
    state: dict[str, int] = {}
    circles: list[tuple[str, ...]] = []
    for root in graph:
        if root in state:
            continue
        state[root] = 1
        trail: list[str] = [root]
        pending = [iter(graph[root])]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                state[trail.pop()] = 2
            elif name in graph and state.get(name) == 1:
                circles.append((*trail[trail.index(name) :], name))
            elif name in graph and name not in state:
                state[name] = 1
                trail.append(name)
                pending.append(iter(graph[name]))
    return circles
