"""One run over many files: what was asked for, where the output goes, whole or not at all, and what is counted of it."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from pipeline.batch.engine import Engine, TagOptions, load_cached
from pipeline.batch.local import FileResult, digest_of, jobs_for, size_of, tag_files, tag_to_stream
from pipeline.core.config import Config
from pipeline.core.errors import UsageError
from pipeline.labels.corpus import Say, read_review
from pipeline.output import FINISHED, FORMATS, RunFacts, run_facts
from pipeline.read.find import find_reports
from pipeline.track.locate import model_folder
from pipeline.training.drift import Summary, Total, encode, summary_path

if TYPE_CHECKING:
    from pipeline.batch.resume import JournalEntry, RunFolder

Watch = Callable[[Iterator[FileResult]], Iterator[FileResult]]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a person asked for; ``jobs`` is None where the run itself shall find out."""

    paths: tuple[str, ...]
    config: Config
    model: str
    format: str
    keep_noise: bool = False
    corrected: bool = False
    jobs: int | None = None


@dataclass(slots=True)
class RunCounts:
    """What is counted of a run: reports, failures by line, noise by reason, files passed over, and the figures of all tags."""

    fail: Callable[[str], None]
    passed_over: list[str]
    reports: int = 0
    not_shown: int = 0
    failures: list[str] = field(default_factory=list)
    noise: Counter[str] = field(default_factory=Counter)
    total: Total = field(default_factory=Total)

    def add(self, result: FileResult) -> None:
        """Count what one file made, and tell of each part of it that failed."""
        self.reports += result.reports
        self.not_shown += result.not_shown
        self.noise.update(result.noise)
        self.passed_over += result.passed_over
        self.total.add(result.summary)
        for line in result.failures:
            self.failures.append(line)
            self.fail(line)


