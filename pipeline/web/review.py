"""What people say of the tags of a served report: checked against these tags, saved, and found again by its content."""

import logging
from collections.abc import Iterable, Sequence

import msgspec
from starlette.exceptions import HTTPException

from pipeline.core.config import Config
from pipeline.core.records import Correction, FinishedReport, HumanLabel, Label, Suggestion, Tag
from pipeline.labels.corpus import read_review, review_file
from pipeline.labels.corrections.store import contradicted, read_corrections, save_corrections, settled
from pipeline.labels.corrections.workbook import CorrectedReport
from pipeline.labels.people import person
from pipeline.model.model import Model
from pipeline.web.schemas import CorrectionToSave

LOG = logging.getLogger(__name__)


class SavedCorrection(msgspec.Struct, frozen=True):
    """A correction as the page shows it again."""

    start: int
    end: int
    label: str
    secondary: tuple[str, ...]
    note: str


def save(report: FinishedReport, said: Sequence[CorrectionToSave], annotator: str, model: Model, config: Config) -> int:
    """Save a person's corrections and return their number; raises HTTPException for what fits no tag or label.

    What the model suggested is looked up here, so that nobody can say it for the model. Raises ChangedError where the person
    has saved something else meanwhile, and UsageError for a name that is none.
    """
    tags = {(tag.start, tag.end): tag for tag in report.tags}
    corrections = settled([_checked(one, tags.get((one.start, one.end)), model) for one in said])
    if (twice := contradicted(corrections)) is not None:
        raise HTTPException(409, f"correction {twice.start}-{twice.end} is given twice, each time otherwise; give it once")
    seen = {(one.start, one.end): _seen(one) for one in said if "seen" in one.model_fields_set}
    return save_corrections(report.text, report.source, corrections, annotator, model.labels, config, report.sha256, seen).count


def save_returned(reports: Iterable[CorrectedReport], annotator: str, model: Model, config: Config) -> int:
    """Save the corrections of a workbook and return their number; raises UsageError."""
    return sum(
        save_corrections(each.text, each.source, each.corrections, annotator, model.labels, config, each.sha256).count
        for each in reports
    )


def said_by(report: FinishedReport, annotator: str, model: Model, config: Config) -> tuple[list[SavedCorrection], list[str]]:
    """Return what a person has said of a report, and a line for each of the file's that is damaged.

    What others said is not shown, so that each judges alone.
    """
    name = person(annotator)
    if not name:
        return [], []
    notices: list[str] = []
    folder = f"{review_file(config).parent}/"  # the server's own matter

    def tell(line: str) -> None:
        notices.append(line.replace(folder, ""))
        LOG.warning(line)

    found = read_corrections(report.text, model.labels, config, report.sha256, tell)
    return [_said(label) for label in found if label.annotator == name], notices


def all_said_by(annotator: str, model: Model, config: Config) -> tuple[Label, ...]:
    """Return what a person has said of all reports, as far as it counts; nothing for nobody."""
    name = person(annotator)
    return tuple(label for label in read_review(config, model.labels, LOG.warning) if label.annotator == name) if name else ()


def _said(label: Label) -> SavedCorrection:
    return SavedCorrection(label.start, label.end, label.label, label.secondary, label.note or "")


def _seen(said: CorrectionToSave) -> HumanLabel | None:
    return None if said.seen is None else HumanLabel(said.seen.label, "", tuple(said.seen.secondary), said.seen.note)


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
