"""What sections about answers have in common: names for readers, levels, cells of tables.

Views of answers have the names and types of the keys of an answer's JSON document, so that a
document can be read straight into them; a field whose name Python keeps for itself says its key
in its metadata.  Numbers are ``None`` where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterstream.report.tables import Cell, Column
from counterstream.report.views.plain import Json, rounded
from counterstream.report.wording import (
    MISSING,
    count,
    format_change,
    format_in,
    format_interval,
    format_percent,
    keep_percent,
)

#: What the labels of fits mean.
VERDICTS = {
    "fit": "The fit meets its checks.",
    "quick look": "The fit is a quick look, not a result.",
    "unfit": "The fit fails its checks: do not rely on these numbers.",
}
#: What errors of claims are, in words.
ERROR_SAID = "An error is the median of |log(foretold / reported)|: 0.10 is about 10 per cent."


@dataclass(frozen=True)
class CaseWords:
    """How names of a case are written for readers.

    Parameters
    ----------
    case_name
        Of the run's case.
    observables
        Label and unit by name.
    scenarios
        Label by name.
    """

    case_name: str
    observables: Mapping[str, tuple[str, str]]
    scenarios: Mapping[str, str]

    def label(self, observable: str) -> str:
        """Return what readers call an observable."""
        return self.observables[observable][0]

    def unit(self, observable: str) -> str:
        """Return ``persons`` or ``share``."""
        return self.observables[observable][1]

    def scenario(self, name: str) -> str:
        """Return what readers call a scenario."""
        return self.scenarios.get(name, name)


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Median and limits of the equal-tailed 50 % and 90 % intervals."""

    low90: float | None
    low50: float | None
    median: float | None
    high50: float | None
    high90: float | None


def plain_levels(levels: Levels) -> dict[str, Json]:
    """Return levels as a view draws them."""
    return {name: rounded(getattr(levels, name)) for name in ("low90", "low50", "median", "high50", "high90")}


def tell_levels(unit: str, levels: Levels) -> str:
    """Write a median with its interval: ``120 (90 % interval 100 to 140)``."""
    interval = format_interval(unit, levels.low90, levels.high90)
    return f"{format_in(unit, levels.median)} (90 % interval {interval})"


def tell_change(unit: str, low: float | None, high: float | None) -> str:
    """Write both limits of a difference: ``−120 to +30``."""
    if low is None or high is None:
        return MISSING
    if unit == "share":
        return f"{format_change('', 100 * low)} to {format_change('', 100 * high)} points"
    return f"{format_change(unit, low)} to {format_change(unit, high)}"


def tell_draws(n_draws: int, draws_from: str) -> str:
    """Say what was drawn from."""
    if draws_from == "prior":
        return (
            f"{count(n_draws, 'draw')} of the prior: this says what the assumptions imply, not what the evidence says."
        )
    return f"{count(n_draws, 'draw')} of the {draws_from}."


def tell_verdict(verdict: str) -> str:
    """Say in a sentence what the label of a fit means."""
    return VERDICTS.get(verdict, f"Of the fit: {verdict}.")


def change_cell(unit: str, value: float | None) -> Cell:
    """Make a cell of a difference."""
    return Cell(format_change(unit, value), value)


def count_cell(number: int) -> Cell:
    """Make a cell of a whole number."""
    return Cell(f"{number:,}", number)


def number_column(heading: str, name: str = "") -> Column:
    """Make a column of numbers; its name in CSV is the heading unless given."""
    return Column(keep_percent(heading), name or heading.replace(" ", "_"))


def percent_cell(value: float | None) -> Cell:
    """Make a cell of a share."""
    return Cell(format_percent(value), value)


def tell_window(first: str, last: str) -> str:
    """Write a window of ISO dates; a single day once."""
    return first if first == last else f"{first} to {last}"
