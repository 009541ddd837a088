"""What the scripts beside this one have in common: how results are rounded, told of and marked."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

PACKAGES = ("jax", "numpy", "scipy", "llvmlite")


class Told:
    """Prints which fit is at work whenever one begins or ends."""

    def told(self, phase: str, done: int, total: int, remark: str = "") -> None:
        """Hear of a phase; what a fit tells within a larger one has a colon in its remark."""
        if total and ":" not in remark and (done == total or phase in ("fits", "record", "refit")):
            print(f"{phase}: {done} of {total}, {remark}", flush=True)


def rounded(value: Any) -> Any:
    """Return plain data with figures of four digits: more would only make the file long."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def about() -> dict[str, Any]:
    """Return what results were made with."""
    versions = {package: version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "processor": platform.machine(), "versions": versions}
