"""What an engine of cohorts leaves out of a system, in a sentence."""

from __future__ import annotations

from counterstream.system.persons import Persons
from counterstream.system.system import System


def name_parts(system: System) -> tuple[str, ...]:
    """Return which parts of a system only persons have."""
    persons = system.persons or Persons()
    parts = {
        "sizes of households": persons.households,
        "frailty": persons.frailties,
        "ages": persons.ages,
        "ties": persons.ties,
        "exposures": persons.exposures,
        "thresholds": persons.thresholds,
        "named households": persons.named,
    }
    return tuple(name for name, part in parts.items() if part)


def say_left_out(system: System, engine: str) -> str:
    """Say which person-level parts an engine does without; nothing where it runs all that is declared."""
    parts = () if engine == "persons" else name_parts(system)
    return f"the engine {engine} does without what only persons have: {', '.join(parts)}" if parts else ""
