"""The terms of a corpus, counted once for all the models that are fitted on parts of it.

Leaving a report out changes three things only: in how many sentences a term stands (so its inverse document frequency, and whether
it is a term at all), the length of each row, and which rows there are. Words, counts, context, and where the entries of the
features stand are the same, and are worked out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import Config
from pipeline.core.records import CleanText, Label
from pipeline.labels.corpus import Lexicon
from pipeline.model.bigrams import Ints
from pipeline.model.features import Context, Flags, Floats, Layout, Vocabulary, context, join_texts, side_by_side, smoothed_idf
from pipeline.preprocess.segments import Segments
from pipeline.training.terms import count_terms


@dataclass(frozen=True, slots=True)
class Prepared:
    """A labelled report, cleaned and cut. ``targets`` are label indices by sentence, -1 for none."""

    cleaned: CleanText
    segments: Segments
    layout: Layout
    labels: tuple[Label, ...]
    targets: NDArray[np.int64]


class CorpusSubset(msgspec.Struct, frozen=True):
    """Some reports of a corpus by themselves.

    ``active`` tells which columns of the whole corpus are terms of the part, ``idf`` their inverse document frequency (0
    elsewhere), ``entries`` are those of the TF-IDF rows of all texts, and ``rows`` the numbers of its labelled sentences.
    """

    active: Flags
    idf: Floats
    entries: NDArray[np.float32]
    rows: NDArray[np.int32]


class FeaturePattern(msgspec.Struct, frozen=True):
    """Where the features of a corpus stand: row ``i`` has the ``columns`` from ``starts[i]`` on.

    A column goes by its ``rank``, of shape (terms,): frequent terms side by side, so that they fit into the caches.
    """

    starts: Ints
    columns: NDArray[np.int32]
    rank: NDArray[np.int32]


class CorpusCounts:
    """Counts, context and pattern of the features of prepared reports, of shape (sentences, terms).

    The texts whose terms are counted are the sentences of all reports and then their headings.
    """

    def __init__(self, reports: Sequence[Prepared], config: Config, lexicon: Lexicon) -> None:
        """Take the reports, whose order numbers them, and count."""
        self.reports, self.config = tuple(reports), config
        lines = [(join_texts(report.layout).split("\n"), report.layout.sentences) for report in reports if report.layout.rows]
        heads = chain.from_iterable(some[:sentences] for some, sentences in lines)
        tails = chain.from_iterable(some[sentences:] for some, sentences in lines)
        self._counted = count_terms(heads, tails, config.features, lexicon)
        self.vocabulary = self._counted.vocabulary
        self._sentences = np.array([report.layout.sentences for report in reports])
        layout = side_by_side([report.layout for report in reports])
        surroundings = context(layout, config.model)
        self._context = _matrix(surroundings, layout)
        self._pattern: FeaturePattern | None = None
        self.targets = np.concatenate([report.targets for report in reports])
        self.report_of = np.repeat(np.arange(len(reports)), self._sentences)
        self._frequency = self._frequency_in(np.ones(len(reports), bool))

    def part(self, numbers: Sequence[int]) -> CorpusSubset:
        """Return some reports by themselves, given by their numbers."""
        kept = np.zeros(len(self.reports), bool)
        kept[list(numbers)] = True
        is_few = 2 * kept.sum() < len(kept)
        frequency = self._frequency_in(kept) if is_few else self._frequency - self._frequency_in(~kept)
        active = frequency >= self.config.features.min_df
        active[len(self.vocabulary) - len(self.vocabulary.gazetteer) :] = True
        total = int(self._sentences[kept].sum())
        idf = np.where(active, smoothed_idf(total, frequency), 0.0)
        wanted = kept[self.report_of] & (self.targets >= 0)
        return CorpusSubset(active, idf, self._entries(active, idf), np.flatnonzero(wanted).astype(np.int32))

    def reduced(self, part: CorpusSubset) -> Vocabulary:
        """Return the vocabulary of a part."""
        whole, words = self.vocabulary, len(self.vocabulary.words)
        columns = np.flatnonzero(part.active)
        pairs = columns[(columns >= words) & (columns < words + len(whole.bigrams))] - words
        letters = "".join([whole.bigrams.letters[2 * i : 2 * i + 2] for i in pairs.tolist()])
        kept = [whole.words[i] for i in columns[columns < words].tolist()]
        return Vocabulary(kept, letters, part.idf[columns], whole.gazetteer, whole.unknown_weight)

    def matrix(self, part: CorpusSubset) -> Any:  # noqa: ANN401 - scipy's types are not generic
        """Return the features of a part as a sparse matrix, of shape (its rows, its columns)."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

        counted = self._counted
        shape = (len(counted.starts) - 1, len(self.vocabulary))
        rows = csr_matrix((part.entries.astype(np.float64), counted.columns, counted.starts), shape=shape)
        return (self._context[part.rows] @ rows)[:, np.flatnonzero(part.active)].tocsr()

    def pattern(self, native: ModuleType) -> FeaturePattern:
        """Return where the features stand, worked out once by the compiled solver's module, which alone needs it."""
        if self._pattern is None:
            places = (*self._context_places, self._counted.starts, self._counted.columns)
            starts, often = np.empty(len(self.targets) + 1, np.int64), np.zeros(len(self.vocabulary), np.int64)
            native.product_starts(*places, starts, often)
            rank = np.empty(len(often), np.int32)
            rank[np.argsort(-often, kind="stable")] = np.arange(len(often), dtype=np.int32)
            columns = np.empty(starts[-1], np.int32)
            native.product_columns(*places, starts, rank, columns)
            self._pattern = FeaturePattern(starts, columns, rank)
        return self._pattern

    def values(self, part: CorpusSubset, native: ModuleType) -> NDArray[np.float32]:
        """Return the features of a part as the values of the pattern; those of other rows are 0."""
        pattern, counted = self.pattern(native), self._counted
        found = np.zeros(len(pattern.columns), np.float32)
        wanted = np.zeros(len(self.targets), np.uint8)
        wanted[part.rows] = 1
        native.product(
            *self._context_places, self._context.data, counted.starts, pattern.rank.take(counted.columns), part.entries,
            pattern.starts, pattern.columns, found, wanted, len(self.vocabulary),
        )  # fmt: skip
        return found

    def _frequency_in(self, reports: Flags) -> Floats:
        """Return in how many sentences of some reports each term stands."""
        bounds = np.append(0, np.cumsum(self._sentences)).tolist()
        starts, columns = self._counted.starts, self._counted.columns
        spans = [slice(starts[bounds[i]], starts[bounds[i + 1]]) for i in np.flatnonzero(reports).tolist()]
        columns = np.concatenate([columns[:0], *(columns[span] for span in spans)])
        return np.bincount(columns, minlength=len(self.vocabulary)).astype(np.float64)

    def _entries(self, active: Flags, idf: Floats) -> NDArray[np.float32]:
        """Return the entries of the TF-IDF rows of all texts; what is no term of a part is unknown to it."""
        counted = self._counted
        values = np.asarray(counted.amounts * idf.take(counted.columns), np.float64)
        squares = self._sums(values * values)
        if self.vocabulary.unknown_weight:
            strange = ~(active | self.vocabulary.singles)
            unknown = counted.unknown + self._sums(np.where(strange.take(counted.columns), counted.amounts, 0.0))
            rarest = idf[: len(self.vocabulary) - len(self.vocabulary.gazetteer)].max(initial=0.0)
            squares += unknown * (self.vocabulary.unknown_weight * rarest) ** 2
        lengths = np.sqrt(np.maximum(squares, 1e-300))  # also of nothing
        return np.asarray(values / np.repeat(lengths, np.diff(counted.starts)), np.float32)

    def _sums(self, entries: Floats) -> Floats:
        """Return the sum of the entries of each text."""
        starts = self._counted.starts
        sums, filled = np.zeros(len(starts) - 1), np.flatnonzero(np.diff(starts))
        if len(filled):
            sums[filled] = np.add.reduceat(entries, starts.take(filled))
        return sums

    @cached_property
    def _context_places(self) -> tuple[Ints, NDArray[np.int32]]:
        """Where the entries of the context stand, as the compiled loops take them."""
        return self._context.indptr.astype(np.int64), self._context.indices.astype(np.int32)


def _matrix(surroundings: Context, layout: Layout) -> Any:  # noqa: ANN401 - scipy's types are not generic
    """Return what each sentence takes from each text of a layout, of shape (sentences, texts): what ``Context.apply`` does."""
    from scipy.sparse import csr_matrix, eye  # noqa: PLC0415 - only training needs scipy

    shape, rows = (layout.sentences, layout.rows), surroundings.gathered
    first, beside = np.arange(layout.sentences - 1), surroundings.neighbours[:, 0]
    places = np.append(first, first + 1), np.append(first + 1, first)
    own = eye(*shape, format="csr") + csr_matrix((np.append(beside, beside), places), shape=shape)
    gathered = csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, layout.rows))
    return csr_matrix(own + gathered[surroundings.segment_of])
