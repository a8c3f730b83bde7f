"""Tag segments: score their sentences in context, find where the theme changes, and say why."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec
import numpy as np

from pipeline.core.records import (
    CleanText,
    Document,
    MadeTags,
    Noise,
    Tag,
    TaggedReport,
    TagGroup,
    TermCount,
)
from pipeline.model.bigrams import Ints
from pipeline.model.decode import Runs
from pipeline.model.features import Floats, Rows
from pipeline.model.model import Model
from pipeline.model.score import LONGEST_REPORT, Scored, score_segments
from pipeline.model.tagged import OffsetRuns, PredictedRuns, PredictedTags, SegmentWindow, place, placed
from pipeline.preprocess.long import LongText
from pipeline.preprocess.segments import NO_SEGMENTS, Segments, joined

# Segments scored at once, and the characters from the first to the last of them: a product large enough to be fast, small enough to
# bound memory.
WINDOW, CHARACTERS = LONGEST_REPORT, 2**18
DIGITS = 4
_SHARE_BITS = 24  # words whose shares are the same in this many bits weigh the same


def tag_segments(cleaned: CleanText | LongText, several: Iterable[Segments], model: Model) -> Iterator[TagGroup]:
    """Yield the tags of a report's segments in groups, in source order, numbered from 0, with what was set aside among them.

    The segments come some at a time. One becomes one tag, or several where its theme changes. Memory is bounded by a window of
    segments, and the tags do not depend on the size of the window.
    """
    number = 0
    for part in _windows(cleaned, several, WINDOW):
        (tags,) = _tag_parts([msgspec.structs.replace(part, number=number)], model)
        yield tags
        number += len(tags)


def tag_together(reports: Iterable[tuple[CleanText, Segments]], model: Model) -> list[TagGroup]:
    """Return the tags of some small reports, a group for each, the same as of each alone; scoring them at once is faster."""
    parts = [
        SegmentWindow(cleaned, segments, 0, len(segments), _in_order(cleaned.noise, segments.symbols), is_whole=True)
        for cleaned, segments in reports
    ]
    return list(_tag_parts(parts, model))


def with_noise(report: TaggedReport, model: Model) -> TaggedReport:
    """Return a report among whose tags stands what was set aside, as tags of no theme with the reason in ``noise``."""
    return TaggedReport(report.document, (_mixed(group, report.document, model) for group in report.groups))


def _mixed(group: TagGroup, document: Document, model: Model) -> MadeTags:
    tags = sorted([*group, *_noise_tags(document, group.noise, model)], key=lambda tag: tag.start)
    return MadeTags(tuple(tags), group.noise, group.outline, group.terms)


def _noise_tags(document: Document, noise: Iterable[Noise], model: Model) -> Iterator[Tag]:
    for span in noise:
        yield Tag(
            document.source, -1, span.start, span.end, document.text[span.start : span.end], "", model.labels.other, 1.0,
            {}, (), False, (), model.signature, noise=span.reason,
            **(place(document, span.start) if document.places else {}),
        )  # fmt: skip


def _windows(cleaned: CleanText | LongText, several: Iterable[Segments], size: int) -> Iterator[SegmentWindow]:
    """Yield ``size`` segments at a time, or fewer that are long, with one more on each side; noise goes with its window."""
    waiting, held, before = _in_order(cleaned.noise), NO_SEGMENTS, 0
    for some in several:
        held = joined([held, some])
        waiting = _in_order(waiting, some.symbols) if some.symbols else waiting
        while len(held) > (last := _window_end(held, before, size)):
            following = cleaned.offsets.to_source(int(held.sentences[held.firsts[last], 0]))
            count = bisect_left(waiting, following, key=_start)
            own, waiting = waiting[:count], waiting[count:]
            yield SegmentWindow(*_at_hand(cleaned, held.part(0, last + 1)), before, last, own, is_whole=False)
            held, before = held.part(last - 1, len(held)), 1
    yield SegmentWindow(*_at_hand(cleaned, held), before, len(held), waiting, is_whole=not before)


def _window_end(held: Segments, before: int, size: int) -> int:
    """Return the place behind the last segment of a window, which has no more than CHARACTERS, or one segment.

    A report that takes something from itself as a whole is scored at once, however long its sentences are.
    """
    sentences, firsts = held.sentences, held.firsts
    is_short = before >= len(held) or sentences[-1, 1] - sentences[firsts[before], 0] <= CHARACTERS
    if is_short or (not before and len(sentences) <= LONGEST_REPORT):
        return before + size
    starts = sentences[:, 0].take(firsts)
    fitting = int(starts.searchsorted(starts[before] + CHARACTERS, side="right")) - 1
    return min(before + size, max(fitting, before + 1))


def _at_hand(cleaned: CleanText | LongText, segments: Segments) -> tuple[CleanText, Segments]:
    """Return some segments with the clean text that they stand in: of a long one they have a part of their own."""
    if isinstance(cleaned, CleanText):
        return cleaned, segments
    start, end = (int(segments.sentences[0, 0]), int(segments.sentences[-1, 1])) if len(segments) else (0, 0)
    return cleaned.part(start, end), msgspec.structs.replace(segments, sentences=segments.sentences - start)


def _in_order(*noise: Sequence[Noise]) -> tuple[Noise, ...]:
    return tuple(sorted(chain.from_iterable(noise), key=_start)) if any(noise) else ()


def _start(span: Noise) -> int:
    return span.start


def _tag_parts(parts: Sequence[SegmentWindow], model: Model) -> list[PredictedTags | MadeTags]:
    """Return the tags of some parts, scored together."""
    if not any(len(part.segments) for part in parts):
        return [MadeTags((), part.noise) for part in parts]
    scored = score_segments([(part.cleaned.text, part.segments, part.is_whole) for part in parts], model)
    runs, firsts = scored.runs, np.array(scored.layout.firsts)
    all_bounds = runs.segments.searchsorted([*scored.layout.firsts, len(scored.layout.kinds)])
    spans, in_source, ways = placed([part.cleaned for part in parts], np.diff(all_bounds), scored.clean_spans())
    judged = _judge(scored, spans, in_source, model)
    owned = runs.segments.searchsorted([firsts + [part.first for part in parts], firsts + [part.last for part in parts]])
    totals = np.zeros((2, scored.terms.shape[1] + 1), np.int64)
    scored.terms.cumsum(axis=1, out=totals[:, 1:])
    totals = totals.take(np.append(runs.firsts, scored.terms.shape[1]).take(owned), axis=1)
    counts = (totals[:, 1] - totals[:, 0]).T.tolist()
    each = zip(parts, owned.T.tolist(), scored.layout.firsts, ways, counts, strict=True)
    return [
        _tags(part, judged.part(start, end, first), way, TermCount(*count), model) for part, (start, end), first, way, count in each
    ]


def _tags(part: SegmentWindow, judged: PredictedRuns, runs: OffsetRuns, terms: TermCount, model: Model) -> PredictedTags:
    """Return the tags of a part, more of them for review where it is a whole report of words that the model hardly knows.

    A report of more than LONGEST_REPORT sentences stays as it is, so that tags do not depend on the parts that it is scored in.
    """
    if (
        model.drifted is not None
        and part.is_whole
        and model.drifted.holds(terms.terms, terms.unknown)
        and len(part.segments.sentences) <= LONGEST_REPORT
    ):
        judged = msgspec.structs.replace(judged, review=judged.review | (judged.scores < model.drifted.threshold))
        terms = TermCount(terms.terms, terms.unknown, is_drifted=True)
    return PredictedTags(part, judged, runs, terms, model)


def _judge(scored: Scored, spans: Ints, in_source: Ints, model: Model) -> PredictedRuns:
    """Return all runs, which stand in these spans, with their probabilities and strongest words, worked out for all at once."""
    probabilities = model.probabilities(scored.runs.scores)
    labels = probabilities.argmax(axis=1)
    rounded = probabilities.round(DIGITS)
    words, shares = _strongest_words(scored.runs, labels, scored.rows, model)
    scores = rounded[np.arange(len(labels)), labels]
    return PredictedRuns(
        scored.runs.segments,
        spans,
        in_source,
        labels,
        rounded,
        scores,
        scores < model.thresholds.take(labels),
        _secondary(rounded, labels, model),
        words,
        shares.round(DIGITS),
    )


def _strongest_words(runs: Runs, labels: Ints, rows: Rows, model: Model) -> tuple[Ints, Floats]:
    """Return the columns of the words that weighed most for the label of each run, and their shares of its score.

    Both have the shape (runs, words wanted), the strongest first; -1 is no word.
    """
    wanted = model.config.tag.evidence
    if model.compiled is not None:
        return model.compiled.strongest(runs.firsts, runs.lasts, labels, rows, wanted)
    run, column, share = _shares(runs, labels, rows, model)
    ranks = _ranked(run, share)
    rank = np.arange(len(run)) - np.searchsorted(run, np.arange(len(labels) + 1)).take(run)
    best = np.flatnonzero(rank < wanted)  # the runs stay in order when their words are ranked
    columns, shares = np.full((len(labels), wanted), -1), np.zeros((len(labels), wanted))
    columns[run.take(best), rank.take(best)] = column.take(ranks.take(best))
    shares[run.take(best), rank.take(best)] = share.take(ranks.take(best))
    return columns, shares


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
    scaled = (share * (1 << _SHARE_BITS)).astype(np.int64)
    return _order((run << int(scaled.max(initial=0)).bit_length()) | (scaled.max(initial=0) - scaled))


def _order(keys: Ints) -> Ints:
    """Return the stable order of whole numbers: with their places behind them they can be sorted as such, which is faster."""
    place_bits = len(keys).bit_length()
    if place_bits + int(keys.max(initial=0)).bit_length() > 63:
        return np.argsort(keys, kind="stable")
    placed = (keys << place_bits) | np.arange(len(keys))
    placed.sort()
    return np.asarray(placed & ((1 << place_bits) - 1))


def _secondary(probabilities: Floats, labels: Ints, model: Model) -> list[tuple[str, ...]]:
    """Return the themes of each run, other than its label, that are probable enough, the most probable first."""
    names = model.labels.names
    enough = probabilities >= model.config.tag.secondary
    enough[np.arange(len(labels)), labels] = False
    enough[:, names.index(model.labels.other)] = False
    secondary: list[tuple[str, ...]] = [()] * len(labels)
    runs, themes = np.nonzero(enough)
    order = np.lexsort((-probabilities[runs, themes], runs))  # stable: of themes that are as probable the first comes first
    for run, theme in zip(runs.take(order).tolist(), themes.take(order).tolist(), strict=True):
        secondary[run] += (names[theme],)
    return secondary
