"""The command ``validate``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import (
    RUNS,
    AsJson,
    CaseName,
    CheckClaims,
    Overwrite,
    RunOfCase,
)
from counterstream.cli.fits import UNFIT, load_with_claims
from counterstream.cli.fitting import NO_FLAGS, FitFlags, takes_fit_options
from counterstream.cli.telling import (
    SAYS_NO,
    Ending,
    list_problems,
    name_number,
    print_json,
    print_line,
    reporting,
)
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.workflow.validation import Validation

#: Where validations go that are not told where to go.
VALIDATIONS = Path("validations")
PHASES = {"fits": 1.0}


class Way(StrEnum):
    """How claims are dealt out to folds."""

    AGENCY = "agency"
    YEARS = "years"
    CLAIMS = "claims"


@takes_fit_options
def validate(
    case: CaseName,
    claims: CheckClaims = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Fit without these claims and ask about them: agency=NAME, years=A-B or source=ID. May be repeated.",
        ),
    ] = None,
    folds: Annotated[int | None, typer.Option(help="Hold out so many parts of the ledger, one after another.")] = None,
    by: Annotated[Way, typer.Option(help="What is dealt out to the folds.")] = Way.AGENCY,
    run: RunOfCase = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Folder of the validation.", show_default="validations/CASE"),
    ] = None,
    flags: FitFlags = NO_FLAGS,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Ask the fitted system about claims that it has not seen, and score what it foretells.

    Ask about one of: further claims, claims held out, folds.  Further claims are asked of a
    finished run; where there is none the case is fitted first.  A validation that was stopped
    goes on where it was when the same command is given again.
    """
    with reporting(as_json=as_json):
        read = load_with_claims(case, as_json=as_json)
        folder = out or VALIDATIONS / read.name
    asked = {"claims": tuple(claims or ()), "hold_out": tuple(hold_out or ()), "folds": folds, "by": str(by)}
    with reporting(as_json=as_json, when_stopped=f"stopped; the same command goes on from what is in {folder}"):
        validation = _work(read, folder, asked, run, flags, overwrite=overwrite)
        if as_json:
            problems = list_problems(read.warnings)
            print_json({**validation.summary(), "folder": str(folder), "problems": problems})
        else:
            _print_validation(validation, folder)
    if any(told.verdict == UNFIT for told in validation.told):
        raise Ending(SAYS_NO)


def _work(
    case: Case,
    folder: Path,
    asked: Mapping[str, object],
    run: Path | None,
    flags: Mapping[str, object],
    *,
    overwrite: bool,
) -> Validation:
    """Validate a case with its progress shown."""
    from counterstream.cli.watching import watching
    from counterstream.infer.fit import FitSettings
    from counterstream.store.run_folder import IfComplete
    from counterstream.workflow.validate import ValidationSettings, validate_case

    usual = RUNS / case.name if asked["claims"] else None
    settings = ValidationSettings(
        **asked,  # pyright: ignore[reportArgumentType]  # the names of the fields are those of the options
        run=run or usual,
        fit_if_missing=run is None,
        fit=FitSettings(**flags),  # pyright: ignore[reportArgumentType]
        if_complete=IfComplete.OVERWRITE if overwrite else IfComplete.REFUSE,
    )
    with watching(PHASES) as progress:
        return validate_case(case, folder, settings, progress)


def _print_validation(validation: Validation, folder: Path) -> None:
    """Print how well claims were foretold, and by what."""
    from counterstream.workflow.validation import HEADINGS

    parts = [
        f"{name_number(validation.n_claims, 'claim')} asked about",
        f"{len(validation.claims):,} scored",
        f"{validation.n_already_fitted:,} already fitted",
        f"{len(validation.unanswered):,} not answered",
    ]
    print_line(", ".join(parts))
    if validation.claims:
        print_table(HEADINGS, validation.score_rows())
        rhats = [f"{told.max_rhat:.2f}" if told.max_rhat is not None else "none" for told in validation.told]
        rows = [
            (told.part.label, told.verdict, rhat, f"{len(told.part.asked):,}")
            for told, rhat in zip(validation.told, rhats, strict=True)
        ]
        print_line()
        print_table(("fit", "verdict", "largest R-hat", "claims asked"), rows)
    if validation.unanswered:
        print_line()
        print_table(("not answered", "reason"), [(item.id, item.reason) for item in validation.unanswered])
    print_line(f"folder: {folder}")
