"""Take labels in from other tools and give them out: Label Studio's JSON, delimited values, JSON lines, REFI-QDA.

Label Studio is the open annotation tool that most teams know. A table needs a text column and a label column only, so that any
labelled data set can be trained on. What is not sound is named by its place in the file and left out; the rest is taken.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.core.config import LabelSet, ReadConfig
from pipeline.core.errors import CorpusError, InputError
from pipeline.core.messages import system_reason, tr
from pipeline.core.names import safe_stem
from pipeline.core.records import Label
from pipeline.core.spans import spans_by_source
from pipeline.labels import codebook, refi_qda
from pipeline.labels.files import Corpus
from pipeline.labels.incoming import Columns, ImportedFile, ImportedReport, LabelSpan, Rejected, in_text, without_overlap
from pipeline.labels.label_studio import read_tasks, write_tasks
from pipeline.labels.tables import TABLES, WORKBOOKS, labels_of_sheets, named_labels, read_sheets, read_table
from pipeline.labels.texts import reads_as
from pipeline.output.qda import project
from pipeline.output.rows import neutral
from pipeline.read.decode import decode

FORMATS = (".json", ".csv", ".jsonl")
INCOMING = (*FORMATS, *(ending for ending in TABLES if ending not in FORMATS))
COLUMNS = ("source", "start", "end", "text", "label", "secondary")
Origin = Literal["seed", "written", "review", "imported"]


@dataclass(frozen=True, slots=True)
class Import:
    """What an import makes: labels, the files of new reports by name, and what was not taken."""

    labels: tuple[Label, ...]
    files: Mapping[str, bytes]
    refused: tuple[Rejected, ...]


def export_labels(corpus: Corpus, ending: str) -> bytes:
    """Return all labels of a corpus in the format of a file ending; raises CorpusError for an unknown one."""
    makers: dict[str, Callable[[Corpus], bytes]] = {
        ".json": write_tasks,
        ".csv": _csv,
        ".jsonl": _json_lines,
        refi_qda.ENDING: refi_qda.export_project,
        codebook.ENDING: lambda corpus: project.codebook(corpus.label_set),
    }
    if ending not in makers:
        raise CorpusError(
            tr("{ending}: not a format for labels; use one of {makers}", ending=ending or tr("no ending"), makers=" ".join(makers))
        )
    return makers[ending](corpus)


def read_incoming(path: Path, columns: Columns, known: LabelSet, who: str = "", options: ReadConfig | None = None) -> ImportedFile:
    """Return the reports and labels of another tool's file, and what is not taken of it; ``who``: one person's only.

    A workbook is read with ``options``, and refused without them. Raises InputError for a file that cannot be read, CorpusError for
    one of no such format.
    """
    ending = path.suffix.lower()
    if options is not None and ending in WORKBOOKS:
        return read_sheets(_bytes(path), path, columns, known, options)
    if ending not in INCOMING:
        raise CorpusError(
            tr(
                "{path}: not a format for labels; use one of {known}",
                path=path,
                known=" ".join((*INCOMING, *WORKBOOKS, refi_qda.ENDING)),
            )
        )
    text = _text(path)
    return read_tasks(text, path, columns, known, who) if ending == ".json" else read_table(text, path, columns, known)


def labels_in(path: Path, columns: Columns, options: ReadConfig | None = None) -> list[str]:
    """Return the labels that a table names, each once; raises CorpusError for what is no table, InputError."""
    if options is not None and path.suffix.lower() in WORKBOOKS:
        return labels_of_sheets(_bytes(path), path, columns, options)
    if path.suffix.lower() not in (".jsonl", *TABLES):
        raise CorpusError(tr("{path}: its labels are not looked for in such a file; name them with --labels", path=path))
    return named_labels(_text(path), path, columns)


def to_labels(
    incoming: Iterable[ImportedReport],
    known: Mapping[str, tuple[str, str]],
    folder: str,
    annotator: str,
    origin: Origin,
    date: str,
    options: ReadConfig,
) -> Import:
    """Return labels for incoming reports, and the files of those that are not among the known ones.

    ``known`` maps the names of the corpus to text and sha256; an incoming report of the same name and text is that one. A text
    that a file would not give back as it is (a page of HTML, one with a byte order mark) is not taken: its offsets would lie.
    """
    refused: list[Rejected] = []
    files: dict[str, bytes] = {}
    taken = set[str]()
    by_report: dict[tuple[str, str], list[LabelSpan]] = {}
    for report in incoming:
        own = _known_as(report, known)
        place = (own.name, known[own.name][1]) if own else _file_for(report, folder, files, taken, options)
        if isinstance(place, Rejected):
            refused.append(place)
        else:
            by_report.setdefault(place, []).extend((own or report).passages)
    labels: list[Label] = []
    for (source, sha256), passages in by_report.items():
        for each in without_overlap(passages):
            if isinstance(each, Rejected):
                refused.append(each)
            else:
                labels.append(_as_label(each, (source, sha256), annotator or each.who, origin, date))
    return Import(tuple(labels), files, tuple(refused))


def _as_label(passage: LabelSpan, place: tuple[str, str], who: str, origin: Origin, date: str) -> Label:
    span, note = (passage.start, passage.end), passage.note or msgspec.UNSET
    return Label(*place, *span, passage.label, passage.secondary, who, origin, date, note=note)


def overlaps(labels: Iterable[Label], corpus: Corpus) -> int:
    """Return how many labels overlap one that the corpus has already, so that both together would be refused."""
    given = spans_by_source(label for report in corpus.reports for label in report.labels)
    return sum(any(given[label.source].overlapping(label.start, label.end)) for label in labels)


def _text(path: Path) -> str:
    """Return the text of a file that is to be taken in; raises InputError for one that cannot be read."""
    return decode(_bytes(path), str(path)).text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(tr("{path}: cannot be read ({reason}); check the path", path=path, reason=system_reason(error))) from None


def _known_as(report: ImportedReport, known: Mapping[str, tuple[str, str]]) -> ImportedReport | None:
    """Return a report as one of the corpus, if it is one: the same name, and the same text but for its line ends."""
    return in_text(report, known[report.name][0]) if report.name in known else None


def _file_for(
    report: ImportedReport, folder: str, files: dict[str, bytes], taken: set[str], options: ReadConfig
) -> tuple[str, str] | Rejected:
    """Put a new report among the files, and its name among those that are taken; return its source and sha256."""
    try:
        data = (_as_row(report.text) if report.is_row else report.text).encode()
    except UnicodeEncodeError:
        return Rejected(report.where, tr("holds half a character, which no file can; repair its text"))
    ending = ".csv" if report.is_row else ".txt"
    if not reads_as(data, ending, report.text, options):
        why = tr("its text would not be read back from a file as it is (a web page, or a mark at its beginning)")
        return Rejected(report.where, tr("{why}; export plain text", why=why))
    name = _file_name(report.name, ending, taken)
    files[name] = data
    return f"{folder}/{name}", hashlib.sha256(data).hexdigest()


def _as_row(text: str) -> str:
    """Return a table of one row: what is read from it is one passage, also where a line like it would be a caption."""
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["text"], [text]])
    return stream.getvalue()


def _rows_of(corpus: Corpus) -> Iterator[dict[str, Any]]:
    for report in corpus.reports:
        for label in report.labels:
            text = report.document.text[label.start : label.end]
            values = (label.source, label.start, label.end, text, label.label, " ".join(label.secondary))
            yield dict(zip(COLUMNS, values, strict=True))


def _csv(corpus: Corpus) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    writer.writerows({name: neutral(cell) for name, cell in row.items()} for row in _rows_of(corpus))
    return stream.getvalue().encode("utf-8-sig")


def _json_lines(corpus: Corpus) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in _rows_of(corpus))


def _file_name(name: str, ending: str, taken: set[str]) -> str:
    """Return a name for a new report that is no path, and that no other new report has, upper and lower case alike.

    ``taken`` are the names that are, in lower case, and with this one more.
    """
    stem = safe_stem(name)
    candidates = chain([f"{stem}{ending}"], (f"{stem}_{number}{ending}" for number in count(2)))
    chosen = next(candidate for candidate in candidates if candidate.lower() not in taken)
    taken.add(chosen.lower())
    return chosen
