"""What a request must pass before any route sees it, and what every answer says to the browser.

An ASGI middleware rather than one of FastAPI's: it stands before everything, the static files and unknown addresses
included, and it can bound a body while it arrives. Each check is a function of its own in ``CHECKS``; a refusal is one line
of JSON. What is guarded against, and where it is described:

host      a name that an attacker points at this machine (DNS rebinding): only known names, or bare addresses, are answered
origin    a page of another site that sends requests with the user's browser (CSRF; Fetch Metadata, W3C)
token     anyone, where the server listens beyond loopback
guessing  an address that gives one wrong token after the other
length    a body that says itself that it is too large

A body that grows too large is stopped by Starlette's own limit, whose answer to one that is announced has no code. How long a
body may take, and how many requests are under way, is checked here. itsdangerous (BSD, by the makers of Flask) signs the
cookie of who gave the token.
"""

import asyncio
import hashlib
import ipaddress
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.accounts import WRONG_SECONDS, Account, Accounts, WrongTokens

COOKIE = "mission-themes-session"
SESSION_SECONDS = 12 * 3600
UPLOAD_PATH, LOGIN_PATH = "/api/files", "/login"
MAX_JSON = 4 * 2**20  # bytes of any other body
MAX_LOGIN = 4096
LOGIN_SECONDS = 5.0  # that the form with the token may take
LOGINS = 20  # forms that are waited for at once
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

    ``names`` are the names that a Host header may carry; ``accounts`` is None where no token is asked for; ``key`` signs the
    cookies of those who gave one, and ``wrong`` counts tokens that are none. ``max_upload`` counts bytes, ``upload_seconds`` the
    time that any body may take, ``at_once`` the requests under way.
    """

    names: frozenset[str]
    accounts: Accounts | None
    max_upload: int
    upload_seconds: float
    at_once: int = 200
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    wrong: WrongTokens = field(default_factory=WrongTokens)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request as the checks see it: before its body; ``client`` is the address that it comes from."""

    method: str
    path: str
    headers: Headers
    client: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: the status, a word for programs and a line for people."""

    status: int
    code: str
    error: str
    headers: Mapping[str, str] = field(default_factory=dict)


def check_host(asked: RequestHead, policy: Policy) -> Refusal | None:
    """Refuse a Host header with a name that this server does not go by."""
    name = _host_name(asked.headers.get("host", ""))
    if name in policy.names or _is_address(name):
        return None
    return Refusal(421, "unknown_host", "this server does not go by that name; use its address, or start it with --name NAME")


def check_origin(asked: RequestHead, policy: Policy) -> Refusal | None:  # noqa: ARG001 - the signature of a check
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


def check_token(asked: RequestHead, policy: Policy) -> Refusal | None:
    """Refuse who has neither the token nor a cookie that was given for it; a browser is led to the form."""
    if policy.accounts is None or asked.path in PUBLIC or account_of(asked, policy) is not None:
        return None
    if _bearer(asked):
        policy.wrong.add(asked.client)
    if asked.path == "/":
        return Refusal(303, "login", "log in", {"location": "/login"})
    return Refusal(
        401, "token", "give the token of this server, as in: Authorization: Bearer TOKEN", {"www-authenticate": "Bearer"}
    )


def check_guessing(asked: RequestHead, policy: Policy) -> Refusal | None:
    """Refuse to look at more tokens of an address that gave too many wrong ones; who has a cookie goes on."""
    gives_token = _bearer(asked) or (asked.path, asked.method) == (LOGIN_PATH, "POST")
    if policy.accounts is None or not gives_token or not policy.wrong.are_too_many(asked.client):
        return None
    after = {"retry-after": f"{WRONG_SECONDS:.0f}"}
    return Refusal(429, "guessing", "too many wrong tokens from this address; try again in a minute", after)


def check_length(asked: RequestHead, policy: Policy) -> Refusal | None:
    """Refuse a body that is announced as larger than it may be."""
    length = asked.headers.get("content-length", "0")
    limit = body_limit(asked.path, policy)
    return None if length.isdecimal() and int(length) <= limit else Refusal(413, "too_large", too_large(limit))


Check = Callable[[RequestHead, Policy], Refusal | None]
CHECKS: dict[str, Check] = {
    "host": check_host,
    "origin": check_origin,
    "guessing": check_guessing,
    "token": check_token,
    "length": check_length,
}
_CROSS_SITE = Refusal(403, "cross_site", "asked for by a page of another site; open the page of this server itself")


class WaitQueue:
    """Lets so many wait at once: for one more, the wait of the one that has waited longest ends, so that nobody is locked out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limits: deque[asyncio.Timeout] = deque()

    @asynccontextmanager
    async def wait(self, seconds: float) -> AsyncIterator[None]:
        """Wait in the body for so many seconds at most; raises TimeoutError."""
        async with asyncio.timeout(seconds) as limit:
            self._limits.append(limit)
            if len(self._limits) > self._most:
                self._limits.popleft().reschedule(0.0)
            try:
                yield
            finally:
                if limit in self._limits:
                    self._limits.remove(limit)


