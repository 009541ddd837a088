"""The system of the benchmarks of whole persons: statuses in a ring, two ways out of each."""

from __future__ import annotations

from datetime import date

from counterstream.system.clock import Clock
from counterstream.system.group import EVERYBODY, Attribute, Group
from counterstream.system.move import Move, RateMove
from counterstream.system.parameter import Parameter, Quantity
from counterstream.system.place import Place, Status
from counterstream.system.system import InitialStock, System
from counterstream.units import Step

STATUSES = 8
FIRST = date(1968, 1, 1)


def ring_system(
    n_groups: int, last: date, persons: dict[str, float], rates: tuple[Quantity, Quantity], *parameters: Parameter
) -> System:
    """Return a ring by month.

    Parameters
    ----------
    persons
        At the start, by status (``s0`` to ``s7``), spread evenly over the groups.
    rates
        Per year, to the next status and to the third from here.
    """
    names = tuple(f"s{i}" for i in range(STATUSES))
    kinds = tuple(f"g{i}" for i in range(n_groups))
    moves: list[Move] = []
    for i, name in enumerate(names):
        moves.append(RateMove(f"next{i}", name, names[(i + 1) % STATUSES], rates[0]))
        moves.append(RateMove(f"skip{i}", name, names[(i + 3) % STATUSES], rates[1]))
    return System(
        name="ring",
        title="Ring",
        clock=Clock(Step.MONTH, FIRST, last),
        places=(Place("here"),),
        attributes=(Attribute("kind", kinds),),
        groups=tuple(Group((("kind", kind),)) for kind in kinds),
        statuses=tuple(Status(name, "here") for name in names),
        initial=tuple(InitialStock(name, n, EVERYBODY) for name, n in persons.items()),
        parameters=parameters,
        instruments=(),
        events=(),
        signals=(),
        moves=tuple(moves),
        observables=(),
    )
