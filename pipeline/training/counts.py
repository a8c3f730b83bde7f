"""The terms of a corpus, counted once for all the models that are fitted on parts of it.

Leaving a report out changes three things only: in how many sentences a term stands (so its inverse document frequency, and whether
it is a term at all), the length of each row, and which rows there are. Words, counts, context, and where the entries of the
features stand are the same, and are worked out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import Config
from pipeline.core.records import CleanText, Label
from pipeline.model.bigrams import Ints
from pipeline.model.features import (
    Flags,
    Floats,
    Layout,
    Rows,
    Texts,
    Vocabulary,
    context,
    fit_vocabulary,
    side_by_side,
    smoothed_idf,
)
from pipeline.model.gazetteer import Gazetteer
from pipeline.preprocess.segments import Segments

AT_ONCE = 2**18  # characters of reports whose terms are counted at once


@dataclass(frozen=True, slots=True)
class Prepared:
    """A labelled report, cleaned, cut and split into words. ``targets`` are label indices by sentence, -1 for none."""

    cleaned: CleanText
    segments: Segments
    layout: Layout
    texts: Texts
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


class CorpusCounts:
    """Counts, context and pattern of the features of prepared reports, of shape (sentences, terms)."""

    def __init__(self, reports: Sequence[Prepared], config: Config, gazetteer: Gazetteer | None) -> None:
        """Take the reports, whose order numbers them, and count."""
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415 - only training needs scipy

        self.reports, self.config = tuple(reports), config
        layout = side_by_side([report.layout for report in reports])
        split = [report.texts.split(report.layout.sentences) for report in reports]
        heads = _few([head for head, _ in split])
        texts = [*heads, *_few([tail for _, tail in split])]  # the rows of the layout, in their order
        self.vocabulary = fit_vocabulary(heads, config.features, gazetteer)
        self._sentences = np.array([report.layout.sentences for report in reports])
        self._counted = vstack([self._counts(some) for some in texts]).tocsr()
        self._context = _context(layout, config)
        self._unknown = np.concatenate([self.vocabulary.count_terms(some)[1] for some in texts])
        self._text_of = np.repeat(np.arange(self._counted.shape[0]), np.diff(self._counted.indptr))
        self.targets = np.concatenate([report.targets for report in reports])
        self.report_of = np.repeat(np.arange(len(reports)), self._sentences)
        places = (self.report_of, np.arange(layout.sentences))
        of_report = csr_matrix((np.ones(layout.sentences), places), shape=(len(reports), layout.sentences))
        self._frequency = of_report @ (self._counted[: layout.sentences] > 0)
        pattern = (self._context @ self._counted).tocsr()
        pattern.sort_indices()
        self.starts, self.columns = pattern.indptr.astype(np.int64), pattern.indices.astype(np.int32)
        often = np.argsort(-np.bincount(self.columns, minlength=len(self.vocabulary)), kind="stable")
        self.rank = np.empty(len(often), np.int32)
        self.rank[often] = np.arange(len(often), dtype=np.int32)  # frequent terms side by side: they fit into the caches
        self.ranked = self.rank.take(self.columns)

    def part(self, numbers: Sequence[int]) -> CorpusSubset:
        """Return some reports by themselves, given by their numbers."""
        kept = np.zeros(len(self.reports), bool)
        kept[list(numbers)] = True
        frequency = np.asarray(self._frequency[np.flatnonzero(kept)].sum(axis=0)).ravel()
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
        rows = csr_matrix((part.entries.astype(np.float64), counted.indices, counted.indptr), shape=counted.shape)
        return (self._context[part.rows] @ rows)[:, np.flatnonzero(part.active)].tocsr()

    def values(self, part: CorpusSubset, native: ModuleType) -> NDArray[np.float32]:
        """Return the features of a part as the values at ``starts`` and ``columns``, by the compiled solver's module.

        Those of other rows are 0.
        """
        found = np.zeros(len(self.columns), np.float32)
        wanted = np.zeros(len(self.targets), np.uint8)
        wanted[part.rows] = 1
        native.product(*self._factors, part.entries, self.starts, self.columns, found, wanted, len(self.vocabulary))
        return found

    def _counts(self, texts: Texts) -> Any:  # noqa: ANN401 - as above
        """Return how often each term stands in each of some texts, of shape (texts, terms)."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

        found = [*self.vocabulary.found(texts)]
        rows, columns = (np.concatenate(some) for some in zip(*found, strict=True))
        counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(texts.count, len(self.vocabulary)))
        counts.sum_duplicates()
        return counts

    def _entries(self, active: Flags, idf: Floats) -> NDArray[np.float32]:
        """Return the entries of the TF-IDF rows of all texts; what is no term of a part is unknown to it."""
        counted = self._counted
        values = counted.data * idf[counted.indices]
        squares = np.bincount(self._text_of, values * values, counted.shape[0]).astype(np.float64)  # also of nothing
        strange = ~(active | self.vocabulary.singles)
        unknown = self._unknown + np.bincount(self._text_of, counted.data * strange[counted.indices], counted.shape[0])
        rarest = idf[: len(self.vocabulary) - len(self.vocabulary.gazetteer)].max(initial=0.0)
        squares += unknown * (self.vocabulary.unknown_weight * rarest) ** 2
        return np.asarray(values / np.sqrt(np.maximum(squares, 1e-300))[self._text_of], np.float32)

    @cached_property
    def _factors(self) -> tuple[Ints, NDArray[np.int32], Floats, Ints, NDArray[np.int32]]:
        """The context and where the counts stand, as the compiled product takes them."""
        left, right = self._context, self._counted
        places = (left.indptr.astype(np.int64), left.indices.astype(np.int32), left.data.astype(np.float64))
        return (*places, right.indptr.astype(np.int64), right.indices.astype(np.int32))


def _few(texts: Sequence[Texts]) -> list[Texts]:
    """Return texts of many reports as few: what is counted at once is counted faster, and memory stays bounded."""
    groups: list[list[Texts]] = [[]]
    size = 0
    for some in texts:
        if size > AT_ONCE:
            groups.append([])
            size = 0
        groups[-1].append(some)
        size += len(some.joined) + 1
    return [Texts.joined_from(group) for group in groups]


def _context(layout: Layout, config: Config) -> Any:  # noqa: ANN401 - scipy's types are not generic
    """Return what each sentence takes from each text of a layout, of shape (sentences, texts): what ``Context.apply`` does."""
    from scipy.sparse import csr_matrix, eye  # noqa: PLC0415 - only training needs scipy

    surroundings = context(layout, config.model)
    count, texts = layout.sentences, layout.rows
    own = eye(count, texts, format="csr")
    own = own + _neighbours(surroundings.neighbours[:, 0], count, texts)
    gathered = _sparse(surroundings.gathered, texts)
    return csr_matrix(own + gathered[surroundings.segment_of])


def _neighbours(beside: Floats, count: int, texts: int) -> Any:  # noqa: ANN401 - as above
    """Return the weights of neighbouring sentences, of shape (sentences, texts)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

    first = np.arange(count - 1)
    rows, columns = np.append(first, first + 1), np.append(first + 1, first)
    return csr_matrix((np.append(beside, beside), (rows, columns)), shape=(count, texts))


def _sparse(rows: Rows, columns: int) -> Any:  # noqa: ANN401 - as above
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, columns))
