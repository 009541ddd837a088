"""Environments of their own for the libraries that benchmarks are run beside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def make_environment(folder: Path, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with some packages, made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True, stdout=sys.stderr)
    return python


def ask_peer(python: Path, script: Path, given: Any, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON that a script writes in another environment, given JSON."""
    command = [str(python), str(script)]
    done = subprocess.run(command, input=json.dumps(given), env=dict(variables), stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{script.name} ended with {done.returncode}")
    return json.loads(done.stdout)
