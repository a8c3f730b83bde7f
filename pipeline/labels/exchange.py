"""Take labels in from other tools and give them out: Label Studio's JSON, CSV, JSON lines.

Label Studio is the open annotation tool that most teams know; a task is a report, a region of type ``labels`` is a label,
and the second and further names of a region are its secondary themes. CSV and JSON lines need a text column and a label
column only, so that any labelled data set can be trained on.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.errors import CorpusError
from pipeline.core.records import Label
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.output.rows import FORMULA, neutral
from pipeline.read.decode import decode

FORMATS = (".json", ".csv", ".jsonl")
COLUMNS = ("source", "start", "end", "text", "label", "secondary")
Origin = Literal["seed", "written", "review"]
_UNSAFE = re.compile(r"[^\w.-]+")
_REGION = {"from_name": "label", "to_name": "text", "type": "labels"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold text, label and source; rows of one source are paragraphs of one report."""

    text: str = "text"
    label: str = "label"
    source: str = "source"


@dataclass(frozen=True, slots=True)
class Passage:
    """A labelled passage of a report that is still to be written."""

    start: int
    end: int
    label: str
    secondary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report from another tool: its name there, its text and its labelled passages."""

    name: str
    text: str
    passages: tuple[Passage, ...]


def export_labels(corpus: Corpus, ending: str) -> bytes:
    """Return all labels of a corpus in the format of a file ending; raises CorpusError for an unknown one."""
    makers: dict[str, Callable[[Corpus], bytes]] = {".json": _label_studio, ".csv": _csv, ".jsonl": _json_lines}
    if ending not in makers:
        raise CorpusError(f"{ending or 'no ending'}: not a format for labels; use one of {' '.join(FORMATS)}")
    return makers[ending](corpus)


def read_incoming(path: Path, columns: Columns, known: LabelSet) -> list[Incoming]:
    """Return the reports and labels of another tool's file; raises CorpusError that names file and row."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    text = decode(data, str(path)).text
    if path.suffix.lower() == ".json":
        incoming = [_task(task, f"{path}: task {number}") for number, task in enumerate(_json(text, path), 1)]
    elif path.suffix.lower() in FORMATS:
        incoming = list(_reports(_rows(text, path), columns, path))
    else:
        raise CorpusError(f"{path}: not a format for labels; use one of {' '.join(FORMATS)}")
    for report in incoming:
        _check(report, path, known)
    return incoming


def to_labels(
    incoming: Iterable[Incoming], known: Mapping[str, tuple[str, str]], folder: str, annotator: str, origin: Origin, date: str
) -> tuple[list[Label], dict[str, bytes]]:
    """Return labels for incoming reports, and the files of those that are not among the known ones.

    ``known`` maps the names of the corpus to text and sha256; an incoming report of the same name and text is that one.
    """
    labels: list[Label] = []
    files: dict[str, bytes] = {}
    for report in incoming:
        source, sha256 = report.name, known.get(report.name, ("", ""))[1]
        if known.get(report.name, ("", ""))[0] != report.text:
            data = report.text.encode("utf-8")
            source, sha256 = f"{folder}/{_file_name(report.name, files)}", hashlib.sha256(data).hexdigest()
            files[Path(source).name] = data
        labels += [
            Label(source, sha256, part.start, part.end, part.label, part.secondary, annotator, origin, date)
            for part in report.passages
        ]
    return labels, files


def _label_studio(corpus: Corpus) -> bytes:
    return msgspec.json.format(msgspec.json.encode([_as_task(report) for report in corpus.reports]), indent=1)


def _as_task(report: LabelledDocument) -> dict[str, Any]:
    text = report.document.text
    regions = [
        {
            **_REGION,
            "id": f"r{number}",
            "value": {
                "start": label.start,
                "end": label.end,
                "text": text[label.start : label.end],
                "labels": [label.label, *label.secondary],
            },
        }
        for number, label in enumerate(report.labels)
    ]
    return {"data": {"text": text, "source": report.document.source}, "annotations": [{"result": regions}]}


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
    for row in _rows_of(corpus):
        writer.writerow({name: neutral(cell) for name, cell in row.items()})
    return stream.getvalue().encode("utf-8-sig")


def _json_lines(corpus: Corpus) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in _rows_of(corpus))


def _json(text: str, path: Path) -> list[Any]:
    try:
        return msgspec.json.decode(text, type=list[Any])
    except msgspec.MsgspecError as error:
        raise CorpusError(f"{path}: not a Label Studio export ({error}); export it there as JSON") from None


def _task(task: Any, where: str) -> Incoming:  # noqa: ANN401 - another tool's data, checked here
    try:
        text = str(task["data"]["text"])
        name = str(task["data"].get("source") or where)
        annotations = [item for item in task.get("annotations", []) if not item.get("was_cancelled")]
        regions = [region for item in annotations[-1:] for region in item["result"] if region.get("type") in ("labels", "choices")]
        return Incoming(name, text, tuple(_passage(region, text) for region in regions))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise CorpusError(f"{where}: not a Label Studio task with a text ({error!r}); export it there as JSON") from None


def _passage(region: Mapping[str, Any], text: str) -> Passage:
    value = region["value"]
    names = value["labels"] if region["type"] == "labels" else value["choices"]
    return Passage(int(value.get("start", 0)), int(value.get("end", len(text))), names[0], tuple(names[1:]))


def _rows(text: str, path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix.lower() == ".csv":
        yield from csv.DictReader(io.StringIO(text, newline=""))
        return
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = msgspec.json.decode(line, type=dict[str, Any]) if line.strip() else None
        except msgspec.MsgspecError as error:
            raise CorpusError(f"{path}:{number}: not a JSON object ({error}); write one a line") from None
        if row is not None:
            yield row


def _reports(rows: Iterable[dict[str, Any]], columns: Columns, path: Path) -> Iterator[Incoming]:
    """Yield a report for each source; a row without one is a report of its own, since its neighbours are no context."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row.get(columns.text), str) or not isinstance(row.get(columns.label), str):
            raise CorpusError(
                f"{path}: row {number} has no {columns.text!r} or no {columns.label!r}; name the columns with --text-column "
                "and --label-column"
            )
        name = _unmarked(str(row.get(columns.source) or f"{path.stem}_{number:05}"))
        grouped.setdefault(name, []).append((_plain(row[columns.text]), row[columns.label].strip()))
    for name, parts in grouped.items():
        yield _from_parts(name, parts)


def _plain(text: str) -> str:
    """Return a cell's text on one line, without the mark that keeps Excel from running it."""
    return " ".join(_unmarked(text).split())


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _from_parts(name: str, parts: Sequence[tuple[str, str]]) -> Incoming:
    passages, position = [], 0
    for text, label in parts:
        if text:
            passages.append(Passage(position, position + len(text), label, ()))
        position += len(text) + 1
    return Incoming(name, "".join(f"{text}\n" for text, _ in parts), tuple(passages))


def _check(report: Incoming, path: Path, known: LabelSet) -> None:
    for passage in report.passages:
        for name in (passage.label, *passage.secondary):
            if name not in known.names:
                raise CorpusError(f"{path}: {report.name}: {name!r} is not a known label; known: {' '.join(known.names)}")


def _file_name(name: str, taken: Mapping[str, bytes]) -> str:
    """Return a name for a new report that is no path, and that no other new report has."""
    stem = _UNSAFE.sub("_", Path(name).stem).strip("._") or "report"
    candidates = (f"{stem}.txt", *(f"{stem}_{number}.txt" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)
