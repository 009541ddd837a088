"""What a step of persons is told and tells: constants and records that the kernels share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from counterstream.simulate.kernel import NOWHERE

Integers = NDArray[np.int64]
#: Names of the streams of a step's persons, and of what a person draws from it.
PERSONS = 5000011
REFINE, WAY, TURN, VERDICT, CHOICE = 0, 1, 2, 3, 4
#: Where a mover goes when not to a status: out of the system, nowhere, before an office (minus the
#: decision); from ``CELLS`` on, into a cell.
OUTSIDE, STAYS, WAITS, CELLS = NOWHERE, -2, -3, 1_000_000
#: Comes from no list.
ENTRANT = -1
#: What an office is told to say in a named case.
FREE, APPROVE, REFUSE = 0, 1, 2


class World(NamedTuple):
    """What stays the same in all steps; one flat record, see :class:`~counterstream.simulate.persons.own.Own`.

    Parameters
    ----------
    exits, span, arrive, decisions, priority, entries, alternatives, picks, together
        See :class:`~counterstream.simulate.kernel.Tables`.
    group_of, class_from
        Of each column: its group, and the least frailty of its class.
    n_classes
        Classes of frailty; columns of a group lie in a row.
    first_named
        The first column of a named household.
    office_of
        Decision that those in a cell wait for (-1: none).
    """

    exits: Integers
    span: Integers
    arrive: Integers
    decisions: Integers
    priority: Integers
    entries: Integers
    alternatives: Integers
    picks: Integers
    together: Integers
    group_of: Integers
    class_from: NDArray[np.float64]
    n_classes: int
    first_named: int
    office_of: Integers


class Orders(NamedTuple):
    """What is done for named households in a step; shape (target or decision, household).

    Parameters
    ----------
    times
        Factor on the intensity of an exit, or on the odds of a decision.
    outcome
        ``FREE``, ``APPROVE`` or ``REFUSE``.
    """

    times: NDArray[np.float64]
    outcome: NDArray[np.int64]


class Movers(NamedTuple):
    """Who moves in a step; as much room as there may be movers, used anew in each step.

    Parameters
    ----------
    person, unit
        The person, and the one whose numbers the person shares.
    origin, column
        List of origin (``ENTRANT``: none), and column.
    to
        Status of arrival, or what the module's constants say.
    """

    person: NDArray[np.uint32]
    unit: NDArray[np.uint32]
    origin: NDArray[np.int32]
    column: NDArray[np.int32]
    to: NDArray[np.int32]

    def pick(self, which: slice) -> Movers:
        """Return some of the movers."""
        return Movers(self.person[which], self.unit[which], self.origin[which], self.column[which], self.to[which])


class Events(NamedTuple):
    """Flows that persons made in a step.

    Parameters
    ----------
    person
        The person's number within the draw's run.
    group, flow
        Places among the system's groups and flow names.
    """

    person: NDArray[np.uint32]
    group: NDArray[np.int32]
    flow: NDArray[np.int32]

    def pick(self, which: slice | NDArray[np.bool_]) -> Events:
        """Return some of the events."""
        return Events(self.person[which], self.group[which], self.flow[which])
