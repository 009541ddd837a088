"""Deciding on candidates: a session that knows no terminal, and the terminal that shows it."""
