"""What is decided on: a candidate or an event with what the person made of it, and its fields as text."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import cast

from counterstream.drafting import codes
from counterstream.drafting.candidate import Anchor, Bound, Candidate, DraftedEvent, Measure, Topic
from counterstream.drafting.days import days_of_period
from counterstream.drafting.decisions import Content, ItemKind, Place
from counterstream.errors import Problem, suggest_name
from counterstream.evidence.claim import QuantityKind


class Status(StrEnum):
    """What has been decided."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What only the person says of a claim: nothing of it is drafted.

    Parameters
    ----------
    observable
        The proposal to follow; empty: the first.
    what, quantity_kind, agency, notes
        Columns of the ledger, where they are not to follow from the proposal and the candidate.
    """

    observable: str = ""
    what: str = ""
    quantity_kind: str = ""
    agency: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate or an event under review.

    Parameters
    ----------
    place
        Its name.
    drafted
        The candidate or event, with the person's edits in it.
    status, flagged
        What has been decided, and whether the person marked it as doubtful.
    chosen
        What the person added.
    edited
        Names of the fields that the person changed.
    by_hand
        Whether the person added it, whole or by splitting.
    """

    place: Place
    drafted: Candidate | DraftedEvent
    status: Status = Status.OPEN
    flagged: bool = False
    chosen: Chosen = Chosen()
    edited: frozenset[str] = frozenset()
    by_hand: bool = False

    @property
    def anchor(self) -> Anchor:
        """Where it stands."""
        return self.drafted.anchor


def item_of(source: str, drafted: Candidate | DraftedEvent) -> Item:
    """Return a candidate or event as an item that is open."""
    kind = ItemKind.CLAIM if isinstance(drafted, Candidate) else ItemKind.EVENT
    return Item(Place(source, drafted.anchor.start, drafted.anchor.end, kind), drafted)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a person may edit: how its text is read, and what it may hold."""

    name: str
    allowed: str
    read: Callable[[str], Content | None]
    chosen: bool = False


class _Unreadable(Exception):  # noqa: N818  # it is caught where it is raised
    """The text cannot be what the field holds."""


def _read_text(text: str) -> Content:
    return " ".join(text.split())


def _read_figure(text: str) -> Content:
    plain = text.strip().replace(",", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not plain:
        return None
    percent = plain.endswith("%")
    try:
        figure = float(plain.removesuffix("%"))
    except ValueError:
        raise _Unreadable from None
    if not math.isfinite(figure) or figure < 0.0 or "_" in plain:
        raise _Unreadable
    return figure / 100.0 if percent else figure


def _read_period(text: str) -> Content:
    period = text.strip()
    if period and days_of_period(period) is None:
        raise _Unreadable
    return period


def _read_choice(choices: type[StrEnum], *, may_be_empty: bool = False) -> Callable[[str], Content]:
    """Return a reader of one of an enumeration's values."""

    def read(text: str) -> Content:
        word = text.strip().lower()
        if word in [choice.value for choice in choices] or (may_be_empty and not word):
            return word
        raise _Unreadable

    return read


_FIGURE = "a number from 0 up, such as 1000, 1,000 or 12.5 %; empty for: not stated"
_PERIOD = "EDTF: 1987, 1987-02, 1987-02-24, two of them with / between, 1972-23 (autumn), 197X"

