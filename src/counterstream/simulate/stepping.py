"""Ways in which persons go through time; apart from the engine, which takes long to load."""

from __future__ import annotations

from enum import StrEnum


class Stepping(StrEnum):
    """How persons go through time: everybody through every step, or from event to event."""

    AUTO = "auto"
    STEPS = "steps"
    EVENTS = "events"
