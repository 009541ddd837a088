"""The review of drafted claims by the page's requests: decisions are those of the terminal, in the same file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cli_example import write_case
from serve_example import PORT, TOKEN, put_json

from counterstream.app.desk import Desk
from counterstream.app.reviewing import BESIDE, list_drafts
from counterstream.app.routes import make_app
from counterstream.app.security import Guard
from counterstream.app.workspace import Workspace, find_workspace
from counterstream.drafting.decisions import Action, open_log, read_decisions
from counterstream.drafting.document import Defaults, document_of_text
from counterstream.drafting.draft import draft_document
from counterstream.drafting.draft_file import DraftFile, cite_document, decisions_path, format_draft
from counterstream.workflow.reviewing import open_review

TEXT = """\
REPORT OF THE HARBOUR OFFICE

About 1,200 people left the old shore for the new shore in 1990, and 155 came back in 1990.

In 1991 the office counted 1,300 departures for the new shore. <b>Nobody</b> knows how many tried.
"""
DRAFT = "shore/report.draft.json"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = write_case(tmp_path / "shore")
    write_example(folder / "report.draft.json")
    return folder


def write_example(path: Path, text: str = TEXT) -> None:
    document = document_of_text(text, "report.txt")
    defaults = Defaults(date="1992")
    file = DraftFile(document, defaults, cite_document(document), draft_document(document, defaults))
    path.write_text(format_draft(file), encoding="utf-8")


@pytest.fixture
def app(case: Path) -> Guard:
    return Guard(make_app(Desk(find_workspace(str(case)), "launch", 5)), TOKEN, PORT)


def look(app: Guard, item: str = "", draft: str = DRAFT) -> Any:
    return put_json(app, "GET", f"/api/review?{urlencode({'draft': draft, 'item': item})}")


def act(app: Guard, item: str, what: str, field: str = "", text: str = "", draft: str = DRAFT) -> Any:
    return put_json(
        app, "POST", "/api/review", {"draft": draft, "item": item, "act": what, "field": field, "text": text}
    )


def fields(chosen: Any) -> dict[str, str]:
    return {field["name"]: field["text"] for field in chosen["fields"]}


def test_candidates_are_shown_with_their_text_beside(app: Guard, case: Path) -> None:
    assert put_json(app, "GET", "/api/state").data["drafts"] == [DRAFT]
    told = look(app).data
    chosen = told["chosen"]
    assert chosen["quote"].startswith("About 1,200")
    assert (chosen["before"] + chosen["quote"] + chosen["after"]) in TEXT
    assert fields(chosen)["value"] == "1200"
    assert [item["status"] for item in told["items"]] == ["open"] * len(told["items"])
    assert len(told["items"]) >= 3
    # To look at a review keeps nothing and locks nothing.
    assert not decisions_path(case / "report.draft.json").exists()


def test_decisions_are_kept_as_the_terminal_keeps_them(app: Guard, case: Path) -> None:
    first = look(app).data["chosen"]["name"]
    edited = act(app, first, "edit", "period", "1990-06").data
    assert (edited["message"], edited["kept"]) == ("period changed", True)
    assert fields(edited["chosen"])["period"] == "1990-06"
    refused = act(app, first, "reject").data
    assert refused["kept"]
    assert refused["chosen"]["name"] != first, "the next open one is shown"
    assert look(app, first).data["chosen"]["status"] == "rejected"
    assert act(app, first, "reopen").data["message"] == "open again"
    assert act(app, first, "flag").data["chosen"]["flagged"] is True
    assert act(app, first, "undo").data["chosen"]["flagged"] is False
    decisions, torn = read_decisions(decisions_path(case / "report.draft.json"))
    assert [decision.action for decision in decisions] == [
        Action.EDIT,
        Action.REJECT,
        Action.REOPEN,
        Action.FLAG,
        Action.UNDO,
    ]
    assert torn == ()
    with open_review(case / "report.draft.json", None, may_decide=False) as review:
        item = next(
            one for one in review.session.items.values() if first.endswith(f"-{one.place.start}-{one.place.end}")
        )
        assert getattr(item.drafted, "period") == "1990-06"  # noqa: B009  # events have none


def test_what_makes_no_row_is_not_accepted_and_says_why(app: Guard) -> None:
    first = look(app).data["chosen"]["name"]
    act(app, first, "edit", "period", "")
    told = act(app, first, "accept").data
    assert told["kept"] is False
    assert told["message"]
    assert told["chosen"]["missing"]
    act(app, first, "edit", "period", "1990")
    assert act(app, first, "accept").data["kept"] is True
    bad = act(app, first, "edit", "value", "many").data
    assert (bad["kept"], "a number" in bad["message"]) == (False, True)


def test_what_is_not_there_is_refused(app: Guard, case: Path) -> None:
    first = look(app).data["chosen"]["name"]
    assert act(app, "claim-0-1", "accept").codes == ["U507"]
    assert act(app, first, "burn").codes == ["U507"]
    for name in (
        "",
        "shore/other.draft.json",
        "../shore/report.draft.json",
        str(case / "report.draft.json"),
        "shore/system.yaml",
    ):
        assert look(app, draft=name).codes == ["U504"]
        assert act(app, first, "accept", draft=name).codes == ["U504"]
    assert put_json(app, "POST", "/api/review", {"draft": DRAFT}).status == 422
    assert read_decisions(decisions_path(case / "report.draft.json"))[0] == ()


def test_a_review_that_is_open_elsewhere_is_left_alone(app: Guard, case: Path) -> None:
    first = look(app).data["chosen"]["name"]
    with open_log(decisions_path(case / "report.draft.json")):
        assert act(app, first, "reject").codes == ["D301"]
        assert look(app).status == 200
    assert act(app, first, "reject").data["kept"] is True


def test_links_are_no_drafts_and_damaged_ones_say_so(app: Guard, case: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    (case / "link.draft.json").symlink_to(tmp_path / "secret.json")
    (case / "folder.draft.json").mkdir()
    (case / "broken.draft.json").write_text(json.dumps({"format": "x"}), encoding="utf-8")
    names = list(list_drafts(find_workspace(str(case))))
    assert names == ["shore/broken.draft.json", DRAFT]
    assert look(app, draft="shore/broken.draft.json").codes == ["D306"]


def test_without_a_case_drafts_beside_the_runs_are_reviewed(tmp_path: Path) -> None:
    write_example(tmp_path / "long.draft.json", "Begin. " * 1000 + TEXT)
    app = Guard(make_app(Desk(Workspace(tmp_path / "runs"), "launch", 5)), TOKEN, PORT)
    chosen = look(app, draft=f"{tmp_path.name}/long.draft.json").data["chosen"]
    assert len(chosen["before"]) == BESIDE
    assert chosen["proposals"] == []
