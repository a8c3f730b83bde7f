"""`pipeline figures`."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import (
    OutputPath,
    config_options,
    failed,
    labels_of,
    ocr_option,
    progress_in_bytes,
    read_config,
    reading,
    say,
    say_error,
    say_rest,
)
from pipeline.core.counted import counted
from pipeline.core.errors import InputError, UsageError
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from pipeline.batch.run import TagRun
    from pipeline.core.config import Config, LabelSet
    from pipeline.core.outputs import OutputTarget
    from pipeline.output.figures.formats import Write
    from pipeline.output.figures.rows import FigureRow

TAGS = (".jsonl", ".ndjson")  # endings of files with tags that were written before


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=OutputPath(), help="The file to write; its ending chooses the format.")
@click.option("--format", "format_name", help="table, jsonl, csv, xlsx; without it a table on a terminal and jsonl in a pipe.")
@click.option(
    "--theme", "themes", multiple=True, metavar="NAME", help="A theme to show; can be repeated. Without it all, and 其他."
)
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@click.option("--corrected", is_flag=True, help="Take what people corrected, of everybody the latest, for the theme of a passage.")
@click.option("--force", is_flag=True, help="Replace OUT also where no earlier run made it, or people corrected it.")
@ocr_option
@config_options("corpus", "read", "drift.stricter_review", "track.uri")
def figures(paths: tuple[str, ...], out: Path | None, format_name: str | None, themes: tuple[str, ...], model_name: str,
            jobs: int | None, corrected: bool, force: bool, ocr: str | None, config_file: Path | None,
            settings: tuple[str, ...]) -> None:  # fmt: skip
    """List the figures of reports: what is counted, how many, of which theme, and the sentence that says it.

    Reports are tagged first; of a tags.jsonl that `pipeline tag` wrote the tags are taken as they are. Nothing is added up: the
    same figure may stand in several places.

    \b
    Examples:
      pipeline figures report.docx
      pipeline figures reports/ -o figures.xlsx
      pipeline figures tags.jsonl --theme 举旗帜 --theme 兴文化 -o figures.csv
    """
    from pipeline.core.outputs import place_of  # noqa: PLC0415 - help must not load the program
    from pipeline.output.figures.formats import writer_for  # noqa: PLC0415 - as above

    config = read_config(config_file, (*settings, *reading(None, ocr)))
    write = writer_for(format_name, out, sys.stdout.isatty())
    order = _Order(paths, place_of(out) if out else None, frozenset(themes), write, corrected, force, config_file)
    if _are_tags(paths):
        _check_reads_tags_only(corrected, jobs)
        failures = _of_tags(order, config)
    else:
        failures = _of_reports(order, config, model_name, jobs)
    sys.exit(1 if failures else 0)


@dataclass(slots=True)
class _Order:
    """What a person asked for, and how many figures were found."""

    paths: tuple[str, ...]
    place: "OutputTarget | None"
    themes: frozenset[str]
    write: "Write"
    corrected: bool
    force: bool
    config_file: Path | None
    found: int = 0

    def counted(self, rows: "Iterable[FigureRow]") -> "Iterator[FigureRow]":
        """Yield rows, and count them."""
        for row in rows:
            self.found += 1
            yield row


def _are_tags(paths: tuple[str, ...]) -> bool:
    """Tell whether files with tags are given; raises UsageError for these and reports at once."""
    endings = {Path(path).suffix.lower() in TAGS for path in paths}
    if len(endings) > 1:
        raise UsageError(tr("{paths}: tags that were written before and reports; give them in two commands", paths=" ".join(paths)))
    return True in endings


def _check_reads_tags_only(corrected: bool, jobs: int | None) -> None:
    """Raise UsageError for what cannot be done to tags that were written before."""
    asked = {"--corrected": corrected, "--jobs": jobs is not None}
    for name in (name for name, is_asked in asked.items() if is_asked):
        raise UsageError(
            tr("{name}: is for reports, and these are tags that were written before; leave it out, or give the reports", name=name)
        )


def _of_tags(order: _Order, config: "Config") -> int:
    """Write the figures of tags that were written before; return 0."""
    from pipeline.core.outputs import check_apart, check_standard_output  # noqa: PLC0415 - help must not load the program
    from pipeline.labels.corpus import own_files  # noqa: PLC0415 - as above
    from pipeline.labels.corrections.replaced import check_replaceable  # noqa: PLC0415 - as above
    from pipeline.output.figures.rows import figure_rows  # noqa: PLC0415 - as above
    from pipeline.output.formats.jsonl import read_tags  # noqa: PLC0415 - as above

    labels = labels_of(config)
    _check_themes(order, labels)

    def check() -> None:
        if order.place is not None and not order.force:
            check_replaceable(order.place, config.read)

    if order.place is None:
        check_standard_output(order.paths)
    else:
        check_apart(order.place, [*order.paths, *own_files(config)])
    check()
    _written(order, (row for path in order.paths for row in figure_rows(read_tags(Path(path)), order.themes)), labels, check)
    say(f"{counted(order.found, 'figure')}{_to(order)}")
    return 0


def _of_reports(order: _Order, config: "Config", model_name: str, jobs: int | None) -> int:
    """Tag reports and write their figures; return how many inputs failed."""
    from pipeline.batch.run import RunRequest, TagRun  # noqa: PLC0415 - help must not load the program

    beside = (order.config_file,) if order.config_file else ()
    request = RunRequest(
        order.paths,
        config,
        model_name,
        "jsonl",
        corrected=order.corrected,
        jobs=jobs,
        out=order.place,
        force=order.force,
        beside=beside,
    )
    run = TagRun(request, say, lambda line: say_error(InputError(line)))
    _check_themes(order, run.model.labels)
    _written(order, _rows(run, order.themes), run.model.labels, run.check_replaceable)
    say(
        tr(
            "{figures} in {reports}{failed}{to}",
            figures=counted(order.found, "figure"),
            reports=counted(run.counts.reports, "report"),
            failed=failed(len(run.counts.failures)),
            to=_to(order),
        )
    )
    say_rest(run.counts)
    return len(run.counts.failures)


def _rows(run: "TagRun", themes: frozenset[str]) -> "Iterator[FigureRow]":
    from pipeline.output.figures.rows import figure_rows  # noqa: PLC0415 - help must not load the program

    for result in run.finished(lambda results: progress_in_bytes(results, run.sizes, tr("tagging"))):
        for report in result.finished_reports():
            yield from figure_rows(report.tags, themes)
    if not run.counts.reports:
        raise InputError(tr("nothing written; none of the {count} files could be read", count=len(run.sizes)))


def _written(order: _Order, rows: "Iterable[FigureRow]", labels: "LabelSet", check: Callable[[], None]) -> None:
    from pipeline.batch.run import whole_or_nothing  # noqa: PLC0415 - help must not load the program

    if order.place is None:
        order.write(order.counted(rows), sys.stdout.buffer, labels)
        sys.stdout.buffer.flush()
        return
    with whole_or_nothing(order.place, check) as stream:
        order.write(order.counted(rows), stream, labels)


def _check_themes(order: _Order, labels: "LabelSet") -> None:
    """Raise UsageError for a theme that is none."""
    for theme in sorted(order.themes - set(labels.names)):
        raise UsageError(
            tr("--theme {theme}: not a label of the model; its labels: {names}", theme=theme, names=" ".join(labels.names))
        )


def _to(order: _Order) -> str:
    return f" -> {order.place.named}" if order.place else ""
