"""The command ``doctor``: what the machine has, and what it lacks."""

from __future__ import annotations

from counterstream.cli.arguments import AsJson
from counterstream.cli.telling import (
    Ending,
    count_problems,
    exit_status,
    has_errors,
    list_problems,
    print_json,
    print_line,
    reporting,
    show_problems,
)


def examine(as_json: AsJson = False) -> None:
    """Say what the machine has, and what it lacks for this program."""
    from counterstream.cli.machine import examine_machine

    with reporting(as_json=as_json):
        facts, problems = examine_machine()
    if as_json:
        print_json({**facts, "well": not has_errors(problems), "problems": list_problems(problems)})
    else:
        for topic, details in facts.items():
            print_line(topic)
            for name, value in details.items():
                print_line(f"    {name}: {value}")
        show_problems(problems)
        print_line(count_problems(problems))
    if has_errors(problems):
        raise Ending(exit_status(problems))
