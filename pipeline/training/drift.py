"""Drift: a summary of each batch of tags, which holds no text, and how far it is from what the model was trained on.

The distance is the population stability index of credit scoring (Siddiqi 2006, chapter 8): below 0.1 no change worth a look,
from 0.25 on a marked one. It is taken of four figures, all in characters but the third: the share of each theme, the histogram
of the scores, the share of unknown words and bigrams, and the share in review. What a batch is held against are the
out-of-fold tags of the training reports, by models that had not seen them: what the model does on reports that are new to it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import DriftConfig
from pipeline.core.errors import InputError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import mark, system_reason, tr
from pipeline.core.outputs import SUMMARY
from pipeline.core.records import TagColumns, TagGroup
from pipeline.model.model import Model

# Passages of a report are alike, so that fewer reports differ from the corpus by chance, however long they are: of draws of six
# from the training corpus itself, three in five had drifted themes by the limits, of draws of thirty none.
FEWEST_REPORTS = 30
_AT_ONCE = 256  # summaries that are added up at once
_GROUPS = 16  # of tags that are counted at once
BINS = 20  # of the histogram of scores, of equal width
SUFFIX = SUMMARY
_SUMS = ("reports", "passages", "characters", "set_aside", "review", "terms", "unknown", "drifted")  # fields that are added up
FIGURES = (mark("themes"), mark("scores"), mark("unknown words"), mark("review"))
UNKNOWN, IN_REVIEW = mark("unknown"), mark("in review")  # the shares of the last two that are told
_LEAST_SHARE = 1e-4  # what an empty share counts as: the index is not defined for none

WORDS = (mark("stable"), mark("look"), mark("drifted"), mark("too small"))  # for the catalogue
Word = Literal["stable", "look", "drifted", "too small"]


class BatchSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures of a batch: what `pipeline tag -o OUT` writes beside OUT, and what a model keeps of its training.

    ``themes`` and ``scores`` count characters, ``scores`` in ``BINS`` bins of equal width; ``review`` counts characters
    below the threshold of ``model``; ``terms`` counts words and bigrams, and ``unknown`` those the model does not know;
    ``drifted`` counts the characters of reports that have so many unknown ones that their threshold is a higher one.
    """

    model: str
    themes: dict[str, int]
    scores: tuple[int, ...]
    reports: int = 0
    passages: int = 0
    characters: int = 0
    set_aside: int = 0
    review: int = 0
    terms: int = 0
    unknown: int = 0
    drifted: int = 0
    format: Literal[1] = 1


class Drift(msgspec.Struct, frozen=True):
    """How far one figure of a batch is from the training corpus, in a word and with the shares that changed most."""

    figure: str
    index: float
    word: Word
    shares: str


class Batch:
    """Gathers what is counted of a batch as its reports pass."""

    def __init__(self, model: Model, signature: str = "") -> None:
        """Take the model of the tags; ``signature`` names it where that is another than its own."""
        self._signature = signature or f"{model.name} {model.version}"
        self.themes = model.labels.names
        self.passed: list[TagColumns] = []  # since they were counted last
        self.counted = np.zeros(len(self.themes) + BINS + 2, np.int64)  # characters by theme and by bin of scores, and in review
        self.passages = 0
        self._reports = self._set_aside = self._terms = self._unknown = self._drifted = 0

    def begin_report(self) -> None:
        """Count a report, whose tags follow."""
        self._reports += 1

    def count(self, tags: TagGroup) -> None:
        """Take some tags of a report, with what was set aside among them."""
        columns, terms = tags.columns(), tags.terms
        self.passed.append(columns)
        if len(self.passed) == _GROUPS:
            self.counted += _counted([self])[0]
            self.passed.clear()
        self.passages += np.size(columns.sizes)
        self._set_aside += len(tags.noise)
        self._terms += terms.terms
        self._unknown += terms.unknown
        self._drifted += int(np.sum(columns.sizes)) if terms.is_drifted else 0

    def summary(self) -> BatchSummary:
        """Return the figures of what has passed so far."""
        return summaries([self])[0]

    def with_counts(self, themes: Sequence[int], scores: Sequence[int], review: int) -> BatchSummary:
        """Return the figures with the characters of each theme and each bin of scores, and those in review."""
        *below, last, whole = scores  # a score of 1 belongs into the last bin
        return BatchSummary(
            self._signature, dict(zip(self.themes, themes, strict=True)), (*below, last + whole), self._reports, self.passages,
            sum(scores), self._set_aside, review, self._terms, self._unknown, self._drifted,
        )  # fmt: skip


def summaries(batches: Sequence[Batch]) -> list[BatchSummary]:
    """Return the figures of some batches of one model: counted for all at once, which is faster where they are small."""
    counts = (_counted(batches) + [one.counted for one in batches]).tolist()
    themes = len(batches[0].themes)
    return [one.with_counts(own[:themes], own[themes:-1], own[-1]) for one, own in zip(batches, counts, strict=True)]


def _counted(batches: Sequence[Batch]) -> NDArray[np.int64]:
    """Return the characters that wait to be counted by theme, by bin of scores and in review, a row for each batch."""
    passed = [columns for batch in batches for columns in batch.passed]
    sizes, scores, review = (
        np.concatenate([np.zeros(0), *[np.asarray(getattr(one, name)) for one in passed]]) for name in ("sizes", "scores", "review")
    )
    themes = batches[0].themes
    labels = np.concatenate([np.zeros(0, np.int64), *[_labels(one, themes) for one in passed]])
    batch = np.repeat(np.arange(len(batches)), [sum(np.size(columns.sizes) for columns in one.passed) for one in batches])
    bins = (scores * BINS).astype(np.int64)
    of_themes = _sums(batch * len(themes) + labels, sizes, len(batches), len(themes))
    of_scores = _sums(batch * (BINS + 1) + bins, sizes, len(batches), BINS + 1)
    of_review = _sums(batch, sizes * review, len(batches), 1)
    return np.concatenate([of_themes, of_scores, of_review], axis=1)


