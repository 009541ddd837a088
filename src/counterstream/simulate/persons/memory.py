"""How much memory persons and their ties take, told before any is taken."""

from __future__ import annotations

from pathlib import Path

from counterstream.dynamics.program import Program
from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.persons.equip import Equipment

#: Of a person: list, bits, and who moves in a step (20 bytes of a mover, of which few are touched).
PERSON_BYTES, HOUSEHOLD_BYTES, HISTORY_BYTES = 6, 4, 4
#: Of when a person leaves: a reading of a clock and a number, with a quarter more room.
AGENDA_BYTES = 15
#: Of an end of a tie, and of where a person's ties begin.
END_BYTES, START_BYTES = 4, 8
#: Share of the free memory that may be taken.
MOST_TAKEN = 0.9


def estimate_bytes(program: Program, equipment: Equipment, n_persons: float, *, by_event: bool = False) -> float:
    """Return the memory of one run, in bytes; ``by_event`` if persons are stepped from event to event."""
    persons = equipment.persons
    each = float(PERSON_BYTES + HOUSEHOLD_BYTES * (program.system.households is not None))
    each += AGENDA_BYTES * by_event
    each += 4 * len(equipment.rows) + HISTORY_BYTES * equipment.needs_events
    each += sum(4 if e.half_life_months is None else 12 for e in persons.exposures)
    for ties in persons.ties:
        sizes = persons.households.shares if persons.households and ties.within_households else ()
        total = sum(size * share for size, share in sizes)
        # Ties within the household of somebody picked at random: larger households hold more persons.
        within = sum(size * share * (size - 1) for size, share in sizes) / total if total else 0.0
        # Beside the network: members in order while it is laid, and a cursor.
        each += END_BYTES * (ties.mean + within) + 2 * START_BYTES + 12
    return each * n_persons


def available_bytes() -> float | None:
    """Return the memory that may be taken without pushing others out; ``None`` where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def check_memory(
    program: Program, equipment: Equipment, n_persons: float, n_runs: int, *, by_event: bool = False
) -> int:
    """Return how many runs may be in memory at a time.

    Parameters
    ----------
    n_persons
        Persons of the largest run.
    n_runs
        Runs that are wanted at a time.
    by_event
        Whether persons are stepped from event to event.

    Raises
    ------
    CounterstreamError
        ``U210`` if not even one fits, with what it needs.
    """
    available = available_bytes()
    need = estimate_bytes(program, equipment, n_persons, by_event=by_event)
    if available is None or need <= 0.0:
        return max(1, n_runs)
    fit = int(MOST_TAKEN * available // need)
    if fit < 1:
        ends = sum(t.mean for t in equipment.persons.ties)
        mend = "follow fewer persons, each standing for several (--persons), or give them fewer ties"
        raise CounterstreamError(
            Problem(
                "U210",
                "the persons and their ties do not fit into memory",
                found=f"{n_persons:,.0f} persons with {ends:g} ties each need {need / 2**30:,.1f} GiB",
                allowed=f"{MOST_TAKEN * available / 2**30:,.1f} GiB",
                mend=mend,
            )
        )
    return max(1, min(n_runs, fit))
