"""Bundled cases: data only."""
