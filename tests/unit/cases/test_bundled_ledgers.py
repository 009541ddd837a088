"""The ledgers of the bundled cases: complete, described, and as far answered as is said of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from counterstream.case import Case, check_case, load_case
from counterstream.evidence.answering import MARKED_CONTEXT, OUTSIDE_PERIOD, answer_claims, migration_coverage
from counterstream.evidence.claim import Hedge, Use
from counterstream.evidence.writing import datapackage

CASES = ("soviet-third-wave", "soviet-return-campaigns")
#: Derived, but from a month's total that is printed nowhere else in the ledger.
DERIVED_FROM_ELSEWHERE = {"C0787"}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return load_case(request.param)


@pytest.fixture(scope="module")
def flagship() -> Case:
    return load_case("soviet-third-wave")


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_wrong_with_a_bundled_case(name: str) -> None:
    assert [str(problem) for problem in check_case(name)[1]] == []


def test_a_bundled_case_says_in_words_what_it_is(case: Case) -> None:
    assert case.readme.startswith("# ")
    assert "cannot say" in case.readme
    assert {claim.source_id for claim in case.ledger.claims} <= {source.id for source in case.ledger.sources}
    assert all(source.interests for source in case.ledger.sources)
    assert all(claim.statement and claim.agency for claim in case.ledger.claims)


def test_the_description_for_other_programs_is_current(case: Case) -> None:
    told = json.loads((Path(case.folder) / "datapackage.json").read_text(encoding="utf-8"))
    assert told == datapackage(case.ledger, told["name"], told["title"])
    assert told["name"] == case.name


def test_most_claims_about_migration_are_answered(case: Case) -> None:
    assert migration_coverage(answer_claims(case.system, case.ledger)) >= 0.85


def test_every_context_in_a_system_takes_claims(case: Case) -> None:
    taken = {
        item.claim.what for item in answer_claims(case.system, case.ledger).context if item.reason != MARKED_CONTEXT
    }
    assert {what for context in case.system.context for what in context.answer.what} == taken


def test_every_declared_agency_speaks_or_is_relayed(case: Case) -> None:
    spoken = set(case.ledger.agencies)
    relayed = {agency.relays for agency in case.system.agencies}
    assert {agency.name for agency in case.system.agencies} <= spoken | relayed


def test_arithmetic_on_printed_figures_is_not_counted_twice(flagship: Case) -> None:
    derived = {claim.id for claim in flagship.ledger.claims if claim.hedge is Hedge.DERIVED}
    checks = {claim.id for claim in flagship.ledger.claims if claim.use is Use.CHECK}
    assert derived - checks == DERIVED_FROM_ELSEWHERE
    assert checks <= derived


def test_the_page_states_the_size_of_the_ledger(flagship: Case) -> None:
    page = Path(__file__).parents[3] / "docs" / "cases" / "soviet-third-wave.md"
    size = f"{len(flagship.ledger.claims)} claims of {len(flagship.ledger.sources)} sources"
    assert size in page.read_text(encoding="utf-8")
    assert f"{len(flagship.ledger.claims)} claims" in flagship.readme


def test_what_lies_outside_the_period_stays_unanswered(flagship: Case) -> None:
    unanswered = {item.claim.id: item.reason for item in answer_claims(flagship.system, flagship.ledger).unanswered}
    for outside in ("C0110", "C0499", "C0503", "C0775"):
        assert unanswered[outside] == OUTSIDE_PERIOD
    assert {"C0163", "C0353", "C0589"} <= set(unanswered), "people not counted as Jewish on Israeli visas"


def test_both_cases_say_the_same_of_a_shared_claim(flagship: Case) -> None:
    known = {claim.id: claim for claim in flagship.ledger.claims}
    for claim in load_case("soviet-return-campaigns").ledger.claims:
        twin = known[claim.id]
        assert (claim.value, claim.low, claim.high, claim.first, claim.last, claim.hedge, claim.agency) == (
            twin.value,
            twin.low,
            twin.high,
            twin.first,
            twin.last,
            twin.hedge,
            twin.agency,
        )
