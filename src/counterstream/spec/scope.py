"""What the parts of a system are resolved against: its clock, attributes and groups."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.clock import Clock
from counterstream.system.group import EVERYBODY, Attribute, Group, Selector
from counterstream.units import DAYS_PER_YEAR, YEARS_PER_STEP, Step

MAX_GROUPS = 5_000
MAX_STEPS = 50_000

Form = dict[str, Any]


class GroupIndex:
    """Groups as bits of integers, the first group lowest: picking is cheap for any number."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.groups = groups
        self.everybody = (1 << len(groups)) - 1
        holders: dict[tuple[str, str], bytearray] = {}
        for index, group in enumerate(groups):
            for pair in group.attributes:
                row = holders.setdefault(pair, bytearray(len(groups) // 8 + 1))
                row[index // 8] |= 1 << index % 8
        self._holders = {pair: int.from_bytes(row, "little") for pair, row in holders.items()}

    def pick(self, selector: Selector) -> int:
        """Return the groups that a selector picks."""
        bits = self.everybody
        for name, values in selector.criteria:
            held = 0
            for value in values:
                held |= self._holders.get((name, value), 0)
            bits &= held
        return bits

    def names(self, bits: int) -> str:
        """Return the names of the groups, at most five."""
        names = [group.name or "everybody" for index, group in enumerate(self.groups) if bits >> index & 1]
        return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


@dataclass(frozen=True)
class Scope:
    """Clock, attributes and groups of the system that is being resolved.

    ``units`` holds the units of parameters and instruments by name.
    """

    clock: Clock
    attributes: tuple[Attribute, ...]
    index: GroupIndex
    out: Findings
    units: dict[str, str]

    def selector(self, picked: dict[str, tuple[str, ...]], at: At) -> Selector:
        """Return a selector with attributes and values in their declared order."""
        criteria: list[tuple[str, tuple[str, ...]]] = []
        known = True
        for attribute in self.attributes:
            values = picked.get(attribute.name)
            if values is not None:
                criteria.append((attribute.name, tuple(value for value in attribute.values if value in values)))
                known = known and set(values) <= set(attribute.values)
        known = known and set(picked) <= {attribute.name for attribute in self.attributes}
        selector = Selector(tuple(criteria)) if criteria else EVERYBODY
        if known and self.index.groups and not self.index.pick(selector):
            self.out.add(
                "S509",
                at,
                "no group has these values",
                found="; ".join(f"{name}: {', '.join(values)}" for name, values in criteria),
                allowed="values that some declared group holds together",
                mend="correct the values, or declare the group",
            )
        return selector


def build_clock(form: Form, out: Findings) -> Clock | None:
    """Return the clock, or ``None`` if it cannot tick."""
    clock = Clock(Step(form["step"]), form["start"], form["end"])
    at: At = ("time", "end")
    if clock.end < clock.start:
        out.add("S402", at, "the period ends before it starts", found=str(clock.end), allowed=f"after {clock.start}")
        return None
    steps = (clock.end - clock.start).days / DAYS_PER_YEAR / YEARS_PER_STEP[clock.step]
    if steps > MAX_STEPS:
        out.add(
            "S404",
            at,
            "the clock has too many steps",
            found=f"about {steps:,.0f}",
            allowed=f"at most {MAX_STEPS:,}",
            mend="take a longer step or a shorter period",
        )
        return None
    return clock


def build_attributes(form: Form) -> tuple[Attribute, ...]:
    """Return the attributes in the order in which they are declared."""
    return tuple(Attribute(name, entry["values"], entry["label"]) for name, entry in form.items())


def build_groups(lines: Any, attributes: tuple[Attribute, ...], out: Findings) -> tuple[Group, ...]:
    """Return the groups: the product of each line's values, in declared order.

    Without lines, the product of all attributes; without attributes, one group of everybody.
    """
    if lines is None:
        lines = ({attribute.name: attribute.values for attribute in attributes},)
    total = sum(math.prod(len(values) for values in line.values()) for line in lines)
    if total > MAX_GROUPS:
        out.add(
            "S511",
            ("groups",),
            "the declared products make too many groups",
            found=f"{total:,}",
            allowed=f"at most {MAX_GROUPS:,}",
            mend="drop an attribute, or list the products that exist",
        )
        return ()
    groups: list[Group] = []
    first_line: dict[str, int] = {}
    for index, line in enumerate(lines):
        factors = [
            [(attribute.name, value) for value in attribute.values if value in line[attribute.name]]
            for attribute in attributes
            if attribute.name in line
        ]
        for pairs in itertools.product(*factors):
            group = Group(tuple(pairs))
            if group.name in first_line:
                out.add(
                    "S510",
                    ("groups", index),
                    "the same group is declared twice",
                    found=group.name or "the group without attributes",
                    allowed=f"each combination once; groups[{first_line[group.name]}] has it already",
                )
                continue
            first_line[group.name] = index
            groups.append(group)
    return tuple(groups)
