"""Runs that have been judged as tags: made as records or as JSON lines, whichever is asked for.

A JSON line is what most tags become, and a record costs as much as a fifth of all the rest; so it is made for those who ask for it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from pipeline.core.records import (
    CleanText,
    Document,
    MadeTags,
    Noise,
    OffsetMap,
    OutlineEntry,
    SourceLocation,
    Tag,
    TagColumns,
    TermCount,
)
from pipeline.model.bigrams import Ints
from pipeline.model.features import Flags, Floats, lower
from pipeline.model.model import Model
from pipeline.preprocess.characters import scans
from pipeline.preprocess.segments import Segments

Evidence = tuple[tuple[str, float], ...]
_START = np.zeros(1, np.int64)
_BEHIND = np.array([0, 1])  # from the first and last character of a span to where it begins and ends


class PredictedRuns(msgspec.Struct, frozen=True):
    """Runs of some reports: segment, clean span, label, probabilities and other themes of each, and its strongest words.

    ``spans`` has the shape (runs, 2), ``probabilities`` (runs, labels), ``words`` and ``shares`` (runs, words wanted),
    where -1 is no word; ``scores`` are the probabilities of the labels. Figures are rounded as shown.
    """

    segments: Ints
    spans: Ints
    labels: Ints
    probabilities: Floats
    scores: Floats
    review: Flags
    secondary: Sequence[tuple[str, ...]]
    words: Ints
    shares: Floats

    def part(self, first: int, last: int, segment: int) -> "PredictedRuns":
        """Return the runs from one to another (exclusive), their segments counted from one on."""
        own = slice(first, last)
        return PredictedRuns(
            self.segments[own] - segment, self.spans[own], self.labels[own], self.probabilities[own], self.scores[own],
            self.review[own], self.secondary[own], self.words[own], self.shares[own],
        )  # fmt: skip


class PredictedTags:
    """The tags of side-by-side runs of one report, numbered from ``number`` on."""

    def __init__(
        self,
        cleaned: CleanText,
        segments: Segments,
        own: tuple[int, int],
        judged: PredictedRuns,
        terms: TermCount,
        model: Model,
        number: int = 0,
        noise: tuple[Noise, ...] = (),
    ) -> None:
        """Take the report, segments, which of them are tagged, their runs, the count of their terms, the model and the noise."""
        self.noise, self.terms, self._own = noise, terms, own
        self._cleaned, self._segments, self._judged, self._model, self._number = cleaned, segments, judged, model, number
        self._spans = _trimmed(cleaned.text, judged.spans)
        self._first = int(self._spans[0, 0]) if len(self._spans) else 0
        self._last = int(self._spans[-1, 1]) if len(self._spans) else 0
        self._map = _map_from(cleaned.offsets, self._first, self._last)
        self._source_spans = self._map.spans_in_source(self._spans - self._first)

    @property
    def outline(self) -> tuple[OutlineEntry, ...]:
        """The headings among the tags, in source order."""
        segments, (first, last), to_source = self._segments, self._own, self._cleaned.offsets.to_source
        headings = np.flatnonzero(segments.levels[first:last] >= 0) + first
        starts, levels = segments.sentences[segments.firsts.take(headings), 0].tolist(), segments.levels.take(headings).tolist()
        return tuple([OutlineEntry(to_source(start), level) for start, level in zip(starts, levels, strict=True)])

    def __len__(self) -> int:
        """Return the number of the tags."""
        return len(self._spans)

    def __iter__(self) -> Iterator[Tag]:
        """Yield the tags."""
        document, model, judged = self._cleaned.document, self._model, self._judged
        names, signature, headings = model.labels.names, self._signature, self._headings()
        scores, review, labels = judged.scores.tolist(), self._review.tolist(), judged.labels.tolist()
        for i, (start, end) in enumerate(self._source_spans.tolist()):
            text = document.text[start:end]
            tag = Tag(
                document.source, self._number + i, start, end, text, headings[i], names[labels[i]], scores[i],
                dict(zip(names, judged.probabilities[i].tolist(), strict=True)), judged.secondary[i], review[i],
                self._evidence(i, text), signature,
            )  # fmt: skip
            yield msgspec.structs.replace(tag, **place(document, start)) if document.places else tag

    def columns(self) -> TagColumns:
        """Return what is counted of the tags."""
        judged, sizes = self._judged, self._source_spans[:, 1] - self._source_spans[:, 0]
        return TagColumns(self._model.labels.names, judged.labels, sizes, judged.scores, self._review)

    @cached_property
    def _review(self) -> Flags:
        """At which runs a person should look: the model is not sure, or what was recognised as their text may be wrong."""
        document, review = self._cleaned.document, self._judged.review
        if not document.places or not any(there.doubtful for there in document.places):
            return review
        starts = self._source_spans[:, 0].tolist()
        return np.asarray(review | np.array([place_at(document, start).doubtful for start in starts], bool))

    def json_lines(self) -> bytes:
        """Return the tags as JSON, each on a line."""
        compiled, judged, document = self._model.compiled, self._judged, self._cleaned.document
        if compiled is None or document.places:
            return MadeTags(tuple(self)).json_lines()
        from pipeline.model._kernels import Source  # noqa: PLC0415 - may not have been compiled

        encode = msgspec.json.encode
        source = Source(
            document.text,
            self._cleaned.text[self._first : self._last],
            self._map.clean,
            self._map.source,
            b'{"source":' + encode(document.source) + b',"segment":',
            b'],"model":' + encode(self._signature) + b"}\n",
        )
        return compiled.scorer.lines(
            source,
            self._spans - self._first,
            self._number,
            self._headings(encode),
            judged.labels,
            judged.probabilities,
            judged.review.view(np.uint8),
            {run: encode(themes) for run, themes in enumerate(judged.secondary) if themes},
            judged.words,
            judged.shares,
        )

    @property
    def _signature(self) -> str:
        return f"{self._model.name} {self._model.version}"

    def _headings(self, form: Callable[[str], Any] = str) -> list[Any]:
        """Return the headings above each run, in one line, in a form."""
        segments = self._segments
        under = segments.under.take(self._judged.segments).tolist()
        known: dict[int, str] = {}
        lines = {one: form(segments.line_of(one, known)) for one in {*under}}
        return [lines[one] for one in under]

    def _evidence(self, run: int, source: str) -> Evidence:
        """Return words and shares of a run as they stand in the source: in its characters, and with what was dropped in them."""
        shares, judged = self._judged.shares[run].tolist(), self._judged
        start, end = self._spans[run].tolist()
        text, offsets = lower(self._cleaned.text[start:end]), self._cleaned.offsets
        found: list[tuple[str, float]] = []
        for column, share in zip(judged.words[run].tolist(), shares, strict=True):
            if column < 0:
                break
            word = self._model.word(column)
            at = 0 if text == source else text.find(word)
            if at >= 0:
                first, last = offsets.span(start + at, start + at + len(word))
                found.append((word if text == source else self._cleaned.document.text[first:last], share))
        return tuple(found)


def place(document: Document, start: int) -> dict[str, Any]:
    """Return the fields of a tag that say where in its file the text at an offset stands."""
    there = place_at(document, start)
    columns = dict(there.columns) if there.columns else None
    return {
        "page": there.page, "paragraph": there.paragraph, "sheet": there.sheet, "row": there.row, "columns": columns,
        "certainty": there.certainty,
    }  # fmt: skip


def place_at(document: Document, start: int) -> SourceLocation:
    """Return the place in its file where the text at an offset stands; the document has places."""
    return document.places[max(0, bisect_right(document.places, start, key=lambda place: place.start) - 1)]


class _Map(msgspec.Struct, frozen=True):
    """Where a part of a clean text stands in the source: runs of characters, by their first offsets in both."""

    clean: Ints
    source: Ints

    def spans_in_source(self, spans: Ints) -> Ints:
        """Return where spans of the part, of shape (spans, 2), lie in the source."""
        if len(self.clean) == 1:
            return np.asarray(spans + self.source)
        places = spans - _BEHIND
        runs = np.searchsorted(self.clean, places, side="right") - 1
        return np.asarray(self.source.take(runs) + places - self.clean.take(runs) + _BEHIND)


def _map_from(offsets: OffsetMap, first: int, last: int) -> _Map:
    """Return the map of a clean span."""
    if len(offsets.clean_starts) == 1:  # nothing was dropped, as in most texts
        return _Map(_START, np.array([offsets.to_source(first)]))
    part = offsets.part(first, last)
    return _Map(np.array(part.clean_starts, np.int64), np.array(part.source_starts, np.int64))


def _trimmed(text: str, spans: Ints) -> Ints:
    """Return spans without the white space at their ends; one that holds nothing else stays as it is."""
    if (compiled := scans()) is None:
        return trimmed(text, spans)
    spans = spans.copy()
    compiled.trim(text, spans)
    return spans


def trimmed(text: str, spans: Ints) -> Ints:
    """Do the same: the reference of the compiled loop."""
    spans = spans.copy()
    for i, (start, end) in enumerate(spans.tolist()):
        inside = text[start:end]
        if inside and not inside.isspace():
            spans[i] = end - len(inside.lstrip()), start + len(inside.rstrip())
    return spans
