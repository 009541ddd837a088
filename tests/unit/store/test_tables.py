from __future__ import annotations

import csv
import errno
import io
import math
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from counterstream.errors import CounterstreamError
from counterstream.store import atomic, codes
from counterstream.store.tables import format_csv, read_parquet, write_csv, write_parquet

HOSTILE = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'x", "<b>", 'a"b', "a,b", "a\nb", "", "NA", "007", "ü"]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_formulas_are_quoted_and_numbers_untouched() -> None:
    table = {"=name": HOSTILE, "number": np.linspace(-1, 1, len(HOSTILE)), "whole": np.arange(len(HOSTILE)) - 7}
    rows = rows_of(format_csv(table))
    assert rows[0] == ["'=name", "number", "whole"]
    for text, row in zip(HOSTILE, rows[1:], strict=True):
        assert row[0] == ("'" + text if text[:1] in "=+-@\t\r" and text else text)
    assert [float(row[1]) for row in rows[1:]] == table["number"].tolist()
    assert [int(row[2]) for row in rows[1:]] == table["whole"].tolist()
    assert rows[1][1] == "-1.0"


def test_cells_of_every_kind() -> None:
    table = {
        "a": [None, math.nan, -0.5, True, np.float64(2.5), np.int32(-3), date(1990, 1, 2), "-x"],
        "b": np.array([1e-300, 1e300, 0.1, math.inf, -math.inf, math.nan, 0.0, -0.0]),
    }
    rows = rows_of(format_csv(table))[1:]
    assert [row[0] for row in rows] == ["", "", "-0.5", "true", "2.5", "-3", "1990-01-02", "'-x"]
    assert [row[1] for row in rows] == ["1e-300", "1e+300", "0.1", "inf", "-inf", "", "0.0", "-0.0"]


def test_columns_must_be_of_one_length(tmp_path: Path) -> None:
    for write in (write_csv, write_parquet):
        with pytest.raises(ValueError, match="differ in length"):
            write(tmp_path / "x", {"a": [1], "b": [1, 2]})
    with pytest.raises(ValueError, match="needs a column"):
        write_parquet(tmp_path / "x", {})
    assert list(tmp_path.iterdir()) == []


def test_parquet_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "weird [name]*?'.parquet"
    table = {
        'text "; DROP TABLE held': HOSTILE,
        "number": np.linspace(-1, 1, len(HOSTILE)),
        "whole": np.arange(len(HOSTILE)),
        "small": np.arange(len(HOSTILE), dtype=np.int16),
        "truth": [True, False, *([True] * (len(HOSTILE) - 2))],
        "day": [date(1960, 1, 1 + i) for i in range(len(HOSTILE))],
        "gaps": [None, *range(1, len(HOSTILE))],
        "float gaps": [None, 0.5, *([1] * (len(HOSTILE) - 2))],
        "text gaps": [None, *HOSTILE[1:]],
        "names": np.array(HOSTILE),
    }
    write_parquet(path, table)
    back = read_parquet(path)
    assert list(back) == list(table)
    for name in ("number", "whole", "small", "truth"):
        np.testing.assert_array_equal(back[name], table[name])
        assert back[name].dtype == np.asarray(table[name]).dtype
    for name in ('text "; DROP TABLE held', "text gaps", "gaps", "float gaps", "names"):
        assert back[name].tolist() == list(table[name]), name
    assert back["day"].astype("datetime64[D]").tolist() == table["day"]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_empty_tables(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", {"a": [], "b": np.array([])})
    assert (tmp_path / "a.csv").read_text() == "a,b\n"
    write_parquet(tmp_path / "a.parquet", {"a": [], "b": np.array([])})
    assert {name: len(column) for name, column in read_parquet(tmp_path / "a.parquet").items()} == {"a": 0, "b": 0}


def test_damaged_and_missing_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pytest.raises(CounterstreamError, match=codes.MISSING):
        read_parquet(path)
    write_parquet(path, {"a": np.arange(1000)})
    data = path.read_bytes()
    for broken in (b"", data[:100], data[100:], b"PAR1" + b"\0" * 100 + b"PAR1"):
        path.write_bytes(broken)
        with pytest.raises(CounterstreamError, match=codes.DAMAGED_TABLE):
            read_parquet(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for write in (write_csv, write_parquet):
        with pytest.raises(CounterstreamError, match=codes.CANNOT_WRITE):
            write(tmp_path / "nowhere" / "x", {"a": [1]})


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", fail)
    for write in (write_csv, write_parquet):
        with pytest.raises(CounterstreamError, match=codes.DISK_FULL):
            write(tmp_path / "x", {"a": [1]})
    assert list(tmp_path.iterdir()) == []


def test_no_heavy_library_is_loaded() -> None:
    script = (
        "import sys, counterstream.store.tables, counterstream.store.netcdf, counterstream.store.run_folder,"
        "counterstream.store.checkpoint, counterstream.evidence.conflicts, counterstream.evidence.writing\n"
        "heavy = {'pandas', 'jax', 'xarray', 'duckdb', 'h5py', 'scipy', 'pyarrow'} & set(sys.modules)\n"
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
