"""Claims that nobody has made: to read a quantity off a fit, or to ask what a new source would say."""

from __future__ import annotations

import math
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.evidence.claim import Claim, Hedge, QuantityKind
from counterstream.evidence.conversion import default_kinds
from counterstream.infer.predict import ClaimPredictor
from counterstream.system.observable import Observable, StockMeasure

Floats = NDArray[np.float64]


def pose_claim(observable: Observable, first: date, last: date, value: float = 1.0) -> AnsweredClaim:
    """Return what an agency that has said nothing yet would say of an observable: "about" some value.

    A stock is asked for at the end of the period, everything else over the whole of it.

    Parameters
    ----------
    value
        The figure, in the observable's unit; its roundness makes the claim's width.
    """
    start = last if isinstance(observable.measure, StockMeasure) else first
    claim = Claim(
        id=f"{observable.name} {start} to {last}",
        source_id="",
        locator="",
        statement="",
        quantity_kind=QuantityKind(default_kinds(observable.measure)[0]),
        what=observable.name,
        group="",
        origin="",
        destination="",
        first=start,
        last=last,
        value=value,
        low=None,
        high=None,
        hedge=Hedge.ABOUT,
        unit=observable.unit,
        notes="",
        agency="",
    )
    # No agency and no type: the measurement model then takes the typical spread, the spread of
    # biases as an error of its own, and the mean chance of being wrong.
    return AnsweredClaim(claim, observable, 1.0, False, "", "", False)


def round_figure(value: float) -> float:
    """Return a figure as people round it, to two digits: 35,000 for 34,812, 0.62 for 0.6234."""
    if value == 0.0 or not math.isfinite(value):
        return 0.0
    return round(value, 1 - math.floor(math.log10(abs(value))))


def read_truths(predictor: ClaimPredictor, flats: Floats, course: Floats) -> Floats:
    """Return what the system says of a predictor's claims, shape (draw, claim), and nothing of what is reported.

    Parameters
    ----------
    flats
        Posterior draws, shape (draw, dimension).
    course
        Runs of these draws with the readings of the predictor's courses.
    """
    reader, posterior = predictor.reader, predictor.posterior
    read = jax.jit(jax.vmap(lambda flat, parts: reader.truths(parts, posterior.draw(flat)).value))
    return np.asarray(read(jnp.asarray(flats), jnp.asarray(reader.parts(course))))
