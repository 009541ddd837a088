"""Reading a CSV file as text: its encoding, its shape and the characters in its cells."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

from counterstream.errors import Problem, suggest_name
from counterstream.evidence import codes
from counterstream.evidence.schema import TableSchema
from counterstream.evidence.table import Findings, Row, TextTable, cell_path, show

#: No ledger of claims gathered by hand comes near; a larger file is a mistake or an attack.
LARGEST_FILE_BYTES = 50_000_000
MOST_LINES = 1_000_000
#: Python's csv module refuses cells above 131,072 characters; a statement is a sentence.
LONGEST_FIELD = 20_000

# Line breaks and tabs may stand in a quoted statement; other control characters may not.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_table(path: Path, schema: TableSchema, findings: Findings) -> TextTable:
    """Read a CSV file as text and check its shape against the schema.

    Parameters
    ----------
    path
        The file; UTF-8 with or without byte order mark.
    schema
        Columns that it must and may have.
    findings
        Takes up every fault.

    Returns
    -------
    TextTable
        Rows that have the right number of cells; empty where the file is unusable.
    """
    name = str(path)
    raw = _read_bytes(path, schema, findings)
    if raw is None:
        return TextTable(schema, name)
    return parse_table(raw, name, schema, findings)


def parse_table(raw: bytes, name: str, schema: TableSchema, findings: Findings) -> TextTable:
    """Interpret the bytes of a CSV file; see :func:`read_table`."""
    text = _decode(raw, name, findings)
    if text is None:
        return TextTable(schema, name)
    n_lines = text.count("\n") + text.count("\r")
    if n_lines > MOST_LINES:
        allowed, mend = f"at most {MOST_LINES:,} lines", "split the ledger, or check that this is the right file"
        message, found = "the file has too many lines for a ledger", f"{n_lines:,} line breaks"
        findings.add(Problem(codes.HUGE_FILE, message, name, found=found, allowed=allowed, mend=mend))
        return TextTable(schema, name)
    before = len(findings.problems)
    lines = _split_rows(text, name, findings) if text.strip() else []
    if not lines:
        if len(findings.problems) == before:
            allowed = "a heading line: " + ",".join(c.name for c in schema.columns if not c.optional)
            mend = "write the heading line and at least one row"
            findings.add(Problem(codes.EMPTY_FILE, "the file is empty", name, 1, allowed=allowed, mend=mend))
        return TextTable(schema, name)
    heading_line, header = lines[0][0], [cell.strip() for cell in lines[0][1]]
    # Looking at each cell costs; most files need none of it.
    suspect = _CONTROL.search(text) is not None or _SURROGATE.search(text) is not None
    if suspect:
        header = [_clean(cell) for cell in header]
    sound = _check_header(header, heading_line, name, schema, findings)
    positions = {column: index + 1 for index, column in reversed(list(enumerate(header)))}
    # Rows under headings of another table, or under one name twice, would only give more of the same.
    legible = len(positions) == len(header) and not positions.keys().isdisjoint(schema.by_name)
    table = TextTable(
        schema, name, positions, tuple(_shape_rows(header, lines, name, findings)) if legible else (), sound
    )
    _check_cells(table, findings, suspect=suspect)
    if suspect:
        _check_outside_cells(table, text, findings)
    return table


def _read_bytes(path: Path, schema: TableSchema, findings: Findings) -> bytes | None:
    """Return the file's bytes, or None with the reason found."""
    name = str(path)
    try:
        if not path.exists():
            mend = f"write {schema.file} with the columns " + ",".join(c.name for c in schema.columns)
            findings.add(Problem(codes.MISSING_FILE, f"{path.name} does not exist", name, mend=mend))
            return None
        if not path.is_file():
            findings.add(Problem(codes.UNREADABLE_FILE, f"{path.name} is not a file", name, mend="name a CSV file"))
            return None
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            findings.add(
                Problem(
                    codes.HUGE_FILE,
                    "the file is too large for a ledger",
                    name,
                    found=f"{size:,} bytes",
                    allowed=f"at most {LARGEST_FILE_BYTES:,} bytes",
                    mend="split the ledger, or check that this is the right file",
                )
            )
            return None
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        findings.add(Problem(codes.UNREADABLE_FILE, f"the file cannot be read: {error}", name))
        return None


