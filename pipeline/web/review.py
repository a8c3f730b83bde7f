"""What people say of the tags of a served report: checked against these tags, saved, and found again by its content."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from starlette.exceptions import HTTPException

from pipeline.core.config import Config
from pipeline.core.records import Correction, FinishedReport, Label, Suggestion, Tag
from pipeline.labels.corpus import read_review
from pipeline.labels.corrections.store import read_corrections, save_corrections
from pipeline.model.model import Model
from pipeline.web.schemas import CorrectionToSave


class Said(msgspec.Struct, frozen=True):
    """A correction as the page shows it again."""

    start: int
    end: int
    label: str
    secondary: tuple[str, ...]
    note: str


def save(report: FinishedReport, said: Iterable[CorrectionToSave], annotator: str, model: Model, config: Config) -> int:
    """Save a person's corrections and return their number; raises HTTPException for what fits no tag or label.

    What the model suggested is looked up here, so that nobody can say it for the model.
    """
    tags = {(tag.start, tag.end): tag for tag in report.tags}
    corrections = [_checked(one, tags.get((one.start, one.end)), model) for one in said]
    return save_corrections(
        report.text, report.source, corrections, _checked_name(annotator), model.labels, config, report.sha256
    ).count


def said_by(report: FinishedReport, annotator: str, model: Model, config: Config) -> list[Said]:
    """Return what a person has said of a report; what others said is not shown, so that each judges alone."""
    name = " ".join(annotator.split())
    return list(_said(read_corrections(report.text, model.labels, config, report.sha256), name)) if name else []


def all_said_by(annotator: str, model: Model, config: Config) -> tuple[Label, ...]:
    """Return what a person has said of all reports, as far as it counts; nothing for nobody."""
    name = " ".join(annotator.split())
    return tuple(label for label in read_review(config, model.labels) if label.annotator == name) if name else ()


def _said(labels: Sequence[Label], name: str) -> Iterator[Said]:
    for label in labels:
        if label.annotator == name:
            yield Said(label.start, label.end, label.label, label.secondary, "" if label.note is msgspec.UNSET else label.note)


def _checked(said: CorrectionToSave, tag: Tag | None, model: Model) -> Correction:
    if tag is None:
        raise HTTPException(409, f"correction {said.start}-{said.end}: no tag has this span")
    for name in (said.label, *said.secondary):
        if name not in model.labels.names:
            raise HTTPException(
                409, f"correction {said.start}-{said.end}: {name!r} is no label; known: {' '.join(model.labels.names)}"
            )
    suggestion = Suggestion(tag.theme, tag.score, tag.model)
    return Correction(said.start, said.end, said.label, tuple(said.secondary), said.note, suggestion, said.withdrawn)


def _checked_name(annotator: str) -> str:
    name = " ".join(annotator.split())
    if not name or not name.isprintable():
        raise HTTPException(422, "annotator: say who corrects, in printable characters")
    return name
