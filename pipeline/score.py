"""Score neighbouring segments with a model: from their texts to runs of sentences of one label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.decode import Run, decode
from pipeline.features import Layout, Rows, Texts, context, lay_out, row_sums, split_words
from pipeline.model import Model
from pipeline.records import Segment

NEVER = math.inf  # what a change of theme costs inside the row of a table


@dataclass(frozen=True, slots=True)
class Scored:
    """Segments with their sentences laid out, the TF-IDF rows of these, and the runs that were found."""

    segments: tuple[Segment, ...]
    layout: Layout
    rows: Rows
    runs: tuple[Run, ...]

    def clean_span(self, run: Run) -> tuple[int, int]:
        """Return the clean offsets of a run."""
        first = self.layout.bounds[run.segment]
        sentences = self.segments[run.segment].sentences
        return sentences[run.first - first][0], sentences[run.last - first - 1][1]


def score_segments(text: str, segments: Sequence[Segment], model: Model) -> Scored:
    """Return neighbouring segments of a cleaned text, scored: one sparse product, then sums over the context."""
    layout = lay_out(text, segments)
    return score_texts(tuple(segments), layout, split_words(layout, model.cut), model)


def score_texts(segments: tuple[Segment, ...], layout: Layout, texts: Texts, model: Model) -> Scored:
    """Return segments whose texts are split into words already, scored."""
    rows = model.vocabulary.vectorise(texts)
    scores = context(layout, model.config.model).apply(row_sums(rows, model.weights)) + model.bias
    costs = [model.config.model.switch_cost if kind == "text" else NEVER for kind in layout.kinds]
    runs = decode(scores, layout.bounds, costs)
    return Scored(segments, layout, rows, tuple(runs))
