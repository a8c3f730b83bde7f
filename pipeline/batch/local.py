"""Tag many files into one output: over processes, in order, and so that a run that was cut short can go on.

joblib (BSD, of scikit-learn's makers) spreads the work: its generator gives results in order while a bounded number of
tasks is under way, so memory does not grow with the archive.
"""

import gc
import hashlib
import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec

from pipeline import flow
from pipeline.batch.resume import COPIED_AT_ONCE, Entry, RunFolder
from pipeline.core.config import Config, ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.records import Document, FinishedReport, Label, TaggedReport
from pipeline.labels.corpus import read_review
from pipeline.labels.corrections.shown import Corrections
from pipeline.model.folder import load_model
from pipeline.model.model import Model
from pipeline.output import FINISHED, FORMATS, RunFacts, run_facts, writer_of
from pipeline.output.compose import compose_file, compose_folder, is_folder
from pipeline.output.finished import decoded
from pipeline.read import PassedOver
from pipeline.read.find import STANDARD_INPUT
from pipeline.read.isolated import Reader
from pipeline.training.drift import Batch, Summary

TOGETHER = 64  # files, at most, of one task …
TOGETHER_BYTES = 2**19  # … and their bytes, at most, unless one file alone has more
WORTH_PROCESSES = 4 * 2**20  # bytes from which on more than one process pays for its start …
WORTH_FILES = 32  # … or files
SPOOL = 2**22  # bytes of a piece that are kept in memory
NEW_OBJECTS = 50_000  # after which garbage is looked for: a task makes many tags and words, and hardly any garbage


@dataclass(frozen=True, slots=True)
class Job:
    """What every process of a run needs to know: the model's folder, how to read, what to write, and a folder for what is large.

    ``corrections`` are those that show in the output, as JSON: they stand for themselves in the key of a run.
    """

    model: Path
    read: ReadConfig
    format: str
    keep_noise: bool
    scratch: Path | None = None
    corrections: bytes = b""


@dataclass(slots=True)
class Piece:
    """The part of the output that one file makes, in memory or, a long one, as a file, and what was noticed on the way."""

    source: str
    size: int
    sha256: str = ""
    reports: int = 0
    noise: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    summary: Summary | None = None
    data: bytes = b""
    part: str | None = None
    not_shown: int = 0

    def entry(self) -> Entry:
        """Return the piece as a line of the journal."""
        noise, passed_over, summary = dict(self.noise), tuple(self.passed_over), msgspec.Raw(msgspec.json.encode(self.summary))
        return Entry(self.source, self.sha256, 0, 0, 0, self.reports, noise, passed_over, summary, self.not_shown)

    def read(self) -> Iterator[bytes]:
        """Yield the bytes of the piece, once."""
        if self.part is None:
            yield self.data
            return
        with open(self.part, "rb") as stream:  # noqa: PTH123 - a name from another process
            while data := stream.read(COPIED_AT_ONCE):
                yield data
        os.unlink(self.part)  # noqa: PTH108 - as above


def jobs_for(sources: Sequence[str], asked: int | None) -> int:
    """Return how many processes to use: as asked, or all cores where there is enough to do."""
    if asked:
        return asked
    sizes = [_size(source) for source in sources]
    worth = len(sizes) > 1 and (len(sizes) >= WORTH_FILES or sum(sizes) >= WORTH_PROCESSES)
    return min(len(sizes), os.cpu_count() or 1) if worth else 1


def locate_model(name: str, tracking_uri: str, say: Callable[[str], None]) -> Path:
    """Return the folder of a model; raises ModelError for one that cannot be found or loaded.

    ``say`` is told when a copy stands in for a registry that cannot be reached.
    """
    folder = flow.model_folder(name, tracking_uri, say).resolve()
    _model(folder)
    return folder


def corrections_for(model: Path, config: Config) -> bytes:
    """Return all people's corrections that count, as a job takes them; raises CorpusError for a label that the model has not."""
    return msgspec.json.encode(read_review(config, _model(model).labels))


