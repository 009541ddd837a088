"""Signals: information that people hold; a stock that is fed and fades."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterstream.system.group import EVERYBODY, Selector
from counterstream.system.instrument import Hold
from counterstream.system.parameter import Quantity


class Source(StrEnum):
    """What an input reads."""

    STOCK = "stock"
    FLOW = "flow"
    SHARE = "share"
    SIGNAL = "signal"
    INSTRUMENT = "instrument"
    EVENT = "event"


@dataclass(frozen=True)
class SignalInput:
    """One thing that feeds a signal.

    Parameters
    ----------
    source
        What is read.
    names
        Statuses (stock), flows (flow, share: the numerator) or the one name of a signal,
        instrument or event.
    over
        For a share: the flows of the denominator.
    weight
        Coefficient, its sign a prior and not a law.
    scale_persons
        Stocks, and flows in persons per year, are divided by it.
    log
        Whether ``log(1 + x)`` of the scaled amount is taken.
    lag_months
        The input is read this many months before.
    groups
        Groups whose stocks or flows count.
    """

    source: Source
    names: tuple[str, ...]
    weight: Quantity
    over: tuple[str, ...] = ()
    scale_persons: float = 1.0
    log: bool = False
    lag_months: float = 0.0
    groups: Selector = EVERYBODY


@dataclass(frozen=True)
class Signal:
    """``I[t+1] = keep I[t] + sum of weight * input[t]``, ``keep = 0.5^(h / half-life)``.

    Parameters
    ----------
    half_life_months
        Months until half is forgotten (a number or a parameter); ``None`` has no memory:
        the signal is the sum of its inputs at the start of the step.
    average
        Whether inputs are multiplied by ``1 - keep``, so that the signal is a running
        average of its inputs and has their unit.
    initial
        Value at the start.
    per
        Attributes within whose values persons share the signal; empty: one signal for all.
    holds
        Spans in which a scenario fixes what is seen of it.
    """

    name: str
    inputs: tuple[SignalInput, ...]
    half_life_months: Quantity | None = None
    average: bool = False
    initial: Quantity = 0.0
    per: tuple[str, ...] = ()
    label: str = ""
    holds: tuple[Hold, ...] = ()
