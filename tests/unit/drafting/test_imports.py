"""Tables of statistical offices become claims that say what the table says, and nothing is dropped unsaid."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
import statistical_tables as tables

from counterstream.drafting.imports import Imported, ImportKind, ImportOptions, import_table
from counterstream.drafting.imports.periods import parse_period
from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import Claim, Hedge, QuantityKind, Use
from counterstream.evidence.ledger import read_ledger
from counterstream.evidence.schema import SOURCES
from counterstream.evidence.writing import format_rows, write_claims


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def figures(claims: Iterable[Claim]) -> list[tuple[object, ...]]:
    return [(c.quantity_kind.value, c.what, c.origin, c.destination, c.value) for c in claims]


def codes_of(path: Path, options: ImportOptions | None = None, kind: ImportKind | None = None) -> tuple[str, ...]:
    with pytest.raises(CounterstreamError) as caught:
        import_table(path, kind, options)
    return caught.value.codes


def read_all(folder: Path) -> list[Imported]:
    """Import every sample."""
    office = ImportOptions(what="inflows", quantity_kind=QuantityKind.FLOW)
    return [
        import_table(put(folder, "population.csv", tables.UNHCR_POPULATION)),
        import_table(put(folder, "older.csv", tables.UNHCR_SUPPRESSED)),
        import_table(put(folder, "applications.csv", tables.UNHCR_APPLICATIONS)),
        import_table(put(folder, "decisions.csv", tables.UNHCR_DECISIONS)),
        import_table(put(folder, "solutions.csv", tables.UNHCR_SOLUTIONS)),
        import_table(put(folder, "estat_migr_imm5prv.tsv", tables.EUROSTAT_IMMIGRATION)),
        import_table(put(folder, "migr_asyappctza.tsv", tables.EUROSTAT_OLDER)),
        import_table(put(folder, "eurostat.csv", tables.SDMX_EUROSTAT)),
        import_table(put(folder, "office.csv", tables.SDMX_OFFICE), options=office),
        import_table(tables.write_workbook(folder / "stock.xlsx", tables.DESA_ROWS)),
    ]


def test_every_sort_is_recognised(tmp_path: Path) -> None:
    kinds = [imported.kind for imported in read_all(tmp_path)]
    assert kinds == [*["unhcr"] * 5, *["eurostat"] * 2, *["sdmx"] * 2, "un-desa"]


def test_all_imports_read_back_as_one_ledger(tmp_path: Path) -> None:
    imported = read_all(tmp_path)
    claims = [claim for one in imported for claim in one.claims]
    write_claims(tmp_path / "claims.csv", claims)
    rows = [[s.id, s.author, s.title, s.date, s.kind, s.url, s.interests] for one in imported for s in one.sources]
    heading = [column.name for column in SOURCES.columns]
    (tmp_path / "sources.csv").write_text(format_rows([heading, *rows]), encoding="utf-8")
    ledger = read_ledger(tmp_path)
    assert ledger.warnings == ()
    names = [name for name in Claim.__slots__ if name not in ("file", "line")]
    assert [[getattr(c, n) for n in names] for c in ledger.claims] == [[getattr(c, n) for n in names] for c in claims]


def test_same_file_gives_same_identifiers(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", tables.UNHCR_POPULATION)
    everything = {claim.id: claim for claim in import_table(path).claims}
    part = import_table(path, options=ImportOptions(first_year=1991)).claims
    assert len(part) == 5
    assert all(everything[claim.id] == claim for claim in part)


def test_population_stocks_are_of_the_year_s_end_and_returns_go_back(tmp_path: Path) -> None:
    imported = import_table(put(tmp_path, "population.csv", tables.UNHCR_POPULATION))
    assert figures(imported.claims) == [
        ("stock", "refugees under UNHCR's mandate", "Old Shore", "New Shore", 12340),
        ("stock", "asylum-seekers with a pending application", "Old Shore", "New Shore", 215),
        ("stock", "refugees under UNHCR's mandate", "Old Shore", "New Shore", 13115),
        ("stock", "asylum-seekers with a pending application", "Old Shore", "New Shore", 5),
        ("flow", "refugees returned", "New Shore", "Old Shore", 640),
        ("stock", "internally displaced persons of concern to UNHCR", "Old Shore", "", 2500),
        ("flow", "internally displaced persons returned", "Old Shore", "", 300),
    ]
    stock, returned = imported.claims[0], imported.claims[4]
    assert (stock.first, stock.last, stock.agency) == (date(1990, 12, 31), date(1990, 12, 31), "UNHCR")
    assert (returned.first, returned.last) == (date(1991, 1, 1), date(1991, 12, 31))
    assert stock.notes == "Old Shore: OLD, New Shore: NEW"
    assert stock.locator == "line 7, column Refugees under UNHCR's mandate"
    assert imported.sources[0].date == "2026-10-04"


def test_missing_figures_and_zeros_are_told(tmp_path: Path) -> None:
    path = put(tmp_path, "population.csv", tables.UNHCR_POPULATION)
    imported = import_table(path)
    assert [(cell.line, cell.found, cell.reason) for cell in imported.skipped] == [
        (line, "-", "no figure is available") for line in (7, 8, 9)
    ]
    assert imported.skipped[0].column == "Other people in need of international protection, Host Community"
    assert sum(imported.left_out.values()) == 14
    with_zeros = import_table(path, options=ImportOptions(keep_zeros=True))
    assert len(with_zeros.claims) == len(imported.claims) + 14
    zero = next(claim for claim in with_zeros.claims if claim.value == 0)
    assert (zero.low, zero.high, zero.hedge) == (0, 2, Hedge.ROUNDED)


def test_small_figures_are_ranges_where_suppressed_and_fives_where_rounded(tmp_path: Path) -> None:
    older = import_table(put(tmp_path, "older.csv", tables.UNHCR_SUPPRESSED)).claims
    assert [(c.value, c.low, c.high, c.hedge) for c in older] == [
        (12340, None, None, Hedge.EXACT),
        (None, 1, 4, Hedge.RANGE),
        (5, None, None, Hedge.EXACT),
        (27, None, None, Hedge.EXACT),
        (None, 1, 4, Hedge.RANGE),
    ]
    newer = import_table(put(tmp_path, "newer.csv", tables.UNHCR_POPULATION)).claims
    assert [(c.value, c.low, c.high, c.hedge) for c in newer if c.hedge is not Hedge.EXACT] == [
        (5, 3, 5, Hedge.ROUNDED)
    ]
    decisions = import_table(put(tmp_path, "decisions.csv", tables.UNHCR_DECISIONS)).claims
    assert [(c.value, c.low, c.high) for c in decisions if c.hedge is Hedge.ROUNDED] == [(10, 8, 10), (5, 3, 7)]


def test_applications_of_each_sort_are_told_apart(tmp_path: Path) -> None:
    claims = import_table(put(tmp_path, "applications.csv", tables.UNHCR_APPLICATIONS)).claims
    assert [(c.what, c.unit, c.value) for c in claims] == [
        ("asylum applications (government, new applications, first instance)", "persons", 1230),
        ("asylum applications (government, repeated applications, first instance)", "persons", 45),
        ("asylum applications (government, new applications, first instance)", "cases", 310),
    ]
    assert {c.quantity_kind for c in claims} == {QuantityKind.COUNT_OF_APPLICATIONS}


def test_long_tables_of_the_older_database(tmp_path: Path) -> None:
    series = "Year,Country / territory of asylum/residence,Origin,Population type,Value\n"
    rows = "1990,New Shore,Old Shore,Refugees (incl. refugee-like situations),40\n1990,New Shore,Old Shore,Sailors,7\n"
    imported = import_table(put(tmp_path, "series.csv", series + rows))
    assert figures(imported.claims) == [("stock", "refugees under UNHCR's mandate", "Old Shore", "New Shore", 40)]
    assert [cell.reason for cell in imported.skipped] == ['population type "Sailors" is not known']
    monthly = (
        '"http://popstats.unhcr.org/en/asylum_seekers_monthly"\n'
        "Country / territory of asylum/residence,Origin,Year,Month,Value\nNew Shore,Old Shore,1999,February,31\n"
    )
    (claim,) = import_table(put(tmp_path, "monthly.csv", monthly)).claims
    assert (claim.first, claim.last, claim.value) == (date(1999, 2, 1), date(1999, 2, 28), 31)
    assert claim.quantity_kind is QuantityKind.COUNT_OF_APPLICATIONS


def test_rows_of_tags_and_sums_over_countries(tmp_path: Path) -> None:
    text = (
        "Year,Country of Origin Code,Country of Asylum Code,Country of Origin Name,Country of Asylum Name,Refugees\n"
        "#date+year,#country+code,#country+code,#country+name,#country+name,#affected\n"
        "1990,-,NEW,-,New Shore,900\n"
    )
    imported = import_table(put(tmp_path, "tags.csv", text))
    assert figures(imported.claims) == [("stock", "refugees under UNHCR's mandate", "all origins", "New Shore", 900)]
    assert [(cell.line, cell.reason) for cell in imported.skipped] == [(2, "a row of tags, not of figures")]


def test_eurostat_flags_become_hedges_and_notes(tmp_path: Path) -> None:
    imported = import_table(put(tmp_path, "estat_migr_imm5prv.tsv", tables.EUROSTAT_IMMIGRATION))
    assert [(c.origin, c.destination, c.first.year, c.value, c.hedge, c.notes) for c in imported.claims] == [
        ("OS", "NS", 2018, 1234, Hedge.EXACT, ""),
        ("OS", "NS", 2019, 1310, Hedge.EXACT, "break in the series: not comparable with earlier periods"),
        ("OS", "NS", 2020, 1290, Hedge.ESTIMATE, "estimated; provisional"),
        ("all origins", "NS", 2018, 9100, Hedge.EXACT, ""),
        ("all origins", "NS", 2020, 8800, Hedge.ESTIMATE, "provisional"),
    ]
    assert {(c.quantity_kind, c.what, c.unit) for c in imported.claims} == {
        (QuantityKind.FLOW, "immigration, for twelve months or longer", "persons")
    }
    assert [(s.line, s.column, s.found, s.reason) for s in imported.skipped] == [
        (5, "2019", ": c", "no figure is available, confidential")
    ]
    assert imported.left_out == {"a part by sex or age": 3, "the same total by another definition of age": 3}


def test_a_part_by_sex_when_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "migr_imm5prv.tsv", tables.EUROSTAT_IMMIGRATION)
    women = import_table(path, options=ImportOptions(where={"sex": "F"}))
    assert [(c.group, c.value) for c in women.claims] == [("sex F", 612), ("sex F", 655)]
    everybody = import_table(path, options=ImportOptions(breakdowns=True, where={"agedef": "COMPLET"}))
    assert len(everybody.claims) == 7


def test_packed_file_and_the_table_s_own_rounding(tmp_path: Path) -> None:
    path = tmp_path / "migr_asyappctza.tsv.gz"
    path.write_bytes(gzip.compress(tables.EUROSTAT_OLDER.encode()))
    (claim,) = import_table(path).claims
    assert (claim.value, claim.low, claim.high, claim.hedge) == (25, 23, 27, Hedge.ROUNDED)
    assert claim.what == "asylum applicants"


def test_unknown_table_needs_the_user_s_word(tmp_path: Path) -> None:
    path = put(tmp_path, "table.tsv", tables.EUROSTAT_OLDER)
    assert codes_of(path) == ("D406",)
    options = ImportOptions(what="crew members", quantity_kind=QuantityKind.STOCK, use=Use.CHECK, source_id="CREW")
    (claim,) = import_table(path, options=options).claims
    assert (claim.what, claim.quantity_kind, claim.use, claim.id) == (
        "crew members",
        QuantityKind.STOCK,
        Use.CHECK,
        "CREW-2.2",
    )


def test_unknown_flag_is_kept_and_told(tmp_path: Path) -> None:
    text = tables.EUROSTAT_OLDER.replace("25 ", "25 qb")
    imported = import_table(put(tmp_path, "migr_imm1ctz.tsv", text))
    assert "flag q" in imported.claims[0].notes
    assert [(w.code, w.severity, w.line) for w in imported.warnings] == [("D413", "warning", 2)]


def test_sdmx_codes_keep_their_zeros_and_labels_go(tmp_path: Path) -> None:
    options = ImportOptions(what="inflows", quantity_kind=QuantityKind.FLOW, rename={"004": "New Shore"})
    imported = import_table(put(tmp_path, "office.csv", tables.SDMX_OFFICE), options=options)
    first, second = imported.claims
    assert (first.origin, first.destination, first.value, first.hedge) == ("008", "New Shore", 12500, Hedge.ESTIMATE)
    assert (second.first, second.last, second.value) == (date(2019, 1, 1), date(2019, 3, 31), 99)
    assert first.what == "inflows (measure B11)"
    assert first.agency == "OFFICE"


def test_sdmx_selection_of_a_missing_column(tmp_path: Path) -> None:
    path = put(tmp_path, "office.csv", tables.SDMX_OFFICE)
    options = ImportOptions(where={"colour": "red"}, origin_column="from", what="x", quantity_kind=QuantityKind.FLOW)
    assert codes_of(path, options) == ("D416", "D416")


def test_eurostat_as_sdmx_says_the_same(tmp_path: Path) -> None:
    imported = import_table(put(tmp_path, "pop.csv", tables.SDMX_EUROSTAT))
    (claim,) = imported.claims
    assert (claim.quantity_kind, claim.first, claim.last) == (
        QuantityKind.STOCK,
        date(2019, 1, 1),
        date(2019, 1, 1),
    )
    assert (claim.origin, claim.destination, claim.value, claim.agency) == ("OS", "NS", 4321, "Eurostat")
    assert "confidential" in imported.skipped[0].reason


def test_sdmx_with_columns_of_labels(tmp_path: Path) -> None:
    text = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,citizen,Country of citizenship,sex,Sex,age,"
        "Age class,unit,Unit of measure,geo,Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,"
        "Observation value,OBS_FLAG,Observation status (Flag) V2 structure\n"
        "dataflow,ESTAT:MIGR_ASYAPPCTZM(1.0),Applicants,M,Monthly,OS,Old Shore,T,Total,TOTAL,Total,PER,Person,NS,"
        "New Shore,2019-02,2019 February,35,,p,provisional\n"
    )
    (claim,) = import_table(put(tmp_path, "labels.csv", text)).claims
    assert (claim.what, claim.origin, claim.destination, claim.group) == ("asylum applicants", "OS", "NS", "")
    assert (claim.first.isoformat(), claim.last.isoformat(), claim.value) == ("2019-02-01", "2019-02-28", 35)
    assert (claim.low, claim.high, claim.hedge) == (33, 37, Hedge.ESTIMATE)


def test_sdmx_ml_says_the_same_as_sdmx_csv(tmp_path: Path) -> None:
    imported = import_table(put(tmp_path, "pop.xml", tables.SDMX_ML))
    assert [(c.what, c.origin, c.destination, c.first.isoformat(), c.value, c.hedge) for c in imported.claims] == [
        ("population by country of citizenship", "004", "NS", "2019-01-01", 4321, Hedge.EXACT),
        ("population by country of citizenship", "004", "NS", "2020-01-01", 4400, Hedge.ESTIMATE),
    ]
    assert [(s.line, s.reason) for s in imported.skipped] == [(3, "no figure is available, confidential")]
    assert imported.claims[0].locator == "observation 1, column OBS_VALUE"
    assert imported.kind is ImportKind.SDMX


def test_sdmx_ml_that_cannot_be_read(tmp_path: Path) -> None:
    assert codes_of(put(tmp_path, "cut.xml", tables.SDMX_ML[:-80])) == ("D415",)
    laughs = tables.SDMX_ML.replace("<m:Struct", '<!DOCTYPE m [<!ENTITY a "b">]><m:Struct', 1)
    assert codes_of(put(tmp_path, "entities.xml", laughs)) == ("D415",)
    structure = tables.SDMX_ML.replace("StructureSpecificData", "Structure")
    assert codes_of(put(tmp_path, "structure.xml", structure)) == ("D407",)


def test_sdmx_ml_names_the_extra_that_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None in sys.modules is how Python marks a module that is not to be found."""
    monkeypatch.setitem(sys.modules, "pysdmx.errors", None)
    with pytest.raises(CounterstreamError) as caught:
        import_table(put(tmp_path, "pop.xml", tables.SDMX_ML))
    assert caught.value.codes == ("D409",)
    assert 'pip install "counterstream[sdmx]"' in caught.value.problems[0].mend


