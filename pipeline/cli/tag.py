"""`pipeline tag`."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pipeline.cli.common import (
    FOLDER,
    OutputPath,
    config_options,
    failed,
    ocr_option,
    progress_in_bytes,
    read_config,
    reading,
    say,
    say_error,
    say_rest,
)  # fmt: skip
from pipeline.cli.quick import quick_start
from pipeline.core.counted import counted
from pipeline.core.errors import InputError, UsageError
from pipeline.core.extras import need
from pipeline.core.messages import mark, tr

if TYPE_CHECKING:
    from pipeline.batch.local import FileResult
    from pipeline.batch.run import RunCounts
    from pipeline.core.config import Config
    from pipeline.core.outputs import OutputTarget

# The options that Spark cannot follow, and why.
NOT_OF_SPARK = {
    "corrected": mark("Spark gives the model's tags only"),
    "resume": mark("Spark begins each run anew"),
    "jobs": mark("Spark spreads the work by its own settings, as --master local[4]"),
    "force": mark("Spark replaces nothing but what it wrote itself"),
}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o", "--output", "out", type=OutputPath(makes_folders=True), help="The file to write; its ending chooses the format."
)
@click.option(
    "--format",
    "format_name",
    help="table, jsonl, csv, xlsx, html, docx, qdpx, parquet; without it a table on a terminal and jsonl in a pipe.",
)
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@click.option("--resume", is_flag=True, help="Go on with a run into the same OUT that was cut short; what changed is tagged anew.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Where the work is done.")
@click.option("--master", help="With --engine spark: the address of Spark, such as spark://host:7077; else what Spark is set to.")
@click.option("--encoding", help="The encoding of the reports, such as gb18030 or big5; found out without it.")
@click.option("--keep-noise", is_flag=True, help="Show also what was set aside (navigation, bylines, captions), with the reason.")
@click.option("--corrected", is_flag=True, help="Show what people corrected, of everybody the latest, beside what the model says.")
@click.option("--force", is_flag=True, help="Replace OUT also where no earlier run made it, or people corrected it.")
@ocr_option
@config_options("corpus", "read", "drift.stricter_review", "track.uri")
def tag(paths: tuple[str, ...], out: Path | None, format_name: str | None, model_name: str, jobs: int | None, resume: bool,
        engine: str, master: str | None, encoding: str | None, keep_noise: bool, corrected: bool, force: bool, ocr: str | None,
        config_file: Path | None, settings: tuple[str, ...]) -> None:  # fmt: skip
    """Tag reports by theme: files, folders with all below them, globs, or - for standard input.

    OUT is one file with all reports; of csv, xlsx, html, docx and parquet a name without an ending is a folder, one file a report.
    A name with a slash at its end is a folder of Word files with comments, unless --format names another format.

    \b
    Examples:
      pipeline tag report.txt
      pipeline tag reports/ '2023/*.txt' -o tags.jsonl
      pipeline tag reports/ -o 批注/
      pipeline tag reports/ -o corrected.xlsx --corrected
      cat report.txt | pipeline tag - --format table
      pipeline tag --engine spark --master spark://host:7077 /archive -o /archive-tags.parquet
    """
    request = _Request(paths, out, format_name, model_name, jobs, resume, keep_noise, corrected, force, config_file,
                       FOLDER in click.get_current_context().meta)  # fmt: skip
    if master and engine != "spark":
        raise UsageError(tr("--master: is the address of Spark; name --engine spark too, or leave it out"))
    with quick_start():
        config = read_config(config_file, (*settings, *reading(encoding, ocr)))
        run = _on_spark(request, config, master) if engine == "spark" else _on_this_machine(request, config)
    sys.exit(1 if run() else 0)


class _Request(NamedTuple):
    """What a person asked for; help need not wait for a dataclass or a struct."""

    paths: tuple[str, ...]
    out: Path | None
    format: str | None
    model: str
    jobs: int | None
    resume: bool
    keep_noise: bool
    corrected: bool
    force: bool
    config_file: Path | None
    is_folder: bool  # whether OUT was named with a slash at its end

    @property
    def beside(self) -> tuple[Path, ...]:
        """The files that are read beside the reports."""
        return (self.config_file,) if self.config_file else ()


def _on_this_machine(request: _Request, config: "Config") -> Callable[[], int]:
    """Return what tags and returns how many inputs failed; everything that it needs is loaded."""
    from pipeline.batch.run import RunRequest, TagRun  # noqa: PLC0415 - help must not load the program
    from pipeline.core.native import NOT_COMPILED, is_compiled  # noqa: PLC0415
    from pipeline.core.outputs import place_of  # noqa: PLC0415

    place = place_of(request.out) if request.out else None
    name = _format(request, place)
    jobs = request.jobs or (1 if request.out is None else None)
    asked = RunRequest(
        request.paths,
        config,
        request.model,
        name,
        request.keep_noise,
        request.corrected,
        jobs,
        place,
        request.force,
        request.beside,
    )
    run = TagRun(asked, say, lambda line: say_error(InputError(line)))
    if request.out is not None and not is_compiled():
        say(tr("the inner loops are {state}", state=tr(NOT_COMPILED)))

    def start() -> int:
        def shown(results: "Iterator[FileResult]") -> "Iterator[FileResult]":
            return progress_in_bytes(results, run.sizes, tr("tagging"))

        if place is None:
            run.to_stream(sys.stdout.buffer, iter if sys.stdout.isatty() else shown)
        elif place.descriptor is not None:
            with place.open() as stream:
                run.to_stream(stream, iter if stream.isatty() else shown)
        elif (summary := run.into(place, request.resume, shown)) is not None:
            say(tr("summary -> {name}", name=summary))
        _say_counts(run.counts, request.out)
        return len(run.counts.failures)

    return start


def _format(request: _Request, place: "OutputTarget | None") -> str:
    """Return the format's name; what is written through has no ending and takes every format by its name."""
    from pipeline.output import FORMATS, format_for  # noqa: PLC0415 - help must not load the program

    if place is not None and place.descriptor is not None and request.format is None:
        name = format_for(None, None, os.isatty(place.descriptor))
    else:
        name = format_for(request.format or ("docx" if request.is_folder else None), request.out, sys.stdout.isatty())
    if request.is_folder and not FORMATS[name].composed:
        raise UsageError(tr("{named}: is a folder, and the output is one file; name a file in it with -o", named=request.out))
    if request.resume and (place is None or place.descriptor is not None):
        raise UsageError(tr("--resume: only a run with -o OUT can go on; name the OUT of the run that was cut short"))
    return name