class TagRun:
    """Tags the files of a request; everything that it needs is found and checked before the first file is read."""

    def __init__(self, request: RunRequest, say: Say, fail: Callable[[str], None]) -> None:
        """Take the request, and what is told of progress and of each failure.

        Raises InputError for paths that lead to no report, ModelError, and CorpusError for corrections that do not fit.
        """
        found = find_reports(request.paths)
        folder = model_folder(request.model, request.config.track.uri, say).resolve()
        self.model = load_cached(folder)
        self.options = _options(request, folder, self.model.version, request.config)
        self.sources: Sequence[str] = found.reports
        self.jobs = jobs_for(found.reports, request.jobs)
        self.counts = RunCounts(fail, list(found.skipped))
        self._say = say

    def facts(self) -> RunFacts:
        """Return what an output tells of the run so far."""
        return run_facts(self.model, self.counts.failures)

    def to_stream(self, stream: BinaryIO, watch: Watch) -> None:
        """Write all reports to a stream; ``watch`` is handed the results of files and gives them back, to show progress."""
        if FORMATS[self.options.format].composed:
            self._composed_to_stream(stream, watch)
        elif self.jobs == 1:
            with Engine(self.options, self.model) as engine:
                self._count(watch(tag_to_stream(self.sources, self.options, engine, stream)))
        else:
            with self._in_scratch() as results:
                for result in self._counted(watch(results)):
                    stream.writelines(result.read())
        stream.flush()

    def into(self, out: Path, resume: bool, watch: Watch) -> None:
        """Write the output and its summary; what is done of a run that is cut short is kept for one that resumes.

        Raises UsageError when they cannot be written.
        """
        with self.unfinished(out, resume) as folder:
            if folder.was_cut_short and not folder.resumes:
                self._say(f"{out}: an earlier run was cut short and is begun anew; --resume would have gone on with it")
            try:
                self._count(watch(self.tag_into(folder)))
                folder.finish(self._composer(out))
                self._write_summary(out)
            except KeyboardInterrupt:
                self._say(f"{out}: not written yet; the same command with --resume goes on")
                raise

    def finished(self, watch: Watch) -> Iterator[FileResult]:
        """Yield the results of files whose ``finished_reports`` are to be gone through, for what is made of whole reports."""
        with self._in_scratch(FINISHED) as results:
            yield from self._counted(watch(results))

    def unfinished(self, out: Path, resume: bool) -> "RunFolder":
        """Return the folder of an output that is under way."""
        from pipeline.batch.resume import RunFolder  # noqa: PLC0415 - only where a file is written

        return RunFolder(out, self.key, resume)

    @property
    def key(self) -> str:
        """The digest of all that a file's part of the output depends on beside the file."""
        options = self.options
        parts = [self.model.name, options.version, options.read, options.format, options.keep_noise, options.corrections]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()

    def _composed_to_stream(self, stream: BinaryIO, watch: Watch) -> None:
        from pipeline.output import composer_of  # noqa: PLC0415 - only for a format that is composed

        reports = [report for result in self.finished(watch) for report in result.finished_reports()]
        composer_of(self.options.format).write(reports, stream, self.facts())

    def tag_into(self, folder: "RunFolder") -> Iterator[FileResult]:
        """Yield the result of each file in order, as it goes into an output; what an earlier run has of them is kept."""
        known = {source: entry for source in self.sources if (entry := folder.known(source, digest_of))}
        rest = [source for source in self.sources if source not in known]
        fresh = tag_files(rest, msgspec.structs.replace(self.options, scratch=folder.scratch), self.jobs)
        with closing(fresh):
            for source in self.sources:
                if source in known:
                    folder.keep(known[source])
                    yield _kept(known[source])
                else:
                    with folder.disk():  # a long part is written before it comes here
                        result = next(fresh)
                    folder.add(_entry(result), result.read(), lasting=not result.failures)
                    yield result

    def _composer(self, out: Path) -> Callable[[Path, Path], None] | None:
        """Return what makes the output from the parts of files; None where these are the output."""
        from pipeline.output.compose import compose_file, compose_folder, is_folder  # noqa: PLC0415 - only where a file is written

        name, facts = self.options.format, self.facts()
        if not FORMATS[name].composed:
            return None
        compose = compose_folder if is_folder(out, name) else compose_file
        return lambda parts, target: compose(parts, target, name, facts)

    def _write_summary(self, out: Path) -> None:
        """Write the figures of the run, without any text, beside its output."""
        summary = self.counts.total.summary()
        if summary is None:
            return
        path = summary_path(out)
        try:
            path.write_bytes(encode(summary))
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror}); {out} itself is complete") from None
        self._say(f"summary -> {path.name}")

    @contextmanager
    def _in_scratch(self, format_name: str = "") -> Iterator[Iterator[FileResult]]:
        """Give the results of the files, whose long parts lie in a folder that goes at the end."""
        with tempfile.TemporaryDirectory(prefix="mission-themes-") as scratch:
            options = msgspec.structs.replace(self.options, scratch=Path(scratch), format=format_name or self.options.format)
            with closing(tag_files(self.sources, options, self.jobs)) as results:
                yield results

    def _counted(self, results: Iterator[FileResult]) -> Iterator[FileResult]:
        for result in results:
            self.counts.add(result)
            yield result

    def _count(self, results: Iterator[FileResult]) -> None:
        for result in results:
            self.counts.add(result)


def _options(request: RunRequest, folder: Path, version: str, config: Config) -> TagOptions:
    corrections = msgspec.json.encode(read_review(config, load_cached(folder).labels)) if request.corrected else b""
    return TagOptions(folder, version, config.read, request.format, request.keep_noise, corrections)


def _entry(result: FileResult) -> "JournalEntry":
    from pipeline.batch.resume import JournalEntry  # noqa: PLC0415 - only where a file is written

    summary = msgspec.Raw(msgspec.json.encode(result.summary))
    noise, passed_over = dict(result.noise), tuple(result.passed_over)
    return JournalEntry(result.source, result.sha256, 0, 0, 0, result.reports, noise, passed_over, summary, result.not_shown)


def _kept(entry: "JournalEntry") -> FileResult:
    return FileResult(
        source=entry.source,
        size=size_of(entry.source),
        sha256=entry.sha256,
        reports=entry.reports,
        noise=Counter(entry.noise),
        passed_over=list(entry.passed_over),
        summary=msgspec.json.decode(entry.summary, type=Summary | None),
        not_shown=entry.not_shown,
    )


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the place of ``out`` when all went well, and goes otherwise; raises UsageError."""
    side = out.with_name(f".{out.name}.part")
    try:
        with side.open("wb") as stream:
            yield stream
        side.replace(out)
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror or error}); see that its folder exists and has space"
        ) from None
    finally:
        side.unlink(missing_ok=True)
