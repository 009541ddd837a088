"""All checks of a resolved draft, in the order of the system's parts."""

from __future__ import annotations

from counterstream.spec.check_levers import check_events, check_instruments, check_signals
from counterstream.spec.check_moves import check_decisions, check_initial, check_junctions, check_moves
from counterstream.spec.check_named import check_named
from counterstream.spec.check_outputs import check_agencies, check_answers, check_measures, check_scenarios
from counterstream.spec.check_parameters import check_parameters
from counterstream.spec.check_persons import check_needs, check_persons
from counterstream.spec.check_reach import check_observed, check_reach, find_reached
from counterstream.spec.check_ties import check_ties
from counterstream.spec.check_time import check_clock
from counterstream.spec.check_use import check_use
from counterstream.spec.findings import Findings
from counterstream.spec.scope import GroupIndex
from counterstream.system.system import System


def check_draft(draft: System, out: Findings, *, whole: bool) -> None:
    """Check what was resolved.

    What is absent or unused is judged only if the draft is ``whole``: every part could be
    read and every name is known.
    """
    index = GroupIndex(draft.groups)
    check_clock(draft.clock, out)
    check_parameters(draft, out)
    check_instruments(draft, out)
    check_events(draft, out)
    check_signals(draft, out)
    check_initial(draft, index, out)
    check_moves(draft, index, out)
    check_decisions(draft, index, out)
    check_junctions(draft, index, out)
    check_measures(draft, out)
    check_answers(draft, out)
    check_agencies(draft, out)
    check_persons(draft, out)
    check_ties(draft, index, out)
    check_scenarios(draft, out)
    if not whole or out.has_errors("S510", "S511"):
        return
    check_needs(draft, out)
    check_named(draft, index, out)
    reached = find_reached(draft, index)
    if check_reach(draft, index, reached, out):
        check_observed(draft, index, reached, out)
    check_use(draft, out)
