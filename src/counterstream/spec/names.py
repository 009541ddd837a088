"""Looking up every name used in a system file, and the units of the parameters named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from counterstream.spec.findings import Findings, Reference
from counterstream.spec.node import Node
from counterstream.units import ALL_UNITS

DECISION_FLOWS = ("approved", "refused", "released")

#: kind of reference -> sections that may declare the name, code of an unknown one, noun
_KINDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "place": (("places",), "S301", "place"),
    "status": (("statuses",), "S302", "status"),
    "attribute": (("attributes",), "S303", "attribute"),
    "parameter": (("parameters",), "S305", "parameter"),
    "lever": (("parameters", "instruments"), "S305", "parameter or instrument"),
    "covariate": (("instruments", "signals", "events"), "S306", "instrument, signal or event"),
    "event": (("events",), "S309", "event"),
    "signal": (("signals",), "S310", "signal"),
    "instrument": (("instruments",), "S311", "instrument"),
    "agency": (("agencies",), "S312", "agency"),
    "path": (("instruments", "signals", "parameters"), "S313", "instrument, signal or parameter"),
    "ties": (("ties",), "S317", "network of ties"),
    "exposure": (("exposures",), "S318", "exposure"),
    "named": (("named",), "S320", "named household"),
}
#: kind of reference to a move -> kinds of move that it may name, noun
_MOVE_KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "decision": (("decision",), "decision move"),
    "intensity": (("rate", "loss"), "rate move or loss"),
    "urged": (("rate", "decision"), "rate move or decision"),
    "weighed": (("rate", "loss", "decision"), "rate move, loss or decision"),
    "leaving": (("rate", "loss", "decision", "choice"), "rate move, loss, decision or choice"),
}
#: Sections whose names share one space, because there a name alone must tell what is meant:
#: a term reads a covariate, a path or a capacity names a lever or a parameter.
_SHARED_SPACES = (("instruments", "signals", "events", "exposures"), ("parameters", "instruments", "signals"))
_NEEDED = ("places", "statuses", "moves")
_NOUNS = {
    "places": "a place",
    "statuses": "a status",
    "attributes": "an attribute",
    "parameters": "a parameter",
    "instruments": "an instrument",
    "signals": "a signal",
    "events": "an event",
    "moves": "a move",
    "observables": "an observable",
    "ties": "a network of ties",
    "exposures": "an exposure",
    "named": "a named household",
}
#: Sections that are parts of another one.
_INSIDE = dict.fromkeys(("ties", "exposures", "named"), "persons")


@dataclass(frozen=True)
class Declared:
    """Names that the document declares, sound or not, by section; ``None``: unreadable."""

    sections: dict[str, tuple[str, ...] | None]
    values: dict[str, tuple[str, ...] | None]
    flows: tuple[str, ...] | None
    move_kinds: dict[str, str]
    units: dict[str, str]

    def names(self, sections: Iterable[str]) -> tuple[str, ...] | None:
        """Names in any of the sections, or ``None`` if one of them cannot be read."""
        found: list[str] = []
        for section in sections:
            names = self.sections[section]
            if names is None:
                return None
            found.extend(names)
        return tuple(found)


def _keys(node: Node | None) -> tuple[str, ...] | None:
    if node is None or node.value is None:
        return ()
    return tuple(node.value) if isinstance(node.value, dict) else None


def _child(node: Node | None, key: str) -> Node | None:
    return node.value.get(key) if node is not None and isinstance(node.value, dict) else None


def _section(root: Node, name: str) -> tuple[str, ...] | None:
    """Return the names that a section declares, ``None`` if it or what holds it is unreadable."""
    if name not in _INSIDE:
        return _keys(_child(root, name))
    holder = _child(root, _INSIDE[name])
    return None if _keys(holder) is None else _keys(_child(holder, name))


def collect_declared(root: Node) -> Declared:
    """Collect the declared names from the nodes, so that a faulty entry still counts as known."""
    sections = {name: _section(root, name) for name in (*_NOUNS, "agencies")}
    for name in _NEEDED:
        # An empty section is one problem; that every name then is unknown is not another.
        sections[name] = sections[name] or None
    values: dict[str, tuple[str, ...] | None] = {}
    for attribute in sections["attributes"] or ():
        node = _child(_child(_child(root, "attributes"), attribute), "values")
        if node is not None and isinstance(node.value, list) and node.value:
            values[attribute] = tuple(str(item.value) for item in node.value)
        else:
            values[attribute] = (node.value,) if node is not None and isinstance(node.value, str) else None
    units: dict[str, str] = {}
    for parameter in sections["parameters"] or ():
        unit = _child(_child(_child(root, "parameters"), parameter), "unit")
        if unit is not None and isinstance(unit.value, str) and unit.value in ALL_UNITS:
            units[parameter] = unit.value
    flows, kinds = _collect_flows(root, sections["moves"])
    return Declared(sections, values, flows, kinds, units)


def _collect_flows(root: Node, moves: tuple[str, ...] | None) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    """Return the flows of all moves (``None`` if a kind is unclear) and the kind of each that is clear."""
    if moves is None:
        return None, {}
    flows: list[str] = []
    kinds: dict[str, str] = {}
    clear = True
    for name in moves:
        move = _child(_child(root, "moves"), name)
        kind = _child(move, "kind")
        word = kind.value if kind is not None else None
        if word == "decision":
            flows.extend(f"{name}.{flow}" for flow in DECISION_FLOWS)
        elif word == "choice":
            destinations = _keys(_child(move, "alternatives"))
            clear = clear and destinations is not None
            flows.extend(f"{name}.{destination}" for destination in destinations or ())
        elif word in ("rate", "entry", "loss"):
            flows.append(name)
        else:
            clear = False
            continue
        kinds[name] = str(word)
    return (tuple(flows) if clear else None), kinds


def check_names(declared: Declared, out: Findings) -> None:
    """Record every name that is unknown, of the wrong kind, or used for two things."""
    _check_shared_space(declared, out)
    for reference in out.references:
        if out.cut_short:
            return
        if reference.kind == "value":
            _check_value(reference, declared, out)
        elif reference.kind == "flow":
            _check_flow(reference, declared, out)
        elif reference.kind in _MOVE_KINDS:
            _check_move(reference, declared, out)
        else:
            _check_reference(reference, declared, out)


def _check_shared_space(declared: Declared, out: Findings) -> None:
    told: set[tuple[str, str]] = set()
    for space in _SHARED_SPACES:
        first: dict[str, str] = {}
        for section in space:
            for name in declared.sections[section] or ():
                if name in first and (section, name) not in told:
                    told.add((section, name))
                    out.add(
                        "S315",
                        (_INSIDE[section], section, name) if section in _INSIDE else (section, name),
                        f"the name is used for {_NOUNS[first[name]]} and for {_NOUNS[section]}",
                        found=name,
                        allowed=f"names that differ in {', '.join(space)}",
                        mend="rename one of them",
                    )
                first.setdefault(name, section)


def _elsewhere(name: str, declared: Declared) -> str:
    """Return what else bears the name, for the message."""
    kinds = [noun for section, noun in _NOUNS.items() if name in (declared.sections[section] or ())]
    return f"{name}, which is {kinds[0]}" if kinds else name


def _unknown(
    code: str, noun: str, reference: Reference, known: Iterable[str], declared: Declared, out: Findings
) -> None:
    out.add(
        code,
        reference.at,
        f"no {noun} has this name",
        found=_elsewhere(reference.name[:100], declared),
        allowed=f"a declared {noun}",
        mend=out.suggest(reference.name, known),
    )


def _check_reference(reference: Reference, declared: Declared, out: Findings) -> None:
    sections, code, noun = _KINDS[reference.kind]
    known = declared.names(sections)
    if known is None:
        return
    if reference.name not in known:
        _unknown(code, noun, reference, known, declared, out)
        return
    unit = declared.units.get(reference.name)
    named_as_parameter = reference.name in (declared.sections["parameters"] or ())
    if reference.units and named_as_parameter and unit is not None and unit not in reference.units:
        out.add(
            "S405",
            reference.at,
            f'parameter "{reference.name}" has the wrong unit for this use',
            found=f"unit {unit}",
            allowed="unit " + " or ".join(reference.units),
            mend="use another parameter, or correct its unit and prior",
        )


def _check_value(reference: Reference, declared: Declared, out: Findings) -> None:
    known = declared.values.get(reference.attribute)
    if known is None or reference.name in known:
        return
    out.add(
        "S304",
        reference.at,
        f'attribute "{reference.attribute}" has no such value',
        found=reference.name,
        allowed=", ".join(known[:12]),
        mend=out.suggest(reference.name, known),
    )


def _check_flow(reference: Reference, declared: Declared, out: Findings) -> None:
    if declared.flows is None or reference.name in declared.flows:
        return
    inner = [flow for flow in declared.flows if flow.startswith(reference.name + ".")]
    if inner:
        out.add(
            "S307",
            reference.at,
            "the move makes several flows",
            found=reference.name,
            allowed=", ".join(inner[:12]),
            mend=f'for example "{inner[0]}"',
        )
        return
    _unknown("S307", "flow", reference, declared.flows, declared, out)


def _check_move(reference: Reference, declared: Declared, out: Findings) -> None:
    kinds, noun = _MOVE_KINDS[reference.kind]
    moves = declared.sections["moves"]
    if moves is None:
        return
    kind = declared.move_kinds.get(reference.name, "")
    if reference.name in moves and (not kind or kind in kinds):
        return
    if kind:
        found = f"{reference.name}, which is a move of kind {kind}"
        out.add("S308", reference.at, "moves of this kind do not belong here", found=found, allowed=f"a {noun}")
        return
    known = [name for name, kind in declared.move_kinds.items() if kind in kinds]
    _unknown("S308", noun, reference, known, declared, out)
