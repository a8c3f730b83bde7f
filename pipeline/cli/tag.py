"""`pipeline tag`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pipeline.cli.common import config_options, progress, progress_in_bytes, quick_start, read_config, say, say_error
from pipeline.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from pipeline.batch.local import Job, Piece
    from pipeline.batch.resume import RunFolder
    from pipeline.core.config import Config
    from pipeline.core.records import TaggedReport
    from pipeline.model.model import Model
    from pipeline.training.drift import Total


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), help="The file to write; its ending chooses the format.")
@click.option(
    "--format", "format_name", help="table, jsonl, csv, xlsx, html, docx; without it a table on a terminal and jsonl in a pipe."
)
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@click.option("--resume", is_flag=True, help="Go on with a run into the same OUT that was cut short; what changed is tagged anew.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Where the work is done.")
@click.option("--master", help="With --engine spark: the address of Spark, such as spark://host:7077; else what Spark is set to.")
@click.option("--encoding", help="The encoding of the reports, such as gb18030 or big5; found out without it.")
@click.option("--keep-noise", is_flag=True, help="Show also what was set aside (navigation, bylines, captions), with the reason.")
@click.option("--corrected", is_flag=True, help="Show what people corrected, of everybody the latest, beside what the model says.")
@config_options
def tag(paths: tuple[str, ...], out: Path | None, format_name: str | None, model_name: str, jobs: int | None, resume: bool,
        engine: str, master: str | None, encoding: str | None, keep_noise: bool, corrected: bool, config_file: Path | None,
        settings: tuple[str, ...]) -> None:  # fmt: skip
    """Tag reports by theme: files, folders with all below them, globs, or - for standard input.

    OUT is one file with all reports; with --format csv, xlsx, html or docx a name without an ending is a folder, one file a report.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ '2023/*.txt' -o tags.jsonl
      pipeline tag reports/ -o corrected.xlsx --corrected
      cat report.txt | pipeline tag - --format table
      pipeline tag --engine spark --master spark://host:7077 /archive -o /archive-tags.parquet
    """
    as_made = out is None and engine == "local" and (jobs or 1) == 1
    with quick_start() if as_made else nullcontext():
        from pipeline.output import format_for  # noqa: PLC0415 - help must not load the program

        config = read_config(config_file, (*settings, *([f"read.encoding={encoding}"] if encoding else [])))
        name = "" if engine == "spark" else format_for(format_name, out, sys.stdout.isatty())
        order = _Order(name, model_name, config, keep_noise, out, jobs, resume, corrected)
        if engine == "spark":
            if corrected:
                raise UsageError("--corrected: Spark gives the model's tags only; leave --engine spark out")
            _with_spark(paths, order, master)
        _check(order)
        run = _open(paths, order) if as_made else _write(paths, order)
    counter = run()
    counter.say(out)
    sys.exit(1 if counter.failures else 0)


@dataclass(frozen=True, slots=True)
class _Order:
    """What a person asked for."""

    format: str
    model: str
    config: "Config"
    keep_noise: bool
    out: Path | None
    jobs: int | None
    resume: bool
    corrected: bool


def _check(order: _Order) -> None:
    """Raise UsageError for options that need an output file where there is none."""
    from pipeline.output import FORMATS  # noqa: PLC0415 - help must not load the program

    if order.out is not None:
        return
    if order.resume:
        raise UsageError("--resume: only a run with -o OUT can go on; name the OUT of the run that was cut short")
    if (order.jobs or 1) > 1 and FORMATS[order.format].composed:
        raise UsageError(f"--jobs {order.jobs}: {order.format} is made by several processes in a file only; name it with -o OUT")


class _Counter:
    """Counts what passes to the output, for the summary line, and says what failed and what was passed over."""

    def __init__(self, skipped: tuple[str, ...]) -> None:
        self.reports = self.failures = self.not_shown = 0
        self.noise: Counter[str] = Counter()
        self.skipped = list(skipped)
        self.total: Total | None = None
        self.failed: list[str] = []

    def fail(self, error: Exception | str) -> None:
        self.failures += 1
        self.failed.append(str(error))
        say_error(error if isinstance(error, Exception) else InputError(error))

    def reports_of(self, reports: Iterator["TaggedReport"]) -> Iterator["TaggedReport"]:
        for report in reports:
            yield report
            self.reports += 1
            self.noise.update(span.reason for span in report.noise)

    def piece(self, piece: "Piece") -> None:
        self.reports += piece.reports
        self.not_shown += piece.not_shown
        self.noise.update(piece.noise)
        self.skipped += piece.passed_over
        if self.total is None:
            from pipeline.training.drift import Total  # noqa: PLC0415 - only where files are written

            self.total = Total()
        self.total.add(piece.summary)
        for line in piece.failures:
            self.fail(line)

    def say(self, out: Path | None) -> None:
        place = f" -> {out}" if out and self.reports else ""
        failed = f", {self.failures} failed" if self.failures else ""
        say(f"{self.reports} reports tagged{failed}, {self.noise.total()} passages set aside{self._reasons()}{place}")
        if self.not_shown:
            say(f"{self.not_shown} corrections not shown: no passage lies where they were made; correct them anew")
        if self.skipped:
            endings = " ".join(sorted({Path(name).suffix or "(none)" for name in self.skipped}))
            say(f"{len(self.skipped)} files of other types passed over: {endings}")

    def _reasons(self) -> str:
        found = [f"{reason} {count}" for reason, count in self.noise.most_common()]
        return f" ({', '.join(found)})" if found else ""


def _open(paths: tuple[str, ...], order: _Order) -> Callable[[], _Counter]:
    """Return what tags to standard output, report by report as their tags are made; everything it needs is loaded."""
    from pipeline import flow  # noqa: PLC0415 - help must not load the program
    from pipeline.read.find import find_reports  # noqa: PLC0415

    found, write = find_reports(paths), _writer(order.format)
    model = flow.open_model(order.model, order.config.track.uri, say)

    def run() -> _Counter:
        counter = _Counter(found.skipped)
        shown = progress(found.reports, "tagging") if not sys.stdout.isatty() else found.reports
        reports = flow.tag_files(shown, model, order.config.read, counter.fail, counter.skipped.append, order.keep_noise)
        if order.corrected:
            reports = _corrected(reports, order.config, model, counter)
        write(counter.reports_of(reports), model)
        sys.stdout.buffer.flush()
        return counter

    return run


def _corrected(reports: Iterator["TaggedReport"], config: "Config", model: "Model", counter: _Counter) -> Iterator["TaggedReport"]:
    """Yield reports with what people said over their tags."""
    from pipeline.labels.corpus import read_review  # noqa: PLC0415 - only where it is asked for
    from pipeline.labels.corrections.shown import Corrections  # noqa: PLC0415 - as above

    corrections = Corrections(read_review(config, model.labels))
    for report in reports:
        found = corrections.over(report.finish())
        counter.not_shown += found.not_shown
        yield found.as_tagged()


def _writer(format_name: str) -> "Callable[[Iterator[TaggedReport], Model], None]":
    """Return what writes reports to standard output, each as its tags are made or, where a format is composed, as a whole."""
    from pipeline.output import FORMATS, composer_of, run_facts, writer_of  # noqa: PLC0415 - help must not load the program

    stream = sys.stdout.buffer
    if not FORMATS[format_name].composed:
        writer = writer_of(format_name)
        return lambda reports, model: writer.write(reports, stream, model.labels)
    composer = composer_of(format_name)
    return lambda reports, model: composer.write([report.finish() for report in reports], stream, run_facts(model))


def _write(paths: tuple[str, ...], order: _Order) -> Callable[[], _Counter]:
    """Return what tags into a file, or in several processes."""
    from pipeline.batch import local as batch  # noqa: PLC0415 - only where files are written
    from pipeline.core.native import NOT_COMPILED, is_compiled  # noqa: PLC0415
    from pipeline.read.find import find_reports  # noqa: PLC0415

    found = find_reports(paths)
    model = batch.locate_model(order.model, order.config.track.uri, say)
    if not is_compiled():
        say(f"the inner loops are {NOT_COMPILED}")
    corrections = batch.corrections_for(model, order.config) if order.corrected else b""
    job = batch.Job(model, order.config.read, order.format, order.keep_noise, corrections=corrections)
    jobs = batch.jobs_for(found.reports, order.jobs)

    def run() -> _Counter:
        counter = _Counter(found.skipped)
        if order.out is None:
            _count(batch.print_pieces(found.reports, job, jobs, sys.stdout.buffer), found.reports, counter)
        else:
            _write_whole(batch.unfinished(order.out, job, order.resume), found.reports, job, jobs, order.out, counter)
        return counter

    return run


def _write_whole(unfinished: "RunFolder", sources: tuple[str, ...], job: "Job", jobs: int, out: Path, counter: _Counter) -> None:
    from pipeline.batch.local import composer, tag_into  # noqa: PLC0415 - only where files are written

    with unfinished as folder:
        if folder.was_cut_short and not folder.resumes:
            say(f"{out}: an earlier run was cut short and is begun anew; --resume would have gone on with it")
        try:
            _count(tag_into(folder, sources, job, jobs), sources, counter)
            folder.finish(composer(out, job, counter.failed))
            _write_summary(counter, out)
        except KeyboardInterrupt:
            say(f"{out}: not written yet; the same command with --resume goes on")
            raise


def _write_summary(counter: _Counter, out: Path) -> None:
    """Write the figures of a run, without any text, beside its output."""
    from pipeline.training.drift import encode, summary_path  # noqa: PLC0415 - only where files are written

    summary = counter.total.summary() if counter.total else None
    if summary is None:
        return
    path = summary_path(out)
    try:
        path.write_bytes(encode(summary))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); {out} itself is complete") from None
    say(f"summary -> {path.name}")


def _with_spark(paths: tuple[str, ...], order: _Order, master: str | None) -> NoReturn:
    """Tag inside Spark; OUT is a folder, as Spark writes them."""
    from pipeline import flow  # noqa: PLC0415 - only where Spark is asked for
    from pipeline.batch import spark  # noqa: PLC0415 - only where Spark is asked for
    from pipeline.read.find import find_reports  # noqa: PLC0415

    if order.out is None:
        raise UsageError("--engine spark: name the folder to write with -o OUT, such as tags.parquet or tags.jsonl")
    tables = [path for path in paths if Path(path).suffix.lower() in spark.TABLES]
    files = [path for path in paths if path not in tables]
    found = find_reports(files).reports if files else ()
    model = flow.model_folder(order.model, order.config.track.uri, say)
    task = spark.Task(order.config.read, order.keep_noise)
    counts = spark.tag_with_spark([*tables, *map(str, map(Path.absolute, map(Path, found)))], order.out, model, task, master)
    for line in counts.errors:
        say_error(InputError(line))
    side = f", {counts.failed} failed, see {order.out}.errors" if counts.failed else ""
    say(f"{counts.tagged} reports tagged by Spark{side} -> {order.out}")
    sys.exit(1 if counts.failed else 0)


def _count(pieces: Iterator["Piece"], sources: tuple[str, ...], counter: _Counter) -> None:
    for piece in progress_in_bytes(pieces, sources, "tagging"):
        counter.piece(piece)
