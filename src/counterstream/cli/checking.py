"""The work of ``check``, which is given again and again while a case is written: nothing slow is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterstream.cli.telling import (
    SAYS_NO,
    Ending,
    count_problems,
    exit_status,
    has_errors,
    list_problems,
    name_number,
    print_json,
    print_line,
    reporting,
    show_problems,
)

if TYPE_CHECKING:
    from counterstream.case import Case


def check_files(case: str, *, as_json: bool) -> None:
    """Check the files of a case, and tell all errors and warnings.

    Raises
    ------
    Ending
        If there are errors.
    """
    from counterstream.case import check_case

    with reporting(as_json=as_json):
        found, problems = check_case(case)
        counted = _count_claims(found) if found is not None else {}
        valid = found is not None and not has_errors(problems)
        if as_json:
            print_json(
                {
                    "case": found.name if found else case,
                    "folder": str(found.folder) if found else "",
                    "valid": valid,
                    "claims": counted,
                    "problems": list_problems(problems),
                }
            )
        else:
            show_problems(problems)
            print_line(f"{found.name if found else case}: {count_problems(problems)}")
            if found is not None:
                print_line(_describe_case(found, counted))
        if not valid:
            raise Ending(exit_status(problems) if has_errors(problems) else SAYS_NO)


def _count_claims(case: Case) -> dict[str, int]:
    """Return how many claims are answered, kept for context, and not answered."""
    from counterstream.evidence.answering import answer_claims

    answering = answer_claims(case.system, case.ledger)
    return {
        "answered": len(answering.answered),
        "context": len(answering.context),
        "unanswered": len(answering.unanswered),
    }


def _describe_case(case: Case, counted: dict[str, int]) -> str:
    """Say in a line how large a case is."""
    system, ledger = case.system, case.ledger
    parts = [
        name_number(len(system.groups), "group"),
        f"{len(system.statuses):,} statuses",
        name_number(len(system.moves), "move"),
        name_number(len(system.parameters), "parameter"),
        name_number(len(ledger.claims), "claim"),
    ]
    if ledger.claims:
        parts[-1] += " (" + ", ".join(f"{number:,} {name}" for name, number in counted.items() if number) + ")"
    return ", ".join(parts)
