"""What a request must pass before any route sees it, and what every answer says to the browser.

An ASGI middleware rather than one of FastAPI's: it stands before everything, the static files and unknown addresses
included, and it can bound a body while it arrives. Each check is a function of its own in ``CHECKS``; a refusal is one line
of JSON. What is guarded against, and where it is described:

host      a name that an attacker points at this machine (DNS rebinding): only known names, or bare addresses, are answered
origin    a page of another site that sends requests with the user's browser (CSRF; Fetch Metadata, W3C)
token     anyone, where the server listens beyond loopback
length    a body that says itself that it is too large
"""

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "mission-themes-session"
SESSION_SECONDS = 12 * 3600
UPLOAD_PATH = "/api/files"
MAX_JSON = 4 * 2**20  # bytes of any other body
LOOPBACK_NAMES = ("localhost",)
# What may be had without the token: the form that asks for it, how that looks, and whether the server is up.
PUBLIC = ("/login", "/api/health", "/static/app.css", "/static/icon.svg")
READING = ("GET", "HEAD", "OPTIONS")
HEADERS: dict[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask, and for how much.

    ``names`` are the names that a Host header may carry; ``token`` is None where none is asked for; ``key`` signs the
    cookies of those who gave it. ``max_upload`` counts bytes, ``upload_seconds`` the time that any body may take.
    """

    names: frozenset[str]
    token: str | None
    max_upload: int
    upload_seconds: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the checks see it: before its body."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: the status, a word for programs and a line for people."""

    status: int
    code: str
    error: str
    headers: Mapping[str, str] = field(default_factory=dict)


def check_host(asked: Asked, policy: Policy) -> Refusal | None:
    """Refuse a Host header with a name that this server does not go by."""
    name = _host_name(asked.headers.get("host", ""))
    if name in policy.names or _is_address(name):
        return None
    return Refusal(421, "unknown_host", "this server does not go by that name; use its address, or start it with --name NAME")


def check_origin(asked: Asked, policy: Policy) -> Refusal | None:  # noqa: ARG001 - the signature of a check
    """Refuse what a page of another site asks for, but for following a link to the page itself."""
    site = asked.headers.get("sec-fetch-site", "")
    if site in ("cross-site", "same-site"):
        follows_link = asked.method == "GET" and asked.headers.get("sec-fetch-mode") == "navigate" and asked.path in ("/", "/login")
        if not follows_link:
            return _CROSS_SITE
    origin = asked.headers.get("origin")
    # Of a form the browser tells no origin ("null"), since the page asks it to tell nobody where it comes from.
    if origin is None or asked.method in READING or site == "same-origin":
        return None
    return None if urlsplit(origin).netloc == asked.headers.get("host") else _CROSS_SITE


def check_token(asked: Asked, policy: Policy) -> Refusal | None:
    """Refuse who has neither the token nor a cookie that was given for it; a browser is led to the form."""
    if policy.token is None or asked.path in PUBLIC:
        return None
    kind, _, given = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and is_token(given.strip(), policy):
        return None
    if _is_session(asked.headers.get("cookie", ""), policy):
        return None
    if asked.path == "/":
        return Refusal(303, "login", "log in", {"location": "/login"})
    return Refusal(
        401, "token", "give the token of this server, as in: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"}
    )


def check_length(asked: Asked, policy: Policy) -> Refusal | None:
    """Refuse a body that is announced as larger than it may be."""
    length = asked.headers.get("content-length", "0")
    limit = body_limit(asked, policy)
    return None if length.isdecimal() and int(length) <= limit else Refusal(413, "too_large", _too_large(limit))


Check = Callable[[Asked, Policy], Refusal | None]
CHECKS: dict[str, Check] = {"host": check_host, "origin": check_origin, "token": check_token, "length": check_length}
_CROSS_SITE = Refusal(403, "cross_site", "asked for by a page of another site; open the page of this server itself")


class Guarded:
    """An application behind the checks."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":  # nothing here speaks over web sockets
            return
        asked = Asked(scope["method"], scope["path"], Headers(scope=scope))
        refusal = next(filter(None, (check(asked, self._policy) for check in CHECKS.values())), None)
        if refusal:
            await _refuse(refusal, _with_headers(send))
        else:
            await self._app(
                scope, bounded(receive, body_limit(asked, self._policy), self._policy.upload_seconds), _with_headers(send)
            )


def bounded(receive: Receive, limit: int, seconds: float) -> Receive:
    """Return what receives a body of so many bytes at most and in so many seconds; more raises HTTPException."""
    deadline = time.monotonic() + seconds
    size = 0

    async def receive_bounded() -> Message:
        nonlocal size
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"the body took more than {seconds:g} s (serve.upload_seconds)") from None
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return receive_bounded


def body_limit(asked: Asked, policy: Policy) -> int:
    """Return how many bytes the body of a request may have."""
    return policy.max_upload if asked.method == "POST" and asked.path == UPLOAD_PATH else MAX_JSON


def is_token(given: str, policy: Policy) -> bool:
    """Tell whether this is the token, in a time that does not depend on how much of it is right."""
    return policy.token is not None and secrets.compare_digest(given.encode(), policy.token.encode())


def session(policy: Policy) -> str:
    """Return a cookie for one who gave the token: until when it holds, signed; the token itself is not in it."""
    until = str(int(time.time()) + SESSION_SECONDS)
    return f"{until}.{_signature(until, policy)}"


def _is_session(cookies: str, policy: Policy) -> bool:
    try:
        cookie = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return False
    until, _, signature = (cookie.value if cookie else "").partition(".")
    is_signed = secrets.compare_digest(signature.encode(), _signature(until, policy).encode())
    return is_signed and int(until) > time.time()


def _signature(until: str, policy: Policy) -> str:
    return hmac.new(policy.key, until.encode(), hashlib.sha256).hexdigest()


def _host_name(host: str) -> str:
    """Return the name in a Host header, in lower case and without the port; "" for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    """Tell whether a name is a bare IP address: no name server decides where it leads."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _too_large(limit: int) -> str:
    return f"more than {limit:,} bytes; split it, or raise serve.max_upload"


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers


async def _refuse(refusal: Refusal, send: Send) -> None:
    body = msgspec.json.encode({"code": refusal.code, "error": refusal.error})
    sent = {"content-type": "application/json", "content-length": str(len(body)), **refusal.headers}
    headers = [(name.encode(), value.encode()) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
