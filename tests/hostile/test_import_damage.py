"""Whatever happens to the bytes of a statistical table, importing gives claims or coded problems."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import statistical_tables as tables
from hypothesis import example, given, settings
from hypothesis import strategies as st

from counterstream.drafting.imports import Imported, ImportKind, ImportOptions, import_table
from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import QuantityKind
from counterstream.evidence.ledger import read_claims
from counterstream.evidence.writing import write_claims

OPTIONS = ImportOptions(what="inflows", quantity_kind=QuantityKind.FLOW, keep_zeros=True, breakdowns=True)
SAMPLES = {
    "population.csv": tables.UNHCR_POPULATION,
    "older.csv": tables.UNHCR_SUPPRESSED,
    "decisions.csv": tables.UNHCR_DECISIONS,
    "migr_imm5prv.tsv": tables.EUROSTAT_IMMIGRATION,
    "office.csv": tables.SDMX_OFFICE,
    "pop.xml": tables.SDMX_ML,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for name, text in SAMPLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    tables.write_workbook(folder / "stock.xlsx", tables.DESA_ROWS)
    return folder


def import_damaged(folder: Path, name: str, data: bytes, kind: ImportKind | None = None) -> None:
    """Import a table with other bytes; only claims that a ledger takes, or coded problems, may come of it."""
    path = folder / f"damaged-{name}"
    path.write_bytes(data)
    outcome = imported_or_error(path, kind)
    if isinstance(outcome, Imported):
        write_claims(folder / "claims.csv", outcome.claims)
        assert len(read_claims(folder / "claims.csv")) == len(outcome.claims) > 0
        return
    assert outcome.problems
    assert all(problem.code.startswith(("D1", "D4", "L1")) for problem in outcome.problems)
    str(outcome).encode("utf-8")


def imported_or_error(path: Path, kind: ImportKind | None) -> Imported | CounterstreamError:
    """Let every other exception pass: it fails the test."""
    try:
        return import_table(path, kind, OPTIONS)
    except CounterstreamError as error:
        return error


@settings(max_examples=120)
@given(st.sampled_from([*SAMPLES, "stock.xlsx"]), st.data())
def test_changed_bytes(folder: Path, name: str, data: st.DataObject) -> None:
    good = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        position = data.draw(st.integers(0, len(good) - 1), "position")
        length = data.draw(st.integers(0, 6), "length")
        good[position : position + length] = data.draw(st.binary(max_size=6), "bytes")
        if not good:
            break
    import_damaged(folder, name, bytes(good))


@settings(max_examples=100)
@given(st.sampled_from(list(ImportKind)), st.binary(max_size=200))
@example(ImportKind.EUROSTAT, b"geo\\time\t2019\nA")
@example(ImportKind.SDMX, b"DATAFLOW,TIME_PERIOD,OBS_VALUE\nX:Y(1),2019,1\n")
@example(ImportKind.UNHCR, b"Year,Origin,Refugees\n1990,x,1\n")
def test_any_bytes(folder: Path, kind: ImportKind, data: bytes) -> None:
    import_damaged(folder, "any.csv", data, kind)


@settings(max_examples=100)
@given(
    st.sampled_from(list(SAMPLES)),
    st.integers(0, 200),
    st.text(max_size=8)
    | st.sampled_from(["nan", "-1", "1e400", "9" * 400, "9" * 305, "1,234", "=1+1", "*", "-", ":", "'"]),
)
def test_any_text_in_a_cell(folder: Path, name: str, place: int, text: str) -> None:
    separator = "\t" if name.endswith(".tsv") else ","
    cells = SAMPLES[name].split(separator)
    cells[place % len(cells)] = text
    import_damaged(folder, name, separator.join(cells).encode("utf-8", "replace"))


@pytest.mark.parametrize("name", [*SAMPLES, "stock.xlsx"])
def test_truncations(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    for length in range(0, len(data), max(1, len(data) // 80)):
        import_damaged(folder, name, data[:length])


UNHCR_HEADING = b"Year,Country of origin,Country of asylum,Refugees\n"
EUROSTAT_HEADING = b"freq,partner,unit,geo\\TIME_PERIOD\t" + b"\t".join(b"%d " % y for y in range(1960, 2020)) + b"\n"
NONSENSE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "faulty rows": ("a.csv", lambda p: p.write_bytes(UNHCR_HEADING + b"1990,a,b,x\n" * 2_000_000)),
    "too many claims": ("a.csv", lambda p: p.write_bytes(UNHCR_HEADING + b"1990,a,b,7\n" * 2_000_000)),
    "short rows": ("a.csv", lambda p: p.write_bytes(UNHCR_HEADING + b"x\n" * 2_000_000)),
    "open quote": ("a.csv", lambda p: p.write_bytes(UNHCR_HEADING + b'"' + b"x\n" * 2_000_000)),
    "NULs": ("a.csv", lambda p: p.write_bytes(UNHCR_HEADING + b"\0" * 20_000_000)),
    "too large": ("a.csv", lambda p: p.write_bytes(b"x" * 50_000_001)),
    "a line": ("a.csv", lambda p: p.write_bytes(b"x" * 49_000_000)),
    "colons": ("migr_imm5prv.tsv", lambda p: p.write_bytes(EUROSTAT_HEADING + b"A,x,NR,y" + b"\t: " * 60 + b"\n")),
    "observations": (
        "a.xml",
        lambda p: p.write_text(tables.SDMX_ML[:-60] + '<Obs A="1"/>' * 700_000, encoding="utf-8"),
    ),
    "packed": ("migr_imm5prv.tsv.gz", lambda p: p.write_bytes(gzip.compress(b"a" * 200_000_000))),
    "packed twice": ("a.tsv.gz", lambda p: p.write_bytes(gzip.compress(b"a")[:-4])),
    "sheet": ("a.xlsx", lambda p: tables.write_workbook(p, [["x" * 20_000] * 20] * 1_000)),
}
MEMORY = """
import resource, sys
from pathlib import Path
from counterstream.drafting.imports import import_table
from counterstream.errors import CounterstreamError
resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))
try:
    import_table(Path(sys.argv[1]))
except CounterstreamError as error:
    assert all(problem.code[:2] in ("D1", "D4", "L1") for problem in error.problems)
else:
    sys.exit("nothing was refused")
"""


@pytest.mark.parametrize("name", NONSENSE)
def test_large_nonsense_needs_little_memory(tmp_path: Path, name: str) -> None:
    file, write = NONSENSE[name]
    write(tmp_path / file)
    command = [sys.executable, "-c", MEMORY, str(tmp_path / file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
