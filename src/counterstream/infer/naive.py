"""Naive rules of projection, against which a model has to hold its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np

from counterstream.infer.baselines import Level, Rule, levels_of, repeat_last
from counterstream.infer.claims import ClaimTable, Floats
from counterstream.infer.measurement import middle_of, to_natural
from counterstream.units import DAYS_PER_YEAR

#: Years before the origin that a mean, and a line, look back.
MEAN_YEARS, DRIFT_YEARS = 3, 5


def average_recent(known: Sequence[Level], asked: Level, since: float) -> float:
    """Take the mean level of the windows whose middle lies after a day; NaN without any."""
    del asked
    recent = [item.level for item in known if item.middle > since]
    return float(np.mean(recent)) if recent else math.nan


def continue_line(known: Sequence[Level], asked: Level, since: float) -> float:
    """Go on along the line through the first and the last level after a day, at the middles of their windows.

    Returns
    -------
    float
        NaN where all windows have one middle.

    Notes
    -----
    The drift method of Hyndman and Athanasopoulos (2021), section 5.2, for claims at uneven times;
    of several levels at one time the mean.
    """
    times = [item.middle for item in known if item.middle > since]
    if not times or min(times) == max(times):
        return math.nan
    first, last = min(times), max(times)
    start, end = (float(np.mean([item.level for item in known if item.middle == time])) for time in (first, last))
    return end + (end - start) / (last - first) * (asked.middle - last)


def naive_rules(origin: date) -> Mapping[str, Rule]:
    """Return the rules by name, for a projection made at the end of a day."""
    end = origin.toordinal() + 1
    return {
        "last_value": repeat_last,
        f"mean_of_last_{MEAN_YEARS}_years": partial(average_recent, since=end - MEAN_YEARS * DAYS_PER_YEAR),
        "drift": partial(continue_line, since=end - DRIFT_YEARS * DAYS_PER_YEAR),
    }


def predict_naively(known: ClaimTable, asked: ClaimTable, origin: date) -> dict[str, Floats]:
    """Return what each naive rule says of claims that came after an origin.

    Parameters
    ----------
    known
        Claims until the origin.
    asked
        Later claims.
    origin
        The day at the end of which the projection is made.

    Returns
    -------
    dict
        By rule, shape (n_asked,): in each claim's unit, over its own window; NaN where no known
        claim is on the same observable in the same unit, or too few for the rule.
    """
    series: dict[tuple[str, bool], list[Level]] = {}
    for answered, level in zip(known.claims, levels_of(known), strict=True):
        series.setdefault((answered.observable.name, answered.by_household), []).append(level)
    held = [series.get((c.observable.name, c.by_household), []) for c in asked.claims]
    questions = levels_of(asked)
    # What took the asked claims from their working scale to levels takes levels back there.
    length = middle_of(asked) - np.array([question.level for question in questions])
    return {
        name: to_natural(asked, length + np.array([rule(h, q) for h, q in zip(held, questions, strict=True)]))
        for name, rule in naive_rules(origin).items()
    }
