"""The addresses of the local server: the page's own files, and its data below ``/api/``."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import counterstream
from counterstream.app.answering import Asked, answer
from counterstream.app.codes import BAD_REQUEST, CHANGED_MEANWHILE, NO_SUCH_RUN, NOT_READY, OVERTAKEN, READ_ONLY
from counterstream.app.comparing import compare_runs
from counterstream.app.desk import Desk, Loading
from counterstream.app.editing import check_text, read_source, save_source
from counterstream.app.levers import describe_levers, describe_scenarios
from counterstream.app.reviewing import Decided, decide, list_drafts, show_review
from counterstream.app.turns import Overtaken
from counterstream.app.workspace import case_source, find_run, list_runs
from counterstream.errors import CounterstreamError, Problem
from counterstream.report.views.plain import Json, cleaned
from counterstream.workflow.resident import Resident
from counterstream.workflow.shapes import ShapeReader

_Shape = TypeVar("_Shape")
#: The page's own files, by address: a closed list, so that no address leads anywhere else.
FILES: Mapping[str, tuple[str, str]] = {
    "/": ("serve.html", "text/html; charset=utf-8"),
    "/serve.js": ("serve.js", "text/javascript; charset=utf-8"),
    "/serve.css": ("serve.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
#: Of ``run.json``, what the list of runs shows.
SHOWN = ("case", "verdict", "n_fitted", "n_chains", "n_draws", "max_rhat", "min_ess_bulk")
VIEWS = "views.json"
#: Status by code; any other problem is one of the data that was asked about.
STATUS: Mapping[str, int] = {
    BAD_REQUEST: 400,
    READ_ONLY: 403,
    NO_SUCH_RUN: 404,
    CHANGED_MEANWHILE: 409,
    OVERTAKEN: 409,
    NOT_READY: 503,
}


@dataclass(frozen=True)
class Checked:
    """A text to be checked."""

    text: str


@dataclass(frozen=True)
class Saved:
    """A text to be saved, and the version that it began from."""

    text: str
    version: str


def make_app(desk: Desk) -> Starlette:
    """Return the application, without its guard."""

    async def show_state(_: Request) -> Response:
        return _reply(_state(desk))

    def load(request: Request) -> Loading:
        """Return the draws that are asked: those of a run, or of the case's priors where no run is named."""
        name: str | None = request.path_params.get("run")
        return desk.load_case() if name is None else desk.load(find_run(desk.workspace, name))

    async def show_levers(request: Request) -> Response:
        loading = load(request)
        if loading.problems:
            raise CounterstreamError(loading.problems)
        resident = loading.resident
        if resident is None:
            return _reply({"phase": loading.phase, "done": loading.done, "total": loading.total}, 202)
        named: list[Json] = [{"name": o.name, "label": o.label or o.name} for o in resident.observables]
        clock = resident.system.clock
        return _reply(
            {
                "about": _about(desk, request, resident),
                "fitted": resident.fitted,
                "start": clock.start.isoformat(),
                "end": clock.end.isoformat(),
                "step": clock.step.value,
                "observables": named,
                "levers": describe_levers(resident),
                "scenarios": describe_scenarios(resident.system),
            }
        )

    async def ask(request: Request) -> Response:
        asked = await _read(request, Asked)
        resident = desk.ready(load(request))
        go_on = desk.turns.begin(asked.tab, asked.turn)
        async with desk.running:
            go_on()
            return _reply(await asyncio.to_thread(answer, resident, asked, go_on))

    async def show_views(request: Request) -> Response:
        file = find_run(desk.workspace, request.path_params["run"]).path / VIEWS
        if not file.is_file():
            mend = "run again, or read its report.html"
            raise CounterstreamError(Problem(NO_SUCH_RUN, "the run holds nothing to be drawn", str(file), mend=mend))
        return Response(await asyncio.to_thread(file.read_bytes), media_type="application/json")

    async def compare(request: Request) -> Response:
        asked = request.query_params
        pair = [find_run(desk.workspace, asked.get(name, "")) for name in ("first", "second")]
        return _reply(await asyncio.to_thread(compare_runs, pair[0], pair[1], asked.get("observable", "")))

    async def show_source(_: Request) -> Response:
        source = case_source(desk.workspace)
        found = read_source(source)
        return _reply({"text": found.text, "version": found.version, "file": source.name, "path": str(source)})

    async def save(request: Request) -> Response:
        saved = await _read(request, Saved)
        async with desk.saving:
            source = await asyncio.to_thread(save_source, desk.workspace, saved.text, saved.version)
        return _reply({"version": source.version})

    async def check(request: Request) -> Response:
        text = (await _read(request, Checked)).text
        name = desk.workspace.source.name if desk.workspace.source else "system.yaml"
        problems = await asyncio.to_thread(check_text, text, name)
        return _reply({"problems": [dict(problem.as_dict()) for problem in problems]})

    routes = [
        *(Route(path, _show_file(*file), methods=["GET"]) for path, file in FILES.items()),
        Route("/api/state", show_state, methods=["GET"]),
        Route("/api/runs/{run}/levers", show_levers, methods=["GET"]),
        Route("/api/runs/{run}/views", show_views, methods=["GET"]),
        Route("/api/runs/{run}/ask", ask, methods=["POST"]),
        Route("/api/case/levers", show_levers, methods=["GET"]),
        Route("/api/case/ask", ask, methods=["POST"]),
        Route("/api/compare", compare, methods=["GET"]),
        Route("/api/source", show_source, methods=["GET"]),
        Route("/api/source", save, methods=["PUT"]),
        *_review_routes(desk),
        Route("/api/check", check, methods=["POST"]),
    ]
    handlers = {CounterstreamError: _tell_problems, Overtaken: _tell_overtaken, HTTPException: _tell_status}
    return Starlette(routes=routes, exception_handlers=handlers)  # pyright: ignore[reportArgumentType]


