"""Who is let in: every method, origin, host, token and path in every combination, through the real application."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from serve_example import HOST, OWN, PORT, TOKEN, own_headers, put_request, write_run

from counterstream.app.desk import Desk
from counterstream.app.routes import FILES, make_app
from counterstream.app.security import CONTENT_SECURITY_POLICY, HEADERS, MAX_BODY, Guard
from counterstream.app.workspace import Workspace

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "BREW")
ORIGINS = (
    None,
    OWN,
    f"http://localhost:{PORT}",
    "null",
    "",
    "http://evil.example",
    f"https://{HOST}",
    f"http://127.0.0.1:{PORT + 1}",
    f"{OWN}.evil.example",
    f"{OWN}/",
    f"{OWN}, http://evil.example",
)
HOSTS = (
    HOST,
    f"localhost:{PORT}",
    None,
    "",
    "127.0.0.1",
    f"127.0.0.1:{PORT + 1}",
    "evil.example",
    f"evil.example:{PORT}",
    f"127.0.0.1.evil.example:{PORT}",
    f"[::1]:{PORT}",
    f"0.0.0.0:{PORT}",
    f"127.0.0.1:{PORT}@evil.example",
)
TOKENS = (
    f"Bearer {TOKEN}",
    None,
    "",
    "Bearer ",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN}x",
    f"bearer {TOKEN}",
    "Basic eDp5",
    f"Bearer {TOKEN.upper()}",
    "Bearer \xe9",
)
#: Address, and the methods that it knows.
PATHS = {
    "/": ("GET", "HEAD"),
    "/serve.js": ("GET", "HEAD"),
    "/api/state": ("GET", "HEAD"),
    "/api/source": ("GET", "HEAD", "PUT"),
    "/api/check": ("POST",),
    "/api/case/levers": ("GET", "HEAD"),
    "/api/case/ask": ("POST",),
    "/api/review": ("GET", "HEAD", "POST"),
    "/api/nothing": (),
    "/nothing": (),
}
HOSTILE_PATHS = (
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/static/../../codes.py",
    "//etc/passwd",
    "/serve.js/../../../codes.py",
    "/%2e%2e/%2e%2e/codes.py",
    "/api/../serve.html",
    "/api/runs/../views",
    "/api/runs/..%2f..%2fetc/views",
    "/api/runs/%2e%2e/views",
    "/api/runs//etc/passwd/views",
    "/api/runs/sound\x00/views",
    "/api/runs/so%75nd/views",
    "/serve.html",
    "/codes.py",
    "\\..\\..\\codes.py",
    "/C:/windows/win.ini",
)


CASES = tuple(itertools.product(METHODS, ORIGINS, HOSTS, TOKENS))
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    runs = tmp_path_factory.mktemp("runs")
    write_run(runs / "sound")
    source = tmp_path_factory.mktemp("shore") / "system.yaml"
    source.write_text("format: counterstream-system/1\n", encoding="utf-8")
    return Guard(make_app(Desk(Workspace(runs, "shore", source, True), "launch")), TOKEN, PORT)


def expected_status(method: str, origin: str | None, host: str | None, token: str | None, path: str) -> int:
    """Say what must become of a request, written out anew from the design and not from the guard."""
    if host not in (HOST, f"localhost:{PORT}"):
        return 421
    data = path.startswith("/api/")
    if method not in ("GET", "HEAD", "POST", "PUT") or (method in ("POST", "PUT") and not data):
        return 405
    if origin is None:
        if method in ("POST", "PUT"):
            return 403
    elif origin != f"http://{host}":
        return 403
    if data and token != f"Bearer {TOKEN}":
        return 401
    known = PATHS[path]
    if not known:
        return 404
    return 0 if method in known else 405


def bodies(path: str, method: str) -> bytes:
    content: dict[str, str] = {"text": "format: counterstream-system/1\n"}
    if method == "PUT":
        content["version"] = "another"
    return (
        json.dumps(content).encode() if path in ("/api/check", "/api/source") and method in ("POST", "PUT") else b"{}"
    )


def headers_of(origin: str | None, host: str | None, token: str | None, body: bytes) -> list[tuple[str, str]]:
    pairs = [("Host", host), ("Origin", origin), ("Authorization", token)]
    found = [(name, value) for name, value in pairs if value is not None]
    return [*found, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]


@pytest.mark.parametrize("path", PATHS)
def test_every_method_origin_host_and_token_in_every_combination(app: Guard, path: str) -> None:
    with asyncio.Runner() as runner:
        let_in = sum(_check_one(app, path, *case, runner.run) for case in CASES)
    own = len(PATHS[path])
    # Two hosts; with its own origin, and for reading without any; a page needs no token.
    reading = sum(method in ("GET", "HEAD") for method in PATHS[path])
    tokens = 1 if path.startswith("/api/") else len(TOKENS)
    assert let_in == 2 * tokens * (own + reading)


def _check_one(
    app: Guard, path: str, method: str, origin: str | None, host: str | None, token: str | None, run: Run
) -> bool:
    """Put one request and check what becomes of it; return whether it was let in."""
    wanted = expected_status(method, origin, host, token, path)
    body = bodies(path, method)
    # The application behind the guard is there only where something may pass: the rest must not reach it.
    target: Any = app if wanted in (0, 404, 405) else Guard(_unreachable, TOKEN, PORT)
    reply = put_request(target, method, path, headers_of(origin, host, token, body), body, run=run)
    case = (method, origin, host, token, path)
    # Saving names another version than the file's, so that nothing is written: a conflict of the data.
    passed = 409 if method == "PUT" else 200
    if path == "/api/review":
        # No draft is named, and a decision without its parts is refused.
        passed = 422 if method == "POST" else 404
    if path.startswith("/api/case/"):
        # The system is none: once that is known the levers say so, and a question without its parts is refused first.
        assert (reply.status in (202, 422)) if not wanted else (reply.status == wanted), case
    else:
        assert reply.status == (wanted or passed), case
    assert reply.header("content-security-policy") == [CONTENT_SECURITY_POLICY], case
    if wanted in (401, 403, 421):
        assert set(reply.data) == {"problems"}, case
    return not wanted


async def _unreachable(*_: object) -> None:
    raise AssertionError("a refused request has reached the application")


@pytest.mark.parametrize("path", HOSTILE_PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_no_path_leads_out(app: Guard, path: str, method: str) -> None:
    body = b"{}"
    reply = put_request(app, method, path, own_headers(body), body)
    assert reply.status in (400, 404, 405, 422), (method, path, reply.body[:200])
    assert b"root:" not in reply.body
    assert b"PORT_IN_USE" not in reply.body


@pytest.mark.parametrize("client", [None, ("10.0.0.7", 1), ("192.168.1.4", 1), ("::2", 1), ("", 1), ("unix:", 1)])
def test_only_this_machine_is_answered(app: Guard, client: tuple[str, int] | None) -> None:
    assert put_request(app, "GET", "/", own_headers(), client=client).status == 403
    assert put_request(app, "GET", "/api/state", own_headers(), client=client).status == 403


@pytest.mark.parametrize("client", [("127.0.0.1", 1), ("127.8.9.1", 1), ("::1", 1)])
def test_all_addresses_of_this_machine_are_this_machine(app: Guard, client: tuple[str, int]) -> None:
    assert put_request(app, "GET", "/api/state", own_headers(), client=client).status == 200


@pytest.mark.parametrize("name", ["Host", "Origin", "Authorization"])
def test_a_doubled_header_is_not_believed(app: Guard, name: str) -> None:
    headers = own_headers()
    twice = [*headers, next(pair for pair in headers if pair[0] == name)]
    assert put_request(app, "GET", "/api/state", headers).status == 200
    assert put_request(app, "GET", "/api/state", twice).status in (401, 403, 421)


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)]
)
def test_a_browser_that_says_where_a_request_comes_from_is_heard(app: Guard, site: str, status: int) -> None:
    headers = [pair for pair in own_headers() if pair[0] != "Sec-Fetch-Site"]
    assert put_request(app, "GET", "/api/state", [*headers, ("Sec-Fetch-Site", site)]).status == status


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("Content-Type", "text/plain", 415),
        ("Content-Type", "application/x-www-form-urlencoded", 415),
        ("Content-Type", None, 415),
        ("Content-Type", "application/json; charset=utf-8", 200),
        ("Content-Length", str(MAX_BODY + 1), 413),
        ("Content-Length", "9" * 5000, 413),
        ("Content-Length", "-1", 411),
        ("Content-Length", "1e3", 411),
        ("Content-Length", "\xb2", 411),
        ("Content-Length", None, 411),
    ],
)
def test_only_json_of_a_stated_length_is_read(app: Guard, name: str, value: str | None, status: int) -> None:
    body = json.dumps({"text": "a: 1"}).encode()
    headers = [pair for pair in own_headers(body) if pair[0] != name]
    reply = put_request(app, "POST", "/api/check", [*headers, *([(name, value)] if value is not None else [])], body)
    assert reply.status == status


@pytest.mark.parametrize("path", [*FILES, "/nothing", "/api/state", "/api/nothing"])
def test_every_answer_bears_the_headers_of_safety_once(app: Guard, path: str) -> None:
    reply = put_request(app, "GET", path, own_headers())
    assert {name: reply.header(name) for name in HEADERS} == {name: [value] for name, value in HEADERS.items()}
    assert not reply.header("set-cookie")
    assert not reply.header("access-control-allow-origin")


def test_the_policy_allows_nothing_inline_and_nothing_evaluated() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http:" not in CONTENT_SECURITY_POLICY
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"


def test_the_page_itself_needs_nothing_inline() -> None:
    page = (Path(__file__).parents[3] / "src/counterstream/app/static/serve.html").read_text(encoding="utf-8")
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count('<script src="/serve.js"') == 1
    assert " on" not in page.replace(" one ", "").lower().split("<body>")[1].split("<noscript>")[0]


def test_the_check_of_the_matrix_would_see_an_open_door(app: Guard) -> None:
    """A guard that believes every host answers where it must not."""

    class Open(Guard):
        def judge(self, scope: Any) -> None:
            return None

    opened = Open(app.app, TOKEN, PORT)
    reply = put_request(opened, "GET", "/api/state", headers_of("http://evil.example", "evil.example", None, b""))
    assert reply.status == 200
    assert expected_status("GET", "http://evil.example", "evil.example", None, "/api/state") == 421


def test_a_websocket_is_closed(app: Guard) -> None:
    told: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    asyncio.run(app({"type": "websocket", "path": "/", "headers": []}, receive, send))  # type: ignore[arg-type]
    assert [message["type"] for message in told] == ["websocket.close"]
