"""The commands, their names and their examples."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer

import counterstream
from counterstream.cli import (
    believing,
    cases,
    claims,
    comparing,
    courses,
    doctor,
    drafting,
    fits,
    importing,
    projecting,
    reviewing,
    runs,
    serving,
    sweeping,
    validating,
)
from counterstream.cli.telling import Ending

_Arguments = ParamSpec("_Arguments")
_example = "Example: counterstream {}".format

app = typer.Typer(
    name="counterstream",
    help="From scattered, contradictory evidence about a migration to a fitted, checked model of it.",
    epilog=_example("run soviet-third-wave"),
    no_args_is_help=True,
    add_completion=False,
    # An error of the program itself is shown as Python shows it: whole, and with no values of variables.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
evidence = typer.Typer(
    name="evidence",
    help="Gather claims from documents and tables, and look at those of a case.",
    epilog=_example("evidence list soviet-third-wave --unanswered"),
    no_args_is_help=True,
)

sweep = typer.Typer(
    name="sweep",
    help="Divide a calibration, or many simulations, among processes and machines, and gather them.",
    epilog=_example("sweep run my-case --shard 2/8"),
    no_args_is_help=True,
)


def _print_version(asked: bool) -> None:
    """Print the version and end, before any command is looked for."""
    if asked:
        typer.echo(f"counterstream {counterstream.__version__}")
        raise typer.Exit


@app.callback()
def _begin(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From scattered, contradictory evidence about a migration to a fitted, checked model of it."""
    del version


def _add(group: typer.Typer, name: str, command: Callable[_Arguments, None], example: str) -> None:
    """Give a group a command, with an example at the end of its help."""

    @wraps(command)
    def end(*arguments: _Arguments.args, **flags: _Arguments.kwargs) -> None:
        try:
            command(*arguments, **flags)
        except Ending as ending:
            raise typer.Exit(ending.status) from None

    group.command(name, epilog=_example(example))(end)


_add(app, "new", cases.new, "new my-case")
_add(app, "check", cases.check, "check my-case")
_add(app, "run", fits.run, 'run my-case --quick --without "harbour office" --out without')
_add(app, "fit", fits.fit, "fit my-case --chains 64 --seed 7 --out long")
_add(app, "simulate", courses.simulate, "simulate my-case --run runs/my-case --engine counts --scenario open_border")
_add(app, "explain", comparing.explain, "explain my-case --observable departures --from 1979 --to 1980")
_add(app, "compare", comparing.compare, "compare my-case open_border --run runs/my-case --out open")
_add(app, "validate", validating.validate, "validate my-case --folds 5 --by years --out left-out")
_add(app, "project", projecting.project, "project my-case --until 2005 --from-evidence-until 1996 --origins 1993,1994")
_add(evidence, "list", claims.list_claims, "evidence list my-case --unanswered")
_add(evidence, "conflicts", claims.list_conflicts, "evidence conflicts my-case --run runs/my-case")
_add(evidence, "agencies", believing.judge_agencies, "evidence agencies my-case --observable departures --refit")
_add(evidence, "next", believing.rank_next_claims, "evidence next my-case --observable departures --from 1990-01-01")
_add(evidence, "draft", drafting.draft, "evidence draft report.pdf --case my-case --date 1996-02 --from 'old shore'")
_add(evidence, "review", reviewing.review, "evidence review report.draft.json --case my-case")
_add(evidence, "import", importing.import_claims, "evidence import unhcr.csv --case my-case --rename Armenia=hills")
app.add_typer(evidence)
_add(app, "report", runs.report, "report runs/my-case --add open/compared.json --out with-answers.html")
_add(app, "serve", serving.serve, "serve runs/my-case --port 0")
_add(app, "sbc", sweeping.sbc, "sbc my-case --simulations 200 --draws 99 --workers 2")
_add(sweep, "run", sweeping.run, "sweep run my-case --simulations 1000 --shard 2/8 --out shared/sweep")
_add(
    sweep,
    "simulate",
    sweeping.simulate,
    "sweep simulate my-case --run runs/my-case --engine persons --draws 40 --replicates 5 --out spread",
)
_add(sweep, "gather", sweeping.gather, "sweep gather shared/sweep")
app.add_typer(sweep)
_add(app, "schema", cases.schema, "schema --out system.schema.json")
_add(app, "doctor", doctor.examine, "doctor --json")
