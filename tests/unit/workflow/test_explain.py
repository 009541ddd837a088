"""Why something changed, on systems whose causes are planted."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from counterstream.case import Case
from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import compile_system
from counterstream.errors import CounterstreamError
from counterstream.evidence.answering import answer_claims
from counterstream.evidence.claim import Claim, Hedge, QuantityKind, Source
from counterstream.evidence.ledger import Ledger
from counterstream.infer.fit import FitSettings
from counterstream.scenario.attribution import Frozen
from counterstream.scenario.shapley import share_out
from counterstream.simulate.expected import simulate_expected
from counterstream.spec import parse_system
from counterstream.system.system import System
from counterstream.workflow.explain import COMPOSITION, explain_change
from counterstream.workflow.run import RunSettings, fit_case

#: So many persons that departures leave no mark: what changes is due to the causes alone.
SYSTEM = """
format: counterstream-system/1
name: shores
title: Two shores
time: {step: month, start: 2000-01-01, end: 2003-12-31}
places: {here: {}, there: {}}
statuses: {home: {place: here}, away: {place: there}}
initial: [{status: home, persons: 1000000000}]
parameters:
  leaving: {prior: {lognormal: {median: 0.00001, sd_log: 0.5}}, unit: per_year, reason: invented}
  pull: {prior: {normal: {mean: 0, sd: 1}}, unit: effect, reason: invented}
  push: {prior: {normal: {mean: 0, sd: 1}}, unit: effect, reason: invented}
instruments:
  gate: {path: {steps: [{from: 2000-01-01, value: 0}, {from: 2002-01-01, value: 1}]}}
  idle: {path: {steps: [{from: 2000-01-01, value: 0}, {from: 2002-01-01, value: 1}]}}
  fixed: {path: {constant: 3}}
events:
  storm: {first: 2002-01-01, last: 2003-12-31}
moves:
  leave:
    kind: rate
    from: home
    to: away
    rate_per_year: leaving
    terms: [{effect: pull, of: gate}, {effect: push, of: storm}, {effect: 0, of: idle}, {effect: 0.1, of: fixed}]
observables:
  departures: {label: Departures, flow: {flows: [leave]}, answers: [{what: [departures]}]}
"""
TRUE = {"leaving": 1e-5, "pull": 0.7, "push": -0.4}


def shores() -> System:
    return parse_system(SYSTEM)[0]


def known(n: int = 1) -> Draw:
    return Draw({name: jnp.full(n, value) for name, value in TRUE.items()}, {})


def frozen(system: System) -> Frozen:
    spans = (date(2001, 1, 1), date(2001, 12, 31)), (date(2002, 1, 1), date(2002, 12, 31))
    return Frozen(system, known(), 1, system.observables[0], *spans)


def test_planted_causes_of_a_rate_get_their_exact_shares() -> None:
    """Two factors on a rate: each is owed its own effect and half of what they do together."""
    told = frozen(shores())
    assert [m.name for m in told.mechanisms] == ["gate", "idle", "storm"]
    shares = share_out(told.measure, 3)
    base = float(told.at_first[0])
    gate, storm = np.expm1(TRUE["pull"]), np.expm1(TRUE["push"])
    expected = base * np.array([gate + 0.5 * gate * storm, 0.0, storm + 0.5 * gate * storm])
    np.testing.assert_allclose(shares.values[:, 0], expected, rtol=1e-4, atol=1e-4 * base)
    assert float(shares.none[0]) == pytest.approx(base, rel=1e-4)


def test_a_signal_is_frozen_at_what_was_seen_of_it() -> None:
    """With a rate that answers to one signal alone, freezing it leaves the first period's level."""
    text = SYSTEM.replace("{effect: 0.1, of: fixed}]", "{effect: 0.1, of: fixed}, {effect: 1, of: word}]")
    text = text.replace(
        "moves:\n", "signals:\n  word: {inputs: [{instrument: gate, weight: 0.5, lag_months: 1}]}\nmoves:\n"
    )
    told = frozen(parse_system(text)[0])
    names = [m.name for m in told.mechanisms]
    assert names == ["gate", "idle", "word", "storm"]
    only_storm = told.measure(np.array([[False, False, False, True]]))
    assert float(only_storm[0, 0]) == pytest.approx(float(told.at_first[0]) * np.exp(TRUE["push"]), rel=1e-4)
    # The word follows the gate a month late: freed alone it says nothing new, with the gate it does.
    word = told.measure(
        np.array([[False, False, True, False], [True, False, True, False], [True, False, False, False]])
    )
    assert float(word[0, 0]) == pytest.approx(float(told.at_first[0]), rel=1e-4)
    late = (1.0 + 11.0 * np.exp(0.5)) / 12.0
    assert float(word[1, 0] / word[2, 0]) == pytest.approx(late, rel=1e-4)


