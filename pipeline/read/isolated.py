"""Read files so that none of them can hurt: in a process of its own, with limits on time and memory, that can be ended.

Plain text is read in the calling process: it is decoded in one sweep, bounded by ``read.max_bytes``, and this keeps the
start of a command short. Everything else goes to a worker (``worker.py``), which is started with the first such file and
reads one after another. The answers are MessagePack, never pickle: a worker that a hostile file has taken over cannot make
its caller run anything.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from io import FileIO
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import readable
from pipeline.core.outputs import STANDARD_INPUT
from pipeline.core.records import Document
from pipeline.read import PassedOver, check_size, read_plain, suffix_of
from pipeline.read.frames import ReadRequest, ReadResponse
from pipeline.read.kinds import HEAD, looks_plain
from pipeline.read.pipes import has_size, opener, read_bounded

if TYPE_CHECKING:
    from pipeline.read.process import Worker

Outcome = Document | PassedOver | InputError


class IsolatedReader:
    """Reads files, one after another; a context manager that ends its worker."""

    def __init__(
        self, options: ReadConfig, scratch: Path | None = None, tell: Callable[[str, str], None] = lambda _source, _step: None
    ) -> None:
        """Take the limits, and a folder for what is unpacked; nothing is started before the first file that needs it.

        ``tell`` is told how far a file that takes long is: its name, and the step as ``3/12``.
        """
        self._tell = tell
        self._options = options
        self._scratch = scratch
        self._worker: Worker | None = None

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the worker."""
        self._end_worker()

    def read(self, source: str, name: str | None = None) -> Iterator[Outcome]:
        """Yield the report of a file, or the reports of an archive; what cannot be read as its error, in its place.

        Reports and errors name the file as ``name`` says, where it has another name for people than on the disk, and else so that
        its name can be read (``readable``).
        """
        try:
            if source == STANDARD_INPUT:
                yield from self._read_data(_standard_input(self._options.max_bytes + 1), "stdin")
            else:
                yield from self._read_path(source, name or readable(source))
        except InputError as error:
            yield error

    def _read_path(self, path: str, source: str) -> Iterator[Outcome]:
        suffix = suffix_of(path)
        try:
            with open(path, "rb", buffering=0, opener=opener) as stream:  # read at once or not at all
                data, is_plain = self._content(stream, source, suffix)
        except FileNotFoundError:
            raise InputError(tr("{source}: no such file; check the path", source=source), code="missing") from None
        except OSError as error:
            raise InputError(
                tr(
                    "{source}: cannot be read ({reason}); check the path and its permissions",
                    source=source,
                    reason=system_reason(error),
                )
            ) from None
        if is_plain:
            document = read_plain(data or b"", source, self._options, suffix)
            del data  # while the document is tagged
            yield document
        else:
            place = os.fsencode(Path(path).resolve()) if data is None else None
            yield from self._in_worker(ReadRequest(source, suffix, place, data, self._options))

    def _content(self, stream: FileIO, source: str, suffix: str) -> tuple[bytes | None, bool]:
        """Return the bytes of a file and whether they are plain text; None for one that the worker can read by its path."""
        status = os.fstat(stream.fileno())
        if not has_size(status):
            data = read_bounded(stream.fileno(), source, self._options)
            return data, looks_plain(data[:HEAD], suffix)
        check_size(status.st_size, source, self._options)
        if not looks_plain(stream.read(HEAD), suffix):
            return None, False
        stream.seek(0)  # to add the rest to what was read would take a large file twice
        return stream.read(), True

    def _read_data(self, data: bytes, source: str) -> Iterator[Outcome]:
        check_size(len(data), source, self._options)
        if looks_plain(data[:HEAD], ""):
            yield read_plain(data, source, self._options)
        else:
            yield from self._in_worker(ReadRequest(source, "", None, data, self._options))

    def _in_worker(self, request: ReadRequest) -> Iterator[Outcome]:
        """Yield what a worker answers; where it is lost at a file of an archive, another goes on behind that file."""
        from pipeline.read.process import Worker, WorkerLostError  # noqa: PLC0415 - plain text needs no process

        done = 0
        while True:
            worker = self._worker = self._worker or Worker(self._options, self._scratch)
            reading = ""
            try:
                worker.send(msgspec.structs.replace(request, skip=done))
                while (answer := worker.receive()).kind != "end":
                    if answer.kind == "begin":
                        reading = answer.text
                    elif answer.kind == "step":
                        self._tell(reading, answer.text)
                    else:
                        done += 1
                        yield _outcome(answer)
            except WorkerLostError as lost:
                self._end_worker()
                if worker.has_answered and not lost.is_final:
                    continue  # it may be lost for what earlier files left in it: a new one reads the file once more
                yield InputError(tr("{reading}: {lost}", reading=reading or request.source, lost=lost), lost.code)
                if not reading:
                    return
                done += 1
            else:
                return

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


def _standard_input(limit: int) -> bytes:
    """Return what standard input has, up to so many bytes; raises InputError where it is closed, or a folder."""
    try:
        return sys.stdin.buffer.read(limit)
    except OSError as error:
        raise InputError(
            tr(
                "standard input: cannot be read ({reason}); give it a report, as with < report.txt, or name a file",
                reason=system_reason(error),
            )
        ) from None


def read_files(sources: Iterable[str], options: ReadConfig, failed: Callable[[InputError], None]) -> Iterator[Document]:
    """Yield the document of each report, as its reader produces it; one that cannot be read is handed to ``failed``."""
    with IsolatedReader(options) as reader:
        for outcome in chain.from_iterable(map(reader.read, sources)):
            if isinstance(outcome, InputError):
                failed(outcome)
            elif isinstance(outcome, Document):
                yield outcome


def _outcome(answer: ReadResponse) -> Outcome:
    if answer.document is not None:
        return answer.document
    return PassedOver(answer.text) if answer.kind == "passed over" else InputError(answer.text, answer.code)
