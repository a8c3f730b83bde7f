"""The flow: the stages in order. Stages never call each other; they are called here."""

# read -> clean -> segment ─┬─ + labels -> train -> evaluate -> track (MLflow, registry) -> models/
#                           └─ model -> tag -> outputs / digest

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from pipeline.core import locations
from pipeline.core.config import Config, load_search_config, model_settings
from pipeline.core.counted import counted
from pipeline.core.errors import Say, UsageError
from pipeline.core.messages import tr
from pipeline.core.records import Document, TaggedReport
from pipeline.model.folder import save_model
from pipeline.model.model import Model
from pipeline.model.tag import tag_segments, tag_together
from pipeline.preprocess.clean import clean, clean_together
from pipeline.preprocess.long import LONG, clean_long
from pipeline.preprocess.segment import segment, segment_together

if TYPE_CHECKING:
    from pipeline.track.run import TrainingRecord
    from pipeline.training.correction_effect import CorrectedPassage
    from pipeline.training.curve import CurvePoint
    from pipeline.training.fit import Watch
    from pipeline.training.gate import Verdict
    from pipeline.training.measure import Measurement
    from pipeline.training.search import Trial

SEARCH = "configs/search.toml"


class Training(msgspec.Struct, frozen=True):
    """What a training left behind: the model's folder, its figures, the MLflow run and what the gate said, or why not."""

    folder: Path
    model: Model
    measurement: "Measurement"
    curve: "tuple[CurvePoint, ...]"
    run_id: str | None = None
    warning: str | None = None
    verdict: "Verdict | None" = None
    corrected: "tuple[CorrectedPassage, ...]" = ()


# ---- tag -------------------------------------------------------------------------------------------------------------


def tag_documents(documents: Sequence[Document], model: Model) -> Iterator[TaggedReport]:
    """Yield documents, tagged: clean, segment, tag. Several, which should be small, are scored together, which is faster."""
    if len(documents) == 1:
        yield tag_document(documents[0], model)
        return
    cleaned = clean_together(documents, model.config.clean)
    cut = segment_together(cleaned, model.config.segment)
    groups = tag_together(zip(cleaned, cut, strict=True), model)
    for one, group in zip(cleaned, groups, strict=True):
        yield TaggedReport(one.document, iter((group,)))


def tag_document(document: Document, model: Model) -> TaggedReport:
    """Return a document, tagged; its tags are made as they are gone through, in bounded memory."""
    cleaned = (clean_long if len(document.text) >= LONG else clean)(document, model.config.clean)
    return TaggedReport(document, tag_segments(cleaned, segment(cleaned, model.config.segment), model))


# ---- train and evaluate ----------------------------------------------------------------------------------------------


def train_model(
    config: Config, say: Say, command: str = "", watch: "Watch" = iter, notes: Mapping[str, str] | None = None
) -> Training:
    """Train on the configured corpus, measure on what was left out, write ``models/<name>/``, record the run.

    ``notes`` are further tags of the run. Raises ConfigError, CorpusError or InputError before anything is written, and
    UsageError when the model cannot be written. A tracking store that cannot be used costs the record only:
    ``Training.warning`` says so.
    """
    from pipeline.labels.corpus import announce, corpus_facts, read_corpus, read_lexicon  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.track.machine import watch_machine  # noqa: PLC0415
    from pipeline.training.correction_effect import find_corrected, tags_when_trained  # noqa: PLC0415
    from pipeline.training.curve import learning_curve  # noqa: PLC0415 - training loads scikit-learn, tagging must not
    from pipeline.training.facts import training_facts  # noqa: PLC0415
    from pipeline.training.fit import Fitter, prepare_corpus, train  # noqa: PLC0415
    from pipeline.training.measure import measure  # noqa: PLC0415
    from pipeline.training.out_of_fold import out_of_fold_lines, out_of_fold_tags  # noqa: PLC0415

    started = time.perf_counter()
    with watch_machine(config.track.enabled) as samples:
        corpus = read_corpus(config, say)
        lexicon = read_lexicon(config)
        announce(corpus, say)
        prepared = prepare_corpus(corpus, config)
        read = time.perf_counter() - started
        fitter = Fitter(prepared, corpus.label_set, config, lexicon)
        trained = train(fitter, watch)
        curve = learning_curve(fitter)
    tags = [(report, out_of_fold_tags(report, fold.model)) for fold in trained.folds for report in fold.reports]
    measurement = measure(tags, corpus.label_set, trained.calibration, config.evaluate.grouped)
    facts = {"corpus": corpus_facts(corpus), "scores": measurement.summary(len(prepared))}
    model = replace(trained.model, facts=facts, config=model_settings(config))
    folder = locations.project_folder() / "models" / config.model.name
    save_model(model, folder, out_of_fold_lines(measurement.tags), training_facts(config, corpus, trained.folds, model).encode())
    corrected = find_corrected(corpus, measurement.by_report, measurement.tags, tags_when_trained(corpus, prepared, model))
    training = Training(folder, model, measurement, curve, corrected=corrected)
    if not config.track.enabled:
        return training
    from pipeline.track.run import TrainingRecord  # noqa: PLC0415 - MLflow only where a run is recorded

    seconds = {"read": read, **trained.seconds, "total": time.perf_counter() - started}
    record = TrainingRecord(
        config, corpus, folder, model, measurement, command, dict(notes or {}), seconds, tuple(samples), curve, corrected
    )
    run_id, verdict, warning = _record_and_judge(record, say)
    return replace(training, run_id=run_id, verdict=verdict, warning=warning)


