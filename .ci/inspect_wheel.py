"""Fail unless a wheel holds every built file of the views as the tree has it, and none of what they are built from."""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import ZipFile

SOURCE = Path(__file__).parents[1] / "src"


def inspect(wheel: Path) -> list[str]:
    """Return what is wrong with the wheel."""
    built = [path for path in SOURCE.rglob("static/*") if path.is_file()]
    faults = [] if built else ["the tree has no built files"]
    with ZipFile(wheel) as held:
        names = set(held.namelist())
        for path in built:
            name = path.relative_to(SOURCE).as_posix()
            if name not in names:
                faults.append(f"{name} is missing")
            elif held.read(name) != path.read_bytes():
                faults.append(f"{name} differs from the tree")
    faults += [f"{name} does not belong there" for name in names if "node_modules" in name or name.startswith("web/")]
    return faults


if __name__ == "__main__":
    found = inspect(Path(sys.argv[1]))
    print("\n".join(found) or "every built file is in the wheel")
    sys.exit(1 if found else 0)
