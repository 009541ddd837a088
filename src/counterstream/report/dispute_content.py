"""Contradictions among claims and whom the fit believes, as the report shows them: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PartyView:
    """One claim of a contradiction.

    Parameters
    ----------
    side
        Which it takes: ``lower`` or ``higher`` (same window), ``whole`` or ``parts``.
    low90, median, high90
        What the fit says of the same quantity over the claim's window.
    wrong_probability
        Posterior chance that the claim is plain wrong.
    """

    claim_id: str
    agency: str
    side: str
    low90: float
    median: float
    high90: float
    wrong_probability: float


@dataclass(frozen=True)
class DisputeView:
    """A contradiction in the light of the fit.

    Parameters
    ----------
    observable, observable_label, unit
        What the claims speak of.
    kind, detail
        In which way they contradict one another, and what each says.
    parties
        The claims.
    sides
        Chance by side, and that neither holds; they sum to 1.
    believed
        The side, or ``neither``, that holds with a chance of nine in ten or more; empty if none does.
    """

    observable: str
    observable_label: str
    unit: str
    kind: str
    detail: str
    parties: tuple[PartyView, ...]
    sides: tuple[tuple[str, float], ...]
    believed: str
