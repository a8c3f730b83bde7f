"""Many files tagged on this machine: over processes, in order.

A bounded number of tasks is under way, so memory does not grow with the archive.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast

import msgspec

from pipeline.batch.engine import Engine, Input, TagOptions, engine_of
from pipeline.core.config import LabelSet
from pipeline.core.errors import InputError
from pipeline.core.names import readable
from pipeline.core.outputs import STANDARD_INPUT
from pipeline.core.records import FinishedReport, KeptReport, Report, TaggedReport, TagGroup
from pipeline.output import finished, kept, writer_of
from pipeline.read import PassedOver
from pipeline.training.drift import Batch, BatchSummary, summaries

TOGETHER = 64  # files, at most, of one task …
TOGETHER_BYTES = 2**19  # … and their bytes, at most, unless one file alone has more
WORTH_PROCESSES = 4 * 2**20  # bytes from which on more than one process pays for its start …
WORTH_FILES = 32  # … or files
SPOOL = 2**22  # bytes of what one file makes that are kept in memory
COPIED_AT_ONCE = 2**20
TASKS_LEFT = 4  # for each process, at least, that what is left is divided into …
WORTH_TASK = 2**15  # … but none has less than so many bytes
NO_ROOM = memoryview(b"")
Sizes = Mapping[str, int]  # the bytes of files, in order


class FileResult(msgspec.Struct):
    """What one file made: its part of the output, in memory or, a long one, as a file, and what was noticed on the way.

    ``stamp`` tells the file from one that it was changed to since. ``place`` is where the part begins and ends in the room of a
    process that tags; ``data`` is then there until the next result is asked for.
    """

    source: str
    size: int
    sha256: str = ""
    reports: int = 0
    noise: Counter[str] = msgspec.field(default_factory=Counter)
    failures: list[str] = []
    passed_over: list[str] = []
    summary: BatchSummary | None = None
    data: bytes | memoryview = b""
    place: tuple[int, int] | None = None
    part: str | None = None
    not_shown: int = 0
    stamp: tuple[int, int, int] | None = None

    def read(self) -> Iterator[bytes | memoryview]:
        """Yield the bytes of the file's part of the output, once."""
        if self.part is None:
            yield self.data
            return
        with open(self.part, "rb") as stream:  # noqa: PTH123 - a name from another process
            while data := stream.read(COPIED_AT_ONCE):
                yield data
        os.unlink(self.part)  # noqa: PTH108 - as above

    def finished_reports(self) -> Iterator[FinishedReport]:
        """Yield the reports of a file that was tagged in the form FINISHED, once; only one at a time is in memory."""
        return finished.decoded(self._lines())

    def kept_reports(self) -> Iterator[KeptReport]:
        """Yield the reports of a file that was tagged in the form KEPT, once, one at a time."""
        return kept.decoded(self._lines())

    def _lines(self) -> Iterator[bytes]:
        if self.part is None:
            yield from bytes(self.data).splitlines()
            return
        with Path(self.part).open("rb") as stream:
            yield from stream
        Path(self.part).unlink()


def jobs_for(sizes: Sizes, asked: int | None) -> int:
    """Return how many processes to use: as asked, or all cores where there is enough to do.

    One, where standard input or a pipe is among the files.
    """
    if STANDARD_INPUT in sizes or any(not size and _is_pipe(source) for source, size in sizes.items()):
        return 1  # these, also what a shell puts in place of <(command), are open in this process only
    if asked:
        return asked
    worth = len(sizes) > 1 and (len(sizes) >= WORTH_FILES or sum(sizes.values()) >= WORTH_PROCESSES)
    return min(len(sizes), os.cpu_count() or 1) if worth else 1


def tag_files(sizes: Sizes, options: TagOptions, jobs: int) -> Generator[FileResult]:
    """Yield what files, each with its size, made, in order, tagged in so many processes."""
    if jobs == 1:
        with Engine(options) as engine:
            for task in _tasks(sizes):
                yield from _tag(task, options, engine, NO_ROOM)
        return
    from pipeline.batch.pool import in_order  # noqa: PLC0415 - only where there is more than one process
    from pipeline.read.office.libreoffice import remove_sockets  # noqa: PLC0415 - as above

    tasks = ((task, options) for task in _tasks(sizes, jobs))
    try:
        with closing(in_order(_tag_in_process, tasks, jobs, SPOOL)) as done:
            for results, room in done:
                yield from _with_data(results, room)
    finally:
        if options.scratch is not None:
            remove_sockets(options.scratch)


