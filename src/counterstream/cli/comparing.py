"""Commands on a fitted system that ask what if and why: ``compare``, ``explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from counterstream.cli.telling import list_problems, print_json, print_line, reporting, show_problems
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.workflow.compare import Comparison

BASELINE = "baseline"
#: Rows of the table on the screen; the files hold all.
MOST_ROWS = 20


def compare(
    case: CaseName,
    first: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of the system, or baseline.")],
    second: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="Another; if left out, SCENARIO is set against the baseline.")
    ] = None,
    run: RunOfCase = None,
    engine: EngineName = Engine.EXPECTED,
    draws: NumberOfDraws = 200,
    seed: FixedSeed = 1,
    out: TablesFolder = None,
    as_json: AsJson = False,
) -> None:
    """Run two scenarios on the same draws and random numbers: both, and the difference with its interval.

    The difference is OTHER minus SCENARIO; with one scenario, that minus the baseline.
    """
    from counterstream.case import load_case

    pair = (first, second) if second is not None else (BASELINE, first)
    with reporting(as_json=as_json):
        read = load_case(case)
        if not as_json:
            show_problems(read.warnings)
    with reporting(as_json=as_json, when_stopped="stopped"):
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        from counterstream.cli.watching import watching
        from counterstream.workflow.compare import compare_scenarios

        with watching({"simulate": 1.0}) as progress:
            found = compare_scenarios(
                read,
                run or usual_run(read.name),
                *pair,
                engine=str(engine),
                n_draws=draws,
                seed=seed,
                out=out,
                progress=progress,
            )
        if as_json:
            print_json({"case": read.name, **found.summary(), "problems": list_problems(read.warnings)})
            return
        _print_comparison(found)
        if out is not None:
            print_line(f"tables: {out}")


def _print_comparison(found: Comparison) -> None:
    """Print the observables that differ most, and what is to be said with them."""
    drawn = f"{found.n_draws:,} draws of the {found.draws_from}, engine {found.engine}"
    print_line(f"{found.second} against {found.first}, {found.whole}: {drawn}")
    rows = found.rows()
    if not rows:
        print_line("no observable differs")
    print_table(("observable", found.first, found.second, "difference", "90 % interval"), rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        print_line(f"and {len(rows) - MOST_ROWS} more that differ less (--out writes all)")
    for sentence in found.sentences():
        print_line(sentence)
    if found.variance_ratio is not None:
        print_line(
            f"common random numbers leave {found.variance_ratio:.0%} of the difference's variance "
            "that separate ones would give"
        )
