"""What is done in other processes than the server's: files read and tagged, outputs composed.

Words are cut and scores multiplied under Python's lock, so that a thread would make everybody wait for the one large report.
Each process loads a model once, and reads files as every command does, in a worker that can be ended.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from pipeline.batch.engine import Input, TagOptions, engine_of, load_cached
from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError, PipelineError
from pipeline.core.records import FinishedReport, KeptReport, Label, TaggedReport, TagGroup
from pipeline.labels.corrections.shown import Corrections
from pipeline.labels.corrections.workbook import CorrectedWorkbook, read_returned
from pipeline.model.model import Model
from pipeline.output import FORMATS, RunFacts, composer_of, run_facts, writer_of
from pipeline.output.kept import decoded, kept
from pipeline.read import PassedOver

REPORTS = "reports.jsonl"
PROGRESS = "progress"
REPORTED_EVERY = 0.25  # seconds


class Task(msgspec.Struct, frozen=True):
    """A file to tag: where it lies, what people call it, the model's folder and version, how to read, and how to review."""

    path: Path
    name: str
    model: Path
    version: str
    read: ReadConfig
    stricter: bool = True


class ReportSummary(msgspec.Struct, frozen=True):
    """A report of a tagged file: where its line begins and how long it is, and its figures.

    ``shares`` are the characters of each label among those of all tags.
    """

    offset: int
    length: int
    source: str
    sha256: str
    encoding: str
    characters: int
    passages: int
    review: int
    set_aside: int
    shares: dict[str, float]


class Failure(msgspec.Struct, frozen=True):
    """Why a report was not tagged: a line for people, and what it is."""

    line: str
    code: str


class TaggedFile(msgspec.Struct, frozen=True):
    """What became of a file: its reports, a line and a code for each that failed, the names of those that no reader takes."""

    reports: tuple[ReportSummary, ...]
    failures: tuple[Failure, ...]
    passed_over: tuple[str, ...]


def tag_file(task: Task) -> TaggedFile:
    """Read and tag a file; its reports go to a file beside it, as the library keeps them."""
    failures, passed_over, summaries = list[Failure](), list[str](), list[ReportSummary]()
    engine, encoder = engine_of(TagOptions(task.model, task.version, task.read, stricter=task.stricter)), msgspec.json.Encoder()
    progress = _Progress(task.path.parent / PROGRESS)
    with (task.path.parent / REPORTS).open("wb") as target:
        for outcome in engine.tag([Input(str(task.path), task.name)], progress.watch):
            if isinstance(outcome.result, InputError):
                failures.append(Failure(str(outcome.result), outcome.result.code))
            elif isinstance(outcome.result, PassedOver):
                passed_over.append(outcome.result.source)
            else:
                report = kept(outcome.result)
                line = encoder.encode(report) + b"\n"
                summaries.append(_summary(report.finish(), target.tell(), len(line), engine.model))
                target.write(line)
    return TaggedFile(tuple(summaries), tuple(failures), tuple(passed_over))


def read_workbook(path: Path, name: str, model: Path, read: ReadConfig) -> CorrectedWorkbook | Failure:
    """Return what people corrected in a workbook of tags, or why it cannot be taken in; ``name`` is what people call it."""
    try:
        return read_returned(path, load_cached(model).labels, read)
    except PipelineError as error:
        return Failure(str(error).replace(str(path), name), error.code)


def compose(
    format_name: str,
    pieces: tuple[Path, ...],
    model: Path,
    target: Path,
    original: Path | None = None,
    said: Sequence[Label] = (),
    version: str = "",
) -> None:
    """Write tagged files in a format, with corrections over their tags; ``original`` is the file of one report.

    Raises ModelError where the folder of the model holds another version by now.
    """
    reports, loaded = _Together(pieces, said), load_cached(model, version)
    with target.open("wb") as stream:
        if format_name == "docx" and original and _annotated(next(iter(reports)), original, stream, run_facts(loaded)):
            return
        if FORMATS[format_name].composed:
            composer_of(format_name).write(reports, stream, run_facts(loaded))
        else:
            writer_of(format_name).write(iter(reports), stream, loaded.labels)


def render(pieces: Path, summary: ReportSummary, model: Path, prefix: str, said: Sequence[Label] = (), version: str = "") -> str:
    """Return one report of a tagged file, with corrections over its tags, as a fragment of HTML; its ids begin with ``prefix``.

    Raises ModelError where the folder of the model holds another version by now.
    """
    from pipeline.output.page import render_report  # noqa: PLC0415 - only where a page is made

    return render_report(Corrections(said).over(read_report(pieces, summary)), run_facts(load_cached(model, version)), prefix)


def read_report(pieces: Path, summary: ReportSummary) -> FinishedReport:
    """Return one report of a tagged file."""
    with pieces.open("rb") as stream:
        stream.seek(summary.offset)
        return msgspec.json.decode(stream.read(summary.length), type=KeptReport).finish()


def kept_reports(pieces: Path) -> Iterator[KeptReport]:
    """Yield the reports of a tagged file with their documents, one at a time."""
    with pieces.open("rb") as stream:
        yield from decoded(stream)


def _annotated(report: FinishedReport, original: Path, stream: BinaryIO, run: RunFacts) -> bool:
    """Comment on a report's own Word file, which lies under another name than people call it by; return whether that was done."""
    from pipeline.output.word.apart import annotate_apart  # noqa: PLC0415 - only where it is asked for

    return annotate_apart(msgspec.structs.replace(report, source=str(original)), stream, run)


class _Together:
    """The reports of several files, which can be gone through more than once; only one at a time is in memory."""

    def __init__(self, pieces: tuple[Path, ...], said: Sequence[Label]) -> None:
        self._pieces, self._corrections = pieces, Corrections(said)

    def __iter__(self) -> Iterator[FinishedReport]:
        reports = chain.from_iterable(map(kept_reports, self._pieces))
        return (self._corrections.over(report.finish()) for report in reports)


class _Progress:
    """Tells in a small file how many passages are tagged and how far the report at hand is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passages = 0
        self._told = 0.0

    def watch(self, _: int, report: TaggedReport) -> TaggedReport:
        return TaggedReport(report.document, self._watched(report))

    def _watched(self, report: TaggedReport) -> Iterator[TagGroup]:
        characters, end = len(report.document.text), 0
        for group in report.groups:
            yield group
            sizes = np.asarray(group.columns().sizes)
            self._passages += len(sizes)
            end += int(sizes.sum())
            if time.monotonic() - self._told > REPORTED_EVERY:
                self._told = time.monotonic()
                self._path.write_bytes(msgspec.json.encode({"passages": self._passages, "share": min(1.0, end / characters)}))


def _summary(report: FinishedReport, offset: int, length: int, model: Model) -> ReportSummary:
    sizes = Counter[str]()
    for tag in report.tags:
        sizes[tag.theme] += tag.end - tag.start
    total = sizes.total() or 1
    return ReportSummary(
        offset=offset,
        length=length,
        source=report.source,
        sha256=report.sha256,
        encoding=report.encoding,
        characters=len(report.text),
        passages=len(report.tags),
        review=sum(tag.review for tag in report.tags),
        set_aside=len(report.noise),
        shares={name: round(sizes[name] / total, 4) for name in model.labels.names},
    )
