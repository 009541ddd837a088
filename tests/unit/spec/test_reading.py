"""Reading, resolving and writing of the bundled systems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import counterstream.spec as spec
from counterstream.errors import CounterstreamError

CASES = Path(spec.__file__).parents[1] / "cases"


def test_template_reads_without_any_problem() -> None:
    system, problems = spec.check_system(CASES / "template" / "system.yaml")
    assert problems == ()
    assert system is not None
    assert system.group_names == ("coast", "inland")
    assert system.flow_names[:4] == ("ask", "apply.approved", "apply.refused", "apply.released")


def test_writing_and_reading_again_changes_nothing() -> None:
    system = spec.read_system(CASES / "template" / "system.yaml")
    text = spec.write_system(system)
    again, problems = spec.parse_system(text)
    assert problems == ()
    assert again == system
    assert spec.write_system(again) == text


def test_all_problems_are_raised_at_once(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    text = (CASES / "template" / "system.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("to: applicant", "to: aplicant").replace("chance: 0.5", "chance: 1.5"), encoding="utf-8"
    )
    with pytest.raises(CounterstreamError) as caught:
        spec.read_system(path)
    assert sorted(set(caught.value.codes)) == ["S302", "S407"]
    first = next(p for p in caught.value.problems if p.code == "S302")
    assert first.file == str(path)
    assert 'did you mean "applicant"?' in first.mend
    assert first.path == "moves.ask.to"


def test_published_schema_is_current() -> None:
    shipped = json.loads((Path(spec.__file__).parent / "system.schema.json").read_text(encoding="utf-8"))
    assert shipped == spec.json_schema()
