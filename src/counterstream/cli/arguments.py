"""Arguments and options that several commands share."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

#: Where runs go that are not told where to go.
RUNS = Path("runs")
#: Seeds of JAX have 32 bits.
LARGEST_SEED = 2**32 - 1


class SamplerName(StrEnum):
    """How the posterior is sampled."""

    HMC = "hmc"
    NUTS = "nuts"


class Engine(StrEnum):
    """How a system is simulated."""

    EXPECTED = "expected"
    COUNTS = "counts"
    PERSONS = "persons"


def parse_day(text: str) -> date:
    """Read a day written as YYYY-MM-DD.

    Raises
    ------
    typer.BadParameter
        If it is none.
    """
    try:
        # fromisoformat alone also takes 20001231 and 2000-W01-1, which ledgers do not.
        if len(text) == len("YYYY-MM-DD") and text[4] == text[7] == "-":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is not a day written as YYYY-MM-DD")


CaseName = Annotated[str, typer.Argument(metavar="CASE", help="A folder with a system.yaml, or a bundled case.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
OutFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", file_okay=False, help="Folder of the run.", show_default="runs/CASE"),
]
Quick = Annotated[
    bool | None,
    typer.Option(
        "--quick/--full",
        help="A normal approximation in place of chains (a quick look, labelled as such), or long chains.",
        show_default="long chains up to 200 unknowns, short ones beyond",
    ),
]
Sampler = Annotated[SamplerName | None, typer.Option(help="Many short chains in step, or the reference.")]
Chains = Annotated[int | None, typer.Option(min=1, help="Number of chains.")]
Warm = Annotated[int | None, typer.Option(min=1, help="Steps of each chain to adapt.")]
Draws = Annotated[
    int | None,
    typer.Option(min=1, help="Draws of each chain to keep.", show_default="300, then on to 1,500 if need be"),
]
Seed = Annotated[int | None, typer.Option(min=0, max=LARGEST_SEED, help="Seed of everything random.")]
Excluded = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-agency",
        "--without",
        metavar="NAME",
        help="Leave out what this agency and those that relay it have counted. May be repeated.",
    ),
]
Until = Annotated[
    date | None,
    typer.Option(parser=parse_day, metavar="DATE", help="Leave out claims about anything after this day."),
]
CheckClaims = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Further claims to check the fit against, not to fit. May be repeated.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Remove what an earlier run left in the folder.")]
RunOfCase = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Folder of a run of the case, whose posterior draws are used.",
        show_default="runs/CASE",
    ),
]
EngineName = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="Expected numbers, or whole persons with the chance that goes with them: as counts, or each followed.",
    ),
]
NumberOfDraws = Annotated[int, typer.Option("--draws", min=1, help="Number of draws.")]
FixedSeed = Annotated[int, typer.Option("--seed", min=0, max=LARGEST_SEED, help="Seed of everything random.")]
TablesFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", file_okay=False, help="Folder for tables.", show_default="none are written"),
]


def usual_run(name: str) -> Path | None:
    """Return the folder where ``run`` puts the case, if it is there; else the priors are drawn from."""
    usual = RUNS / name
    return usual if usual.exists() else None
