from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest
from ledger_example import CLAIM, CLAIM_COLUMNS, EVENT, SOURCE, claim_row, write_ledger, write_table

from counterstream.errors import CounterstreamError, Problem
from counterstream.evidence import codes
from counterstream.evidence.claim import DatePrecision, Hedge, QuantityKind, Use
from counterstream.evidence.ledger import check_claims, check_ledger, read_claims, read_ledger


def problems_of(folder: Path) -> tuple[Problem, ...]:
    return check_ledger(folder)[1]


def only_problem(folder: Path) -> Problem:
    problems = problems_of(folder)
    assert len(problems) == 1, problems
    return problems[0]


def test_a_whole_ledger_is_read(tmp_path: Path) -> None:
    ledger = read_ledger(write_ledger(tmp_path))
    (claim,) = ledger.claims
    assert (claim.id, claim.source_id, claim.value, claim.low, claim.high) == ("C1", "REG", 1200.0, 1164.0, 1236.0)
    assert (claim.first, claim.last, claim.days) == (date(1990, 1, 1), date(1990, 12, 31), 365)
    assert (claim.hedge, claim.quantity_kind, claim.use) == (Hedge.ROUNDED, QuantityKind.FLOW, Use.FIT)
    assert (claim.line, claim.file) == (2, str(tmp_path / "claims.csv"))
    assert ledger.sources[0].title == "Register"
    assert ledger.events[0].precision is DatePrecision.MONTH
    assert ledger.warnings == ()
    assert ledger.agencies == ("harbour office",)


def test_text_that_looks_like_something_else_stays_text(tmp_path: Path) -> None:
    row = claim_row(
        id="007", agency="NA", origin="NA", destination="NO", locator="1e5", group="TRUE", notes="2010-01-01"
    )
    (claim,) = read_ledger(write_ledger(tmp_path, [row])).claims
    assert (claim.id, claim.agency, claim.origin, claim.destination) == ("007", "NA", "NA", "NO")
    assert (claim.locator, claim.group, claim.notes) == ("1e5", "TRUE", "2010-01-01")


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_byte_order_mark_and_line_ends_make_no_difference(tmp_path: Path, mark: bytes, ending: bytes) -> None:
    path = write_ledger(tmp_path, [claim_row(agency="Büro für Häfen", hedge="nonsense")]) / "claims.csv"
    path.write_bytes(mark + path.read_bytes().replace(b"\n", ending))
    problem = only_problem(tmp_path)
    assert (problem.code, problem.line, problem.column) == (codes.UNKNOWN_HEDGE, 2, CLAIM_COLUMNS.index("hedge") + 1)
    path.write_bytes(path.read_bytes().replace(b"nonsense", b"about"))
    assert read_ledger(tmp_path).claims[0].agency == "Büro für Häfen"


def test_lines_are_physical_lines_of_the_start_of_the_row(tmp_path: Path) -> None:
    rows = [claim_row(statement_paraphrase="one\ntwo\nthree"), claim_row(id="C2", hedge="maybe")]
    assert only_problem(write_ledger(tmp_path, rows)).line == 5
    assert read_ledger(write_ledger(tmp_path, rows[:1])).claims[0].statement == "one\ntwo\nthree"


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    path = write_ledger(tmp_path) / "claims.csv"
    path.write_text(path.read_text().replace("\nC1", "\n\n" + "," * 17 + "\nC1") + "\n\n")
    assert read_ledger(tmp_path).claims[0].line == 4


