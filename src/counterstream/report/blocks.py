"""What a section of the page is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from counterstream.report.pictures import Picture
from counterstream.report.tables import Table
from counterstream.report.views.plain import Json
from counterstream.report.wording import keep_percent


@dataclass(frozen=True)
class Block:
    """A piece of a section.

    Parameters
    ----------
    kind
        Which of the other fields is shown.
    lines
        Paragraphs, list items, the text of a heading or of code, or the name of a view and its own in links.
    table, folded
        A table, and whether it is folded away until asked for.
    data
        Parts of the views' document that only this view draws.
    """

    kind: Literal["heading", "subheading", "text", "items", "code", "table", "picture", "view", "marks"]
    lines: tuple[str, ...] = ()
    table: Table | None = None
    folded: bool = True
    picture: Picture | None = None
    data: dict[str, Json] | None = None


@dataclass(frozen=True)
class Section:
    """A section of the page with its heading and the short form for the contents list."""

    ident: str
    heading: str
    short: str
    blocks: tuple[Block, ...] = field(default=())


def text_block(*lines: str) -> Block:
    """Make paragraphs of the lines that are not empty."""
    return Block("text", tuple(keep_percent(line) for line in lines if line))


def items_block(*lines: str) -> Block:
    """Make a list."""
    return Block("items", tuple(keep_percent(line) for line in lines))


def table_block(table: Table, *, folded: bool = True) -> Block:
    """Show a table."""
    return Block("table", table=table, folded=folded)


def picture_block(picture: Picture) -> Block:
    """Show a picture."""
    return Block("picture", picture=picture)


def view_block(name: str, link: str = "", data: dict[str, Json] | None = None) -> Block:
    """Show a view.

    Parameters
    ----------
    name
        As its file in ``web/src/views`` says it.
    link, data
        Of a view of which a page can hold several: its own name in links, and the parts that it draws.
    """
    return Block("view", (name, link), data=data)
