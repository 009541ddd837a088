"""What is on the screen fits it, whatever its size, and holds the span."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_example import Kept, example_view, make_candidate

from counterstream.drafting.review.screen import (
    Line,
    Size,
    draw_screen,
    draw_words,
    find_paragraph,
    measure_width,
    plain,
    wrap,
)


def text_of(line: Line) -> str:
    return "".join(text for _, text in line)


@pytest.mark.parametrize("width", [10, 20, 40, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 8, 12, 24, 60])
@pytest.mark.parametrize("with_help", [False, True])
def test_every_size_is_kept_to(width: int, height: int, with_help: bool) -> None:
    kept = Kept(view=example_view())
    for _ in range(5):
        lines = draw_screen(kept.session, Size(width, height), with_help=with_help)
        assert len(lines) <= height
        assert max(measure_width(text_of(line)) for line in lines) <= width
        kept.session.cursor += 1 if kept.session.cursor < len(kept.session.view) - 1 else 0


@pytest.mark.parametrize("height", [5, 8, 12, 24])
def test_the_span_is_on_the_screen_wherever_it_stands_in_a_long_paragraph(height: int) -> None:
    text = "word " * 1000 + "155 people left " + "word " * 1000
    kept = Kept([make_candidate("155", text, value=155.0)], text=text)
    lines = draw_screen(kept.session, Size(40, height))
    spans = [piece for line in lines for style, piece in line if style == "class:span"]
    assert "".join(spans).strip() == "155"


def test_a_span_with_line_breaks_is_one_line_of_words() -> None:
    text = "In all\n  1,200\n\tpeople left."
    kept = Kept([make_candidate("1,200\n\tpeople", text)], text=text)
    item = kept.session.items[kept.session.view[0]]
    lines = draw_words(text, item, Size(80, 3))
    assert lines == [
        [
            ("class:words", "In "),
            ("class:words", "all "),
            ("class:span", "1,200 "),
            ("class:span", "people"),
            ("class:words", " "),
            ("class:words", "left."),
        ]
    ]


@pytest.mark.parametrize(
    ("text", "quote", "paragraph"),
    [
        ("one\n\ntwo three\n\nfour", "three", "two three"),
        ("one\n\ntwo three\n\nfour", "one", "one"),
        ("one\n\ntwo three\n\nfour", "four", "four"),
        ("a page\fnext page\fthird", "next", "next page"),
    ],
)
def test_paragraphs(text: str, quote: str, paragraph: str) -> None:
    start = text.index(quote)
    first, last = find_paragraph(text, start, start + len(quote))
    assert text[first:last].strip() == paragraph


def test_the_work_does_not_grow_with_the_paragraph() -> None:
    text = "x" * 5_000_000
    first, last = find_paragraph(text, 2_500_000, 2_500_003)
    assert last - first < 5_000


@given(st.text(max_size=200), st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_wrapping_keeps_to_the_width_and_loses_no_letter(text: str, width: int) -> None:
    shown = plain(text)
    lines = wrap([("", shown)], width)
    assert all(measure_width(text_of(line)) <= max(width, 1) for line in lines)
    letters = "".join("".join(text_of(line).split()) for line in lines)
    # A letter that is wider than the whole line cannot be shown.
    if width > 1:
        assert letters == "".join(shown.split())


def test_defaults_edits_and_problems_can_be_told_apart_without_colour() -> None:
    kept = Kept([make_candidate("155", period="", defaulted=("origin",))])
    text = "\n".join(text_of(line) for line in draw_screen(kept.session, Size(80, 24)))
    assert "from old shore*" in text
    assert "missing: no period is stated" in text
