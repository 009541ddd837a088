"""A small case as a folder, and the command line run inside the process, for the tests of commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger_example import claim_row, write_ledger
from typer.testing import CliRunner

from counterstream.cli import app

SYSTEM = """\
format: counterstream-system/1
name: shore
title: Two shores

time: {step: month, start: 1990-01-01, end: 1999-12-31}

places:
  old: {label: Old shore}
  new: {label: New shore}

statuses:
  resident: {place: old, label: Residents}
  settled: {place: new, label: Settled}

initial:
  - {status: resident, persons: 20000}

parameters:
  leave_rate: {prior: {lognormal: {median: 0.02, sd_log: 0.7}}, unit: per_year, reason: one in fifty}

moves:
  leave: {kind: rate, from: resident, to: settled, rate_per_year: leave_rate}

observables:
  departures:
    label: Departures
    flow: {flows: [leave]}
    unit: persons
    answers:
      - {what: [departures]}

agencies:
  harbour office: {kind: office, anchor: true}
  gazette: {kind: press, relays: harbour office}

scenarios:
  calm:
    label: Half as many leave
    changes:
      - {parameter: leave_rate, times: 0.5}
"""


class Ran:
    """What a command said, and how it ended."""

    def __init__(self, *arguments: str) -> None:
        # A wide terminal, so that help is not broken in the middle of a word.
        result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})
        self.status: int = result.exit_code
        self.out: str = result.stdout
        self.err: str = result.stderr
        self.error: BaseException | None = result.exception

    @property
    def data(self) -> Any:
        """The JSON document on the standard output, strict: no NaN, no infinity."""
        return json.loads(self.out, parse_constant=lambda name: _refuse(name))

    @property
    def codes(self) -> list[str]:
        """Codes of the problems in the JSON document."""
        return [problem["code"] for problem in self.data["problems"]]


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def write_case(folder: Path, system: str = SYSTEM) -> Path:
    """Write a case with four claims: two that conflict, one relayed, one that nothing answers."""
    write_ledger(
        folder,
        [
            claim_row(id="C1"),
            claim_row(id="C2", value="400", hedge="exact"),
            claim_row(id="C3", value="1200", hedge="about", agency="gazette", use="check"),
            claim_row(id="C4", what="houses", unit="houses", value="9", hedge="about"),
        ],
    )
    (folder / "system.yaml").write_text(system, encoding="utf-8")
    return folder
