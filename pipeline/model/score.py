"""Score segments with a model: from their texts to runs of sentences of one label."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pipeline.core.records import Segment
from pipeline.model.bigrams import Ints
from pipeline.model.decode import Runs, decode
from pipeline.model.features import Floats, Layout, Rows, Texts, context, lay_out, row_sums, split_words
from pipeline.model.model import Model

NEVER = math.inf  # what a change of theme costs inside the row of a table


class Scored(msgspec.Struct, frozen=True):
    """Segments with their sentences laid out, the TF-IDF rows of these, and the runs that were found.

    ``terms``, of shape (2, sentences), counts the words and bigrams of each sentence, and those that the model does not know.
    """

    layout: Layout
    rows: Rows
    runs: Runs
    terms: Ints

    def clean_spans(self) -> Ints:
        """Return the clean offsets of each run, of shape (runs, 2)."""
        spans = self.layout.spans
        return np.stack([spans[:, 0].take(self.runs.firsts), spans[:, 1].take(self.runs.lasts - 1)], axis=1)


def score_segments(parts: Sequence[tuple[str, Sequence[Segment]]], model: Model) -> Scored:
    """Return neighbouring segments of some cleaned texts, scored: one sparse product, then sums over the context."""
    layout = lay_out(parts)
    if model.compiled is None:
        return score_texts(layout, split_words(layout, model.cut), model)
    return _scored(layout, *model.compiled.score(layout), model)


def score_texts(layout: Layout, texts: Texts, model: Model) -> Scored:
    """Return segments whose texts are split into words already, scored."""
    rows = model.vocabulary.vectorise(texts)
    terms = np.array(model.vocabulary.count_terms(texts))
    return _scored(layout, rows, row_sums(rows, model.weights_by_label), terms, model)


def _scored(layout: Layout, rows: Rows, sums: Floats, terms: Ints, model: Model) -> Scored:
    return Scored(layout, rows, _runs(layout, sums, model), terms[:, : layout.sentences])


def _runs(layout: Layout, sums: Floats, model: Model) -> Runs:
    """Return the runs of the best labels, the scores of each sentence taken with its context."""
    options = model.config.model
    if model.compiled is not None:
        return model.compiled.decode(layout, sums, model.bias.astype(np.float64), options)
    costs = [options.switch_cost if kind == "text" else NEVER for kind in layout.kinds]
    return decode(context(layout, options).apply(sums) + model.bias, layout.bounds, costs)
