"""Additive contributions to a rate's logarithm, a chance's logit or a choice's utility."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.parameter import Quantity


@dataclass(frozen=True)
class Term:
    """``effect * covariate`` for the groups picked.

    Parameters
    ----------
    effect
        Coefficient: a number, or the name of a parameter.
    of
        Name of an instrument, a signal or an event; empty for a constant 1.
    season_peak_month
        If given (1 to 12), the covariate is ``cos(2 pi (month - peak) / 12)`` instead.
    groups
        Groups on which the term acts; it is 0 for the others.
    """

    effect: Quantity
    of: str = ""
    season_peak_month: int | None = None
    groups: Selector = EVERYBODY
