"""`pipeline digest`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import (
    NamedChoice,
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
)
from pipeline.core.counted import counted
from pipeline.core.errors import InputError, UsageError
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.batch.run import RunCounts
    from pipeline.core.config import Config, LabelSet
    from pipeline.output import RunFacts
    from pipeline.output.digest.records import By, Digest, DigestOptions, ReportFacts


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=OutputPath(), required=True, help="The file: .docx, .xlsx, .html or .md.")
@click.option("--by", type=NamedChoice(report="报告", place="地区 地点", year="年份", aspect="方面"),
              help="What passages stand under [report]; aspect: what was done, came of it, lacks, is planned.")  # fmt: skip
@click.option("--theme", "themes", multiple=True, metavar="NAME", help="A theme to show; can be repeated. Without it all themes.")
@click.option("--least-score", type=click.FloatRange(0, 1), help="Leave out passages with a lower score.")
@click.option("--most", type=click.IntRange(1), help="Show so many passages of a report under a theme: the surest ones.")
@click.option(
    "--pages", type=click.IntRange(1, 500), help="Choose the best passages, so many as this number of pages holds; by aspect."
)
@click.option("--form", type=click.Choice(["digest", "official"]),
              help="The form of a Word file; official (GB/T 9704) with --pages, else digest.")  # fmt: skip
@click.option("--about", type=click.Path(path_type=Path), help="A CSV file with the columns name, place, year of reports.")
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@click.option("--corrected", is_flag=True, help="Take what people corrected, of everybody the latest, for the theme of a passage.")
@click.option("--force", is_flag=True, help="Replace OUT also where no earlier run made it, or people corrected it.")
@ocr_option
@config_options("corpus", "read", "digest", "drift.stricter_review", "track.uri")
def digest(paths: tuple[str, ...], out: Path, by: "By | None", themes: tuple[str, ...], least_score: float | None, most: int | None,
           pages: int | None, form: str | None, about: Path | None, model_name: str, jobs: int | None, corrected: bool, force: bool,
           ocr: str | None,
           config_file: Path | None,
           settings: tuple[str, ...]) -> None:  # fmt: skip
    """Gather the passages of many reports by theme, each with its source, with figures by report, year and place.

    Passages that repeat each other are folded. Years and places come from titles, file names and first lines, or from --about.

    \b
    Examples:
      pipeline digest reports/ -o digest.docx
      pipeline digest reports/ -o digest.docx --corrected
      pipeline digest reports/ -o superior.docx --pages 5
      pipeline digest reports/ --by year --theme 兴文化 --least-score 0.8 -o digest.html
    """
    config = read_config(config_file, (*settings, *reading(None, ocr)))
    least = config.digest.least_score if least_score is None else least_score
    official = _is_official(out, pages, form)
    by = _by(by, official or pages is not None)
    order = _Order(paths, out, by, themes, least, most, pages, official, about, corrected, force)
    beside = tuple(path for path in (about, config_file) if path)
    failures = _make(order, config, model_name, jobs, beside)
    sys.exit(1 if failures else 0)


@dataclass(frozen=True, slots=True)
class _Order:
    """What a person asked for."""

    paths: tuple[str, ...]
    out: Path
    by: "By"
    themes: tuple[str, ...]
    least_score: float
    most: int | None
    pages: int | None
    official: bool
    about: Path | None
    corrected: bool
    force: bool


def _is_official(out: Path, pages: int | None, form: str | None) -> bool:
    """Return whether an official document is asked for; raises UsageError for pages of a Word file whose pages are not counted."""
    if pages is not None and form == "digest" and out.suffix.lower() == ".docx":
        raise UsageError(tr("--form digest --pages: only pages of the official form are counted; leave out one of them"))
    return form == "official" or (form is None and pages is not None and out.suffix.lower() == ".docx")


def _by(by: "By | None", aspects: bool) -> "By":
    """Return what passages stand under; raises UsageError where it must be their aspect and is something else."""
    if aspects and by not in (None, "aspect"):
        raise UsageError(tr("--by {by}: passages of the official form and of --pages stand by aspect; leave out --by", by=by))
    return "aspect" if aspects else by or "report"


def _make(order: _Order, config: "Config", model_name: str, jobs: int | None, beside: tuple[Path, ...]) -> int:
    """Tag the reports and write their digest; return how many inputs failed."""
    from pipeline.batch.run import RunRequest, TagRun, whole_or_nothing  # noqa: PLC0415 - help must not load the program
    from pipeline.core.outputs import place_of  # noqa: PLC0415 - as above
    from pipeline.output.digest import writer_for  # noqa: PLC0415 - as above
    from pipeline.output.digest.about import read_about  # noqa: PLC0415 - as above
    from pipeline.output.digest.gather import gather  # noqa: PLC0415 - as above

    writer, told = writer_for(order.out, order.official), read_about(order.about) if order.about else {}
    place = place_of(order.out)
    request = RunRequest(
        order.paths, config, model_name, "jsonl", corrected=order.corrected, jobs=jobs, out=place, force=order.force, beside=beside
    )
    run = TagRun(request, say, lambda line: say_error(InputError(line)))
    options = _options(order, config, run.model.labels)
    with whole_or_nothing(place, run.check_replaceable) as stream:
        results = run.finished(lambda results: progress_in_bytes(results, run.sizes, tr("tagging")))
        made = gather((report for result in results for report in result.finished_reports()), options, told)
        if not made.reports:
            raise InputError(
                tr("{out}: not written; nothing could be read of {files}", out=order.out, files=counted(len(run.sizes), "file"))
            )
        _say_unmatched(made, told, order.about)
        made = _chosen(made, order.pages, run.facts())
        writer.write(made, stream, run.facts())
    _say_counts(run.counts, made, order.out)
    return len(run.counts.failures)


def _say_unmatched(made: "Digest", told: "Mapping[str, ReportFacts]", about: Path | None) -> None:
    """Tell which lines of a table are of no report of a digest."""
    from pipeline.core.names import file_name, readable  # noqa: PLC0415 - help must not load the program

    for name in sorted(told.keys() - {key for report in made.reports for key in (report.source, file_name(report.source))}):
        say(tr("{about}: {readable} is no report of this digest; check the name", about=about, readable=readable(name)))


def _chosen(made: "Digest", pages: int | None, facts: "RunFacts") -> "Digest":
    """Return the digest, or its best passages that so many pages of the official form hold."""
    if pages is None:
        return made
    from pipeline.output.digest.choose import choose  # noqa: PLC0415 - help must not load the program
    from pipeline.output.digest.official.blocks import blocks  # noqa: PLC0415 - as above
    from pipeline.output.digest.official.layout import pages as count_pages  # noqa: PLC0415 - as above

    return choose(made, pages, lambda digest: count_pages([*blocks(digest, facts)]))


def _say_counts(counts: "RunCounts", made: "Digest", out: Path) -> None:
    shown = sum(len(section.passages) for section in made.sections)
    folded = sum(section.folded for section in made.sections)
    say(
        tr(
            "{reports}{failed}, {passages}, {folded} folded -> {out}",
            reports=counted(len(made.reports), "report"),
            failed=failed(len(counts.failures)),
            passages=counted(shown, "excerpt") if made.options.by == "aspect" else counted(shown, "passage"),
            folded=folded,
            out=out,
        )
    )
    if not shown:
        say(tr("no passage bears {themes}; the digest shows none", themes=" ".join(made.options.themes)))
    say_rest(counts)


def _options(order: _Order, config: "Config", labels: "LabelSet") -> "DigestOptions":
    """Return what was asked for, with the themes in the order of the labels; raises UsageError for a theme that is none."""
    from pipeline.output.digest.records import DigestOptions  # noqa: PLC0415 - help must not load the program

    for theme in order.themes:
        if theme not in labels.names:
            raise UsageError(
                tr("--theme {theme}: not a label of the model; its labels: {names}", theme=theme, names=" ".join(labels.names))
            )
    themes = tuple(name for name in labels.names if name in order.themes) or labels.themes
    return DigestOptions(order.by, themes, order.least_score, order.most, config.digest.resemblance)
