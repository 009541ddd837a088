"""What the machine has: versions, cores, memory, places to write to."""

from __future__ import annotations

import math
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path

import counterstream
from counterstream.cli import codes
from counterstream.errors import Problem

#: Distributions that the package needs, with the module that each brings; a test compares them with the project's.
NEEDED: dict[str, str] = {
    "arviz-base": "arviz_base",
    "arviz-stats": "arviz_stats",
    "blackjax": "blackjax",
    "charset-normalizer": "charset_normalizer",
    "duckdb": "duckdb",
    "h5netcdf": "h5netcdf",
    "h5py": "h5py",
    "jax": "jax",
    "jinja2": "jinja2",
    "llvmlite": "llvmlite",
    "matplotlib": "matplotlib",
    "numba": "numba",
    "numpy": "numpy",
    "numpyro": "numpyro",
    "prompt_toolkit": "prompt_toolkit",
    "pypdfium2": "pypdfium2",
    "python-calamine": "python_calamine",
    "python-docx": "docx",
    "rich": "rich",
    "ruamel.yaml": "ruamel.yaml",
    "scipy": "scipy",
    "selectolax": "selectolax",
    "starlette": "starlette",
    "typer": "typer",
    "uvicorn": "uvicorn",
    "wcwidth": "wcwidth",
    "xarray": "xarray",
}
#: Parts in compiled code, which can be installed and still not load on a machine.
COMPILED = ("numpy", "scipy", "jax", "numba", "h5py", "duckdb")

GIB = 2**30
#: A fit of the bundled case with 32 chains stays below this.
LEAST_MEMORY = 2 * GIB
#: Draws and tables of a large run.
LEAST_SPACE = 1 * GIB

Fact = str | int | float | bool | None
Facts = dict[str, dict[str, Fact]]


def examine_machine() -> tuple[Facts, tuple[Problem, ...]]:
    """Return what the machine has, by topic, and what it lacks."""
    facts: Facts = {}
    problems: list[Problem] = []
    topics: tuple[tuple[str, Callable[[list[Problem]], dict[str, Fact]]], ...] = (
        ("program", _examine_program),
        ("packages", examine_packages),
        ("processors", _examine_processors),
        ("memory", examine_memory),
        ("compiled code", examine_caches),
        ("folders", examine_folders),
    )
    for topic, examine in topics:
        facts[topic] = examine(problems)
    return facts, tuple(problems)


