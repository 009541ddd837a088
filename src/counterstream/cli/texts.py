"""Tables on the standard output: ruled on a terminal, aligned plain text elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from counterstream.cli.telling import make_printable


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; nothing if it has no rows.

    Parameters
    ----------
    headings
        One for each column.
    rows
        Cells, as many in each row as there are headings.
    """
    if not rows:
        return
    cells = [[make_printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        from counterstream.cli.display import print_ruled

        print_ruled(headings, cells)
    else:
        print("\n".join(align(headings, cells)), flush=True)


def align(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines of text, its columns two blanks apart; columns without cells are left out."""
    kept = [place for place in range(len(headings)) if any(row[place] for row in rows)]
    table = [[row[place] for place in kept] for row in (headings, *rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(kept))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