def _labels(columns: TagColumns, themes: Sequence[str]) -> NDArray[np.int64]:
    """Return the labels of tags as places in the themes of a model."""
    labels = np.asarray(columns.labels, np.int64)
    return (
        labels if columns.themes == themes else np.array([themes.index(theme) for theme in columns.themes], np.int64).take(labels)
    )


def _sums(classes: NDArray[np.int64], sizes: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.int64]:
    """Return how many characters passages of each class have, the classes in so many rows."""
    return np.bincount(classes, sizes, rows * columns).astype(np.int64).reshape(rows, columns)


class SummaryAccumulator:
    """Adds up the summaries of many batches of one model; only some of them are in memory."""

    def __init__(self) -> None:
        self._waiting: list[BatchSummary] = []

    def add(self, summary: BatchSummary | None) -> None:
        """Take a summary; None is what a file without a report leaves."""
        if summary is not None:
            self._waiting.append(summary)
        if len(self._waiting) == _AT_ONCE:
            self._waiting = [add_up(self._waiting)]

    def summary(self) -> BatchSummary | None:
        """Return the sum, or None where there was no summary."""
        return add_up(self._waiting) if self._waiting else None


def add_up(summaries: Sequence[BatchSummary]) -> BatchSummary:
    """Return the summaries of some batches of the same model as one."""
    themes: dict[str, int] = {}
    for theme, size in chain.from_iterable(one.themes.items() for one in summaries):
        themes[theme] = themes.get(theme, 0) + size
    scores = np.sum([one.scores for one in summaries], axis=0)
    sums = {name: sum(map(attrgetter(name), summaries)) for name in _SUMS}
    return BatchSummary(summaries[0].model, themes, tuple(scores.tolist()), **sums)


def encode(summary: BatchSummary) -> bytes:
    """Return a summary as a file holds it."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n"


def load_summaries(paths: Sequence[Path], model: Model) -> BatchSummary:
    """Return the summaries of some batches as one; raises InputError for one that is none, or of another model."""
    return add_up([_load(path, f"{model.name} {model.version}") for path in paths])


def find_drift(batch: BatchSummary, reference: BatchSummary, options: DriftConfig) -> tuple[Drift, ...]:
    """Return how far each figure of a batch is from the training corpus."""
    small = batch.passages < options.least_passages
    return tuple(
        Drift(name, index, "too small" if small else _word(index, options), _described(now, before))
        for name, now, before in _figures(batch, reference)
        for index in [stability_index(list(now.values()), list(before.values()))]
    )


def stability_index(counts: Sequence[float], reference: Sequence[float]) -> float:
    """Return the population stability index of two counts of the same classes (Siddiqi 2006): 0 where their shares are equal."""
    shares = [np.maximum(np.array(some) / max(1, sum(some)), _LEAST_SHARE) for some in (counts, reference)]
    return float(((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum())


def _load(path: Path, signature: str) -> BatchSummary:
    try:
        summary = decode_json(path.read_bytes(), BatchSummary)
    except OSError as error:
        raise InputError(
            tr(
                "{path}: cannot be read ({reason}); pipeline tag -o OUT writes OUT{suffix}",
                path=path,
                reason=system_reason(error),
                suffix=SUFFIX,
            )
        ) from None
    except msgspec.MsgspecError as error:
        raise InputError(
            tr(
                "{path}: no summary of a batch ({error}); pipeline tag -o OUT writes OUT{suffix}",
                path=path,
                error=error,
                suffix=SUFFIX,
            )
        ) from None
    if summary.model != signature or len(summary.scores) != BINS:
        raise InputError(
            tr(
                "{path}: a batch of model {model}, not of {signature}; name its model with --model",
                path=path,
                model=summary.model,
                signature=signature,
            )
        )
    return summary


def _figures(batch: BatchSummary, reference: BatchSummary) -> Iterator[tuple[str, dict[str, int], dict[str, int]]]:
    """Yield each figure with its classes, counted in the batch and in the training corpus."""
    both = (batch, reference)
    themes = sorted({*batch.themes, *reference.themes}, key=list(reference.themes).index)
    edges = [f"{i / BINS:.2f}-{(i + 1) / BINS:.2f}" for i in range(BINS)]
    by_theme, by_score, by_term, by_review = (
        [{theme: one.themes.get(theme, 0) for theme in themes} for one in both],
        [dict(zip(edges, one.scores, strict=True)) for one in both],
        [{UNKNOWN: one.unknown, "known": one.terms - one.unknown} for one in both],
        [{IN_REVIEW: one.review, "sure": one.characters - one.review} for one in both],
    )
    for name, pair in zip(FIGURES, (by_theme, by_score, by_term, by_review), strict=True):
        yield name, pair[0], pair[1]


def _word(index: float, options: DriftConfig) -> Word:
    if index >= options.drifted:
        return "drifted"
    return "look" if index >= options.look else "stable"


def _described(now: dict[str, int], before: dict[str, int], most: int = 3) -> str:
    """Return the shares that changed most, in training and in the batch; of two, the first says it all."""
    share = {name: (before[name] / max(1, sum(before.values())), now[name] / max(1, sum(now.values()))) for name in now}
    ranked = sorted(share, key=lambda name: -abs(share[name][0] - share[name][1]))
    shown = ranked[:most] if len(share) > 2 else list(share)[:1]
    return ", ".join(f"{tr(name)} {share[name][0]:.1%} -> {share[name][1]:.1%}" for name in shown)
