"""The persons engine: everybody by name, for what cohorts cannot hold."""

from counterstream.simulate.persons.engine import Events, Histories, iterate_persons, simulate_persons

__all__ = ["Events", "Histories", "iterate_persons", "simulate_persons"]
