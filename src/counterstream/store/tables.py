"""Tables of results as CSV for people and spreadsheets, and as Parquet for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence.writing import format_rows
from counterstream.store import codes
from counterstream.store.atomic import describe_failure, replacing, write_text

if TYPE_CHECKING:
    import duckdb

#: Columns by name, all of one length: numbers, truth values, texts, dates; ``None`` is "no value".
Table = Mapping[str, Sequence[object] | NDArray[Any]]

#: A spreadsheet takes text that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, table: Table) -> None:
    """Write a table as CSV, whole or not at all.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return gets an
    apostrophe before it, column names too; numbers are written so that they read back the same,
    NaN and ``None`` as empty cells.

    Raises
    ------
    CounterstreamError
        If it cannot be written (R101, R102).
    ValueError
        If the columns differ in length.
    """
    write_text(path, format_csv(table))


def format_csv(table: Table) -> str:
    """Return a table as the text of a CSV file; see :func:`write_csv`."""
    _require_one_length(table)
    columns = [_format_column(column) for column in table.values()]
    return format_rows([[_format_cell(name) for name in table], *zip(*columns, strict=True)])


def write_parquet(path: Path, table: Table) -> None:
    """Write a table as Parquet through DuckDB, whole or not at all; text is left as it is.

    Raises
    ------
    CounterstreamError
        If it cannot be written (R101, R102).
    ValueError
        If the columns differ in length, or there are none.
    """
    import duckdb

    _require_one_length(table)
    if not table:
        raise ValueError("a Parquet file needs a column")
    arrays = {f"c{index}": _to_array(column) for index, column in enumerate(table.values())}
    names = [
        f"{f'CAST({held} AS DATE)' if arrays[held].dtype.kind == 'M' else held} AS {_quote(name)}"
        for held, name in zip(arrays, table, strict=True)
    ]
    with replacing(path) as temporary, duckdb.connect(":memory:") as connection:
        try:
            connection.register("held", arrays)
            # Every name in the statement is quoted or made here.
            relation = connection.sql(f"SELECT {', '.join(names)} FROM held")  # noqa: S608
            relation.write_parquet(str(temporary), compression="zstd")
        except duckdb.Error as error:
            raise CounterstreamError(describe_failure(path, OSError(str(error)))) from error


def read_parquet(path: Path) -> dict[str, NDArray[Any]]:
    """Read a Parquet file; columns with missing values come as masked arrays.

    Raises
    ------
    CounterstreamError
        If it is missing (R201) or cannot be read (R209).
    """
    import duckdb

    if not path.is_file():
        raise CounterstreamError(Problem(codes.MISSING, f"{path.name} is missing", str(path), mend="run again"))
    with duckdb.connect(":memory:") as connection:
        try:
            return _fetch(connection, path)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            mend = "restore it from a copy, or run again"
            problem = Problem(codes.DAMAGED_TABLE, f"{path.name} cannot be read", str(path), found=reason, mend=mend)
            raise CounterstreamError(problem) from error


def _fetch(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, NDArray[Any]]:
    """Read all columns of a Parquet file."""
    # DuckDB takes *, ? and [ in a name for a pattern; escaped by brackets they stand for themselves.
    literal = "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
    return dict(connection.read_parquet(literal).fetchnumpy())


def _require_one_length(table: Table) -> None:
    """Refuse columns of different lengths."""
    lengths = {name: len(column) for name, column in table.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns differ in length: {lengths}")


def _to_list(column: Sequence[object] | NDArray[Any]) -> list[object]:
    """Return a column as Python values."""
    if isinstance(column, np.ndarray):
        return list(column.tolist())
    return [item.item() if isinstance(item, np.generic) else item for item in column]


def _to_array(column: Sequence[object] | NDArray[Any]) -> NDArray[Any]:
    """Return a column as an array of a kind that DuckDB can take."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "biuf":
        return np.ascontiguousarray(column)
    values = _to_list(column)
    missing = [value is None for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {date}:
        return np.array(values, dtype="datetime64[us]")
    for allowed, dtype in (({bool}, np.bool_), ({int}, np.int64), ({int, float}, np.float64)):
        if kinds and kinds <= allowed:
            filled = np.array([0 if value is None else value for value in values], dtype=dtype)
            return np.ma.array(filled, mask=missing) if any(missing) else filled
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def _format_column(column: Sequence[object] | NDArray[Any]) -> list[str]:
    """Return the texts of a column's cells."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        numbers: list[float] = column.tolist()
        return ["" if math.isnan(number) else repr(number) for number in numbers]
    values = _to_list(column)
    if all(isinstance(value, str) for value in values):
        # Names and dates come back again and again.
        texts = {value: _format_cell(value) for value in set(values)}
        return [texts[value] for value in values]
    return [_format_cell(value) for value in values]


def _format_cell(cell: object) -> str:
    """Return the text of a CSV cell."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(cell)
    text = str(cell)
    if isinstance(cell, str) and text.startswith(FORMULA_SIGNS):
        return "'" + text
    return text


def _quote(name: str) -> str:
    """Return a name as SQL holds it."""
    return '"' + name.replace('"', '""') + '"'