def _examine_program(problems: list[Problem]) -> dict[str, Fact]:
    """Return the versions of the program, of Python and of the system."""
    del problems
    return {
        "counterstream": counterstream.__version__,
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def examine_packages(problems: list[Problem]) -> dict[str, Fact]:
    """Return the version of every package that is needed; report those that are missing or do not load."""
    found: dict[str, Fact] = {}
    mend = "install counterstream again, in a new virtual environment"
    for name in NEEDED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
            problems.append(Problem(codes.MISSING_PACKAGE, f"{name} is not installed", path=name, mend=mend))
    for name in COMPILED:
        if found[name] is None:
            continue
        try:
            import_module(NEEDED[name])
        except (ImportError, OSError, RuntimeError) as error:  # what a library that the machine cannot load raises
            reason = str(error).partition("\n")[0]
            message = f"{name} is installed and cannot be loaded"
            problems.append(Problem(codes.BROKEN_PACKAGE, message, path=name, found=reason, mend=mend))
    return found


def _examine_processors(problems: list[Problem]) -> dict[str, Fact]:
    """Return how many cores there are and how many the program may use."""
    del problems
    usable = len(os.sched_getaffinity(0))
    return {"cores": os.cpu_count(), "usable": usable, "limit of the group": read_core_limit()}


def read_core_limit(root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Return how many cores a container may use, None without a limit."""
    quota, _, period = _read_word(root / "cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit() and int(period):
        return int(quota) / int(period)
    return None


def examine_memory(
    problems: list[Problem], meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")
) -> dict[str, Fact]:
    """Return the memory in GiB; warn if little of it is free."""
    sizes: dict[str, int] = {}
    for line in _read_word(meminfo).splitlines():
        name, _, rest = line.partition(":")
        number = rest.strip().partition(" ")[0]
        if number.isdigit():
            sizes[name] = int(number) * 1024
    free = [sizes["MemAvailable"]] if "MemAvailable" in sizes else []
    limit, used = _read_word(group / "memory.max"), _read_word(group / "memory.current")
    if limit.isdigit() and used.isdigit():
        free.append(max(int(limit) - int(used), 0))
    if free and min(free) < LEAST_MEMORY:
        mend = "close other programs before a long fit, or ask for fewer chains"
        found, allowed = f"{_in_gib(min(free))} GiB", f"{_in_gib(LEAST_MEMORY)} GiB"
        message = "little memory is free"
        problems.append(Problem(codes.LITTLE_MEMORY, message, "", 0, 0, "", found, allowed, mend, "warning"))
    return {
        "total GiB": _in_gib(sizes.get("MemTotal")),
        "free GiB": _in_gib(min(free)) if free else None,
        "limit of the group GiB": _in_gib(int(limit)) if limit.isdigit() else None,
    }


def examine_caches(problems: list[Problem]) -> dict[str, Fact]:
    """Return where compiled code is kept between commands; warn if it cannot be."""
    kernels = find_kernel_cache()
    if kernels is None:
        mend = "set NUMBA_CACHE_DIR to a folder that can be written to"
        message = "compiled kernels cannot be kept: each simulation compiles them anew"
        problems.append(Problem(codes.NO_CACHE, message, mend=mend, severity="warning"))
    steps = os.environ.get("JAX_COMPILATION_CACHE_DIR", "")
    if steps and not _can_write(_nearest_folder(Path(steps))):
        mend = "make it writable, or unset JAX_COMPILATION_CACHE_DIR"
        message = "the folder for compiled steps cannot be written to"
        problems.append(Problem(codes.NO_CACHE, message, steps, mend=mend, severity="warning"))
    return {"kernels": str(kernels) if kernels else None, "steps": steps or None}


def find_kernel_cache() -> Path | None:
    """Return the folder in which Numba keeps kernels: its own setting, beside the code, the user's cache."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(counterstream.__file__).parent / "simulate" / "__pycache__"
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "numba"
    candidates = [Path(asked)] if asked else [beside, user]
    return next((folder for folder in candidates if _can_write(_nearest_folder(folder))), None)


def examine_folders(problems: list[Problem]) -> dict[str, Fact]:
    """Return where runs and temporary files go, with the free space; report what cannot be written to."""
    found: dict[str, Fact] = {}
    try:
        here = Path.cwd()
    except OSError:
        message = "the folder that the program was started in is gone"
        problems.append(Problem(codes.NOT_WRITABLE, message, mend="change into another folder"))
        here = None
    try:
        temporary = Path(tempfile.gettempdir())
    except OSError:
        message = "there is no folder for temporary files"
        problems.append(Problem(codes.NOT_WRITABLE, message, mend="set TMPDIR to a folder that can be written to"))
        temporary = None
    for name, folder in (("runs", here / "runs" if here else None), ("temporary files", temporary)):
        if folder is not None:
            found[name] = _examine_folder(folder, problems)
    return found


def _examine_folder(folder: Path, problems: list[Problem]) -> str:
    """Say how much room a folder has, or would have; report if it cannot be written to."""
    nearest = _nearest_folder(folder)
    if not _can_write(nearest):
        mend = "change into a folder that is yours, or name one with --out"
        problems.append(Problem(codes.NOT_WRITABLE, "this folder cannot be written to", str(nearest), mend=mend))
        return f"{folder} (not writable)"
    free = shutil.disk_usage(nearest).free
    if free < LEAST_SPACE:
        found, allowed = f"{_in_gib(free)} GiB", f"{_in_gib(LEAST_SPACE)} GiB"
        mend = "free some space, or choose a folder on another disk"
        message = "little space is free"
        problems.append(Problem(codes.LITTLE_SPACE, message, str(nearest), 0, 0, "", found, allowed, mend, "warning"))
    return f"{folder} ({_in_gib(free)} GiB free)"


def _nearest_folder(folder: Path) -> Path:
    """Return the folder itself or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def _can_write(folder: Path) -> bool:
    """Whether a file can be made in a folder; tried, since rights alone do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _read_word(path: Path) -> str:
    """Return the text of a small file of the system, empty if there is none."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _in_gib(size: int | None) -> float | None:
    """Return bytes in GiB, with one decimal, rounded down."""
    return None if size is None else math.floor(10 * size / GIB) / 10