def test_an_apostrophe_before_a_formula_sign_is_taken_off(tmp_path: Path) -> None:
    row = claim_row(statement_paraphrase="'=1+1", notes="''@x", group="'tis", locator="'")
    (claim,) = read_ledger(write_ledger(tmp_path, [row])).claims
    assert (claim.statement, claim.notes, claim.group, claim.locator) == ("=1+1", "'@x", "'tis", "'")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0.0), ("1200", 1200.0), ("+3", 3.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1.5E-2", 0.015)],
)
def test_plain_numbers_are_read(tmp_path: Path, text: str, value: float) -> None:
    assert read_ledger(write_ledger(tmp_path, [claim_row(value=text)])).claims[0].value == value


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        ("1,234", codes.NUMBER_SEPARATOR, "write 1234, or 1.234 if the comma stands before decimals"),
        ("1,234,567", codes.NUMBER_SEPARATOR, "write 1234567 (no separators between thousands)"),
        ("1 234", codes.NUMBER_SEPARATOR, "write 1234 (no separators between thousands)"),
        ("1\u202f234", codes.NUMBER_SEPARATOR, "write 1234 (no separators between thousands)"),
        ("1'234", codes.NUMBER_SEPARATOR, "write 1234 (no separators between thousands)"),
        ("1.234.567", codes.NUMBER_SEPARATOR, "write 1234567 (no separators between thousands)"),
        ("0,5", codes.NUMBER_SEPARATOR, "write 0.5 (a point before decimals)"),
        ("NaN", codes.NOT_FINITE, "leave the cell empty for: not stated"),
        ("inf", codes.NOT_FINITE, "leave the cell empty for: not stated"),
        ("-Infinity", codes.NOT_FINITE, "leave the cell empty for: not stated"),
        ("1e400", codes.NUMBER_TOO_LARGE, "check the exponent"),
        ("9" * 400, codes.NUMBER_TOO_LARGE, "check the exponent"),
        ("NA", codes.NOT_A_NUMBER, "leave the cell empty for: not stated"),
        ("12%", codes.NOT_A_NUMBER, "write 12 and put percent into the column unit"),
        (">300", codes.NOT_A_NUMBER, "write the number alone and say how firm it is in the column hedge"),
        ("300 people", codes.NOT_A_NUMBER, "write the number alone; words belong into notes or unit"),
        ("many", codes.NOT_A_NUMBER, "write a number, or leave the cell empty for: not stated"),
        ("1_000", codes.NOT_A_NUMBER, "write the number alone; words belong into notes or unit"),
        ("0x10", codes.NOT_A_NUMBER, "write the number alone; words belong into notes or unit"),
        ("١٢", codes.NOT_A_NUMBER, "write the number alone; words belong into notes or unit"),
        ("-5", codes.NEGATIVE, "check the sign; a net loss is a flow the other way"),
    ],
)
def test_what_is_no_number_is_refused_with_the_way_to_write_it(tmp_path: Path, text: str, code: str, mend: str) -> None:
    problem = only_problem(write_ledger(tmp_path, [claim_row(value=text)]))
    assert (problem.code, problem.mend) == (code, mend)
    assert (problem.line, problem.column) == (2, CLAIM_COLUMNS.index("value") + 1)
    assert problem.path == "claims[C1].value"
    assert problem.message.startswith("value ")


def test_a_growth_rate_may_be_negative(tmp_path: Path) -> None:
    row = claim_row(value="-0.2", quantity_kind="rate", unit="share")
    assert read_ledger(write_ledger(tmp_path, [row])).claims[0].value == -0.2


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"period_start": "1990"}, codes.BAD_DATE, "period_start"),
        ({"period_start": "1990-01"}, codes.BAD_DATE, "period_start"),
        ({"period_start": "01.01.1990"}, codes.BAD_DATE, "period_start"),
        ({"period_start": "19900101"}, codes.BAD_DATE, "period_start"),
        ({"period_start": "1990-W01-1"}, codes.BAD_DATE, "period_start"),
        ({"period_end": "1990-02-30"}, codes.BAD_DATE, "period_end"),
        ({"period_end": "0000-01-01"}, codes.BAD_DATE, "period_end"),
        ({"period_end": ""}, codes.EMPTY_CELL, "period_end"),
        ({"period_end": "1989-12-31"}, codes.DATES_OUT_OF_ORDER, "period_end"),
        ({"low": "1300", "high": "1250"}, codes.LOW_ABOVE_HIGH, "low"),
        ({"low": "1201"}, codes.VALUE_OUTSIDE, "value"),
        ({"high": "1199", "low": ""}, codes.VALUE_OUTSIDE, "value"),
        ({"hedge": "abuot"}, codes.UNKNOWN_HEDGE, "hedge"),
        ({"hedge": ""}, codes.EMPTY_CELL, "hedge"),
        ({"use": "maybe"}, codes.UNKNOWN_USE, "use"),
        ({"quantity_kind": "flux"}, codes.UNKNOWN_KIND, "quantity_kind"),
        ({"unit": ""}, codes.EMPTY_CELL, "unit"),
        ({"what": " "}, codes.EMPTY_CELL, "what"),
        ({"agency": ""}, codes.EMPTY_CELL, "agency"),
        ({"id": ""}, codes.EMPTY_ID, "id"),
        ({"source_id": "REGG"}, codes.UNKNOWN_SOURCE, "source_id"),
        ({"source_id": ""}, codes.EMPTY_CELL, "source_id"),
        ({"notes": "a\0b"}, codes.CONTROL_CHARACTER, "notes"),
        ({"notes": "a\x1b[31mb"}, codes.CONTROL_CHARACTER, "notes"),
        ({"notes": "x" * 30_000}, codes.HUGE_FIELD, "notes"),
        ({"quantity_kind": "share", "value": "45", "unit": "share"}, codes.SHARE_OUTSIDE, "value"),
        ({"quantity_kind": "share", "value": "-0.1", "unit": "share"}, codes.SHARE_OUTSIDE, "value"),
        ({"quantity_kind": "share", "value": "-1", "unit": "percent"}, codes.NEGATIVE, "value"),
        ({"quantity_kind": "share", "value": "0.5"}, codes.SHARE_UNIT, "unit"),
    ],
)
def test_each_fault_of_a_cell_has_its_code_and_place(
    tmp_path: Path, changes: dict[str, str], code: str, column: str
) -> None:
    problem = only_problem(write_ledger(tmp_path, [claim_row(**changes)]))
    columns = [*CLAIM_COLUMNS, "use"] if "use" in changes else CLAIM_COLUMNS
    assert (problem.code, problem.line, problem.column) == (code, 2, columns.index(column) + 1)
    assert problem.path.endswith(f"].{column}")
    assert problem.mend
    with pytest.raises(CounterstreamError, match=code):
        read_ledger(tmp_path)


