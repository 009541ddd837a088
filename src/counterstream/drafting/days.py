"""From a period in EDTF to the first and last day, and the precision, that a ledger takes."""

from __future__ import annotations

from datetime import date

from counterstream.drafting.edtf import SEASONS, read_days
from counterstream.evidence.claim import DatePrecision

_DOUBT = "?~%"


def days_of_period(period: str) -> tuple[date, date] | None:
    """Return the first and last day, both included, of a period in EDTF.

    Parameters
    ----------
    period
        A date, an interval ``A/B``, a season (``1972-23``) or a decade (``197X``).

    Returns
    -------
    (first, last) or None
        ``None`` for what has no two ends in their order: an open interval, a length of time, no EDTF.
    """
    days = read_days(period.strip())
    if days is None or days.first is None or days.last is None or days.first > days.last:
        return None
    return days.first, days.last


def precision_of_period(period: str) -> DatePrecision:
    """Return how precise a period in EDTF is, as events are dated."""
    text = period.strip().rstrip(_DOUBT)
    parts = text.split("-")
    if "/" in text or "X" in text or len(parts) > 3:
        return DatePrecision.SPAN
    if len(parts) == 2:
        return DatePrecision.SEASON if int(parts[1]) in SEASONS.values() else DatePrecision.MONTH
    return DatePrecision.YEAR if len(parts) == 1 else DatePrecision.DAY
