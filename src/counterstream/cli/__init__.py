"""The command line: ``counterstream``.

Every command ends with 0 when all is well, with 1 when the work says no (an invalid file, an unfit
fit), with 2 when the command was misused and with 130 after Ctrl-C.  Each imports what it needs when
it runs, so that ``check`` answers at once.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

import counterstream
from counterstream.cli import cases, claims, courses, doctor, fits, runs

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
    help="Look at the claims of a case before any fit.",
    epilog=_example("evidence list soviet-third-wave --unanswered"),
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


app.command(epilog=_example("new my-case"))(cases.new)
app.command(epilog=_example("check my-case"))(cases.check)
app.command(epilog=_example('run my-case --quick --without "harbour office" --out without'))(fits.run)
app.command(epilog=_example("fit my-case --chains 64 --seed 7 --out long"))(fits.fit)
app.command(epilog=_example("simulate my-case --run runs/my-case --engine counts --scenario open_border"))(
    courses.simulate
)
evidence.command("list", epilog=_example("evidence list my-case --unanswered"))(claims.list_claims)
evidence.command("conflicts", epilog=_example("evidence conflicts my-case --json"))(claims.list_conflicts)
app.add_typer(evidence)
app.command(epilog=_example("report runs/my-case"))(runs.report)
app.command(epilog=_example("sbc my-case --simulations 200 --draws 99 --out ranks.csv"))(fits.sbc)
app.command(epilog=_example("schema --out system.schema.json"))(cases.schema)
app.command("doctor", epilog=_example("doctor --json"))(doctor.examine)


def main() -> None:
    """Run the command that the program was started with."""
    # A terminal or pipe that knows fewer characters gets escapes for the others, as the standard error does.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    app(prog_name="counterstream")
