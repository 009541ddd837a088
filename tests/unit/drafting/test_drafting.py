"""Drafts of whole texts: places, provenance, what is inherited and what is set aside."""

from __future__ import annotations

import pytest

from counterstream.drafting.candidate import Bound, Candidate, Draft, Measure, MentionKind, Topic
from counterstream.drafting.document import (
    Box,
    Cell,
    Defaults,
    Document,
    Page,
    Paragraph,
    Table,
    document_of_text,
)
from counterstream.drafting.draft import draft_document


def draft(text: str, **defaults: str) -> Draft:
    return draft_document(document_of_text(text), Defaults(**defaults))  # type: ignore[arg-type]


def only(text: str, **defaults: str) -> Candidate:
    (candidate,) = draft(text, **defaults).candidates
    return candidate


def test_a_candidate_carries_its_exact_place_and_the_words_around_it() -> None:
    text = (
        "It is told that in 1971 some\n\u00a0 13,000 people left the USSR for Israel, and that few of them came back."
    )
    anchor = only(text).anchor
    assert anchor.quote == text[anchor.start : anchor.end] == "some\n\u00a0 13,000 people"
    assert anchor.prefix == text[: anchor.start]
    assert anchor.suffix == " left the USSR for Israel, and t"
    assert len(anchor.suffix) == 32


def test_page_paragraph_and_boxes_are_those_of_the_place() -> None:
    text = "Nothing here.\n\nIn 1971 some 300 people left."
    boxes = (Box(0, 7, 1, 1, 1, 2, 2), Box(28, 31, 2, 5, 5, 9, 9), Box(39, 44, 2, 0, 0, 1, 1))
    document = Document(
        text,
        "d",
        "0",
        pages=(Page(1, 0, 14), Page(2, 15, 45)),
        paragraphs=(Paragraph(0, 13, 1), Paragraph(15, 44, 2)),
        boxes=boxes,
    )
    (candidate,) = draft_document(document).candidates
    assert (candidate.anchor.page, candidate.anchor.paragraph) == (2, 1)
    assert candidate.anchor.boxes == (boxes[1],)


@pytest.mark.parametrize(
    ("wording", "bound", "value", "low", "high"),
    [
        ("155", Bound.EXACT, 155, 155, 155),
        ("about 200", Bound.APPROX, 200, None, None),
        ("over 150", Bound.GREATER, None, 150, None),
        ("at least 150", Bound.AT_LEAST, None, 150, None),
        ("fewer than 150", Bound.LESS, None, None, 150),
        ("up to 150", Bound.AT_MOST, None, None, 150),
        ("between 150 and 200", Bound.RANGE, None, 150, 200),
        ("several hundred", Bound.VAGUE, None, 300, 900),
        ("not more than several hundred", Bound.AT_MOST, None, 300, 900),
        ("only 150", Bound.EXACT, 150, 150, 150),
        ("no fewer than 40,000", Bound.AT_LEAST, None, 40000, None),
        ("some 2.5 million", Bound.APPROX, 2.5e6, None, None),
    ],
)
def test_hedges_bind_the_figure(wording: str, bound: Bound, value: float, low: float, high: float) -> None:
    candidate = only(f"In 1981 {wording} refugees returned.")
    assert (candidate.bound, candidate.value, candidate.low, candidate.high) == (bound, value, low, high)
    assert (candidate.unit, candidate.period, candidate.topic) == ("person", "1981", Topic.MIGRATION)


def test_rhetoric_moves_no_bound_and_is_kept() -> None:
    candidate = only("Only about 300 families left.")
    assert (candidate.rhetoric, candidate.hedge_words, candidate.bound) == ("Only", "about", Bound.APPROX)


def test_an_elided_unit_time_and_route_come_from_the_figure_before_and_are_flagged() -> None:
    first, share, second, third = draft(
        "In 1971 13,000 people left the USSR (98% to Israel). It was 32,000 in 1972, 35,000 in 1973."
    ).candidates
    assert (share.unit, share.value, share.period, share.destination) == ("share", 0.98, "1971", "Israel")
    assert (second.unit, second.value, second.period) == ("person", 32000, "1972")
    assert (third.unit, third.value, third.period) == ("person", 35000, "1973")
    assert second.flags == third.flags == ("unit-elided",)
    assert second.confidence < first.confidence


def test_defaults_fill_what_the_text_does_not_say_and_the_counter_stream_turns_them_round() -> None:
    candidate = only("In 1981 some 300 families left.", origin="USSR", destination="Israel")
    assert (candidate.origin, candidate.destination) == ("USSR", "Israel")
    assert set(candidate.defaulted) == {"origin", "destination"}
    back = only("In 1981 some 300 families left Israel.", origin="USSR", destination="Israel")
    assert (back.origin, back.destination, back.defaulted) == ("Israel", "USSR", ("destination",))


