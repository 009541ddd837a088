"""Checks of what only persons have, save ties and named households."""

from __future__ import annotations

from collections.abc import Iterable

from counterstream.spec.check_levers import warn_outside
from counterstream.spec.check_moves import check_counted
from counterstream.spec.check_parameters import prior_centre
from counterstream.spec.findings import Findings
from counterstream.spec.node import At
from counterstream.system.move import ChoiceMove
from counterstream.system.persons import AgeProfile, Persons, PersonTerm, Threshold
from counterstream.system.system import System
from counterstream.units import years_to_months

#: Cohorts' households and persons' may differ by rounding of published tables, not by more.
_MEAN_SLACK = 0.1


def check_persons(draft: System, out: Findings) -> None:
    """Check parts against themselves, the clock, the moves and each other."""
    persons = draft.persons
    if persons is None:
        return
    _check_once("frailty", [(f.move,) for f in persons.frailties], "move", out)
    _check_once("age_profiles", [(p.move,) for p in persons.age_profiles], "move", out)
    _check_once("thresholds", [(t.move, t.of) for t in persons.thresholds], "of", out)
    _check_once("terms", [(t.move, t.destination, t.of) for t in persons.terms], "of", out)
    for place, profile in enumerate(persons.age_profiles):
        _check_profile(profile, ("persons", "age_profiles", place, "factors"), out)
    for place, term in enumerate(persons.terms):
        _check_term(term, ("persons", "terms", place), draft, out)
    for place, threshold in enumerate(persons.thresholds):
        _check_threshold(threshold, ("persons", "thresholds", place, "median"), persons, out)
    _check_exposures(persons, draft, out)
    _check_mean_size(persons, draft, out)


def check_needs(draft: System, out: Findings) -> None:
    """Check that what a part needs is declared as well; only a whole draft tells."""
    persons = draft.persons
    if persons is None:
        return
    needs: list[tuple[bool, At, str, str]] = []
    if draft.households is None:
        message = "sizes of households without statuses that are left by whole households"
        needs.append((persons.households is not None, ("persons", "households"), message, "households"))
    if persons.households is None:
        message = "ties within households without sizes of households"
        needs += [
            (ties.within_households, ("persons", "ties", ties.name, "within_households"), message, "persons.households")
            for ties in persons.ties
        ]
    if persons.ages is None:
        at: At = ("persons", "age_profiles")
        needs.append((bool(persons.age_profiles), at, "factors by age without ages", "persons.ages"))
    for lacking, at, message, section in needs:
        if lacking:
            out.add("S518", at, message, found=f"no {section}", allowed=f'"{section}" beside it')


def _check_once(section: str, keys: Iterable[tuple[str, ...]], field: str, out: Findings) -> None:
    """Check that no two entries say something about the same."""
    seen: set[tuple[str, ...]] = set()
    for place, key in enumerate(keys):
        if key in seen:
            found, mend = ", ".join(part for part in key if part), "delete one, or join them"
            out.add(
                "S316", ("persons", section, place, field), "an entry above says this already", found=found, mend=mend
            )
        seen.add(key)


def _check_profile(profile: AgeProfile, at: At, out: Findings) -> None:
    lowest = profile.factors[0][0]
    if lowest > 0.0:
        found, allowed = f"from {lowest:g} on", "a factor from age 0 on"
        out.add("S419", at, "the youngest have no factor", found=found, allowed=allowed, mend="begin with 0: 1")


def _check_term(term: PersonTerm, at: At, draft: System, out: Findings) -> None:
    """Check that a term on a choice, and no other, names one of its alternatives."""
    move = next((move for move in draft.moves if move.name == term.move), None)
    if move is None:
        return
    if not isinstance(move, ChoiceMove):
        if term.destination:
            found, mend = term.destination, 'delete "destination"'
            message = "only a term on a choice has a destination"
            out.add("S524", (*at, "destination"), message, found=found, allowed="none for this move", mend=mend)
        return
    known = [alternative.destination for alternative in move.alternatives]
    if term.destination not in known:
        out.add(
            "S524",
            (*at, "destination") if term.destination else at,
            "the choice has no such alternative" if term.destination else "a term on a choice lacks its destination",
            found=term.destination or "nothing",
            allowed=", ".join(known[:12]),
            mend=out.suggest(term.destination, known) if term.destination else 'add "destination:"',
        )


def _check_threshold(threshold: Threshold, at: At, persons: Persons, out: Findings) -> None:
    """Check that half of the persons at least have a threshold that their exposure can reach."""
    exposure = next((exposure for exposure in persons.exposures if exposure.name == threshold.of), None)
    if exposure is None or threshold.median <= 1.0:
        return
    # A share of moves may exceed 1: a tie can move more than once.
    if exposure.form == "some" or (exposure.form == "share" and exposure.statuses):
        out.add(
            "S420",
            at,
            f'most persons could never make the move: the exposure is of form "{exposure.form}"',
            found=f"{threshold.median:g}",
            allowed="at most 1",
        )


def _check_exposures(persons: Persons, draft: System, out: Findings) -> None:
    junctions = {status.name for status in draft.statuses if status.junction}
    span = years_to_months(draft.clock.years_per_step) * draft.clock.n_steps
    for exposure in persons.exposures:
        at: At = ("persons", "exposures", exposure.name)
        check_counted(exposure.statuses, (*at, "statuses"), junctions, out)
        if exposure.delay_months >= span:
            warn_outside((*at, "delay_months"), f"{exposure.delay_months:g} months later", draft.clock, out)


def _check_mean_size(persons: Persons, draft: System, out: Findings) -> None:
    """Warn if cohorts and persons speak of households of different size."""
    if persons.households is None or draft.households is None:
        return
    said = draft.households.mean_size
    if isinstance(said, str):
        parameter = next((p for p in draft.parameters if p.name == said), None)
        said = prior_centre(parameter.prior) if parameter is not None else None
    mean = sum(size * share for size, share in persons.households.shares)
    if said is not None and abs(mean - said) > _MEAN_SLACK * said:
        out.add(
            "S613",
            ("persons", "households", "sizes"),
            "the sizes have another mean than mean_size of households, so that cohorts and persons differ",
            found=f"{mean:.3g} persons",
            allowed=f"within {_MEAN_SLACK:.0%} of {said:.3g}",
        )
