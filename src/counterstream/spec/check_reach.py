"""Who can be where: statuses never reached, junctions without a way on, dead observables."""

from __future__ import annotations

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.scope import GroupIndex
from counterstream.system.move import ChoiceMove, DecisionMove, EntryMove, LossMove, Move, RateMove
from counterstream.system.observable import FlowMeasure, RatioMeasure, StockMeasure
from counterstream.system.system import System

#: Groups (as bits) that can ever hold a status, by status.
Reached = dict[str, int]


def find_reached(draft: System, index: GroupIndex) -> Reached:
    """Return the groups that can ever be in each status, by following every move."""
    reached: Reached = dict.fromkeys(draft.status_names, 0)
    for stock in draft.initial:
        if stock.persons != 0.0 and stock.status in reached:
            reached[stock.status] |= index.pick(stock.groups)
    leaving: dict[str, list[Move]] = {}
    for move in draft.moves:
        for origin in origins_of(move):
            leaving.setdefault(origin, []).append(move)
    masks = {move.name: index.pick(move.groups) for move in draft.moves}
    pending = list(draft.moves)
    while pending:
        move = pending.pop()
        bits = movers(move, masks[move.name], reached)
        for destination in destinations_of(move):
            if bits & ~reached.get(destination, bits):
                reached[destination] |= bits
                pending.extend(leaving.get(destination, ()))
    return reached


def movers(move: Move, mask: int, reached: Reached) -> int:
    """Return the groups that can ever make a move."""
    if isinstance(move, EntryMove) and move.persons_per_year is not None:
        return mask
    present = 0
    for origin in origins_of(move):
        present |= reached.get(origin, 0)
    return mask & present


def origins_of(move: Move) -> tuple[str, ...]:
    """Return the statuses whose persons make the move, or, of an entry, that it is a rate of."""
    if isinstance(move, EntryMove):
        return move.of
    return move.origins if isinstance(move, LossMove) else (move.origin,)


def destinations_of(move: Move) -> tuple[str, ...]:
    """Return the statuses that the move leads to."""
    if isinstance(move, DecisionMove):
        return (move.approved_to, move.refused_to)
    if isinstance(move, ChoiceMove):
        return tuple(alternative.destination for alternative in move.alternatives)
    return (move.destination,) if isinstance(move, (RateMove, EntryMove)) else ()


def check_reach(draft: System, index: GroupIndex, reached: Reached, out: Findings) -> bool:
    """Check that every status can be reached and every junction left; return whether all is well."""
    well = True
    for status in draft.statuses:
        if not reached[status.name]:
            well = False
            out.add(
                "S512",
                ("statuses", status.name),
                "the status can never be reached",
                found="no initial persons and no move that leads to it",
                allowed="initial persons, or a move from a status that is reached",
                mend="add it to initial, add a move to it, or delete it",
            )
    led_on: Reached = {}
    for move in draft.moves:
        bits = movers(move, index.pick(move.groups), reached)
        if isinstance(move, ChoiceMove):
            led_on[move.origin] = led_on.get(move.origin, 0) | index.pick(move.groups)
        if not bits and well:
            out.add(
                "S607",
                ("moves", move.name),
                "nobody can ever make this move",
                found="no group of the move is ever where it starts",
                mend="correct its groups or where it starts, or delete it",
            )
    for status in draft.statuses:
        stuck = reached[status.name] & ~led_on.get(status.name, 0) if status.junction else 0
        if stuck:
            well = False
            out.add(
                "S504",
                ("statuses", status.name),
                "persons arrive at the junction and no choice leads on",
                found=index.names(stuck),
                allowed="a choice move from it for every group that arrives",
            )
    return well


def check_observed(draft: System, index: GroupIndex, reached: Reached, out: Findings) -> None:
    """Check that what is observed can be other than 0."""
    makers: Reached = {}
    for move in draft.moves:
        bits = movers(move, index.pick(move.groups), reached)
        makers.update(dict.fromkeys(move.flows, bits))
    for observable in draft.observables:
        at: At = ("observables", observable.name)
        measure = observable.measure
        if isinstance(measure, RatioMeasure):
            _check_count(measure.numerator, (*at, "ratio", "numerator"), index, (makers, reached), out)
            _check_count(measure.denominator, (*at, "ratio", "denominator"), index, (makers, reached), out)
        elif isinstance(measure, (FlowMeasure, StockMeasure)):
            _check_count(measure, at, index, (makers, reached), out)


def _check_count(
    measure: FlowMeasure | StockMeasure, at: At, index: GroupIndex, counts: tuple[Reached, Reached], out: Findings
) -> None:
    """Check one count; ``counts`` holds the groups of each flow and of each status."""
    is_flow = isinstance(measure, FlowMeasure)
    names = measure.flows if isinstance(measure, FlowMeasure) else measure.statuses
    table = counts[0] if is_flow else counts[1]
    present = 0
    for name in names:
        present |= table.get(name, 0)
    if not present & index.pick(measure.groups):
        out.add(
            "S521",
            (*at, "flow" if is_flow else "stock"),
            "the count can only ever be 0",
            found=f"{', '.join(names)} for {index.names(index.pick(measure.groups))}",
            allowed=index.names(present) or "a flow that somebody can make",
            mend="correct the groups, or what is counted",
        )
