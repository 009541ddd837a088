"""A candidate becomes a claim with the hedge of its words, and nothing is invented on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ledger_example import make_observable, make_system
from review_example import TEXT, anchor_at, make_candidate, open_value

from counterstream.drafting.candidate import Bound, DraftedEvent, Measure
from counterstream.drafting.conversion import (
    About,
    Filing,
    convert_candidate,
    convert_event,
    name_agency,
    name_kind,
    name_unit,
    read_wording,
)
from counterstream.drafting.days import days_of_period, precision_of_period
from counterstream.drafting.proposing import describe_alone, propose_observables
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import DatePrecision, Hedge, QuantityKind, Use
from counterstream.evidence.ledger import Ledger
from counterstream.system.observable import Answer, FlowMeasure, PathMeasure, RatioMeasure, StockMeasure

FILING = Filing("REPORT", "harbour report", ("Harbour Office", "TASS"))
ABOUT = About("departures", "all", "old shore", "new shore", "persons", QuantityKind.FLOW)


@pytest.mark.parametrize(
    ("bound", "words", "figures", "hedge", "stated"),
    [
        ("exact", "", (155, 155, 155), "exact", (155, None, None)),
        ("approx", "about", (200, None, None), "about", (200, None, None)),
        ("approx", "an estimated", (200, None, None), "estimate", (200, None, None)),
        ("approx", "almost", (200, None, None), "almost", (200, None, None)),
        ("gt", "over", (None, 150, None), "over", (150, None, None)),
        ("gt", "just over", (None, 150, None), "just_over", (150, None, None)),
        ("ge", "at least", (None, 150, None), "at_least", (150, None, None)),
        ("lt", "under", (None, None, 90), "under", (90, None, None)),
        ("lt", "nearly", (None, None, 90), "nearly", (90, None, None)),
        ("lt", "almost", (None, None, 90), "almost", (90, None, None)),
        ("le", "up to", (None, None, 90), "up_to", (90, None, None)),
        ("le", "not higher than", (None, None, 90), "no_more_than", (90, None, None)),
        ("range", "from - to", (None, 70, 98), "range", (None, 70, 98)),
        ("vague", "several hundred", (None, 300, 900), "range", (None, 300, 900)),
        ("vague", "hundreds", (None, 100, None), "at_least", (100, None, None)),
        ("vague", "a minority", (None, 0, 0.5), "under", (0.5, None, None)),
        ("zero", "none", (0, 0, 0), "exact", (0, None, None)),
        ("zero", "none", (None, None, None), "exact", (0, None, None)),
        ("relative", "half", (0.5, None, None), "half_of", (0.5, None, None)),
        ("approx", "an expected", (200, None, None), "projection", (200, None, None)),
    ],
)
def test_hedges(
    bound: str, words: str, figures: tuple[Any, Any, Any], hedge: str, stated: tuple[Any, Any, Any]
) -> None:
    value, low, high = figures
    said = read_wording(make_candidate("155", bound=Bound(bound), hedge_words=words, value=value, low=low, high=high))
    assert (said.hedge.value, (said.value, said.low, said.high)) == (hedge, stated)


def test_only_is_a_hedge_of_exact_figures_and_moves_no_bound() -> None:
    assert read_wording(make_candidate("155", rhetoric="only")).hedge is Hedge.ONLY
    over = make_candidate("155", **open_value(low=155.0), bound=Bound.GREATER, rhetoric="only")
    assert read_wording(over).hedge is Hedge.OVER


def test_half_of_another_figure_says_so_in_its_own_words() -> None:
    text = "In January half the number of 1986 left."
    half = make_candidate("half the number", text, bound=Bound.RELATIVE, unit="ratio", value=0.5)
    assert read_wording(half).hedge is Hedge.HALF_OF


@pytest.mark.parametrize("bound", [bound for bound in Bound if bound not in (Bound.RANGE, Bound.VAGUE)])
def test_no_margin_is_invented(bound: Bound) -> None:
    said = read_wording(make_candidate("155", bound=bound))
    assert (said.low, said.high) == (None, None)


@pytest.mark.parametrize(
    ("unit", "per", "measure", "named", "kind"),
    [
        ("person", "", Measure.FLOW, "persons", "flow"),
        ("person", "month", Measure.FLOW, "persons/month", "rate"),
        ("person", "", Measure.STOCK, "persons", "stock"),
        ("person", "", Measure.CUMULATIVE, "persons", "flow"),
        ("person", "", Measure.UNKNOWN, "persons", "flow"),
        ("family", "", Measure.STOCK, "families", "stock"),
        ("household", "", Measure.FLOW, "families", "flow"),
        ("share", "", Measure.FLOW, "share", "share"),
        ("application", "", Measure.FLOW, "applications", "count_of_applications"),
        ("rouble", "", Measure.FEE, "roubles", "fee"),
        ("month", "", Measure.DURATION, "months", "duration"),
        ("country", "", Measure.STOCK, "countries", "stock"),
        ("visa", "", Measure.FLOW, "visas", "flow"),
    ],
)
def test_units_and_kinds(unit: str, per: str, measure: Measure, named: str, kind: str) -> None:
    candidate = make_candidate("155", unit=unit, per=per, measure=measure)
    assert (name_unit(candidate), name_kind(candidate).value) == (named, kind)


def test_a_claim_with_its_place() -> None:
    candidate = make_candidate("1,200 departures", attribution="TASS", defaulted=("origin",))
    claim, problems = convert_candidate(candidate, ABOUT, FILING, TEXT)
    assert problems == ()
    assert claim is not None
    start = TEXT.index("1,200 departures")
    assert claim.locator == f"p. 1, par. 4, {start}-{start + 16}"
    assert claim.statement.startswith("The harbour office counted 1,200 departures")
    assert "\n" not in claim.statement
    assert (claim.first, claim.last) == (date(1990, 1, 1), date(1990, 12, 31))
    assert (claim.value, claim.low, claim.high, claim.hedge) == (1200.0, None, None, Hedge.EXACT)
    assert (claim.source_id, claim.agency, claim.use) == ("REPORT", "TASS", Use.FIT)
    assert claim.notes == "not stated beside the figure: origin"


@pytest.mark.parametrize(
    ("said", "agency"),
    [
        ("the harbour  office", "Harbour Office"),
        ("tass", "TASS"),
        ("rumour", "harbour report"),
        ("", "harbour report"),
        ("a TASS man", "harbour report"),
    ],
)
def test_an_attribution_is_an_agency_only_if_it_is_known(said: str, agency: str) -> None:
    assert name_agency(said, FILING) == agency


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"period": ""}, ["D310"]),
        ({"period": "1990/.."}, ["D310"]),
        ({"period": "", **open_value(), "bound": Bound.RELATIVE, "relative_to": "1986"}, ["D310", "D311"]),
        ({"unit": "share", "value": 12.0}, ["D314"]),
        ({**open_value(low=9.0, high=4.0), "bound": Bound.RANGE}, ["D314"]),
        ({"value": float("nan")}, ["D314"]),
    ],
)
def test_what_is_missing_is_told_at_once(changes: dict[str, Any], codes: list[str]) -> None:
    claim, problems = convert_candidate(make_candidate("155", **changes), ABOUT, FILING, TEXT)
    assert claim is None
    assert [p.code for p in problems] == codes
    assert all(p.path for p in problems)


@pytest.mark.parametrize(
    ("edtf", "first", "last", "precision"),
    [
        ("1987", (1987, 1, 1), (1987, 12, 31), "year"),
        ("1987-02", (1987, 2, 1), (1987, 2, 28), "month"),
        ("1987-02-24", (1987, 2, 24), (1987, 2, 24), "day"),
        ("1972-23", (1972, 9, 1), (1972, 11, 30), "season"),
        ("1972-24", (1972, 12, 1), (1973, 2, 28), "season"),
        ("197X", (1970, 1, 1), (1979, 12, 31), "span"),
        ("1986-10/1987-02", (1986, 10, 1), (1987, 2, 28), "span"),
        ("1970~", (1970, 1, 1), (1970, 12, 31), "year"),
    ],
)
def test_periods(edtf: str, first: tuple[int, int, int], last: tuple[int, int, int], precision: str) -> None:
    assert days_of_period(edtf) == (date(*first), date(*last))
    assert precision_of_period(edtf) is DatePrecision(precision)


@pytest.mark.parametrize("edtf", ["", "1987/..", "../1987", "1988/1987", "P1Y", "last year", "1987-13", "1987-02-30"])
def test_what_is_no_period(edtf: str) -> None:
    assert days_of_period(edtf) is None


def test_events() -> None:
    anchor = anchor_at(TEXT, "On 1 March 1995 the border was closed.")
    row, problems = convert_event(DraftedEvent(anchor, "1995-03", "The border\nwas closed", "law"), FILING)
    assert problems == ()
    assert row is not None
    assert (row.day, row.precision, row.event) == (date(1995, 3, 1), DatePrecision.MONTH, "The border was closed")
    assert (row.instrument, row.source_id, row.basis) == ("law", "REPORT", "stated")
    assert convert_event(DraftedEvent(anchor, "", "x"), FILING)[1][0].code == "D310"
    assert convert_event(DraftedEvent(anchor, "1995", " "), FILING)[1][0].code == "D314"


FLOW = FlowMeasure(("leave",))
STOCK = StockMeasure(("resident",))
OBSERVABLES = (
    make_observable("departures", FLOW, (Answer(("departures from the old shore",), group=("everybody",)),)),
    make_observable("returns", FLOW, (Answer(("returns",), origin=("new shore",)),)),
    make_observable("refused", STOCK, (Answer(("refused", "waiting for papers")),)),
    make_observable("coast_share", RatioMeasure(FLOW, FLOW), (Answer(("share of the coast",)),), unit="share"),
    make_observable("delay", PathMeasure("delay"), (Answer(("time to a decision",)),), unit="months"),
)


@pytest.mark.parametrize(
    ("changes", "sentence", "first"),
    [
        ({}, "In 1990 1,200 people left the old shore.", "departures"),
        ({"group": "everybody"}, "In 1990 1,200 people emigrated.", "departures"),
        ({"origin": "new shore"}, "Of these 155 came back and returned in 1990.", "returns"),
        ({"measure": Measure.STOCK}, "At the end of 1990 155 were refused and waited for papers.", "refused"),
        (
            {"unit": "share", "value": 0.4, "low": 0.4, "high": 0.4},
            "A share of 40 percent came from the coast.",
            "coast_share",
        ),
        (
            {"unit": "month", "measure": Measure.DURATION, "value": 8.0},
            "A decision takes a time of eight months.",
            "delay",
        ),
    ],
)
def test_the_observable_that_a_candidate_answers(changes: dict[str, Any], sentence: str, first: str) -> None:
    system = make_system(*OBSERVABLES)
    candidate = make_candidate("155", **changes)
    proposals = propose_observables(system, candidate, sentence)
    assert proposals[0].observable == first
    # What is proposed is answered, and by that observable.
    for proposal in proposals:
        claim, _ = convert_candidate(candidate, proposal.about, FILING, TEXT)
        assert claim is not None
        answered = answer_claims(system, Ledger((claim,))).answered
        assert [a.observable.name for a in answered] == [proposal.observable]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "rouble", "measure": Measure.FEE}, "They paid 900 roubles to leave."),
        ({"unit": "letter"}, "They sent 900 letters to those who left."),
        ({"unit": "person"}, "The orchestra has 90 players."),
        ({"unit": "person", "period": "1950"}, "In 1950 90 people left."),
    ],
)
def test_nothing_is_proposed_that_would_not_answer(changes: dict[str, Any], sentence: str) -> None:
    assert propose_observables(make_system(*OBSERVABLES), make_candidate("155", **changes), sentence) == ()


def test_papers_are_taken_for_persons_with_a_remark() -> None:
    observable = make_observable("permissions", FLOW, (Answer(("exit visas granted",)),))
    candidate = make_candidate("155", unit="visa")
    (proposal,) = propose_observables(make_system(observable), candidate, "155 exit visas were granted.")
    assert proposal.about.unit == "persons"
    assert proposal.remark == "one of the visas taken for one person"


def test_without_a_case_a_claim_is_described_in_words_of_its_own() -> None:
    about = describe_alone(make_candidate("155", group="departures"), "155 people returned home.")
    assert (about.what, about.group, about.unit) == ("returns", "", "persons")
    share = describe_alone(make_candidate("155", unit="share", share_of="the applicants"), "Half of them.")
    assert share.what == "share of the applicants"