def test_signals_that_differ_between_groups_are_frozen_group_by_group() -> None:
    text = SYSTEM.replace(
        "statuses:", "attributes: {region: {values: [coast, inland]}}\ngroups: [{region: [coast, inland]}]\nstatuses:"
    )
    text = text.replace(
        "moves:\n",
        "signals:\n  kin: {per: [region], inputs: [{stock: [away], weight: 1, scale_persons: 1000}]}\nmoves:\n",
    )
    text = text.replace(
        "{effect: 0.1, of: fixed}]",
        "{effect: 0.1, of: fixed}, {effect: 0.01, of: kin}, {effect: 1, groups: {region: coast}}]",
    )
    text = text.replace("persons: 1000000000}", "persons: 1000000000, weights: {region: {coast: 0.5, inland: 0.5}}}")
    system = parse_system(text)[0]
    told = frozen(system)
    assert "kin" in [m.name for m in told.mechanisms]
    nobody = told.measure(np.zeros((1, len(told.mechanisms)), dtype=bool))[0, 0]
    course = simulate_expected(compile_system(system), Draw({name: jnp.asarray(v) for name, v in TRUE.items()}, {}))
    kin = course.stocks[12:24, :, 1].mean(axis=0) / 1000.0
    base = 1e9 * 0.5 * TRUE["leaving"] * np.exp(0.3) * (np.exp(1.0 + 0.01 * kin[0]) + np.exp(0.01 * kin[1]))
    assert float(nobody) == pytest.approx(base, rel=1e-3)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Path]:
    """A case whose claims come from the known course, and its fit."""
    system = shores()
    course = simulate_expected(compile_system(system), Draw({k: jnp.asarray(v) for k, v in TRUE.items()}, {}))
    yearly = course.flows[:, 0, 0].reshape(4, 12).sum(axis=1)
    claims = tuple(
        Claim(
            id=f"C{year}",
            source_id="S1",
            locator="",
            statement="",
            quantity_kind=QuantityKind.FLOW,
            what="departures",
            group="",
            origin="",
            destination="",
            first=date(year, 1, 1),
            last=date(year, 12, 31),
            value=float(round(count)),
            low=None,
            high=None,
            hedge=Hedge.EXACT,
            unit="persons",
            notes="",
            agency="office",
        )
        for year, count in zip(range(2000, 2004), yearly, strict=True)
    )
    case = Case("shores", Path("shores"), system, Ledger(claims, (Source("S1", "", "", "", "", "", ""),)), "")
    assert len(answer_claims(system, case.ledger).answered) == 4
    folder = tmp_path_factory.mktemp("explained") / "run"
    fit_case(case, folder, RunSettings(fit=FitSettings(n_chains=8, n_warm=40, n_draws=40)))
    return case, folder


def test_parts_add_up_and_hold_the_planted_truth(fitted: tuple[Case, Path], tmp_path: Path) -> None:
    """Gate and storm act together, so evidence tells only their sum; each true part lies in its own interval."""
    case, folder = fitted
    found = explain_change(case, folder, "departures", "2001", "2002", n_draws=64, out=tmp_path)
    np.testing.assert_allclose(found.data.contribution.sum("mechanism"), found.change, rtol=1e-9)
    summary = found.summary()
    assert sum(row["share"] for row in summary["mechanisms"]) == pytest.approx(1.0)
    assert summary["method"] == "all coalitions"
    parts = {row["name"]: row["contribution"] for row in summary["mechanisms"]}
    told = frozen(case.system)
    truth = dict(zip(("gate", "idle", "storm"), share_out(told.measure, 3).values[:, 0], strict=True))
    for name in ("gate", "storm"):
        assert parts[name]["low90"] <= truth[name] <= parts[name]["high90"]
    assert abs(parts["idle"]["high90"]) < 1e-6
    both = found.data.contribution.sel(mechanism=["gate", "storm"]).sum("mechanism")
    low, high = np.quantile(both, [0.05, 0.95])
    assert low <= truth["gate"] + truth["storm"] <= high
    # Together they are known far better than apart.
    assert high - low < 0.5 * (parts["gate"]["high90"] - parts["gate"]["low90"])
    with (tmp_path / "explained.csv").open(encoding="utf-8") as stream:
        assert {row["name"] for row in csv.DictReader(stream)} == {"gate", "idle", "storm", COMPOSITION}
    assert "share of the change" in found._repr_html_()


def test_without_a_run_the_priors_are_explained() -> None:
    case = Case("shores", Path("shores"), shores(), Ledger(()), "")
    found = explain_change(case, None, "departures", "2001-07..2001-12", "2002-07..2002-12", n_draws=8)
    assert found.draws_from == "prior"
    assert found.data.contribution.sizes == {"mechanism": 4, "draw": 8}


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        (("departure", "2001", "2002"), ("U212",)),
        (("departures", "2002", "2001"), ("U213",)),
        (("departures", "2001", "2001-06..2002"), ("U213",)),
        (("departures", "1999", "2001"), ("U213",)),
        (("departures", "200", "2001-13"), ("U214", "U214")),
        (("away", "2003..2001", "2009"), ("U212", "U214", "U213")),
    ],
)
def test_questions_that_cannot_be_asked(question: tuple[str, str, str], codes: tuple[str, ...]) -> None:
    case = Case("shores", Path("shores"), shores(), Ledger(()), "")
    with pytest.raises(CounterstreamError) as caught:
        explain_change(case, None, *question, n_draws=2)
    assert caught.value.codes == codes


def test_nothing_that_differs_explains_nothing() -> None:
    still = replace(shores(), instruments=shores().instruments[2:], events=())
    leave = still.moves[0]
    case = Case(
        "shores", Path("shores"), replace(still, moves=(replace(leave, terms=leave.terms[3:]),)), Ledger(()), ""
    )
    with pytest.raises(CounterstreamError) as caught:
        explain_change(case, None, "departures", "2001", "2002", n_draws=2)
    assert caught.value.codes == ("U215",)
