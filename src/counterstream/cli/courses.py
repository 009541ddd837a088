"""The command ``simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from counterstream.cli.arguments import (
    AsJson,
    CaseName,
    Engine,
    EngineName,
    FixedSeed,
    NumberOfDraws,
    RunOfCase,
    TablesFolder,
    usual_run,
)
from counterstream.cli.reading import read_case
from counterstream.cli.telling import list_problems, print_json, print_line, reporting
from counterstream.cli.texts import print_table
from counterstream.simulate.stepping import Stepping

PHASES = {"simulate": 1.0}


def simulate(
    case: CaseName,
    run: RunOfCase = None,
    engine: EngineName = Engine.EXPECTED,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="A scenario of the system.", show_default="the baseline")
    ] = None,
    draws: NumberOfDraws = 200,
    seed: FixedSeed = 1,
    out: TablesFolder = None,
    histories: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            metavar="SHARE",
            help="Share of persons whose histories are written, as Parquet files; needs --engine persons and --out.",
        ),
    ] = 0.0,
    persons: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Most persons to follow with --engine persons; where there are more, each stands for several.",
            show_default="everybody",
        ),
    ] = None,
    alike: Annotated[
        bool, typer.Option("--alike", help="Leave out what only persons have: persons of a group are all alike.")
    ] = False,
    stepping: Annotated[
        Stepping,
        typer.Option(
            help="Whether --engine persons looks at everybody in every step, or goes from event to event: as likely, "
            "and quicker where few move in a step, but only for persons of a group who are all alike. By itself it "
            "does so where steps are days."
        ),
    ] = Stepping.AUTO,
    as_json: AsJson = False,
) -> None:
    """Run a fitted system forward, as it was or under a scenario; give the totals of every flow."""
    read = read_case(case, out, as_json=as_json)
    with reporting(as_json=as_json, when_stopped="stopped"):
        from counterstream.cli.watching import watching
        from counterstream.workflow.simulate import simulate_case

        with watching(PHASES) as progress:
            summary = simulate_case(
                read,
                run or usual_run(read.name),
                engine=str(engine),
                scenario=scenario,
                n_draws=draws,
                seed=seed,
                out=out,
                followed=histories,
                n_persons=persons,
                alike=alike,
                stepping=str(stepping),
                progress=progress,
            )
        if as_json:
            print_json({"case": read.name, **summary, "problems": list_problems(read.warnings)})
        else:
            _print_totals(summary, out)


def _print_totals(summary: Mapping[str, Any], out: Path | None) -> None:
    """Print the total of every flow over the period."""
    drawn = f"{summary['n_draws']:,} draws of the {summary['draws_from']}"
    print_line(f"{summary['engine']}, {summary['scenario'] or 'baseline'}: totals of {drawn}")
    if summary["stands_for"] > 1:
        print_line(f"each person followed stands for {summary['stands_for']:,}")
    if summary["parts_left_out"]:
        print_line(f"left out, since only persons who differ have them: {', '.join(summary['parts_left_out'])}")
    rows = [
        (name, *(f"{total[level]:,.0f}" for level in ("median", "low90", "high90")))
        for name, total in summary["flows"].items()
    ]
    print_table(("flow", "median", "90 % from", "to"), rows)
    if out is not None:
        print_line(f"tables: {out}")
