"""Tag segments: score their sentences in context, find where the theme changes, and say why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from pipeline.decode import Run
from pipeline.features import Rows
from pipeline.model import Model
from pipeline.records import CleanText, Noise, Segment, Tag
from pipeline.score import Scored, score_segments

WINDOW = 256  # segments scored at once: a product large enough to be fast, small enough to bound memory
DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Window:
    """Side-by-side segments with one more on each side, whose sentences are context only."""

    segments: tuple[Segment, ...]
    first: int
    last: int


def tag_segments(cleaned: CleanText, segments: Iterable[Segment], model: Model) -> Iterator[Tag]:
    """Yield the tags of a report's segments in source order, numbered from 0.

    A segment becomes one tag, or several where its theme changes. Memory is bounded by a window of segments, and the
    tags do not depend on the size of the window.
    """
    number = 0
    for window in _windows(segments, WINDOW):
        scored = score_segments(cleaned.text, window.segments, model)
        for run in scored.runs:
            if window.first <= run.segment < window.last:
                yield _tag(number, run, scored, cleaned, model)
                number += 1


def noise_tags(cleaned: CleanText, noise: Iterable[Noise], model: Model) -> Iterator[Tag]:
    """Yield a tag of no theme, with the reason in ``noise``, for each span that was set aside."""
    document = cleaned.document
    for span in noise:
        yield Tag(
            document.source, -1, span.start, span.end, document.text[span.start : span.end], "", model.labels.other, 1.0,
            {}, (), False, (), f"{model.name} {model.version}", span.reason,
        )  # fmt: skip


def _windows(segments: Iterable[Segment], size: int) -> Iterator[_Window]:
    stream = iter(segments)
    before: tuple[Segment, ...] = ()
    chunk = tuple(islice(stream, size + 1))
    while chunk:
        inside, after = chunk[:size], chunk[size:]
        yield _Window(before + inside + after, len(before), len(before) + len(inside))
        before = inside[-1:]
        chunk = after + tuple(islice(stream, size + 1 - len(after))) if after else ()


def _tag(number: int, run: Run, scored: Scored, cleaned: CleanText, model: Model) -> Tag:
    span = _without_space(cleaned.text, *scored.clean_span(run))
    start, end = cleaned.offsets.span(*span)
    names = model.labels.names
    probabilities = model.probabilities(run.scores)
    scores = {name: round(float(value), DIGITS) for name, value in zip(names, probabilities, strict=True)}
    best = int(probabilities.argmax())
    theme = names[best]
    return Tag(
        source=cleaned.document.source,
        segment=number,
        start=start,
        end=end,
        text=cleaned.document.text[start:end],
        heading=" > ".join(heading.text for heading in scored.segments[run.segment].headings),
        theme=theme,
        score=scores[theme],
        scores=scores,
        secondary=_secondary(scores, theme, model),
        review=scores[theme] < model.threshold,
        evidence=_evidence(run, best, scored.rows, cleaned, span, model),
        model=f"{model.name} {model.version}",
    )


def _without_space(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())


def _secondary(scores: dict[str, float], theme: str, model: Model) -> tuple[str, ...]:
    enough = [name for name, score in scores.items() if score >= model.config.tag.secondary]
    ranked = sorted(enough, key=lambda name: -scores[name])
    return tuple(name for name in ranked if name not in (theme, model.labels.other))


def _evidence(
    run: Run, label: int, rows: Rows, cleaned: CleanText, span: tuple[int, int], model: Model
) -> tuple[tuple[str, float], ...]:
    """Return the words that weighed most for a label, as they stand in the source, with their share of the score."""
    entries = slice(rows.starts[run.first], rows.starts[run.last])
    own, values = rows.columns[entries], rows.values[entries]
    is_word = own < len(model.vocabulary.words)
    columns, places = np.unique(own[is_word], return_inverse=True)
    weighed = values[is_word] * model.weights[own[is_word], label]
    totals = np.bincount(places, weighed, len(columns)) / (run.last - run.first)
    order = np.argsort(-totals, kind="stable")[: model.config.tag.evidence]
    text = cleaned.text[slice(*span)].lower()
    found = []
    for i in order:
        term = model.vocabulary.words[columns[i]]
        at = text.find(term)
        if totals[i] > 0 and at >= 0:
            start, end = cleaned.offsets.span(span[0] + at, span[0] + at + len(term))
            found.append((cleaned.document.text[start:end], round(float(totals[i]), DIGITS)))
    return tuple(found)
