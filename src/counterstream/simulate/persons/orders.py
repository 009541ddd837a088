"""What is done for named households in a step."""

from __future__ import annotations

import numpy as np

from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.persons.records import APPROVE, REFUSE, Orders
from counterstream.system.persons import Intervention, Outcome

_OUTCOMES = {Outcome.APPROVED: APPROVE, Outcome.REFUSED: REFUSE}


def no_orders(equipment: Equipment) -> Orders:
    """Return that nothing is ordered."""
    shape = len(equipment.persons.named)
    decisions = len(equipment.program.system.decisions)
    return Orders(np.ones((equipment.n_targets, shape)), np.zeros((decisions, shape), dtype=np.int64))


def give_orders(equipment: Equipment, step: int) -> Orders:
    """Return what is ordered for named households in a step."""
    system, named = equipment.program.system, equipment.persons.named
    orders = no_orders(equipment)
    for place, household in enumerate(named):
        for intervention in () if household.dropped else household.interventions:
            if _is_on(equipment, intervention, step):
                for target in equipment.targets[intervention.move, ""]:
                    orders.times[target, place] *= intervention.times
                if intervention.outcome is not None:
                    office = [m.name for m in system.decisions].index(intervention.move)
                    orders.outcome[office, place] = _OUTCOMES[intervention.outcome]
    return orders


def _is_on(equipment: Equipment, intervention: Intervention, step: int) -> bool:
    """Whether a step has a day in common with an intervention."""
    begins, ends = equipment.program.system.clock.boundaries[step : step + 2]
    return begins <= intervention.last and intervention.first < ends
