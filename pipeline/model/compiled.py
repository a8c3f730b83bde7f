"""The compiled inner loops (``_kernels.pyx``) with the arrays that they fill.

They give what ``features.py``, ``decode.py`` and ``tag.py`` give with arrays alone, many times faster; those stand in
where nothing was compiled, and a test holds the two against each other.
"""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import ModelConfig
from pipeline.model.bigrams import Ints
from pipeline.model.decode import Runs
from pipeline.model.features import Floats, Layout, Rows, Vocabulary, join_texts, stand_apart
from pipeline.preprocess.segments import TEXT

if TYPE_CHECKING:
    from pipeline.model._kernels import Characters, Dictionary, Scorer, Weights

# What the compiled loops take; arrays of a file that is mapped into memory are not, and are copied.
WRITABLE: tuple[Literal["C"], Literal["W"]] = ("C", "W")


class Compiled:
    """Rows, scores, runs and strongest words of texts, and JSON lines of tags, for one vocabulary and one set of weights."""

    def __init__(self, scorer: "Scorer", labels: int) -> None:
        """Take what ``of_model`` or ``of_tables`` have made, and the number of labels."""
        self.scorer, self._labels = scorer, labels

    @classmethod
    def of_tables(cls, tables: memoryview, names: Sequence[str]) -> Self:
        """Return the same as ``of_model`` of tables that its scorer has written; raises ValueError for others."""
        from pipeline.model._kernels import Scorer  # noqa: PLC0415 - may not have been compiled

        return cls(Scorer.of_tables(tables, list(map(msgspec.json.encode, names))), len(names))

    @classmethod
    def of_model(cls, dictionary: "Dictionary", vocabulary: Vocabulary, weights: NDArray[Any], names: Sequence[str]) -> Self:
        """Take the dictionary, the vocabulary, the weights, of shape (terms, labels), and the names of the labels."""
        from pipeline.model._kernels import Scorer  # noqa: PLC0415 - may not have been compiled

        scorer = Scorer(
            dictionary,
            vocabulary.words,
            vocabulary.bigrams.letters,
            np.require(vocabulary.idf, np.float64, WRITABLE),
            np.require(weights, np.float32, WRITABLE),
            vocabulary.telling.view(np.uint8),
            list(map(msgspec.json.encode, names)),
            vocabulary.gazetteer.native,
            vocabulary.unknown_square,
        )
        return cls(scorer, weights.shape[1])

    def score(self, layout: Layout) -> tuple[Rows, Floats, Ints]:
        """Return the TF-IDF rows of a layout, their scores, of shape (rows, labels), and their term counts.

        In the place of columns the rows have their ranks in the order of frequency, which ``strongest`` takes and
        ``scorer.columns`` translates. The counts are, of shape (2, rows), the words and bigrams, and those that are unknown.
        """
        from pipeline.model._kernels import Characters, gather  # noqa: PLC0415 - may not have been compiled

        characters = gather(list(layout.sources), layout.counts, layout.spans, list(layout.headings))
        return self.score_lines(Characters(join_texts(layout)) if characters is None else characters, layout.rows)

    def score_lines(self, lines: "Characters", count: int) -> tuple[Rows, Floats, Ints]:
        """Return the same of so many lines in lower case."""
        from pipeline.model._kernels import row_room  # noqa: PLC0415 - may not have been compiled

        terms, room = np.empty((2, count), np.int64), row_room(len(lines))
        starts, scores = np.empty(count + 1, np.int64), np.empty((count, self._labels))
        ranks, values = np.empty(room, np.int64), np.empty(room)
        filled = self.scorer.score(lines, starts, ranks, values, scores, terms)
        return Rows(starts, ranks[:filled], values[:filled]), scores, terms

    def strongest(self, firsts: Ints, lasts: Ints, labels: Ints, rows: Rows, wanted: int) -> tuple[Ints, Floats]:
        """Return for runs of rows the columns that weighed most for their labels and their shares, of shape (runs, wanted).

        The strongest come first; -1 is no column.
        """
        columns, shares = np.empty((len(labels), wanted), np.int64), np.empty((len(labels), wanted))
        self.scorer.strongest(firsts, lasts, labels, rows.starts, rows.columns, rows.values, columns, shares)
        return columns, shares

    def in_context(self, layout: Layout, sums: Floats, options: ModelConfig) -> Floats:
        """Return the scores of sentences with their surroundings, of shape (sentences, labels).

        ``sums`` are the scores of the texts of a layout, of shape (texts, labels).
        """
        above = np.fromiter(chain.from_iterable(layout.above), np.int64)
        starts = np.append(0, np.fromiter(map(len, layout.above), np.int64, len(layout.above)).cumsum())
        scores = np.empty((layout.sentences, sums.shape[1]))
        apart = stand_apart(layout).view(np.uint8)
        self.scorer.in_context(sums, layout.bounds, starts, above, apart, self._weights(options), scores)
        return scores

    def decode(self, layout: Layout, scores: Floats, bias: Floats, options: ModelConfig) -> Runs:
        """Return the runs of the best labels.

        ``scores`` are those of the sentences of a layout, of shape (sentences, labels), and ``bias`` what is added to those of
        each segment, of shape (segments, labels).
        """
        whole = (layout.kinds != TEXT).view(np.uint8)
        runs, means = np.empty((layout.sentences, 3), np.int64), np.empty((layout.sentences, scores.shape[1]))
        found = self.scorer.decode(scores, layout.bounds, whole, bias, self._weights(options), runs, means)
        segments, firsts, lasts = np.ascontiguousarray(runs[:found].T)
        return Runs(segments, firsts, lasts, means[:found])

    @staticmethod
    def _weights(options: ModelConfig) -> "Weights":
        from pipeline.model._kernels import Weights  # noqa: PLC0415 - may not have been compiled

        return Weights(options.neighbour_weight, options.segment_weight, options.heading_weight, options.switch_cost)
