"""Commands that fit: ``run``, ``fit``.

What they need of JAX is imported inside, after everything that can be wrong with a case has been told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from counterstream.cli import codes
from counterstream.cli.arguments import (
    RUNS,
    AsJson,
    CaseName,
    CheckClaims,
    Excluded,
    OutFolder,
    Overwrite,
    Until,
)
from counterstream.cli.fitting import NO_FLAGS, FitFlags, takes_fit_options
from counterstream.cli.telling import (
    SAYS_NO,
    Ending,
    list_problems,
    make_printable,
    print_json,
    print_line,
    reporting,
    show_problems,
    tell,
)
from counterstream.errors import CounterstreamError, Problem

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.workflow.run import RunResult, RunSettings

UNFIT = "unfit"

#: Phases in order with the share of time that each takes, roughly: what a phase tells of itself counts more.
#: Warm-up and sampling go by one counter, so the first stands for both.
FIT_PHASES = {"compile": 0.15, "mode": 0.2, "warm-up": 1.0, "sampling": 0.0}
RUN_PHASES = {**FIT_PHASES, "simulate": 0.2, "write": 0.05}
#: A quick look has no chains.
QUICK_PHASES = {**RUN_PHASES, "warm-up": 0.0}


@takes_fit_options
def run(
    case: CaseName,
    out: OutFolder = None,
    flags: FitFlags = NO_FLAGS,
    exclude_agency: Excluded = None,
    until: Until = None,
    check_claims: CheckClaims = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Check, fit, diagnose, run the scenarios and write the report.

    A run that was stopped goes on where it was when the same command is given again.
    """
    selection = _name_selection(exclude_agency, until, check_claims)
    _fit(case, out, flags, selection, whole=True, overwrite=overwrite, as_json=as_json)


@takes_fit_options
def fit(
    case: CaseName,
    out: OutFolder = None,
    flags: FitFlags = NO_FLAGS,
    exclude_agency: Excluded = None,
    until: Until = None,
    check_claims: CheckClaims = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Fit a case and stop there: draws and diagnostics, no scenarios and no report.

    A fit that was stopped goes on where it was when the same command is given again.
    """
    selection = _name_selection(exclude_agency, until, check_claims)
    _fit(case, out, flags, selection, whole=False, overwrite=overwrite, as_json=as_json)


def _name_selection(agencies: list[str] | None, until: date | None, ledgers: list[Path] | None) -> dict[str, object]:
    """Return the fields of ``RunSettings`` that say which claims are used."""
    return {"exclude_agencies": tuple(agencies or ()), "until": until, "check_ledgers": tuple(ledgers or ())}


def _fit(
    name: str,
    out: Path | None,
    flags: Mapping[str, object],
    selection: Mapping[str, object],
    *,
    whole: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Do the work of ``run`` and ``fit``.

    Parameters
    ----------
    flags
        Fields of ``FitSettings`` that differ from the default.
    selection
        Fields of ``RunSettings``.
    whole
        Go on after the fit, to the report.
    """
    with reporting(as_json=as_json):
        case = load_with_claims(name, as_json=as_json)
        folder = out or RUNS / case.name
    how = "the same command without --overwrite" if overwrite else "the same command"
    with reporting(as_json=as_json, when_stopped=f"stopped; {how} goes on from what is in {folder}"):
        look_at_folder(folder, overwrite=overwrite)
        result = _work(case, folder, _make_settings(flags, selection, overwrite=overwrite), whole=whole)
        verdict = str(result.summary.get("verdict", ""))
        if as_json:
            told = {"case": case.name, "folder": str(folder), "summary": result.summary}
            print_json({**told, "problems": list_problems(case.warnings)})
        else:
            print_summary(result.summary)
            report = folder / "report.html"
            print_line(f"report: {report}" if whole and report.exists() else f"folder: {folder}")
    if verdict == UNFIT:
        raise Ending(SAYS_NO)


def load_with_claims(name: str, *, as_json: bool) -> Case:
    """Read a case that can be fitted, and show its warnings."""
    from counterstream.case import load_case

    case = load_case(name)
    if not case.ledger.claims:
        mend = "add claims.csv and sources.csv"
        raise CounterstreamError(
            Problem(codes.NO_CLAIMS, "the case has no claims, so there is nothing to fit", str(case.folder), mend=mend)
        )
    if not as_json:
        show_problems(case.warnings)
    return case


def _make_settings(flags: Mapping[str, object], selection: Mapping[str, object], *, overwrite: bool) -> RunSettings:
    """Return the settings of a run: what was asked for, and else the defaults."""
    from counterstream.infer.fit import FitSettings
    from counterstream.store.run_folder import IfComplete
    from counterstream.workflow.run import RunSettings

    # The names and types of the fields are those of the options; a test compares them.
    settings = RunSettings(if_complete=IfComplete.OVERWRITE if overwrite else IfComplete.REFUSE)
    return replace(settings, fit=replace(FitSettings(), **flags), **selection)  # pyright: ignore[reportArgumentType]


def look_at_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder with a complete run before any work is done; say if an unfinished one is taken up."""
    from counterstream.store.codes import ALREADY_COMPLETE
    from counterstream.store.run_folder import RunState, is_complete, read_state

    if overwrite:
        return
    if is_complete(folder):
        mend = "name another folder with --out, or remove the old run with --overwrite"
        raise CounterstreamError(Problem(ALREADY_COMPLETE, "a complete run is there", str(folder), mend=mend))
    if read_state(folder) is RunState.RUNNING:
        tell(make_printable(f"going on with the unfinished run in {folder}"))


def _work(case: Case, folder: Path, settings: RunSettings, *, whole: bool) -> RunResult:
    """Run or fit a case with its progress shown."""
    from counterstream.cli.watching import watching
    from counterstream.workflow.run import fit_case, run_case

    phases = QUICK_PHASES if settings.fit.quick else RUN_PHASES if whole else FIT_PHASES
    with watching(phases) as progress:
        return (run_case if whole else fit_case)(case, folder, settings, progress)


def print_summary(summary: Mapping[str, object]) -> None:
    """Print what the fit amounts to, in plain words."""
    verdict = str(summary.get("verdict", ""))
    meaning = {
        "fit": "fit: the diagnostics are met",
        UNFIT: "UNFIT: the diagnostics are not met, so do not rely on any figure of this run",
        "quick look": "quick look: not tried for long enough to know whether it fits (--full tries)",
    }
    print_line(meaning.get(verdict, verdict))
    numbers = {name: float(value) for name, value in summary.items() if isinstance(value, int | float)}
    parts = [
        text.format(numbers[name])
        for name, text in (
            ("n_fitted", "{:,.0f} claims fitted"),
            ("max_rhat", "largest R-hat {:.3f}"),
            ("min_ess_bulk", "least bulk ESS {:,.0f}"),
            ("min_ess_tail", "least tail ESS {:,.0f}"),
            ("divergences", "{:,.0f} divergences"),
        )
        if name in numbers
    ]
    if parts:
        print_line(", ".join(parts))
    inside = [
        f"{numbers[f'coverage_{level}']:.0%} inside their {level} % interval"
        for level in (50, 90)
        if f"coverage_{level}" in numbers
    ]
    if inside:
        print_line(f"of the claims, {' and '.join(inside)}")
    for name in ("prior_sensitivity", "leave_one_out"):
        told = cast("Mapping[str, object]", summary.get(name, {}))
        if "in_words" in told:
            print_line(make_printable(str(told["in_words"])))
