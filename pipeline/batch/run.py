"""One run over many files: what was asked for, where the output goes, whole or not at all, and what is counted of it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from pipeline.batch.engine import Engine, TagOptions, load_cached
from pipeline.batch.local import FileResult, Sizes, digest_of, jobs_for, size_of, tag_files, tag_to_stream
from pipeline.core.config import Config, LabelSet
from pipeline.core.counted import counted
from pipeline.core.errors import Say, UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import readable
from pipeline.core.outputs import (
    ENDINGS,
    OutputTarget,
    ReservedPaths,
    check_apart,
    check_file,
    check_standard_output,
    write_file,
    write_whole,
)
from pipeline.model.model import Model
from pipeline.output import FINISHED, FORMATS, RunFacts, run_facts
from pipeline.read import suffix_of
from pipeline.read.find import FoundFiles, find_reports
from pipeline.track.locate import model_folder
from pipeline.training.drift import BatchSummary, SummaryAccumulator, encode

if TYPE_CHECKING:
    from pipeline.batch.resume import JournalEntry, RunFolder

Watch = Callable[[Iterator[FileResult]], Iterator[FileResult]]


class RunRequest(msgspec.Struct, frozen=True):
    """What a person asked for; ``jobs`` is None where the run itself shall find out.

    ``out`` is where the output goes, None for standard output; with ``force`` a workbook with corrections is replaced too.
    ``beside`` are files that the command reads beside the reports.
    """

    paths: tuple[str, ...]
    config: Config
    model: str
    format: str
    keep_noise: bool = False
    corrected: bool = False
    jobs: int | None = None
    out: OutputTarget | None = None
    force: bool = False
    beside: tuple[Path, ...] = ()


class RunCounts(msgspec.Struct):
    """What is counted of a run: reports, failures by line, noise by reason, files passed over, and the figures of all tags."""

    fail: Callable[[str], None]
    passed_over: list[str]
    reports: int = 0
    not_shown: int = 0
    failures: list[str] = []
    noise: Counter[str] = msgspec.field(default_factory=Counter)
    total: SummaryAccumulator = msgspec.field(default_factory=SummaryAccumulator)

    def add(self, result: FileResult) -> None:
        """Count what one file made, and tell of each part of it that failed."""
        self.reports += result.reports
        self.not_shown += result.not_shown
        self.noise.update(result.noise)
        self.passed_over += result.passed_over
        self.total.add(result.summary)
        for line in result.failures:
            self.tell(line)

    def tell(self, line: str) -> None:
        """Count a failure, and tell of it."""
        self.failures.append(line)
        self.fail(line)


class TagRun:
    """Tags the files of a request; everything that it needs is found and checked before the first file is read."""

    def __init__(self, request: RunRequest, say: Say, fail: Callable[[str], None]) -> None:
        """Take the request, and what is told of progress and of each failure.

        Raises InputError for paths that lead to no report, UsageError for an output that must not be written, ModelError, and
        CorpusError for corrections that do not fit.
        """
        self.place = request.out
        found = _find(request, self.place)
        folder = model_folder(request.model, request.config.track.uri, say).resolve()
        self.model = load_cached(folder).as_told(request.config.drift.stricter_review)
        self.options = _options(request, folder, self.model, say)
        self.sizes: Sizes = {source: size_of(source) for source in without_outputs(found.reports, request.paths, say)}
        self.jobs = jobs_for(self.sizes, request.jobs)
        self.counts = RunCounts(fail, list(found.skipped))
        self._say, self._force = say, request.force
        self._check_place([*folder.iterdir(), *_project_files(request)])
        for path in found.left_out:
            say(tr("{path}: left out, since this command writes there", path=path))
        for line in found.failures:
            self.counts.tell(line)

    def facts(self) -> RunFacts:
        """Return what an output tells of the run so far."""
        return run_facts(self.model, self.counts.failures)

    def to_stream(self, stream: BinaryIO, watch: Watch) -> None:
        """Write all reports to a stream; ``watch`` is handed the results of files and gives them back, to show progress."""
        if FORMATS[self.options.format].composed:
            self._composed_to_stream(stream, watch)
        elif self.jobs == 1:
            with Engine(self.options, self.model) as engine:
                self._count(watch(tag_to_stream(self.sizes, self.options, engine, stream)))
        else:
            with self._in_scratch() as results:
                for result in self._counted(watch(results)):
                    stream.writelines(result.read())
        stream.flush()

    def into(self, place: OutputTarget, resume: bool, watch: Watch) -> str | None:
        """Write the output and its summary; return the name of the summary, None where nothing was tagged.

        What is done of a run that is cut short is kept for one that resumes. Raises UsageError when they cannot be written.
        """
        out = place.named
        try:
            with self.unfinished(place.path, resume) as folder:
                if folder.was_cut_short and not folder.resumes:
                    self._say(
                        tr("{out}: an earlier run was cut short and is begun anew; --resume would have gone on with it", out=out)
                    )
                self._count(watch(self.tag_into(folder)))
                folder.finish(self._composer(out), self.check_replaceable)
        except KeyboardInterrupt:
            self._say(tr("{out}: not written yet; the same command with --resume goes on", out=out))
            raise
        return self._write_summary(place)

    def check_replaceable(self) -> None:
        """Raise UsageError where the output would take the place of what no run made, or of a workbook with corrections."""
        if self.place is not None and not self._force and (self.place.path.exists() or self.place.summary.exists()):
            from pipeline.labels.corrections.replaced import check_replaceable  # noqa: PLC0415 - only where something is replaced

            check_replaceable(self.place, self.options.read)

    def _check_place(self, own: Sequence[Path]) -> None:
        """Raise UsageError for an output that would take the place of a file of the project, or holds what must not be lost."""
        if self.place is None:
            return
        check_apart(self.place, own)
        if self.place.descriptor is None:
            check_file(self.place.summary)
            self.check_replaceable()

    def finished(self, watch: Watch, form: str = FINISHED) -> Iterator[FileResult]:
        """Yield the results of files whose ``finished_reports`` are to be gone through, for what is made of whole reports.

        In the form KEPT it is ``kept_reports``.
        """
        with self._in_scratch(form) as results:
            yield from self._counted(watch(results))

    def unfinished(self, out: Path, resume: bool) -> "RunFolder":
        """Return the folder of an output that is under way."""
        from pipeline.batch.resume import RunFolder  # noqa: PLC0415 - only where a file is written

        return RunFolder(out, self.key, resume, is_output=not FORMATS[self.options.format].composed)

    @property
    def key(self) -> str:
        """The digest of all that a file's part of the output depends on beside the file."""
        options = self.options
        parts = [
            self.model.name,
            options.version,
            options.read,
            options.format,
            options.keep_noise,
            options.corrections,
            options.stricter,
        ]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()

    def _composed_to_stream(self, stream: BinaryIO, watch: Watch) -> None:
        from pipeline.output import composer_of  # noqa: PLC0415 - only for a format that is composed

        reports = [report for result in self.finished(watch) for report in result.finished_reports()]
        composer_of(self.options.format).write(reports, stream, self.facts())

    def tag_into(self, folder: "RunFolder") -> Iterator[FileResult]:
        """Yield the result of each file in order, as it goes into an output; what an earlier run has of them is kept."""
        known = {source: entry for source in self.sizes if (entry := folder.known(source, digest_of))}
        rest = {source: size for source, size in self.sizes.items() if source not in known}
        fresh = tag_files(rest, msgspec.structs.replace(self.options, scratch=folder.scratch), self.jobs)
        with closing(fresh):
            for source, size in self.sizes.items():
                if source in known:
                    folder.keep(known[source])
                    yield _kept(known[source], source, size)
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

    def _write_summary(self, place: OutputTarget) -> str | None:
        """Write the figures of the run, without any text, beside its output; return the name of the file."""
        summary = self.counts.total.summary()
        if summary is None:
            return None
        try:
            write_file(place.summary, encode(summary), is_guarded=True)  # a kill here leaves nothing beside the output
        except UsageError as error:
            raise UsageError(tr("{error}; {named} itself is complete", error=error, named=place.named)) from None
        return place.summary.name

    @contextmanager
    def _in_scratch(self, format_name: str = "") -> Iterator[Iterator[FileResult]]:
        """Give the results of the files, whose long parts lie in a folder that goes at the end."""
        from pipeline.core.process import Scratch  # noqa: PLC0415 - a run in one process into a stream needs none

        with Scratch() as scratch:
            options = msgspec.structs.replace(self.options, scratch=scratch, format=format_name or self.options.format)
            with closing(tag_files(self.sizes, options, self.jobs)) as results:
                yield results

    def _counted(self, results: Iterator[FileResult]) -> Iterator[FileResult]:
        for result in results:
            self.counts.add(result)
            yield result

    def _count(self, results: Iterator[FileResult]) -> None:
        for result in results:
            self.counts.add(result)


