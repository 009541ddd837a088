"""Observations of SDMX-ML messages, read by pysdmx (extra ``sdmx``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Protocol, cast
from xml.parsers.expat import ExpatError

from counterstream.drafting.imports import codes
from counterstream.drafting.imports.rows import RawTable
from counterstream.drafting.imports.sdmx import SdmxRow, parse_dataflow
from counterstream.errors import CounterstreamError, Problem

#: The reader keeps each attribute of each observation as an object: forty times the file's size.
LARGEST_MESSAGE_CHARACTERS = 8_000_000


class _Frame(Protocol):
    """What is used of a table of pandas."""

    @property
    def columns(self) -> Iterable[object]: ...
    def astype(self, kind: str) -> _Frame: ...
    def fillna(self, value: str) -> _Frame: ...
    def itertuples(self, *, index: bool, name: None) -> Iterable[tuple[object, ...]]: ...


class _DataSet(Protocol):
    """What is used of a data set of pysdmx."""

    @property
    def structure(self) -> object: ...
    @property
    def data(self) -> _Frame: ...


def read_sdmx_ml(table: RawTable) -> Iterator[SdmxRow]:
    """Give the observations of a message, numbered from 1.

    Raises
    ------
    CounterstreamError
        If pysdmx is not installed (D409), or the message is too large or no data (D415).
    """
    name = str(table.path)
    if len(table.text) > LARGEST_MESSAGE_CHARACTERS or "<!DOCTYPE" in table.text:
        raise CounterstreamError(
            Problem(
                codes.BROKEN_SDMX,
                "the SDMX message is too large or declares entities",
                name,
                found=f"{len(table.text):,} characters",
                allowed=f"at most {LARGEST_MESSAGE_CHARACTERS:,} characters, and no document type",
                mend="download the table as SDMX-CSV, or only the countries and years that you need",
            )
        )
    number = 0
    for data_set in _parse(table.text, name):
        # "DataStructure=ESTAT:MIGR_IMM1CTZ(1.0)"
        dataflow = parse_dataflow(str(data_set.structure).rpartition("=")[2])
        frame = data_set.data.astype("string").fillna("")
        columns = [str(column).casefold() for column in frame.columns]
        for cells in frame.itertuples(index=False, name=None):
            number += 1
            yield SdmxRow(number, dataflow, dict(zip(columns, map(str, cells), strict=True)))


def _parse(text: str, name: str) -> Sequence[_DataSet]:
    """Return the data sets of a message."""
    try:
        from pysdmx.errors import PysdmxError
        from pysdmx.io import read_sdmx
    except ImportError as error:
        raise CounterstreamError(_missing_extra(name, str(error))) from error
    try:
        return cast(Sequence[_DataSet], read_sdmx(BytesIO(text.encode("utf-8")), validate=False).data or ())
    except ImportError as error:  # pysdmx itself is there, what it needs for XML is not
        raise CounterstreamError(_missing_extra(name, str(error))) from error
    # The reader takes the shape of a message for granted; another one ends in whatever Python says then.
    except (PysdmxError, ExpatError, LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise CounterstreamError(_broken(name, f"{type(error).__name__}: {error}")) from error


def _missing_extra(name: str, reason: str) -> Problem:
    """Say which extra reads SDMX-ML."""
    return Problem(
        codes.MISSING_EXTRA,
        "SDMX-ML is read by a package that is not installed",
        name,
        found=reason.partition("\n")[0][:200],
        mend='install it by: pip install "counterstream[sdmx]"; or download the table as SDMX-CSV',
    )


def _broken(name: str, reason: str) -> Problem:
    """Say that a message cannot be read."""
    return Problem(
        codes.BROKEN_SDMX,
        "the SDMX message cannot be read",
        name,
        found=reason.replace("\n", " ")[:200],
        allowed="a message of data in SDMX-ML 2.1 or 3.0",
        mend="download it again, or download the table as SDMX-CSV",
    )
