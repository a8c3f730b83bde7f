"""Read files so that none of them can hurt: in a process of its own, with limits on time and memory, that can be ended.

Plain text is read in the calling process: it is decoded in one sweep, bounded by ``read.max_bytes``, and this keeps the
start of a command short. Everything else goes to a worker (``worker.py``), which is started with the first such file and
reads one after another. The answers are MessagePack, never pickle: a worker that a hostile file has taken over cannot make
its caller run anything.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self, cast

import msgspec

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.read import PassedOver, check_size, read_bytes
from pipeline.read.find import STANDARD_INPUT
from pipeline.read.frames import Answer, Request, read_answer, write_frame
from pipeline.read.kinds import HEAD, looks_plain
from pipeline.records import Document

_PACKAGE = Path(__file__).resolve().parents[2]
_START = "from pipeline.read.worker import main; main()"

_AHEAD = 2  # answers that may wait for the caller; more, and the worker waits

Outcome = Document | PassedOver | InputError


class Reader:
    """Reads files, one after another; a context manager that ends its worker."""

    def __init__(self, options: ReadConfig, scratch: Path | None = None) -> None:
        """Take the limits, and a folder for what is unpacked; nothing is started before the first file that needs it."""
        self._options = options
        self._scratch = scratch
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the worker."""
        self._end_worker()

    def read(self, source: str) -> Iterator[Outcome]:
        """Yield the report of a file, or the reports of an archive; what cannot be read as its error, in its place."""
        try:
            if source == STANDARD_INPUT:
                yield from self._read_data(sys.stdin.buffer.read(self._options.max_bytes + 1), "stdin")
            else:
                yield from self._read_path(Path(source), source)
        except InputError as error:
            yield error

    def _read_path(self, path: Path, source: str) -> Iterator[Outcome]:
        suffix = path.suffix.lower()
        try:
            check_size(path.stat().st_size, source, self._options)
            with path.open("rb") as stream:
                head = stream.read(HEAD)
                data = head + stream.read() if looks_plain(head, suffix) else None
        except FileNotFoundError:
            raise InputError(f"{source}: no such file; check the path") from None
        except OSError as error:
            raise InputError(f"{source}: cannot be read ({error.strerror}); check the path and its permissions") from None
        if data is not None:
            yield read_bytes(data, source, self._options, suffix)
        else:
            yield from self._in_worker(Request(source, suffix, str(path.resolve()), None, self._options))

    def _read_data(self, data: bytes, source: str) -> Iterator[Outcome]:
        check_size(len(data), source, self._options)
        if looks_plain(data[:HEAD], ""):
            yield read_bytes(data, source, self._options)
        else:
            yield from self._in_worker(Request(source, "", None, data, self._options))

    def _in_worker(self, request: Request) -> Iterator[Outcome]:
        """Yield what a worker answers; where it is lost at a file of an archive, another goes on behind that file."""
        done = 0
        while True:
            worker = self._worker = self._worker or _Worker(self._options, self._scratch)
            reading = ""
            try:
                worker.send(msgspec.structs.replace(request, skip=done))
                while (answer := worker.receive()).kind != "end":
                    if answer.kind == "begin":
                        reading = answer.text
                    else:
                        done += 1
                        yield _outcome(answer)
            except _LostError as lost:
                self._end_worker()
                if worker.has_answered and not lost.is_final:
                    continue  # it may be lost for what earlier files left in it: a new one reads the file once more
                yield InputError(f"{reading or request.source}: {lost}")
                if not reading:
                    return
                done += 1
            else:
                return

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class _LostError(Exception):
    """A worker gave no answer; ``is_final`` where another try would end the same way."""

    def __init__(self, reason: str, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class _Worker:
    """A process that reads files, its limits, and a folder for what it unpacks, which goes with it."""

    def __init__(self, options: ReadConfig, scratch: Path | None) -> None:
        self.has_answered = False
        self._options = options
        self._folder = tempfile.TemporaryDirectory(prefix="mission-themes-", dir=scratch, ignore_cleanup_errors=True)
        path = os.pathsep.join(filter(None, [str(_PACKAGE), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path, "TMPDIR": self._folder.name, "TEMP": self._folder.name, "TMP": self._folder.name},
            start_new_session=True,
        )
        self._answers: queue.Queue[Answer | None] = queue.Queue(_AHEAD)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def send(self, request: Request) -> None:
        """Hand a file over; a worker that is gone is found out when its answer is missing."""
        with contextlib.suppress(OSError):
            write_frame(_pipe(self._process.stdin), request)

    def receive(self) -> Answer:
        """Return the next answer; raises _LostError when none comes in time, or the worker ends."""
        limit = self._options.max_seconds
        try:
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            reason = f"reading it took more than {limit:g} s (read.max_seconds); split it, or raise the limit"
            raise _LostError(reason, is_final=True) from None
        if answer is None:
            reason = "reading it ended the reader, by damage or by its limit of memory (read.max_memory); save it as .txt"
            raise _LostError(reason, is_final=False)
        self.has_answered = self.has_answered or answer.kind in ("document", "error")
        return answer

    def end(self) -> None:
        """End the process with all that it has started, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        while self._listener.is_alive():
            with contextlib.suppress(queue.Empty):
                self._answers.get(timeout=0.1)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        self._folder.cleanup()

    def _listen(self) -> None:
        answer: Answer | None = None
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while (answer := read_answer(_pipe(self._process.stdout))) is not None:
                self._answers.put(answer)
        self._answers.put(None)


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    return cast("BinaryIO", stream)


def _outcome(answer: Answer) -> Outcome:
    if answer.document is not None:
        return answer.document
    return PassedOver(answer.text) if answer.kind == "passed over" else InputError(answer.text)
