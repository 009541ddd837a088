"""Fitting a small system: recovery, labels, resuming to the same draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Hedge
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.predict import ClaimPredictor
from counterstream.system.move import RateMove
from counterstream.system.observable import FlowMeasure, Observable, RatioMeasure
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.system.system import System
from tests.ledger_example import make_claim
from tests.small_systems import small_system

LEAVE = Observable("departures", FlowMeasure(("leave",)))
RETURN = Observable("returns", FlowMeasure(("return",)))
SHARE = Observable("returned_share", RatioMeasure(FlowMeasure(("return",)), FlowMeasure(("leave",))), unit="share")
SETTINGS = FitSettings(n_chains=16, n_warm=60, n_draws=60, chunk=20)


def shores() -> System:
    rates = tuple(
        Parameter(name, Prior(Family.LOGNORMAL, (0.05, 1.0)), "per_year", "test") for name in ("leaving", "returning")
    )
    return small_system(
        ("home", "away"),
        (RateMove("leave", "home", "away", "leaving"), RateMove("return", "away", "home", "returning")),
        initial={"home": 100_000.0},
        parameters=rates,
        end=date(2003, 12, 31),
        observables=(LEAVE, RETURN, SHARE),
    )


def claim(number: int, observable: Observable, year: int, value: float, **changes: object) -> AnsweredClaim:
    made = make_claim(
        id=f"C{number}", first=date(year, 1, 1), last=date(year, 12, 31), value=value, low=None, high=None, **changes
    )
    return AnsweredClaim(made, observable, 1.0, False, "office", "registrar", True)


def evidence() -> tuple[AnsweredClaim, ...]:
    """What happens at 0.08 departures and 0.2 returns per person and year, nearly."""
    return (
        claim(1, LEAVE, 2000, 7760.0),
        claim(2, LEAVE, 2001, 7320.0),
        claim(3, RETURN, 2001, 1960.0),
        claim(4, RETURN, 2002, 2800.0, hedge=Hedge.OVER),
        claim(5, SHARE, 2002, 0.42),
        claim(6, LEAVE, 2003, 7000.0, hedge=Hedge.ABOUT),
    )


@pytest.fixture(scope="module")
def fit() -> Fit:
    return fit_system(shores(), evidence(), SETTINGS)


def test_the_rates_are_found(fit: Fit) -> None:
    values = fit.values()
    low, high = np.quantile(values["leaving"], [0.01, 0.99])
    assert low < 0.08 < high
    assert high - low < 0.03
    low, high = np.quantile(values["returning"], [0.01, 0.99])
    assert low < 0.2 < high


def test_mixing_is_measured_over_everything(fit: Fit) -> None:
    assert fit.mixing is not None
    assert fit.mixing.n_chains == 16
    assert fit.mixing.max_rhat < 1.1
    assert fit.flats.shape == (16, 60, fit.posterior.dimension)


def test_a_fit_with_too_few_draws_is_called_unfit(fit: Fit) -> None:
    assert fit.mixing is not None
    assert fit.good == (fit.mixing.max_rhat < 1.01 and min(fit.mixing.min_ess_bulk, fit.mixing.min_ess_tail) > 400)
    assert fit.label in ("fit", "unfit")


def test_a_quick_look_is_labelled_and_never_good() -> None:
    quick = fit_system(shores(), evidence(), FitSettings(quick=True))
    assert quick.label == "quick look"
    assert not quick.good
    low, high = np.quantile(quick.values()["leaving"], [0.01, 0.99])
    assert low < 0.08 < high


class StoppedError(Exception):
    """Raised by a listener to stop a fit, as a kill would between two chunks."""


class StopAfter:
    """Stops the work when a phase has come so far."""

    def __init__(self, phase: str, done: int) -> None:
        self.phase, self.done = phase, done

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        if phase == self.phase and done >= self.done:
            raise StoppedError(f"{phase} {done} of {total} {remark}")


@pytest.mark.parametrize(("phase", "done"), [("warm-up", 40), ("sampling", 80)])
def test_a_stopped_fit_resumes_to_the_same_draws(fit: Fit, tmp_path: Path, phase: str, done: int) -> None:
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(StoppedError):
        fit_system(shores(), evidence(), SETTINGS, progress=StopAfter(phase, done), checkpoint=path)
    resumed = fit_system(shores(), evidence(), SETTINGS, checkpoint=path)
    np.testing.assert_array_equal(resumed.flats, fit.flats)


def test_sampling_goes_on_until_the_checks_are_passed_or_patience_ends(tmp_path: Path) -> None:
    """Four chains of 10 draws cannot have an effective size of 400; what comes after does not change them."""
    short = FitSettings(n_chains=4, n_warm=20, n_draws=10)
    once = fit_system(shores(), evidence(), short)
    longer = fit_system(shores(), evidence(), replace(short, most_draws=25))
    assert (once.flats.shape[1], longer.flats.shape[1]) == (10, 25)
    np.testing.assert_array_equal(longer.flats[:, :10], once.flats)
    # Whoever asks for as many draws as came of it gets the same ones.
    assert (longer.settings.n_draws, longer.settings.most_draws) == (25, 25)
    # Stopped just where the first draws are whole, it goes on to the same end.
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(StoppedError):
        fit_system(
            shores(), evidence(), replace(short, most_draws=25), progress=StopAfter("sampling", 30), checkpoint=path
        )
    resumed = fit_system(shores(), evidence(), replace(short, most_draws=25), checkpoint=path)
    np.testing.assert_array_equal(resumed.flats, longer.flats)


@pytest.mark.parametrize(
    ("settings", "dimension", "limit"),
    [
        (FitSettings(), 50, 1500),
        (FitSettings(), 500, 60),
        (FitSettings(quick=False), 500, 1500),
        (FitSettings(n_draws=70), 50, 70),
        (FitSettings(n_draws=70, most_draws=200), 500, 200),
        (FitSettings(n_draws=70, most_draws=20), 50, 70),
    ],
)
def test_how_long_sampling_goes_on_at_most(settings: FitSettings, dimension: int, limit: int) -> None:
    assert settings.limit(dimension) == limit


def test_a_damaged_checkpoint_is_not_used(fit: Fit, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(b"not a checkpoint")
    again = fit_system(shores(), evidence(), SETTINGS, checkpoint=path)
    np.testing.assert_array_equal(again.flats, fit.flats)


def test_predictions_cover_what_was_said(fit: Fit) -> None:
    claims = (*evidence(), claim(7, LEAVE, 2002, 7100.0), claim(8, LEAVE, 2002, 71.0))
    told = ClaimPredictor(fit.posterior, claims).predict(1, fit.thinned(300))
    inside = told.inside(0.9)
    assert inside[:7].sum() >= 5
    assert not inside[7]
    assert told.wrong[7] > 0.9
    assert told.wrong[0] < 0.3
    assert told.surprise()[7] < 0.05
    assert told.truth.shape == (300, 8)
    low, high = told.interval(0.5)
    assert (low <= high).all()


def test_the_reference_sampler_agrees(fit: Fit) -> None:
    nuts = fit_system(shores(), evidence(), FitSettings(sampler="nuts", n_chains=4, n_warm=150, n_draws=150, chunk=150))
    a, b = fit.values()["leaving"], nuts.values()["leaving"]
    assert np.median(a) == pytest.approx(np.median(b), abs=0.3 * a.std())
    assert a.std() == pytest.approx(b.std(), rel=0.35)
