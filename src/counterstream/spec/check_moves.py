"""Checks of initial persons, moves, decisions and junctions, each by itself and in pairs."""

from __future__ import annotations

from counterstream.spec.check_levers import find_circles
from counterstream.spec.check_parameters import prior_quarter
from counterstream.spec.check_time import check_batches
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.scope import GroupIndex
from counterstream.system.group import Selector
from counterstream.system.move import ChoiceMove, DecisionMove, EntryMove, LossMove, Move, RateMove
from counterstream.system.signal import Source
from counterstream.system.system import InitialStock, System
from counterstream.system.term import Term
from counterstream.units import DURATION_UNITS, years_to_months

_SLACK = 1e-9


def check_initial(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check that weights give every picked group a share, and that junctions start empty."""
    junctions = {status.name for status in draft.statuses if status.junction}
    for place, stock in enumerate(draft.initial):
        at: At = ("initial", place)
        if stock.status in junctions and stock.persons != 0.0:
            out.add(
                "S507",
                (*at, "status"),
                "a junction has persons at the start",
                found=stock.status,
                allowed="a status that persons stay in",
            )
        _check_weights(stock, at, draft, index, out)


def _check_weights(stock: InitialStock, at: At, draft: System, index: GroupIndex, out: Findings) -> None:
    tables = {name: dict(pairs) for name, pairs in stock.weights}
    picked = index.pick(stock.groups)
    left = picked
    lacking: list[tuple[str, str]] = []
    for attribute in draft.attributes:
        table = tables.get(attribute.name)
        without = picked & ~index.pick(Selector(((attribute.name, attribute.values),)))
        if table is not None and without:
            out.add(
                "S520",
                (*at, "weights", attribute.name),
                f'some picked groups have no "{attribute.name}"',
                found=index.names(without),
                allowed="weights of attributes that every picked group has",
                mend="restrict the groups of this entry",
            )
        for value in attribute.values if table is not None else ():
            holders = picked & index.pick(Selector(((attribute.name, (value,)),)))
            if table is not None and table.get(value, 0.0) == 0.0:
                left &= ~holders
                if holders and value not in table:
                    lacking.append((attribute.name, value))
    for name, value in lacking:
        out.add(
            "S520",
            (*at, "weights", name),
            f'value "{value}" has no weight',
            found=", ".join(tables[name]),
            allowed="a weight for every value that a picked group has",
            mend=f"add {value}: 0, if nobody has it",
        )
    if picked and not left and not lacking:
        out.add("S520", (*at, "weights"), "all weights of the picked groups are 0", found="0", allowed="one above 0")


def _origins(move: Move) -> tuple[tuple[str, At], ...]:
    """Return the statuses that a move leaves, with the path of each."""
    at: At = ("moves", move.name, "from")
    if isinstance(move, EntryMove):
        return ()
    if isinstance(move, LossMove):
        return tuple((origin, (*at, index)) for index, origin in enumerate(move.origins))
    return ((move.origin, at),)


def _destinations(move: Move) -> tuple[tuple[str, At], ...]:
    """Return the statuses that a move leads to, with the path of each."""
    at: At = ("moves", move.name)
    if isinstance(move, (RateMove, EntryMove)):
        return ((move.destination, (*at, "to")),)
    if isinstance(move, DecisionMove):
        return ((move.approved_to, (*at, "approved_to")), (move.refused_to, (*at, "refused_to")))
    if isinstance(move, ChoiceMove):
        return tuple((a.destination, (*at, "alternatives", a.destination)) for a in move.alternatives)
    return ()


def _terms(move: Move) -> list[tuple[Term, At]]:
    """Return all terms of a move, with the path of each."""
    at: At = ("moves", move.name)
    if isinstance(move, ChoiceMove):
        return [
            (term, (*at, "alternatives", a.destination, "terms", index))
            for a in move.alternatives
            for index, term in enumerate(a.terms)
        ]
    return [(term, (*at, "terms", index)) for index, term in enumerate(move.terms)]


def check_moves(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check where moves start and end, and on whom their terms act."""
    junctions = {status.name for status in draft.statuses if status.junction}
    statuses = set(draft.status_names)
    for move in draft.moves:
        origins = {origin for origin, _ in _origins(move)}
        for destination, at in _destinations(move):
            if destination in origins:
                out.add(
                    "S501",
                    at,
                    "the move leads back to where it starts",
                    found=destination,
                    allowed="a status other than the one that is left",
                )
        for origin, at in _origins(move):
            if origin in junctions and not isinstance(move, ChoiceMove):
                out.add(
                    "S502",
                    at,
                    "only a choice can lead on from a junction",
                    found=origin,
                    allowed="a status that is no junction",
                    mend="make it a choice, or the status no junction",
                )
            if isinstance(move, ChoiceMove) and origin in statuses - junctions:
                out.add(
                    "S503",
                    at,
                    "a choice starts at a junction",
                    found=origin,
                    allowed=", ".join(sorted(junctions)) or "a status with junction: true",
                    mend="add junction: true to the status, or use rate moves",
                )
        _check_selectors(move, index, out)


def _check_selectors(move: Move, index: GroupIndex, out: Findings) -> None:
    """Check that terms and priorities act on groups that make the move."""
    whole = index.pick(move.groups)
    inner = [(term.groups, (*at, "groups")) for term, at in _terms(move)]
    if isinstance(move, DecisionMove):
        inner += [(picked, ("moves", move.name, "priority", place)) for place, picked in enumerate(move.priority)]
    for selector, at in inner:
        picked = index.pick(selector)
        if picked and whole and not picked & whole:
            out.add(
                "S509",
                at,
                "none of these groups makes the move",
                found=index.names(picked),
                allowed=index.names(whole),
            )


def check_decisions(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check delays, rhythms, and that one office decides about one queue and group."""
    taken: dict[str, list[tuple[str, int]]] = {}
    for move in draft.decisions:
        _check_delay(move, draft, out)
        if move.batches is not None:
            check_batches(move.batches, ("moves", move.name, "batches"), draft.clock, out)
        _check_rivals("S508", "decision", move, taken, index, out)


def _check_delay(move: DecisionMove, draft: System, out: Findings) -> None:
    at: At = ("moves", move.name, "delay_months")
    least = move.stages * years_to_months(draft.clock.years_per_step)
    allowed = f"at least {least:.3g} months: {move.stages} stage(s) of one {draft.clock.step.value}"
    if not isinstance(move.delay_months, str):
        if move.delay_months < least - _SLACK:
            found = f"{move.delay_months:g} months"
            out.add(
                "S412",
                at,
                "the delay is shorter than its stages can be",
                found=found,
                allowed=allowed,
                mend="lower stages, or take a shorter step",
            )
        return
    parameter = next((p for p in draft.parameters if p.name == move.delay_months), None)
    if parameter is None or parameter.unit not in DURATION_UNITS:
        return
    quarter = years_to_months(prior_quarter(parameter.prior) * DURATION_UNITS[parameter.unit])
    if quarter < least - _SLACK:
        # Below that the delay cannot be told apart, and the edge is a kink that chains hardly cross.
        out.add(
            "S610",
            at,
            "a quarter or more of the delay's prior lies below what its stages allow",
            found=f"a quarter lies below {quarter:.3g} months",
            allowed=allowed,
            mend="lower stages, or take a shorter step",
        )


def _check_rivals(
    code: str,
    noun: str,
    move: DecisionMove | ChoiceMove,
    taken: dict[str, list[tuple[str, int]]],
    index: GroupIndex,
    out: Findings,
) -> None:
    """Check that no earlier move of the same kind serves the same status and group."""
    whole = index.pick(move.groups)
    for name, bits in taken.setdefault(move.origin, []):
        if bits & whole:
            out.add(
                code,
                ("moves", move.name, "from"),
                f"two {noun} moves leave one status for the same group",
                found=f"{name} and {move.name} for {index.names(bits & whole)}",
                allowed=f"one {noun} move for each group",
                mend="restrict their groups, or join them",
            )
            break
    taken[move.origin].append((move.name, whole))


def check_junctions(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check choices against each other, circles of junctions, and junctions taken for stocks."""
    junctions = {status.name for status in draft.statuses if status.junction}
    choices = [move for move in draft.moves if isinstance(move, ChoiceMove)]
    taken: dict[str, list[tuple[str, int]]] = {}
    leads: dict[str, list[str]] = {name: [] for name in junctions}
    first: dict[tuple[str, str], At] = {}
    for move in choices:
        _check_rivals("S505", "choice", move, taken, index, out)
        for destination, at in _destinations(move):
            if move.origin in junctions and destination in junctions and destination != move.origin:
                leads[move.origin].append(destination)
                first.setdefault((move.origin, destination), at)
    for circle in find_circles({name: tuple(leads[name]) for name in sorted(leads)}):
        out.add(
            "S506",
            first[circle[0], circle[1]],
            "junctions lead to each other in a circle",
            found=" to ".join(circle),
            allowed="ways that end in a status that is no junction",
        )
    for signal in draft.signals:
        for place, part in enumerate(signal.inputs):
            if part.source is Source.STOCK:
                at = ("signals", signal.name, "inputs", place, "stock")
                check_counted(part.names, at, junctions, out)
    for move in draft.moves:
        if isinstance(move, EntryMove):
            check_counted(move.of, ("moves", move.name, "of"), junctions, out)


def check_counted(names: tuple[str, ...], at: At, junctions: set[str], out: Findings) -> None:
    """Check that no junction is counted as a stock."""
    for index, name in enumerate(names):
        if name in junctions:
            out.add(
                "S522",
                (*at, index),
                "nobody is ever in a junction at the end of a step",
                found=name,
                allowed="a status that is no junction",
                mend="count the flows that arrive there instead",
            )
