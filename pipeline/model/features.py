"""From segments to numbers: the sentences of a report, their TF-IDF rows, and the context of each sentence.

Training and tagging share every step of this module. With a linear model, context may be added to the features (in
training, where the classifier must learn with it) or to the scores (in tagging, where that is one small sum): both
multiply by the same matrix, which ``context`` builds.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, islice, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import FeatureConfig, ModelConfig
from pipeline.core.native import KERNELS, compiled
from pipeline.model.bigrams import SINGLE, Bigrams, Ints, bigram, bigram_codes, code_points
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.words import Cut
from pipeline.preprocess.headings import TITLE
from pipeline.preprocess.segments import RECORD, Segments

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FREQUENT = 5.0  # the inverse document frequency of what stands in two of a hundred sentences

# A word with an ideograph, or with two Latin letters, is a term; figures, single letters and punctuation are none.
# Compiled where a vocabulary is made, which tagging need not wait for.
_TERM = r"[\u3400-\u9fff\U00020000-\U0003ffff]|[A-Za-z]{2}"
_BIGRAM = r"[\u3400-\u9fff\U00020000-\U0003ffff]{2}|[a-z]{2}"
_UNKNOWN, _TEXT_END = -1, -2  # what words are that are no terms


class Layout(msgspec.Struct, frozen=True):
    """The sentences of some segments and how they stand to each other, and the headings above them.

    ``sources`` are the texts that the segments are of, ``counts`` the number of sentences in each, and ``spans``, of shape
    (sentences, 2), where each stands in its text. The rows of a layout are the sentences and then each of the ``headings`` once.
    ``bounds[i] : bounds[i + 1]`` are the sentences of segment ``i``, ``above[i]`` the rows of the headings above it and
    ``kinds[i]`` what it is, a place in KINDS. Segments are neighbours of those before them, but for the ``firsts`` of each text,
    and ``whole`` tells which texts are there from their first segment to the last.
    """

    sources: tuple[str, ...]
    counts: Ints
    spans: Ints
    headings: tuple[str, ...]
    bounds: Ints
    above: tuple[tuple[int, ...], ...]
    kinds: Ints
    firsts: tuple[int, ...]
    whole: tuple[bool, ...]

    @property
    def texts(self) -> list[str]:
        """The text of each row, made anew each time."""
        of_source = np.repeat(np.arange(len(self.sources)), self.counts).tolist()
        spans = zip(of_source, *self.spans.T.tolist(), strict=True)
        return [*[self.sources[number][start:end] for number, start, end in spans], *self.headings]

    @property
    def rows(self) -> int:
        """The number of sentences and headings."""
        return len(self.spans) + len(self.headings)

    @property
    def sentences(self) -> int:
        """The number of sentences, which are the first rows."""
        return len(self.spans)


class Texts(msgspec.Struct, frozen=True):
    """Some texts in lower case, ``joined`` by line ends, and the words of the whole, a line end being one of them."""

    joined: str
    words: Sequence[str]
    count: int

    def split(self, count: int) -> "tuple[Texts, Texts]":
        """Return the first texts, so many of them, and the others."""
        if count >= self.count:
            return self, Texts("", (), 0)
        if not count:
            return Texts("", (), 0), self
        lines = self.joined.split("\n", count)
        ends = (i for i, word in enumerate(self.words) if word == "\n")
        end = next(islice(ends, count - 1, None))
        first = Texts("\n".join(lines[:count]), self.words[:end], count)
        return first, Texts(lines[count], self.words[end + 1 :], self.count - count)

    @classmethod
    def joined_from(cls, several: "Sequence[Texts]") -> "Texts":
        """Return several texts and texts as one."""
        some = [texts for texts in several if texts.count]
        words = [word for texts in some for word in ("\n", *texts.words)]
        return cls("\n".join([texts.joined for texts in some]), words[1:], sum(texts.count for texts in some))


class Rows(msgspec.Struct, frozen=True):
    """Sparse rows: ``columns`` and ``values`` between ``starts[i]`` and ``starts[i + 1]`` belong to row ``i``."""

    starts: Ints
    columns: Ints
    values: Floats


class Context(msgspec.Struct, frozen=True):
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
        return np.asarray(result + row_sums(self.gathered, np.ascontiguousarray(values.T))[self.segment_of])


class Vocabulary:
    """The words and character bigrams of a corpus, each sorted, and classes of terms, with their inverse document frequency.

    Column ``i`` of a row is word ``i``, and then come bigrams and classes: words carry the meaning, bigrams what the
    dictionary does not know (names of posts and campaigns) or cuts in two ways, and classes what the corpus has never seen.
    """

    def __init__(
        self, words: Sequence[str], bigrams: str, idf: Floats, gazetteer: Gazetteer | None = None, unknown_weight: float = 0.0
    ) -> None:
        """Take words, bigrams one after the other, the idf of all columns, the terms of classes, and what the unknown weighs."""
        self.words = tuple(words)
        self.bigrams = Bigrams(bigrams)
        self.gazetteer = gazetteer or Gazetteer()
        self.idf = idf
        self.unknown_weight = unknown_weight

    @classmethod
    def read(cls, read: "Callable[[], Vocabulary]", at_once: bool) -> "Vocabulary":
        """Return what ``read`` returns, read at once or only when something is asked of it."""
        return read() if at_once else _Unread(read)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {**dict(zip(self.words, range(len(self.words)), strict=True)), "\n": _TEXT_END}

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.words) + len(self.bigrams) + len(self.gazetteer)

    @cached_property
    def telling(self) -> Flags:
        """Whether each column is a word that tells a reader something: all but frequent single characters such as 的 or 一."""
        telling = np.arange(len(self)) < len(self.words)
        frequent = np.flatnonzero(self.idf[: len(self.words)] < FREQUENT).tolist()
        telling[[i for i in frequent if len(self.words[i]) == 1]] = False
        return telling

    @cached_property
    def singles(self) -> Flags:
        """Whether each column is a character by itself, which tells nothing of what is unknown."""
        singles = np.zeros(len(self), np.bool_)
        singles[len(self.words) : len(self.words) + len(self.bigrams)] = self.bigrams.singles
        return singles

    @property
    def unknown_square(self) -> float:
        """What a word or bigram without a column adds to the square of the length of its row."""
        rarest = self.idf[: len(self.words) + len(self.bigrams)].max(initial=0.0)
        return float((self.unknown_weight * rarest) ** 2)

    def vectorise(self, texts: Texts) -> Rows:
        """Return TF-IDF rows, one for each text; with what is unknown they would have unit length."""
        bits = len(self).bit_length()
        keys = np.concatenate([row << bits | column for row, column in self.found(texts)])
        keys.sort()
        places = np.flatnonzero(np.append(keys[:1] >= 0, keys[1:] != keys[:-1]))
        counts = np.diff(places, append=len(keys))
        keys = keys.take(places)
        row, column = keys >> bits, keys & ((1 << bits) - 1)
        values = counts * self.idf.take(column)
        lengths = np.bincount(row, minlength=texts.count)
        squares = np.bincount(row, values * values, minlength=texts.count)
        if self.unknown_weight:
            squares = squares + self.count_terms(texts)[1] * self.unknown_square
        values /= np.sqrt(squares).take(row)
        return Rows(np.append(0, np.cumsum(lengths)), column, values)

    def count_terms(self, texts: Texts) -> tuple[Ints, Ints]:
        """Return how many words and bigrams of each text could be terms, and how many of these are unknown."""
        columns = self._columns(texts)
        number = np.cumsum(columns == _TEXT_END)
        strange = np.flatnonzero(columns == _UNKNOWN)
        is_term = re.compile(_TERM).search
        unknown = strange.compress([is_term(texts.words[i]) is not None for i in strange.tolist()])
        known = np.flatnonzero(columns >= 0)
        terms, strangers = _counts(texts.count, number, known, unknown), _counts(texts.count, number, unknown)
        if not self.bigrams.singles.all():
            number, pairs = _text_numbers(texts.joined), _letter_pairs(texts.joined)
            found, _ = self.bigrams.find_pairs(texts.joined)
            terms += _counts(texts.count, number, pairs)
            strangers += _counts(texts.count, number, pairs) - _counts(texts.count, number, found)
        return terms, strangers

    def found(self, texts: Texts) -> Iterator[tuple[Ints, Ints]]:
        """Yield the texts and the columns of all known words, then of bigrams and of classes, once for each time they stand."""
        yield self._words_of(texts)
        yield self._bigrams_of(texts)
        if len(self.gazetteer):
            places, classes = self.gazetteer.find(texts.joined)
            yield _text_numbers(texts.joined).take(places), classes + len(self.words) + len(self.bigrams)

    def _words_of(self, texts: Texts) -> tuple[Ints, Ints]:
        """Return the text and the column of each known word."""
        columns = self._columns(texts)
        known = np.flatnonzero(columns >= 0)
        return np.cumsum(columns == _TEXT_END).take(known), columns.take(known)

    def _columns(self, texts: Texts) -> Ints:
        """Return the column of each word, or what else it is."""
        return np.fromiter(map(self._index.get, texts.words, repeat(_UNKNOWN)), np.int64, len(texts.words))

    def _bigrams_of(self, texts: Texts) -> tuple[Ints, Ints]:
        """Return the text and the column of each known bigram; none reaches over the end of a text."""
        found = (self.bigrams.find_pairs(texts.joined), self.bigrams.find_singles(texts.joined))
        places, which = (np.concatenate(some) for some in zip(*found, strict=True))
        return _text_numbers(texts.joined).take(places), which + len(self.words)


class _Unread(Vocabulary):
    """A vocabulary that is read when it is asked for: where its tables are at hand, tagging asks nothing of it."""

    def __init__(self, read: "Callable[[], Vocabulary]") -> None:
        self._read = read

    def __getattr__(self, name: str) -> object:
        """Return what the vocabulary has by a name, which is read now; it is not asked for what is there."""
        if name.startswith("__") or "idf" in vars(self):
            raise AttributeError(name)
        vars(self).update(vars(self._read()))
        return getattr(self, name)


def fit_vocabulary(texts: Sequence[Texts], options: FeatureConfig, gazetteer: Gazetteer | None = None) -> Vocabulary:
    """Return the vocabulary of texts: words and bigrams that stand in at least ``min_df`` of them, and all classes of terms.

    The inverse document frequency is smoothed, ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's TfidfTransformer
    defines it.
    """
    total = sum(some.count for some in texts)
    frequent = _frequent_words(texts, options.min_df)
    bigrams = _frequent_characters(texts, options.min_df) if options.characters else {}
    bigrams |= _frequent_bigrams(texts, options.min_df) if options.character_bigrams else {}
    classes = _class_frequency(texts, gazetteer) if gazetteer else []
    counts = np.array([*frequent.values(), *bigrams.values(), *classes], dtype=np.float64)
    return Vocabulary(tuple(frequent), "".join(bigrams), smoothed_idf(total, counts), gazetteer, options.unknown_weight)


def smoothed_idf(total: int, frequency: Floats) -> Floats:
    """Return the inverse document frequency of terms, in the single precision in which a model is stored."""
    return (np.log((1 + total) / (1 + frequency)) + 1).astype(np.float32).astype(np.float64)


def _frequent_words(texts: Sequence[Texts], min_df: int) -> dict[str, int]:
    """Return in how many texts each term stands, in sorted order, less the rare ones."""
    index: dict[str, int] = {}
    words = [np.fromiter((index.setdefault(word, len(index)) for word in some.words), np.int64) for some in texts]
    ends = [of_some == index.get("\n", _UNKNOWN) for of_some in words]
    counts = _document_frequency(words, [np.cumsum(of_some) for of_some in ends], len(index))
    frequent = ((word, count) for word, count in zip(index, counts, strict=True) if count >= min_df)
    return {word: count for word, count in sorted(frequent) if re.search(_TERM, word)}


def _frequent_bigrams(texts: Sequence[Texts], min_df: int) -> dict[str, int]:
    """Return in how many texts each bigram of letters stands, in sorted order, less the rare ones."""
    frequent = _frequent_codes(texts, [bigram_codes(some.joined) for some in texts], min_df)
    return {pair: count for pair, count in frequent.items() if re.fullmatch(_BIGRAM, pair)}


def _frequent_characters(texts: Sequence[Texts], min_df: int) -> dict[str, int]:
    """Return the same of each character by itself, but for white space; each stands behind ``SINGLE``."""
    frequent = _frequent_codes(texts, [code_points(some.joined) for some in texts], min_df)
    return {single: count for single, count in frequent.items() if not single[1].isspace() and single[1] != SINGLE}


def _frequent_codes(texts: Sequence[Texts], codes: Sequence[Ints], min_df: int) -> dict[str, int]:
    """Return in how many texts each bigram stands that is given by its code at each character, in sorted order."""
    rows = [_text_numbers(some.joined)[: len(of_some)] for some, of_some in zip(texts, codes, strict=True)]
    different, places = np.unique(np.concatenate([*codes, np.zeros(0, np.int64)]), return_inverse=True)
    split = np.split(places, np.cumsum([len(of_some) for of_some in codes])[:-1])
    counts = _document_frequency(split, rows, len(different))
    return dict(sorted((bigram(code), count) for code, count in zip(different.tolist(), counts, strict=True) if count >= min_df))


def _class_frequency(texts: Sequence[Texts], gazetteer: Gazetteer) -> list[int]:
    """Return in how many texts a term of each class stands."""
    found = [gazetteer.find(some.joined) for some in texts]
    rows = [_text_numbers(some.joined).take(places) for some, (places, _) in zip(texts, found, strict=True)]
    return _document_frequency([classes for _, classes in found], rows, len(gazetteer))


def _letter_pairs(text: str) -> Ints:
    """Return the places of the pairs of neighbouring characters of a text that could be bigrams of a vocabulary."""
    codes = code_points(text)
    ideograph = ((codes >= 0x3400) & (codes <= 0x9FFF)) | ((codes >= 0x20000) & (codes <= 0x3FFFF))
    latin = (codes >= ord("a")) & (codes <= ord("z"))
    return np.flatnonzero((ideograph[1:] & ideograph[:-1]) | (latin[1:] & latin[:-1]))


def _counts(texts: int, number: Ints, *places: Ints) -> Ints:
    """Return how many places lie in each text; ``number`` tells the text of each place."""
    return np.bincount(number.take(np.concatenate(places)), minlength=texts)


def _document_frequency(terms: Sequence[Ints], rows: Sequence[Ints], count: int) -> list[int]:
    """Return for each of ``count`` terms in how many rows it stands; ``terms`` and ``rows`` tell them for some texts each."""
    once = [np.unique(of_some * count + row) % max(1, count) for row, of_some in zip(terms, rows, strict=True)]
    frequency: list[int] = np.bincount(np.concatenate([*once, np.zeros(0, np.int64)]), minlength=count).tolist()
    return frequency


def _text_numbers(joined: str) -> Ints:
    """Return the number of the text that each character belongs to."""
    return np.cumsum(code_points(joined) == ord("\n"))


def lay_out(parts: Iterable[tuple[str, Segments, bool]]) -> Layout:
    """Return the sentences and headings of some cleaned texts with neighbouring segments of each, and whether these are all.

    The title is left out: it stands above every sentence alike and tells them apart in nothing.
    """
    texts, several, whole = zip(*parts, strict=True)
    counts = [len(segments.sentences) for segments in several]
    starts = np.cumsum([0, *counts])
    sizes = np.cumsum([0, *map(len, several)])
    headings, above = _rows_above(several, int(starts[-1]))
    return Layout(
        texts,
        np.array(counts),
        np.concatenate([segments.sentences for segments in several]),
        tuple(headings),
        np.append(np.concatenate([segments.firsts for segments in several]) + np.repeat(starts[:-1], np.diff(sizes)), starts[-1]),
        above,
        np.concatenate([segments.kinds for segments in several]),
        tuple(sizes[:-1].tolist()),
        whole,
    )


def _rows_above(several: Sequence[Segments], sentences: int) -> tuple[list[str], tuple[tuple[int, ...], ...]]:
    """Return the headings above some segments, each once, and the rows of those above each segment."""
    rows: dict[str, int] = {}
    found: list[tuple[int, ...]] = []
    for segments in several:
        if not segments.headings:
            found += [()] * len(segments)
            continue
        above: dict[int, tuple[int, ...]] = {-1: ()}
        for number in segments.used():
            heading = segments.headings[number]
            own = (rows.setdefault(heading.text, sentences + len(rows)),) if heading.level > TITLE else ()
            above[number] = above[segments.parents[number]] + own
        found += map(above.__getitem__, segments.under.tolist())
    return list(rows), tuple(found)


def side_by_side(layouts: Sequence[Layout]) -> Layout:
    """Return some layouts as one, whose rows are the sentences of all of them and then the headings of all of them."""
    sentences, headings = (
        np.cumsum([0, *counts]).tolist() for counts in ([one.sentences for one in layouts], [len(one.headings) for one in layouts])
    )
    shifts = [sentences[-1] + headings[i] - one.sentences for i, one in enumerate(layouts)]
    segments = np.cumsum([0, *[len(one.kinds) for one in layouts]]).tolist()
    return Layout(
        tuple(chain.from_iterable(one.sources for one in layouts)),
        np.concatenate([one.counts for one in layouts]),
        np.concatenate([one.spans for one in layouts]),
        tuple(chain.from_iterable(one.headings for one in layouts)),
        np.concatenate([*(one.bounds[:-1] + sentences[i] for i, one in enumerate(layouts)), sentences[-1:]]),
        tuple([tuple([row + shift for row in rows]) for one, shift in zip(layouts, shifts, strict=True) for rows in one.above]),
        np.concatenate([one.kinds for one in layouts]),
        tuple([first + segments[i] for i, one in enumerate(layouts) for first in one.firsts]),
        tuple(chain.from_iterable(one.whole for one in layouts)),
    )


def split_words(layout: Layout, cut: Cut) -> Texts:
    """Return the texts of a layout in lower case, each on one line, with their words: all are cut in one sweep."""
    joined = join_texts(layout)
    return Texts(joined, cut(joined), layout.rows)


def join_texts(layout: Layout) -> str:
    """Return the texts of a layout in lower case, each on one line."""
    texts = layout.texts
    joined = "\n".join(texts)
    lowered = in_lower_case(joined)
    if len(lowered) != len(joined) or "\r" in joined or joined.count("\n") >= max(1, len(texts)):
        lowered = "\n".join(re.sub("[\r\n]", " ", lower(text)) for text in texts)
    return lowered


def lower(text: str) -> str:
    """Return a text in lower case, or as it is where that would change its length (İ has a lower case of two characters)."""
    lowered = in_lower_case(text)
    return lowered if len(lowered) == len(text) else text


def in_lower_case(text: str) -> str:
    """Return ``text.lower()``, which looks at each ideograph for a lower case; the compiled part need not."""
    lowered = _lower_ascii()(text)
    return text.lower() if lowered is None else lowered


@cache
def _lower_ascii() -> Callable[[str], str | None]:
    kernels = compiled(KERNELS)
    return kernels.lower_ascii if kernels else lambda _: None


def context(layout: Layout, options: ModelConfig) -> Context:
    """Return the map that adds to each sentence its neighbours, its segment's mean and the headings above it."""
    sizes = np.diff(layout.bounds)
    above = np.fromiter(map(len, layout.above), np.int64, len(sizes))
    starts = np.append(0, np.cumsum(sizes + above))
    segment_of = np.repeat(np.arange(len(sizes)), sizes)
    of_sentence = np.zeros(int(starts[-1]), bool)
    of_sentence[np.arange(len(segment_of)) + np.repeat(np.cumsum(above) - above, sizes)] = True
    columns = np.empty(len(of_sentence), np.int64)
    columns[of_sentence] = np.arange(len(segment_of))
    columns[~of_sentence] = np.fromiter(chain.from_iterable(layout.above), np.int64, int(above.sum()))
    weights = np.where(of_sentence, np.repeat(options.segment_weight / sizes, sizes + above), options.heading_weight)
    return Context(segment_of, _neighbours(layout, segment_of, options.neighbour_weight), Rows(starts, columns, weights))


