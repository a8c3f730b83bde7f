"""How far two people agree who corrected the same reports: by ``labels/agreement.py``, with the passages on which they differ."""

import logging
from collections import Counter

from pipeline.core.config import Config
from pipeline.core.names import file_name
from pipeline.labels.agreement import Pair, agree, pair_labels
from pipeline.labels.corpus import read_reports, read_review
from pipeline.labels.people import person
from pipeline.model.model import Model
from pipeline.output.digest.lines import one_line
from pipeline.web import schemas

LISTED = 200  # disagreements
LOG = logging.getLogger(__name__)


def coders(model: Model, config: Config) -> list[schemas.CoderView]:
    """Return who has corrected or imported anything, and how many passages each."""
    counts = Counter(label.annotator for label in read_review(config, model.labels, LOG.warning))
    return [schemas.CoderView(name=name, passages=count) for name, count in sorted(counts.items())]


def compare(first: str, second: str, model: Model, config: Config) -> schemas.AgreementView:
    """Return how far two people agree on the passages that both judged; raises CorpusError where there is none."""
    made = read_review(config, model.labels, LOG.warning)
    one, other = ([label for label in made if label.annotator == person(name)] for name in (first, second))
    found = agree(pair_labels(one, other), model.labels)
    listed = found.disagreements[:LISTED]
    texts = _texts({pair.second.source for pair in listed}, config)
    return schemas.AgreementView(
        passages=found.passages,
        observed=found.observed,
        kappa=found.kappa,
        alpha=found.alpha,
        kappa_by_label=found.kappa_by_label,
        differ=len(found.disagreements),
        disagreements=[_view(pair, texts) for pair in listed],
    )


def _texts(sources: set[str], config: Config) -> dict[str, str]:
    return {report.source: report.text for report in read_reports(sources, config)} if sources else {}


def _view(pair: Pair, texts: dict[str, str]) -> schemas.DisagreementView:
    source, (start, end) = pair.second.source, pair.span
    text = one_line(texts.get(source, "")[start:end])
    notes = [label.note or "" for label in (pair.first, pair.second)]
    return schemas.DisagreementView(
        file=file_name(source), start=start, text=text, first=pair.first.label, second=pair.second.label, notes=notes
    )
