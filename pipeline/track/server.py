"""Serve the MLflow UI on the project's store."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.core.process import Watchdog, signals_held_back
from pipeline.track.places import artifact_location, follow
from pipeline.track.store import QUIET, store_folder, tracking_uri, trouble
from pipeline.track.versions import HINT

HOST = "127.0.0.1"
PATIENCE = 5  # seconds that a server is given to end by itself
# A process takes over which signals are held back where it is started; the server listens to all.
_UNBLOCKED = (
    "import runpy, signal; "
    "hasattr(signal, 'pthread_sigmask') and signal.pthread_sigmask(signal.SIG_SETMASK, []); "
    "runpy.run_module('mlflow', run_name='__main__', alter_sys=True)"
)


def serve_ui(port: int, configured: str = "") -> int:
    """Run the MLflow UI on the project's store, on loopback only, until it is stopped; return its exit code.

    Raises UsageError when the port is taken, and TrackingError for a store that cannot be used.
    """
    _check_port(port)
    try:
        uri = tracking_uri(configured)
        store_folder().mkdir(parents=True, exist_ok=True)
        with trouble(uri, tr(HINT)):
            follow(uri)
        return _serve(port, uri)
    except KeyboardInterrupt:
        return 0


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _serve(port: int, uri: str) -> int:
    command = [
        sys.executable, "-P", "-c", _UNBLOCKED, "server", "--backend-store-uri", uri, "--host", HOST, "--port", str(port),
        "--workers", "1", "--default-artifact-root", artifact_location(uri) or (store_folder() / "artifacts").as_uri(),
    ]  # fmt: skip
    environment = {**os.environ, **QUIET, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    server = None
    guard = Watchdog()
    try:
        with signals_held_back():  # a server that has begun is known, so that it can be ended
            # In a session of its own it and all that it starts can be ended together, however this process is ended.
            server = subprocess.Popen(command, env=environment, cwd=store_folder(), start_new_session=True)
            guard.watch(server.pid)
        return server.wait()
    finally:
        if server is not None:
            _end(server)
        guard.release()


def _end(server: subprocess.Popen[bytes]) -> None:
    """End a server with every process that it started: first asked to, then without asking."""
    if not hasattr(os, "killpg"):
        server.kill()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=PATIENCE)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise UsageError(
                tr("port {port} of {host} is taken; stop what uses it, or choose another with --port", port=port, host=HOST)
            ) from None