def _neighbours(layout: Layout, segment_of: Ints, weight: float) -> Floats:
    """Return the weight between each sentence and the next."""
    border = (segment_of[1:] != segment_of[:-1]) & stand_apart(layout)[segment_of[1:]]
    return np.where(border, 0.0, weight)[:, None]


def stand_apart(layout: Layout) -> Flags:
    """Tell which segments have nothing to do with the one before: a record and what is around it, and the first of each report."""
    alone = layout.kinds == RECORD
    apart = np.append(True, alone[1:] | alone[:-1])
    apart[[first for first in layout.firsts if first < len(apart)]] = True  # a last report may have no segment at all
    return apart


def row_sums(rows: Rows, by_label: Floats) -> Floats:
    """Return the product of sparse rows with dense values, which are given label by label, of shape (labels, columns).

    The result has the shape (rows, labels). Sums over numbers that lie side by side are the fastest, so each label is a pass.
    """
    result = np.zeros((len(by_label), len(rows.starts) - 1))
    filled = np.flatnonzero(np.diff(rows.starts))
    firsts = rows.starts.take(filled)
    for of_label, values in zip(result, by_label, strict=True):
        if len(filled):
            of_label[filled] = np.add.reduceat(values.take(rows.columns) * rows.values, firsts)
    return np.ascontiguousarray(result.T)