def tag_to_stream(sizes: Sizes, options: TagOptions, engine: Engine, stream: BinaryIO) -> Iterator[FileResult]:
    """Tag files to a stream, their tags as they are made, and yield what was noticed of each, in order."""
    for task in _tasks(sizes):
        yield from _fill(task, engine, _Stream(options, stream))


def _tag_in_process(task: Sequence[FileResult], options: TagOptions, room: memoryview) -> Sequence[FileResult]:
    return _tag(task, options, engine_of(options), room)


def _with_data(results: Iterable[FileResult], room: memoryview) -> Iterator[FileResult]:
    """Yield results with the bytes that a process has put into its room; who asks for them later gets a ValueError."""
    for result in results:
        if result.place is None:
            yield result
            continue
        with room[slice(*result.place)] as result.data:
            yield result


def _tasks(sizes: Sizes, jobs: int = 1) -> Iterator[list[FileResult]]:
    """Yield a result to fill for each file, in order, some at a time: enough for a task to be worth its way, and soon done.

    Over several processes tasks get smaller towards the end, so that none of these is at work long after the others.
    """
    files, rest = len(sizes), sum(sizes.values())
    task: list[FileResult] = []
    size = 0
    most_files, most = _most(files, rest, jobs)
    for result in (FileResult(source, size) for source, size in sizes.items()):
        if task and (len(task) == most_files or size + result.size > most):
            yield task
            files, rest = files - len(task), rest - size
            most_files, most = _most(files, rest, jobs)
            task, size = [], 0
        task.append(result)
        size += result.size
    if task:
        yield task


