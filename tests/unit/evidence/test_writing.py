from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from ledger_example import EVENT_COLUMNS, SOURCE_COLUMNS, make_claim, write_ledger

from counterstream.evidence.claim import Claim, Hedge, QuantityKind, Use
from counterstream.evidence.ledger import read_claims, read_ledger
from counterstream.evidence.schema import CLAIMS, EVENTS, SOURCES
from counterstream.evidence.writing import datapackage, format_claims, format_number, guard_text, write_claims


def without_place(claims: tuple[Claim, ...]) -> list[Claim]:
    return [dataclasses.replace(claim, file="", line=0) for claim in claims]


# Printable text as a ledger can hold it; cells are read without the white space around them.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t\r"), max_size=20
).map(str.strip)
FIGURE = st.none() | st.floats(0, 1e300) | st.integers(0, 10**18).map(float)


@given(
    st.lists(
        st.builds(
            make_claim,
            locator=TEXT,
            statement=TEXT,
            notes=TEXT,
            group=st.sampled_from(["=1+1", "-5", "+x", "@a", "'=x", "''=x", "'", "NA", "007", ""]),
            agency=TEXT.filter(bool),
            value=FIGURE,
            hedge=st.sampled_from(Hedge),
            use=st.sampled_from(Use),
            first=st.dates(max_value=date(1900, 1, 1)),
            last=st.dates(min_value=date(1900, 1, 1)),
        ),
        max_size=4,
    )
)
def test_what_is_written_reads_back(tmp_path_factory, claims: list[Claim]) -> None:
    path = tmp_path_factory.getbasetemp() / "written.csv"
    claims = [dataclasses.replace(claim, id=f"C{i}") for i, claim in enumerate(claims)]
    if claims:
        write_claims(path, claims)
        assert without_place(read_claims(path)) == claims


def test_spreadsheets_find_no_formula() -> None:
    text = format_claims([make_claim(statement="=HYPERLINK(1)", notes="@x", value=5.0)])
    cells = text.splitlines()[1].split(",")
    assert "'=HYPERLINK(1)" in cells
    assert "'@x" in cells
    assert "5" in cells
    assert not any(cell.startswith(tuple("=+-@")) for cell in cells)


def test_numbers_are_written_short_and_exact() -> None:
    assert [format_number(x) for x in (None, 0.0, 1200.0, 0.45, 1e22, 2.0**53)] == [
        "",
        "0",
        "1200",
        "0.45",
        "1e+22",
        "9007199254740992.0",
    ]


def test_a_written_ledger_is_written_the_same_again(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path))
    path = tmp_path / "again.csv"
    write_claims(path, ledger.claims)
    assert format_claims(read_claims(path)) == path.read_text()


def test_plain_text_is_not_guarded() -> None:
    assert [guard_text(t) for t in ("a", "", "1", "'tis", "=a", "'=a")] == ["a", "", "1", "'tis", "'=a", "''=a"]


def test_the_data_package_describes_the_tables(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path))
    package = datapackage(ledger, "two-shores", "Two shores")
    json.dumps(package)
    assert (package["name"], package["title"]) == ("two-shores", "Two shores")
    resources = package["resources"]
    assert isinstance(resources, list)
    claims, sources, events = resources
    assert [r["path"] for r in resources] == ["claims.csv", "sources.csv", "events.csv"]
    assert [f["name"] for f in claims["schema"]["fields"]] == [c.name for c in CLAIMS.columns]
    assert [f["name"] for f in sources["schema"]["fields"]] == SOURCE_COLUMNS == [c.name for c in SOURCES.columns]
    assert [f["name"] for f in events["schema"]["fields"]] == EVENT_COLUMNS == [c.name for c in EVENTS.columns]
    fields = {f["name"]: f for f in claims["schema"]["fields"]}
    assert fields["hedge"]["constraints"]["enum"] == [h.value for h in Hedge]
    assert fields["quantity_kind"]["constraints"]["enum"] == [k.value for k in QuantityKind]
    assert fields["id"]["constraints"] == {"required": True, "unique": True}
    assert (fields["value"]["type"], fields["period_end"]["type"]) == ("number", "date")
    assert claims["schema"]["primaryKey"] == ["id"]
    # The file may lack the optional column, and has no others.
    assert (claims["schema"]["fieldsMatch"], sources["schema"]["fieldsMatch"]) == ("superset", "equal")
    assert claims["schema"]["foreignKeys"][0]["reference"] == {"resource": "sources", "fields": ["source_id"]}
    without = datapackage(read_ledger(write_ledger(tmp_path / "b", events=[])))
    assert isinstance(without["resources"], list)
    assert len(without["resources"]) == 2
    assert "title" not in without