def test_migrant_stock_at_mid_year_by_sort_of_data(tmp_path: Path) -> None:
    path = tables.write_workbook(tmp_path / "stock.xlsx", tables.DESA_ROWS)
    imported = import_table(path, options=ImportOptions(destinations=("New Shore",)))
    assert [(c.what, c.origin, c.value, c.first.isoformat()) for c in imported.claims] == [
        ("international migrant stock (foreign-born)", "Old Shore", 1200, "1990-07-01"),
        ("international migrant stock (foreign-born)", "Old Shore", 1750, "2020-07-01"),
        ("international migrant stock (foreign citizens)", "Far Shore", 40, "2020-07-01"),
        ("international migrant stock (foreign-born or foreign citizens)", "all origins", 5000, "1990-07-01"),
        ("international migrant stock (foreign-born or foreign citizens)", "all origins", 0, "2020-07-01"),
    ]
    assert {c.hedge for c in imported.claims} == {Hedge.ESTIMATE}
    assert "refugees added" in imported.claims[0].notes
    assert [(s.line, s.reason) for s in imported.skipped] == [
        (9, "no figure is available"),
        (11, "a note, not a row of figures"),
    ]
    assert imported.left_out["another destination"] == 6
    by_sex = import_table(path, options=ImportOptions(destinations=("4",), origins=("8",), breakdowns=True)).claims
    assert [(c.group, c.value) for c in by_sex] == [
        ("", 1200),
        ("", 1750),
        ("male", 600),
        ("male", 900),
        ("female", 600),
        ("female", 850),
    ]


