"""The worker as its caller sees it: a process that can be ended, its limits, and what is cleared away behind it."""

import contextlib
import os
import queue
import signal
import threading
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import Code
from pipeline.core.messages import tr
from pipeline.core.process import Scratch, start_process
from pipeline.read import seconds_for
from pipeline.read.frames import ReadRequest, ReadResponse, read_answer, write_frame
from pipeline.read.office.libreoffice import remove_sockets

_START = "from pipeline.read.worker import main; main()"

_AHEAD = 2  # answers that may wait for the caller; more, and the worker waits


class WorkerLostError(Exception):
    """A worker gave no answer; ``is_final`` where another try would end the same way."""

    def __init__(self, reason: str, code: Code, is_final: bool) -> None:
        super().__init__(reason)
        self.code = code
        self.is_final = is_final


class Worker:
    """A process that reads files, its limits, and a folder for what it unpacks, which goes with it."""

    def __init__(self, options: ReadConfig, scratch: Path | None = None) -> None:
        self.has_answered = False
        self._size: int | None = None  # of the file that is being read
        self._options = options
        self._folder = Scratch(scratch)
        folder = self._folder.name
        self._process = start_process(_START, TMPDIR=folder, TEMP=folder, TMP=folder)
        self._folder.watch(self._process.pid)
        self._answers: queue.Queue[ReadResponse | None] = queue.Queue(_AHEAD)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def send(self, request: ReadRequest) -> None:
        """Hand a file over; a worker that is gone is found out when its answer is missing."""
        with contextlib.suppress(OSError):
            write_frame(_pipe(self._process.stdin), request)

    def receive(self) -> ReadResponse:
        """Return the next answer; raises LostError when none comes in the time that a file of this size has, or the worker ends."""
        limit = self._options.max_seconds if self._size is None else seconds_for(self._size, self._options)
        try:
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            part = "" if limit == self._options.max_seconds else tr(", by its size")
            reason = tr(
                "reading it took more than {limit:.3g} s (read.max_seconds{part}); split it, or raise the limit",
                limit=limit,
                part=part,
            )
            raise WorkerLostError(reason, "too_long", is_final=True) from None
        if answer is None:
            reason = tr("reading it ended the reader, by damage or by its limit of memory (read.max_memory); save it as .txt")
            raise WorkerLostError(reason, "too_large", is_final=False)
        self._size = answer.size if answer.kind == "begin" else None
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
        self._folder.watch(None)
        while self._listener.is_alive():
            with contextlib.suppress(queue.Empty):
                self._answers.get(timeout=0.1)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        remove_sockets(self._folder.path)
        self._folder.remove()

    def _listen(self) -> None:
        answer: ReadResponse | None = None
        with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
            while (answer := read_answer(_pipe(self._process.stdout))) is not None:
                self._answers.put(answer)
        self._answers.put(None)


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    return cast("BinaryIO", stream)
