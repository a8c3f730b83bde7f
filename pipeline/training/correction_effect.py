"""How a training changed the model on the passages that people corrected."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.core.config import LabelSet
from pipeline.core.records import Label, Suggestion, Tag
from pipeline.core.spans import SpanIndex, spans_by_source
from pipeline.labels.files import Corpus
from pipeline.model.model import Model
from pipeline.training.counts import Prepared
from pipeline.training.fit import is_corrected
from pipeline.training.out_of_fold import out_of_fold_tags


@dataclass(frozen=True, slots=True)
class CorrectedPassage:
    """A passage that a person corrected or confirmed, and what models say of it.

    ``suggestion`` is what the model said that the person looked at, where it is known; ``left_out`` what a model says that
    has not seen the report, ``trained`` what the new model says that was trained on it. ``""`` where nothing is tagged.
    """

    label: Label
    text: str
    suggestion: str
    left_out: str
    trained: str


@dataclass(frozen=True, slots=True)
class CorrectedFigures:
    """How many of the corrected passages were right before, with the report left out, and after training on it.

    ``before`` counts among ``known``, the passages whose suggestion is known; the others among all.
    """

    passages: int
    known: int
    before: int
    left_out: int
    trained: int

    def as_dict(self) -> dict[str, float]:
        """Return the figures as metrics of a run."""
        return {f"corrections/{name}": float(getattr(self, name)) for name in self.__slots__}


def tags_when_trained(corpus: Corpus, prepared: Iterable[Prepared], model: Model) -> list[Tag]:
    """Return what a model that was trained on them says of the reports that hold corrections."""
    sources = {report.document.source for report in corpus.reports if is_corrected(report.labels)}
    seen = [report for report in prepared if report.cleaned.document.source in sources]
    return [tag for report in seen for tag in out_of_fold_tags(report, model)]


def find_corrected(
    corpus: Corpus, measured: Container[str], left_out: Iterable[Tag], trained: Iterable[Tag]
) -> tuple[CorrectedPassage, ...]:
    """Return the corrected passages of the measured reports of a corpus with what is said of them."""
    before, after = spans_by_source(left_out), spans_by_source(trained)
    return tuple(
        CorrectedPassage(
            label,
            report.document.text[label.start : label.end],
            label.suggestion.label if isinstance(label.suggestion, Suggestion) else "",
            _theme_of(label, before[label.source], corpus.label_set),
            _theme_of(label, after[label.source], corpus.label_set),
        )
        for report in corpus.reports
        if report.document.source in measured
        for label in report.labels
        if label.origin == "review"
    )


def figures_of(passages: Sequence[CorrectedPassage]) -> CorrectedFigures:
    """Return how many of the corrected passages are right, in each of the three ways."""
    known = [passage for passage in passages if passage.suggestion]
    return CorrectedFigures(
        passages=len(passages),
        known=len(known),
        before=_right(known, "suggestion"),
        left_out=_right(passages, "left_out"),
        trained=_right(passages, "trained"),
    )


def _right(passages: Iterable[CorrectedPassage], by: str) -> int:
    return sum(getattr(passage, by) == passage.label.label for passage in passages)


def _theme_of(label: Label, tags: SpanIndex[Tag], label_set: LabelSet) -> str:
    """Return the theme that covers most of a labelled span, the first in the order of the labels where two cover the same."""
    covered = tags.covered(label.start, label.end, attrgetter("theme"))
    return max(label_set.names, key=lambda name: covered.get(name, 0)) if covered else ""
