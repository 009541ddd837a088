"""One fact told twice is linked and never added up; contradictions with the ledger are those of the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from ledger_example import make_claim, make_system
from review_example import make_candidate, open_value

from counterstream.drafting.candidate import Bound, Measure
from counterstream.drafting.linking import UNDER_REVIEW, compare_with_ledger, link_repeats, view_ledger
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Hedge
from counterstream.evidence.conflicts import find_conflicts
from counterstream.evidence.ledger import Ledger


def test_summary_body_and_footnote_are_one_fact() -> None:
    told = [
        make_candidate("1,200", occurrence=0, period="1990", bound=Bound.APPROX),
        make_candidate("155", value=155.0, low=155.0, high=155.0),
        make_candidate("1,200", occurrence=1, period="1990-01/1990-12"),
        make_candidate("1,200", occurrence=1, period=""),
    ]
    assert link_repeats(told) == {2: 0, 3: 0}


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 1300.0, "low": 1300.0, "high": 1300.0},
        {"unit": "family"},
        {"period": "1991"},
        {"origin": "new shore"},
        {"group": "the coast"},
        {"per": "month"},
        {**open_value(low=1200.0), "bound": Bound.GREATER},
        {"period": "1990/.."},
    ],
)
def test_what_differs_is_another_fact(changes: dict[str, Any]) -> None:
    first = make_candidate("1,200", group="all")
    assert link_repeats([first, make_candidate("1,200", **({"group": "all"} | changes))]) == {}


def test_small_numbers_are_told_of_many_things() -> None:
    three = {"value": 3.0, "low": 3.0, "high": 3.0}
    assert link_repeats([make_candidate("155", **three), make_candidate("155", **three)]) == {}
    half = {"value": 0.5, "low": 0.5, "high": 0.5, "unit": "share", "measure": Measure.FLOW}
    assert link_repeats([make_candidate("155", **half), make_candidate("155", **half)]) == {1: 0}


LEDGER = (
    make_claim(id="C1", value=1000.0),
    make_claim(id="C2", value=400.0),
    make_claim(id="C3", value=1001.0, source_id="OTHER"),
    make_claim(id="C4", value=900.0, first=make_claim().first.replace(month=7), hedge=Hedge.OVER),
    make_claim(
        id="C5", value=5.0, first=make_claim().first.replace(year=1995), last=make_claim().last.replace(year=1995)
    ),
    make_claim(id="C6", value=1000.0, what="houses"),
)


def test_repeats_and_contradictions_in_the_ledger() -> None:
    view = view_ledger(make_system(), LEDGER)
    found = compare_with_ledger(view, make_claim(value=1000.0))
    assert found.repeats == ("C1", "C3")
    assert found.repeats_here == ("C1",)
    # Of the claims on the same window only the one that differs is a party.
    assert [(c.kind.value, set(c.claims) - {UNDER_REVIEW}) for c in found.conflicts] == [("same window", {"C2"})]


def test_a_whole_that_is_less_than_a_part() -> None:
    view = view_ledger(make_system(), LEDGER)
    found = compare_with_ledger(view, make_claim(value=500.0))
    kinds = {c.kind.value: set(c.claims) - {UNDER_REVIEW} for c in found.conflicts}
    assert kinds["part exceeds whole"] == {"C4"}
    assert kinds["same window"] == {"C1", "C2", "C3"}


def test_parts_that_together_exceed_a_whole_are_found_through_the_whole() -> None:
    claims = [
        make_claim(id="C1", value=1000.0),
        make_claim(id="C2", value=700.0, last=make_claim().first.replace(month=6)),
    ]
    view = view_ledger(make_system(), claims)
    own = make_claim(value=600.0, first=make_claim().first.replace(month=7))
    (conflict,) = compare_with_ledger(view, own).conflicts
    assert (conflict.kind.value, set(conflict.claims)) == ("parts together exceed whole", {"C1", "C2", UNDER_REVIEW})


@pytest.mark.parametrize("value", [1000.0, 400.0, 700.0, 5.0])
def test_contradictions_are_those_that_the_ledger_would_have(value: float) -> None:
    """Whether there is one is what the whole ledger with the claim in it says."""
    own = make_claim(id="X", value=value)
    view = view_ledger(make_system(), LEDGER)
    here = {c.kind for c in compare_with_ledger(view, own).conflicts}
    whole = find_conflicts(answer_claims(make_system(), Ledger((*LEDGER, own))))
    assert here == {c.kind for c in whole if "X" in c.claims}


def test_what_nothing_answers_is_compared_with_nothing() -> None:
    view = view_ledger(make_system(), LEDGER)
    found = compare_with_ledger(view, make_claim(what="houses"))
    assert (found.repeats, found.conflicts) == ((), ())
