"""Answers to the page's questions, as the JSON that ``web/src/serve`` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from counterstream.app.codes import BAD_REQUEST
from counterstream.app.levers import plain_changes
from counterstream.errors import CounterstreamError, Problem
from counterstream.report.content import ScenarioView
from counterstream.report.views.plain import Json, rounded, rounded_all
from counterstream.report.views.scenarios import plain_scenario
from counterstream.spec.one_scenario import parse_scenario, write_scenario
from counterstream.spec.to_form import form_scenario
from counterstream.system.observable import Observable
from counterstream.system.scenario import Scenario
from counterstream.system.system import System
from counterstream.workflow.content import series_view
from counterstream.workflow.files import INTERVALS
from counterstream.workflow.resident import Question, Resident, ask

BASELINE = Scenario("baseline", (), "Baseline")
#: Pictures that one question may ask for; the page shows one at a time.
MOST_PICTURES = 8
#: Rows of the table of everything that changes.
MOST_ROWS = 200


@dataclass(frozen=True)
class Asked:
    """What a page asks when a lever has moved.

    Parameters
    ----------
    tab, turn
        Who asks, and the number of the question there: a newer one overtakes.
    scenario
        The section ``scenarios`` of a ``system.yaml`` with one scenario, as YAML or JSON; empty for the baseline.
    observables
        Names of those whose courses are wanted.
    totals
        Whether the totals of all observables, and what leaves its fitted range, are wanted.
    """

    tab: str
    turn: int
    scenario: str
    observables: tuple[str, ...]
    totals: bool


def answer(resident: Resident, asked: Asked, go_on: Callable[[], None]) -> Json:
    """Run the scenario that the levers stand for and return pictures or totals.

    Raises
    ------
    CounterstreamError
        For changes that the system does not allow, with the codes of ``system.yaml``.
    Overtaken
        By ``go_on``.
    """
    scenario = _read_scenario(resident, asked.scenario)
    chosen = _choose(resident, asked.observables)
    question = ask(resident, scenario, None if asked.totals else chosen, go_on)
    told: dict[str, Json] = {
        "turn": asked.turn,
        "written": plain_changes(form_scenario(scenario)["changes"]),
        "changes": list(question.changes),
        "yaml": write_scenario(scenario),
        "scenarios": [plain_scenario(_view(question, scenario, observable)) for observable in chosen],
        "n_draws": resident.n_draws,
    }
    if asked.totals:
        go_on()
        told["totals"] = _totals(question, go_on)
        go_on()
        told["beyond"] = _say_beyond(question) if resident.fitted else []
    return told


def _read_scenario(resident: Resident, text: str) -> Scenario:
    """Return the scenario of a text, or the one that changes nothing."""
    if not text:
        return BASELINE
    scenario, problems = parse_scenario(text, resident.system, "levers")
    if scenario is None:
        raise CounterstreamError(problems)
    return scenario


def _choose(resident: Resident, names: Sequence[str]) -> tuple[Observable, ...]:
    known = {observable.name: observable for observable in resident.observables}
    unknown = [name for name in names if name not in known]
    if unknown or len(names) > MOST_PICTURES:
        found = ", ".join(unknown)[:200] or f"{len(names)} observables"
        allowed = f"at most {MOST_PICTURES} observables that have a course"
        raise CounterstreamError(
            Problem(BAD_REQUEST, "there is no picture of that", found=found, allowed=allowed, mend="reload the page")
        )
    return tuple(known[name] for name in names)


def _view(question: Question, scenario: Scenario, observable: Observable) -> ScenarioView:
    system = question.resident.system
    base, other = question.pair(observable)
    return ScenarioView(
        name=scenario.name,
        label=scenario.label or scenario.name,
        baseline=series_view(system, observable, base, ()),
        scenario=series_view(system, observable, other, ()),
        difference=series_view(system, observable, other - base, ()),
        changes=question.changes,
    )


def _say_beyond(question: Question) -> Json:
    """Say what leaves the range that the evidence speaks of; of a system that was not fitted none speaks."""
    labels = _labels(question.resident.system)
    return [replace(excess, name=labels[excess.name]).sentence() for excess in question.find_beyond()]


def _labels(system: System) -> dict[str, str]:
    """Return what people call instruments, signals and parameters, whose names share one space."""
    return {part.name: part.label or part.name for part in (*system.parameters, *system.instruments, *system.signals)}


def _totals(question: Question, go_on: Callable[[], None]) -> Json:
    """Return every observable over the whole period, those that change most first."""
    rows: list[tuple[float, Json]] = []
    for observable in question.resident.observables:
        go_on()
        base, other = question.totals(observable)
        apart = other - base
        known = np.isfinite(apart)
        if not known.any():
            continue
        levels = [np.quantile(side[known], list(INTERVALS.values())) for side in (base, other, apart)]
        middle = list(INTERVALS).index("median")
        size = abs(levels[2][middle]) / max(abs(levels[0][middle]), 1e-9)
        row: dict[str, Json] = {
            "observable": observable.name,
            "label": observable.label or observable.name,
            "unit": observable.unit,
            "changed": bool(np.abs(apart[known]).max() > 1e-9 * max(np.abs(base[known]).max(), 1e-9)),
            "rises": rounded(float((apart[known] > 0.0).mean())),
        }
        for name, found in zip(("baseline", "scenario", "difference"), levels, strict=True):
            row[name] = dict(zip(INTERVALS, rounded_all(found), strict=True))
        rows.append((size, row))
    return [row for _, row in sorted(rows, key=lambda pair: -pair[0])[:MOST_ROWS]]
