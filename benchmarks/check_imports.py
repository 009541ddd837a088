"""How long ``counterstream check`` takes from start to end, as a user waits for it.

    python benchmarks/check_imports.py [CASE]

Starts the command a number of times in fresh processes, with the bytecode that an installed package has,
and writes ``results/check_imports.json``: wall seconds, processor seconds, what Python alone takes, the
machine and the versions.  Ends with 1 if the median exceeds the goal.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import counterstream

STARTS = 10
GOAL_SECONDS = 0.5
RESULTS = Path(__file__).parent / "results" / "check_imports.json"
VERSIONS = ("typer", "rich", "ruamel.yaml", "pydantic")


def measure_start(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return wall and processor seconds of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return wall, used.ru_utime + used.ru_stime


def measure(command: list[str], environment: dict[str, str]) -> dict[str, float | list[float]]:
    """Return times of all starts; the first, which writes the bytecode, is not counted."""
    measure_start(command, environment)
    times = [measure_start(command, environment) for _ in range(STARTS)]
    walls = [round(wall, 4) for wall, _ in times]
    return {
        "wall_seconds": walls,
        "median_wall_seconds": round(statistics.median(walls), 4),
        "least_wall_seconds": min(walls),
        "median_cpu_seconds": round(statistics.median(cpu for _, cpu in times), 4),
    }


def describe_machine() -> dict[str, object]:
    """Return what the times depend on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def main(case: str = "soviet-third-wave") -> int:
    """Measure, write the result and compare it with the goal."""
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        machine = describe_machine()
        check = measure([sys.executable, "-m", "counterstream", "check", case], environment)
        python = measure([sys.executable, "-c", "pass"], environment)
    result = {
        "what": f"counterstream check {case}",
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "goal_seconds": GOAL_SECONDS,
        "starts": STARTS,
        "check": check,
        "python_alone": python,
        "machine": machine,
        "versions": {
            "counterstream": counterstream.__version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in VERSIONS},
        },
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    return int(statistics.median(check["wall_seconds"]) > GOAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
