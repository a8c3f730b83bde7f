"""What a training keeps in its model folder beside the model: ``training.json``, one type for who writes and who reads it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pipeline.core.config import Config, config_values
from pipeline.core.errors import ModelError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import tr
from pipeline.labels.files import Corpus
from pipeline.model.folder import TRAINING, read_file
from pipeline.model.model import Model
from pipeline.model.tag import tag_segments
from pipeline.training.drift import Batch, BatchSummary, add_up
from pipeline.training.fit import Fold


class TrainingFacts(msgspec.Struct, frozen=True):
    """The settings of a training, the sha256 of each report that it left out, and the summary of its out-of-fold tags."""

    settings: dict[str, Any] = {}
    reports: dict[str, str] = {}
    summary: BatchSummary | None = None

    def encode(self) -> bytes:
        """Return the content of ``training.json``."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def training_facts(config: Config, corpus: Corpus, folds: Sequence[Fold], model: Model) -> TrainingFacts:
    """Return what is kept of a training whose folds left these reports out."""
    values, left_out = config_values(config), {report.cleaned.document.source for fold in folds for report in fold.reports}
    signature = f"{model.name} {model.version}"
    return TrainingFacts(
        {section: values[section] for section in ("corpus", "evaluate")},
        {report.document.source: report.document.sha256 for report in corpus.reports if report.document.source in left_out},
        add_up([_fold_summary(fold, signature) for fold in folds]),
    )


def load_facts(folder: Path) -> TrainingFacts:
    """Return what a model folder keeps of its training; raises ModelError.

    A folder of format 2 has no such file: its facts are empty.
    """
    try:
        if not (folder / TRAINING).exists():
            return TrainingFacts()
        return decode_json(read_file(folder, TRAINING), TrainingFacts)
    except msgspec.MsgspecError as error:
        raise ModelError(
            tr("{folder}: cannot be read ({error}); train the model again", folder=folder / TRAINING, error=error)
        ) from None


def load_reference(folder: Path) -> BatchSummary:
    """Return the summary of a model's training, which drift is measured from; raises ModelError where none is kept."""
    summary = load_facts(folder).summary
    if summary is None:
        raise ModelError(tr("{folder}: keeps no summary of its training to compare with; train the model again", folder=folder))
    return summary


def _fold_summary(fold: Fold, signature: str) -> BatchSummary:
    batch = Batch(fold.model, signature)
    for report in fold.reports:
        batch.begin_report()
        for group in tag_segments(report.cleaned, [report.segments], fold.model):
            batch.count(group)
    return batch.summary()
