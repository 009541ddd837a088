"""Texts that are made to break drafting: endless lines, endless numbers, every kind of character."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterstream.drafting import codes
from counterstream.drafting.candidate import Draft
from counterstream.drafting.document import Cell, Defaults, Document, Table, document_of_text
from counterstream.drafting.draft import MOST_CHARACTERS, draft_document
from counterstream.errors import CounterstreamError

#: Pieces that meet the grammar at its seams; drawn texts join them in every order.
PIECES = [
    "13,000",
    "1O,000",
    "32.000",
    "1,2,3",
    "5",
    "98%",
    "half",
    "a",
    "million",
    "hundreds",
    "of",
    "thousands",
    "between",
    "and",
    "to",
    "from",
    "-",
    "not",
    "more",
    "than",
    "up",
    "at",
    "least",
    "some",
    "only",
    "people",
    "refugees",
    "families",
    "roubles",
    "$",
    "left",
    "the",
    "USSR",
    "Soviet",
    "Jews",
    "in",
    "1972",
    "1975-76",
    "March",
    "May",
    "late",
    "since",
    "year",
    "years",
    "last",
    "later",
    "ago",
    "first",
    "quarter",
    "third",
    "1970s",
    "(",
    ")",
    "[",
    "]",
    "*23+",
    "<sup>1</sup>",
    ".",
    ",",
    ";",
    ":",
    "25X1",
    "page",
    "No.",
    "one",
    "in",
    "ten",
    "none",
    "returned",
    "|",
    "Rs.",
    "13 000",
    "per cent",
    "\u2013",
    "\xa3",
    "\n",
    "\n\n",
    "\n\n\n",
    "  ",
    "   \t",
    "\xa0",
    "\xad",
    "\ufb01",
    "\u2019",
    "\u201c",
    "\xbd",
    "\u201972",
]


def check(text: str, draft: Draft) -> None:
    """Assert that every place of a draft is exact."""
    for candidate in draft.candidates:
        anchor = candidate.anchor
        assert 0 <= anchor.start < anchor.end <= len(text)
        assert anchor.quote == text[anchor.start : anchor.end]
        assert text[max(0, anchor.start - 32) : anchor.start] == anchor.prefix
        assert text[anchor.end : anchor.end + 32] == anchor.suffix
        numbers = [number for number in (candidate.low, candidate.value, candidate.high) if number is not None]
        assert numbers == sorted(numbers)
        assert all(number >= 0 for number in numbers)
    for mention in draft.mentions:
        assert mention.quote == text[mention.start : mention.end]
        assert mention.quote
    for event in draft.events:
        assert event.anchor.quote == text[event.anchor.start : event.anchor.end]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([" ", "", "\n"]))
def test_pieces_of_the_grammar_in_any_order_are_drafted_with_exact_places(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    check(text, draft_document(document_of_text(text), Defaults("1987-02", "USSR", "Israel", "Jews")))


@given(st.text(max_size=300))
def test_any_text_is_drafted_with_exact_places(text: str) -> None:
    check(text, draft_document(document_of_text(text)))


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1,",
        "1.",
        "a",
        "1972-",
        "-",
        "(",
        "[1",
        "*1",
        "<",
        "X",
        "1-",
        "1/",
        "12.",
        "twenty-",
        "'",
        "9 ",
        "a ",
        "one ",
        "hundred ",
        "and a half ",
        "not more than ",
        "over ",
        "1972 ",
        "March ",
        "the ",
        "\xa0",
        " ",
        "\t1\t2\n",
        "people ",
        "the number of ",
        "1 to ",
        "between 1 and ",
        "first ",
        "of ",
        "25X1\n",
        "\n",
        "Soviet ",
        "from the ",
        "said ",
        "The ",
        "A. ",
        "\ufb01",
        "emi-\n",
        "a   b\n",
        "| 1 | 2 |\n",
        "II ",
        "per ",
        "1\xb0 ",
        "1990s ",
        "No. ",
        "pp. ",
        "\xe9",
        "\U0001f600",
    ],
)
def test_one_thing_over_and_over_takes_work_in_proportion_to_the_text(unit: str) -> None:
    def calls(length: int) -> int:
        text = unit * (length // len(unit))
        count = 0

        def heed(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += 1

        document = document_of_text(text)
        sys.setprofile(heed)
        try:
            draft = draft_document(document)
        finally:
            sys.setprofile(None)
        check(text, draft)
        return count

    assert calls(6000) < 2.6 * calls(3000) + 2000


def test_fifty_megabytes_in_one_line_are_refused_at_once() -> None:
    document = document_of_text("1,000 people left. " * (50_000_000 // 19))
    with pytest.raises(CounterstreamError) as refused:
        draft_document(document)
    assert refused.value.codes == (codes.HUGE_TEXT,)
    assert f"{MOST_CHARACTERS:,}" in str(refused.value)


def test_a_date_that_is_none_is_refused_with_its_code() -> None:
    for date in ("spring", "1987-13", "24.2.1987", "0000", "1987-02-30"):
        with pytest.raises(CounterstreamError) as refused:
            draft_document(document_of_text("Some left."), Defaults(date=date))
        assert refused.value.codes == (codes.NOT_EDTF,)


def test_tables_with_cells_in_odd_places_are_survived() -> None:
    text = "Year 1972\n32,000 98% - n/a"
    cells = (
        Cell(0, 4, 0, 0, True),
        Cell(5, 9, 0, 1, True),
        Cell(10, 16, 1, 0, False, ("1972", "")),
        Cell(17, 20, 1, 1, False, ("",)),
        Cell(21, 22, 1, 2),
        Cell(23, 26, 1, 3),
        Cell(26, 26, 1, 4),
    )
    document = Document(text, "t", "0", tables=(Table(0, len(text), cells),))
    draft = draft_document(document)
    check(text, draft)
    assert [candidate.period for candidate in draft.candidates if candidate.value == 32000] == ["1972"]
