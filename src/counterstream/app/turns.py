"""Latest wins: of the settings that a page sends while a lever moves, the newest alone is worth an answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

#: Tabs that are remembered; one that is forgotten starts anew and loses nothing.
MOST_TABS = 256


class Overtaken(Exception):  # noqa: N818  # it is no error
    """A newer question of the same tab makes this one pointless."""


@dataclass
class Turns:
    """The newest question of every tab."""

    _newest: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int])

    def begin(self, tab: str, turn: int) -> Callable[[], None]:
        """Take note of a question.

        Parameters
        ----------
        tab
            Name that the tab has given itself.
        turn
            Number of the question; grows.

        Returns
        -------
        callable
            To be called before and during the work.

        Raises
        ------
        Overtaken
            By the callable, once a newer question of the tab has come; at once, if one has come before.
        """
        newest = max(turn, self._newest.get(tab, turn))
        self._newest[tab] = newest
        self._newest.move_to_end(tab)
        while len(self._newest) > MOST_TABS:
            self._newest.popitem(last=False)

        def go_on() -> None:
            if self._newest.get(tab, turn) > turn:
                raise Overtaken

        go_on()
        return go_on
