"""The package's public names: few, lazy, and the same for a reader and for a type checker."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import counterstream

PACKAGE = Path(counterstream.__file__).parent


def test_every_public_name_loads() -> None:
    missing = [name for name in dir(counterstream) if getattr(counterstream, name, None) is None]
    assert missing == []


def test_stub_states_the_same_names_from_the_same_modules() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    stated = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert stated == counterstream._PUBLIC


def test_no_public_name_hides_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(PACKAGE)])}
    assert modules & set(dir(counterstream)) == set()


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'emigrate'"):
        _ = counterstream.emigrate


def test_import_loads_nothing_else() -> None:
    code = "import sys, counterstream; print(*sorted(m for m in sys.modules if m.startswith('counterstream.')))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def _light_packages() -> list[str]:
    light = ("errors", "units", "system", "spec", "evidence", "case", "store", "report", "cli")
    present = {module.name for module in pkgutil.iter_modules([str(PACKAGE)])}
    return [name for name in light if name in present]


@pytest.mark.parametrize("name", _light_packages())
def test_light_module_does_not_load_jax(name: str) -> None:
    code = f"import sys, counterstream.{name}; print('jax' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False"]
