"""What systems, ledgers and runs look like in a notebook; fits and comparisons are shown where they are tested."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from report_example import build_content, made_hostile

import counterstream
from counterstream.infer.diagnose import Mixing, diagnostics_table
from counterstream.infer.fit import Fit
from counterstream.report.notebook import views_frame
from counterstream.report.views import views_document, write_json
from counterstream.workflow.run import VIEWS, RunResult


def shown(thing: object) -> str:
    return str(cast("Any", thing)._repr_html_())


def test_a_system_names_its_parts() -> None:
    case = counterstream.load_case("soviet-return-campaigns")
    table = shown(case.system)
    for part in ("places", "moves", "observables", "scenarios"):
        assert f'<th scope="row">{part}</th>' in table
    assert case.system.moves[0].name in table
    assert html.escape(case.system.title) in table


def test_a_ledger_counts_its_claims_by_agency() -> None:
    ledger = counterstream.load_case("soviet-third-wave").ledger
    table = shown(ledger)
    most = max(ledger.agencies, key=lambda name: sum(claim.agency == name for claim in ledger.claims))
    assert table.index(html.escape(most)) == min(
        table.index(html.escape(name)) for name in ledger.agencies if f'"row">{html.escape(name)}<' in table
    )
    assert f"{len(ledger.claims):,} claims" in table
    assert "more agencies" in table


def document_in(frame: str) -> dict[str, Any]:
    """Return the data that a frame holds, read as a browser reads it."""
    page = html.unescape(frame.partition('srcdoc="')[2].partition('"')[0])
    found = re.search(r'<script type="application/json" id="counterstream-data">(.*?)</script', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


@pytest.mark.parametrize("text", ["plain", '"></iframe><script>alert(1)</script>', "</script><img src=x>"])
def test_views_stand_in_a_frame_that_reaches_nothing(text: str) -> None:
    document = views_document(made_hostile(build_content(), text))
    frame = views_frame(document)
    assert re.fullmatch(r'<iframe title="counterstream" sandbox="allow-scripts allow-downloads" srcdoc="[^"<>]*" '
                        r'style="[^"<>]*"></iframe>', frame)  # fmt: skip
    told = document_in(frame)
    assert told["about"]["title"] == text
    assert set(told["parts"]) == {"series", "scenarios", "diagnostics"}


def test_a_run_shows_its_views_and_a_fit_its_figures(tmp_path: Path) -> None:
    (tmp_path / VIEWS).write_text(write_json(views_document(build_content())), encoding="utf-8")
    # The frame needs nothing of the fit.
    run = RunResult(tmp_path, cast("Fit", None), {})
    assert len(document_in(shown(run))["parts"]["series"]) == 8


def test_a_fit_tells_its_figures() -> None:
    mixing = Mixing(**dict.fromkeys(Mixing.__dataclass_fields__, 1))
    table = diagnostics_table("unfit", mixing, 1200)
    assert "unfit" in table
    assert "largest R-hat" in table
    assert "R-hat" not in diagnostics_table("quick look", None, 400)
