"""Tag segments: score their sentences in context, find where the theme changes, and say why."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any

import msgspec
import numpy as np

from pipeline.bigrams import Ints
from pipeline.decode import Runs
from pipeline.features import Floats, Rows, lower
from pipeline.model import Model
from pipeline.records import CleanText, Document, Noise, Segment, Tag
from pipeline.score import Scored, score_segments

WINDOW = 512  # segments scored at once: a product large enough to be fast, small enough to bound memory
DIGITS = 4
_SHARE_BITS = 30  # words whose shares are the same in this many bits weigh the same

Evidence = list[tuple[str, float]]


class _Part(msgspec.Struct, frozen=True):
    """Side-by-side segments of a report, with one more on each side, whose sentences are context only.

    ``number`` is that of the first tag.
    """

    cleaned: CleanText
    segments: tuple[Segment, ...]
    first: int
    last: int
    number: int = 0


class _Judged(msgspec.Struct, frozen=True):
    """The own runs of a part: the segment, the clean span, the label and its words of each, the probability of each label."""

    segments: list[Segment]
    spans: list[tuple[int, int]]
    labels: list[int]
    probabilities: list[list[float]]
    secondary: list[tuple[str, ...]]
    evidence: list[Evidence]


def tag_segments(cleaned: CleanText, segments: Iterable[Segment], model: Model) -> Iterator[Tag]:
    """Yield the tags of a report's segments in source order, numbered from 0.

    A segment becomes one tag, or several where its theme changes. Memory is bounded by a window of segments, and the
    tags do not depend on the size of the window.
    """
    number = 0
    for chunk, first, last in _windows(segments, WINDOW):
        (tags,) = _tag_parts([_Part(cleaned, chunk, first, last, number)], model)
        yield from tags
        number += len(tags)


def tag_together(reports: Iterable[tuple[CleanText, Sequence[Segment]]], model: Model) -> list[list[Tag]]:
    """Return the tags of some small reports, the same as of each alone; scoring them at once is faster."""
    return _tag_parts([_Part(cleaned, tuple(segments), 0, len(segments)) for cleaned, segments in reports], model)


def noise_tags(cleaned: CleanText, noise: Iterable[Noise], model: Model) -> Iterator[Tag]:
    """Yield a tag of no theme, with the reason in ``noise``, for each span that was set aside."""
    document = cleaned.document
    for span in noise:
        yield Tag(
            document.source, -1, span.start, span.end, document.text[span.start : span.end], "", model.labels.other, 1.0,
            {}, (), False, (), f"{model.name} {model.version}", noise=span.reason,
            **(_place(document, span.start) if document.places else {}),
        )  # fmt: skip


def _windows(segments: Iterable[Segment], size: int) -> Iterator[tuple[tuple[Segment, ...], int, int]]:
    """Yield ``size`` segments at a time with one more on each side, and which of them are the window's own."""
    stream = iter(segments)
    before: tuple[Segment, ...] = ()
    chunk = tuple(islice(stream, size + 1))
    while chunk:
        inside, after = chunk[:size], chunk[size:]
        yield before + inside + after, len(before), len(before) + len(inside)
        before = inside[-1:]
        chunk = after + tuple(islice(stream, size + 1 - len(after))) if after else ()


def _tag_parts(parts: Sequence[_Part], model: Model) -> list[list[Tag]]:
    """Return the tags of some parts, scored together."""
    if not any(part.segments for part in parts):
        return [[] for _ in parts]
    scored = score_segments([(part.cleaned.text, part.segments) for part in parts], model)
    judged = _judge(scored, model)
    tags: list[list[Tag]] = []
    for part, first in zip(parts, scored.layout.firsts, strict=True):
        own = slice(*np.searchsorted(scored.runs.segments, (first + part.first, first + part.last)).tolist())
        tags.append(_tags(part, judged, own, model))
    return tags


def _judge(scored: Scored, model: Model) -> _Judged:
    """Return all runs with their probabilities and strongest words, worked out for all at once."""
    probabilities = model.probabilities(scored.runs.scores)
    labels = probabilities.argmax(axis=1)
    rounded = probabilities.round(DIGITS)
    return _Judged(
        [scored.segments[i] for i in scored.runs.segments.tolist()],
        scored.clean_spans(),
        labels.tolist(),
        rounded.tolist(),
        _secondary(rounded, labels, model),
        _strongest_words(scored.runs, labels, scored.rows, model),
    )


def _strongest_words(runs: Runs, labels: Ints, rows: Rows, model: Model) -> list[Evidence]:
    """Return the words that weighed most for the label of each run, the strongest first, with their share of its score."""
    words, wanted = model.vocabulary.words, model.config.tag.evidence
    run, column, share = _shares(runs, labels, rows, model)
    ranks = _ranked(run, share)
    firsts = np.searchsorted(run, np.arange(len(labels) + 1))
    best = np.flatnonzero(np.arange(len(run)) - firsts.take(run) < wanted)  # the runs stay in order when their words are ranked
    top = ranks.take(best)
    named = list(zip([words[i] for i in column.take(top).tolist()], share.take(top).round(DIGITS).tolist(), strict=True))
    bounds = np.searchsorted(run.take(best), np.arange(len(labels) + 1)).tolist()
    return [named[first:last] for first, last in pairwise(bounds)]