def _record_and_judge(record: "TrainingRecord", say: Say) -> "tuple[str | None, Verdict | None, str | None]":
    """Return the run that keeps a training, what the gate said of its model, and why either is missing."""
    from pipeline.track.promotion import try_to_judge  # noqa: PLC0415 - MLflow only where a run is recorded
    from pipeline.track.run import try_to_record  # noqa: PLC0415

    run_id, warning = try_to_record(record, say)
    if run_id is None:
        return None, None, warning
    verdict, objection = try_to_judge(record.config, record.corpus, record.model.version, run_id, say)
    return run_id, verdict, warning or objection


def evaluate_model(config: Config, model: Model, gold: Path | None) -> tuple["Measurement", bool]:
    """Return the figures of a model on labelled documents, and whether it was trained on the same corpus."""
    from pipeline.labels.corpus import read_corpus, read_gold  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.training.fit import prepare_corpus  # noqa: PLC0415 - training loads scipy, tagging must not
    from pipeline.training.measure import measure  # noqa: PLC0415
    from pipeline.training.out_of_fold import out_of_fold_tags  # noqa: PLC0415

    corpus = read_gold(gold, config, model.labels) if gold else read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, model.config)
    tags = [(report, out_of_fold_tags(report, model)) for report in prepared]
    seen = (model.facts or {}).get("corpus", {}).get("sha256") == corpus.sha256
    return measure(tags, corpus.label_set, {}, config.evaluate.grouped), seen


class SearchResult(msgspec.Struct, frozen=True):
    """What a search found: the best combination, its figure, the parent run, and the training of the best."""

    best: "Trial"
    value: float
    run_id: str
    training: Training


def search_model(config: Config, path: Path | None, say: Say, command: str = "") -> SearchResult:
    """Measure every combination of a search file that no run holds yet, then train the best one; return what was found.

    Raises UsageError without a store, ConfigError for a wrong search file, TrackingError where the store cannot be used.
    """
    if not config.track.enabled:
        raise UsageError(tr("--search keeps its results in MLflow and cannot go with --no-track; leave one of them out"))
    from pipeline.labels.corpus import read_corpus  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.track.search_runs import open_search  # noqa: PLC0415 - MLflow only where a run is recorded
    from pipeline.training.search import choose, describe, list_trials, measure_trials, search_key  # noqa: PLC0415

    options = load_search_config(path or locations.find(SEARCH))
    corpus = read_corpus(config, lambda _: None)
    trials = list_trials(config, options, corpus.sha256)
    with open_search(config, search_key(trials), corpus.sha256, options, command) as runs:
        known = {trial.key: runs.known(trial.key) for trial in trials}
        waiting = [trial for trial in trials if known[trial.key] is None]
        say(
            tr(
                "search: {settings}, {count} of them measured before",
                settings=counted(len(trials), "setting"),
                count=len(trials) - len(waiting),
            )
        )
        for trial, metrics in measure_trials(waiting, corpus, options.jobs):
            runs.add(trial.key, trial.settings, trial.config, metrics)
            known[trial.key] = metrics
            say(tr("{describe}  macro-F1 {metrics:.4f}", describe=describe(trial), metrics=metrics["macro_f1"]))
        best, value = choose(trials, known, options.choose_by)
        as_asked = replace(best.config, evaluate=config.evaluate)  # measured like any training
        training = train_model(as_asked, say, command, notes={"search.run_id": runs.run_id})
        runs.finish(best.key, value, training.run_id)
        return SearchResult(best, value, runs.run_id, training)