def unfinished(out: Path, job: Job, resume: bool) -> RunFolder:
    """Return the unfinished output of a job, with the digest of all that a piece depends on beside its file."""
    model = _model(job.model)
    parts = msgspec.json.encode([model.name, model.version, job.read, job.format, job.keep_noise, job.corrections])
    return RunFolder(out, hashlib.sha256(parts).hexdigest(), resume)


def composer(out: Path, job: Job, failures: Iterable[str]) -> Callable[[Path, Path], None] | None:
    """Return what makes the output of a job from its pieces; None where the pieces are the output."""
    if not FORMATS[job.format].composed:
        return None
    run = run_facts(_model(job.model), failures)
    compose = compose_folder if is_folder(out, job.format) else compose_file
    return lambda pieces, target: compose(pieces, target, job.format, run)


def print_pieces(sources: Sequence[str], job: Job, jobs: int, stream: BinaryIO) -> Iterator[Piece]:
    """Tag files to a stream and yield their pieces, in order."""
    with tempfile.TemporaryDirectory(prefix="mission-themes-") as scratch:
        for piece in tag_pieces(sources, replace(job, scratch=Path(scratch)), jobs):
            stream.writelines(piece.read())
            yield piece
    stream.flush()


@contextmanager
def finished_pieces(
    sources: Sequence[str], model: Path, read: ReadConfig, jobs: int, corrections: bytes = b""
) -> Iterator[Iterator[Piece]]:
    """Give the pieces of files, in order, whose reports ``reports_of`` returns."""
    with tempfile.TemporaryDirectory(prefix="mission-themes-") as scratch:
        job = Job(model, read, FINISHED, keep_noise=False, scratch=Path(scratch), corrections=corrections)
        yield tag_pieces(sources, job, jobs)


def reports_of(piece: Piece) -> Iterator[FinishedReport]:
    """Yield the finished reports of a piece, once; only one at a time is in memory."""
    if piece.part is None:
        yield from decoded(piece.data.splitlines())
        return
    with Path(piece.part).open("rb") as stream:
        yield from decoded(stream)
    Path(piece.part).unlink()


def facts_of(model: Path, failures: Iterable[str]) -> RunFacts:
    """Return what an output tells of a run with the model of a folder."""
    return run_facts(_model(model), failures)


def tag_into(folder: RunFolder, sources: Sequence[str], job: Job, jobs: int) -> Iterator[Piece]:
    """Tag files into an unfinished output and yield their pieces, in order; what an earlier run has of them is kept.

    Raises UsageError when the output cannot be written.
    """
    known = {source: entry for source in sources if (entry := folder.known(source, _digest))}
    rest = [source for source in sources if source not in known]
    fresh = tag_pieces(rest, replace(job, scratch=folder.scratch), jobs)
    for source in sources:
        if source in known:
            folder.keep(known[source])
            yield _kept(known[source])
        else:
            with folder.disk():  # a long piece is written before it comes here
                piece = next(fresh)
            folder.add(piece.entry(), piece.read(), lasting=not piece.failures)
            yield piece


def tag_pieces(sources: Sequence[str], job: Job, jobs: int) -> Iterator[Piece]:
    """Yield the pieces of files, in order, tagged in so many processes."""
    tasks = _tasks(sources)
    if jobs == 1:
        with Reader(job.read, job.scratch) as reader:
            for task in tasks:
                yield from _tag(task, job, _model(job.model), reader)
        return
    from joblib import Parallel, delayed  # noqa: PLC0415 - only where there is more than one process
    from joblib.externals.loky import get_reusable_executor  # noqa: PLC0415 - as above

    try:
        parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1, max_nbytes=None)
        for pieces in parallel(delayed(_tag_in_process)(task, job) for task in tasks):
            yield from pieces
    finally:
        get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _tag_in_process(task: Sequence[Piece], job: Job) -> Sequence[Piece]:
    return _tag(task, job, _model(job.model), _reader(job))


@cache
def _model(folder: Path) -> Model:
    model = load_model(folder)
    gc.freeze()  # a model lives as long as its process: what collects garbage need not look through it again and again
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
    return model


@cache
def _corrections(lines: bytes) -> Corrections:
    return Corrections(msgspec.json.decode(lines, type=list[Label]))


@cache
def _reader(job: Job) -> Reader:
    """Return the reader of this process; its worker ends when the process does."""
    return Reader(job.read, job.scratch)


