"""Processes of this package, and what becomes of them and of their folders when the process that started them is gone.

However this process ends, also by SIGKILL, nothing that it started goes on and no folder of it stays: a *guard*, a small shell
that waits at a pipe, sees the pipe close and clears away. Windows has no such shell; there a process that reads ends with its pipe.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
# A program that puts something elsewhere writes into ``leftovers`` of a folder of its own what that is.
# Each line names the group of processes to end; the last one counts, and an empty one means none.
_GUARD = (
    'group=; while read -r line; do group=$line; done; if [ -n "$group" ]; then kill -s KILL -- "-$group" 2>/dev/null; fi; '
    'cat "$1"/*/leftovers 2>/dev/null | while read -r left; do rm -f -- "$left"; done; '
    'if [ -n "$1" ]; then rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }; fi'
)
_HELD_BACK = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_LOOK_EVERY = 0.5  # seconds, where a parent's end is seen only by looking
_TRIES = 20  # to remove a folder that others still clear


def start_process(code: str, **environment: str) -> "subprocess.Popen[bytes]":
    """Return a Python process with pipes at its standard input and output that runs code, which can import this package.

    It is in a session of its own, so that all that it starts can be ended with it, and that Ctrl-C does not reach it.
    ``-P`` keeps modules of the current folder out.
    """
    path = os.pathsep.join(filter(None, [str(_PACKAGE), os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path} | environment,
        start_new_session=True,
    )


class Watchdog:
    """Ends a group of processes and removes a file or folder once this process is gone."""

    def __init__(self, path: Path | None = None) -> None:
        """Take what to remove; it need not be there yet."""
        self._shell: subprocess.Popen[bytes] | None = None
        if os.name == "nt":
            return
        nothing = subprocess.DEVNULL
        command = ["/bin/sh", "-c", _GUARD, "guard", str(path.absolute()) if path else ""]
        with suppress(OSError):  # a system without a shell
            self._shell = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, cwd="/", start_new_session=True
            )

    def watch(self, group: int | None) -> None:
        """Take the group of processes to end, or None where it has ended."""
        if self._shell is not None and self._shell.stdin is not None:
            with suppress(OSError):
                self._shell.stdin.write(b"%d\n" % group if group is not None else b"\n")
                self._shell.stdin.flush()

    def release(self) -> None:
        """End the guard, without its work."""
        if self._shell is None:
            return
        self._shell.kill()
        self._shell.wait()
        if self._shell.stdin is not None:
            with suppress(OSError):
                self._shell.stdin.close()
        self._shell = None


class Scratch:
    """A folder for what is unpacked or large, which goes with this process; a context manager that removes it."""

    def __init__(self, parent: Path | None = None) -> None:
        """Make the folder below another one, or below the system's folder for such."""
        self.path = Path(parent or tempfile.gettempdir()).absolute() / f"mission-themes-{os.urandom(8).hex()}"
        self.name = str(self.path)
        self._guard = Watchdog(self.path)
        self.path.mkdir(mode=0o700)

    def __enter__(self) -> Path:
        """Return the folder."""
        return self.path

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        self.remove()

    def watch(self, group: int | None) -> None:
        """Have a group of processes end with this process, before the folder is removed; None: it has ended."""
        self._guard.watch(group)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        for _ in range(_TRIES):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                break
            time.sleep(0.05)
        self._guard.release()


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Hold signals back that end a program: a process that is started meanwhile never gets them, and is ended by who started it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@cache
def end_with_parent() -> None:
    """Have this process end when the one that started it does, in whatever way that ends."""
    import multiprocessing.connection  # noqa: PLC0415 - takes long to load, and only a process that another one started needs it

    parent = multiprocessing.parent_process()
    target = (lambda: multiprocessing.connection.wait([parent.sentinel])) if parent is not None else _wait_for_another_parent
    threading.Thread(target=_end_after, args=(target,), daemon=True).start()


def _wait_for_another_parent() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)


def _end_after(gone: Callable[[], object]) -> None:
    gone()
    os._exit(1)
