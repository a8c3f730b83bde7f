"""Runs that have been judged as tags: made as records or as JSON lines, whichever is asked for.

A JSON line is what most tags become, and a record costs as much as a fifth of all the rest; so it is made for those who ask for it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
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
_START = attrgetter("start")
_BEHIND = np.array([0, 1])  # from the first and last character of a span to where it begins and ends


class SegmentWindow(msgspec.Struct, frozen=True):
    """Side-by-side segments of a report, with one more on each side, whose sentences are context only.

    ``noise`` stands among them, ``is_whole`` tells whether they are all segments of the report, and ``number`` is that of the
    first tag.
    """

    cleaned: CleanText
    segments: Segments
    first: int
    last: int
    noise: tuple[Noise, ...]
    is_whole: bool
    number: int = 0


class PredictedRuns(msgspec.Struct, frozen=True):
    """Runs of some reports: segment, span, label, probabilities and other themes of each, and its strongest words.

    The segments count from ``first_segment`` on. ``spans``, which are clean, and ``source_spans`` have the shape (runs, 2),
    ``probabilities`` (runs, labels), ``words`` and ``shares`` (runs, words wanted), where -1 is no word; ``scores`` are the
    probabilities of the labels. All are rounded as shown.
    """

    segments: Ints
    spans: Ints
    source_spans: Ints
    labels: Ints
    probabilities: Floats
    scores: Floats
    review: Flags
    secondary: Sequence[tuple[str, ...]]
    words: Ints
    shares: Floats
    first_segment: int = 0

    def part(self, first: int, last: int, segment: int) -> "PredictedRuns":
        """Return the runs from one to another (exclusive), whose own segments begin with one."""
        own = slice(first, last)
        return PredictedRuns(
            self.segments[own], self.spans[own], self.source_spans[own], self.labels[own], self.probabilities[own],
            self.scores[own], self.review[own], self.secondary[own], self.words[own], self.shares[own], segment,
        )  # fmt: skip


class PredictedTags:
    """The tags of side-by-side runs of one report."""

    def __init__(self, part: SegmentWindow, judged: PredictedRuns, runs: "OffsetRuns", terms: TermCount, model: Model) -> None:
        """Take the part of a report, what was found of it, the way to its source, the count of its terms, and the model."""
        self.noise, self.terms, self._own, self._number = part.noise, terms, (part.first, part.last), part.number
        self._cleaned, self._segments, self._judged, self._offsets, self._model = part.cleaned, part.segments, judged, runs, model

    @property
    def outline(self) -> tuple[OutlineEntry, ...]:
        """The headings among the tags, in source order."""
        segments, (first, last) = self._segments, self._own
        headings = [i for i, level in enumerate(segments.levels[first:last].tolist(), first) if level >= 0]
        if not headings:
            return ()
        starts, levels = segments.sentences[segments.firsts.take(headings), 0].tolist(), segments.levels.take(headings).tolist()
        to_source = self._cleaned.offsets.to_source
        return tuple([OutlineEntry(to_source(start), level) for start, level in zip(starts, levels, strict=True)])

    def __len__(self) -> int:
        """Return the number of the tags."""
        return len(self._judged.labels)

    def __iter__(self) -> Iterator[Tag]:
        """Yield the tags."""
        document, model, judged = self._cleaned.document, self._model, self._judged
        names, signature, headings = model.labels.names, model.signature, self._headings()
        scores, review, labels = judged.scores.tolist(), self._review.tolist(), judged.labels.tolist()
        probabilities, evidence = judged.probabilities.tolist(), self._evidence()
        for i, (start, end) in enumerate(judged.source_spans.tolist()):
            tag = Tag(
                document.source, self._number + i, start, end, document.text[start:end], headings[i], names[labels[i]], scores[i],
                dict(zip(names, probabilities[i], strict=True)), judged.secondary[i], review[i], next(evidence), signature,
            )  # fmt: skip
            yield msgspec.structs.replace(tag, **place(document, start)) if document.places else tag

    def columns(self) -> TagColumns:
        """Return what is counted of the tags."""
        judged = self._judged
        sizes = judged.source_spans[:, 1] - judged.source_spans[:, 0]
        return TagColumns(self._model.labels.names, judged.labels, sizes, judged.scores, self._review)

    @property
    def _review(self) -> Flags:
        """At which runs a person should look: the model is not sure, or what was recognised as their text may be wrong."""
        document, judged = self._cleaned.document, self._judged
        if not document.places or not len(judged.labels):
            return judged.review
        places, starts = document.places, judged.source_spans[:, 0].tolist()
        if not any(there.doubtful for there in places[_place_of(places, starts[0]) : _place_of(places, starts[-1]) + 1]):
            return judged.review
        return np.asarray(judged.review | np.array([place_at(document, start).doubtful for start in starts], bool))

    def json_lines(self) -> bytes:
        """Return the tags as JSON, each on a line."""
        compiled, judged, document = self._model.compiled, self._judged, self._cleaned.document
        if compiled is None or not len(judged.labels):
            return MadeTags(tuple(self)).json_lines()
        from pipeline.model._kernels import Source  # noqa: PLC0415 - may not have been compiled

        encode, runs = msgspec.json.encode, self._offsets
        end = b"\n" if document.places else b"}\n"
        source = Source(
            document.text,
            runs.part_of(self._cleaned.text, judged.spans),
            runs.clean,
            runs.source,
            b'{"source":' + encode(document.source) + b',"segment":',
            b'],"model":' + encode(self._model.signature) + end,
        )
        lines = compiled.scorer.lines(
            source,
            judged.spans - runs.first if runs.first else judged.spans,
            self._number,
            self._headings(encode),
            judged.labels,
            judged.probabilities,
            self._review.view(np.uint8),
            {run: encode(themes) for run, themes in enumerate(judged.secondary) if themes},
            judged.words,
            judged.shares,
        )
        return _with_places(lines, document, judged.source_spans[:, 0].tolist()) if document.places else lines

    def _headings(self, form: Callable[[str], Any] = str) -> list[Any]:
        """Return the headings above each run, in one line, in a form."""
        segments = self._segments
        if not segments.headings:
            return [form("")] * len(self)
        under = segments.under.take(self._judged.segments - self._judged.first_segment).tolist()
        known: dict[int, str] = {}
        lines = {one: form(segments.line_of(one, known)) for one in {*under}}
        return [lines[one] for one in under]

    def _evidence(self) -> Iterator[Evidence]:
        """Yield words and shares of each run as they stand in the source: in its characters, and with what was dropped in them."""
        judged, clean, text = self._judged, self._cleaned.text, self._cleaned.document.text
        spans, places, words = judged.spans.tolist(), judged.source_spans.tolist(), judged.words.tolist()
        for (start, end), (first, last), columns, shares in zip(spans, places, words, judged.shares.tolist(), strict=True):
            own = lower(clean[start:end])
            found = [(self._model.word(column), share) for column, share in zip(columns, shares, strict=True) if column >= 0]
            yield tuple(found if own == text[first:last] else self._as_in_source(found, own, start))

    def _as_in_source(self, words: Evidence | list[tuple[str, float]], own: str, start: int) -> Iterator[tuple[str, float]]:
        """Yield words of a run, with its own text in lower case, as they stand in the source; one that does not is left out."""
        offsets, text = self._cleaned.offsets, self._cleaned.document.text
        for word, share in words:
            at = own.find(word)
            if at >= 0:
                first, last = offsets.span(start + at, start + at + len(word))
                yield text[first:last], share


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fields of a tag that say where in its file it stands, in the order of ``Tag``."""

    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None
    columns: dict[str, str] | None = None
    certainty: float | None = None


