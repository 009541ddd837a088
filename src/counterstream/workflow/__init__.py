"""Whole pieces of work: run a case from evidence to report."""