def test_times_are_counted_from_the_documents_date() -> None:
    text = "Since October 300 emigrants have returned. Some 50 of them left on 29 December."
    since, day = draft(text, date="1987-02").candidates
    assert since.period == "1986-10/1987-02"
    assert since.measure is Measure.CUMULATIVE
    assert day.period == "1986-12-29"
    assert only("So far 300 emigrants have returned.", date="1987-02").period == "../1987-02"


def test_damaged_digits_are_flagged_and_get_no_value() -> None:
    candidate = only("In 1981 some 1O,000 refugees returned.")
    assert (candidate.value, candidate.low, candidate.high) == (None, None, None)
    assert "suspect-digits" in candidate.flags
    assert "suspect-digits" in only("In 1981 some 32.000 refugees returned.").flags


def test_traps_are_kept_out_and_told() -> None:
    found = draft("See page 12 of Resolution 194. A 17-year-old boy left at 10.30 a.m. on Flight 601.")
    assert found.candidates == ()
    traps = [mention.quote for mention in found.mentions if mention.kind is MentionKind.TRAP]
    assert traps == ["page 12", "Resolution 194", "17-year-old", "10.30 a.m.", "Flight 601"]


def test_a_dated_event_is_drafted_with_its_instrument() -> None:
    (event,) = draft("On August 3, 1972 the decree on compensation was signed. Many protested.").events
    assert (event.date, event.instrument, event.basis) == ("1972-08-03", "law", "stated")
    assert event.event == "On August 3, 1972 the decree on compensation was signed."


def test_a_table_in_plain_text_is_read_with_its_headings() -> None:
    text = (
        "Table 3. Asylum applications by country of citizenship\n\n"
        "              1990      1991\nRomania     35,345    40,504\nTurkey      22,082    23,877\n\n"
        "The rest is small.\n"
    )
    found = draft(text, destination="West Germany").candidates
    assert [(item.value, item.period, item.origin, item.destination, item.unit) for item in found] == [
        (35345, "1990", "Romania", "West Germany", "application"),
        (40504, "1991", "Romania", "West Germany", "application"),
        (22082, "1990", "Turkey", "West Germany", "application"),
        (23877, "1991", "Turkey", "West Germany", "application"),
    ]


def test_a_table_of_a_reader_is_read_once_and_not_as_prose_too() -> None:
    text = "Year\tArrivals in Israel\n1990\t199,516\n1991\t176,100\nMost were Soviet."
    heads = ("Arrivals in Israel",)
    cells = (
        Cell(0, 4, 0, 0, True),
        Cell(5, 23, 0, 1, True),
        Cell(24, 28, 1, 0, True),
        Cell(29, 36, 1, 1, False, heads, ("1990",)),
        Cell(37, 41, 2, 0, True),
        Cell(42, 49, 2, 1, False, heads, ("1991",)),
    )
    document = Document(text, "d", "0", tables=(Table(0, 49, cells),))
    found = draft_document(document).candidates
    assert [(item.value, item.period, item.destination) for item in found] == [
        (199516, "1990", "Israel"),
        (176100, "1991", "Israel"),
    ]


def test_columns_are_read_one_after_the_other_and_anchors_stay_in_their_line() -> None:
    left = [
        "Since the autumn of 1956",
        "Austria has taken in some",
        "112,000 people from all of",
        "Hungary, and by the end of",
        "the year 90,000 of them had",
        "left it again for the West.",
    ]
    right = [
        "The League of Red Cross",
        "Societies feeds another",
        "27,000 refugees a day and",
        "asks for blankets, shoes,",
        "and milk for the children",
        "who came without parents.",
    ]
    text = "\n".join(f"{one:34}{other}" for one, other in zip(left, right, strict=True))
    found = draft(text).candidates
    assert {item.value: item.anchor.quote for item in found} == {
        112000: "112,000 people",
        90000: "90,000",
        27000: "27,000 refugees",
    }


def test_words_parted_at_line_ends_and_note_marks_do_not_part_figures() -> None:
    candidate = only("In 1951 about 12,000*23+ dis-\nplaced persons left.")
    assert (candidate.value, candidate.unit) == (12000, "person")
    assert candidate.anchor.quote.endswith("dis-\nplaced persons")


def test_european_numbers_are_read_as_the_document_writes_them() -> None:
    text = "Im Jahre 1950 there were 1.234.567 refugees, of whom 12,5 % or 154.321 persons returned."
    assert [item.value for item in draft(text).candidates] == [1234567, 0.125, 154321]


def test_the_same_text_gives_the_same_draft() -> None:
    text = "According to UNHCR, over 300 Syrians fled in 2013. Half of them were children."
    assert draft(text) == draft(text)
    assert draft(text).candidates[0].attribution == "UNHCR"
