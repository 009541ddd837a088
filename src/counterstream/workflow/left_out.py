"""What an engine of cohorts leaves out of a system, in a sentence."""

from __future__ import annotations

from counterstream.system.system import System


def say_left_out(system: System, engine: str) -> str:
    """Say which person-level parts an engine does without; nothing where it runs all that is declared."""
    persons = system.persons
    if persons is None or engine == "persons":
        return ""
    parts = {
        "sizes of households": persons.households,
        "frailty": persons.frailties,
        "ages": persons.ages,
        "ties": persons.ties,
        "exposures": persons.exposures,
        "thresholds": persons.thresholds,
        "named households": persons.named,
    }
    named = ", ".join(name for name, part in parts.items() if part)
    return f"the engine {engine} does without what only persons have: {named}"
