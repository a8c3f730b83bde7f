"""From segments to numbers: the sentences of a report, their TF-IDF rows, and the context of each sentence.

Training and tagging share every step of this module. With a linear model, context may be added to the features (in
training, where the classifier must learn with it) or to the scores (in tagging, where that is one small sum): both
multiply by the same matrix, which ``context`` builds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.config import ModelConfig
from pipeline.headings import TITLE
from pipeline.records import Segment
from pipeline.words import Cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A term is a word with an ideograph, or with two Latin letters; figures, single letters and punctuation are none.
_TERM = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The texts of some neighbouring segments and how they stand to each other.

    ``texts`` holds the sentences in order and then each heading above them once. ``bounds[i] : bounds[i + 1]`` are the
    sentences of segment ``i``; ``headings[i]`` are the rows of the headings above it.
    """

    texts: tuple[str, ...]
    bounds: tuple[int, ...]
    headings: tuple[tuple[int, ...], ...]

    @property
    def sentences(self) -> int:
        """The number of sentences, which are the first rows of ``texts``."""
        return self.bounds[-1]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: ``columns`` and ``values`` between ``starts[i]`` and ``starts[i + 1]`` belong to row ``i``."""

    starts: Ints
    columns: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class Context:
    """A linear map from texts to sentences: what each sentence takes from itself and from its surroundings.

    For values V of the texts it gives ``V + neighbour_weight * (V above + V below) + (G V)[segment_of]``, where G is the
    sparse matrix of shape (segments, texts) in ``gathered``: the mean of each segment and the headings above it.
    """

    segment_of: Ints
    neighbour_weight: float
    gathered: Rows

    def apply(self, values: Floats) -> Floats:
        """Return scores in context, of shape (sentences, labels), for scores of the texts, of shape (texts, labels)."""
        count = len(self.segment_of)
        result = values[:count].copy()
        result[1:] += self.neighbour_weight * values[: count - 1]
        result[:-1] += self.neighbour_weight * values[1:count]
        return np.asarray(result + row_sums(self.gathered, values)[self.segment_of])


class Vocabulary:
    """The terms of a corpus in sorted order with their inverse document frequency."""

    def __init__(self, terms: Sequence[str], idf: Floats) -> None:
        """Take terms and their idf, both of length V."""
        self.terms = tuple(terms)
        self.idf = idf
        self._index = {term: i for i, term in enumerate(self.terms)}

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self.terms)

    def vectorise(self, texts: Iterable[Sequence[str]]) -> Rows:
        """Return TF-IDF rows of unit length, one for each text given as its words; unknown words count nothing."""
        index = self._index
        known = [[i for i in map(index.get, words) if i is not None] for words in texts]
        lengths = np.fromiter(map(len, known), np.int64, len(known))
        columns = np.fromiter(chain.from_iterable(known), np.int64, int(lengths.sum()))
        keys = np.repeat(np.arange(len(known)), lengths) * max(1, len(self)) + columns
        unique, counts = np.unique(keys, return_counts=True)
        row, column = np.divmod(unique, max(1, len(self)))
        values = counts * self.idf[column]
        norms = np.sqrt(np.bincount(row, values * values, minlength=len(known)))
        starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(known)))))
        return Rows(starts.astype(np.int64), column, values / norms[row])


def fit_vocabulary(texts: Iterable[Iterable[str]], min_df: int) -> Vocabulary:
    """Return the vocabulary of texts given as their words: terms that stand in at least ``min_df`` of them.

    The inverse document frequency is smoothed, ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's TfidfTransformer
    defines it.
    """
    frequency: Counter[str] = Counter()
    total = 0
    for words in texts:
        frequency.update(set(words))
        total += 1
    terms = sorted(term for term, count in frequency.items() if count >= min_df and _TERM.search(term))
    counts = np.array([frequency[term] for term in terms], dtype=np.float64)
    return Vocabulary(terms, np.log((1 + total) / (1 + counts)) + 1)


def lay_out(text: str, segments: Sequence[Segment]) -> Layout:
    """Return the sentences and headings of neighbouring segments of a cleaned text.

    The title is left out: it stands above every sentence alike and tells them apart in nothing.
    """
    sentences = [text[start:end] for segment in segments for start, end in segment.sentences]
    heading_rows: dict[str, int] = {}
    above = [
        tuple(
            heading_rows.setdefault(heading.text, len(sentences) + len(heading_rows))
            for heading in segment.headings
            if heading.level > TITLE
        )
        for segment in segments
    ]
    bounds = np.cumsum([0, *(len(segment.sentences) for segment in segments)])
    return Layout((*sentences, *heading_rows), tuple(bounds.tolist()), tuple(above))


def words_of(layout: Layout, cut: Cut) -> list[list[str]]:
    """Return the words of each text of a layout, Latin letters in lower case."""
    return [cut(text.lower()) for text in layout.texts]


def context(layout: Layout, options: ModelConfig) -> Context:
    """Return the map that adds to each sentence its neighbours, its segment's mean and the headings above it."""
    bounds = np.array(layout.bounds)
    sizes = np.diff(bounds)
    above = np.fromiter(map(len, layout.headings), np.int64, len(sizes))
    starts = np.concatenate(([0], np.cumsum(sizes + above)))
    rows = [
        [*range(first, last), *headings] for (first, last), headings in zip(pairwise(layout.bounds), layout.headings, strict=True)
    ]
    columns = np.fromiter(chain.from_iterable(rows), np.int64, int(starts[-1]))
    weights = np.where(columns < layout.sentences, np.repeat(options.segment_weight / sizes, sizes + above), options.heading_weight)
    return Context(np.repeat(np.arange(len(sizes)), sizes), options.neighbour_weight, Rows(starts, columns, weights))


def row_sums(rows: Rows, values: Floats | NDArray[np.float32]) -> Floats:
    """Return the product of sparse rows with dense values of shape (columns, labels): shape (rows, labels)."""
    result = np.zeros((len(rows.starts) - 1, values.shape[1]))
    filled = np.flatnonzero(np.diff(rows.starts))
    if len(filled):
        result[filled] = np.add.reduceat(rows.values[:, None] * values[rows.columns], rows.starts[filled], axis=0)
    return result