def _decode(raw: bytes, name: str, findings: Findings) -> str | None:
    """Decode UTF-8; bytes that are not are kept as surrogates and reported where they stand."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add(
            Problem(
                codes.WRONG_ENCODING,
                "the file is UTF-16",
                name,
                1,
                1,
                found="a UTF-16 byte order mark",
                allowed="UTF-8, with or without byte order mark",
                mend='save it as "CSV UTF-8"',
            )
        )
        return None
    body = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("utf-8", errors="surrogateescape")


def _split_rows(text: str, name: str, findings: Findings) -> list[tuple[int, list[str]]]:
    """Split text into rows with the physical line at which each starts; blank lines are left out."""
    # newline="" keeps the line breaks inside quoted cells, and counts CR, LF and CRLF as lines.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error as error:
            findings.add(_quoting_problem(str(error), name, start))
            if "field limit" in str(error) or findings.is_full:
                return rows  # what follows is the rest of the same cell, taken for rows
            continue
        if any(cells):
            rows.append((start, cells))


def _quoting_problem(reason: str, name: str, line: int) -> Problem:
    """Say in plain words why the csv reader refused a row."""
    if "field limit" in reason:
        return Problem(
            codes.HUGE_FIELD,
            "a cell is too long",
            name,
            line,
            found="more than 131,072 characters",
            allowed=f"at most {LONGEST_FIELD:,} characters",
            mend="shorten it; if it holds many rows, a closing quotation mark is missing",
        )
    return Problem(
        codes.BROKEN_QUOTES,
        "quotation marks do not pair",
        name,
        line,
        found=reason,
        allowed='a cell in quotation marks, with marks inside it doubled: "the ""third"" wave"',
        mend="close the quotation mark opened in this row, or double those inside the cell",
    )


def _check_header(header: list[str], line: int, name: str, schema: TableSchema, findings: Findings) -> bool:
    """Report missing, unknown and duplicate columns; tell whether rows can be interpreted."""
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        mark = next(m for m in (";", "\t", "|") if m in header[0])
        findings.add(
            Problem(
                codes.WRONG_SEPARATOR,
                "cells are not separated by commas",
                name,
                line,
                1,
                found=show(mark),
                allowed='","',
                mend="save the table as comma-separated values",
            )
        )
        return False
    known = schema.by_name
    if not any(column in known for column in header):
        allowed = ",".join(c.name for c in schema.columns if not c.optional)
        message = "the first line is not the heading of this table"
        found = show(",".join(header))
        mend = "write the heading line above the rows"
        findings.add(Problem(codes.MISSING_COLUMN, message, name, line, 1, schema.name, found, allowed, mend))
        return False
    missing = [c.name for c in schema.columns if not c.optional and c.name not in header]
    for index, column in enumerate(header):
        first = header.index(column)
        path = f"{schema.name}.{show(column)[1:-1]}"
        if first < index:
            message = f"column {show(column)} occurs twice"
            mend = f"remove it, or rename it; the first is column {first + 1}"
            findings.add(Problem(codes.DUPLICATE_COLUMN, message, name, line, index + 1, path, show(column), mend=mend))
        elif column not in known:
            message = f"column {show(column)} is not one of {schema.file}"
            hint = suggest_name(column, missing) if missing else "remove it, or put its content into a column of text"
            allowed = ", ".join(known)
            findings.add(
                Problem(codes.UNKNOWN_COLUMN, message, name, line, index + 1, path, show(column), allowed, hint)
            )
    for column in missing:
        findings.add(
            Problem(
                codes.MISSING_COLUMN,
                f"column {column} is missing",
                name,
                line,
                path=f"{schema.name}.{column}",
                allowed=", ".join(known),
                mend=f"add the column {column}: {known[column].description}",
            )
        )
    return not missing


def _shape_rows(header: list[str], lines: list[tuple[int, list[str]]], name: str, findings: Findings) -> list[Row]:
    """Return the rows below the heading that have as many cells as it; report the others."""
    rows: list[Row] = []
    width = len(header)
    for line, cells in lines[1:]:
        if findings.is_full:
            break
        if len(cells) != width:
            more = len(cells) > width
            findings.add(
                Problem(
                    codes.RAGGED_ROW,
                    f"the row has {len(cells)} cells, the heading {width}",
                    name,
                    line,
                    min(len(cells), width) + 1,
                    path=f"after {show(header[-1])[1:-1]}" if more else f"from {show(header[len(cells)])[1:-1]}",
                    found=show(",".join(cells)),
                    allowed=f"{width} cells",
                    mend="put cells that hold a comma into quotation marks" if more else "add the missing commas",
                )
            )
            continue
        rows.append(Row(line, cells))
    return rows


def _check_cells(table: TextTable, findings: Findings, *, suspect: bool) -> None:
    """Report over-long cells and, in suspect files, control characters and bytes that are not UTF-8."""
    for row in table.rows:
        if findings.is_full:
            return
        if not suspect and max(map(len, row.cells)) <= LONGEST_FIELD:
            continue
        for column, position in table.positions.items():
            cell = row.cells[position - 1]
            if len(cell) > LONGEST_FIELD or (suspect and (_CONTROL.search(cell) or _SURROGATE.search(cell))):
                findings.add(_cell_problem(table, row, column, cell))
                # What is said of this row from here on can be printed and encoded.
                row.cells[position - 1] = _clean(cell)


def _clean(text: str) -> str:
    """Return text with a mark in place of every character that cannot be printed or encoded."""
    mark = "\N{REPLACEMENT CHARACTER}"
    return _SURROGATE.sub(mark, _CONTROL.sub(mark, text))


def _check_outside_cells(table: TextTable, text: str, findings: Findings) -> None:
    """Report forbidden characters in rows or headings that could not be taken apart."""
    placed = (codes.CONTROL_CHARACTER, codes.WRONG_ENCODING)
    if any(p.code in placed and p.file == table.file for p in findings.problems):
        return
    found = _SURROGATE.search(text) or _CONTROL.search(text)
    if found is None:
        return
    line = len(re.findall(r"\r\n|\r|\n", text[: found.start()])) + 1
    wrong = _SURROGATE.match(found.group())
    code = codes.WRONG_ENCODING if wrong else codes.CONTROL_CHARACTER
    message = "a byte is not UTF-8" if wrong else "there is a control character"
    findings.add(
        Problem(code, message, table.file, line, found=show(found.group()), mend="save the file as UTF-8 text")
    )


def _cell_problem(table: TextTable, row: Row, column: str, cell: str) -> Problem:
    """Say what is wrong with the raw text of a cell."""
    base = Problem("", "", table.file, row.line, table.positions[column], cell_path(table, row, column))
    if wrong := _SURROGATE.search(cell):
        byte = ord(wrong.group()) & 0xFF
        return replace(
            base,
            code=codes.WRONG_ENCODING,
            message=f"{column} holds a byte that is not UTF-8",
            found=f"byte 0x{byte:02X} in {show(cell)}",
            allowed="UTF-8",
            mend='save the file as "CSV UTF-8"; letters with accents show which encoding it has now',
        )
    if control := _CONTROL.search(cell):
        return replace(
            base,
            code=codes.CONTROL_CHARACTER,
            message=f"{column} holds a control character",
            found=show(control.group()),
            allowed="printable text; line breaks and tabs inside quotation marks",
            mend="remove it",
        )
    return replace(
        base,
        code=codes.HUGE_FIELD,
        message=f"{column} is too long",
        found=f"{len(cell):,} characters",
        allowed=f"at most {LONGEST_FIELD:,} characters",
        mend="shorten it; if it holds several rows, a closing quotation mark is missing",
    )