def place(document: Document, start: int) -> dict[str, Any]:
    """Return the fields of a tag that say where in its file the text at an offset stands."""
    return msgspec.structs.asdict(_place(place_at(document, start)))


def _place(there: SourceLocation) -> _Place:
    columns = dict(there.columns) if there.columns else None
    return _Place(there.page, there.paragraph, there.sheet, there.row, columns, there.certainty)


def place_at(document: Document, start: int) -> SourceLocation:
    """Return the place in its file where the text at an offset stands; the document has places."""
    return document.places[_place_of(document.places, start)]


def _place_of(places: Sequence[SourceLocation], start: int) -> int:
    return max(0, bisect_right(places, start, key=_START) - 1)


def _with_places(lines: bytes, document: Document, starts: Sequence[int]) -> bytes:
    """Return JSON lines, none of which has its end, with where in its file the text at their offsets stands."""
    encode, places = msgspec.json.Encoder().encode, document.places
    made, number = [], _place_of(places, starts[0])
    for line, start in zip(lines.split(b"\n"), starts, strict=False):  # the last one is empty
        while number + 1 < len(places) and places[number + 1].start <= start:
            number += 1
        fields = encode(_place(places[number]))
        made.append(line + (b"," if len(fields) > len(b"{}") else b"") + fields[1:])
    return b"\n".join([*made, b""])