class AccessMiddleware:
    """An application behind the checks."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._policy = policy
        self._under_way = 0
        self._limited = {path: RequestBodyLimitMiddleware(app, body_limit(path, policy)) for path in (UPLOAD_PATH, LOGIN_PATH, "")}
        self._app = self._limited[""]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":  # nothing here speaks over web sockets
            return
        asked = RequestHead(scope["method"], scope["path"], Headers(scope=scope), (scope.get("client") or ("",))[0])
        refusal = next(filter(None, (check(asked, self._policy) for check in CHECKS.values())), None)
        if refusal is None and self._under_way >= self._policy.at_once:
            refusal = Refusal(503, "busy", "too many requests are under way; try again soon", {"retry-after": "1"})
        if refusal:
            await _refuse(refusal, _with_headers(send))
            return
        account = account_of(asked, self._policy)
        scope.setdefault("state", {})["account"] = account.name if account else ""
        counted = asked.path != LOGIN_PATH  # how many of these are waited for is bounded by itself
        self._under_way += counted
        try:
            app = self._limited.get(asked.path, self._app)
            await app(scope, in_time(receive, self._policy.upload_seconds), _with_headers(send))
        finally:
            self._under_way -= counted


def body_limit(path: str, policy: Policy) -> int:
    """Return how many bytes the body of a request may have."""
    return {UPLOAD_PATH: policy.max_upload, LOGIN_PATH: MAX_LOGIN}.get(path, MAX_JSON)


def too_large(limit: int) -> str:
    """Return what is said of a body that is larger than this."""
    return f"more than {limit:,} bytes; split it, or raise serve.max_upload"


def in_time(receive: Receive, seconds: float) -> Receive:
    """Return what receives a body in so many seconds; one that takes longer raises HTTPException."""
    deadline = time.monotonic() + seconds

    async def receive_in_time() -> Message:
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                return await receive()
        except TimeoutError:
            raise HTTPException(408, f"the body took more than {seconds:g} s (serve.upload_seconds)") from None

    return receive_in_time


def account_of(asked: RequestHead, policy: Policy) -> Account | None:
    """Return who asks, by the token or the cookie that was given for it; None for nobody, and where no token is asked for."""
    if policy.accounts is None:
        return None
    if (token := _bearer(asked)) and (account := policy.accounts.of_token(token)):
        return account
    marks = filter(None, (_signed_mark(value, policy) for value in _cookies(asked.headers)))
    return next(filter(None, map(policy.accounts.of_mark, marks)), None)


def log_in(token: str, client: str, policy: Policy) -> str | None:
    """Return a cookie for a token, or None where it is none, which is counted.

    Since when it holds is in the cookie, and whose it is, signed; the token itself is not.
    """
    account = policy.accounts.of_token(token) if policy.accounts else None
    if account is None:
        policy.wrong.add(client)
        return None
    return _signer(policy).sign(account.mark).decode()


def cookie_name(policy: Policy) -> str:
    """Return the name of this server's cookie: a browser sends the cookies of all servers of a host to each of them."""
    return f"{COOKIE}-{hashlib.sha256(policy.key).hexdigest()[:8]}"


def _bearer(asked: RequestHead) -> str:
    """Return the token in a request's head, or ""."""
    kind, _, given = asked.headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else ""


def _cookies(headers: Headers) -> list[str]:
    """Return the cookies that may be sessions; what others on this host have set does not count, whatever it looks like."""
    cookies = (cookie.partition("=") for header in headers.getlist("cookie") for cookie in header.split(";"))
    return [value.strip().strip('"') for name, _, value in cookies if name.strip().startswith(COOKIE)]


def _signed_mark(value: str, policy: Policy) -> str:
    """Return the mark of the account in a cookie, or "" for one that is not signed or too old."""
    try:
        return _signer(policy).unsign(value, max_age=SESSION_SECONDS).decode()
    except BadSignature:  # one that is too old among them
        return ""


def _signer(policy: Policy) -> TimestampSigner:
    return TimestampSigner(policy.key, salt=COOKIE, digest_method=hashlib.sha256)


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