def _most(files: int, size: int, jobs: int) -> tuple[int, int]:
    """Return how many files, and bytes, a task may have where so many are left."""
    if jobs == 1:
        return TOGETHER, TOGETHER_BYTES
    return min(TOGETHER, files // (TASKS_LEFT * jobs) + 1), min(TOGETHER_BYTES, max(WORTH_TASK, size // (TASKS_LEFT * jobs)))


def _tag(results: Sequence[FileResult], options: TagOptions, engine: Engine, room: memoryview) -> Sequence[FileResult]:
    with closing(_Spool(options, room)) as spool:
        return _fill(results, engine, spool)


def _fill(results: Sequence[FileResult], engine: Engine, sink: "_Sink") -> Sequence[FileResult]:
    """Fill the results of some files; reports of several files are scored together."""
    figures = [_Figures(engine) for _ in results]
    current = 0
    inputs = [Input(result.source) for result in results]
    for result in results:
        result.stamp = _stamp(result.source)
    for outcome in engine.tag(inputs, lambda number, report: figures[number].watch(report)):
        result = results[outcome.number]
        if isinstance(outcome.result, InputError):
            result.failures.append(str(outcome.result))
        elif isinstance(outcome.result, PassedOver):
            result.passed_over.append(outcome.result.source)
        else:
            for done in results[current : outcome.number]:
                sink.into(done)
            current = outcome.number
            sink.add(outcome.result, engine.model.labels)
            _note(result, outcome.result)
    for done in results[current:]:
        sink.into(done)
    for result, counted, summary in zip(results, figures, summaries([counted.batch for counted in figures]), strict=True):
        result.noise, result.summary = counted.noise, summary if result.reports else None
    return results


def _note(result: FileResult, report: Report) -> None:
    """Note a report that was written."""
    result.reports += 1
    result.not_shown += report.not_shown
    if report.source == readable(result.source):  # the file is the report, and no archive
        result.sha256 = report.sha256


class _Figures:
    """Counts the tags of a file's reports as these are gone through."""

    def __init__(self, engine: Engine) -> None:
        self.batch = Batch(engine.model)
        self.noise: Counter[str] = Counter()

    def watch(self, report: TaggedReport) -> TaggedReport:
        """Return the report, counted when its tags have been gone through."""
        self.batch.begin_report()
        return TaggedReport(report.document, self._passing(report.groups))

    def _passing(self, groups: Iterable[TagGroup]) -> Iterator[TagGroup]:
        for group in groups:
            self.batch.count(group)
            if group.noise:
                self.noise.update([span.reason for span in group.noise])
            yield group


class _Sink(Protocol):
    """What takes the reports of some files, in order."""

    def add(self, report: Report, labels: LabelSet) -> None:
        """Write a report."""

    def into(self, result: FileResult) -> None:
        """Give a result what was written since the last one."""


class _Stream:
    """Writes reports to a stream as their tags are made; a result keeps nothing of them."""

    def __init__(self, options: TagOptions, stream: BinaryIO) -> None:
        self._writer, self._stream = writer_of(options.format), stream

    def add(self, report: Report, labels: LabelSet) -> None:
        """Write a report."""
        self._writer.write(iter([report]), self._stream, labels)

    def into(self, result: FileResult) -> None:
        """Do nothing: what was written is on its way."""


class _Spool:
    """Collects the bytes of one file's part after the other: in a room where they fit, else in memory, or, if long, in a file."""

    def __init__(self, options: TagOptions, room: memoryview) -> None:
        self._writer, self._scratch = writer_of(options.format), options.scratch
        self._room, self._taken = room, 0
        self._parts: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def add(self, report: Report, labels: LabelSet) -> None:
        """Write a report."""
        self._writer.write(iter([report]), cast("BinaryIO", self), labels)

    def write(self, data: bytes) -> None:
        """Take bytes from the format, whose stream this is."""
        self._parts.append(data)
        self._size += len(data)
        if self._size > SPOOL:
            self._to_disk()

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Take lines from the format."""
        for line in lines:
            self.write(line)

    def into(self, result: FileResult) -> None:
        """Give a result what was written since the last one."""
        if self._file is None:
            self._give(result)
        else:
            self._file.close()
            result.part = self._file.name
        if not result.failures:  # one that failed is read again in any case
            result.sha256 = result.sha256 or _digest_of_unchanged(result)
        self._parts, self._size, self._file = [], 0, None

    def _give(self, result: FileResult) -> None:
        if self._taken + self._size > len(self._room):
            result.data = b"".join(self._parts)
            return
        begin = self._taken
        for part in self._parts:
            self._room[self._taken : self._taken + len(part)] = part
            self._taken += len(part)
        result.place = begin, self._taken

    def close(self) -> None:
        """Remove what no result has taken."""
        if self._file is not None:
            with suppress(OSError):  # a full disk, which has been told of
                self._file.close()
            Path(self._file.name).unlink()

    def _to_disk(self) -> None:
        if self._file is None:
            import tempfile  # noqa: PLC0415 - most parts are short

            self._file = tempfile.NamedTemporaryFile(dir=self._scratch, delete=False)  # noqa: SIM115 - closed by ``into``
        self._file.writelines(self._parts)
        self._parts.clear()


def size_of(source: str) -> int:
    """Return the bytes of a file; nothing for standard input and for what is not there, which reading it will tell."""
    try:
        return os.stat(source).st_size if source != STANDARD_INPUT else 0  # noqa: PTH116 - many times faster than a Path
    except OSError:
        return 0


def _stamp(source: str) -> tuple[int, int, int] | None:
    """Return what changes when a file is written anew."""
    try:
        found = os.stat(source)  # noqa: PTH116 - as above
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _digest_of_unchanged(result: FileResult) -> str:
    """Return the sha256 of an archive, or "" for one that may have been changed since it was read, whose tags are not of it."""
    digest = digest_of(result.source)
    return digest if result.stamp is not None and result.stamp == _stamp(result.source) else ""


def _is_pipe(source: str) -> bool:
    return os.path.exists(source) and not os.path.isfile(source)  # noqa: PTH110, PTH113 - as above


def digest_of(source: str) -> str:
    """Return the sha256 of a file, or "" for what cannot be read again."""
    if source == STANDARD_INPUT or not os.path.isfile(source):  # noqa: PTH113 - as above; a pipe gives what it has only once
        return ""
    try:
        with Path(source).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
