"""Commands about whom to believe, after a fit: ``evidence agencies``, ``evidence next``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterstream.cli.arguments import RUNS, AsJson, CaseName, parse_day
from counterstream.cli.telling import list_problems, name_number, print_json, print_line, reporting, show_problems
from counterstream.cli.texts import print_table
from counterstream.evidence.conflicts import format_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from counterstream.workflow.agencies import AgencyJudgement, AgencyRow
    from counterstream.workflow.influence import InfluenceRow
    from counterstream.workflow.next_claim import NextClaims

#: Rows that are printed; ``--json`` gives all.
MOST_CANDIDATES = 20
MOST_INFLUENCES = 12
#: Refits take nearly all of the time, if there are any.
AGENCY_PHASES = {"simulate": 1.0, "reweigh": 0.1, "refit": 20.0}
NEXT_PHASES = {"simulate": 1.0, "regress": 0.2}

FittedRun = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Folder of a run or fit of the case.",
        show_default="runs/CASE",
    ),
]


def judge_agencies(
    case: CaseName,
    run: FittedRun = None,
    observable: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Whose total to compare with and without each agency. May be repeated.",
            show_default="the flows with most claims",
        ),
    ] = None,
    refit: Annotated[
        bool,
        typer.Option(
            "--refit", help="Fit the case anew without an agency where importance sampling cannot tell; may take long."
        ),
    ] = False,
    most_refits: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --refit: so many fits at most, those agencies first that have most claims.",
            show_default="all",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Folder of these fits.", show_default="influence/CASE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell of a fitted case how each agency counts, and what the answer would be without it.

    Refits that were stopped go on where they were when the same command is given again.
    """
    from counterstream.case import load_case

    with reporting(as_json=as_json):
        read = load_case(case)
        if not as_json:
            show_problems(read.warnings)
    with reporting(as_json=as_json, when_stopped="stopped; the same command goes on from the refits so far"):
        from counterstream.cli.watching import watching
        from counterstream.workflow import agencies

        with watching(AGENCY_PHASES) as progress:
            judged = agencies.judge_agencies(
                read,
                run or RUNS / read.name,
                observables=tuple(observable or ()),
                refit=refit,
                most_refits=most_refits,
                out=out,
                progress=progress,
            )
        if as_json:
            print_json({"case": read.name, **judged.summary(), "problems": list_problems(read.warnings)})
        else:
            _print_agencies(judged)


def _print_agencies(judged: AgencyJudgement) -> None:
    """Print how agencies count, claims that are likely wrong, and influence."""
    print_line(f"{judged.verdict}: {judged.n_draws:,} draws")
    print_line()
    print_line("what each agency reports for one that was there (a share: odds for odds), and its ordinary error")
    print_table(
        ("agency", "of", "claims", "bias", "90 %", "50 %", "prior 90 %", "error", "90 %", "remark"),
        [_describe_counting(row) for row in judged.agencies],
    )
    print_line()
    print_line(f"{name_number(len(judged.wrong_claims), 'claim')} more likely wrong than right")
    print_table(
        ("claim", "agency", "observable", "wrong"),
        [(w.claim, w.agency, w.observable, f"{w.probability:.0%}") for w in judged.wrong_claims],
    )
    for name, total in judged.totals.items():
        _print_influence(judged, name, total)
    doubtful = [
        # A parabola through draws that scatter may miss by a little.
        f"{row.agency} ({row.pareto_k:.1f}, {min(max(row.held, 0.0), 1.0):.0%})"
        for row in judged.influence
        if row.how == "unreliable"
    ]
    if doubtful:
        print_line()
        print_line(
            f"without these the draws cannot tell (Pareto k above {judged.pareto_k_limit:.2f}, or the agency holds as "
            f"large a share of what is known; --refit fits the case without them): {', '.join(doubtful)}"
        )


def _print_influence(judged: AgencyJudgement, observable: str, total: Mapping[str, float]) -> None:
    """Print how far a total moves without each agency for which that can be told, most first."""
    told = [(row, shift) for row in judged.influence if (shift := row.shifts[observable]) is not None]
    told.sort(key=lambda pair: -abs(pair[1]["deviations"]))
    print_line()
    period = f"{judged.first} to {judged.last}"
    print_line(f"{observable}, {period}: {format_amount(total['median'])} (90 % interval {_say_amounts(total)})")
    print_table(
        ("without", "claims", "median", "90 %", "times", "90 %", "sd", "Pareto k", "remark"),
        [_describe_influence(*pair) for pair in told[:MOST_INFLUENCES]],
    )
    left = len(told) - MOST_INFLUENCES
    if left > 0:
        print_line(f"and {left:,} more, without which it changes less (--json lists them)")


