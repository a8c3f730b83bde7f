"""The flow: the stages in order. Stages never call each other; they are called here."""

# read -> clean -> segment ─┬─ + labels -> train -> evaluate -> track (MLflow, registry) -> models/
#                           └─ model -> tag -> outputs / digest

import gc
import hashlib
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace as replace_setting

from pipeline.core import locations
from pipeline.core.config import Config, ReadConfig, load_search_config, model_settings
from pipeline.core.errors import InputError, ModelError, TrackingError, UsageError
from pipeline.core.records import CleanText, Document, Noise, OutlineEntry, Segment, Tag, TaggedReport, Tags
from pipeline.model.folder import find_model, load_model, save_model, set_run_id
from pipeline.model.model import Model
from pipeline.model.tag import noise_tags, tag_segments, tag_together
from pipeline.preprocess.clean import clean, clean_together
from pipeline.preprocess.segment import segment, segment_together
from pipeline.read import PassedOver
from pipeline.read.isolated import Reader

if TYPE_CHECKING:
    from pipeline.labels.corpus import Say
    from pipeline.labels.files import Corpus
    from pipeline.track.run import TrainingRecord
    from pipeline.training.correction_effect import Corrected
    from pipeline.training.curve import CurvePoint
    from pipeline.training.drift import Drift
    from pipeline.training.fit import Watch
    from pipeline.training.gate import Comparison, Verdict
    from pipeline.training.measure import Measurement
    from pipeline.training.search import Trial

MODEL_SCHEME = "models:/"
SEARCH = "configs/search.toml"
TOGETHER = 65_536  # characters of small documents that are scored at once


@dataclass(frozen=True, slots=True)
class Training:
    """What a training left behind: the model's folder, its figures, the MLflow run and what the gate said, or why not."""

    folder: Path
    model: Model
    measurement: "Measurement"
    curve: "tuple[CurvePoint, ...]"
    run_id: str | None
    warning: str | None
    verdict: "Verdict | None" = None
    corrected: "tuple[Corrected, ...]" = ()


# ---- tag -------------------------------------------------------------------------------------------------------------


def tag_files(
    sources: Iterable[str],
    model: Model,
    read: ReadConfig,
    failed: Callable[[InputError], None],
    passed_over: Callable[[str], None],
    keep_noise: bool = False,
) -> Iterator[TaggedReport]:
    """Yield each report, tagged; a zip file holds several.

    One that cannot be read is handed to ``failed`` and does not cost the others; the name of a file that no reader takes,
    in a zip file, is handed to ``passed_over``.
    """
    documents = _documents(sources, read, failed, passed_over)
    yield from tag_documents(documents, model, keep_noise)


def read_files(sources: Iterable[str], read: ReadConfig, failed: Callable[[InputError], None]) -> Iterator[Document]:
    """Yield the document of each report, as its reader produces it; one that cannot be read is handed to ``failed``."""
    yield from _documents(sources, read, failed, lambda _: None)


def tag_documents(documents: Iterable[Document], model: Model, keep_noise: bool = False) -> Iterator[TaggedReport]:
    """Yield each document, tagged; small ones are scored together, which is faster, large ones as their tags are made."""
    for some in _gathered(documents, TOGETHER):
        if len(some) == 1:
            yield tag_document(some[0], model, keep_noise)
        else:
            yield from _tag_together(some, model, keep_noise)


def tag_document(document: Document, model: Model, keep_noise: bool = False) -> TaggedReport:
    """Return a document's tags as they are made: clean, segment, tag."""
    cleaned = clean(document, model.config.clean)
    noise, outline = list(cleaned.noise), list[OutlineEntry]()
    tags = tag_segments(cleaned, _keep_segments(segment(cleaned, model.config.segment), cleaned, noise, outline), model)
    return _tagged(TaggedReport(document, tags, noise, outline), cleaned, model, keep_noise)


def _tag_together(documents: Sequence[Document], model: Model, keep_noise: bool) -> Iterator[TaggedReport]:
    cleaned = clean_together(documents, model.config.clean)
    cut = list(segment_together(cleaned, model.config.segment))
    segments = [own for own, _ in cut]
    tagged = tag_together(zip(cleaned, segments, strict=True), model)
    for one, (own, symbols), tags in zip(cleaned, cut, tagged, strict=True):
        outline = [OutlineEntry(one.offsets.to_source(item.start), item.level) for item in own if item.level is not None]
        yield _tagged(TaggedReport(one.document, tags, [*one.noise, *symbols], outline), one, model, keep_noise)


