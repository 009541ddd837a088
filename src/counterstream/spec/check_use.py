"""Warnings about what is declared and plays no part."""

from __future__ import annotations

from counterstream.spec.findings import Findings
from counterstream.system.system import System

#: Kinds of reference under which parameters, instruments, signals and events are named.
_KINDS = ("parameter", "lever", "covariate", "event", "signal", "instrument", "path")


def check_use(draft: System, out: Findings) -> None:
    """Warn of parameters, instruments, signals, events, places and attributes without a part."""
    # A scenario only changes what acts elsewhere.
    named = {r.name for r in out.references if r.kind in _KINDS and r.at[0] != "scenarios"}
    sections = (
        ("S601", "parameters", "parameter", [p.name for p in draft.parameters]),
        ("S602", "instruments", "instrument", [i.name for i in draft.instruments]),
        ("S603", "signals", "signal", [s.name for s in draft.signals]),
        ("S604", "events", "event", [e.name for e in draft.events]),
    )
    for code, section, noun, names in sections:
        for name in names:
            if name not in named:
                out.add(
                    code,
                    (section, name),
                    f"the {noun} is declared and not used",
                    found=name,
                    mend="use it in a term or a quantity, or delete it",
                )
    _check_ties_and_exposures(draft, out)
    places = {status.place for status in draft.statuses}
    for place in draft.places:
        if place.name not in places:
            out.add("S605", ("places", place.name), "no status is in this place", found=place.name, mend="delete it")
    held = {pair for group in draft.groups for pair in group.attributes}
    for attribute in draft.attributes:
        missing = [value for value in attribute.values if (attribute.name, value) not in held]
        if missing:
            out.add(
                "S606",
                ("attributes", attribute.name, "values"),
                "no group has these values",
                found=", ".join(missing[:12]),
                mend="add a group that has them, or delete them",
            )


def _check_ties_and_exposures(draft: System, out: Findings) -> None:
    """Warn of networks along which nothing comes, and of exposures that change nothing."""
    if draft.persons is None:
        return
    read = {term.of for term in draft.persons.terms} | {threshold.of for threshold in draft.persons.thresholds}
    laid = {exposure.ties for exposure in draft.persons.exposures}
    for name in (ties.name for ties in draft.persons.ties if ties.name not in laid):
        mend = "give it exposures, or delete it"
        out.add("S611", ("persons", "ties", name), "nothing comes along these ties", found=name, mend=mend)
    for name in (exposure.name for exposure in draft.persons.exposures if exposure.name not in read):
        mend = "use it in a term or a threshold, or delete it"
        out.add("S612", ("persons", "exposures", name), "the exposure changes nothing", found=name, mend=mend)