def test_suggestions_name_the_likely_word(tmp_path: Path) -> None:
    rows = [claim_row(hedge="At least"), claim_row(id="C2", source_id="REGG")]
    mends = [p.mend for p in problems_of(write_ledger(tmp_path, rows))]
    assert mends == ['did you mean "at_least"?', 'did you mean "REG"?']


def test_a_year_as_date_is_told_how_to_be_written(tmp_path: Path) -> None:
    problem = only_problem(write_ledger(tmp_path, [claim_row(period_start="1990")]))
    assert problem.mend == "for the whole year write 1990-01-01 as start and 1990-12-31 as end"


def test_warnings_do_not_stop_the_work(tmp_path: Path) -> None:
    rows = [
        claim_row(value="103", quantity_kind="share", unit="percent"),
        claim_row(id="C2", value="0.4", quantity_kind="share", unit="percent"),
        claim_row(id="C3", value=""),
        claim_row(id="C4", value="", low="10", high="20", hedge="range"),
    ]
    ledger = read_ledger(write_ledger(tmp_path, rows))
    assert [p.code for p in ledger.warnings] == [codes.PERCENT_OVER, codes.PERCENT_SMALL, codes.NO_VALUE]
    assert {p.severity for p in ledger.warnings} == {"warning"}
    assert [c.states_figure for c in ledger.claims] == [True, True, False, True]


def test_a_duplicate_id_names_the_first(tmp_path: Path) -> None:
    problem = only_problem(write_ledger(tmp_path, [CLAIM, claim_row(id="C2"), CLAIM]))
    assert (problem.code, problem.line) == (codes.DUPLICATE_ID, 4)
    assert "line 2" in problem.mend


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    claims = [claim_row(hedge="x", value="1,5", period_start="?"), claim_row(id="", source_id="NONE")]
    sources = [SOURCE, SOURCE]
    events = [dict(EVENT, date="soon"), dict(EVENT, date_precision="decade"), dict(EVENT, source_id="NONE")]
    found = sorted(p.code for p in problems_of(write_ledger(tmp_path, claims, sources, events)))
    in_claims = [codes.UNKNOWN_HEDGE, codes.NUMBER_SEPARATOR, codes.BAD_DATE, codes.EMPTY_ID, codes.UNKNOWN_SOURCE]
    in_events = [codes.BAD_DATE, codes.UNKNOWN_PRECISION, codes.UNKNOWN_SOURCE]
    assert found == sorted([*in_claims, codes.DUPLICATE_ID, *in_events])


def test_columns_missing_unknown_and_double(tmp_path: Path) -> None:
    path = write_ledger(tmp_path) / "claims.csv"
    good = path.read_text()
    path.write_text(good.replace("hedge,", "hegde,"))
    assert [(p.code, p.path) for p in problems_of(tmp_path)] == [
        (codes.UNKNOWN_COLUMN, "claims.hegde"),
        (codes.MISSING_COLUMN, "claims.hedge"),
    ]
    assert problems_of(tmp_path)[0].mend == 'did you mean "hedge"?'
    path.write_text(good.replace("notes,", "unit,"))
    assert {p.code for p in problems_of(tmp_path)} == {codes.DUPLICATE_COLUMN, codes.MISSING_COLUMN}
    path.write_text("\n".join(good.splitlines()[1:]))
    assert only_problem(tmp_path).message == "the first line is not the heading of this table"


def test_the_order_of_columns_is_free(tmp_path: Path) -> None:
    write_ledger(tmp_path)
    write_table(tmp_path / "claims.csv", CLAIM_COLUMNS[::-1], [CLAIM])
    assert read_ledger(tmp_path).claims[0].value == 1200.0


