"""Whom to believe, on a small case whose truth is known."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from believing_example import PAPER_BIAS, departures, write_shores

from counterstream.case import Case, load_case
from counterstream.errors import CounterstreamError
from counterstream.infer.agencies import Counting
from counterstream.infer.claims import Kind
from counterstream.infer.fit import FitSettings
from counterstream.infer.pose import pose_claim, read_truths
from counterstream.infer.predict import ClaimPredictor
from counterstream.workflow.agencies import AgencyJudgement, _describe_counting, judge_agencies
from counterstream.workflow.disputes import Disputes, judge_conflicts
from counterstream.workflow.fitted import read_fitted
from counterstream.workflow.next_claim import NextClaims, rank_next_claims
from counterstream.workflow.run import RunSettings, fit_case

SETTINGS = RunSettings(fit=FitSettings(n_chains=16, n_warm=60, n_draws=60, chunk=20))
QUICK = RunSettings(fit=FitSettings(quick=True))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(str(write_shores(tmp_path_factory.mktemp("case") / "shores")))


@pytest.fixture(scope="module")
def run(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fit_case(case, tmp_path_factory.mktemp("runs") / "shores", SETTINGS).folder


@pytest.fixture(scope="module")
def quick(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fit_case(case, tmp_path_factory.mktemp("runs") / "quick", QUICK).folder


@pytest.fixture(scope="module")
def judged(case: Case, run: Path) -> AgencyJudgement:
    return judge_agencies(case, run)


@pytest.fixture(scope="module")
def ranked(case: Case, run: Path) -> NextClaims:
    return rank_next_claims(case, run, "returns", date(1990, 1, 1), date(1994, 12, 31))


@pytest.fixture(scope="module")
def disputes(case: Case, run: Path) -> Disputes:
    return judge_conflicts(case, run)


def test_a_bias_of_thirty_per_cent_is_found(judged: AgencyJudgement) -> None:
    paper = next(row for row in judged.agencies if row.agency == "evening paper")
    assert paper.bias["low90"] < PAPER_BIAS < paper.bias["high90"]
    assert paper.bias["low90"] > 1.15
    assert paper.bias_prior["high90"] < paper.bias["low90"]
    assert (
        paper.bias["low90"] < paper.bias["low50"] < paper.bias["median"] < paper.bias["high50"] < paper.bias["high90"]
    )
    assert paper.bias_contraction is not None
    assert 0.3 < paper.bias_contraction < 1.0
    assert not paper.mostly_prior
    assert (paper.kind, paper.n_claims, paper.relayed_by, paper.agency_kind) == ("flow", 7, ("gazette",), "press")
    assert paper.spread["high90"] < paper.spread_prior["high90"]


def test_an_anchor_has_no_bias_to_find(judged: AgencyJudgement) -> None:
    office = next(row for row in judged.agencies if row.agency == "harbour office")
    assert office.anchor
    assert set(office.bias.values()) == set(office.bias_prior.values()) == {1.0}
    assert office.bias_contraction is None
    assert not office.mostly_prior


@pytest.mark.parametrize(
    ("shift", "scale", "mostly"), [(0.0, 1.0, True), (0.5, 0.95, True), (2.0, 1.0, False), (0.0, 0.5, False)]
)
def test_a_bias_as_wide_as_its_prior_and_where_it_was_is_only_that(
    case: Case, shift: float, scale: float, *, mostly: bool
) -> None:
    prior = np.random.Generator(np.random.Philox(1)).standard_normal(2000)
    before = Counting("evening paper", "press", Kind.FLOW, 7, False, prior, np.abs(prior))
    row = _describe_counting(case, before, replace(before, log_bias=shift + scale * prior))
    assert row.mostly_prior is mostly


def test_the_rumour_is_likely_wrong(judged: AgencyJudgement) -> None:
    assert [(wrong.agency, wrong.observable) for wrong in judged.wrong_claims] == [("rumour", "departures")]
    assert judged.wrong_claims[0].probability > 0.9


def test_the_lone_witness_cannot_be_left_out_by_weights(judged: AgencyJudgement) -> None:
    consulate = next(row for row in judged.influence if row.agency == "consulate")
    assert max(consulate.pareto_k, consulate.held) > judged.pareto_k_limit
    assert consulate.held > 0.8
    assert all(row.held < 0.5 for row in judged.influence if row.agency in ("traveller", "rumour"))
    assert consulate.how == "unreliable"
    assert set(consulate.shifts.values()) == {None}


def test_weights_agree_with_a_refit(case: Case, judged: AgencyJudgement, tmp_path: Path) -> None:
    traveller = next(row for row in judged.influence if row.agency == "traveller")
    assert traveller.how == "reweighted"
    shift = traveller.shifts["departures"]
    assert shift is not None
    without = RunSettings(fit=SETTINGS.fit, exclude_agencies=("traveller",))
    low, middle, high = np.quantile(
        departures_in(case, fit_case(case, tmp_path / "w", without).folder), [0.05, 0.5, 0.95]
    )
    width = judged.totals["departures"]["high90"] - judged.totals["departures"]["low90"]
    # Some 300 independent draws each: a median is known to a fortieth of the interval's width.
    assert shift["without"]["median"] == pytest.approx(middle, abs=0.1 * width)
    assert shift["without"]["low90"] == pytest.approx(low, abs=0.2 * width)
    assert shift["without"]["high90"] == pytest.approx(high, abs=0.2 * width)
    assert shift["ratio_low90"] <= shift["ratio"] <= shift["ratio_high90"]


def departures_in(case: Case, folder: Path) -> np.ndarray:
    """Return draws of all departures of the period."""
    fitted = read_fitted(case, folder)
    posed = pose_claim(case.system.observables[0], case.system.clock.start, case.system.clock.end)
    predictor = ClaimPredictor(fitted.posterior, [posed])
    course = predictor.courses.run(fitted.posterior.draws(fitted.pooled), fitted.pooled.shape[0])
    return read_truths(predictor, fitted.pooled, course)[:, 0]


def test_refits_take_the_place_of_bad_weights_and_are_kept(case: Case, quick: Path, tmp_path: Path) -> None:
    # A fit of something else stands where that without the consulate belongs: it makes way.
    shutil.copytree(quick, tmp_path / "consulate")
    first = judge_agencies(case, quick, observables=["returns"], refit=True, out=tmp_path)
    consulate = next(row for row in first.influence if row.agency == "consulate")
    shift = consulate.shifts["returns"]
    assert shift is not None
    assert (consulate.how, consulate.verdict) == ("refitted", "quick look")
    assert {row.how for row in first.influence} == {"reweighted", "refitted"}
    # Without its only witness the total is wide open.
    before, after = first.totals["returns"], shift["without"]
    assert np.log(after["high90"] / after["low90"]) > 3.0 * np.log(before["high90"] / before["low90"])
    told = json.loads((tmp_path / "consulate" / "run.json").read_text())
    assert told["settings"]["exclude_agencies"] == ["consulate"]
    assert told["settings"]["fit"]["quick"] is True

    marks = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("fit.nc")}
    again = judge_agencies(case, quick, observables=["returns"], refit=True, out=tmp_path)
    assert again.influence == first.influence
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("fit.nc")} == marks

    one = judge_agencies(case, quick, observables=["returns"], refit=True, most_refits=1, out=tmp_path)
    counted = [row.agency for row in first.influence if row.how == "refitted"]
    assert len(counted) > 1
    assert [row.agency for row in one.influence if row.how == "refitted"] == counted[:1]
    assert {row.agency for row in one.influence if row.how == "unreliable"} == set(counted[1:])


def test_what_would_teach_most_is_of_the_target_itself(ranked: NextClaims) -> None:
    assert ranked.candidates[0].observable in ("returns", "settled_stock", "return_share")
    shares = [c.reduction for c in ranked.candidates]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 2.0 * ranked.candidates[0].error
    assert all(0.0 < c.error < 0.2 for c in ranked.candidates)


def test_candidates_are_years_and_ends_of_years(ranked: NextClaims) -> None:
    assert {c.observable for c in ranked.candidates} == {"departures", "returns", "settled_stock", "return_share"}
    stock = next(c for c in ranked.candidates if c.observable == "settled_stock")
    assert stock.first == stock.last == f"{stock.last[:4]}-12-31"
    flow = next(c for c in ranked.candidates if c.observable == "departures" and c.first == "1993-01-01")
    assert (flow.last, flow.claims_there) == ("1993-12-31", 2)
    assert flow.figure == pytest.approx(departures(1993), rel=0.06)
    assert flow.figure == round(flow.figure, -1)


def test_the_fit_believes_the_office_against_the_rumour(disputes: Disputes) -> None:
    dispute = next(d for d in disputes.disputes if any(c.agency == "rumour" for c in d.claims))
    assert dispute.believed == "lower"
    rumour = next(c for c in dispute.claims if c.agency == "rumour")
    office = next(c for c in dispute.claims if c.agency == "harbour office")
    assert (rumour.side, office.side) == ("higher", "lower")
    assert rumour.wrong_probability > 0.9 > 0.1 > office.wrong_probability
    assert rumour.surprise < 0.1 < office.surprise
    assert rumour.truth["low90"] < departures(1994) < rumour.truth["high90"]
    assert sum(dispute.sides.values()) == pytest.approx(1.0)


def test_a_disputed_claim_is_told_of_with_what_holds_without_it(disputes: Disputes) -> None:
    claims = [c for d in disputes.disputes for c in d.claims]
    assert any(c.pull is not None for c in claims)
    for c in claims:
        assert (c.pull is None) == (c.without_median is None)
        assert (c.pareto_k is not None) == (c.use == "fit")
    # A claim that is taken to be wrong moves next to nothing.
    rumour = next(c for c in claims if c.agency == "rumour")
    assert rumour.pull is None or abs(rumour.pull) < 0.5


def test_results_are_labelled(judged: AgencyJudgement, ranked: NextClaims, disputes: Disputes) -> None:
    assert judged.data["bias"].sel(row=judged.data["agency"] == "evening paper", level="median").item() > 1.15
    assert np.isnan(judged.data["ratio"].sel(left_out="consulate", observable="returns").item())
    assert ranked.data.sizes["candidate"] == len(ranked.candidates)
    assert ranked.data.attrs["target"] == "returns"
    assert float(disputes.data["truth_low90"].min()) > 0.0
    for result in (judged, ranked, disputes):
        assert "xarray" in result._repr_html_()
        assert json.loads(json.dumps(result.summary()))["verdict"] in ("fit", "unfit")


def test_everything_wrong_with_a_question_is_told_at_once(case: Case, run: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        rank_next_claims(case, run, "return", date(1995, 1, 1), date(2005, 12, 31))
    assert caught.value.codes == ("U240", "U241")
    assert 'did you mean "returns"?' in caught.value.problems[0].mend
    with pytest.raises(CounterstreamError) as caught:
        judge_agencies(case, run, observables=["leaving_rate", "returns", "departure"])
    assert caught.value.codes == ("U242", "U240")


@pytest.mark.parametrize("period", [(date(1995, 1, 1), date(1994, 1, 1)), (date(1980, 1, 1), None)])
def test_a_period_that_is_none_is_refused(case: Case, run: Path, period: tuple[date, date | None]) -> None:
    with pytest.raises(CounterstreamError) as caught:
        rank_next_claims(case, run, "returns", *period)
    assert caught.value.codes == ("U241",)


def test_too_few_draws_are_refused(case: Case, tmp_path: Path) -> None:
    few = RunSettings(fit=FitSettings(n_chains=4, n_warm=4, n_draws=5, chunk=5))
    folder = fit_case(case, tmp_path / "few", few).folder
    with pytest.raises(CounterstreamError) as caught:
        judge_agencies(case, folder)
    assert caught.value.codes == ("U243",)


def test_what_does_not_vary_cannot_be_taught(case: Case, run: Path) -> None:
    """Of the first day nobody has left yet, whatever the rates."""
    with pytest.raises(CounterstreamError) as caught:
        rank_next_claims(case, run, "settled_stock", date(1990, 1, 1), date(1990, 1, 1))
    assert caught.value.codes == ("U244",)


@pytest.mark.parametrize("ask", [judge_agencies, judge_conflicts])
def test_a_folder_without_a_fit_is_refused(case: Case, tmp_path: Path, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(CounterstreamError) as caught:
        ask(case, tmp_path)
    assert caught.value.codes == ("U204",)
