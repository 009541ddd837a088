"""Numbers, days and texts as the views read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import cast

from counterstream.report.tables import clean_text
from counterstream.units import add_months

Json = dict[str, "Json"] | list["Json"] | str | float | int | bool | None

#: A picture shows no more, and tables at full precision are in the files beside it.
DIGITS = 4


def rounded(value: float | None) -> float | int | None:
    """Round to four significant digits; ``None`` for what is not finite.

    Whole numbers stay whole, which saves two characters each.
    """
    if value is None or not math.isfinite(value):
        return None
    if value == 0:
        return 0
    near = round(float(value), DIGITS - 1 - math.floor(math.log10(abs(value))))
    return int(near) if near.is_integer() and abs(near) < 1e15 else near


def rounded_all(values: Iterable[float]) -> list[Json]:
    """Round every value; see :func:`rounded`."""
    return [rounded(float(value)) for value in values]


def plain_days(days: Sequence[date]) -> Json:
    """Say days by their first, their distance and their number where they are evenly spaced, else list them."""
    if len(days) > 1:
        months = (days[1].year - days[0].year) * 12 + days[1].month - days[0].month
        if months and days[0].day <= 28 and all(day == add_months(days[0], i * months) for i, day in enumerate(days)):
            return {"first": days[0].isoformat(), "months": months, "count": len(days)}
        step = days[1] - days[0]
        if step > timedelta(0) and all(day == days[0] + i * step for i, day in enumerate(days)):
            return {"first": days[0].isoformat(), "days": step.days, "count": len(days)}
    return {"listed": [day.isoformat() for day in days]}


def cleaned(value: Json) -> Json:
    """Take invisible characters out of every text; see :func:`~counterstream.report.tables.clean_text`."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return cast("Json", {clean_text(key): cleaned(one) for key, one in value.items()})
    return value
