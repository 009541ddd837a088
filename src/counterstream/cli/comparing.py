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
from counterstream.cli.reading import read_case
from counterstream.cli.telling import list_problems, print_json, print_line, reporting
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.workflow.compare import Comparison
    from counterstream.workflow.explain import Explanation

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
    pair = (first, second) if second is not None else (BASELINE, first)
    read = read_case(case, out, as_json=as_json)
    with reporting(as_json=as_json, when_stopped="stopped"):
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
            f"chance: common random numbers leave {found.variance_ratio:.0%} of the variance "
            "that separate ones would give the difference"
        )


def explain(
    case: CaseName,
    observable: Annotated[str, typer.Option("--observable", metavar="NAME", help="An observable of the system.")],
    before: Annotated[
        str, typer.Option("--from", metavar="PERIOD", help="A year, a month, or FIRST..LAST: 1979, 1979-03..1979-08.")
    ],
    after: Annotated[str, typer.Option("--to", metavar="PERIOD", help="A later one.")],
    run: RunOfCase = None,
    draws: NumberOfDraws = 100,
    orders: Annotated[
        int, typer.Option(min=2, help="Orders to sample where there are too many mechanisms to try all sets.")
    ] = 100,
    seed: FixedSeed = 1,
    out: TablesFolder = None,
    as_json: AsJson = False,
) -> None:
    """Share a change between two periods out among instruments, events, signals and composition.

    Each part is a Shapley value: the parts add up to the change, draw by draw.
    """
    read = read_case(case, out, as_json=as_json)
    with reporting(as_json=as_json, when_stopped="stopped"):
        from counterstream.cli.watching import watching
        from counterstream.workflow.explain import explain_change

        with watching({"compile": 0.3, "coalitions": 1.0}) as progress:
            found = explain_change(
                read,
                run or usual_run(read.name),
                observable,
                before,
                after,
                n_draws=draws,
                n_orders=orders,
                seed=seed,
                out=out,
                progress=progress,
            )
        if as_json:
            print_json({"case": read.name, **found.summary(), "problems": list_problems(read.warnings)})
            return
        _print_explanation(found)
        if out is not None:
            print_line(f"tables: {out}")


def _print_explanation(found: Explanation) -> None:
    """Print the change and the mechanisms' parts of it."""
    told = found.summary()
    values = [told[name] for name in ("value_from", "value_to", "change")]
    form = "{:.3f}" if found.unit == "share" else "{:,.0f}"
    before, after, change = (form.format(levels["median"]) for levels in values)
    interval = f"{form.format(values[2]['low90'])} to {form.format(values[2]['high90'])}"
    print_line(f"{found.observable}, {found.unit}: {before} in {told['from']}, {after} in {told['to']}")
    print_line(
        f"change {change} (90 % interval {interval}); {told['method']}, "
        f"{told['n_draws']:,} draws of the {found.draws_from}"
    )
    print_table(("mechanism", "kind", "mean part", "90 % interval", "share of the change"), found.rows())
    error = max(row["sampling_error"] for row in told["mechanisms"])
    if error > 0.0:
        print_line(f"largest standard error of a mean part from sampling orders: {form.format(error)}")