def _describe_counting(row: AgencyRow) -> tuple[str, ...]:
    relayed = [f"also by {', '.join(row.relayed_by)}"] if row.relayed_by else []
    error = (f"{row.spread['median']:.1%}", f"{row.spread['low90']:.1%} to {row.spread['high90']:.1%}")
    if row.anchor:
        remark = "; ".join(["taken as unbiased", *relayed])
        return (row.agency, f"{row.kind}s", f"{row.n_claims:,}", "1", "", "", "", *error, remark)
    remark = "; ".join([*(["hardly more than the prior"] if row.mostly_prior else []), *relayed])
    bias = (f"{row.bias['median']:.2f}", *(_say_band(row.bias, level) for level in ("90", "50")))
    return (row.agency, f"{row.kind}s", f"{row.n_claims:,}", *bias, _say_band(row.bias_prior, "90"), *error, remark)


def _describe_influence(row: InfluenceRow, shift: Mapping[str, Any]) -> tuple[str, ...]:
    without = shift["without"]
    return (
        row.agency,
        f"{row.n_claims:,}",
        format_amount(without["median"]),
        _say_amounts(without),
        f"{shift['ratio']:.3f}",
        f"{shift['ratio_low90']:.3f} to {shift['ratio_high90']:.3f}",
        f"{shift['deviations']:+.2f}",
        f"{row.pareto_k:.1f}",
        f"fitted anew: {row.verdict}" if row.how == "refitted" else "",
    )


def _say_band(band: Mapping[str, float], level: str) -> str:
    return f"{band[f'low{level}']:.2f} to {band[f'high{level}']:.2f}"


def _say_amounts(band: Mapping[str, float]) -> str:
    return f"{format_amount(band['low90'])} to {format_amount(band['high90'])}"


def rank_next_claims(
    case: CaseName,
    observable: Annotated[str, typer.Option(metavar="NAME", help="What should be known better.")],
    start: Annotated[
        date | None,
        typer.Option("--from", parser=parse_day, metavar="DATE", help="From when.", show_default="the first day"),
    ] = None,
    end: Annotated[
        date | None,
        typer.Option("--to", parser=parse_day, metavar="DATE", help="Until when.", show_default="the last day"),
    ] = None,
    run: FittedRun = None,
    as_json: AsJson = False,
) -> None:
    """Tell which claim of one more source would teach most about a quantity.

    A new source is taken to say "about" so many, with the typical error and an unknown bias.
    """
    from counterstream.case import load_case

    with reporting(as_json=as_json):
        read = load_case(case)
        if not as_json:
            show_problems(read.warnings)
    with reporting(as_json=as_json):
        from counterstream.cli.watching import watching
        from counterstream.workflow import next_claim

        with watching(NEXT_PHASES) as progress:
            ranked = next_claim.rank_next_claims(read, run or RUNS / read.name, observable, start, end, progress)
        if as_json:
            print_json({"case": read.name, **ranked.summary(), "problems": list_problems(read.warnings)})
        else:
            _print_ranking(ranked)


def _print_ranking(ranked: NextClaims) -> None:
    """Print the candidates that would teach most."""
    target = ranked.target
    print_line(f"{ranked.verdict}: {ranked.n_draws:,} draws")
    print_line(
        f"{ranked.observable}, {ranked.first} to {ranked.last}: "
        f"{format_amount(target['median'])} (90 % interval {_say_amounts(target)})"
    )
    print_line("one more claim, about so many, and by how much it should lower the variance")
    rows = [
        (
            c.observable,
            c.first if c.first == c.last else f"{c.first} to {c.last}",
            f"about {format_amount(c.figure)}{' persons' if c.unit == 'persons' else ''}",
            f"{c.claims_there:,}",
            f"{max(c.reduction, 0.0):.0%}",
            f"± {c.error:.0%}",
        )
        for c in ranked.candidates[:MOST_CANDIDATES]
    ]
    print_table(("observable", "period", "figure", "claims so far", "variance less by", "error"), rows)
    left = len(ranked.candidates) - MOST_CANDIDATES
    if left > 0:
        print_line(f"and {left:,} more that would teach less (--json lists them)")