#: Fields of a claim, in the order in which they are shown.
CLAIM_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("value", _FIGURE, _read_figure),
        Field("low", _FIGURE, _read_figure),
        Field("high", _FIGURE, _read_figure),
        Field("bound", ", ".join(Bound), _read_choice(Bound)),
        Field("hedge_words", "the words that hedge the figure", _read_text),
        Field("unit", "person, family, share, application, a currency, a length of time", _read_text),
        Field("per", "day, week, month, quarter, year or empty", _read_text),
        Field("measure", ", ".join(Measure), _read_choice(Measure)),
        Field("period", _PERIOD, _read_period),
        Field("group", "whom it covers", _read_text),
        Field("origin", "from where", _read_text),
        Field("destination", "to where", _read_text),
        Field("observable", "an observable of the case, or empty", _read_text, chosen=True),
        Field("what", "which quantity, in the ledger's words", _read_text, chosen=True),
        Field(
            "quantity_kind",
            ", ".join(QuantityKind),
            _read_choice(QuantityKind, may_be_empty=True),
            chosen=True,
        ),
        Field("agency", "who counted", _read_text, chosen=True),
        Field("notes", "remarks", _read_text, chosen=True),
        Field("share_of", "the whole that a share is of", _read_text),
        Field("relative_to", "what a multiple or a part is compared with", _read_text),
        Field("attribution", "who says so, in the document's words", _read_text),
        Field("topic", ", ".join(Topic), _read_choice(Topic)),
    )
}
#: Fields of an event.
EVENT_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("date", _PERIOD, _read_period),
        Field("event", "what happened", _read_text),
        Field("instrument", "the instrument or mechanism that it moves", _read_text),
        Field("basis", "how the date is known", _read_text),
    )
}
_ENUMERATIONS: Mapping[str, type[StrEnum]] = {"bound": Bound, "measure": Measure, "topic": Topic}


def fields_of(item: Item) -> Mapping[str, Field]:
    """Return the fields that may be edited."""
    return CLAIM_FIELDS if isinstance(item.drafted, Candidate) else EVENT_FIELDS


def get_field(item: Item, name: str) -> Content:
    """Return the content of a field, ``status`` and ``flagged`` included."""
    if name == "status":
        return item.status.value
    if name == "flagged":
        return "yes" if item.flagged else ""
    holder = item.chosen if name in _CHOSEN else item.drafted
    content = cast("object", getattr(holder, name))
    return float(content) if isinstance(content, int | float) else cast("Content", content)


def show_field(item: Item, name: str) -> str:
    """Return the content of a field as a person writes it."""
    content = get_field(item, name)
    if content is None:
        return ""
    return f"{content:.12g}" if isinstance(content, float) else str(content)


def set_field(item: Item, name: str, content: Content) -> Item:
    """Return the item with another content in a field.

    Raises
    ------
    ValueError
        If there is no such field, or its content is none of those it can have.
    """
    if name == "status":
        return replace(item, status=Status(content))
    if name == "flagged":
        return replace(item, flagged=bool(content))
    if name not in fields_of(item):
        raise ValueError(f"no field {name}")
    edited = item.edited | {name}
    if name in _CHOSEN:
        return replace(item, chosen=replace(item.chosen, **{name: str(content or "")}), edited=edited)
    value: object = _ENUMERATIONS[name](content) if name in _ENUMERATIONS else content
    if name not in ("value", "low", "high") and not isinstance(value, str):
        raise ValueError(f"{name} holds a text")
    if name in ("value", "low", "high") and isinstance(value, str):
        raise ValueError(f"{name} holds a number")
    # The fields of both dataclasses are named and read above.
    drafted = replace(item.drafted, **{name: value})  # pyright: ignore[reportArgumentType]
    return replace(item, drafted=drafted, edited=edited)


_CHOSEN = frozenset(field.name for field in fields(Chosen))


def parse_field(item: Item, name: str, text: str) -> Content | Problem:
    """Read what a person wrote into a field.

    Returns
    -------
    Content or Problem
        A problem (D312, D313) says what the field may hold.
    """
    known = fields_of(item)
    if name not in known:
        mend = suggest_name(name, known)
        return Problem(codes.UNKNOWN_FIELD, f"there is no field {name}", path=name, found=name, mend=mend)
    try:
        return known[name].read(text)
    except _Unreadable:
        message = f"{name} cannot be {text.strip()[:60]!r}"
        return Problem(codes.BAD_EDIT, message, path=name, found=text.strip()[:60], allowed=known[name].allowed)
