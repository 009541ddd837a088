"""Groups: products of fixed attributes, and selectors that pick some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """A fixed attribute of persons and the values it can take."""

    name: str
    values: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Group:
    """Persons who share the same value of every attribute that they have.

    ``attributes`` holds (attribute, value) pairs; a group need not carry every attribute.
    """

    attributes: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Values joined by ``/``, such as ``jewish/georgia/higher``."""
        return "/".join(value for _, value in self.attributes)


@dataclass(frozen=True)
class Selector:
    """Picks the groups whose attributes have one of the listed values; empty picks all."""

    criteria: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def matches(self, group: Group) -> bool:
        """Whether the group carries a listed value for every listed attribute."""
        held = dict(group.attributes)
        return all(held.get(name) in values for name, values in self.criteria)

    def mask(self, groups: Iterable[Group]) -> tuple[bool, ...]:
        """Whether each group is picked, in order."""
        return tuple(self.matches(group) for group in groups)


EVERYBODY = Selector()
