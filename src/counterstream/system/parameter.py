"""Unknown numbers of a system, their priors, units and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: A number, or the name of a parameter.
Quantity = float | str


class Family(StrEnum):
    """Families of prior distributions."""

    NORMAL = "normal"  # mean, sd
    LOGNORMAL = "lognormal"  # median, sd_log
    HALFNORMAL = "halfnormal"  # scale
    EXPONENTIAL = "exponential"  # mean
    GAMMA = "gamma"  # shape, mean
    BETA = "beta"  # mean, size
    LOGITNORMAL = "logitnormal"  # median, sd_logit
    UNIFORM = "uniform"  # low, high
    STUDENT = "student"  # df, mean, scale


FAMILY_ARGUMENTS: dict[Family, tuple[str, ...]] = {
    Family.NORMAL: ("mean", "sd"),
    Family.LOGNORMAL: ("median", "sd_log"),
    Family.HALFNORMAL: ("scale",),
    Family.EXPONENTIAL: ("mean",),
    Family.GAMMA: ("shape", "mean"),
    Family.BETA: ("mean", "size"),
    Family.LOGITNORMAL: ("median", "sd_logit"),
    Family.UNIFORM: ("low", "high"),
    Family.STUDENT: ("df", "mean", "scale"),
}


@dataclass(frozen=True)
class Prior:
    """A prior distribution: its family and the family's arguments in their order."""

    family: Family
    arguments: tuple[float, ...]


@dataclass(frozen=True)
class Parameter:
    """An unknown number.

    Parameters
    ----------
    name
        Identifier.
    prior
        What is believed before the evidence is seen.
    unit
        One of :data:`counterstream.units.ALL_UNITS`; ``effect`` is a coefficient of a
        covariate, ``level`` the level of an instrument.
    reason
        Why the prior is as it is, in a sentence.
    """

    name: str
    prior: Prior
    unit: str
    reason: str
    label: str = ""
