"""Write tagged reports: one module per format.

A format is a module of ``pipeline.output.formats`` with a function ``write``, and an entry in ``FORMATS`` here. There are
two kinds. A *streamed* format writes each report as its tags are made, and reports that are written one by one give, put
together, the same bytes: ``write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None``. A
*composed* format needs whole reports, and often all of them: ``write(reports: Reports, stream: BinaryIO, run: RunFacts)
-> None``. While a run is under way, what such a format needs is kept as JSON lines (``finished.py``).
"""

import datetime as dt
import importlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.errors import UsageError
from pipeline.core.extras import need
from pipeline.core.messages import tr
from pipeline.core.records import FinishedReport, Report
from pipeline.model.model import DriftedText, Model
from pipeline.output import finished, kept


class Format(msgspec.Struct, frozen=True):
    """The endings of a format's files, whether it is composed of whole reports, and whether it is text for a terminal or pipe.

    ``extra`` is what must be installed to write it, beside what tagging needs.
    """

    suffixes: tuple[str, ...]
    composed: bool
    text: bool
    extra: str = ""


# By the name of the module. They stand here so that only the module that is used is loaded.
FORMATS: dict[str, Format] = {
    "jsonl": Format((".jsonl", ".ndjson"), composed=False, text=True),
    "table": Format((".table",), composed=False, text=True),
    "csv": Format((".csv",), composed=True, text=True),
    "xlsx": Format((".xlsx",), composed=True, text=False),
    "html": Format((".html", ".htm"), composed=True, text=True),
    "docx": Format((".docx",), composed=True, text=False),
    "qdpx": Format((".qdpx",), composed=True, text=False),
    "parquet": Format((".parquet",), composed=True, text=False, extra="parquet"),
}


# What a run is made in that is no format for people.
FINISHED = "finished"  # what composed formats and digests are made of
KEPT = "kept"  # what the library takes


class RunFacts(msgspec.Struct, frozen=True):
    """What an output tells of the run that made it.

    ``model`` is name and version, ``thresholds`` the scores by label below which a tag asks for review, ``drifted`` which reports
    have a higher one, ``facts`` what the model's manifest says of its corpus and scores, ``failures`` a line for each file that
    could not be read, ``date`` the day.
    """

    labels: LabelSet
    model: str
    thresholds: Mapping[str, float]
    facts: Mapping[str, Any]
    failures: tuple[str, ...] = ()
    date: str = ""
    drifted: DriftedText | None = None


class Reports(Protocol):
    """Finished reports in order; they can be gone through more than once and are not all in memory."""

    def __iter__(self) -> Iterator[FinishedReport]:
        """Yield the reports."""


class Writer(Protocol):
    """What the module of a streamed format offers."""

    def write(self, reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:
        """Write the reports in order, going through the tags of each once."""


class Composer(Protocol):
    """What the module of a composed format offers."""

    def write(self, reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
        """Write the reports in order."""


def run_facts(model: Model, failures: Iterable[str] = ()) -> RunFacts:
    """Return what an output tells of a run with a model, today."""
    today = dt.datetime.now().astimezone().date().isoformat()
    return RunFacts(
        model.labels,
        f"{model.name} {model.version}",
        dict(zip(model.labels.names, model.thresholds.tolist(), strict=True)),
        model.facts or {},
        tuple(failures),
        today,
        model.drifted,
    )


def format_for(name: str | None, out: Path | None, is_terminal: bool, among: Collection[str] = FORMATS) -> str:
    """Return a known format's name, or that of an output's suffix, or else the table on a terminal and jsonl in a pipe.

    ``among`` are the formats that may be used, which an error names.
    Raises UsageError for a name or suffix that no format has, for a format that only a file can hold without one, and where what
    writes it is not installed.
    """
    if name is None:
        name = _format_of(out, among) if out else "table" if is_terminal else "jsonl"
    if name not in FORMATS:
        raise UsageError(tr("--format {name}: unknown; known: {formats}", name=name, formats=" ".join(among)))
    if out is None and not FORMATS[name].text:
        raise UsageError(
            tr(
                "--format {name}: written to a file only; name it with -o OUT{suffixes}",
                name=name,
                suffixes=FORMATS[name].suffixes[0],
            )
        )
    if FORMATS[name].extra:
        need(FORMATS[name].extra, f"--format {name}")
    return name


def writer_of(name: str) -> Writer:
    """Return what writes each report of a run as it is tagged: a streamed format, KEPT, or FINISHED for a composed one."""
    if name == KEPT:
        return cast("Writer", kept)
    return cast("Writer", finished if name == FINISHED or FORMATS[name].composed else _module(name))


def composer_of(name: str) -> Composer:
    """Return the writer of a composed format."""
    return cast("Composer", _module(name))


def _module(name: str) -> object:
    return importlib.import_module(f"{__name__}.formats.{name}")


def _format_of(out: Path, among: Collection[str]) -> str:
    by_suffix = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}
    if out.suffix.lower() not in by_suffix:
        ending = out.suffix or tr("a name without an ending")
        raise UsageError(
            tr(
                "{out}: no format for {ending}; use {by_suffix}, or --format",
                out=out,
                ending=ending,
                by_suffix=" ".join(suffix for suffix, name in by_suffix.items() if name in among),
            )
        )
    return by_suffix[out.suffix.lower()]
