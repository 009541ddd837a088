"""Checks that ties lead to somebody."""

from __future__ import annotations

import math

from counterstream.spec.at_start import count_at_start
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.spec.scope import GroupIndex
from counterstream.system.group import Selector
from counterstream.system.persons import Ties, TiesForm
from counterstream.system.system import System


def check_ties(draft: System, index: GroupIndex, out: Findings) -> None:
    """Check every network against the persons at the start."""
    if draft.persons is None or not draft.persons.ties:
        return
    at_start = count_at_start(draft, index)
    # Nobody at the start is one problem, told where statuses are not reached.
    for ties in draft.persons.ties if at_start else ():
        bits = index.pick(ties.groups)
        if ties.form is TiesForm.FILE or not bits:
            continue
        at: At = ("persons", "ties", ties.name)
        counts = [(place, count) for (_, place), count in (at_start or {}).items() if bits >> place & 1]
        persons = math.fsum(count for _, count in counts)
        if not counts:
            out.add(
                "S523",
                (*at, "groups"),
                "nobody of these groups is there at the start, when ties are laid",
                found=index.names(bits),
                allowed="groups with persons under initial",
            )
            continue
        if ties.mean > persons - 1.0:
            found, allowed = f"{ties.mean:g} of each", f"at most {max(0.0, persons - 1.0):g}"
            out.add("S523", (*at, "mean"), "there are fewer persons than ties", found=found, allowed=allowed)
        present = 0
        for place, _ in counts:
            present |= 1 << place
        _check_mixing(ties, (*at, "mixing"), present, draft, index, out)


def _check_mixing(ties: Ties, at: At, present: int, draft: System, index: GroupIndex, out: Findings) -> None:
    """Check that ties are laid only to values of somebody who is there (``present``: groups as bits)."""
    mixing = ties.mixing
    attribute = next((a for a in draft.attributes if mixing is not None and a.name == mixing.attribute), None)
    if mixing is None or attribute is None:
        return
    held = {value for value in attribute.values if present & index.pick(Selector(((attribute.name, (value,)),)))}
    for value, row in zip(attribute.values, mixing.shares, strict=True):
        pairs = zip(attribute.values, row, strict=True)
        empty = [other for other, share in pairs if share > 0.0 and other not in held]
        if value in held and empty:
            out.add(
                "S523",
                at,
                f'ties of "{value}" lead to values of nobody who is there at the start',
                found=", ".join(empty[:12]),
                allowed=", ".join([other for other in attribute.values if other in held][:12]),
            )
