"""From segments to numbers: the sentences of a report, their TF-IDF rows, and the context of each sentence.

Training and tagging share every step of this module. With a linear model, context may be added to the features (in
training, where the classifier must learn with it) or to the scores (in tagging, where that is one small sum): both
multiply by the same matrix, which ``context`` builds.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.config import FeatureConfig, ModelConfig
from pipeline.headings import TITLE
from pipeline.records import Segment
from pipeline.words import Cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A word with an ideograph, or with two Latin letters, is a term; figures, single letters and punctuation are none.
_TERM = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[A-Za-z]{2}")
_BIGRAM = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2}|[a-z]{2}")
_BITS = 21  # a character's code takes this many bits
_TEXT_END = ord("\n")


@dataclass(frozen=True, slots=True)
class Layout:
    """The texts of some neighbouring segments and how they stand to each other.

    ``texts`` holds the sentences in order and then each heading above them once. ``bounds[i] : bounds[i + 1]`` are the
    sentences of segment ``i``; ``headings[i]`` are the rows of the headings above it. ``kinds[i]`` is what it is.
    """

    texts: tuple[str, ...]
    bounds: tuple[int, ...]
    headings: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]

    @property
    def sentences(self) -> int:
        """The number of sentences, which are the first rows of ``texts``."""
        return self.bounds[-1]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts and, for each, its words."""

    texts: tuple[str, ...]
    words: tuple[list[str], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: ``columns`` and ``values`` between ``starts[i]`` and ``starts[i + 1]`` belong to row ``i``."""

    starts: Ints
    columns: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class Context:
    """A linear map from texts to sentences: what each sentence takes from itself and from its surroundings.

    For values V of the texts it gives ``V + neighbours * (V above + V below) + (G V)[segment_of]``, where G is the sparse
    matrix of shape (segments, texts) in ``gathered``: the mean of each segment and the headings above it. ``neighbours``,
    of shape (sentences - 1, 1), is the weight between each sentence and the next: none at the border of a record.
    """

    segment_of: Ints
    neighbours: Floats
    gathered: Rows

    def apply(self, values: Floats) -> Floats:
        """Return scores in context, of shape (sentences, labels), for scores of the texts, of shape (texts, labels)."""
        count = len(self.segment_of)
        result = values[:count].copy()
        result[1:] += self.neighbours * values[: count - 1]
        result[:-1] += self.neighbours * values[1:count]
        return np.asarray(result + row_sums(self.gathered, values)[self.segment_of])


class Vocabulary:
    """The words and character bigrams of a corpus, each sorted, with their inverse document frequency.

    Column ``i`` of a row is word ``i``, and then come the bigrams: words carry the meaning, and bigrams what the
    dictionary does not know (names of posts and campaigns) or cuts in two ways.
    """

    def __init__(self, words: Sequence[str], bigrams: Sequence[str], idf: Floats) -> None:
        """Take the words, the bigrams, and the idf of both, of length len(words) + len(bigrams)."""
        self.words = tuple(words)
        self.bigrams = tuple(bigrams)
        self.idf = idf
        self._index = {word: i for i, word in enumerate(self.words)}
        letters = _characters("".join(self.bigrams)).reshape(-1, 2)
        codes = (letters[:, 0] << _BITS) | letters[:, 1]
        self._order = np.argsort(codes)
        self._codes = codes[self._order]

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.words) + len(self.bigrams)

    def vectorise(self, texts: Texts) -> Rows:
        """Return TF-IDF rows of unit length, one for each text; unknown words and bigrams count nothing."""
        width = max(1, len(self))
        keys = np.concatenate([self._word_keys(texts.words, width), self._bigram_keys(texts.texts, width)])
        unique, counts = np.unique(keys, return_counts=True)
        row, column = np.divmod(unique, width)
        values = counts * self.idf[column]
        norms = np.sqrt(np.bincount(row, values * values, minlength=len(texts.texts)))
        starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(texts.texts)))))
        return Rows(starts.astype(np.int64), column, values / norms[row])

    def _word_keys(self, words: Sequence[Sequence[str]], width: int) -> Ints:
        index = self._index
        known = [[i for i in map(index.get, of_text) if i is not None] for of_text in words]
        lengths = np.fromiter(map(len, known), np.int64, len(known))
        columns = np.fromiter(chain.from_iterable(known), np.int64, int(lengths.sum()))
        return np.repeat(np.arange(len(known)), lengths) * width + columns

    def _bigram_keys(self, texts: Sequence[str], width: int) -> Ints:
        if not len(self._codes):
            return np.zeros(0, np.int64)
        rows, codes = _bigrams(texts)
        places = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        known = self._codes[places] == codes
        return np.asarray(rows[known] * width + len(self.words) + self._order[places[known]])


def fit_vocabulary(texts: Texts, options: FeatureConfig) -> Vocabulary:
    """Return the vocabulary of texts: words and bigrams that stand in at least ``min_df`` of them.

    The inverse document frequency is smoothed, ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's TfidfTransformer
    defines it.
    """
    frequency = Counter(chain.from_iterable(map(set, texts.words)))
    words = sorted(word for word, count in frequency.items() if count >= options.min_df and _TERM.search(word))
    bigrams = _frequent_bigrams(texts.texts, options.min_df) if options.character_bigrams else {}
    counts = np.array([*(frequency[word] for word in words), *bigrams.values()], dtype=np.float64)
    return Vocabulary(words, tuple(bigrams), np.log((1 + len(texts.texts)) / (1 + counts)) + 1)


def _frequent_bigrams(texts: Sequence[str], min_df: int) -> dict[str, int]:
    """Return in how many texts each bigram of letters stands, in sorted order, less the rare ones."""
    rows, codes = _bigrams(texts)
    different, places = np.unique(codes, return_inverse=True)
    once = np.unique(places * len(texts) + rows) // max(1, len(texts))
    unique, counts = different, np.bincount(once, minlength=len(different))
    frequent = ((_text(code), int(count)) for code, count in zip(unique.tolist(), counts, strict=True) if count >= min_df)
    return {bigram: count for bigram, count in sorted(frequent) if _BIGRAM.fullmatch(bigram)}


def _bigrams(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the text and the code of each pair of neighbouring characters, all texts in one sweep."""
    joined = "\n".join(texts)
    characters = _characters(joined)
    ends = characters == _TEXT_END
    inside = ~(ends[:-1] | ends[1:])
    return np.cumsum(ends)[:-1][inside], ((characters[:-1] << _BITS) | characters[1:])[inside]


def _characters(text: str) -> Ints:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)


