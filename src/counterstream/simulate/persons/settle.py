"""Persons at the start: their numbers, households, names, traits and ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw
from counterstream.dynamics.program import Program
from counterstream.errors import CounterstreamError, Problem
from counterstream.simulate.kernel import Tables
from counterstream.simulate.keys import child
from counterstream.simulate.persons.acquaint import Pairs, acquaint
from counterstream.simulate.persons.crowd import (
    Crowd,
    fill_list,
    find_in_cell,
    lay_households,
    make_crowd,
    split_by_class,
)
from counterstream.simulate.persons.equip import CLASSES, Equipment
from counterstream.simulate.persons.own import Own, renew_bounds, settle_averages, spread
from counterstream.simulate.persons.records import World
from counterstream.simulate.persons.ties import Network
from counterstream.system.persons import NamedHousehold

Integers = NDArray[np.int64]
#: Names of the streams of households and networks of a run.
HOUSEHOLDS, NETWORKS = 7000009, 7000013
#: Persons have 32-bit numbers; half of them is kept for those who enter later.
MOST_PERSONS = 2**31


@dataclass(frozen=True)
class Settled:
    """Persons of one draw at the start.

    Parameters
    ----------
    crowd, own
        Where they stand, and what they have.
    networks
        Ties, in the order of the declaration.
    n_numbers
        Numbers given to persons; those beyond are for persons who enter.
    names
        Persons of named households and their names.
    """

    crowd: Crowd
    own: Own
    networks: tuple[Network, ...]
    n_numbers: int
    names: dict[int, str]


def make_world(program: Program, tables: Tables, equipment: Equipment) -> World:
    """Return what stays the same in all steps."""
    system, layout = program.system, program.layout
    named = [_group_of(program, n) for n in equipment.persons.named]
    classes = np.array(CLASSES if equipment.n_classes > 1 else (-np.inf,))
    columns = np.repeat(np.arange(layout.n_groups), classes.size)
    offices = np.full(len(layout.cells), -1, dtype=np.int64)
    for place, decision in enumerate(system.decisions):
        for cell in layout.rows[decision.origin]:
            if not layout.cells[cell].pile:
                offices[cell] = place
    return World(
        *tables,
        np.concatenate([columns, np.array(named, dtype=np.int64)]),
        np.concatenate([np.tile(classes, layout.n_groups), np.full(len(named), -np.inf)]),
        classes.size,
        columns.size,
        offices,
    )


def settle(
    equipment: Equipment, world: World, stocks: Integers, draw: Draw, household: int, name: np.uint64, pairs: Pairs
) -> Settled:
    """Give persons their numbers by cell and group, households in a row, and all that they have at the start.

    Parameters
    ----------
    stocks
        Persons, shape (cell, group).
    household
        Persons of a household where no sizes are declared; 1 where there are no households.
    name
        The run's stream.
    pairs
        Ties read from files, by network.

    Raises
    ------
    CounterstreamError
        ``U206`` for more persons than have numbers, ``U208`` for ties that lead to nobody, ``U209`` for a
        named household that is larger than the stock that it is part of.
    """
    n_numbers = int(stocks.sum())
    check_number(n_numbers, MOST_PERSONS)
    n_columns, system = world.group_of.size, equipment.program.system
    crowd = make_crowd(n_numbers, stocks.shape[0] * n_columns, households=system.households is not None)
    own = equipment.equip(draw, n_numbers, crowd.size.size)
    sizes, upto = _household_shares(equipment, household)
    names: dict[int, str] = {}
    first = 0
    for cell in range(stocks.shape[0]):
        for group in range(stocks.shape[1]):
            end = first + int(stocks[cell, group])
            begun = _settle_named(equipment, world, crowd, cell, group, (first, end), names)
            fill_list(crowd, cell * n_columns + group * world.n_classes, begun, end - begun)
            if crowd.head.size:
                stream = np.uint64(child(np.uint64(child(name, HOUSEHOLDS)), cell * stocks.shape[1] + group))
                lay_households(crowd.head, begun, end - begun, sizes, upto, stream)
            first = end
    equipment.fill_traits(own, name, crowd.head, 0, born=False)
    _let_outsiders_go(equipment, world, crowd, own)
    if equipment.persons.frailties:
        _part_by_frailty(world, crowd, own)
    networks = tuple(
        acquaint(equipment, world, crowd, place, np.uint64(child(np.uint64(child(name, NETWORKS)), place)), pairs)
        for place in range(len(equipment.persons.ties))
    )
    for place, network in enumerate(networks):
        own.traits[equipment.rows["ties", place], :] = network.degrees()
    _expose(equipment, world, crowd, own, networks)
    return Settled(crowd, own, networks, n_numbers, names)


def check_number(found: int, limit: int) -> None:
    """Raise ``U206`` for more persons than have numbers."""
    if found >= limit:
        mend = "simulate it with the counts engine, which holds any number, or follow fewer (--persons)"
        allowed = f"fewer than {limit:,}"
        raise CounterstreamError(
            Problem("U206", "there are too many to follow each", found=f"{found:,}", allowed=allowed, mend=mend)
        )


def _group_of(program: Program, named: NamedHousehold) -> int:
    """Return the one group that a named household belongs to."""
    return named.groups.mask(program.system.groups).index(True)


def _household_shares(equipment: Equipment, household: int) -> tuple[Integers, NDArray[np.float64]]:
    """Return sizes of households, and shares of those of that size or one before."""
    declared = equipment.persons.households
    shares = declared.shares if declared else ((household, 1.0),)
    return np.array([size for size, _ in shares], dtype=np.int64), np.cumsum([share for _, share in shares])


def _settle_named(
    equipment: Equipment,
    world: World,
    crowd: Crowd,
    cell: int,
    group: int,
    numbers: tuple[int, int],
    names: dict[int, str],
) -> int:
    """Settle the named households of a list at its head; return the first number of the others."""
    program, first = equipment.program, numbers[0]
    for place, named in enumerate(equipment.persons.named):
        if program.layout.rows[named.status][0] != cell or _group_of(program, named) != group:
            continue
        if first + named.size > numbers[1]:
            found, mend = (
                f"{numbers[1] - first} persons left of the group there",
                "make it smaller, or the stock larger",
            )
            raise CounterstreamError(
                Problem(
                    "U209", f'"{named.name}" is not there at the start', found=found, allowed=str(named.size), mend=mend
                )
            )
        fill_list(crowd, cell * world.group_of.size + world.first_named + place, first, named.size)
        if crowd.head.size:
            crowd.head[first : first + named.size] = first
        names |= dict.fromkeys(range(first, first + named.size), named.name)
        first += named.size
    return first


def _let_outsiders_go(equipment: Equipment, world: World, crowd: Crowd, own: Own) -> None:
    """Let those of groups without ties wait for nothing."""
    persons, system = equipment.persons, equipment.program.system
    networks = {exposure.name: exposure.ties for exposure in persons.exposures}
    groups = {t.name: t.groups for t in persons.ties}
    for place, threshold in enumerate(persons.thresholds):
        picked = np.array(groups[networks[threshold.of]].mask(system.groups))
        if not picked.all():
            inside = picked[world.group_of[crowd.at % world.group_of.size]]
            own.traits[equipment.rows["threshold", place]][~inside] = 0.0


def _part_by_frailty(world: World, crowd: Crowd, own: Own) -> None:
    """Put everybody without a name into the list of the class of frailty."""
    frailty = own.traits[own.frailty]
    classes = np.searchsorted(world.class_from[1 : world.n_classes], frailty, side="right")
    column = crowd.at % world.group_of.size
    plain = np.where(column < world.first_named, classes, 0)
    split_by_class(crowd, plain)


def _expose(equipment: Equipment, world: World, crowd: Crowd, own: Own, networks: tuple[Network, ...]) -> None:
    """Let persons know who of those tied to them is where at the start."""
    layout, persons = equipment.program.layout, equipment.persons
    places = {t.name: i for i, t in enumerate(persons.ties)}
    for place, exposure in enumerate(persons.exposures):
        network = networks[places[exposure.ties]]
        for status in exposure.statuses:
            for cell in layout.rows[status]:
                there = find_in_cell(crowd, cell, world.group_of.size)
                ones = np.ones(there.size, dtype=np.int64)
                spread(own, place, crowd, network.start, network.to, there, ones, 0)
    settle_averages(own)
    if not equipment.is_plain:
        renew_bounds(own, crowd)
