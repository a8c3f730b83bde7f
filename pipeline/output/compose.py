"""Make the output of a composed format: one file of all reports, or a folder with a file for each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.core.names import distinct, file_stem
from pipeline.core.records import FinishedReport
from pipeline.output import FORMATS, RunFacts, composer_of
from pipeline.output.finished import FinishedReports


def is_folder(out: Path, format_name: str) -> bool:
    """Return whether an output is a folder with a file for each report: a name without an ending, of a composed format."""
    return FORMATS[format_name].composed and (out.is_dir() or not out.suffix)


def compose_file(pieces: Path, target: Path, format_name: str, run: RunFacts) -> None:
    """Write one file of all reports."""
    with target.open("wb") as stream:
        composer_of(format_name).write(FinishedReports(pieces), stream, run)


def compose_folder(pieces: Path, target: Path, format_name: str, run: RunFacts) -> None:
    """Write a folder with a file for each report, named after it."""
    target.mkdir()
    composer, suffix = composer_of(format_name), FORMATS[format_name].suffixes[0]
    for name, report in _named(FinishedReports(pieces), suffix):
        with (target / name).open("wb") as stream:
            composer.write((report,), stream, run)


def _named(reports: Sequence[FinishedReport] | FinishedReports, suffix: str) -> Iterator[tuple[str, FinishedReport]]:
    """Yield each report with the name of its file; a name that was given before gets a number."""
    taken: set[str] = set()
    for report in reports:
        yield distinct(f"{file_stem(report.source) or 'report'}{suffix}", taken), report
