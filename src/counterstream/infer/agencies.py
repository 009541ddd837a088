"""How each agency counts: its bias and its ordinary error, by draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from counterstream.infer.claims import Kind
from counterstream.infer.measurement import LEAST_SPREAD, Measurement
from counterstream.infer.posterior import Posterior, measurement_values

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counting:
    """How one agency counts one kind of quantity.

    Parameters
    ----------
    agency, agency_kind
        The ultimate counter and its type.
    kind
        Kind of quantity.
    n_claims
        Its fitted claims of that kind.
    anchor
        Whether it was taken as unbiased, to fix the level.
    log_bias
        Bias on the working scale (log of persons, logit of a share), shape (draw,); 0 for anchors.
    spread
        Relative size of its ordinary error, shape (draw,); one for all kinds of quantity.
    """

    agency: str
    agency_kind: str
    kind: Kind
    n_claims: int
    anchor: bool
    log_bias: Floats
    spread: Floats

    @property
    def bias(self) -> Floats:
        """What it reports over what there was (shares: odds over odds), shape (draw,)."""
        return np.exp(self.log_bias)


def read_countings(posterior: Posterior, values: Mapping[str, Any]) -> tuple[Counting, ...]:
    """Return how each agency counts that has a bias of its own, then the anchors.

    Parameters
    ----------
    values
        Constrained values by unknown, each with a leading draw axis.
    """
    own = {name: np.asarray(value) for name, value in measurement_values(values).items()}
    return _read(posterior.measurement, own)


def draw_countings(measurement: Measurement, n_draws: int, seed: int) -> tuple[Counting, ...]:
    """Return the same from draws of the prior."""
    random = np.random.Generator(np.random.Philox(key=[seed, 2**43]))
    # Those whose block is standard normal; the chances of being wrong are of no concern here.
    blocks = [block for block in measurement.unknowns() if block.log_density is None]
    shapes = {block.name: (n_draws, block.size) if block.size else (n_draws,) for block in blocks}
    own = {b.name: np.asarray(b.constrain(jnp.asarray(random.standard_normal(shapes[b.name])))) for b in blocks}
    return _read(measurement, own)


def _read(measurement: Measurement, own: Mapping[str, Floats]) -> tuple[Counting, ...]:
    table = measurement.table
    kinds = [Kind(k) for k in table.kind.tolist()]
    pairs = list(zip(table.agency, kinds, strict=True))
    counted = Counter(pairs)
    types = dict(zip(table.agency, table.agency_kind, strict=True))
    anchors = dict.fromkeys(pair for pair, anchor in zip(pairs, table.anchor, strict=True) if anchor)
    biased = [
        (pair, False, own["bias"][:, i] * own[f"bias_sd_{pair[1].name.lower()}"])
        for i, pair in enumerate(measurement.biased)
    ]
    unbiased = [(pair, True, np.zeros_like(own["spread"])) for pair in anchors]
    return tuple(
        Counting(agency, types[agency], kind, counted[agency, kind], anchor, bias, _spread(measurement, own, agency))
        for (agency, kind), anchor, bias in (*biased, *unbiased)
    )


def _spread(measurement: Measurement, own: Mapping[str, Floats], agency: str) -> Floats:
    """Return an agency's relative error by draw, as :meth:`Measurement.noise` has it."""
    spread = own["spread"]
    if agency in measurement.spread:
        spread = spread * np.exp(0.5 * own["agency_spread"][:, measurement.spread.index(agency)])
    return np.sqrt(LEAST_SPREAD**2 + spread**2)