class OffsetRuns(msgspec.Struct, frozen=True):
    """Where a part of a clean text, from ``first`` on, stands in the source: runs of characters, by their first offsets in both.

    ``clean`` ones are counted from ``first``.
    """

    first: int
    clean: Ints
    source: Ints

    def spans_in_source(self, spans: Ints) -> Ints:
        """Return where spans of the clean text, of shape (spans, 2), lie in the source."""
        places = spans - self.first - _BEHIND
        runs = self.clean.searchsorted(places, side="right") - 1
        return np.asarray(self.source.take(runs) + places - self.clean.take(runs) + _BEHIND)

    def part_of(self, text: str, spans: Ints) -> str:
        """Return the part of the clean text with the last of its spans."""
        return text[self.first : int(spans[-1, 1])] if self.first else text


_NOT_MOVED = np.zeros(1, np.int64)
_UNCHANGED = OffsetRuns(0, _NOT_MOVED, _NOT_MOVED)


def placed(texts: Sequence[CleanText], counts: Ints, spans: Ints) -> tuple[Ints, Ints, list[OffsetRuns]]:
    """Return spans of some clean texts without the white space at their ends, where they lie in the sources, and the ways there.

    ``counts`` tells how many of the spans, of shape (spans, 2), are of each text.
    """
    spans = _trimmed([one.text for one in texts], counts, spans)
    in_source, runs, end = spans.copy(), [], 0
    for one, count in zip(texts, counts.tolist(), strict=True):
        start, end = end, end + count
        is_unchanged = one.offsets.source_starts == (0,) or not count
        runs.append(_UNCHANGED if is_unchanged else _runs_in(one.offsets, spans[start:end]))
        if not is_unchanged:
            in_source[start:end] = runs[-1].spans_in_source(spans[start:end])
    return spans, in_source, runs


def _runs_in(offsets: OffsetMap, spans: Ints) -> OffsetRuns:
    """Return the way to the source from some spans of a clean text, in order."""
    first = int(spans[0, 0])
    part = offsets.part(first, int(spans[-1, 1]))
    return OffsetRuns(first, np.array(part.clean_starts, np.int64), np.array(part.source_starts, np.int64))


def _trimmed(texts: Sequence[str], counts: Ints, spans: Ints) -> Ints:
    """Return spans of texts without the white space at their ends; one that holds nothing else stays as it is."""
    if (compiled := scans()) is None:
        return trimmed(texts, counts, spans)
    spans = spans.copy()
    compiled.trim(list(texts), counts, spans)
    return spans


def trimmed(texts: Sequence[str], counts: Ints, spans: Ints) -> Ints:
    """Do the same: the reference of the compiled loop."""
    spans = spans.copy()
    owners = np.arange(len(texts)).repeat(counts).tolist()
    for i, (owner, (start, end)) in enumerate(zip(owners, spans.tolist(), strict=True)):
        inside = texts[owner][start:end]
        if inside and not inside.isspace():
            spans[i] = end - len(inside.lstrip()), start + len(inside.rstrip())
    return spans