def _text(code: int) -> str:
    return chr(code >> _BITS) + chr(code & ((1 << _BITS) - 1))


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
    return Layout((*sentences, *heading_rows), tuple(bounds.tolist()), tuple(above), tuple(segment.kind for segment in segments))


def split_words(layout: Layout, cut: Cut) -> Texts:
    """Return the texts of a layout in lower case, each on one line, with their words."""
    texts = [lower(text).replace("\n", " ") for text in layout.texts]
    return Texts(tuple(texts), tuple(cut(text) for text in texts))


def lower(text: str) -> str:
    """Return a text in lower case, or as it is where that would change its length (İ has a lower case of two characters)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


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
    segment_of = np.repeat(np.arange(len(sizes)), sizes)
    return Context(segment_of, _neighbours(layout, segment_of, options.neighbour_weight), Rows(starts, columns, weights))


def _neighbours(layout: Layout, segment_of: Ints, weight: float) -> Floats:
    """Return the weight between each sentence and the next; a record and what is around it tell nothing of each other."""
    alone = np.array([kind == "record" for kind in layout.kinds])[segment_of]
    border = (segment_of[1:] != segment_of[:-1]) & (alone[1:] | alone[:-1])
    return np.where(border, 0.0, weight)[:, None]


def row_sums(rows: Rows, values: Floats | NDArray[np.float32]) -> Floats:
    """Return the product of sparse rows with dense values of shape (columns, labels): shape (rows, labels)."""
    result = np.zeros((len(rows.starts) - 1, values.shape[1]))
    filled = np.flatnonzero(np.diff(rows.starts))
    if len(filled):
        result[filled] = np.add.reduceat(rows.values[:, None] * values[rows.columns], rows.starts[filled], axis=0)
    return result
