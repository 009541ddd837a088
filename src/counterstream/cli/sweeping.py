"""Commands of many fits or simulations: ``sbc``, ``sweep run``, ``sweep simulate``, ``sweep gather``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson, CaseName, Engine, EngineName, FixedSeed, RunOfCase, usual_run
from counterstream.cli.fits import load_with_claims
from counterstream.cli.reading import read_case
from counterstream.cli.telling import SAYS_NO, Ending, name_number, print_json, print_line, reporting
from counterstream.cli.texts import print_table

if TYPE_CHECKING:
    from counterstream.infer.calibrate import Calibration
    from counterstream.workflow.calibrate import Plan
    from counterstream.workflow.replicated import Replicated

#: Where sweeps go that are not told where to go.
SWEEPS, REPLICATES = Path("sweeps"), Path("replicates")

Simulations = Annotated[int, typer.Option(min=1, help="Data sets to simulate and fit.")]
RankedDraws = Annotated[int, typer.Option("--draws", min=1, help="Draws of each fit to rank against.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes of this machine to work with.")]
ShardText = Annotated[str, typer.Option("--shard", metavar="I/N", help="Which of N equal parts to do.")]
DaskAddress = Annotated[
    str, typer.Option("--dask", metavar="ADDRESS", help="A Dask scheduler whose workers do the work instead.")
]
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
        from counterstream.workflow.calibrate import gather_calibration, run_calibration

        with watching({"simulations": 1.0}) as progress:
            run_calibration(read, folder, simulations, draws, seed, workers=workers, progress=progress)
        found = gather_calibration(folder)
        _tell(folder, *found, as_json=as_json)


def run(
    case: CaseName,
    shard: ShardText = "1/1",
    out: SweepFolder = None,
    simulations: Simulations = 1000,
    draws: RankedDraws = 99,
    workers: Workers = 1,
    dask: DaskAddress = "",
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
        from counterstream.workflow.calibrate import run_calibration
        from counterstream.workflow.sweep import parse_shard

        part = parse_shard(shard)
        with watching({"simulations": 1.0}) as progress:
            left = run_calibration(
                read, folder, simulations, draws, seed, shard=part, workers=workers, dask=dask, progress=progress
            )
        _tell_left(read.name, folder, shard, left, as_json=as_json)


def _tell_left(case: str, folder: Path, shard: str, left: int, *, as_json: bool) -> None:
    """Tell how much of a sweep is left to do."""
    if as_json:
        print_json({"case": case, "folder": str(folder), "shard": shard, "left": left, "problems": []})
    else:
        print_line(f"{name_number(left, 'simulation')} of the whole left to do; folder: {folder}")


def simulate(
    case: CaseName,
    run: RunOfCase = None,
    engine: EngineName = Engine.PERSONS,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="A scenario of the system; by default nothing is changed.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=2, help="Draws of the posterior.")] = 40,
    replicates: Annotated[int, typer.Option("--replicates", min=2, help="Simulations of each draw.")] = 5,
    shard: ShardText = "1/1",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", file_okay=False, help="Folder.", show_default="replicates/CASE"),
    ] = None,
    portion: Annotated[
        int, typer.Option("--portion", min=1, help="Simulations done and written together; a part of the plan.")
    ] = 20,
    workers: Workers = 1,
    dask: DaskAddress = "",
    seed: FixedSeed = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate every draw several times, to tell chance from not knowing.

    Does those simulations of one part that are not done yet; "sweep gather" puts all together.  A sweep
    that was stopped goes on where it was.  Without a run, the priors are drawn from.
    """
    with reporting(as_json=as_json):
        from counterstream.workflow.sweep import parse_shard

        part = parse_shard(shard)
    read = read_case(case, out, as_json=as_json)
    folder = out or REPLICATES / read.name
    with reporting(as_json=as_json, when_stopped=f"stopped; the same command goes on from what is in {folder}"):
        from counterstream.cli.watching import watching
        from counterstream.workflow.replicate import run_replicates

        with watching({"simulations": 1.0}) as progress:
            left = run_replicates(
                read,
                run or usual_run(read.name),
                folder,
                engine=str(engine),
                scenario=scenario,
                n_draws=draws,
                n_replicates=replicates,
                seed=seed,
                portion=portion,
                shard=part,
                workers=workers,
                dask=dask,
                progress=progress,
            )
        _tell_left(read.name, folder, shard, left, as_json=as_json)


def gather(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder of a sweep.")],
    so_far: Annotated[bool, typer.Option("--so-far", help="Take what is done, though some is not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the parts of a sweep together.

    Of a calibration: all ranks, and whether they are uniform.  Of simulations: one file of all, labelled,
    and the variance between draws apart from that within them.
    """
    with reporting(as_json=as_json):
        from counterstream.workflow.sweep import kind_of

        if kind_of(folder) == "replicates":
            from counterstream.workflow.replicated import gather_replicates

            _tell_replicated(folder, gather_replicates(folder, so_far=so_far), as_json=as_json)
        else:
            from counterstream.workflow.calibrate import gather_calibration

            _tell(folder, *gather_calibration(folder, so_far=so_far), as_json=as_json)


def _tell_replicated(folder: Path, found: Replicated, *, as_json: bool) -> None:
    """Print what the simulations of a sweep amount to over the whole period."""
    from counterstream.workflow.replicated import RESULT

    told = found.summary()
    if as_json:
        print_json({"folder": str(folder), "summary": told, "problems": []})
        return
    planned = "" if told["draws"] == told["planned_draws"] else f" of {told['planned_draws']:,} planned"
    print_line(
        f"{told['engine']}, {told['scenario'] or 'baseline'}: "
        f"{told['draws']:,} draws{planned} of the {told['draws_from']}, {told['replicates']:,} times each"
    )
    if found.left_out:
        print_line(found.left_out)
    headings = ("mean", "sd between draws", "sd within (chance)", "variance by chance", "90 % from", "to")
    for noun, kind in (("observable", "observables"), ("flow", "flow_totals")):
        rows = [
            (
                str(row[noun]),
                *(_format_value(row[key]) for key in ("mean", "sd_between", "sd_within")),
                "" if row["chance_share"] is None else f"{row['chance_share']:.0%}",
                *(_format_value(row[key]) for key in ("low90", "high90")),
            )
            for row in told[kind]
        ]
        print_table((noun, *headings), rows)
    print_line(f"by year and group: {folder / RESULT}")


def _format_value(value: float | None) -> str:
    """Return a number of persons without digits after the point, a small one or a share with three."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 10.0 else f"{value:.3g}"


def _tell(folder: Path, plan: Plan, found: Calibration, *, as_json: bool) -> None:
    """Tell what a calibration amounts to; one that did not pass ends with 1."""
    from counterstream.workflow.calibrate import RANKS, summarise

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
