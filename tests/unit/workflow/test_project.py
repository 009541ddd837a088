"""Projections of a system whose truth is known, and their record."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from projection_example import CLAIMS, SETTINGS, leaving, make_case, staying, yearly

from counterstream.errors import CounterstreamError
from counterstream.infer.fit import FitSettings
from counterstream.infer.progress import Silent
from counterstream.store.run_folder import IfComplete, check_run, open_run
from counterstream.store.tables import read_parquet
from counterstream.workflow import project_record
from counterstream.workflow.project import Projection, project_case
from counterstream.workflow.project_picture import draw_projection, view_projection
from counterstream.workflow.project_plan import plan_projection
from counterstream.workflow.project_record import keep_record

LEVELS = ["low90", "low50", "median", "high50", "high90"]


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
        "format",
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
