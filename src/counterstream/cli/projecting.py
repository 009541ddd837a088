"""The command ``project``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterstream.cli.arguments import AsJson, CaseName, Overwrite
from counterstream.cli.fits import FIT_PHASES, UNFIT, load_with_claims, look_at_folder, print_summary
from counterstream.cli.fitting import NO_FLAGS, FitFlags, takes_fit_options
from counterstream.cli.telling import SAYS_NO, Ending, list_problems, print_json, print_line, reporting
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.workflow.project import Projection

#: Where projections go that are not told where to go.
PROJECTIONS = Path("projections")


@takes_fit_options
def project(
    case: CaseName,
    until: Annotated[str, typer.Option(metavar="YEAR|DATE", help="Where the projection ends.")],
    from_evidence_until: Annotated[
        str | None,
        typer.Option(
            metavar="YEAR|DATE",
            help="Fit only claims about nothing after this.",
            show_default="the last year that a claim speaks of",
        ),
    ] = None,
    without_later_events: Annotated[
        bool, typer.Option("--without-later-events", help="Drop events that begin after the evidence ends.")
    ] = False,
    origins: Annotated[
        str | None,
        typer.Option(
            metavar="YEAR,...",
            help="Ends of the evidence of earlier projections, to see how well they did.",
            show_default="about five, where there are claims enough",
        ),
    ] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="Do not look at earlier projections.")] = False,
    observable: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Tell of this observable only. May be repeated.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Folder of the projection.", show_default="projections/CASE"),
    ] = None,
    flags: FitFlags = NO_FLAGS,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Project past the evidence, and see how well such projections did.

    A projection that was stopped goes on where it was when the same command is given again.
    """
    if no_record and origins is not None:
        raise typer.BadParameter("--origins and --no-record exclude each other")
    asked: dict[str, object] = {
        "until": until,
        "evidence_until": from_evidence_until,
        "without_later_events": without_later_events,
        "observables": tuple(observable or ()),
        "origins": () if no_record else None if origins is None else tuple(origins.split(",")),
    }
    with reporting(as_json=as_json):
        read = load_with_claims(case, as_json=as_json)
        folder = out or PROJECTIONS / read.name
    with reporting(as_json=as_json, when_stopped=f"stopped; the same command goes on from what is in {folder}"):
        look_at_folder(folder, overwrite=overwrite)
        projection = _work(read, folder, asked, flags, overwrite=overwrite)
        summary = projection.summary()
        if as_json:
            print_json({**summary, "folder": str(folder), "problems": list_problems(read.warnings)})
        else:
            _print_projection(summary, folder)
    if summary["verdict"] == UNFIT:
        raise Ending(SAYS_NO)


def _work(
    case: Case, folder: Path, asked: Mapping[str, object], flags: Mapping[str, object], *, overwrite: bool
) -> Projection:
    """Project a case with the progress shown."""
    from counterstream.cli.watching import watching
    from counterstream.infer.fit import FitSettings
    from counterstream.store.run_folder import IfComplete
    from counterstream.workflow.project import project_case
    from counterstream.workflow.project_plan import N_ORIGINS, ProjectionSettings

    settings = ProjectionSettings(
        **asked,  # pyright: ignore[reportArgumentType]  # the names of the fields are those of the options
        fit=FitSettings(**flags),  # pyright: ignore[reportArgumentType]
        if_complete=IfComplete.OVERWRITE if overwrite else IfComplete.REFUSE,
    )
    n_fits = N_ORIGINS if settings.origins is None else len(settings.origins)
    # Each origin is one more fit, told of as a part of the record.
    with watching({**FIT_PHASES, "project": 0.1, "record": n_fits * sum(FIT_PHASES.values())}) as progress:
        return project_case(case, folder, settings, progress)


def _print_projection(summary: Mapping[str, Any], folder: Path) -> None:
    """Print the verdict, what the projection rests on, the first and the last year, and the record."""
    from counterstream.workflow.project_texts import ERROR_SAID, SCORE_HEADINGS, format_band, format_scores

    print_summary(summary)
    print_line(f"evidence until {summary['evidence_until']}, projected until {summary['until']}")
    _print_assumptions(summary)
    after = int(summary["evidence_until"][:4])
    rows = [
        (name, told["unit"], str(year["year"]), *format_band(told["unit"], year))
        for name, told in summary["observables"].items()
        for year in _ends([year for year in told["years"] if year["year"] > after])
    ]
    print_table(("observable", "unit", "year", "median", "90 % interval"), rows)
    if summary["record_together"]:
        print_line(f"how such projections did, by years ahead. {ERROR_SAID}")
        scores = summary["record_together"].items()
        print_table(("years", *SCORE_HEADINGS), [(horizon, *format_scores(told)) for horizon, told in scores])
    print_line(f"folder: {folder}")


def _print_assumptions(summary: Mapping[str, Any]) -> None:
    """Print what goes on, what stands still and what is known from outside."""
    # Each once, with its first date: projection.json has all dates.
    first: dict[tuple[str, bool], str] = {}
    for event in summary["later_events"]:
        first.setdefault((event["label"], event["dropped"]), f"{event['label']} ({event['day']})")
    for heading, texts in (
        ("goes on by its prior", [lever["label"] for lever in summary["extrapolated"]]),
        ("stands at its last value", [lever["label"] for lever in summary["held"]]),
        ("known by hindsight, not from the evidence", [text for (_, dropped), text in first.items() if not dropped]),
        ("left out, since it came after the evidence", [text for (_, dropped), text in first.items() if dropped]),
        ("released at once after the declared period", summary["rhythms_ended"]),
    ):
        if texts:
            print_line(f"{heading}: {', '.join(texts)}")


def _ends(years: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the first and the last of some years."""
    return years if len(years) < 2 else (years[0], years[-1])
