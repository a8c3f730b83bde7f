"""Tag segments: score their sentences in context, find where the theme changes, and say why."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np

from pipeline.decode import Run
from pipeline.features import Ints, Rows, lower
from pipeline.model import Model
from pipeline.records import CleanText, Document, Noise, Segment, Tag
from pipeline.score import Scored, score_segments

WINDOW = 256  # segments scored at once: a product large enough to be fast, small enough to bound memory
DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Window:
    """Side-by-side segments with one more on each side, whose sentences are context only."""

    segments: tuple[Segment, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A run with the index of its label, the probability of each label, and the words that weighed most."""

    run: Run
    best: int
    probabilities: list[float]
    words: list[tuple[str, float]]


def tag_segments(cleaned: CleanText, segments: Iterable[Segment], model: Model) -> Iterator[Tag]:
    """Yield the tags of a report's segments in source order, numbered from 0.

    A segment becomes one tag, or several where its theme changes. Memory is bounded by a window of segments, and the
    tags do not depend on the size of the window.
    """
    number = 0
    for window in _windows(segments, WINDOW):
        scored = score_segments(cleaned.text, window.segments, model)
        for judged in _judge(scored, window, model):
            yield _tag(number, judged, scored, cleaned, model)
            number += 1


def noise_tags(cleaned: CleanText, noise: Iterable[Noise], model: Model) -> Iterator[Tag]:
    """Yield a tag of no theme, with the reason in ``noise``, for each span that was set aside."""
    document = cleaned.document
    for span in noise:
        yield Tag(
            document.source, -1, span.start, span.end, document.text[span.start : span.end], "", model.labels.other, 1.0,
            {}, (), False, (), f"{model.name} {model.version}", noise=span.reason, **_place(document, span.start),
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


def _judge(scored: Scored, window: _Window, model: Model) -> Iterator[_Judged]:
    """Yield the runs of a window's own segments with probabilities and strongest words, worked out for all at once."""
    runs = [run for run in scored.runs if window.first <= run.segment < window.last]
    if not runs:
        return
    probabilities = model.probabilities(np.array([run.scores for run in runs]))
    best = probabilities.argmax(axis=1)
    strongest = _strongest_words(runs, best, scored.rows, model)
    for place, run in enumerate(runs):
        yield _Judged(run, int(best[place]), probabilities[place].round(DIGITS).tolist(), strongest[place])


def _strongest_words(runs: Sequence[Run], best: Ints, rows: Rows, model: Model) -> list[list[tuple[str, float]]]:
    """Return the words that weighed most for the label of each run, the strongest first, with their share of its score."""
    vocabulary, wanted = model.vocabulary, model.config.tag.evidence
    lengths = np.array([rows.starts[run.last] - rows.starts[run.first] for run in runs])
    entries = slice(rows.starts[runs[0].first], rows.starts[runs[-1].last])
    columns, of_run = rows.columns[entries], np.repeat(np.arange(len(runs)), lengths)
    sentences = np.array([run.last - run.first for run in runs])
    weighed = rows.values[entries] * model.weights[columns, best[of_run]] / sentences[of_run]
    is_word = columns < len(vocabulary.words)
    keys, places = np.unique(of_run[is_word] * len(vocabulary) + columns[is_word], return_inverse=True)
    totals = np.bincount(places, weighed[is_word], len(keys))
    keys, totals = keys[totals > 0], totals[totals > 0]
    owner, column = np.divmod(keys, len(vocabulary))
    order = np.lexsort((-totals, owner))
    firsts = np.searchsorted(owner[order], np.arange(len(runs) + 1))
    ranked, values = column[order].tolist(), totals[order].round(DIGITS).tolist()
    return [
        [(vocabulary.words[ranked[i]], values[i]) for i in range(first, min(last, first + wanted))]
        for first, last in pairwise(firsts.tolist())
    ]


def _tag(number: int, judged: _Judged, scored: Scored, cleaned: CleanText, model: Model) -> Tag:
    span = _without_space(cleaned.text, *scored.clean_span(judged.run))
    start, end = cleaned.offsets.span(*span)
    names = model.labels.names
    scores = dict(zip(names, judged.probabilities, strict=True))
    theme = names[judged.best]
    return Tag(
        source=cleaned.document.source,
        segment=number,
        start=start,
        end=end,
        text=cleaned.document.text[start:end],
        heading=" > ".join(heading.text for heading in scored.segments[judged.run.segment].headings),
        theme=theme,
        score=scores[theme],
        scores=scores,
        secondary=_secondary(scores, theme, model),
        review=scores[theme] < model.threshold,
        evidence=_as_in_source(judged.words, cleaned, span),
        model=f"{model.name} {model.version}",
        **_place(cleaned.document, start),
    )


def _place(document: Document, start: int) -> dict[str, Any]:
    """Return the fields of a tag that say where in its file the text at an offset stands."""
    if not document.places:
        return {}
    place = document.places[max(0, bisect_right(document.places, start, key=lambda place: place.start) - 1)]
    columns = dict(place.columns) if place.columns else None
    return {"page": place.page, "paragraph": place.paragraph, "sheet": place.sheet, "row": place.row, "columns": columns}


def _without_space(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())


def _secondary(scores: dict[str, float], theme: str, model: Model) -> tuple[str, ...]:
    enough = [name for name, score in scores.items() if score >= model.config.tag.secondary]
    ranked = sorted(enough, key=lambda name: -scores[name])
    return tuple(name for name in ranked if name not in (theme, model.labels.other))


def _as_in_source(words: list[tuple[str, float]], cleaned: CleanText, span: tuple[int, int]) -> tuple[tuple[str, float], ...]:
    """Return words as they stand in the source: in its own characters, and with what was dropped inside them."""
    text = lower(cleaned.text[slice(*span)])
    found = []
    for word, weight in words:
        at = text.find(word)
        if at >= 0:
            start, end = cleaned.offsets.span(span[0] + at, span[0] + at + len(word))
            found.append((cleaned.document.text[start:end], weight))
    return tuple(found)