def _tasks(sources: Iterable[str]) -> Iterator[list[Piece]]:
    """Yield a piece to fill for each file, in order, some at a time: enough for a task to be worth its way, and soon done."""
    task: list[Piece] = []
    size = 0
    for piece in (Piece(source, _size(source)) for source in sources):
        if task and (len(task) == TOGETHER or size + piece.size > TOGETHER_BYTES):
            yield task
            task, size = [], 0
        task.append(piece)
        size += piece.size
    if task:
        yield task


def _tag(pieces: Sequence[Piece], job: Job, model: Model, reader: Reader) -> Sequence[Piece]:
    """Fill the pieces of some files; reports of several files are scored together."""
    figures = [Batch(model) for _ in pieces]
    owners: deque[int] = deque()
    current = 0
    with closing(_Spool(job)) as spool:
        for report in flow.tag_documents(_documents(pieces, owners, reader), model, job.keep_noise):
            owner = owners.popleft()
            for piece in pieces[current:owner]:
                spool.into(piece)
            current = owner
            for watched in figures[owner].watch([report]):
                pieces[owner].not_shown += spool.add(watched, model)
            pieces[owner].reports += 1
            pieces[owner].noise.update(span.reason for span in report.noise)
        for piece in pieces[current:]:
            spool.into(piece)
    for piece, batch in zip(pieces, figures, strict=True):
        piece.summary = batch.summary() if piece.reports else None
    return pieces


def _documents(pieces: Sequence[Piece], owners: deque[int], reader: Reader) -> Iterator[Document]:
    for owner, piece in enumerate(pieces):
        for outcome in reader.read(piece.source):
            if isinstance(outcome, InputError):
                piece.failures.append(str(outcome))
            elif isinstance(outcome, PassedOver):
                piece.passed_over.append(outcome.source)
            else:
                if outcome.source == piece.source:  # the file is the report, and no archive
                    piece.sha256 = outcome.sha256
                owners.append(owner)
                yield outcome
        piece.sha256 = piece.sha256 or _digest(piece.source)


class _Spool:
    """Collects the bytes of one piece after the other: in memory, or, of a long one, in a file."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._writer = writer_of(job.format)
        self._parts: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def add(self, report: TaggedReport, model: Model) -> int:
        """Write a report in the format of the job; return how many corrections of it do not show."""
        not_shown = 0
        if self._job.corrections:
            corrected = _corrections(self._job.corrections).over(report.finish())
            report, not_shown = corrected.as_tagged(), corrected.not_shown
        self._writer.write(iter([report]), cast("BinaryIO", self), model.labels)
        return not_shown

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

    def into(self, piece: Piece) -> None:
        """Give a piece what was written since the last one."""
        if self._file is None:
            piece.data = b"".join(self._parts)
        else:
            self._file.close()
            piece.part = self._file.name
        self._parts, self._size, self._file = [], 0, None

    def close(self) -> None:
        """Remove what no piece has taken."""
        if self._file is not None:
            with suppress(OSError):  # a full disk, which has been told of
                self._file.close()
            Path(self._file.name).unlink()

    def _to_disk(self) -> None:
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(dir=self._job.scratch, delete=False)  # noqa: SIM115 - closed by ``into``
        self._file.writelines(self._parts)
        self._parts.clear()


def _kept(entry: Entry) -> Piece:
    noise, passed_over = Counter(entry.noise), list(entry.passed_over)
    summary = msgspec.json.decode(entry.summary, type=Summary | None)
    return Piece(
        entry.source, _size(entry.source), entry.sha256, entry.reports, noise, [], passed_over, summary,
        not_shown=entry.not_shown,
    )  # fmt: skip


def _size(source: str) -> int:
    """Return the bytes of a file; nothing for standard input and for what is not there, which reading it will tell."""
    try:
        return os.stat(source).st_size if source != STANDARD_INPUT else 0  # noqa: PTH116 - many times faster than a Path
    except OSError:
        return 0


def _digest(source: str) -> str:
    """Return the sha256 of a file, or "" for what cannot be read again."""
    if source == STANDARD_INPUT:
        return ""
    try:
        with Path(source).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
