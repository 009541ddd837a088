"""What a projection is made from, what cannot be projected, and the sums of its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledger_example import make_claim
from projection_example import CLAIMS, SETTINGS, SYSTEM, make_case, yearly

from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import Claim, Use
from counterstream.workflow.project_plan import ProjectionSettings, plan_projection, read_moment
from counterstream.workflow.project_record import (
    OriginRecord,
    ScoredClaim,
    horizon_of,
    summarise_scores,
    tabulate_record,
    tabulate_together,
)


def codes_of(settings: ProjectionSettings, *claims: Claim) -> list[str]:
    with pytest.raises(CounterstreamError) as caught:
        plan_projection(make_case(*claims), settings)
    return sorted(caught.value.codes)


def test_without_later_events_they_are_dropped_and_said() -> None:
    plan = plan_projection(make_case(), replace(SETTINGS, without_later_events=True))
    assert [e.dropped for e in plan.system_known(plan.evidence_until).events] == [True, False]
    assert [e.dropped for e in plan.system_known(date(2001, 12, 31)).events] == [True, True]


def test_the_evidence_ends_by_default_with_the_last_year_claimed() -> None:
    plan = plan_projection(make_case(), replace(SETTINGS, evidence_until=None, origins=()))
    assert (plan.evidence_until, len(plan.fitted_by(plan.evidence_until))) == (date(2007, 12, 31), 6)
    inside = plan_projection(make_case(), replace(SETTINGS, until="2003-06-15"))
    assert (inside.until, inside.system.clock) == (date(2003, 6, 30), SYSTEM.clock)


def test_origins_by_default_have_claims_before_and_after() -> None:
    months = [
        make_claim(id=f"M{y}{m}", first=date(y, m, 1), last=date(y, m, 28), value=50.0)
        for y in range(2000, 2006)
        for m in range(1, 13)
    ]
    plan = plan_projection(make_case(*months), ProjectionSettings(2008))
    assert plan.origins == tuple(date(year, 12, 31) for year in (2001, 2002, 2003, 2004))
    assert plan_projection(make_case(), replace(SETTINGS, origins=None)).origins == ()


def test_claims_on_constants_and_across_an_origin_are_no_test() -> None:
    claims = (
        *CLAIMS,
        yearly(2004, id="R", what="rate", unit="level", value=0.03),
        yearly(2003, id="A", first=date(2002, 7, 1)),
        yearly(2003, id="K", use=Use.CHECK),
    )
    plan = plan_projection(make_case(*claims), SETTINGS)
    assert [a.claim.id for a in plan.later_than(plan.evidence_until)] == ["C2003", "C2004", "C2007", "K"]
    assert [a.claim.id for a in plan.fitted_by(date(2003, 12, 31))] == ["C2000", "C2001", "C2002", "C2003", "A"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [(1995, date(1995, 12, 31)), ("1995-06-30", date(1995, 6, 30)), (date(1995, 6, 30), date(1995, 6, 30))],
)
def test_a_year_is_its_last_day(moment: int | str | date, day: date) -> None:
    assert read_moment(moment) == day


@pytest.mark.parametrize("moment", ["", "soon", "1995-02-30", "19950630", "0", 10000, "1995-6-1", "-5"])
def test_what_is_no_day_is_coded(moment: int | str) -> None:
    assert codes_of(replace(SETTINGS, until=moment)) == ["U230"]
    assert codes_of(replace(SETTINGS, evidence_until=moment)) == ["U230"]
    assert codes_of(replace(SETTINGS, origins=(moment,))) == ["U230"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"until": 2001}, "U231"),
        ({"until": "2002-12-31"}, "U231"),
        ({"until": 1990}, "U231"),
        ({"until": 9999}, "U232"),
        ({"until": 8000}, "U232"),
        ({"evidence_until": "2000-06-30", "origins": ()}, "U233"),
        ({"observables": ("departure",)}, "U234"),
        ({"observables": ("rate",)}, "U235"),
        ({"observables": ("growth",)}, "U235"),
        ({"origins": (1999,)}, "U236"),
        ({"origins": (2002,)}, "U236"),
        ({"origins": ("2000-06-30",)}, "U237"),
    ],
)
def test_each_mistake_is_coded(changes: dict[str, Any], code: str) -> None:
    assert codes_of(replace(SETTINGS, **changes)) == [code]


def test_an_origin_without_claims_after_it_is_coded() -> None:
    across = yearly(2003, first=date(2001, 1, 1))
    assert codes_of(replace(SETTINGS, evidence_until=2003), yearly(2000), across) == ["U238"]


def test_no_claims_at_all_is_coded() -> None:
    unanswered = yearly(2000, what="houses")
    assert codes_of(replace(SETTINGS, evidence_until=None, origins=()), unanswered) == ["U233"]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = replace(SETTINGS, until=2001, observables=("departure", "rate"), origins=("x", 1990, "2000-06-30"))
    assert codes_of(wrong) == ["U230", "U231", "U234", "U235", "U236", "U237"]


@pytest.mark.parametrize(
    ("last", "horizon"),
    [
        (date(2001, 1, 31), "0-1"),
        (date(2001, 12, 31), "0-1"),
        (date(2002, 1, 1), "1-2"),
        (date(2002, 12, 31), "1-2"),
        (date(2005, 12, 31), "2-5"),
        (date(2006, 1, 1), "5+"),
    ],
)
def test_horizons_are_whole_years(last: date, horizon: str) -> None:
    assert horizon_of(date(2000, 12, 31), last) == horizon


def scored(observable: str, horizon: str, inside: tuple[bool, bool], error: float, last: float | None) -> ScoredClaim:
    return ScoredClaim("C", observable, horizon, *inside, error, {"last_value": last, "drift": None})


def test_scores_of_claims_made_by_hand() -> None:
    claims = (
        scored("departures", "0-1", (True, True), 0.1, 0.3),
        scored("departures", "0-1", (False, True), 0.2, None),
        scored("departures", "0-1", (False, False), 0.6, 0.5),
        scored("departures", "5+", (True, True), 0.0, 0.1),
        scored("stayers", "0-1", (True, True), 9.0, 9.0),
    )
    records = [
        OriginRecord(date(2000, 12, 31), 9, "fit", 1.0, claims),
        OriginRecord(date(2001, 12, 31), 9, "fit", 1.0, ()),
    ]
    expected = {
        "n": 3,
        "coverage_50": pytest.approx(1 / 3),
        "coverage_90": pytest.approx(2 / 3),
        "median_abs_log_error": 0.2,
        "naive": {
            "last_value": {
                "n": 2,
                "median_abs_log_error": pytest.approx(0.4),
                "model_median_abs_log_error": pytest.approx(0.35),
            },
            "drift": {"n": 0, "median_abs_log_error": None, "model_median_abs_log_error": None},
        },
    }
    assert summarise_scores(claims[:3]) == expected
    rows = tabulate_record(records, ["departures"])
    assert [(row["origin"], row["horizon"], row["n"]) for row in rows] == [
        ("2000-12-31", "0-1", 3),
        ("2000-12-31", "5+", 1),
    ]
    assert rows[0] == {"origin": "2000-12-31", "horizon": "0-1", **expected}
    together = tabulate_together(records, ["departures"])
    assert {name: told["n"] for name, told in together.items()} == {"0-1": 3, "5+": 1, "all": 4}
    assert tabulate_together(records, ["mood_level"]) == {}
