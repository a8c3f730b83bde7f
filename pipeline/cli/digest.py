"""`pipeline digest`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from pipeline.cli.common import config_options, progress_in_bytes, read_config, say, say_error
from pipeline.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from pipeline.batch.local import Piece
    from pipeline.core.config import Config, LabelSet
    from pipeline.core.records import FinishedReport
    from pipeline.output.digest.records import By, Digest, Wish


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), required=True, help="The file: .docx, .xlsx, .html or .md.")
@click.option("--by", type=click.Choice(["report", "place", "year"]), default="report", show_default=True,
              help="What passages of a theme stand under.")  # fmt: skip
@click.option("--theme", "themes", multiple=True, metavar="NAME", help="A theme to show; can be repeated. Without it all themes.")
@click.option("--least-score", type=click.FloatRange(0, 1), help="Leave out passages with a lower score.")
@click.option("--most", type=click.IntRange(1), help="Show so many passages of a report under a theme: the surest ones.")
@click.option("--about", type=click.Path(path_type=Path), help="A CSV file with the columns name, place, year of reports.")
@click.option("--model", "model_name", default="default", show_default=True, help="A model's name, folder, or models:/name@alias.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use; without it all cores where there is enough to do.")
@click.option("--corrected", is_flag=True, help="Take what people corrected, of everybody the latest, for the theme of a passage.")
@config_options
def digest(paths: tuple[str, ...], out: Path, by: "By", themes: tuple[str, ...], least_score: float | None, most: int | None,
           about: Path | None, model_name: str, jobs: int | None, corrected: bool, config_file: Path | None,
           settings: tuple[str, ...]) -> None:  # fmt: skip
    """Gather the passages of many reports by theme, each with its source, with figures by report, year and place.

    Passages that repeat each other are folded. Years and places come from titles, file names and first lines, or from --about.

    \b
    Examples:
      pipeline digest reports/ -o digest.docx
      pipeline digest reports/ -o digest.docx --corrected
      pipeline digest reports/ --by year --theme 兴文化 --least-score 0.8 -o digest.html
    """
    config = read_config(config_file, settings)
    order = _Order(
        paths, out, by, themes, config.digest.least_score if least_score is None else least_score, most, about, corrected
    )
    failures = _make(order, config, model_name, jobs)
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
    about: Path | None
    corrected: bool


@dataclass(slots=True)
class _Counter:
    """What was noticed while the reports passed."""

    failures: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    not_shown: int = 0

    def piece(self, piece: "Piece") -> None:
        self.passed_over += piece.passed_over
        self.not_shown += piece.not_shown
        self.failures += piece.failures
        for line in piece.failures:
            say_error(InputError(line))

    def say(self, made: "Digest", out: Path) -> None:
        failed = f", {len(self.failures)} failed" if self.failures else ""
        shown = sum(len(section.passages) for section in made.sections)
        folded = sum(section.folded for section in made.sections)
        say(f"{len(made.reports)} reports{failed}, {shown} passages, {folded} folded -> {out}")
        if self.not_shown:
            say(f"{self.not_shown} corrections not shown: no passage lies where they were made; correct them anew")
        if self.passed_over:
            say(f"{len(self.passed_over)} files of other types passed over")


def _make(order: _Order, config: "Config", model_name: str, jobs: int | None) -> int:
    """Tag the reports and write their digest; return how many inputs failed."""
    from pipeline.batch import local as batch  # noqa: PLC0415 - help must not load the program
    from pipeline.output.digest import writer_for  # noqa: PLC0415 - as above
    from pipeline.output.digest.about import read_about  # noqa: PLC0415 - as above
    from pipeline.output.digest.gather import gather  # noqa: PLC0415 - as above
    from pipeline.read.find import find_reports  # noqa: PLC0415 - as above

    writer, said = writer_for(order.out), read_about(order.about) if order.about else {}
    found = find_reports(order.paths)
    model = batch.locate_model(model_name, config.track.uri, say)
    run, counter = batch.facts_of(model, ()), _Counter(passed_over=[*found.skipped])
    wish = _wish(order, config, run.labels)
    said_of_tags, jobs = batch.corrections_for(model, config) if order.corrected else b"", batch.jobs_for(found.reports, jobs)
    with _side_file(order.out) as stream:
        with batch.finished_pieces(found.reports, model, config.read, jobs, said_of_tags) as pieces:
            made = gather(_reports(pieces, found.reports, counter), wish, said)
        if not made.reports:
            raise InputError(f"{order.out}: not written; none of the {len(found.reports)} files could be read")
        writer.write(made, stream, batch.facts_of(model, counter.failures))
    counter.say(made, order.out)
    return len(counter.failures)


def _wish(order: _Order, config: "Config", labels: "LabelSet") -> "Wish":
    """Return what was asked for, with the themes in the order of the labels; raises UsageError for a theme that is none."""
    from pipeline.output.digest.records import Wish  # noqa: PLC0415 - help must not load the program

    for theme in order.themes:
        if theme not in labels.names:
            raise UsageError(f"--theme {theme}: not a label of the model; its labels: {' '.join(labels.names)}")
    themes = tuple(name for name in labels.names if name in order.themes) or labels.themes
    return Wish(order.by, themes, order.least_score, order.most, config.digest.resemblance)


def _reports(pieces: Iterator["Piece"], sources: tuple[str, ...], counter: _Counter) -> Iterator["FinishedReport"]:
    from pipeline.batch.local import reports_of  # noqa: PLC0415 - help must not load the program

    for piece in progress_in_bytes(pieces, sources, "tagging"):
        counter.piece(piece)
        yield from reports_of(piece)


@contextmanager
def _side_file(out: Path) -> Iterator[BinaryIO]:
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
