"""One scenario read by itself against a system that is known, and written out to be copied into its file."""

from __future__ import annotations

from dataclasses import replace

from counterstream.errors import Problem
from counterstream.spec.check_outputs import check_scenarios
from counterstream.spec.compose import compose
from counterstream.spec.findings import Findings
from counterstream.spec.form_outputs import SCENARIO
from counterstream.spec.names import Declared, check_names
from counterstream.spec.records import MapOf
from counterstream.spec.resolve_outputs import resolve_scenario
from counterstream.spec.shapes import INVALID
from counterstream.spec.to_form import form_move, form_scenario
from counterstream.spec.write import write_entry
from counterstream.system.persons import Persons
from counterstream.system.scenario import Scenario
from counterstream.system.system import System

SECTION = "scenarios"
_ONE = MapOf(SCENARIO, low=1)


def parse_scenario(text: str, system: System, file: str = "scenario") -> tuple[Scenario | None, tuple[Problem, ...]]:
    """Read the first scenario of a text that holds nothing but the section ``scenarios``.

    Parameters
    ----------
    text
        As in ``system.yaml``; JSON is YAML too.
    system
        What the scenario changes.

    Returns
    -------
    scenario
        ``None`` if there is any error.
    problems
        All that could be found, with lines of the text; those of ``system.yaml``.
    """
    root, problems = compose(text, file)
    if root is None:
        return None, tuple(problems)
    out = Findings(file, root)
    out.problems.extend(problems)
    section = root.value.get(SECTION) if isinstance(root.value, dict) else None
    if section is None:
        problem = Problem("S202", "the text holds no scenario", file, 1, 1, allowed=f"{SECTION}: and one scenario")
        return None, (*problems, problem)
    forms = _ONE.read(section, (SECTION,), out)
    if forms is not INVALID and forms:
        check_names(_declared_by(system), out)
        if not out.has_errors():
            name = next(iter(forms))
            scenario = resolve_scenario(name, forms[name])
            check_scenarios(replace(system, scenarios=(scenario,)), out)
            if not out.has_errors():
                return scenario, out.in_order()
    return None, out.in_order()


def write_scenario(scenario: Scenario) -> str:
    """Return a scenario as a section of ``system.yaml``, to be copied there."""
    return write_entry(SECTION, {scenario.name: form_scenario(scenario)})


def _declared_by(system: System) -> Declared:
    """Return the names that a system declares."""
    persons = system.persons or Persons()
    sections: dict[str, tuple[str, ...] | None] = {
        "places": tuple(x.name for x in system.places),
        "statuses": system.status_names,
        "attributes": tuple(x.name for x in system.attributes),
        "parameters": tuple(x.name for x in system.parameters),
        "instruments": tuple(x.name for x in system.instruments),
        "signals": tuple(x.name for x in system.signals),
        "events": tuple(x.name for x in system.events),
        "moves": tuple(x.name for x in system.moves),
        "observables": tuple(x.name for x in system.observables),
        "agencies": tuple(x.name for x in system.agencies),
        "ties": tuple(x.name for x in persons.ties),
        "exposures": tuple(x.name for x in persons.exposures),
        "named": tuple(x.name for x in persons.named),
    }
    kinds = {move.name: str(form_move(move)["kind"]) for move in system.moves}
    units = {p.name: p.unit for p in system.parameters}
    return Declared(sections, {}, system.flow_names, kinds, units)
