"""How long work tells what it is doing, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listens to long work."""

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear that ``done`` of ``total`` units of a phase are finished (``total`` 0: unknown)."""
        ...


class Silent:
    """A listener that does not listen."""

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Ignore what is told."""
        del phase, done, total, remark