def _tagged(report: TaggedReport, cleaned: CleanText, model: Model, keep_noise: bool) -> TaggedReport:
    """Return a report whose tags also tell, where that is asked for, what was set aside."""
    if not keep_noise:
        return report
    return msgspec.structs.replace(report, tags=Tags.of(_with_noise(report.tags, cleaned, report.noise, model), report.tags.terms))


def _gathered(documents: Iterable[Document], characters: int) -> Iterator[list[Document]]:
    """Yield documents in order, as many together as have no more than so many characters; a longer one stays alone."""
    some: list[Document] = []
    size = 0
    for document in documents:
        if some and size + len(document.text) > characters:
            yield some
            some, size = [], 0
        some.append(document)
        size += len(document.text)
    if some:
        yield some


def _documents(
    sources: Iterable[str], read: ReadConfig, failed: Callable[[InputError], None], passed_over: Callable[[str], None]
) -> Iterator[Document]:
    with Reader(read) as reader:
        for outcome in chain.from_iterable(map(reader.read, sources)):
            if isinstance(outcome, InputError):
                failed(outcome)
            elif isinstance(outcome, PassedOver):
                passed_over(outcome.source)
            else:
                yield outcome


def tag_text(text: str, model: Model) -> Iterator[Tag]:
    """Yield the tags of a raw text."""
    return tag_document(_raw(text), model).tags


def tag_texts(texts: Iterable[str], model: Model) -> Iterator[Iterator[Tag]]:
    """Yield the tags of each raw text; small ones are scored together, which is faster."""
    return (report.tags for report in tag_documents(map(_raw, texts), model))


def _raw(text: str) -> Document:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document("text", text, digest, "unicode")


def open_model(name: str, tracking_uri: str = "", say: "Say" = warnings.warn) -> Model:
    """Return a model by its folder, its name under ``models/``, or its MLflow URI; raises ModelError.

    ``say`` is told when the registry cannot be reached and a copy of the model is used that was fetched before.
    """
    return load_model(model_folder(name, tracking_uri, say))


def model_folder(name: str, tracking_uri: str = "", say: "Say" = warnings.warn) -> Path:
    """Return the folder of a model, as ``open_model`` finds it."""
    if name.startswith(MODEL_SCHEME):
        from pipeline.track.fetch import fetch_model  # noqa: PLC0415 - MLflow only where the registry is asked for

        return fetch_model(name, tracking_uri, say)
    return find_model(name)


def _keep_segments(
    items: Iterable[Segment | Noise], cleaned: CleanText, noise: list[Noise], outline: list[OutlineEntry]
) -> Iterator[Segment]:
    """Yield the segments; noise and headings are added to the lists as they pass."""
    for item in items:
        if isinstance(item, Noise):
            noise.append(item)
            continue
        if item.level is not None:
            outline.append(OutlineEntry(cleaned.offsets.to_source(item.start), item.level))
        yield item


def _with_noise(tags: Iterator[Tag], cleaned: CleanText, noise: list[Noise], model: Model) -> Iterator[Tag]:
    """Yield tags and set-aside spans together in source order."""
    known = len(noise)
    waiting = list(noise_tags(cleaned, noise, model))
    for tag in tags:
        waiting += noise_tags(cleaned, noise[known:], model)
        known = len(noise)
        waiting.sort(key=lambda item: item.start)
        while waiting and waiting[0].start < tag.start:
            yield waiting.pop(0)
        yield tag
    yield from sorted([*waiting, *noise_tags(cleaned, noise[known:], model)], key=lambda item: item.start)


# ---- train and evaluate ----------------------------------------------------------------------------------------------


