"""Engines: expected persons, whole persons by counts, and the series that observables read."""
