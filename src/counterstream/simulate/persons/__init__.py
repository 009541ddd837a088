"""The persons engine: everybody by number, for what cohorts cannot hold."""

from counterstream.simulate.persons.engine import Following, Histories, iterate_persons, largest_start, simulate_persons
from counterstream.simulate.persons.records import Events
from counterstream.simulate.stepping import Stepping

__all__ = ["Events", "Following", "Histories", "Stepping", "iterate_persons", "largest_start", "simulate_persons"]
