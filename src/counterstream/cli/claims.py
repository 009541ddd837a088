"""Commands about evidence: ``evidence list``, ``evidence conflicts``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterstream.cli.arguments import AsJson, CaseName
from counterstream.cli.telling import list_problems, name_number, print_json, print_line, reporting, show_problems
from counterstream.cli.texts import print_table
from counterstream.evidence.conflicts import format_amount

if TYPE_CHECKING:
    from counterstream.case import Case
    from counterstream.evidence.answering import AnsweredClaim, Answering
    from counterstream.evidence.claim import Claim
    from counterstream.evidence.conflicts import Conflict
    from counterstream.workflow.judging import Dispute

HEADINGS = ("claim", "period", "figure", "agency")


def list_claims(
    case: CaseName,
    answered: Annotated[bool, typer.Option("--answered", help="Claims that an observable answers.")] = False,
    context: Annotated[bool, typer.Option("--context", help="Claims kept for context.")] = False,
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Claims that nothing answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """List every claim with what the system makes of it."""
    from counterstream.case import load_case
    from counterstream.evidence.answering import answer_claims

    asked = {"answered": answered, "context": context, "unanswered": unanswered}
    wanted = [name for name, is_wanted in asked.items() if is_wanted] or list(asked)
    with reporting(as_json=as_json):
        read = load_case(case)
        answering = answer_claims(read.system, read.ledger)
        if as_json:
            lists = _list_as_data(answering)
            chosen = {name: lists[name] for name in wanted}
            print_json({"case": read.name, **chosen, "problems": list_problems(read.warnings)})
            return
        show_problems(read.warnings)
        for place, name in enumerate(wanted):
            if place:
                print_line()
            _print_list(answering, name)


def _print_list(answering: Answering, name: str) -> None:
    """Print one of the three lists under its heading."""
    if name == "answered":
        print_line(f"{name_number(len(answering.answered), 'claim')} answered")
        rows = [(*_describe_claim(a.claim), a.observable.name, _remark(a)) for a in answering.answered]
        print_table((*HEADINGS, "observable", "remark"), rows)
    elif name == "context":
        print_line(f"{name_number(len(answering.context), 'claim')} kept for context")
        print_table(
            (*HEADINGS, "what", "reason"),
            [(*_describe_claim(c.claim), c.claim.what, c.reason) for c in answering.context],
        )
    else:
        print_line(f"{name_number(len(answering.unanswered), 'claim')} not answered")
        print_table(
            (*HEADINGS, "what", "reason"),
            [(*_describe_claim(u.claim), u.claim.what, u.explanation) for u in answering.unanswered],
        )


def _describe_claim(claim: Claim) -> tuple[str, str, str, str]:
    """Return the cells that every list begins with."""
    period = str(claim.first) if claim.first == claim.last else f"{claim.first} to {claim.last}"
    if claim.value is not None:
        figure = f"{claim.value:,.10g}"
    elif claim.low is not None and claim.high is not None:
        figure = f"{claim.low:,.10g} to {claim.high:,.10g}"
    else:
        figure = "no figure"
    hedge = "" if claim.hedge in ("exact", "range") else f"{claim.hedge.replace('_', ' ')} "
    return claim.id, period, f"{hedge}{figure} {claim.unit}", claim.agency


def _remark(item: AnsweredClaim) -> str:
    """Say what is special about an answered claim."""
    remarks: list[str] = []
    if item.agency != item.claim.agency:
        remarks.append(f"counted by {item.agency}")
    if item.weight < 1.0:
        remarks.append(f"said {round(1.0 / item.weight)} times by one witness")
    if item.claim.use != "fit":
        remarks.append(f"to {item.claim.use} only")
    return ", ".join(remarks)


def _list_as_data(answering: Answering) -> dict[str, list[dict[str, object]]]:
    """Return the three lists as plain data."""
    return {
        "answered": [
            {
                "claim": a.claim.id,
                "observable": a.observable.name,
                "unit": "households" if a.by_household else a.observable.unit,
                "value": a.value,
                "low": a.low,
                "high": a.high,
                "hedge": a.claim.hedge,
                "first": str(a.claim.first),
                "last": str(a.claim.last),
                "agency": a.claim.agency,
                "counted_by": a.agency,
                "anchor": a.anchor,
                "use": a.claim.use,
                "weight": a.weight,
            }
            for a in answering.answered
        ],
        "context": [{"claim": c.claim.id, "what": c.claim.what, "reason": c.reason} for c in answering.context],
        "unanswered": [
            {"claim": u.claim.id, "what": u.claim.what, "reason": u.reason, "detail": u.detail}
            for u in answering.unanswered
        ],
    }


def list_conflicts(
    case: CaseName,
    run: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Folder of a run of the case, to tell what the fit makes of each.",
            show_default="before any fit",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List claims that cannot all be true; with a run, tell whom the fit believes."""
    from counterstream.case import load_case
    from counterstream.evidence.answering import answer_claims
    from counterstream.evidence.conflicts import find_conflicts

    with reporting(as_json=as_json):
        read = load_case(case)
        if not as_json:
            show_problems(read.warnings)
        if run is not None:
            _tell_disputes(read, run, as_json=as_json)
            return
        conflicts = find_conflicts(answer_claims(read.system, read.ledger))
        if as_json:
            listed = [asdict(conflict) for conflict in conflicts]
            print_json({"case": read.name, "conflicts": listed, "problems": list_problems(read.warnings)})
            return
        print_line(name_number(len(conflicts), "contradiction"))
        for conflict in conflicts:
            _print_conflict(conflict)


def _print_conflict(conflict: Conflict) -> None:
    """Print one contradiction."""
    print_line()
    print_line(f"{conflict.observable}, {conflict.kind}: {', '.join(conflict.claims)}")
    print_line(f"    {conflict.detail}")


def _tell_disputes(case: Case, run: Path, *, as_json: bool) -> None:
    """Tell of each contradiction what a fit makes of it."""
    from counterstream.cli.watching import watching
    from counterstream.workflow.disputes import judge_conflicts

    with watching({"simulate": 1.0}) as progress:
        judged = judge_conflicts(case, run, progress)
    if as_json:
        print_json({"case": case.name, **judged.summary(), "problems": list_problems(case.warnings)})
        return
    print_line(f"{judged.verdict}: {name_number(len(judged.disputes), 'contradiction')}")
    for dispute in judged.disputes:
        _print_conflict(dispute.conflict)
        _print_dispute(dispute)


def _print_dispute(dispute: Dispute) -> None:
    """Print what a fit makes of a contradiction."""
    side, chance = max(dispute.sides.items(), key=lambda pair: pair[1])
    said = f"The fit believes: {side}" if dispute.believed else f"The fit cannot tell, most likely: {side}"
    print_line(f"    {said} ({chance:.0%}).")
    print_table(
        ("    claim", "side", "what the fit says", "90 %", "wrong", "surprise", "without it"),
        [
            (
                f"    {c.claim}",
                c.side,
                format_amount(c.truth["median"]),
                f"{format_amount(c.truth['low90'])} to {format_amount(c.truth['high90'])}",
                f"{c.wrong_probability:.0%}",
                f"{c.surprise:.2f}",
                "-" if c.without_median is None else format_amount(c.without_median),
            )
            for c in dispute.claims
        ],
    )
