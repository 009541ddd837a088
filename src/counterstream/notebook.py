"""Tables for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def html_table(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], remarks: Sequence[str] = ()
) -> str:
    """Return a small captioned table as HTML, whatever its texts hold.

    Parameters
    ----------
    caption
        What the table shows, with units.
    headings, rows
        Texts; the first cell of a row names the row.
    remarks
        Sentences below the table.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(text)}</td>" for text in rest)}</tr>'
        for first, *rest in rows
    )
    below = "".join(f"<p>{escape(text)}</p>" for text in remarks)
    title = f"<caption>{escape(caption)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"
