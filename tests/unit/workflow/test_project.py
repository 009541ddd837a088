"""Projections of a system whose truth is known, their record, and what cannot be projected."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from ledger_example import make_claim, make_observable
from small_systems import small_system

from counterstream.case import Case
from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import Claim, Use
from counterstream.evidence.ledger import Ledger
from counterstream.infer.fit import FitSettings
from counterstream.infer.progress import Silent
from counterstream.store.run_folder import IfComplete, check_run, open_run
from counterstream.store.tables import read_parquet
from counterstream.system.instrument import Event, Instrument, Steps, Walk
from counterstream.system.move import RateMove
from counterstream.system.observable import Agency, Answer, FlowMeasure, PathMeasure, RatioMeasure, StockMeasure, Window
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.units import Step
from counterstream.workflow import project_record
from counterstream.workflow.project import Projection, project_case
from counterstream.workflow.project_picture import draw_projection, view_projection
from counterstream.workflow.project_plan import ProjectionSettings, plan_projection, read_moment
from counterstream.workflow.project_record import (
    OriginRecord,
    ScoredClaim,
    horizon_of,
    keep_record,
    summarise_scores,
    tabulate_record,
    tabulate_together,
)

RATE, START = 0.03, 20000.0
LEVELS = ["low90", "low50", "median", "high50", "high90"]
DEPARTURES = FlowMeasure(("leave",))
SETTINGS = ProjectionSettings(
    2009, evidence_until="2002", origins=(2001,), n_simulated=200, fit=FitSettings(quick=True)
)


def staying(years: float) -> float:
    """Persons who have not left after so many years, by the closed form."""
    return START * np.exp(-RATE * years)


def leaving(year: int) -> float:
    return staying(year - 2000) - staying(year + 1 - 2000)


def yearly(year: int, **changes: Any) -> Claim:
    fields = {"id": f"C{year}", "first": date(year, 1, 1), "last": date(year, 12, 31), "value": round(leaving(year))}
    return make_claim(**(fields | changes))


SYSTEM = small_system(
    ("stay", "gone"),
    (RateMove("leave", "stay", "gone", "leave_rate"),),
    initial={"stay": START},
    end=date(2005, 12, 31),
    parameters=(Parameter("leave_rate", Prior(Family.LOGNORMAL, (0.02, 0.7)), "per_year", "one in fifty"),),
    instruments=(
        Instrument("mood", Walk(Step.YEAR, 0.0, 1.0), label="Mood"),
        Instrument("charge", Steps(((date(2001, 1, 1), 1.0), (date(2004, 1, 1), 0.0)))),
    ),
    events=(
        Event("war", date(2003, 3, 1), last=date(2003, 8, 31), label="War"),
        Event("peace", date(2002, 3, 1), half_life_months=6.0),
    ),
    observables=(
        make_observable(measure=DEPARTURES),
        make_observable("stayers", StockMeasure(("stay",)), (Answer(("stayers",)),)),
        make_observable("mood_level", PathMeasure("mood"), (), "level"),
        make_observable("all_leave", RatioMeasure(DEPARTURES, DEPARTURES), (), "share"),
        make_observable("rate", PathMeasure("leave_rate"), (Answer(("rate",)),), "level"),
        make_observable("growth", RatioMeasure(DEPARTURES, replace(DEPARTURES, window=Window(shift_months=-12))), ()),
    ),
    agencies=(Agency("office", anchor=True),),
)
# The claim of 2007 lies beyond the declared clock: only the extended one can answer it.
CLAIMS = (*(yearly(year) for year in (2000, 2001, 2002, 2003, 2004)), yearly(2007))


def make_case(*claims: Claim) -> Case:
    return Case("shore", Path("shore"), SYSTEM, Ledger(claims or CLAIMS), "")


class Listener:
    """Keeps what it hears, and stops the work where it is told to."""

    def __init__(self, stop_at: str = "") -> None:
        self.heard: list[tuple[str, str]] = []
        self.stop_at = stop_at

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        del done, total
        self.heard.append((phase, remark))
        if phase == self.stop_at:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def second_start() -> Listener:
    return Listener()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, second_start: Listener) -> Projection:
    """A projection that was stopped before its record and then taken up again."""
    folder = tmp_path_factory.mktemp("projections") / "shore"
    with pytest.raises(KeyboardInterrupt):
        project_case(make_case(), folder, SETTINGS, Listener("record"))
    return project_case(make_case(), folder, SETTINGS, second_start)


@pytest.fixture(scope="module")
def summary(made: Projection) -> dict[str, Any]:
    return made.summary()


def codes_of(settings: ProjectionSettings, *claims: Claim) -> list[str]:
    with pytest.raises(CounterstreamError) as caught:
        plan_projection(make_case(*claims), settings)
    return sorted(caught.value.codes)


def test_a_constant_rate_is_projected_into_the_band(summary: dict[str, Any]) -> None:
    flows = {row["year"]: row for row in summary["observables"]["departures"]["years"]}
    stocks = {row["year"]: row for row in summary["observables"]["stayers"]["years"]}
    assert list(flows) == list(stocks) == list(range(2000, 2010))
    for year in flows:
        assert flows[year]["low90"] < leaving(year) < flows[year]["high90"]
        assert flows[year]["median"] == pytest.approx(leaving(year), rel=0.03)
        # Stocks are read at the start of the year's last day.
        assert stocks[year]["median"] == pytest.approx(staying(year + 1 - 1 / 372 - 2000), rel=0.005)


def test_shares_are_over_the_year(summary: dict[str, Any]) -> None:
    assert summary["observables"]["all_leave"]["years"][-1] == {"year": 2009, **dict.fromkeys(LEVELS, 1.0)}


def test_the_band_of_a_walk_widens(made: Projection) -> None:
    bands = made.bands["mood_level"]
    width = (bands.sel(level="high90") - bands.sel(level="low90")).to_numpy()
    # No claim speaks of it: at the middle of year k + 1 the variance is k + 1/4, of 200 draws give or take 20 %.
    middles = np.array([5 + 12 * k for k in range(10)])
    expected = 2 * 1.645 * np.sqrt((middles + 0.5) // 12 + ((middles + 0.5) % 12 / 12) ** 2)
    np.testing.assert_allclose(width[middles], expected, rtol=0.25)


def test_bands_name_levels_units_and_dates(made: Projection) -> None:
    assert list(made.bands["level"].to_numpy()) == LEVELS
    assert made.bands["departures"].attrs["units"] == "persons per month"
    assert made.years["departures"].attrs["units"] == "persons per year"
    assert made.bands["stayers"].attrs["units"] == made.years["stayers"].attrs["units"] == "persons"
    assert str(made.bands["date"].to_numpy()[-1])[:10] == "2009-12-01"
    assert {name: made.bands[name].attrs["kind"] for name in made.bands} == {
        "departures": "flow",
        "stayers": "stock",
        "mood_level": "level",
        "all_leave": "share",
    }


def test_the_summary_says_what_it_rests_on(summary: dict[str, Any]) -> None:
    assert list(summary) == [
        "case",
        "evidence_until",
        "until",
        "n_fitted",
        "verdict",
        "max_rhat",
        "extrapolated",
        "held",
        "later_events",
        "rhythms_ended",
        "observables",
        "record",
        "record_together",
    ]
    assert (summary["evidence_until"], summary["until"]) == ("2002-12-31", "2009-12-31")
    assert (summary["n_fitted"], summary["verdict"], summary["max_rhat"]) == (3, "quick look", None)
    assert summary["extrapolated"] == [{"name": "mood", "label": "Mood"}]
    assert summary["held"] == [{"name": "charge", "label": "charge", "since": "2004-01-01"}]
    assert [(e["name"], e["kind"], e["day"], e["dropped"]) for e in summary["later_events"]] == [
        ("war", "event", "2003-03-01", False),
        ("war", "end of an event", "2003-08-31", False),
        ("charge", "change of an instrument", "2004-01-01", False),
    ]


def test_files_hold_what_the_projection_says(made: Projection, summary: dict[str, Any]) -> None:
    assert json.loads((made.folder / "projection.json").read_text()) == json.loads(json.dumps(summary))
    table = read_parquet(made.folder / "projection.parquet")
    chosen = table["observable"] == "departures"
    assert (chosen.sum(), table["after_evidence"][chosen].sum()) == (120, 84)
    np.testing.assert_array_equal(table["median"][chosen], made.bands["departures"].sel(level="median"))
    assert (made.folder / "projection.csv").read_text().startswith("observable,unit,kind,date,after_evidence,low90")
    assert check_run(made.folder) == ()


def test_work_that_was_stopped_goes_on(made: Projection, second_start: Listener) -> None:
    phases = [phase for phase, _ in second_start.heard]
    assert made.fit.label == "quick look"
    assert "compile" in phases
    assert "mode" not in phases
    assert any("evidence until 2001-12-31: mode" in remark for phase, remark in second_start.heard if phase == "record")


def test_the_record_compares_with_naive_rules(summary: dict[str, Any]) -> None:
    rows = {(row["origin"], row["horizon"]): row for row in summary["record"]}
    assert {key: row["n"] for key, row in rows.items()} == {
        ("2001-12-31", "0-1"): 1,
        ("2001-12-31", "1-2"): 1,
        ("2001-12-31", "2-5"): 1,
        ("2001-12-31", "5+"): 1,
        ("2002-12-31", "0-1"): 1,
        ("2002-12-31", "1-2"): 1,
        ("2002-12-31", "2-5"): 1,
    }
    last = rows["2002-12-31", "2-5"]["naive"]["last_value"]
    value = {year: round(leaving(year)) for year in (2002, 2007)}
    assert last["median_abs_log_error"] == pytest.approx(np.log(value[2002] / value[2007]), abs=1e-9)
    assert last["model_median_abs_log_error"] == rows["2002-12-31", "2-5"]["median_abs_log_error"]
    assert last["model_median_abs_log_error"] < 0.05 < last["median_abs_log_error"]
    together = summary["record_together"]
    assert {horizon: told["n"] for horizon, told in together.items()} == {
        "0-1": 2,
        "1-2": 2,
        "2-5": 2,
        "5+": 1,
        "all": 7,
    }
    assert together["all"]["coverage_90"] == 1.0


def test_an_origin_that_was_made_is_not_made_again(
    made: Projection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("made again")

    monkeypatch.setattr(project_record, "fit_system", refuse)
    with open_run(tmp_path / "run") as run:
        shutil.copytree(made.folder / "record", run.path / "record")
        assert keep_record(made.plan, run, Silent()) == made.record[:1]
        settings = (replace(SETTINGS, n_simulated=100), replace(SETTINGS, fit=FitSettings(quick=True, seed=2)))
        stale = [plan_projection(make_case(), other) for other in settings]
        stale.append(plan_projection(make_case(*CLAIMS[:-1], yearly(2007, value=1)), SETTINGS))
        for plan in stale:
            with pytest.raises(RuntimeError, match="made again"):
                keep_record(plan, run, Silent())
        (run.path / "record" / "2001-12-31.json").write_text("{")
        with pytest.raises(RuntimeError, match="made again"):
            keep_record(made.plan, run, Silent())


def test_a_complete_projection_is_not_overwritten_unasked(made: Projection) -> None:
    with pytest.raises(CounterstreamError) as caught:
        project_case(make_case(), made.folder, SETTINGS)
    assert caught.value.codes == ("R104",)
    assert SETTINGS.if_complete is IfComplete.REFUSE


def test_the_picture_shows_where_the_evidence_ends(made: Projection) -> None:
    for size in ("wide", "narrow"):
        drawn = ElementTree.fromstring(draw_projection(made, "departures", size))
        texts = {"".join(t.itertext()) for t in drawn.iter("text")}
        assert {"end of the evidence", "claim kept out of the fit", "90 % interval", "persons per month"} <= texts
    view = view_projection(made, "departures")
    assert [claim.use for claim in view.claims] == ["fit"] * 3 + ["check"] * 3
    assert [view_projection(made, name).kind for name in ("stayers", "mood_level", "all_leave")] == [
        "stock",
        "stock",
        "share",
    ]
    with pytest.raises(CounterstreamError) as caught:
        draw_projection(made, "departure")
    assert caught.value.codes == ("U234",)
    assert "departures" in caught.value.problems[0].mend


def test_a_notebook_shows_the_last_year_and_the_record(made: Projection) -> None:
    shown = made._repr_html_()
    assert shown.count("<table>") == 2
    assert "persons per year" in shown
    assert "last value 0." in shown


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
