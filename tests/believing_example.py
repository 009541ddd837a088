"""A small case whose truth is known: who leaves, who returns, and agencies that count in ways of their own."""

from __future__ import annotations

import math
from pathlib import Path

from ledger_example import claim_row, write_ledger

LEAVE_RATE, RETURN_RATE, RESIDENTS = 0.05, 0.1, 20_000.0
#: The evening paper reports so many for one who left.
PAPER_BIAS = 1.3
#: The year of which the traveller alone speaks.
TRAVELLERS_YEAR = 1999

SYSTEM = """\
format: counterstream-system/1
name: shores
title: Two shores

time: {step: month, start: 1990-01-01, end: 1999-12-31}

places:
  old: {label: Old shore}
  new: {label: New shore}

statuses:
  resident: {place: old, label: Residents}
  settled: {place: new, label: Settled}
  returned: {place: old, label: Returned}

initial:
  - {status: resident, persons: 20000}

parameters:
  leave_rate: {prior: {lognormal: {median: 0.03, sd_log: 0.7}}, unit: per_year, reason: a few in a hundred}
  return_rate: {prior: {lognormal: {median: 0.05, sd_log: 0.7}}, unit: per_year, reason: a few in a hundred}

moves:
  leave: {kind: rate, from: resident, to: settled, rate_per_year: leave_rate}
  return: {kind: rate, from: settled, to: returned, rate_per_year: return_rate}

observables:
  departures:
    label: Departures
    flow: {flows: [leave]}
    unit: persons
    answers:
      - {what: [departures]}
  returns:
    label: Returns
    flow: {flows: [return]}
    unit: persons
    answers:
      - {what: [returns]}
  settled_stock:
    label: Settled
    stock: {statuses: [settled]}
    unit: persons
    answers:
      - {what: [settled]}
  return_share:
    label: Returns for one departure
    ratio:
      numerator: {flow: {flows: [return]}}
      denominator: {flow: {flows: [leave]}}
    unit: share
    answers:
      - {what: [share returned]}
  leaving_rate:
    label: Rate of leaving
    path: leave_rate
    unit: per_year
    answers:
      - {what: [rate of leaving]}

agencies:
  harbour office: {kind: office, anchor: true}
  consulate: {kind: office, anchor: true}
  evening paper: {kind: press}
  gazette: {kind: press, relays: evening paper}
"""


def departures(year: int) -> float:
    """Return how many leave in a year."""
    since = year - 1990
    return RESIDENTS * (math.exp(-LEAVE_RATE * since) - math.exp(-LEAVE_RATE * (since + 1)))


def returns(year: int) -> float:
    """Return how many return in a year, of the settled that a steady rate of leaving makes."""

    def returned(t: float) -> float:
        away = (1.0 - math.exp(-LEAVE_RATE * t)) / LEAVE_RATE - (1.0 - math.exp(-RETURN_RATE * t)) / RETURN_RATE
        return RESIDENTS * RETURN_RATE * LEAVE_RATE / (RETURN_RATE - LEAVE_RATE) * away

    return returned(year + 1 - 1990) - returned(year - 1990)


def write_shores(folder: Path) -> Path:
    """Write the case: an anchor, a paper that reports 30 % more, a lone witness of returns, a traveller, a rumour."""
    said = [
        *(("harbour office", "departures", year, departures(year), "exact") for year in range(1990, 1997)),
        *(("evening paper", "departures", year, PAPER_BIAS * departures(year), "exact") for year in range(1991, 1997)),
        ("gazette", "departures", 1997, PAPER_BIAS * departures(1997), "exact"),
        *(("consulate", "returns", year, returns(year), "exact") for year in range(1992, 1999)),
        ("traveller", "departures", TRAVELLERS_YEAR, 1.1 * departures(TRAVELLERS_YEAR), "about"),
        ("rumour", "departures", 1994, 10.0 * departures(1994), "exact"),
    ]
    rows = [
        claim_row(
            id=f"C{number:02}",
            agency=agency,
            what=what,
            period_start=f"{year}-01-01",
            period_end=f"{year}-12-31",
            value=f"{value:.0f}",
            hedge=hedge,
        )
        for number, (agency, what, year, value, hedge) in enumerate(said)
    ]
    write_ledger(folder, rows)
    (folder / "system.yaml").write_text(SYSTEM, encoding="utf-8")
    return folder
