"""How an exposure follows from what came along a person's ties: one small function for each form.

A new one is a function of two numbers that returns one::

    from counterstream import add_exposure_form

    def most(amount: float, ties: float) -> float:
        "1 once more than half of a person's ties count, else 0."
        return 1.0 if 2.0 * amount > ties else 0.0

    add_exposure_form("most", most)

and ``form: most`` may then stand in a system file.
"""

from __future__ import annotations

import math
from collections.abc import Callable

#: Takes the amount that came along ties (of persons, or of moves; faded or smoothed where that is
#: declared) and the person's number of ties; returns the covariate.  Must not fall as the amount grows,
#: nor be below 0, and must consist of what Numba compiles (arithmetic, ``math``, conditions).
ExposureForm = Callable[[float, float], float]


def number(amount: float, ties: float) -> float:
    """Return the amount itself."""
    return amount


def share(amount: float, ties: float) -> float:
    """Return the amount per tie; 0 for a person without ties."""
    return amount / ties if ties > 0.0 else 0.0


def some(amount: float, ties: float) -> float:
    """Return 1 for an amount of half a tie or more, else 0."""
    return 1.0 if amount >= 0.5 else 0.0


def logarithm(amount: float, ties: float) -> float:
    """Return ``log(1 + amount)``: the first tie counts most."""
    return math.log1p(amount)


_FORMS: dict[str, ExposureForm] = {"number": number, "share": share, "some": some, "log": logarithm}


def exposure_forms() -> dict[str, ExposureForm]:
    """Return the forms by name."""
    return dict(_FORMS)


def add_exposure_form(name: str, form: ExposureForm) -> None:
    """Make a form known under a name, for systems read and simulated afterwards by this program.

    Parameters
    ----------
    name
        As it stands in the system file.
    form
        See :data:`ExposureForm`.

    Raises
    ------
    ValueError
        If another form has the name already.
    """
    if _FORMS.get(name, form) is not form:
        raise ValueError(f'there is already an exposure form "{name}"')
    _FORMS[name] = form
