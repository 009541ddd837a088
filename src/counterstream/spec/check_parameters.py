"""Checks of priors: their arguments together, and the range of their unit and use."""

from __future__ import annotations

import math

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.instrument import Walk
from counterstream.system.parameter import FAMILY_ARGUMENTS, Family, Parameter, Prior
from counterstream.system.system import System
from counterstream.units import DURATION_UNITS, RATE_UNITS

_WHOLE_LINE = (-math.inf, math.inf)
_POSITIVE = (0.0, math.inf)
_UNIT_INTERVAL = (0.0, 1.0)
#: The value that a quarter of N(0, 1) lies below, and of |N(0, 1)|.
_NORMAL_QUARTER, _HALFNORMAL_QUARTER = -0.6744897501960817, 0.31863936396437514
#: Units whose numbers cannot be negative.
POSITIVE_UNITS = (*RATE_UNITS, *DURATION_UNITS, "persons")


def prior_range(prior: Prior) -> tuple[float, float]:
    """Return the lowest and highest value that a prior thinks possible."""
    if prior.family in (Family.NORMAL, Family.STUDENT):
        return _WHOLE_LINE
    if prior.family in (Family.BETA, Family.LOGITNORMAL):
        return _UNIT_INTERVAL
    if prior.family is Family.UNIFORM:
        return prior.arguments[0], prior.arguments[1]
    return _POSITIVE


def prior_quarter(prior: Prior) -> float:
    """Return the value that a quarter of a positive prior lies below; of a gamma prior its mean."""
    first = prior.arguments[0]
    if prior.family is Family.UNIFORM:
        return first + 0.25 * (prior.arguments[1] - first)
    if prior.family is Family.LOGNORMAL:
        return first * math.exp(_NORMAL_QUARTER * prior.arguments[1])
    if prior.family is Family.HALFNORMAL:
        return _HALFNORMAL_QUARTER * first
    return prior.arguments[1] if prior.family is Family.GAMMA else first


def prior_centre(prior: Prior) -> float | None:
    """Return the mean or median of a prior, ``None`` if it is not among its arguments."""
    for name, value in zip(FAMILY_ARGUMENTS[prior.family], prior.arguments, strict=True):
        if name in ("mean", "median"):
            return value
    return None


def unit_range(unit: str) -> tuple[float, float]:
    """Return the range that numbers of a unit can take."""
    if unit == "share":
        return _UNIT_INTERVAL
    return _POSITIVE if unit in POSITIVE_UNITS else _WHOLE_LINE


def check_parameters(draft: System, out: Findings) -> None:
    """Check every prior against itself, its unit and its use."""
    by_name = {parameter.name: parameter for parameter in draft.parameters}
    for parameter in draft.parameters:
        _check_prior(parameter, out)
    for instrument in draft.instruments:
        path = instrument.path
        spread = by_name.get(path.sd) if isinstance(path, Walk) and isinstance(path.sd, str) else None
        if spread is not None and prior_range(spread.prior)[0] < 0:
            _leaves(spread, "a standard deviation cannot be negative", "0 and above", "halfnormal", out)
    households = draft.households
    size = by_name.get(households.mean_size) if households and isinstance(households.mean_size, str) else None
    if size is not None and prior_range(size.prior)[1] <= 1:
        _leaves(size, "a household has at least one person", "1 and above", "lognormal", out)


def _check_prior(parameter: Parameter, out: Findings) -> None:
    at: At = ("parameters", parameter.name, "prior", parameter.prior.family.value)
    low, high = prior_range(parameter.prior)
    if low >= high:
        out.add(
            "S410",
            (*at, "high"),
            "the upper end is not above the lower end",
            found=f"{low:g} to {high:g}",
            allowed=f"above {low:g}",
        )
        return
    least, most = unit_range(parameter.unit)
    if low >= least and high <= most:
        return
    if parameter.unit == "share":
        _leaves(parameter, "a share lies between 0 and 1", "0 to 1", "beta or logitnormal", out)
    else:
        _leaves(parameter, f"a number of unit {parameter.unit} cannot be negative", "0 and above", "lognormal", out)


def _leaves(parameter: Parameter, message: str, allowed: str, family: str, out: Findings) -> None:
    low, high = prior_range(parameter.prior)
    out.add(
        "S411",
        ("parameters", parameter.name, "prior", parameter.prior.family.value),
        f"the prior leaves its range: {message}",
        found=f"{parameter.prior.family.value}, {low:g} to {high:g}",
        allowed=allowed,
        mend=f"use {family}",
    )
