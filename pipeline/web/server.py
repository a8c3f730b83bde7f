"""Run the page: the socket, who may ask, uvicorn, and connections that say nothing."""

import asyncio
import ipaddress
import logging
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from pipeline.batch.engine import load_cached
from pipeline.core.config import Config
from pipeline.core.errors import Say, UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.track.locate import model_folder
from pipeline.web.accounts import Accounts, for_all, new_token, read_accounts
from pipeline.web.app import create_app
from pipeline.web.file_store import FileStore, LoadedModel
from pipeline.web.guard import LOOPBACK_NAMES, Policy

HEAD_SECONDS = 15.0  # that a new connection has to say what it wants
KEEP_ALIVE = 30.0  # that it has for the next head once it was answered
WAITING = 200  # connections that wait for a head at once, new ones and others each
BACKLOG = 128  # connections that wait to be taken
PATIENCE = 3  # seconds for requests under way when the server is stopped


class Protocol(H11Protocol):
    """HTTP of uvicorn, which of itself waits for ever for a head: of a first request, and of a later one that was begun.

    Connections that wait for a head do not count among the requests that are answered. Where more wait than may, the one that has
    waited longest is closed, so that silent connections keep nobody out. Those that have asked before are counted apart, so that
    a crowd of silent ones ends none of them.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection, and wait for what it asks."""
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._wait_for_head(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; once they make a head, nothing is waited for."""
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """End an answer, and wait for the next head."""
        super().on_response_complete()
        if not self._is_answering():
            self._wait_for_head(KEEP_ALIVE)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self, seconds: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(seconds, self._close_if_silent)
        waiting = _waiting(self.server_state)[self.cycle is not None]
        waiting[self] = None
        if len(waiting) > WAITING:
            next(iter(waiting))._close_if_silent()  # noqa: SLF001 - a connection of the same server

    def _stop_waiting(self) -> None:
        for waiting in _waiting(self.server_state):
            waiting.pop(self, None)
        if self._deadline:
            self._deadline.cancel()

    def _close_if_silent(self) -> None:
        self._stop_waiting()
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.abort()  # what is left to send to one who does not read is not waited for


Connections = dict[Protocol, None]  # the one that has waited longest first
_OF_SERVER: WeakKeyDictionary[ServerState, tuple[Connections, Connections]] = WeakKeyDictionary()


def _waiting(server: ServerState) -> tuple[Connections, Connections]:
    """Return the connections of a server that wait for a head: those that never asked, and those that were answered before."""
    return _OF_SERVER.setdefault(server, ({}, {}))


def load_models(names: Sequence[str], config: Config, say: Say) -> dict[str, LoadedModel]:
    """Return the models of these names, folders or MLflow URIs by their id, in order; raises ModelError."""
    models = {}
    for name in names:
        folder = model_folder(name, config.track.uri, say).resolve()
        model = load_cached(folder)
        models[model.version] = LoadedModel(model.version, folder, model)
    return models


def choose_token(host: str, token: str | None, token_file: Path | None, proxies: Sequence[str] = ()) -> str | None:
    """Return the token that all have to give: the one given, or, where others reach the server and no file names any, a new one."""
    if token_file is not None:
        return None
    return token if token is not None or (is_loopback(host) and not proxies) else new_token()


def choose_accounts(token: str | None, token_file: Path | None) -> Accounts | None:
    """Return who may ask: those of a file, or all with a token; raises UsageError for a token that can be guessed."""
    if token_file is not None:
        return Accounts(read_accounts(token_file), token_file if token_file.is_file() else None)  # a pipe is read once
    return None if token is None else for_all(token)


def check_proxies(proxies: Sequence[str]) -> None:
    """Raise UsageError for what is no address or network, and for one that is everybody."""
    for proxy in proxies:
        try:
            network = ipaddress.ip_network(proxy)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise UsageError(
                tr("--proxy {proxy}: no address or network of a proxy; give one such as 127.0.0.1 or 172.18.0.0/16", proxy=proxy)
            )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's own, which no other reaches."""
    try:
        return host in LOOPBACK_NAMES or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def policy_for(host: str, names: Sequence[str], accounts: Accounts | None, config: Config) -> Policy:
    """Return who may ask: by the host's name, by localhost, by further names that were given, or by an address."""
    known = frozenset(name.lower() for name in (*LOOPBACK_NAMES, host, *names))
    return Policy(known, accounts, config.serve.max_upload, config.serve.upload_seconds, config.serve.connections)


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises UsageError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Its protocol is named, since asyncio turns off the collecting of small packets (40 ms an answer) only where it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there the option lets two programs listen on one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = system_reason(error) if isinstance(error, OSError) else error
        raise UsageError(
            tr(
                "{host}:{port} cannot be listened on ({reason}); choose another --port or --host",
                host=host,
                port=port,
                reason=reason,
            )
        ) from None
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address of a page by its socket."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(
    models: dict[str, LoadedModel],
    policy: Policy,
    listening: socket.socket,
    config: Config,
    shows_library: bool,
    proxies: Sequence[str] = (),
) -> None:
    """Serve the page until the process is told to stop; everything that was uploaded is gone then."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    build(models, policy, config, shows_library, proxies).run(sockets=[listening])


def build(
    models: dict[str, LoadedModel], policy: Policy, config: Config, shows_library: bool = False, proxies: Sequence[str] = ()
) -> uvicorn.Server:
    """Return a server of the page, with a temporary folder that goes when it ends.

    From ``proxies`` alone, addresses or networks, it is believed whom they ask for and by which scheme (X-Forwarded-For, -Proto).
    """
    folder = Path(tempfile.mkdtemp(prefix="mission-themes-serve-"))
    settings = uvicorn.Config(
        create_app(FileStore(models, config, folder), policy, shows_library),
        http=Protocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,  # the ids of files would stand in it
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        backlog=BACKLOG,
        timeout_keep_alive=int(KEEP_ALIVE),
        timeout_graceful_shutdown=PATIENCE,
        h11_max_incomplete_event_size=32 * 1024,
    )
    return uvicorn.Server(settings)
