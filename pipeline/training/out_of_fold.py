"""What a training left in the folder of its model: the tags of its reports by models that had not seen them, and their digests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Self

import msgspec

from pipeline.core.errors import ModelError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import tr
from pipeline.core.records import Tag
from pipeline.model.folder import load_model, read_out_of_fold
from pipeline.model.model import Model
from pipeline.model.tag import tag_segments
from pipeline.training.counts import Prepared
from pipeline.training.facts import load_facts


class OutOfFoldTag(msgspec.Struct):
    """A line of the out-of-fold tags that a model keeps; ``scores`` are in the order of the labels."""

    source: str
    segment: int
    start: int
    end: int
    theme: str
    score: float
    scores: tuple[float, ...]

    @classmethod
    def of(cls, tag: Tag) -> Self:
        """Return what is kept of a tag."""
        return cls(tag.source, tag.segment, tag.start, tag.end, tag.theme, tag.score, tuple(tag.scores.values()))


class CandidateFigures(msgspec.Struct, frozen=True):
    """The figures of a model on the reports that its training left out, as its manifest holds them."""

    macro_f1: float
    accuracy: float
    f1: dict[str, float]
    calibration_error: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the gate looks at: a model's version and figures, its out-of-fold tags by report, and the sha256 of each report.

    A model of format 2 kept no digests: there ``digests`` is empty.
    """

    name: str
    version: str
    corpus: str
    figures: CandidateFigures
    tags: dict[str, tuple[OutOfFoldTag, ...]]
    digests: dict[str, str]


def out_of_fold_tags(report: Prepared, model: Model) -> tuple[Tag, ...]:
    """Return the tags of a prepared report."""
    return tuple(chain.from_iterable(tag_segments(report.cleaned, [report.segments], model)))


def out_of_fold_lines(tags: Iterable[Tag]) -> bytes:
    """Return tags as JSON lines without any text, so that a model holds none of its reports."""
    return b"".join(msgspec.json.encode(OutOfFoldTag.of(tag)) + b"\n" for tag in tags)


def load_out_of_fold(folder: Path) -> list[OutOfFoldTag]:
    """Return the out-of-fold tags of a model folder; raises ModelError."""
    try:
        return [decode_json(line, OutOfFoldTag) for line in read_out_of_fold(folder).split(b"\n") if line]
    except msgspec.MsgspecError as error:
        raise ModelError(
            tr("{folder}: no out-of-fold tags to read ({error}); train the model again", folder=folder, error=error)
        ) from None


def load_candidate(folder: Path) -> Candidate:
    """Return what the gate looks at in a model folder, every file of which is held against its sha256; raises ModelError."""
    model = load_model(folder)
    facts = model.facts or {}
    tags: dict[str, list[OutOfFoldTag]] = defaultdict(list)
    for tag in load_out_of_fold(folder):
        tags[tag.source].append(tag)
    try:
        figures = msgspec.convert(facts.get("scores"), CandidateFigures)
    except msgspec.MsgspecError as error:
        raise ModelError(
            tr("{folder}: holds no figures to compare ({error}); train the model again", folder=folder, error=error)
        ) from None
    corpus = str(facts.get("corpus", {}).get("sha256", ""))
    by_report = {source: tuple(some) for source, some in tags.items()}
    return Candidate(model.name, model.version, corpus, figures, by_report, load_facts(folder).reports)
