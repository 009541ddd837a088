"""Who may ask the local server: this machine's own browser, from the server's own page, with the token of the launch.

Other people's pages in the same browser must learn nothing and change nothing.  A page elsewhere can send requests to
any address on this machine (cross-site request forgery), and a name of its own can be made to point here (DNS
rebinding): the checks of ``Origin`` and ``Host`` meet these two.  The token keeps out other users and programs of the
machine.  It travels in a header that no page elsewhere can set, and in no cookie: a cookie of 127.0.0.1 goes to the
servers of every port.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterstream.app.codes import BAD_REQUEST, REFUSED_REQUEST
from counterstream.errors import Problem

#: A system file may have 400,000 characters; as JSON in UTF-8 each takes up to twelve bytes, mostly one.
MAX_BODY = 5_000_000
#: Below this path lies everything that is somebody's data; the rest is the page itself, the same for everybody.
DATA = "/api/"
READING = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "PUT"})
#: ``same-origin``: our own page.  ``none``: a person who typed an address or opened a bookmark.
OWN_SITES = frozenset({"same-origin", "none"})

#: Scripts and styles only from our own files: none inline, none evaluated; no frame around the page.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in."""

    status: int
    reason: str
    code: str = REFUSED_REQUEST
    allow: str = ""


@dataclass(frozen=True)
class Guard:
    """Lets in what may come in, and puts the headers of safety on every answer.

    Parameters
    ----------
    app
        What is guarded.
    token
        Secret of this launch.
    port
        On which the server listens.
    """

    app: ASGIApp
    token: str
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            # No part of the page speaks by websocket.
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
            return
        refusal = self.judge(scope)
        if refusal is not None:
            await _refuse(send, refusal)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _add_headers(message.get("headers", ()))}
            await send(message)

        await self.app(scope, receive, send_safely)

    def judge(self, scope: Scope) -> Refusal | None:
        """Return why a request is refused, ``None`` if it may pass."""
        headers = _Headers(scope)
        method, path = str(scope["method"]), str(scope["path"])
        data = path.startswith(DATA)
        if not _is_here(scope):
            return Refusal(403, "only programs on this machine are answered")
        if headers.one("host") not in self._hosts():
            return Refusal(421, "the request names another host")
        if method not in READING | WRITING or (method in WRITING and not data):
            return Refusal(405, "there is no such method here", allow="GET, HEAD")
        origins = headers.every("origin")
        if origins and origins != [f"http://{headers.one('host')}"]:
            return Refusal(403, "the request comes from another page")
        if method in WRITING and not origins:
            return Refusal(403, "the request does not say where it comes from")
        sites = headers.every("sec-fetch-site")
        if data and any(site not in OWN_SITES for site in sites):
            return Refusal(403, "the request comes from another page")
        if data and not self._knows_token(headers):
            return Refusal(401, "the token of this launch is missing or wrong")
        return _judge_body(method, headers)

    def _hosts(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def _knows_token(self, headers: _Headers) -> bool:
        """Whether the token is there, compared in a time that tells nothing of it."""
        given = headers.one("authorization").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode("utf-8"), self.token.encode("utf-8"))


class _Headers:
    """Headers of a request as text."""

    def __init__(self, scope: Scope) -> None:
        pairs: list[tuple[bytes, bytes]] = list(scope["headers"])
        self._pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]

    def every(self, name: str) -> list[str]:
        """Return all values of a header."""
        return [value for key, value in self._pairs if key == name]

    def one(self, name: str) -> str:
        """Return the value of a header that is there once; a header that is doubled counts as none."""
        values = self.every(name)
        return values[0] if len(values) == 1 else ""


def _is_here(scope: Scope) -> bool:
    """Whether the other end of the connection is on this machine."""
    client: tuple[str, int] | None = scope.get("client")
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _judge_body(method: str, headers: _Headers) -> Refusal | None:
    """Return what is wrong with the body that a request announces; the HTTP parser holds it to that length."""
    if method not in WRITING:
        return None
    length = headers.one("content-length")
    if not length.isascii() or not length.isdigit():
        return Refusal(411, "the request does not say how long it is", BAD_REQUEST)
    if len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
        return Refusal(413, f"the request is longer than {MAX_BODY:,} bytes", BAD_REQUEST)
    if headers.one("content-type").partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "the request is not JSON", BAD_REQUEST)
    return None


def _add_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with those of safety, which take the place of its own."""
    kept = [(name, value) for name, value in headers if name.decode("latin-1").lower() not in HEADERS]
    return [*kept, *((name.encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items())]


async def _refuse(send: Send, refusal: Refusal) -> None:
    """Answer with the reason, and nothing else."""
    problem = Problem(refusal.code, refusal.reason, mend="open the address that counterstream serve has printed")
    body = json.dumps({"problems": [problem.as_dict()]}).encode("ascii")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    if refusal.allow:
        headers.append((b"allow", refusal.allow.encode("ascii")))
    await send({"type": "http.response.start", "status": refusal.status, "headers": _add_headers(headers)})
    await send({"type": "http.response.body", "body": body})
