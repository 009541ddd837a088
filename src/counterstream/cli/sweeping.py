"""Commands of many fits: ``sbc``, ``sweep run``, ``sweep gather``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson, CaseName, FixedSeed
from counterstream.cli.fits import load_with_claims
from counterstream.cli.telling import SAYS_NO, Ending, name_number, print_json, print_line, reporting

if TYPE_CHECKING:
    from counterstream.infer.calibrate import Calibration
    from counterstream.workflow.sweep import Plan

#: Where sweeps go that are not told where to go.
SWEEPS = Path("sweeps")

Simulations = Annotated[int, typer.Option(min=1, help="Data sets to simulate and fit.")]
RankedDraws = Annotated[int, typer.Option("--draws", min=1, help="Draws of each fit to rank against.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes of this machine to work with.")]
SweepFolder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", file_okay=False, help="Folder.", show_default="sweeps/CASE")
]


def sbc(
    case: CaseName,
    out: SweepFolder = None,
    simulations: Simulations = 200,
    draws: RankedDraws = 99,
    workers: Workers = 1,
    seed: FixedSeed = 1,
    as_json: AsJson = False,
) -> None:
    """Check the inference by simulation: fit data made from the priors, rank the truth among the draws.

    The ranks are uniform if the inference is right (Talts and others, 2018).  A calibration that
    was stopped goes on where it was; "sweep" divides one among machines.
    """
    with reporting(as_json=as_json):
        read = load_with_claims(case, as_json=as_json)
        folder = out or SWEEPS / read.name
    with reporting(as_json=as_json, when_stopped=f"stopped; the same command goes on from what is in {folder}"):
        from counterstream.cli.watching import watching
        from counterstream.workflow.sweep import gather_sweep, run_sweep

        with watching({"simulations": 1.0}) as progress:
            run_sweep(read, folder, simulations, draws, seed, workers=workers, progress=progress)
        found = gather_sweep(folder)
        _tell(folder, *found, as_json=as_json)


def run(
    case: CaseName,
    shard: Annotated[str, typer.Option(metavar="I/N", help="Which of N equal parts to do.")] = "1/1",
    out: SweepFolder = None,
    simulations: Simulations = 1000,
    draws: RankedDraws = 99,
    workers: Workers = 1,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler whose workers do the work instead.")
    ] = "",
    seed: FixedSeed = 1,
    as_json: AsJson = False,
) -> None:
    """Do one part of a calibration: simulations that are not done yet, in portions of ten.

    Parts may be done one after another, side by side, or on machines that share the folder.
    """
    with reporting(as_json=as_json):
        read = load_with_claims(case, as_json=as_json)
        folder = out or SWEEPS / read.name
    with reporting(as_json=as_json, when_stopped=f"stopped; the same command goes on from what is in {folder}"):
        from counterstream.cli.watching import watching
        from counterstream.workflow.sweep import parse_shard, run_sweep

        part = parse_shard(shard)
        with watching({"simulations": 1.0}) as progress:
            left = run_sweep(
                read, folder, simulations, draws, seed, shard=part, workers=workers, dask=dask, progress=progress
            )
        if as_json:
            print_json({"case": read.name, "folder": str(folder), "shard": shard, "left": left, "problems": []})
        else:
            print_line(f"{name_number(left, 'simulation')} of the whole left to do; folder: {folder}")


def gather(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder of a sweep.")],
    so_far: Annotated[
        bool, typer.Option("--so-far", help="Take the simulations that are done, though some are not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put the parts of a calibration together: all ranks, and whether they are uniform."""
    with reporting(as_json=as_json):
        from counterstream.workflow.sweep import gather_sweep

        found = gather_sweep(folder, so_far=so_far)
        _tell(folder, *found, as_json=as_json)


def _tell(folder: Path, plan: Plan, found: Calibration, *, as_json: bool) -> None:
    """Tell what a calibration amounts to; one that did not pass ends with 1."""
    from counterstream.workflow.sweep import RANKS, summarise

    told = summarise(plan, found)
    if as_json:
        print_json({"folder": str(folder), "summary": told, "problems": []})
    else:
        verdict = "passed: ranks are as even as chance has them" if found.passed else "FAILED: ranks are uneven"
        planned = "" if told["simulations"] == told["planned"] else f" of {told['planned']:,} planned"
        print_line(f"{verdict} ({told['simulations']:,} simulations{planned}, {told['quantities']} quantities)")
        worst = f"{told['smallest_p_of']}, p = {told['smallest_p']:.2g}"
        print_line(f"least even: {worst}; {told['needed_p']:.2g} or less would be too uneven")
        print_line(f"ranks: {folder / RANKS}")
    if not found.passed:
        raise Ending(SAYS_NO)
