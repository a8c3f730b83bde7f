"""Score segments with a model: from their texts to runs of sentences of one label."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pipeline.core.config import ModelConfig
from pipeline.model.bigrams import Ints
from pipeline.model.decode import Runs, decode
from pipeline.model.features import Floats, Layout, Rows, context, lay_out, row_sums, split_words
from pipeline.model.model import Model, softmax
from pipeline.preprocess.segments import TEXT, Segments

REPORT_TEMPERATURE = 0.35  # of the probabilities whose mean is that of a report
LEAST_SHARE = 0.1  # of a label in a report: no theme is ruled out because it is rare
LEAST_REPORT = 200  # characters of a report that takes something from itself as a whole; less is a passage
LONGEST_REPORT = 512  # sentences of a report that takes something from itself as a whole; no window of segments is smaller
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


def score_segments(parts: Sequence[tuple[str, Segments, bool]], model: Model) -> Scored:
    """Return neighbouring segments of some cleaned texts, scored: one sparse product, then sums over the context.

    The third of a part tells whether its segments are all of the text.
    """
    layout = lay_out(parts)
    if model.compiled is not None:
        return _scored(layout, *model.compiled.score(layout), model)
    texts = split_words(layout, model.cut)
    rows = model.vocabulary.vectorise(texts)
    terms = np.array(model.vocabulary.count_terms(texts))
    return _scored(layout, rows, row_sums(rows, model.weights_by_label), terms, model)


def _scored(layout: Layout, rows: Rows, sums: Floats, terms: Ints, model: Model) -> Scored:
    return Scored(layout, rows, _runs(layout, sums, model), terms[:, : layout.sentences])


def _runs(layout: Layout, sums: Floats, model: Model) -> Runs:
    """Return the runs of the best labels, the scores of each sentence taken with its context."""
    options, native = model.config.model, model.compiled
    scores = native.in_context(layout, sums, options) if native else context(layout, options).apply(sums)
    bias = model.bias + report_context(layout, scores + model.bias, options)
    if native:
        return native.decode(layout, scores, bias, options)
    costs = np.where(layout.kinds == TEXT, options.switch_cost, NEVER)
    return decode(scores + np.repeat(bias, np.diff(layout.bounds), axis=0), layout.bounds, costs)


def report_context(layout: Layout, scores: Floats, options: ModelConfig) -> Floats:
    """Return what each segment takes from its report as a whole, of shape (segments, labels).

    A text about one activity has one theme, and half of its sentences carry no word of it. So the logarithm of the mean
    probability of each label over the report is added, the less the longer the report: at ``report_length`` sentences by half of
    ``report_weight``, as the square of the length grows. A report of which only a part is at hand, of fewer than
    LEAST_REPORT characters or more than LONGEST_REPORT sentences, gives nothing, nor does a table to its rows.
    """
    added = np.zeros((len(layout.kinds), scores.shape[1]))
    sizes = layout.spans[:, 1] - layout.spans[:, 0]
    of_part = np.repeat(np.arange(len(layout.counts)), layout.counts)
    characters = np.bincount(of_part, sizes, len(layout.counts))
    weights = options.report_weight / (1 + (layout.counts / options.report_length) ** 2)
    gives = np.array(layout.whole) & (layout.counts <= LONGEST_REPORT) & (characters >= LEAST_REPORT) & (weights > 0)
    if not gives.any():
        return added
    own = gives.take(of_part)
    shares = softmax(scores.compress(own, axis=0) / REPORT_TEMPERATURE) * sizes.compress(own)[:, None]
    firsts = np.cumsum([0, *layout.counts.compress(gives)])[:-1]
    means = np.add.reduceat(shares, firsts, axis=0) / characters.compress(gives)[:, None]
    segments = np.diff([*layout.firsts, len(layout.kinds)])
    from_report = weights.compress(gives)[:, None] * (REPORT_TEMPERATURE * np.log(np.maximum(means, LEAST_SHARE)))
    added[np.repeat(gives, segments)] = np.repeat(from_report, segments.compress(gives), axis=0)
    added[layout.kinds != TEXT] = 0
    return added