def _shares(runs: Runs, labels: Ints, rows: Rows, model: Model) -> tuple[Ints, Ints, Floats]:
    """Return run, column and share of each word that speaks for the label of its run, sorted by run and column."""
    words = np.flatnonzero(model.vocabulary.telling.take(rows.columns[: int(rows.starts[runs.lasts[-1]])]))
    run = np.repeat(np.arange(len(labels)), rows.starts.take(runs.lasts) - rows.starts.take(runs.firsts)).take(words)
    column = rows.columns.take(words)
    weights = model.weights.ravel().take(column * model.weights.shape[1] + labels.take(run))
    speaking = np.flatnonzero(weights > 0)
    run, column = run.take(speaking), column.take(speaking)
    share = rows.values.take(words.take(speaking)) * weights.take(speaking) / (runs.lasts - runs.firsts).take(run)
    keys = run * len(model.vocabulary) + column
    order = _order(keys)
    keys = keys.take(order)
    firsts = np.flatnonzero(np.append(keys[:1] >= 0, keys[1:] != keys[:-1]))
    once = order.take(firsts)
    total = np.add.reduceat(share.take(order), firsts) if len(firsts) else share
    return run.take(once), column.take(once), total


def _ranked(run: Ints, share: Floats) -> Ints:
    """Return the order by run, then falling share, then place, from one sort of whole numbers."""
    place_bits, run_bits = len(run).bit_length(), int(run.max(initial=0)).bit_length()
    share_bits = min(_SHARE_BITS, 62 - place_bits - run_bits)
    scaled = ((1 - share / share.max(initial=1e-12)) * (1 << share_bits)).astype(np.int64)
    return _order((run << (share_bits + 1)) | scaled)


def _order(keys: Ints) -> Ints:
    """Return the stable order of whole numbers: with their places behind them they can be sorted as such, which is faster."""
    place_bits = len(keys).bit_length()
    if place_bits + int(keys.max(initial=0)).bit_length() > 63:
        return np.argsort(keys, kind="stable")
    placed = (keys << place_bits) | np.arange(len(keys))
    placed.sort()
    return np.asarray(placed & ((1 << place_bits) - 1))


def _tags(part: _Part, judged: _Judged, own: slice, model: Model) -> list[Tag]:
    cleaned, document, names = part.cleaned, part.cleaned.document, model.labels.names
    signature = f"{model.name} {model.version}"
    is_same = bool(judged.spans[own]) and _is_as_in_source(cleaned, judged.spans[own][0][0], judged.spans[own][-1][1])
    headings, heading = None, ""
    tags: list[Tag] = []
    for segment, run, label, probabilities, secondary, words in zip(
        judged.segments[own], judged.spans[own], judged.labels[own], judged.probabilities[own], judged.secondary[own],
        judged.evidence[own], strict=True,
    ):  # fmt: skip
        start, end = span = _without_space(cleaned.text, *run)
        if not is_same:
            start, end = cleaned.offsets.span(start, end)
        text = document.text[start:end]
        evidence = tuple(words) if is_same else _as_in_source(words, cleaned, span, text)
        if segment.headings is not headings:  # those of side-by-side segments are mostly the same
            headings, heading = segment.headings, " > ".join([heading.text for heading in segment.headings])
        score = probabilities[label]
        tag = Tag(
            document.source, part.number + len(tags), start, end, text, heading, names[label], score,
            dict(zip(names, probabilities, strict=True)), secondary, score < model.threshold, evidence, signature,
        )  # fmt: skip
        tags.append(msgspec.structs.replace(tag, **_place(document, start)) if document.places else tag)
    return tags


def _is_as_in_source(cleaned: CleanText, start: int, end: int) -> bool:
    """Tell whether a clean span is what was scored and what stands in the source, at the same offsets."""
    text = cleaned.text[start:end]
    return cleaned.offsets.clean_starts == (0,) and text == cleaned.document.text[start:end] and text == lower(text)


def _place(document: Document, start: int) -> dict[str, Any]:
    """Return the fields of a tag that say where in its file the text at an offset stands."""
    place = document.places[max(0, bisect_right(document.places, start, key=lambda place: place.start) - 1)]
    columns = dict(place.columns) if place.columns else None
    return {"page": place.page, "paragraph": place.paragraph, "sheet": place.sheet, "row": place.row, "columns": columns}


def _without_space(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    if len(inside.strip()) == len(inside):
        return start, end
    return end - len(inside.lstrip()), start + len(inside.rstrip())


def _secondary(probabilities: Floats, labels: Ints, model: Model) -> list[tuple[str, ...]]:
    """Return the themes of each run, other than its label, that are probable enough, the most probable first."""
    enough = probabilities >= model.config.tag.secondary
    enough[np.arange(len(labels)), labels] = False
    enough[:, model.labels.names.index(model.labels.other)] = False
    secondary: list[tuple[str, ...]] = [()] * len(labels)
    for run in np.flatnonzero(enough.any(axis=1)).tolist():
        ranked = sorted(np.flatnonzero(enough[run]).tolist(), key=lambda i: -probabilities[run, i])
        secondary[run] = tuple(model.labels.names[i] for i in ranked)
    return secondary


def _as_in_source(words: Evidence, cleaned: CleanText, span: tuple[int, int], source: str) -> tuple[tuple[str, float], ...]:
    """Return words as they stand in the source: in its own characters, and with what was dropped inside them."""
    inside = cleaned.text[slice(*span)]
    text = lower(inside)
    if text == source:
        return tuple(words)
    found = []
    for word, weight in words:
        at = text.find(word)
        if at >= 0:
            start, end = cleaned.offsets.span(span[0] + at, span[0] + at + len(word))
            found.append((cleaned.document.text[start:end], weight))
    return tuple(found)