def train_model(
    config: Config, say: "Say", command: str = "", watch: "Watch" = iter, notes: Mapping[str, str] | None = None
) -> Training:
    """Train on the configured corpus, measure on what was left out, write ``models/<name>/``, record the run.

    ``notes`` are further tags of the run. Raises ConfigError, CorpusError or InputError before anything is written, and
    UsageError when the model cannot be written. A tracking store that cannot be used costs the record only:
    ``Training.warning`` says so.
    """
    from pipeline.labels.corpus import corpus_facts, read_corpus, read_user_words  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.track.machine import watch_machine  # noqa: PLC0415
    from pipeline.training.correction_effect import find_corrected, tags_when_trained  # noqa: PLC0415
    from pipeline.training.curve import learning_curve  # noqa: PLC0415 - training loads scikit-learn, tagging must not
    from pipeline.training.facts import training_facts  # noqa: PLC0415
    from pipeline.training.fit import prepare_corpus, train  # noqa: PLC0415
    from pipeline.training.measure import measure  # noqa: PLC0415
    from pipeline.training.out_of_fold import out_of_fold_lines, out_of_fold_tags  # noqa: PLC0415

    started = time.perf_counter()
    with watch_machine(config.track.enabled) as samples:
        corpus = read_corpus(config, say)
        user_words = read_user_words(config)
        prepared = prepare_corpus(corpus, config, user_words)
        read = time.perf_counter() - started
        say(f"training on {len(prepared)} reports, {sum(len(report.labels) for report in corpus.reports)} labels")
        trained = train(prepared, corpus, config, user_words, watch)
        curve = learning_curve(prepared, corpus.label_set, config, user_words)
    tags = [(report, out_of_fold_tags(report, fold.model)) for fold in trained.folds for report in fold.reports]
    measurement = measure(tags, corpus.label_set, trained.calibration, config.evaluate.grouped)
    facts = {"corpus": corpus_facts(corpus), "scores": measurement.summary()}
    model = replace(trained.model, facts=facts, config=model_settings(config))
    folder = locations.project_folder() / "models" / config.model.name
    save_model(model, folder, out_of_fold_lines(measurement.tags), training_facts(config, corpus, trained.folds, model).encode())
    left_out = {report.cleaned.document.source: some for report, some in tags}
    corrected = find_corrected(corpus, left_out, tags_when_trained(corpus, prepared, model))
    if not config.track.enabled:
        return Training(folder, model, measurement, curve, None, None, None, corrected)
    from pipeline.track.run import TrainingRecord  # noqa: PLC0415 - only where a run is recorded

    seconds = {"read": read, **trained.seconds, "total": time.perf_counter() - started}
    record = TrainingRecord(
        config, corpus, folder, model, measurement, command, dict(notes or {}), seconds, tuple(samples), curve, corrected
    )
    run_id, warning = _track(record, say)
    verdict, objection = _judge(config, corpus, model, run_id, say) if run_id else (None, None)
    return Training(folder, model, measurement, curve, run_id, warning or objection, verdict, corrected)


def evaluate_model(config: Config, model: Model, gold: Path | None) -> tuple["Measurement", bool]:
    """Return the figures of a model on labelled documents, and whether it was trained on the same corpus."""
    from pipeline.labels.corpus import read_corpus, read_gold  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.training.fit import prepare_corpus  # noqa: PLC0415 - training loads scipy, tagging must not
    from pipeline.training.measure import measure  # noqa: PLC0415
    from pipeline.training.out_of_fold import out_of_fold_tags  # noqa: PLC0415

    corpus = read_gold(gold, config, model.labels) if gold else read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, model.config, model.user_words)
    tags = [(report, out_of_fold_tags(report, model)) for report in prepared]
    seen = (model.facts or {}).get("corpus", {}).get("sha256") == corpus.sha256
    return measure(tags, corpus.label_set, {}, config.evaluate.grouped), seen