def _project_files(request: RunRequest) -> list[Path]:
    """Return the files of the project that no output may take the place of."""
    if request.out is None:
        return []
    from pipeline.labels.corpus import own_files  # noqa: PLC0415 - only where a file is written

    return own_files(request.config)


def _options(request: RunRequest, folder: Path, model: Model, say: Say) -> TagOptions:
    config = request.config
    corrections = _corrections(config, model.labels, say) if request.corrected else b""
    stricter = config.drift.stricter_review
    return TagOptions(folder, model.version, config.read, request.format, request.keep_noise, corrections, stricter=stricter)


def _corrections(config: Config, labels: LabelSet, say: Say) -> bytes:
    from pipeline.labels.corpus import read_review  # noqa: PLC0415 - only where corrections are shown

    return msgspec.json.encode(read_review(config, labels, say))


def _entry(result: FileResult) -> "JournalEntry":
    from pipeline.batch.resume import JournalEntry  # noqa: PLC0415 - only where a file is written

    summary = msgspec.Raw(msgspec.json.encode(result.summary))
    noise, passed_over = dict(result.noise), tuple(result.passed_over)
    return JournalEntry(
        readable(result.source), result.sha256, 0, 0, 0, result.reports, noise, passed_over, summary, result.not_shown
    )


def _kept(entry: "JournalEntry", source: str, size: int) -> FileResult:
    return FileResult(
        source=source,
        size=size,
        sha256=entry.sha256,
        reports=entry.reports,
        noise=Counter(entry.noise),
        passed_over=list(entry.passed_over),
        summary=msgspec.json.decode(entry.summary, type=BatchSummary | None),
        not_shown=entry.not_shown,
    )


