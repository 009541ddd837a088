"""What every act of a review changes, keeps and shows next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from review_example import TEXT, Kept, example_drafted, example_view, make_candidate, open_value

from counterstream.drafting.candidate import Bound, Candidate
from counterstream.drafting.decisions import Action
from counterstream.drafting.review import deciding, marking, session
from counterstream.drafting.review.item import get_field
from counterstream.errors import CounterstreamError
from counterstream.evidence.claim import Claim


def test_an_observable_that_is_chosen_is_taken_or_told_to_be_none() -> None:
    kept = Kept(view=example_view())
    session.go_to(kept.session, 2)
    item = session.current_item(kept.session)
    assert item is not None
    # Families, where the system knows no households: nothing answers them.
    assert session.judge(kept.session, item).proposals == ()
    for name, said in (
        ("departures", "departures does not take this claim"),
        ("depart", "there is no observable depart"),
    ):
        deciding.edit(kept.session, "observable", name)
        deciding.accept(kept.session)
        assert kept.session.message.startswith(said)
    deciding.edit(kept.session, "unit", "person")
    deciding.edit(kept.session, "observable", "departures")
    deciding.accept(kept.session)
    assert kept.statuses[3] == "accepted"
    item = kept.session.items[kept.session.view[2]]
    row = session.judge(kept.session, item).row
    assert isinstance(row, Claim)
    assert (row.what, row.unit, row.hedge) == ("departures", "persons", "over")


def test_begins_with_the_first_open_item_and_hides_what_is_told_again() -> None:
    kept = Kept()
    assert kept.quote == "About 1,200 people"
    shown = [kept.session.items[place].anchor.quote for place in kept.session.view]
    assert shown == [
        "About 1,200 people",
        "155",
        "Over 300 families",
        "3,000 and 4,000 letters",
        "On 1 March 1995 the border was closed.",
    ]
    assert kept.session.counts == {"open": 5, "repeats": 1}


def test_accept_keeps_a_decision_and_goes_on() -> None:
    kept = Kept()
    deciding.accept(kept.session)
    (decision,) = kept.decisions
    assert (decision.who, decision.when, decision.action) == ("tester", "2026-01-01T00:00:00Z", Action.ACCEPT)
    (change,) = decision.changes
    assert (change.field, change.before, change.after) == ("status", "open", "accepted")
    assert TEXT[change.place.start : change.place.end] == change.quote == "About 1,200 people"
    assert change.prefix == "SUMMARY\n\n"
    assert kept.quote == "155"
    assert kept.session.counts == {"open": 4, "accepted": 1, "repeats": 1}


def test_what_makes_no_row_is_not_accepted_and_the_message_says_why() -> None:
    kept = Kept([make_candidate("155", period="", value=155.0)])
    deciding.accept(kept.session)
    assert kept.decisions == []
    assert kept.statuses == ["open"]
    assert kept.session.message.startswith("no period is stated: edit the field period")


def test_reject_reopen_and_flag() -> None:
    kept = Kept()
    deciding.reject(kept.session)
    assert kept.statuses[0] == "rejected"
    session.go_previous(kept.session)
    deciding.reopen(kept.session)
    assert kept.statuses[0] == "open"
    deciding.flag(kept.session)
    assert kept.quote == "About 1,200 people"
    assert next(iter(kept.session.items.values())).flagged
    deciding.flag(kept.session)
    assert not next(iter(kept.session.items.values())).flagged
    assert [d.action for d in kept.decisions] == ["reject", "reopen", "flag", "flag"]


def test_skip_leaves_open_and_goes_round() -> None:
    kept = Kept()
    for quote in ("155", "Over 300 families", "3,000 and 4,000 letters", "On 1 March 1995 the border was closed."):
        session.skip(kept.session)
        assert kept.quote == quote
    session.skip(kept.session)
    assert (kept.quote, kept.session.message) == ("About 1,200 people", "from the beginning again")
    assert kept.decisions == []


def test_going_to_and_fro_stops_at_the_ends() -> None:
    kept = Kept()
    session.go_previous(kept.session)
    assert (kept.session.cursor, kept.session.message) == (0, "this is the first one shown")
    session.go_next(kept.session)
    assert (kept.session.cursor, kept.session.message) == (1, "")
    session.go_to(kept.session, 99)
    assert (kept.session.cursor, kept.session.message) == (4, "this is the last one shown")


@pytest.mark.parametrize(
    ("name", "text", "content"),
    [
        ("value", "1,250", 1250.0),
        ("value", "12.5 %", 0.125),
        ("value", "", None),
        ("bound", "GT", "gt"),
        ("period", "1990-03/1990-05", "1990-03/1990-05"),
        ("period", "1972-23", "1972-23"),
        ("group", "  from  the coast ", "from the coast"),
        ("what", "departures", "departures"),
        ("quantity_kind", "stock", "stock"),
        ("notes", "see the footnote", "see the footnote"),
    ],
)
def test_edit(name: str, text: str, content: Any) -> None:
    kept = Kept([make_candidate("Over 300 families", **open_value(low=300.0), bound=Bound.GREATER)])
    assert deciding.edit(kept.session, name, text)
    (item,) = kept.session.items.values()
    assert get_field(item, name) == content
    assert item.edited == {name}
    assert [c.field for c in kept.decisions[0].changes] == [name]
    deciding.undo(kept.session)
    assert get_field(next(iter(kept.session.items.values())), name) == get_field(Kept().session.items[item.place], name)


def test_editing_an_exact_figure_takes_its_limits_along() -> None:
    kept = Kept([make_candidate("155", value=155.0, low=155.0, high=155.0)])
    deciding.edit(kept.session, "value", "165")
    (item,) = kept.session.items.values()
    assert isinstance(item.drafted, Candidate)
    assert (item.drafted.value, item.drafted.low, item.drafted.high) == (165.0, 165.0, 165.0)
    deciding.undo(kept.session)
    (item,) = kept.session.items.values()
    assert isinstance(item.drafted, Candidate)
    assert (item.drafted.value, item.drafted.low, item.drafted.high) == (155.0, 155.0, 155.0)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("value", "many", "value cannot be 'many': a number from 0 up"),
        ("value", "-5", "value cannot be '-5'"),
        ("value", "nan", "value cannot be 'nan'"),
        ("value", "1_000", "value cannot be '1_000'"),
        ("bound", "roughly", "bound cannot be 'roughly': exact, approx, gt"),
        ("period", "last year", "period cannot be 'last year': EDTF"),
        ("period", "1991/1990", "period cannot be '1991/1990'"),
        ("quantity_kind", "heap", "quantity_kind cannot be 'heap': flow, stock"),
        ("colour", "red", "there is no field colour"),
        ("date", "1990", "there is no field date"),
    ],
)
def test_edit_of_what_cannot_be(name: str, text: str, said: str) -> None:
    kept = Kept([make_candidate("155")])
    before = dict(kept.session.items)
    assert not deciding.edit(kept.session, name, text)
    assert kept.session.message.startswith(said)
    assert kept.session.items == before
    assert kept.decisions == []


ACTS: dict[str, Callable[[session.Session], object]] = {
    "accept": deciding.accept,
    "reject": deciding.reject,
    "flag": deciding.flag,
    "edit": lambda s: deciding.edit(s, "value", "7"),
    "accept_shown": deciding.accept_shown,
    "reject_shown": deciding.reject_shown,
    "add": lambda s: marking.add_missed(s, "how many tried"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_undo_takes_back_exactly_what_was_done(act: Callable[[session.Session], object]) -> None:
    kept = Kept()
    deciding.flag(kept.session)
    before = [replace(item, edited=frozenset()) for item in kept.session.items.values()]
    counts, place = dict(+kept.session.counts), kept.session.cursor
    act(kept.session)
    assert len(kept.decisions) == 2
    deciding.undo(kept.session)
    assert [replace(item, edited=frozenset()) for item in kept.session.items.values()] == before
    assert dict(+kept.session.counts) == counts
    assert kept.session.cursor == place
    assert [d.action for d in kept.decisions][-1] == "undo"
    deciding.undo(kept.session)
    assert not kept.session.items[kept.session.view[0]].flagged
    deciding.undo(kept.session)
    assert kept.session.message == "there is nothing to undo"
    assert len(kept.decisions) == 4


def test_undo_shows_what_the_filter_hides() -> None:
    kept = Kept()
    deciding.reject(kept.session)
    session.show(kept.session, "open")
    deciding.undo(kept.session)
    assert kept.quote == "About 1,200 people"
    assert kept.session.filter in ("open", "all")


def test_everything_shown_is_accepted_as_one_decision_but_for_repeats_and_what_makes_no_row() -> None:
    drafted = [*example_drafted(), make_candidate("tried", period="", value=12.0)]
    kept = Kept(drafted)
    session.show(kept.session, "open")
    assert deciding.count_acceptable(kept.session) == 5
    assert deciding.accept_shown(kept.session) == 5
    assert [len(d.changes) for d in kept.decisions] == [5]
    assert kept.session.counts == {"accepted": 5, "open": 1, "repeats": 1}
    assert deciding.accept_shown(kept.session) == 0
    assert len(kept.decisions) == 1


def test_a_repeat_can_still_be_accepted_by_hand() -> None:
    kept = Kept()
    session.show(kept.session, "repeats")
    assert kept.quote == "1,200 departures"
    deciding.accept(kept.session)
    assert kept.statuses[2] == "accepted"


def test_split_makes_a_candidate_of_each_part() -> None:
    kept = Kept()
    session.go_to(kept.session, 3)
    assert kept.quote == "3,000 and 4,000 letters"
    assert marking.split(kept.session, "3,000 and |4,000 letters")
    assert kept.quote == "3,000 and"
    session.go_next(kept.session)
    assert kept.quote == "4,000 letters"
    parts = [item for item in kept.session.items.values() if item.by_hand]
    assert [TEXT[p.place.start : p.place.end] for p in parts] == ["3,000 and", "4,000 letters"]
    assert [p.drafted.period for p in parts if isinstance(p.drafted, Candidate)] == ["1990", "1990"]
    assert kept.session.counts == {"open": 6, "split": 1, "repeats": 1}
    # Parts are asked of the grammar first.
    assert kept.asked == [(p.place.start, p.place.end) for p in parts]
    deciding.undo(kept.session)
    assert kept.session.counts == {"open": 5, "split": 0, "repeats": 1}
    assert kept.quote == "3,000 and 4,000 letters"


def test_a_part_is_what_the_grammar_reads_in_it() -> None:
    read = make_candidate("4,000", value=4000.0, low=4000.0, high=4000.0)
    kept = Kept(read=[read])
    session.go_to(kept.session, 3)
    marking.split(kept.session, "3,000 and|4,000 letters")
    parts = [item.drafted for item in kept.session.items.values() if item.by_hand]
    assert [p.value for p in parts if isinstance(p, Candidate)] == [4000.0, 4000.0]
    assert [p.anchor.quote for p in parts] == ["3,000 and", "4,000 letters"]


@pytest.mark.parametrize("marked", ["3,000 and 4,000 letters", "3,000|5,000 letters", "|3,000 and 4,000 letters", ""])
def test_split_needs_the_same_words_and_a_bar(marked: str) -> None:
    kept = Kept()
    session.go_to(kept.session, 3)
    assert not marking.split(kept.session, marked)
    assert kept.session.message == "keep the words and put | between the parts"
    assert kept.decisions == []


def test_only_a_claim_can_be_split() -> None:
    kept = Kept()
    session.go_to(kept.session, 4)
    assert not marking.split(kept.session, "On 1 March| 1995 the border was closed.")
    assert kept.session.message == "only a claim can be split"


def test_a_missed_one_is_added_where_its_words_stand() -> None:
    kept = Kept()
    assert marking.add_missed(kept.session, "how  many tried")
    assert kept.quote == "how many tried"
    item = kept.session.items[kept.session.view[kept.session.cursor]]
    assert item.by_hand
    assert isinstance(item.drafted, Candidate)
    assert (item.drafted.value, item.drafted.period) == (None, "1990")
    deciding.accept(kept.session)
    assert kept.session.message.startswith("no figure is stated")
    deciding.edit(kept.session, "value", "12")
    deciding.accept(kept.session)
    assert kept.session.counts["accepted"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "nothing was added"),
        ("forty sailors", "these words are not found near here: forty sailors"),
        ("155", "this is a candidate already"),
    ],
)
def test_what_cannot_be_added(words: str, said: str) -> None:
    kept = Kept()
    assert not marking.add_missed(kept.session, words)
    assert kept.session.message == said
    assert kept.decisions == []


def test_the_nearest_words_are_meant_and_white_space_may_be_any() -> None:
    text = "two men\n\nfar away, two\n men and two men"
    assert marking.find_words_near(text, "two men", 12) == (19, 27)
    assert marking.find_words_near(text, "twomen", 0) == (0, 7)
    assert marking.find_words_near(text, "three men", 0) is None
    assert marking.find_words_near(text, "two men", 0, reach=3) is None


def test_filters_and_orders() -> None:
    kept = Kept(view=example_view())
    shown = {
        "all": 6,
        "claims": 5,
        "events": 1,
        "migration -repeats": 3,
        "context": 1,
        "doubtful": 1,
        "flag=doubt": 1,
        "defaulted": 1,
        "unit=family": 1,
        "bound=approx": 1,
        "origin~NEW": 1,
        "text~harbour": 1,
        "confidence>0.8 claims": 4,
        "value<200 claims": 1,
        "repeats": 1,
        "-open": 0,
        "answered": 3,
        "ready": 6,
        "conflicts": 0,
        "page=1 date=1995-03-01": 1,
    }
    counted = {}
    for text in shown:
        session.show(kept.session, text)
        counted[text] = len(kept.session.view)
    assert counted == shown
    session.show(kept.session, "claims -repeats", "value")
    assert [kept.session.items[p].anchor.quote for p in kept.session.view] == [
        "3,000 and 4,000 letters",
        "About 1,200 people",
        "Over 300 families",
        "155",
    ]
    session.show(kept.session, "claims", "confidence")
    assert kept.session.items[kept.session.view[-1]].anchor.quote == "Over 300 families"


@pytest.mark.parametrize("text", ["opne", "unit", "colour=red", "confidence>high", "value=", "-"])
def test_a_filter_that_cannot_be_read_changes_nothing(text: str) -> None:
    kept = Kept()
    view = list(kept.session.view)
    if text == "value=":
        session.show(kept.session, text)
        assert len(kept.session.view) == 2
        return
    with pytest.raises(CounterstreamError) as caught:
        session.show(kept.session, f"{text} open")
    assert caught.value.codes == ("D315",)
    assert kept.session.view == view


def test_an_order_that_is_none() -> None:
    kept = Kept()
    with pytest.raises(CounterstreamError) as caught:
        session.show(kept.session, order="size")
    assert caught.value.codes == ("D315",)


def test_the_person_stays_where_they_are_under_another_filter() -> None:
    kept = Kept()
    session.go_to(kept.session, 2)
    session.show(kept.session, "claims")
    assert kept.quote == "Over 300 families"


def _decide_everything(kept: Kept) -> None:
    deciding.accept(kept.session)
    deciding.edit(kept.session, "value", "160")
    deciding.flag(kept.session)
    deciding.reject(kept.session)
    deciding.undo(kept.session)
    session.go_to(kept.session, 3)
    marking.split(kept.session, "3,000 and |4,000 letters")
    marking.add_missed(kept.session, "many tried")
    deciding.edit(kept.session, "value", "12")
    deciding.accept(kept.session)


def test_a_review_goes_on_from_its_decisions() -> None:
    kept = Kept()
    _decide_everything(kept)
    again = Kept(decisions=kept.decisions)
    assert again.problems == ()
    assert again.session.items == kept.session.items
    assert +again.session.counts == +kept.session.counts
    assert again.session.history == kept.session.history
    assert again.quote == "155"
    # Undo goes on as well, back to the beginning.
    while again.session.history:
        deciding.undo(again.session)
    fresh = Kept()
    assert [replace(i, edited=frozenset()) for i in again.session.items.values()] == list(fresh.session.items.values())


def test_decisions_about_what_is_no_longer_drafted_are_told_and_do_not_stop() -> None:
    kept = Kept()
    deciding.accept(kept.session)
    deciding.reject(kept.session)
    again = Kept(example_drafted()[1:], decisions=kept.decisions)
    assert [(p.code, p.severity, p.found) for p in again.problems] == [("D304", "warning", "About 1,200 people")]
    assert again.statuses[0] == "rejected"
    deciding.undo(again.session)
    assert again.statuses[0] == "open"
    deciding.undo(again.session)
    assert again.session.message == "there is nothing to undo"


def test_a_decision_that_cannot_be_kept_changes_nothing() -> None:
    kept = Kept()

    def refuse(_: object) -> None:
        raise CounterstreamError(())

    kept.session.keep = refuse
    before = dict(kept.session.items)
    for act in ACTS.values():
        with pytest.raises(CounterstreamError):
            act(kept.session)
    assert kept.session.items == before
    assert kept.session.counts == {"open": 5, "repeats": 1}
    assert kept.session.history == []


def test_nothing_to_show() -> None:
    kept = Kept([])
    for act in ACTS.values():
        act(kept.session)
    session.skip(kept.session)
    session.go_next(kept.session)
    deciding.reopen(kept.session)
    assert session.current_item(kept.session) is None
    assert kept.decisions == []


class _Counted(dict[Any, Any]):
    """Counts how often something is looked up."""

    looked = 0

    def __getitem__(self, key: Any) -> Any:
        type(self).looked += 1
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        type(self).looked += 1
        return super().get(key, default)


def test_the_work_of_a_key_does_not_grow_with_the_number_of_candidates() -> None:
    looked: dict[int, list[int]] = {}
    for number in (20, 2000):
        text = "\n\n".join(f"In 1990 {n} people left." for n in range(1000, 1000 + number))
        drafted = [
            make_candidate(str(n), text, value=float(n), low=float(n), high=float(n))
            for n in range(1000, 1000 + number)
        ]
        kept = Kept(drafted, text=text)
        counted = _Counted(kept.session.items)
        kept.session.items = counted
        for act in (
            deciding.accept,
            deciding.reject,
            deciding.flag,
            session.skip,
            session.go_next,
            session.go_previous,
            lambda s: deciding.edit(s, "value", "7"),
            deciding.undo,
        ):
            _Counted.looked = 0
            act(kept.session)
            looked.setdefault(number, []).append(_Counted.looked)
    assert looked[20] == looked[2000]
    assert max(looked[2000]) <= 10
