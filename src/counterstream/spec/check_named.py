"""Checks of named households, and of what is done for them."""

from __future__ import annotations

from counterstream.spec.at_start import AtStart, count_at_start
from counterstream.spec.check_reach import destinations_of, origins_of
from counterstream.spec.check_time import check_span, is_outside
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.scope import GroupIndex
from counterstream.system.move import EntryMove, Move
from counterstream.system.persons import Intervention, NamedHousehold
from counterstream.system.system import System


def check_named(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check that every named household can be there, and that what is done for it can change something."""
    named = draft.persons.named if draft.persons is not None else ()
    if not named:
        return
    at_start = count_at_start(draft, index)
    ways = _Ways(draft, index)
    junctions = {status.name for status in draft.statuses if status.junction}
    taken: dict[tuple[str, int], int] = {}
    for household in named:
        at: At = ("persons", "named", household.name)
        if household.status in junctions:
            out.add(
                "S507",
                (*at, "status"),
                "a junction has persons at the start",
                found=household.status,
                allowed="a status that persons stay in",
            )
            continue
        bits = index.pick(household.groups)
        if bits.bit_count() != 1:
            found, allowed = index.names(bits), "attributes that pick exactly one group"
            out.add("S527", (*at, "groups"), "the household is not of one group", found=found, allowed=allowed)
            continue
        if at_start is not None:
            _check_size(household, bits, taken, at_start, out)
        for place, entry in enumerate(household.interventions):
            inside = (*at, "interventions", place)
            _check_intervention(entry, inside, draft, out)
            _check_reach(entry, inside, (household.status, bits), ways, out)
        _check_overlaps(household, (*at, "interventions"), out)


class _Ways:
    """Where persons of one group can come to from a status, each asked of the moves once."""

    def __init__(self, draft: System, index: GroupIndex) -> None:
        self.index = index
        self.moves = {move.name: move for move in draft.moves}
        self.masks = {move.name: index.pick(move.groups) for move in draft.moves}
        self._leaving: dict[str, list[Move]] = {}
        for move in draft.moves:
            for origin in () if isinstance(move, EntryMove) else origins_of(move):
                self._leaving.setdefault(origin, []).append(move)
        self._known: dict[tuple[str, int], set[str]] = {}

    def find_reached(self, status: str, bits: int) -> set[str]:
        """Return the statuses that persons of a group (its bit) can come to, the first included."""
        if (status, bits) in self._known:
            return self._known[status, bits]
        reached, pending = {status}, [status]
        while pending:
            for move in self._leaving.get(pending.pop(), ()):
                fresh = set(destinations_of(move)) - reached if self.masks[move.name] & bits else set[str]()
                reached |= fresh
                pending.extend(fresh)
        self._known[status, bits] = reached
        return reached


def _check_size(
    household: NamedHousehold, bits: int, taken: dict[tuple[str, int], int], at_start: AtStart, out: Findings
) -> None:
    """Check that the stock holds the household beside those above it."""
    key = household.status, bits.bit_length() - 1
    stock, before = at_start.get(key, 0.0), taken.get(key, 0)
    taken[key] = before + household.size
    if before + household.size > stock:
        out.add(
            "S526",
            ("persons", "named", household.name, "size"),
            "the group has fewer persons in the status at the start",
            found=f"{household.size}" + (f" beside {before} of other named households" if before else ""),
            allowed=f"at most {max(0.0, stock - before):.6g}",
            mend="correct status, groups or size, or give the status persons under initial",
        )


def _check_intervention(entry: Intervention, at: At, draft: System, out: Findings) -> None:
    """Check dates, and that only decisions have outcomes."""
    if not check_span(entry.first, entry.last, at, "to", out):
        return
    clock = draft.clock
    if is_outside(entry.first, entry.last, clock):
        out.add(
            "S525",
            (*at, "from" if entry.first > clock.end else "to"),
            "the intervention lies outside the clock",
            found=f"{entry.first} to {entry.last}",
            allowed=f"{clock.start} to {clock.end}",
        )
    is_decision = any(move.name == entry.move for move in draft.decisions)
    if entry.outcome is not None and not is_decision:
        out.add(
            "S518",
            (*at, "outcome"),
            "only a decision has an outcome",
            found=f"{entry.outcome.value} of {entry.move}",
            allowed='"times" for a rate move',
        )


def _check_reach(entry: Intervention, at: At, who: tuple[str, int], ways: _Ways, out: Findings) -> None:
    """Check that the household (its status at the start and its group's bit) can make the move."""
    move = ways.moves.get(entry.move)
    if move is None:
        return
    mask, reached = ways.masks[move.name], ways.find_reached(*who)
    if not mask & who[1]:
        found, allowed = ways.index.names(who[1]), ways.index.names(mask)
        out.add("S525", (*at, "move"), "the household's group never makes this move", found=found, allowed=allowed)
    elif not reached & set(origins_of(move)):
        found = ", ".join(origins_of(move))
        message = "the household can never come to where this move starts"
        allowed = f"a move from {', '.join(sorted(reached)[:12])}"
        out.add("S525", (*at, "move"), message, found=found, allowed=allowed)


def _check_overlaps(household: NamedHousehold, at: At, out: Findings) -> None:
    """Check that no two interventions act on one move at the same time."""
    entries = household.interventions
    for place, entry in enumerate(entries):
        for earlier in entries[:place]:
            if entry.move == earlier.move and entry.first <= earlier.last and earlier.first <= entry.last:
                out.add(
                    "S528",
                    (*at, place),
                    "two interventions act on this move at the same time",
                    found=f"{entry.first} to {entry.last} and {earlier.first} to {earlier.last}",
                    allowed="spans that do not overlap",
                )
                break
