"""Of one tab's questions the newest alone goes on; tabs do not disturb each other."""

from __future__ import annotations

import pytest

from counterstream.app.turns import MOST_TABS, Overtaken, Turns


def test_a_newer_question_overtakes_the_older() -> None:
    turns = Turns()
    older = turns.begin("tab", 1)
    older()
    newer = turns.begin("tab", 2)
    with pytest.raises(Overtaken):
        older()
    newer()


def test_a_question_that_comes_late_is_overtaken_at_once() -> None:
    turns = Turns()
    newer = turns.begin("tab", 7)
    with pytest.raises(Overtaken):
        turns.begin("tab", 6)
    newer()


def test_tabs_do_not_overtake_each_other() -> None:
    turns = Turns()
    one = turns.begin("one", 1)
    turns.begin("other", 9)
    one()


def test_tabs_without_end_are_forgotten_and_go_on() -> None:
    turns = Turns()
    first = turns.begin("first", 5)
    for number in range(MOST_TABS + 10):
        turns.begin(f"tab {number}", 1)
    first()
    turns.begin("first", 1)()
