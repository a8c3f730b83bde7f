"""Counts and seconds of the server in Prometheus' text format; no name, address or text of anyone is in them."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Key = tuple[str, str, int]  # method, the route's pattern, status


class Metrics:
    """Counts requests and their seconds by method, route and status."""

    def __init__(self) -> None:
        self.requests: Counter[Key] = Counter()
        self.seconds: dict[Key, float] = {}
        self.under_way = 0

    def add(self, key: Key, seconds: float) -> None:
        """Count a request."""
        self.requests[key] += 1
        self.seconds[key] = self.seconds.get(key, 0.0) + seconds

    def text(self, gauges: Mapping[str, float]) -> str:
        """Return everything, with figures of the moment, in Prometheus' text format."""
        lines = _family("requests_total", "counter", ((key, self.requests[key]) for key in sorted(self.requests)))
        lines += _family("request_seconds_total", "counter", ((key, self.seconds[key]) for key in sorted(self.seconds)))
        for name, value in {**gauges, "requests_under_way": self.under_way}.items():
            lines += [f"# TYPE mission_themes_{name} gauge", f"mission_themes_{name} {value:g}"]
        return "\n".join(lines) + "\n"


class MetricsMiddleware:
    """An application whose requests are counted."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        self._metrics.under_way += 1
        try:
            await self._app(scope, receive, watch)
        finally:
            self._metrics.under_way -= 1
            route = getattr(scope.get("route"), "path", "other")  # the pattern: an address itself may hold an id
            self._metrics.add((_method(scope), route, status), time.perf_counter() - begun)


def _method(scope: Scope) -> str:
    """Return the method of a request; what is none of the usual ones counts as one, so that nobody can fill the memory."""
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS") else "other"


def _family(name: str, kind: str, values: Iterable[tuple[Key, float]]) -> list[str]:
    lines = [f"# TYPE mission_themes_{name} {kind}"]
    for (method, route, status), value in values:
        lines.append(f'mission_themes_{name}{{method="{method}",route="{route}",status="{status}"}} {value:g}')
    return lines
