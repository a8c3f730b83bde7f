"""Label Studio's JSON, in and out: a task is a report, a region of type ``labels`` a label, its further names secondary themes.

Label Studio runs in a browser and counts UTF-16 units: a character beyond the basic plane is two. The text that comes with a
region says whether a way of counting is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.core.config import LabelSet
from pipeline.core.errors import CorpusError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import tr
from pipeline.core.offsets import positions, span_within
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.incoming import (
    SHOWN,
    Columns,
    ImportedFile,
    ImportedReport,
    LabelSpan,
    Rejected,
    agreed,
    unknown,
    with_labels,
    without_overlap,
)

_REGION = {"from_name": "label", "to_name": "text", "type": "labels"}
_KINDS = ("labels", "choices")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which key of a task holds its text, whose annotations are taken ("" for everybody's), and the labels."""

    columns: Columns
    who: str
    known: LabelSet


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What one person said of a task; ``where`` names both."""

    where: str
    who: str
    result: Sequence[Any]


def read_tasks(text: str, path: Path, columns: Columns, known: LabelSet, who: str = "") -> ImportedFile:
    """Return the reports of an export; ``who``: only what this person (``completed_by``) said. Raises CorpusError for no export."""
    try:
        tasks = decode_json(text, list[Any])
    except msgspec.MsgspecError as error:
        raise CorpusError(
            tr("{path}: not a Label Studio export ({error}); export it there as JSON", path=path, error=error)
        ) from None
    wanted = _Wanted(columns, who, known)
    found = [
        each
        for number, task in enumerate(tasks, 1)
        for each in _task(task, tr("{path}: task {number}", path=path, number=number), wanted)
    ]
    return ImportedFile(
        tuple(each for each in found if isinstance(each, ImportedReport)),
        tuple(each for each in found if isinstance(each, Rejected)),
    )


def write_tasks(corpus: Corpus) -> bytes:
    """Return the reports and labels of a corpus as tasks with annotations."""
    return msgspec.json.format(msgspec.json.encode([_as_task(report) for report in corpus.reports]), indent=1)


def _as_task(report: LabelledDocument) -> dict[str, Any]:
    text = report.document.text
    units = positions(text)
    regions = [
        {
            **_REGION,
            "id": f"r{number}",
            "value": {
                "start": units[label.start],
                "end": units[label.end],
                "text": text[label.start : label.end],
                "labels": [label.label, *label.secondary],
            },
        }
        for number, label in enumerate(report.labels)
    ]
    return {"data": {"text": text, "source": report.document.source}, "annotations": [{"result": regions}]}


def _task(task: Any, where: str, wanted: _Wanted) -> Iterator[ImportedReport | Rejected]:  # noqa: ANN401 - another tool's data, checked here
    data = task.get("data") if isinstance(task, dict) else None
    text = wanted.columns.text_of(data) if isinstance(data, dict) else None
    if data is None or not isinstance(text, str):
        named = wanted.columns.texts
        yield Rejected(where, tr("not a Label Studio task with a text ({text!r} of its data); export it there as JSON", text=named))
        return
    passages: list[LabelSpan] = []
    for each in _said(task, text, where, wanted):
        if isinstance(each, Rejected):
            yield each
        else:
            passages.append(each)
    if passages:
        yield ImportedReport(Columns().source_of(data) or where, text, tuple(passages), where)


def _said(task: Mapping[str, Any], text: str, where: str, wanted: _Wanted) -> Iterator[LabelSpan | Rejected]:
    """Yield what people said of a task as far as it is sound and they agree, and what of it is not taken."""
    people = list[list[LabelSpan]]()
    for annotation in _annotations(task, where, wanted):
        if isinstance(annotation, Rejected):
            yield annotation
            continue
        people.append([])
        for each in _of_person(annotation, text, wanted):
            if isinstance(each, Rejected):
                yield each
            else:
                people[-1].append(each)
    yield from agreed(people)


def _of_person(annotation: _Annotation, text: str, wanted: _Wanted) -> Iterator[LabelSpan | Rejected]:
    """Yield what one person said of a task, without overlap, and what of it is not taken."""
    found = [_passage(region, text, annotation, wanted) for region in annotation.result]
    if not found:
        yield Rejected(annotation.where, tr("holds no label"))
    yield from (each for each in found if isinstance(each, Rejected))
    yield from without_overlap(each for each in found if isinstance(each, LabelSpan))


def _annotations(task: Mapping[str, Any], where: str, wanted: _Wanted) -> Iterator[_Annotation | Rejected]:
    """Yield the annotations of a task that count: those that were not skipped, of the person asked for, or the one that is true."""
    given = task.get("annotations", task.get("completions"))  # the name before version 1.0
    if not isinstance(given, list) or not given:
        yield Rejected(where, tr("nobody annotated it (a prediction is a model's word); annotate it there, or leave it out"))
        return
    named = [
        _annotation(item, tr("{where}, annotation {number}", where=where, number=number)) for number, item in enumerate(given, 1)
    ]
    true = [item for item in given if isinstance(item, dict) and item.get("ground_truth") is True]
    for annotation, item in zip(named, given, strict=True):
        if isinstance(annotation, Rejected):
            yield annotation
        elif wanted.who and annotation.who != wanted.who:
            yield Rejected(annotation.where, tr("is not by {who}", who=wanted.who[:SHOWN]))
        elif not wanted.who and len(true) == 1 and item is not true[0]:
            yield Rejected(annotation.where, tr("another annotation of the task is marked as the true one"))
        else:
            yield annotation


def _annotation(item: Any, where: str) -> _Annotation | Rejected:  # noqa: ANN401 - another tool's data, checked here
    if not isinstance(item, dict) or not isinstance(item.get("result"), list):
        return Rejected(where, tr("not an annotation with a result"))
    who = _person(item.get("completed_by"))
    named = tr("{where} (by {who})", where=where, who=who) if who else where
    return Rejected(named, tr("was skipped there")) if item.get("was_cancelled") else _Annotation(named, who, item["result"])


def _person(completed_by: Any) -> str:  # noqa: ANN401 - a number, or what is known of the user
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("id")
    return "" if completed_by is None else str(completed_by)


def _passage(region: Any, text: str, annotation: _Annotation, wanted: _Wanted) -> LabelSpan | Rejected:  # noqa: ANN401
    kind = region.get("type") if isinstance(region, dict) else None
    value = region.get("value") if isinstance(region, dict) else None
    if kind not in _KINDS or not isinstance(value, dict):
        return Rejected(
            annotation.where, tr("a region of type {kind} is none of labels and choices on plain text", kind=str(kind)[:SHOWN])
        )
    names = value.get(str(kind))
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return Rejected(annotation.where, tr("region {start}-{end} has no label", start=value.get("start"), end=value.get("end")))
    said = unknown(names, wanted.known)
    if said:
        return Rejected(annotation.where, said)
    span = (0, len(text)) if kind == "choices" and "start" not in value else _span(value, text)
    if isinstance(span, str):
        return Rejected(annotation.where, span)
    second = tuple(name for name in dict.fromkeys(names[1:]) if name != names[0])
    return with_labels(LabelSpan(*span, names[0], second, annotation.where, annotation.who), wanted.known)


def _span(value: Mapping[str, Any], text: str) -> tuple[int, int] | str:
    """Return the span of a region in characters, or why it has none: counted in the way that fits the text that comes with it."""
    start, end, said = value.get("start"), value.get("end"), value.get("text")
    if not (type(start) is int and type(end) is int):
        return tr("region {start!r} to {end!r} is no span of plain text", start=str(start)[:SHOWN], end=str(end)[:SHOWN])
    spans = [
        span for count in (positions(text), range(len(text) + 1), positions(text, 0)) if (span := span_within(start, end, count))
    ]
    if not spans:
        return tr(
            "region {start}-{end} is none of the text, which has {count} units of UTF-16",
            start=start,
            end=end,
            count=positions(text)[-1],
        )
    if isinstance(said, str):
        spans = [span for span in spans if _squeezed(text[slice(*span)]) == _squeezed(said)]
    if not spans:
        return tr(
            "region {start}-{end} does not hold the text that comes with it ({said!r})",
            start=start,
            end=end,
            said=str(said)[:SHOWN],
        )
    return spans[0] if text[slice(*spans[0])].strip() else tr("region {start}-{end} holds white space only", start=start, end=end)


def _squeezed(text: str) -> str:
    r"""Return a text without white space, of which Label Studio writes a line end as ``\n`` in letters."""
    return "".join(text.replace("\\n", "").split())