def _say_counts(counts: "RunCounts", out: Path | None) -> None:
    from pipeline.output.reasons import in_our_language  # noqa: PLC0415 - help must not load the program

    place = f" -> {out}" if out and counts.reports else ""
    reasons = tr(", ").join(f"{in_our_language(reason)} {count}" for reason, count in counts.noise.most_common())
    why = tr(" ({reasons})", reasons=reasons) if reasons else ""
    noise = tr("{passages} set aside", passages=counted(counts.noise.total(), "passage")) + why
    say(
        tr(
            "{reports} tagged{failed}, {noise}{place}",
            reports=counted(counts.reports, "report"),
            failed=failed(len(counts.failures)),
            noise=noise,
            place=place,
        )
    )
    say_rest(counts)


def _on_spark(request: _Request, config: "Config", master: str | None) -> Callable[[], int]:
    """Return what tags inside Spark and returns how many inputs failed; OUT is a folder, as Spark writes them."""
    from pipeline.batch.spark import SparkRequest, format_of, tag_with_spark  # noqa: PLC0415 - only where Spark is asked for

    if request.out is None:
        raise UsageError(tr("--engine spark: name the folder to write with -o OUT, such as tags.parquet or tags.jsonl"))
    for option, why in NOT_OF_SPARK.items():
        if getattr(request, option):
            raise UsageError(tr("--{option}: {why}; leave it out, or leave --engine spark out", option=option, why=tr(why)))
    name = format_of(request.format, request.out)
    need("spark", "--engine spark")
    asked = SparkRequest(request.paths, request.out, name, request.model, config, request.keep_noise, master)

    def start() -> int:
        counts = tag_with_spark(asked, say)
        for line in counts.errors:
            say_error(InputError(line))
        side = tr(", {failed} failed, see {out}.errors", failed=counts.failed, out=asked.out) if counts.failed else ""
        say(tr("{reports} tagged by Spark{side} -> {out}", reports=counted(counts.tagged, "report"), side=side, out=asked.out))
        return counts.failed

    return start