def test_places_take_the_names_of_the_case(tmp_path: Path) -> None:
    path = put(tmp_path, "population.csv", tables.UNHCR_POPULATION)
    options = ImportOptions(origins=("OLD",), rename={"OLD": "old shore", "New Shore": "new shore"})
    claims = import_table(path, options=options).claims
    assert {(c.origin, c.destination) for c in claims} == {("old shore", "new shore"), ("old shore", "")}


def test_all_faults_at_once_with_their_places(tmp_path: Path) -> None:
    text = tables.UNHCR_APPLICATIONS + "20x1,a,A,b,B,G,N,FI,P,7\n2001,a,A,b,B,G,N,FI,P,1.234\n2001,a,A,b\n"
    with pytest.raises(CounterstreamError) as caught:
        import_table(put(tmp_path, "bad.csv", text))
    assert [(p.code, p.line) for p in caught.value.problems] == [("D404", 5), ("D403", 6), ("D405", 7)]
    text = tables.EUROSTAT_IMMIGRATION + "A,OS,COMPLET,TOTAL,KILO,T,NS\t1\t-2\t3x7\nA,OS\t1\t2\t3\n"
    assert codes_of(put(tmp_path, "migr_imm5prv.tsv", text)) == ("D414", "D403", "D403", "D405")