def find_drift(config: Config, name: str, batches: Sequence[Path], say: "Say") -> "tuple[tuple[Drift, ...], str | None]":
    """Return how far batches are from what a model was trained on, recorded in MLflow, and a warning where that failed.

    Raises ModelError for a model that keeps no summary of its training, and InputError for a batch that is none of its own.
    """
    from pipeline.training import drift  # noqa: PLC0415 - only where drift is asked for
    from pipeline.training.facts import load_reference  # noqa: PLC0415

    folder = model_folder(name, config.track.uri, say)
    model = load_model(folder)
    batch, reference = drift.load_summaries(batches, model), load_reference(folder)
    found = drift.find_drift(batch, reference, config.drift)
    if not config.track.enabled:
        return found, None
    from pipeline.track.batches import record_drift  # noqa: PLC0415 - MLflow only where a run is recorded

    try:
        record_drift(config, model, batch, found)
    except TrackingError as error:
        return found, str(error)
    return found, None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found: the best combination, its figure, the parent run, and the training of the best."""

    best: "Trial"
    value: float
    run_id: str
    training: Training


def search_model(config: Config, path: Path | None, say: "Say", command: str = "") -> SearchResult:
    """Measure every combination of a search file that no run holds yet, then train the best one; return what was found.

    Raises UsageError without a store, ConfigError for a wrong search file, TrackingError where the store cannot be used.
    """
    if not config.track.enabled:
        raise UsageError("--search keeps its results in MLflow and cannot go with --no-track; leave one of them out")
    from pipeline.labels.corpus import read_corpus  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.track.search_runs import open_search  # noqa: PLC0415 - MLflow only where a run is recorded
    from pipeline.training.search import choose, describe, list_trials, measure_trials, search_key  # noqa: PLC0415

    options = load_search_config(path or locations.find(SEARCH))
    corpus = read_corpus(config, lambda _: None)
    trials = list_trials(config, options, corpus.sha256)
    with open_search(config, search_key(trials), corpus.sha256, options, command) as runs:
        known = {trial.key: runs.known(trial.key) for trial in trials}
        waiting = [trial for trial in trials if known[trial.key] is None]
        say(f"search: {len(trials)} settings, {len(trials) - len(waiting)} of them measured before")
        for trial, metrics in measure_trials(waiting, corpus, options.jobs):
            runs.add(trial.key, trial.settings, trial.config, metrics)
            known[trial.key] = metrics
            say(f"{describe(trial)}  macro-F1 {metrics['macro_f1']:.4f}")
        best, value = choose(trials, known, options.choose_by)
        as_asked = replace_setting(best.config, evaluate=config.evaluate)  # measured like any training
        training = train_model(as_asked, say, command, notes={"search.run_id": runs.run_id})
        runs.finish(best.key, value, training.run_id)
        return SearchResult(best, value, runs.run_id, training)


def compare_models(config: Config, first: str, second: str, say: "Say") -> "Comparison":
    """Return two models, each a name, a folder or an MLflow URI, side by side on the reports that both left out."""
    from pipeline.labels.corpus import read_corpus  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.training.gate import compare  # noqa: PLC0415
    from pipeline.training.out_of_fold import load_candidate  # noqa: PLC0415

    candidates = [load_candidate(model_folder(name, config.track.uri, say)) for name in (first, second)]
    return compare(read_corpus(config, say), candidates[0], candidates[1], config.gate, config.model.seed)


def promote_version(config: Config, version: int, why: str, say: "Say", force: bool = False) -> "Verdict":
    """Make a registered version champion, past the gate or by force; raises UsageError, ModelError or TrackingError."""
    from pipeline.labels.corpus import read_corpus  # noqa: PLC0415 - tagging needs no corpus
    from pipeline.track.promotion import promote  # noqa: PLC0415 - MLflow only where the registry is asked for

    return promote(config, None if force else read_corpus(config, say), version, why)


def _track(record: "TrainingRecord", say: "Say") -> tuple[str | None, str | None]:
    from pipeline.track.run import record_training  # noqa: PLC0415 - MLflow only where a run is recorded

    say("recording the run in MLflow")
    gc.freeze()  # the corpus stays to the end: the search for garbage among MLflow's many objects need not go through it
    try:
        run_id = record_training(record)
    except TrackingError as error:
        return None, f"{error}; the model itself is complete in {record.folder}"
    set_run_id(record.folder, run_id)
    return run_id, None


def _judge(config: Config, corpus: "Corpus", model: Model, run_id: str, say: "Say") -> "tuple[Verdict | None, str | None]":
    """Return what the gate made of the version that a run registered, or why it could not be finished: no alias moved then."""
    from pipeline.track.promotion import judge_training  # noqa: PLC0415 - MLflow only where a run is recorded

    say("holding the new version against the champion")
    try:
        return judge_training(config, corpus, model.version, run_id), None
    except (TrackingError, ModelError) as error:
        return None, f"{error}; the champion stays what it was, and the model itself is complete"
