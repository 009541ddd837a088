from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from counterstream.errors import CounterstreamError, Problem
from counterstream.store import atomic, codes, netcdf
from counterstream.store.netcdf import read_netcdf, write_netcdf


def groups() -> dict[str, xr.Dataset]:
    coords = {"chain": [0, 1], "draw": np.arange(3), "place": ["Köln", "=x"]}
    posterior = xr.Dataset(
        {
            "rate": (("chain", "draw"), np.array([[1.0, np.nan, 1e-300], [np.inf, -0.0, 1 / 3]])),
            "stock": (("chain", "draw", "place"), np.arange(12).reshape(2, 3, 2)),
        },
        coords,
        {"created": "2026", "level": 0.9},
    )
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((2, 3), dtype=bool))})
    return {"posterior": posterior, "sample_stats": stats}


@pytest.mark.parametrize("as_tree", [False, True])
def test_groups_come_back(tmp_path: Path, *, as_tree: bool) -> None:
    path = tmp_path / "fit.nc"
    write_netcdf(path, xr.DataTree.from_dict(groups()) if as_tree else groups())
    tree = read_netcdf(path)
    assert set(tree.children) == {"posterior", "sample_stats"}
    for name, expected in groups().items():
        xr.testing.assert_identical(tree[name].to_dataset(), expected)
    assert tree["posterior"]["rate"].dtype == np.float64
    assert tree["sample_stats"]["diverging"].dtype == bool
    # The file is closed: it can be replaced and the values stay.
    path.unlink()
    assert float(tree["posterior"]["rate"][1, 2]) == 1 / 3
    assert list(tmp_path.iterdir()) == []


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "fit.nc"
    with pytest.raises(CounterstreamError, match=codes.MISSING):
        read_netcdf(path)
    write_netcdf(path, groups())
    data = path.read_bytes()
    for broken in (b"", b"text", data[:500], data[:-500], data[8:]):
        path.write_bytes(broken)
        with pytest.raises(CounterstreamError, match=codes.DAMAGED_NETCDF):
            read_netcdf(path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fit.nc"
    path.write_bytes(b"old")

    def fail(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "write", fail)
    with pytest.raises(CounterstreamError, match=codes.DISK_FULL):
        write_netcdf(path, groups())
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["fit.nc"]


def test_a_failure_keeps_no_view_of_the_file_made_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    views: list[memoryview] = []

    def fail(path: Path, data: memoryview) -> None:
        views.append(data)
        raise CounterstreamError(Problem(codes.DISK_FULL, "full", str(path)))

    monkeypatch.setattr(netcdf, "write_bytes", fail)
    with pytest.raises(CounterstreamError):
        write_netcdf(tmp_path / "fit.nc", groups())
    with pytest.raises(ValueError, match="released"):
        len(views[0])
