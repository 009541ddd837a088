"""Who comes to know whom: networks among the persons of one draw, as declared or from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.persons.crowd import Crowd
from counterstream.simulate.persons.equip import Equipment
from counterstream.simulate.persons.records import World
from counterstream.simulate.persons.ties import PREFERENTIAL, RANDOM, SMALL_WORLD, Circles, Network, lay_ties
from counterstream.system.persons import Ties, TiesForm

Integers = NDArray[np.int64]
#: Pairs of persons, shape (tie, 2), by the network whose file gives them.
Pairs = dict[str, Integers]
_FORMS = {
    TiesForm.RANDOM: RANDOM,
    TiesForm.SMALL_WORLD: SMALL_WORLD,
    TiesForm.PREFERENTIAL: PREFERENTIAL,
    TiesForm.FILE: RANDOM,
}


def acquaint(equipment: Equipment, world: World, crowd: Crowd, place: int, name: np.uint64, pairs: Pairs) -> Network:
    """Lay one network among those who are there at the start.

    Raises
    ------
    CounterstreamError
        ``U208`` for ties that lead to nobody.
    """
    ties = equipment.persons.ties[place]
    n = crowd.at.size
    given = pairs.get(ties.name, np.empty((0, 2), dtype=np.int64))
    if given.size and given.max() >= n:
        _refuse_ties(ties, f"person {given.max()}", f"persons 0 to {n - 1}", "number persons by status and group")
    mean = 2.0 * max(1, round(ties.mean / 2)) if ties.form is TiesForm.PREFERENTIAL else ties.mean
    circles = _find_circles(equipment, world, crowd, ties)
    head = crowd.head if ties.within_households else crowd.head[:0]
    return lay_ties(name, n, circles, _FORMS[ties.form], mean, ties.rewired, given, head)


def _refuse_ties(ties: Ties, found: str, allowed: str, mend: str) -> None:
    raise CounterstreamError(
        Problem("U208", f'ties "{ties.name}" lead to nobody', found=found, allowed=allowed, mend=mend)
    )


def _find_circles(equipment: Equipment, world: World, crowd: Crowd, ties: Ties) -> Circles:
    """Return whom a network ties: within an attribute's values, or everybody."""
    system, mixing = equipment.program.system, ties.mixing
    picked = ties.groups.mask(system.groups)
    if mixing is None:
        circle_of_group = [0 if chosen else -1 for chosen in picked]
        shares = np.ones((1, 1))
    else:
        values = next(a.values for a in system.attributes if a.name == mixing.attribute)
        # Groups without the attribute stay among themselves, in a circle of their own.
        circle = {value: i for i, value in enumerate(values)} | {None: len(values)}
        held = [dict(group.attributes).get(mixing.attribute) for group in system.groups]
        circle_of_group = [circle[value] if chosen else -1 for value, chosen in zip(held, picked, strict=True)]
        shares = np.zeros((len(circle), len(circle)))
        shares[:-1, :-1] = mixing.shares
        shares[-1, -1] = 1.0
    circles = np.array(circle_of_group)[world.group_of[crowd.at % world.group_of.size]]
    sizes = np.bincount(circles[circles >= 0], minlength=len(shares))
    members = np.argsort(circles, kind="stable")[np.count_nonzero(circles < 0) :].astype(np.uint32)
    # Where a value has nobody, ties that would lead there go to the others.
    shares = shares * (sizes > 0)
    total = shares.sum(axis=1)
    lost = (total <= 0.0) & (sizes > 0)
    if lost.any():
        mend = "give the others a share"
        _refuse_ties(ties, f"nobody in circle {int(np.argmax(lost))} to be tied to", "somebody", mend)
    upto = np.cumsum(shares / np.where(total > 0.0, total, 1.0)[:, None], axis=1)
    return Circles(members, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), upto)


def read_all_pairs(ties: Iterable[Ties], folder: Path) -> Pairs:
    """Return the ties of all networks that come from files; see :func:`read_pairs`."""
    return {t.name: read_pairs(t, folder) for t in ties if t.form is TiesForm.FILE}


def read_pairs(ties: Ties, folder: Path) -> Integers:
    """Return the pairs of persons in a network's file.

    Parameters
    ----------
    folder
        Of the case; the file lies in it: two columns ``person`` and ``other`` of persons' numbers, which
        begin at 0 and run by status and group in the order of the system file.

    Raises
    ------
    CounterstreamError
        ``U208`` with file and row for everything in it that is no pair of numbers.
    """
    path = folder / ties.file
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CounterstreamError(
            Problem("U208", f'the file of ties "{ties.name}" cannot be read', str(path), found=str(error))
        ) from error
    problems: list[Problem] = []
    if not lines or [cell.strip() for cell in lines[0].split(",")] != ["person", "other"]:
        problems.append(
            Problem(
                "U208",
                "the heading is another",
                str(path),
                1,
                found=lines[0] if lines else "nothing",
                allowed="person,other",
            )
        )
    pairs: list[tuple[int, int]] = []
    for row, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) == 2 and all(cell.isascii() and cell.isdigit() and len(cell) <= 10 for cell in cells):
            pairs.append((int(cells[0]), int(cells[1])))
        elif line.strip():
            allowed = "two whole numbers of persons, from 0 on"
            problems.append(Problem("U208", "the row is no tie", str(path), row, found=line[:60], allowed=allowed))
    if problems:
        raise CounterstreamError(problems)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
