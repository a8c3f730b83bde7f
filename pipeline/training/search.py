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
from typing import Any

import msgspec
from msgspec.structs import replace

from pipeline import __version__
from pipeline.core import locations
from pipeline.core.config import Config, SearchConfig, config_from_values, config_values, load_label_set
from pipeline.core.errors import ConfigError
from pipeline.core.messages import tr
from pipeline.core.process import end_with_parent
from pipeline.labels.corpus import read_lexicon
from pipeline.labels.files import Corpus
from pipeline.training.fit import Fitter, leave_out, prepare_corpus
from pipeline.training.measure import figure_metrics, measure
from pipeline.training.out_of_fold import out_of_fold_tags

SECTIONS = ("features", "model")
FIXED = ("features.user_dictionary", "model.name", "model.seed")  # what these change is not a matter of better or worse


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination: what it sets, the whole configuration, and the digest by which its run is found again."""

    settings: dict[str, Any]
    config: Config
    key: str


def list_trials(config: Config, options: SearchConfig, corpus_sha256: str) -> list[Trial]:
    """Return every combination in the order of the space, the last key changing fastest; raises ConfigError."""
    for name in options.space:
        if name.partition(".")[0] not in SECTIONS or name in FIXED:
            raise ConfigError(
                tr(
                    "search: {name!r} cannot be searched; [space] takes keys of [features] and [model] but {fixed}",
                    name=name,
                    fixed=", ".join(FIXED),
                )
            )
    trials = []
    for combination in itertools.product(*options.space.values()):
        settings = dict(zip(options.space, combination, strict=True))
        changed = _with_settings(config, settings)
        changed = replace(changed, evaluate=replace(changed.evaluate, folds=options.folds))
        trials.append(Trial(settings, changed, trial_key(changed, corpus_sha256)))
    return trials


def trial_key(config: Config, corpus_sha256: str) -> str:
    """Return the digest of all that the figures of a combination depend on."""
    values = config_values(config)
    parts = {name: values[name] for name in ("clean", "segment", "features", "model", "evaluate", "tag")}
    parts["model"] = {key: value for key, value in parts["model"].items() if key != "name"}
    lexicon = read_lexicon(config)
    told = {
        "settings": parts, "corpus": corpus_sha256, "words": lexicon.words, "program": __version__,
        "gazetteer": lexicon.gazetteer.lines() if lexicon.gazetteer else [],
        "labels": msgspec.to_builtins(load_label_set(locations.find(config.corpus.label_set))),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def search_key(trials: Sequence[Trial]) -> str:
    """Return the digest of a search: the same combinations on the same corpus are the same search."""
    return hashlib.sha256("\n".join(sorted(trial.key for trial in trials)).encode()).hexdigest()


def choose(trials: Sequence[Trial], known: dict[str, dict[str, float] | None], choose_by: str) -> tuple[Trial, float]:
    """Return the combination with the largest figure, of equal ones the first; raises ConfigError for an unknown figure."""
    values = [(known[trial.key] or {}).get(choose_by) for trial in trials]
    if None in values:
        names = sorted(name for name in (known[trials[0].key] or {}) if not name.startswith(("left_out/", "genre/")))
        raise ConfigError(
            tr(
                "search: choose_by = {choose_by!r} is no figure of a run; known: {names}",
                choose_by=choose_by,
                names=", ".join(names),
            )
        )
    best = max(range(len(trials)), key=lambda i: values[i] or 0.0)
    return trials[best], values[best] or 0.0


def describe(trial: Trial) -> str:
    """Return what a combination sets, as it is given to ``--set``."""
    return " ".join(f"{name}={json.dumps(value)}" for name, value in trial.settings.items())


def measure_trial(trial: Trial, corpus: Corpus, prepared: Sequence[Any]) -> dict[str, float]:
    """Return the figures of a combination on left-out reports, by the names of metrics."""
    left_out = leave_out(Fitter(prepared, corpus.label_set, trial.config, read_lexicon(trial.config)))
    tags = [(report, out_of_fold_tags(report, fold.model)) for fold in left_out.folds for report in fold.reports]
    grouped = trial.config.evaluate.grouped
    return figure_metrics(measure(tags, corpus.label_set, left_out.calibration.figures, grouped))


def measure_trials(trials: Sequence[Trial], corpus: Corpus, jobs: int) -> Iterator[tuple[Trial, dict[str, float]]]:
    """Yield each combination with its figures, in order, measured by several processes at once."""
    from joblib import Parallel, delayed  # noqa: PLC0415 - only a search spreads over cores

    if not trials:
        return
    prepared = prepare_corpus(corpus, trials[0].config)
    at_once = min(jobs or os.cpu_count() or 1, len(trials))
    work: Callable[..., Any] = delayed(_measure_for)
    done = Parallel(n_jobs=at_once, return_as="generator", pre_dispatch=at_once)(
        work(os.getpid(), trial, corpus, prepared) for trial in trials
    )
    yield from zip(trials, done, strict=True)


def _measure_for(asks: int, *trial: Any) -> dict[str, float]:  # noqa: ANN401 - what measure_trial takes
    """Measure a combination in a process that ends with the one that asks."""
    if os.getpid() != asks:
        end_with_parent()
    return measure_trial(*trial)


def _with_settings(config: Config, settings: dict[str, Any]) -> Config:
    values = config_values(config)
    for name, value in settings.items():
        section, _, key = name.partition(".")
        if key not in values[section]:
            raise ConfigError(
                tr("search: {name!r} is not a known key; known: {values}", name=name, values=", ".join(values[section]))
            )
        values[section][key] = value
    return config_from_values(values, "search")
