"""Flags beside figures: what they say of a figure, and the hedge that follows.

Eurostat's letters are those of its online database; the capital ones are the code list
CL_OBS_STATUS of SDMX (version 2.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterstream.evidence.claim import Hedge


@dataclass(frozen=True, slots=True)
class Status:
    """What a flag means, and the hedge of a figure that bears it (``None``: it moves none)."""

    meaning: str
    hedge: Hedge | None = None


EUROSTAT_FLAGS: Mapping[str, Status] = {
    "b": Status("break in the series: not comparable with earlier periods"),
    "c": Status("confidential"),
    "d": Status("the definition differs"),
    "e": Status("estimated", Hedge.ESTIMATE),
    "f": Status("forecast", Hedge.PROJECTION),
    "i": Status("see the metadata of the table"),
    "m": Status("imputed", Hedge.ESTIMATE),
    "n": Status("not significant", Hedge.ESTIMATE),
    "p": Status("provisional", Hedge.ESTIMATE),
    "r": Status("revised", Hedge.REVISED),
    "s": Status("estimated by Eurostat", Hedge.ESTIMATE),
    "u": Status("of low reliability", Hedge.ESTIMATE),
    "z": Status("not applicable"),
}

SDMX_FLAGS: Mapping[str, Status] = {
    "A": Status(""),
    "B": Status("break in the series: not comparable with earlier periods"),
    "D": Status("the definition differs"),
    "E": Status("estimated", Hedge.ESTIMATE),
    "F": Status("forecast", Hedge.PROJECTION),
    "G": Status("experimental", Hedge.ESTIMATE),
    "I": Status("imputed", Hedge.ESTIMATE),
    "J": Status("derogation"),
    "K": Status("counted in another category"),
    "L": Status("missing: exists and was not collected"),
    "M": Status("missing: cannot exist"),
    "N": Status("not significant", Hedge.ESTIMATE),
    "O": Status("missing"),
    "P": Status("provisional", Hedge.ESTIMATE),
    "Q": Status("suppressed"),
    "R": Status("revised", Hedge.REVISED),
    "S": Status("strike or special event"),
    "U": Status("of low reliability", Hedge.ESTIMATE),
    "V": Status("not validated", Hedge.ESTIMATE),
    "W": Status("includes another category"),
}

#: The widest first: the hedge of a figure with several flags.
_WIDEST = (Hedge.PROJECTION, Hedge.ESTIMATE, Hedge.REVISED)


def read_flags(flags: str, known: Mapping[str, Status]) -> tuple[Hedge, tuple[str, ...], str]:
    """Return the hedge that flags amount to, their meanings and the letters without any.

    Parameters
    ----------
    flags
        Letters, such as ``bp``.
    known
        :data:`EUROSTAT_FLAGS` or :data:`SDMX_FLAGS`.
    """
    letters = dict.fromkeys(letter for letter in flags if letter.isalnum())
    found = [known[letter] for letter in letters if letter in known]
    hedges = {status.hedge for status in found}
    hedge = next((hedge for hedge in _WIDEST if hedge in hedges), Hedge.EXACT)
    meanings = tuple(status.meaning for status in found if status.meaning)
    return hedge, meanings, "".join(letter for letter in letters if letter not in known)
