"""Score segments with a model: from their texts to runs of sentences of one label."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pipeline.bigrams import Ints
from pipeline.decode import Runs, decode
from pipeline.features import Floats, Layout, Rows, Texts, context, join_texts, lay_out, row_sums, split_words
from pipeline.model import Model
from pipeline.records import Segment

NEVER = math.inf  # what a change of theme costs inside the row of a table


class Scored(msgspec.Struct, frozen=True):
    """Segments with their sentences laid out, the TF-IDF rows of these, and the runs that were found.

    ``terms``, of shape (2, sentences), counts the words and bigrams of each sentence, and those that the model does not know.
    """

    segments: tuple[Segment, ...]
    layout: Layout
    rows: Rows
    runs: Runs
    terms: Ints

    def clean_spans(self) -> list[tuple[int, int]]:
        """Return the clean offsets of each run."""
        bounds, segments = self.layout.bounds, self.segments
        return [
            (segments[i].sentences[first - bounds[i]][0], segments[i].sentences[last - bounds[i] - 1][1])
            for i, first, last in zip(self.runs.segments.tolist(), self.runs.firsts.tolist(), self.runs.lasts.tolist(), strict=True)
        ]


def score_segments(parts: Sequence[tuple[str, Sequence[Segment]]], model: Model) -> Scored:
    """Return neighbouring segments of some cleaned texts, scored: one sparse product, then sums over the context."""
    layout = lay_out(parts)
    segments = tuple(segment for _, some in parts for segment in some)
    if model.compiled is None:
        return score_texts(segments, layout, split_words(layout, model.cut), model)
    return _scored(segments, layout, *model.compiled.score(join_texts(layout), len(layout.texts)), model)


def score_texts(segments: tuple[Segment, ...], layout: Layout, texts: Texts, model: Model) -> Scored:
    """Return segments whose texts are split into words already, scored."""
    rows = model.vocabulary.vectorise(texts)
    terms = np.array(model.vocabulary.count_terms(texts))
    return _scored(segments, layout, rows, row_sums(rows, model.weights_by_label), terms, model)


def _scored(segments: tuple[Segment, ...], layout: Layout, rows: Rows, sums: Floats, terms: Ints, model: Model) -> Scored:
    scores = context(layout, model.config.model).apply(sums) + model.bias
    costs = [model.config.model.switch_cost if kind == "text" else NEVER for kind in layout.kinds]
    return Scored(segments, layout, rows, decode(scores, layout.bounds, costs), terms[:, : layout.sentences])
