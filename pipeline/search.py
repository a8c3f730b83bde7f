"""Search a small, stated space of settings: measure every combination, keep the best.

Each combination is a child run of one parent run in MLflow, found again by the digest of its settings and of the corpus, so that a
search that was stopped goes on where it was. The best one is then trained like any other model, with a run of its own.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pipeline import __version__, flow, locations
from pipeline.config import Config, SearchConfig, config_from_values, config_values, load_search_config
from pipeline.corpus import Say, read_corpus, read_user_words
from pipeline.errors import ConfigError, UsageError
from pipeline.labels import Corpus

SHIPPED = "configs/search.toml"
SECTIONS = ("features", "model")
FIXED = ("features.user_dictionary", "model.name", "model.seed")  # what these change is not a matter of better or worse


@dataclass(frozen=True, slots=True)
class Candidate:
    """One combination: what it sets, the whole configuration, and the digest by which its run is found again."""

    settings: dict[str, Any]
    config: Config
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the best combination, its figure, the parent run, and the training of the best."""

    best: Candidate
    value: float
    run_id: str
    training: flow.Training


def search_model(config: Config, path: Path | None, say: Say, command: str = "") -> Found:
    """Measure every combination of a search file that no run holds yet, then train the best one; return what was found.

    Raises UsageError without a store, ConfigError for a wrong search file, TrackingError where the store cannot be used.
    """
    if not config.track.enabled:
        raise UsageError("--search keeps its results in MLflow and cannot go with --no-track; leave one of them out")
    from pipeline.track.search_runs import open_search  # noqa: PLC0415 - MLflow only where a run is recorded

    options = load_search_config(path or locations.find(SHIPPED))
    corpus = read_corpus(config, lambda _: None)
    candidates = list_candidates(config, options, corpus.sha256)
    with open_search(config, search_key(candidates), corpus.sha256, options, command) as runs:
        known = {candidate.key: runs.known(candidate.key) for candidate in candidates}
        waiting = [candidate for candidate in candidates if known[candidate.key] is None]
        say(f"search: {len(candidates)} settings, {len(candidates) - len(waiting)} of them measured before")
        for candidate, metrics in _measured(waiting, corpus, options.jobs):
            runs.add(candidate.key, candidate.settings, candidate.config, metrics)
            known[candidate.key] = metrics
            say(f"{describe(candidate)}  macro-F1 {metrics['macro_f1']:.4f}")
        best, value = choose(candidates, known, options.choose_by)
        training = flow.train_model(_as_asked(best.config, config), say, command, notes={"search.run_id": runs.run_id})
        runs.finish(best.key, value, training.run_id)
        return Found(best, value, runs.run_id, training)


def list_candidates(config: Config, options: SearchConfig, corpus_sha256: str) -> list[Candidate]:
    """Return every combination in the order of the space, the last key changing fastest; raises ConfigError."""
    for name in options.space:
        if name.partition(".")[0] not in SECTIONS or name in FIXED:
            raise ConfigError(
                f"search: {name!r} cannot be searched; [space] takes keys of [features] and [model] but {', '.join(FIXED)}"
            )
    candidates = []
    for combination in itertools.product(*options.space.values()):
        settings = dict(zip(options.space, combination, strict=True))
        changed = _with_settings(config, settings)
        changed = replace(changed, evaluate=replace(changed.evaluate, folds=options.folds))
        candidates.append(Candidate(settings, changed, candidate_key(changed, corpus_sha256)))
    return candidates


def candidate_key(config: Config, corpus_sha256: str) -> str:
    """Return the digest of all that the figures of a combination depend on."""
    values = config_values(config)
    parts = {name: values[name] for name in ("clean", "segment", "features", "model", "evaluate", "tag")}
    parts["model"] = {key: value for key, value in parts["model"].items() if key != "name"}
    told = {"settings": parts, "corpus": corpus_sha256, "words": read_user_words(config), "program": __version__}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def search_key(candidates: Sequence[Candidate]) -> str:
    """Return the digest of a search: the same combinations on the same corpus are the same search."""
    return hashlib.sha256("\n".join(sorted(candidate.key for candidate in candidates)).encode()).hexdigest()


def choose(candidates: Sequence[Candidate], known: dict[str, dict[str, float] | None], choose_by: str) -> tuple[Candidate, float]:
    """Return the combination with the largest figure, of equal ones the first; raises ConfigError for an unknown figure."""
    values = [(known[candidate.key] or {}).get(choose_by) for candidate in candidates]
    if None in values:
        names = sorted(name for name in (known[candidates[0].key] or {}) if not name.startswith(("left_out/", "genre/")))
        raise ConfigError(f"search: choose_by = {choose_by!r} is no figure of a run; known: {', '.join(names)}")
    best = max(range(len(candidates)), key=lambda i: values[i] or 0.0)
    return candidates[best], values[best] or 0.0


def describe(candidate: Candidate) -> str:
    """Return what a combination sets, as it is given to ``--set``."""
    return " ".join(f"{name}={json.dumps(value)}" for name, value in candidate.settings.items())


def measure_candidate(candidate: Candidate, corpus: Corpus, prepared: Sequence[Any], words: tuple[str, ...]) -> dict[str, float]:
    """Return the figures of a combination on left-out reports, by the names of metrics."""
    from pipeline.measure import measure  # noqa: PLC0415 - loads scikit-learn
    from pipeline.track.run import figure_metrics  # noqa: PLC0415
    from pipeline.train import leave_out  # noqa: PLC0415

    left_out = leave_out(prepared, corpus, candidate.config, words)
    tags = [(report, flow.out_of_fold_tags(report, fold.model)) for fold in left_out.folds for report in fold.reports]
    grouped = candidate.config.evaluate.grouped
    return figure_metrics(measure(tags, corpus.label_set, left_out.calibration, grouped))


def _measured(candidates: Sequence[Candidate], corpus: Corpus, jobs: int) -> Iterator[tuple[Candidate, dict[str, float]]]:
    """Yield each combination with its figures, in order, measured by several processes at once."""
    from joblib import Parallel, delayed  # noqa: PLC0415 - only a search spreads over cores

    if not candidates:
        return
    words = read_user_words(candidates[0].config)
    prepared = flow.prepare_corpus(corpus, candidates[0].config, words)
    at_once = min(jobs or os.cpu_count() or 1, len(candidates))
    work: Callable[..., Any] = delayed(measure_candidate)
    done = Parallel(n_jobs=at_once, return_as="generator", pre_dispatch=at_once)(
        work(candidate, corpus, prepared, words) for candidate in candidates
    )
    yield from zip(candidates, done, strict=True)


def _with_settings(config: Config, settings: dict[str, Any]) -> Config:
    values = config_values(config)
    for name, value in settings.items():
        section, _, key = name.partition(".")
        if key not in values[section]:
            raise ConfigError(f"search: {name!r} is not a known key; known: {', '.join(values[section])}")
        values[section][key] = value
    return config_from_values(values, "search")


def _as_asked(best: Config, config: Config) -> Config:
    """Return the best configuration, measured like any training."""
    return replace(best, evaluate=config.evaluate)
