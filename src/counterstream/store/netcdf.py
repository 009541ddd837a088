"""Fits and simulations as one NetCDF file in named groups (``posterior``, ``sample_stats``, ...)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from counterstream.errors import CounterstreamError, Problem
from counterstream.store import codes
from counterstream.store.atomic import write_bytes

if TYPE_CHECKING:
    import xarray as xr


def write_netcdf(path: Path, groups: xr.DataTree | Mapping[str, xr.Dataset]) -> None:
    """Write datasets as the groups of one NetCDF file, whole or not at all.

    Parameters
    ----------
    path
        File, by custom with the ending ``.nc``.
    groups
        A tree, or datasets by the name of their group, such as those of ArviZ.

    Raises
    ------
    CounterstreamError
        If it cannot be written (R101, R102).

    Notes
    -----
    The file is made in memory first: HDF5 that meets a full disk half-way leaves a broken file
    and may fail again when it is closed.  Its memory is let go of even if writing fails: some Pythons
    crash when a failure keeps a view of it until garbage is collected.
    """
    import xarray as xr

    tree = groups if isinstance(groups, xr.DataTree) else xr.DataTree.from_dict(dict(groups))
    with tree.to_netcdf(engine="h5netcdf") as made:
        write_bytes(path, made)


def read_netcdf(path: Path) -> xr.DataTree:
    """Read all groups of a NetCDF file into memory and close it.

    Raises
    ------
    CounterstreamError
        If it is missing (R201) or cannot be read (R208).
    """
    import xarray as xr

    if not path.is_file():
        raise CounterstreamError(Problem(codes.MISSING, f"{path.name} is missing", str(path), mend="run again"))
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            return tree.load()
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, IndexError, OverflowError) as error:
        # What HDF5 says to a damaged file depends on where the damage is.
        mend = "restore it from a copy, or run again"
        problem = Problem(codes.DAMAGED_NETCDF, f"{path.name} cannot be read", str(path), found=str(error), mend=mend)
        raise CounterstreamError(problem) from error
