"""Which claims are held out, how they are dealt out to folds, and what repeats what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ledger_example import make_claim, make_observable, make_system

from counterstream.errors import CounterstreamError
from counterstream.evidence.answering import AnsweredClaim, answer_claims
from counterstream.evidence.claim import Hedge, Source, Use
from counterstream.evidence.hold_out import Statements, choose_held_out, deal_folds, middle_year
from counterstream.evidence.ledger import Ledger
from counterstream.system.observable import Agency

SYSTEM = make_system(make_observable(), agencies=(Agency("office"), Agency("gazette", relays="office")))
SOURCES = tuple(Source(name, name, name, "", "", "", "") for name in ("REG", "GAZ", "LATE"))


def in_year(name: str, year: int, agency: str = "office", **changes: Any) -> Any:
    return make_claim(id=name, first=date(year, 1, 1), last=date(year, 12, 31), agency=agency, **changes)


CLAIMS = (
    in_year("A", 1990),
    in_year("B", 1991, value=1100.0),
    in_year("C", 1991, "gazette", source_id="GAZ", value=1200.0),
    in_year("D", 1992, "diary", value=900.0),
    in_year("E", 1993, "diary", value=905.0, use=Use.CHECK, source_id="LATE"),
    in_year("F", 1995, "traveller", value=1300.0),
)
LEDGER = Ledger(CLAIMS, SOURCES)
FITTED = answer_claims(SYSTEM, LEDGER).select_use(Use.FIT)


def choose(*texts: str) -> frozenset[str]:
    return choose_held_out(SYSTEM, LEDGER, FITTED, texts)


@pytest.mark.parametrize(
    ("text", "held_out"),
    [
        ("agency=office", "ABC"),
        ("agency=gazette", "ABC"),
        ("agency=diary", "D"),
        ("years=1991-1992", "BCD"),
        ("years=1995", "F"),
        ("source=GAZ", "C"),
    ],
)
def test_claims_are_held_out_by_agency_years_or_source(text: str, held_out: str) -> None:
    assert choose(text) == set(held_out)


def test_several_descriptions_hold_out_together() -> None:
    assert choose("agency=diary", "years=1995", "source=GAZ") == set("CDF")


def test_a_window_belongs_to_the_year_of_its_middle() -> None:
    across = make_claim(first=date(1990, 7, 1), last=date(1991, 9, 30))
    item = answer_claims(SYSTEM, Ledger((across,))).answered[0]
    assert middle_year(item) == 1991


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {
        "offices=x": "U220",
        "agency": "U220",
        "agency=": "U220",
        "years=90-91": "U220",
        "years=1990-": "U220",
        "years=1992-1990": "U221",
        "agency=offise": "U222",
        "source=REQ": "U223",
        "source=LATE": "U224",
        "years=1994": "U224",
    }
    with pytest.raises(CounterstreamError) as caught:
        choose(*wrong, "years=1990")
    assert caught.value.codes == tuple(wrong.values())
    mends = {problem.code: problem.mend for problem in caught.value.problems}
    assert 'did you mean "office"?' in mends["U222"]
    assert 'did you mean "REG"?' in mends["U223"]
    assert mends["U221"] == "write years=1990-1992"


def test_something_must_be_left_to_fit() -> None:
    with pytest.raises(CounterstreamError) as caught:
        choose("years=1990-1993", "agency=traveller")
    assert caught.value.codes == ("U225",)


@pytest.mark.parametrize("by", ["agency", "years", "claims"])
@pytest.mark.parametrize("n_folds", [2, 3])
def test_every_claim_is_in_one_fold(by: str, n_folds: int) -> None:
    folds = deal_folds(FITTED, n_folds, by)
    assert sorted(name for fold in folds for name in fold) == list("ABCDF")
    assert deal_folds(FITTED[::-1], n_folds, by) == folds


def test_agencies_are_dealt_out_whole_largest_first() -> None:
    # Office and gazette are one witness with three claims; the two of one claim share the other fold.
    assert deal_folds(FITTED, 2, "agency") == (frozenset("ABC"), frozenset("DF"))


def test_years_are_dealt_out_modulo_the_number_of_folds() -> None:
    assert deal_folds(FITTED, 3, "years") == (frozenset("DF"), frozenset("A"), frozenset("BC"))


def test_folds_of_years_into_which_none_falls_are_left_out() -> None:
    # Modulo 4 the years are 2, 3, 0 and again 3.
    assert deal_folds(FITTED, 4, "years") == (frozenset("D"), frozenset("A"), frozenset("BCF"))


def test_claims_are_dealt_out_evenly() -> None:
    assert sorted(len(fold) for fold in deal_folds(FITTED, 3, "claims")) == [1, 2, 2]


@pytest.mark.parametrize(
    ("n_folds", "by", "code"),
    [(1, "years", "U226"), (0, "claims", "U226"), (6, "claims", "U226"), (4, "agency", "U226"), (2, "age", "U227")],
)
def test_folds_that_cannot_be_are_coded(n_folds: int, by: str, code: str) -> None:
    with pytest.raises(CounterstreamError) as caught:
        deal_folds(FITTED, n_folds, by)
    assert caught.value.codes == (code,)


def test_years_that_all_fall_into_one_fold_leave_nothing_to_fit() -> None:
    even = [item for item in FITTED if middle_year(item) in (1990, 1992)]
    with pytest.raises(CounterstreamError) as caught:
        deal_folds(even, 2, "years")
    assert caught.value.codes == ("U225",)


def answered(**changes: Any) -> AnsweredClaim:
    return answer_claims(SYSTEM, Ledger((make_claim(**changes),))).answered[0]


def test_a_repeat_is_the_same_witness_window_and_figure() -> None:
    statements = Statements(FITTED)
    assert [other.claim.id for other in statements.repeats(FITTED[0])] == ["A"]
    year = {"first": date(1991, 1, 1), "last": date(1991, 12, 31)}
    assert [x.claim.id for x in statements.repeats(answered(id="X", agency="gazette", value=1103.0, **year))] == ["B"]
    assert statements.repeats(answered(id="X", agency="diary", value=1100.0, **year)) == ()
    assert statements.repeats(answered(id="X", value=1110.0, **year)) == ()
    assert statements.repeats(answered(id="X", value=1100.0, first=date(1991, 1, 1), last=date(1991, 6, 30))) == ()
    around = answered(id="X", value=None, low=1000.0, high=1200.0, hedge=Hedge.RANGE, **year)
    assert [other.claim.id for other in statements.repeats(around)] == ["B"]
