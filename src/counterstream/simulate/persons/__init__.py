"""The persons engine: everybody by name, for what cohorts cannot hold."""

from counterstream.simulate.persons.engine import Histories, simulate_persons

__all__ = ["Histories", "simulate_persons"]