def _review_routes(desk: Desk) -> list[Route]:
    """Return the addresses of the review of drafted claims."""

    async def review(request: Request) -> Response:
        asked = request.query_params
        names = (asked.get("draft", ""), asked.get("item", ""))
        return _reply(await asyncio.to_thread(show_review, desk.workspace, *names))

    async def decide_on(request: Request) -> Response:
        decided = await _read(request, Decided)
        async with desk.saving:
            return _reply(await asyncio.to_thread(decide, desk.workspace, decided))

    return [
        Route("/api/review", review, methods=["GET"]),
        Route("/api/review", decide_on, methods=["POST"]),
    ]


def _state(desk: Desk) -> Json:
    """Return what the page must know first: what is served, and what runs there are."""
    workspace = desk.workspace
    runs: list[Json] = [
        {
            "name": run.name,
            "state": run.state,
            "usable": run.usable,
            "views": (run.path / VIEWS).is_file(),
            "summary": _plain({name: run.summary.get(name) for name in SHOWN}),
        }
        for run in list_runs(workspace)
    ]
    return {
        "launch": desk.launch,
        "version": counterstream.__version__,
        "case": workspace.case,
        "first": workspace.first,
        "has_source": workspace.source is not None,
        "editable": workspace.editable,
        "folder": str(workspace.runs_folder),
        "drafts": list(list_drafts(workspace)),
        "runs": runs,
    }


def _about(desk: Desk, request: Request, resident: Resident) -> Json:
    """Return what the views say of what they show: title, citation, verdict."""
    cited = f"counterstream {counterstream.__version__}"
    if resident.fitted:
        run = find_run(desk.workspace, request.path_params["run"])
        verdict = str(run.summary.get("verdict", ""))
        generated = f"from the draws of the run {run.name}"
        citation = f"{cited}; cite the sources of the claims with it."
    else:
        verdict = "not fitted"
        generated = "from draws of the declared priors, not fitted to any claim"
        citation = f"{cited}."
    return {
        "case": resident.system.name,
        "title": resident.system.title,
        "generated": generated,
        "citation": citation,
        "verdict": {"fit": verdict == "fit", "label": verdict, "sentences": []},
    }


def _plain(values: Mapping[str, object]) -> Json:
    """Return those values of a file, which may hold anything, that are numbers and texts."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))
    }


async def _read(request: Request, shape: type[_Shape]) -> _Shape:
    """Return the body of a request as a dataclass.

    Raises
    ------
    CounterstreamError
        ``U507`` if it is no JSON, ``U262`` or ``U263`` if it is not of that shape.
    """
    try:
        content: object = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise CounterstreamError(Problem(BAD_REQUEST, "the request is not JSON", mend="reload the page")) from None
    reader = ShapeReader("request")
    found = reader.read(shape, content)
    if found is None:
        raise CounterstreamError(reader.problems)
    return found


def _show_file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(_: Request) -> Response:
        return Response(_own_file(name), media_type=kind)

    return show


@cache
def _own_file(name: str) -> bytes:
    return (resources.files("counterstream.app") / "static" / name).read_bytes()


def _reply(content: Json, status: int = 200) -> Response:
    text = json.dumps(cleaned(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate in a name of the file system has no UTF-8.
    return Response(text.encode("utf-8", errors="replace"), status, media_type="application/json")


async def _tell_problems(_: Request, error: Exception) -> Response:
    problems = error.problems if isinstance(error, CounterstreamError) else ()
    status = next((STATUS[problem.code] for problem in problems if problem.code in STATUS), 422)
    return _reply({"problems": [dict(problem.as_dict()) for problem in problems]}, status)


async def _tell_overtaken(_: Request, error: Exception) -> Response:
    del error
    problem = Problem(OVERTAKEN, "a newer setting has overtaken this one")
    return _reply({"problems": [dict(problem.as_dict())]}, STATUS[OVERTAKEN])


async def _tell_status(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    allow = error.headers if isinstance(error, HTTPException) else None
    problem = Problem(BAD_REQUEST, "there is nothing at this address" if status == 404 else "this cannot be done here")
    reply = _reply({"problems": [dict(problem.as_dict())]}, status)
    for name, value in (allow or {}).items():
        reply.headers[name] = value
    return reply
