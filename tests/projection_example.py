"""People who leave at a constant rate, with yearly claims that are right: a case whose future is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from ledger_example import make_claim, make_observable
from small_systems import small_system

from counterstream.case import Case
from counterstream.evidence.claim import Claim
from counterstream.evidence.ledger import Ledger
from counterstream.infer.fit import FitSettings
from counterstream.system.instrument import Event, Instrument, Steps, Walk
from counterstream.system.move import RateMove
from counterstream.system.observable import Agency, Answer, FlowMeasure, PathMeasure, RatioMeasure, StockMeasure, Window
from counterstream.system.parameter import Family, Parameter, Prior
from counterstream.units import Step
from counterstream.workflow.project_plan import ProjectionSettings

RATE, START = 0.03, 20000.0
DEPARTURES = FlowMeasure(("leave",))
SETTINGS = ProjectionSettings(
    2009, evidence_until="2002", origins=(2001,), n_simulated=200, fit=FitSettings(quick=True)
)


def staying(years: float) -> float:
    """Persons who have not left after so many years, by the closed form."""
    return START * np.exp(-RATE * years)


def leaving(year: int) -> float:
    return staying(year - 2000) - staying(year + 1 - 2000)


def yearly(year: int, **changes: Any) -> Claim:
    fields = {"id": f"C{year}", "first": date(year, 1, 1), "last": date(year, 12, 31), "value": round(leaving(year))}
    return make_claim(**(fields | changes))


SYSTEM = small_system(
    ("stay", "gone"),
    (RateMove("leave", "stay", "gone", "leave_rate"),),
    initial={"stay": START},
    end=date(2005, 12, 31),
    parameters=(Parameter("leave_rate", Prior(Family.LOGNORMAL, (0.02, 0.7)), "per_year", "one in fifty"),),
    instruments=(
        Instrument("mood", Walk(Step.YEAR, 0.0, 1.0), label="Mood"),
        Instrument("charge", Steps(((date(2001, 1, 1), 1.0), (date(2004, 1, 1), 0.0)))),
    ),
    events=(
        Event("war", date(2003, 3, 1), last=date(2003, 8, 31), label="War"),
        Event("peace", date(2002, 3, 1), half_life_months=6.0),
    ),
    observables=(
        make_observable(measure=DEPARTURES),
        make_observable("stayers", StockMeasure(("stay",)), (Answer(("stayers",)),)),
        make_observable("mood_level", PathMeasure("mood"), (), "level"),
        make_observable("all_leave", RatioMeasure(DEPARTURES, DEPARTURES), (), "share"),
        make_observable("rate", PathMeasure("leave_rate"), (Answer(("rate",)),), "level"),
        make_observable("growth", RatioMeasure(DEPARTURES, replace(DEPARTURES, window=Window(shift_months=-12))), ()),
    ),
    agencies=(Agency("office", anchor=True),),
)
# The claim of 2007 lies beyond the declared clock: only the extended one can answer it.
CLAIMS = (*(yearly(year) for year in (2000, 2001, 2002, 2003, 2004)), yearly(2007))


def make_case(*claims: Claim) -> Case:
    return Case("shore", Path("shore"), SYSTEM, Ledger(claims or CLAIMS), "")