def test_nothing_of_what_was_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path, "population.csv", tables.UNHCR_POPULATION)
    with pytest.raises(CounterstreamError) as caught:
        import_table(path, options=ImportOptions(origins=("Nowhere",)))
    assert caught.value.codes == ("D407",)
    assert "27 of another origin" in caught.value.problems[0].found


def test_tables_that_are_none_of_these(tmp_path: Path) -> None:
    assert codes_of(put(tmp_path, "a.csv", "a,b\n1,2\n")) == ("D401",)
    assert codes_of(put(tmp_path, "a.csv", "a,b\n1,2\n"), kind=ImportKind.UNHCR) == ("D401",)
    assert codes_of(put(tmp_path, "a.csv", "a,b\n1,2\n"), kind=ImportKind.EUROSTAT) == ("D401",)
    assert codes_of(put(tmp_path, "a.csv", "a,b\n1,2\n"), kind=ImportKind.SDMX) == ("D402", "D402")
    assert codes_of(put(tmp_path, "a.csv", "Year,Origin,Cats\n1990,x,2\n")) == ("D402",)
    assert codes_of(tables.write_workbook(tmp_path / "a.xlsx", tables.DESA_ROWS, "Notes")) == ("D411",)
    assert codes_of(tables.write_workbook(tmp_path / "b.xlsx", [["x"], [1]])) == ("D402",)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-S2", "2019-07-01", "2019-12-31"),
        ("2019Q3", "2019-07-01", "2019-09-30"),
        ("2020M02", "2020-02-01", "2020-02-29"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2020-02-29", "2020-02-29", "2020-02-29"),
        ("2020-W01", "2019-12-30", "2020-01-05"),
        ("2020-D366", "2020-12-31", "2020-12-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["", "19", "2019-13", "2019-Q5", "2019-W60", "2019-02-30", "2019-D366", "0000", "x"])
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None