@contextmanager
def whole_or_nothing(place: OutputTarget, check: Callable[[], None]) -> Iterator[BinaryIO]:
    """Give a file that takes the place of the output when all went well and ``check`` passes, else goes; raises UsageError.

    What is written through gets what is written at once.
    """
    try:
        with place.open() if place.descriptor is not None else write_whole(place.path, is_guarded=True) as stream:
            yield stream
            check()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            tr(
                "{named}: cannot be written ({reason}); see that its folder exists and has space",
                named=place.named,
                reason=system_reason(error),
            )
        ) from None


def without_outputs(found: Sequence[str], named: Sequence[str], say: Say) -> list[str]:
    """Return the files that are named, and those of folders and globs that no earlier run made; say how many it made."""
    if not any(suffix_of(source) in ENDINGS for source in set(found) - set(named)):
        return list(found)
    from pipeline.output.earlier import outputs_among  # noqa: PLC0415 - only where there may be one

    outputs = frozenset(outputs_among(found)) - frozenset(named)
    if outputs:
        what = counted(len(outputs), "file")
        first = readable(min(outputs))
        say(
            tr("left out, since an earlier run made them: {what}, as {first}; name a file itself to tag it", what=what, first=first)
        )
    return [source for source in found if source not in outputs]


def _find(request: RunRequest, place: OutputTarget | None) -> FoundFiles:
    """Return the reports of a request, without what its output takes; raises UsageError for an output that is an input."""
    if place is None:
        found = find_reports(request.paths)
        check_standard_output(found.reports)
        return found
    _check_kind(place, request.format)
    check_apart(place, [*request.paths, *request.beside])
    found = find_reports(request.paths, ReservedPaths(place))
    check_apart(place, found.reports)
    if found.left_out:
        from pipeline.output.earlier import is_of_a_run  # noqa: PLC0415 - only where an output lies among the reports

        if not is_of_a_run(place):
            raise UsageError(
                tr("{named}: lies among the reports, and no earlier run made it; name another output with -o", named=place.named)
            )
    return found


def _check_kind(place: OutputTarget, format_name: str) -> None:
    """Raise UsageError for a folder where one file is written, and for a file where a folder is."""
    from pipeline.output.compose import is_folder  # noqa: PLC0415 - only where a file is written

    if place.descriptor is not None:
        return
    if place.path.is_dir() and not is_folder(place.named, format_name):
        raise UsageError(tr("{named}: is a folder, and the output is one file; name a file in it with -o", named=place.named))
    if place.path.is_file() and is_folder(place.named, format_name):
        raise UsageError(
            tr("{named}: is a file, and a name without an ending is a folder here; name another one with -o", named=place.named)
        )
