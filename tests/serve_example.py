"""A run folder made without a fit, and requests put to the application as its server puts them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from cli_example import SYSTEM

from counterstream.infer.posterior import system_unknowns
from counterstream.spec import parse_system, write_system
from counterstream.store.netcdf import write_netcdf
from counterstream.store.run_folder import open_run
from counterstream.store.tables import write_parquet
from counterstream.system.system import System

#: The case of the command line's tests with one lever of every kind.
LEVERS = SYSTEM.replace(
    "moves:\n",
    "instruments:\n  toll: {label: Toll, unit: crowns, path: {constant: 2}}\n\n"
    "events:\n  storm: {first: 1993-01-01, last: 1993-12-31, label: Storm}\n\n"
    "signals:\n  news:\n    label: News\n    half_life_months: 6\n"
    "    inputs: [{flow: [leave], weight: 1, scale_persons: 1000}]\n\n"
    "moves:\n",
).replace(
    "rate_per_year: leave_rate}",
    "rate_per_year: leave_rate, terms: [{effect: -0.2, of: toll}, {effect: -1, of: storm}, {effect: 0.3, of: news}]}",
)
TOKEN = "the-token-of-this-launch"
PORT = 6891
HOST = f"127.0.0.1:{PORT}"
OWN = f"http://{HOST}"


def read_example(text: str = LEVERS) -> System:
    """Return the system."""
    system, problems = parse_system(text)
    assert system is not None, problems
    return system


def write_run(folder: Path, text: str = LEVERS, **summary: object) -> Path:
    """Write a finished run whose draws are standard normal, which is what the sampler explores."""
    system = read_example(text)
    unknowns = system_unknowns(system)
    flats = np.random.default_rng(5).normal(size=(2, 30, unknowns.dimension))
    data = xr.Dataset({"flat": (["chain", "draw", "unknown"], flats)}, coords={"unknown": list(unknowns.labels())})
    days = [day.isoformat() for day in system.clock.boundaries[:-1]]
    columns: dict[str, Any] = {
        "scenario": ["baseline"] * len(days),
        "observable": ["departures"] * len(days),
        "unit": ["persons"] * len(days),
        "date": days,
    }
    levels = ("low90", "low50", "median", "high50", "high90")
    with open_run(folder) as run:
        run.write_text("system.resolved.yaml", write_system(system))
        run.write_text("run.json", json.dumps({"case": system.name, "verdict": "fit", **summary}))
        write_netcdf(folder / "fit.nc", {"flat": data})
        write_parquet(folder / "flows.parquet", {**columns, **{n: np.full(len(days), i) for i, n in enumerate(levels)}})
        run.finish()
    return folder


@dataclass(frozen=True)
class Reply:
    """What the application answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def data(self) -> Any:
        """The JSON document."""
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        """Codes of the problems told."""
        return [problem["code"] for problem in self.data["problems"]]

    def header(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


def put_request(
    app: Any,
    method: str,
    path: str,
    headers: Iterable[tuple[str, str]],
    body: bytes = b"",
    client: tuple[str, int] | None = ("127.0.0.1", 50_000),
    run: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run,
) -> Reply:
    """Put one request to an application (ASGI), with the headers just as they are given."""
    address, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": address,
        "raw_path": address.encode("latin-1", errors="replace"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "scheme": "http",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": client,
        "server": ("127.0.0.1", PORT),
    }
    told: list[dict[str, Any]] = []
    bodies = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return bodies.pop(0) if bodies else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    run(app(scope, receive, send))
    found = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in told[0]["headers"]]
    return Reply(told[0]["status"], found, b"".join(part.get("body", b"") for part in told[1:]))


def own_headers(body: bytes = b"", token: str = TOKEN, origin: str = OWN, host: str = HOST) -> list[tuple[str, str]]:
    """Return the headers of the page's own requests."""
    return [
        ("Host", host),
        ("Origin", origin),
        ("Authorization", f"Bearer {token}"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]


def put_json(app: Any, method: str, path: str, content: object = None) -> Reply:
    """Put a request as the page puts it."""
    body = b"" if content is None else json.dumps(content).encode()
    return put_request(app, method, path, own_headers(body), body)