def test_ragged_rows_are_named(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [CLAIM, claim_row(id="C2")]) / "claims.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1] + ",more", "C2,REG"]))
    first, second = problems_of(tmp_path)
    assert (first.code, first.line, first.column, first.path) == (codes.RAGGED_ROW, 2, 19, "after agency")
    assert (second.code, second.line, second.column, second.path) == (codes.RAGGED_ROW, 3, 3, "from locator")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", codes.EMPTY_FILE),
        (b"\n \n", codes.EMPTY_FILE),
        (codecs.BOM_UTF8, codes.EMPTY_FILE),
        ((",".join(CLAIM_COLUMNS)).encode(), codes.NO_ROWS),
        ((",".join(CLAIM_COLUMNS) + "\n").encode("utf-16"), codes.WRONG_ENCODING),
        ((";".join(CLAIM_COLUMNS) + "\n").encode(), codes.WRONG_SEPARATOR),
        (("\t".join(CLAIM_COLUMNS) + "\n").encode(), codes.WRONG_SEPARATOR),
        (b"%PDF-1.4\n%\xe2\xe3", codes.MISSING_COLUMN),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = write_ledger(tmp_path) / "claims.csv"
    path.write_bytes(content)
    assert code in [p.code for p in problems_of(tmp_path)]


def test_bytes_that_are_not_utf8_are_placed(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [CLAIM, claim_row(id="C2", agency="Hafenbüro")]) / "claims.csv"
    path.write_bytes(path.read_text().encode("latin-1"))
    problem = only_problem(tmp_path)
    assert (problem.code, problem.line, problem.path) == (codes.WRONG_ENCODING, 3, "claims[C2].agency")
    assert "0xFC" in problem.found
    str(problem).encode("utf-8")


def test_open_quotation_marks(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [CLAIM, claim_row(id="C2")]) / "claims.csv"
    path.write_text(path.read_text().replace("C2,REG,", 'C2,REG,"'))
    problem = only_problem(tmp_path)
    assert (problem.code, problem.line) == (codes.BROKEN_QUOTES, 3)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert only_problem(tmp_path / "nowhere").code == codes.MISSING_FILE
    assert [p.code for p in problems_of(tmp_path)] == [codes.MISSING_FILE, codes.MISSING_FILE]
    write_ledger(tmp_path, events=[])
    assert read_ledger(tmp_path).events == ()
    (tmp_path / "claims.csv").unlink()
    (tmp_path / "claims.csv").mkdir()
    assert only_problem(tmp_path).code == codes.UNREADABLE_FILE


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = write_ledger(tmp_path) / "claims.csv"
    with path.open("r+b") as stream:
        stream.truncate(60_000_000)
    assert only_problem(tmp_path).code == codes.HUGE_FILE


def test_the_search_is_given_up_after_very_many_problems(tmp_path: Path) -> None:
    rows = [claim_row(id=f"C{i}", hedge="x") for i in range(1500)]
    problems = problems_of(write_ledger(tmp_path, rows))
    assert len(problems) == 1001
    assert problems[-1].code == codes.MORE_PROBLEMS
    assert problems[-1].message == "the search ended after 1,000 errors; there may be more"


def test_very_many_warnings_lose_no_claim(tmp_path: Path) -> None:
    rows = [claim_row(id=f"C{i}", value="") for i in range(1500)]
    ledger = read_ledger(write_ledger(tmp_path, rows))
    assert len(ledger.claims) == 1500
    assert len(ledger.warnings) == 1001
    assert ledger.warnings[-1].message == "500 more warnings are not listed"


def test_further_claims_take_the_use_given(tmp_path: Path) -> None:
    path = write_ledger(tmp_path, [claim_row(source_id="elsewhere", use="fit")]) / "claims.csv"
    (claim,) = read_claims(path, use=Use.CHECK)
    assert claim.use is Use.CHECK
    assert read_claims(path)[0].use is Use.FIT
    claims, problems = check_claims(path, known_sources={"REG"})
    assert claims is None
    assert [p.code for p in problems] == [codes.UNKNOWN_SOURCE]


def test_select_leaves_out_agencies_and_later_claims(tmp_path: Path) -> None:
    rows = [CLAIM, claim_row(id="C2", agency="press"), claim_row(id="C3", period_end="1991-12-31")]
    ledger = read_ledger(write_ledger(tmp_path, rows))
    assert [c.id for c in ledger.select(exclude_agencies=["press"]).claims] == ["C1", "C3"]
    assert [c.id for c in ledger.select(until=date(1990, 12, 31)).claims] == ["C1", "C2"]
    assert ledger.select() == ledger
    with pytest.raises(CounterstreamError) as caught:
        ledger.select(exclude_agencies=["pres"])
    assert caught.value.codes == (codes.UNKNOWN_AGENCY,)
    assert caught.value.problems[0].mend == 'did you mean "press"?'


def test_every_code_has_a_meaning_and_is_listed_once() -> None:
    declared = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert declared == set(codes.CODES)
    assert all(meaning for meaning in codes.CODES.values())
