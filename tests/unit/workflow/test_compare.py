"""Two scenarios side by side, on a system whose answers are known."""

from __future__ import annotations

import csv
import html
from pathlib import Path

import numpy as np
import pytest

from counterstream.case import Case
from counterstream.errors import CounterstreamError
from counterstream.evidence.ledger import Ledger
from counterstream.spec import parse_system
from counterstream.workflow.compare import BASELINE, DIFFERENCE, Comparison, compare_scenarios

SYSTEM = """
format: counterstream-system/1
name: shores
title: Two shores
time: {step: month, start: 2000-01-01, end: 2002-12-31}
places: {here: {}, there: {}}
attributes: {region: {values: [coast, inland]}}
groups: [{region: [coast, inland]}]
statuses: {home: {place: here}, away: {place: there}}
initial: [{status: home, persons: 20000, weights: {region: {coast: 0.5, inland: 0.5}}}]
parameters:
  leaving: {prior: {lognormal: {median: 0.1, sd_log: 0.3}}, unit: per_year, reason: invented}
instruments:
  gate: {path: {constant: 0}}
events:
  storm: {first: 2001-01-01, last: 2001-12-31}
moves:
  leave:
    kind: rate
    from: home
    to: away
    rate_per_year: leaving
    terms: [{effect: 1, of: gate, groups: {region: coast}}, {effect: -1, of: storm}]
observables:
  departures: {flow: {flows: [leave]}, answers: [{what: [departures]}]}
  away: {stock: {statuses: [away]}, answers: [{what: [away]}]}
  coast_share:
    ratio: {numerator: {flow: {flows: [leave], groups: {region: coast}}}, denominator: {flow: {flows: [leave]}}}
    unit: share
    answers: [{what: [coast share]}]
scenarios:
  calm: {changes: [{event: storm, drop: true}]}
  open: {label: Open gate, changes: [{instrument: gate, value: 0.5}]}
  eager: {changes: [{parameter: leaving, value: 0.9}]}
"""


def shores() -> Case:
    return Case("shores", Path("shores"), parse_system(SYSTEM)[0], Ledger(()), "")


@pytest.fixture(scope="module")
def opened() -> Comparison:
    return compare_scenarios(shores(), None, BASELINE, "open", n_draws=60)


def test_both_courses_and_the_difference_draw_by_draw(opened: Comparison) -> None:
    flows = opened.data.flows.sel(flow="leave", group="coast", period="2000-2002", level="median")
    told = {str(c): float(flows.sel(course=c)) for c in flows.course.values}
    assert told["open"] > told[BASELINE] > 0.0
    away = opened.difference("stock", "away", group="coast")
    left = opened.difference("flow", "leave", group="coast")
    assert away == pytest.approx(left)
    # The difference is taken draw by draw: its interval is not that between the two courses' intervals.
    wide = opened.data.flows.sel(flow="leave", group="coast", period="2000-2002")
    apart = float(wide.sel(course="open", level="high90") - wide.sel(course=BASELINE, level="low90"))
    assert left["high90"] < 0.7 * apart


def test_a_rate_raised_by_a_known_factor_moves_those_it_acts_on_alone(opened: Comparison) -> None:
    """With effect 0.5 the hazard of the coast is ``exp(0.5)`` times; those inland keep their course exactly."""
    flows = opened.data.flows.sel(flow="leave", level="median")
    kept = flows.sel(group="inland", course=DIFFERENCE)
    assert (kept == 0.0).all()
    # Median departures of the coast follow N (1 - exp(-h)) at the median hazard, monotone in it.
    calm = flows.sel(group="coast", period="2000", course=[BASELINE, "open"]).to_numpy()
    hazard = -np.log1p(-calm / 10_000.0)
    assert hazard[1] / hazard[0] == pytest.approx(np.exp(0.5), rel=1e-6)


def test_shares_are_compared_as_shares(opened: Comparison) -> None:
    share = opened.data.observables.sel(observable="coast_share", period="2000", level="median")
    assert float(share.sel(course=BASELINE)) == pytest.approx(0.5)
    assert 0.5 < float(share.sel(course="open")) < 0.7


def test_years_add_up_to_the_whole(opened: Comparison) -> None:
    flows = opened.data.flows.sel(flow="leave", group="everybody", course=DIFFERENCE, level="median")
    yearly = flows.sel(period=["2000", "2001", "2002"]).sum()
    assert float(yearly) == pytest.approx(float(flows.sel(period="2000-2002")), rel=0.02)


def test_what_lies_beyond_the_evidence_is_said(opened: Comparison) -> None:
    (excess,) = opened.beyond["open"]
    assert (excess.name, excess.distance) == ("gate", np.inf)
    eager = compare_scenarios(shores(), None, BASELINE, "eager", n_draws=60)
    assert [e.kind for e in eager.beyond["eager"]] == ["parameter"]
    calm = compare_scenarios(shores(), None, BASELINE, "calm", n_draws=8)
    assert calm.beyond["calm"] == ()


@pytest.mark.parametrize("engine", ["counts", "persons"])
def test_whole_persons_share_their_chance(engine: str) -> None:
    """Common random numbers lower the variance of the difference; who is untouched keeps his history."""
    found = compare_scenarios(shores(), None, BASELINE, "open", engine=engine, n_draws=40)
    assert found.variance_ratio is not None
    assert found.variance_ratio < 0.8
    inland = found.data.flows.sel(flow="leave", group="inland", course=DIFFERENCE)
    assert (inland == 0.0).all()
    coast = found.data.flows.sel(flow="leave", group="coast", course=DIFFERENCE, period="2000-2002")
    assert float(coast.sel(level="low90")) > 0.0
    assert [e.name for e in found.beyond["open"]] == ["gate"]


def test_tables_and_notebook(opened: Comparison, tmp_path: Path) -> None:
    compare_scenarios(shores(), None, "calm", "open", n_draws=4, out=tmp_path)
    with (tmp_path / "compared.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    # 3 courses x 4 periods of 1 flow and 2 stocks in 3 groupings, and of 3 observables
    assert len(rows) == 3 * 4 * (3 * 3 + 3)
    assert {row["course"] for row in rows} == {"calm", "open", DIFFERENCE}
    assert (tmp_path / "compared.parquet").exists()
    page = opened._repr_html_()
    assert "90 % interval of the difference" in page
    assert "held at 0.5: gate" in page
    # The views draw the same year by year, the whole period left out.
    told = html.unescape(page.partition('srcdoc="')[2])
    assert '"label":"open against baseline"' in told
    assert '"days":{"first":"2000-01-01","months":12,"count":3}' in told


@pytest.mark.parametrize(
    ("pair", "code"),
    [((BASELINE, "opne"), "U201"), (("open", "open"), "U211"), ((BASELINE, BASELINE), "U211")],
)
def test_scenarios_that_cannot_be_compared(pair: tuple[str, str], code: str) -> None:
    with pytest.raises(CounterstreamError) as caught:
        compare_scenarios(shores(), None, *pair, n_draws=2)
    assert caught.value.codes == (code,)


def test_an_unknown_engine() -> None:
    with pytest.raises(CounterstreamError) as caught:
        compare_scenarios(shores(), None, BASELINE, "open", engine="guess", n_draws=2)
    assert caught.value.codes == ("U203",)
