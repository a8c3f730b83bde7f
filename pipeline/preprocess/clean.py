"""Clean a document: normalise its characters, keep the way back to the source, and set noise aside.

Two kinds of change are made, and nothing else: a character becomes one other character (full-width letters and
digits, traditional characters, odd line ends), or a span is dropped (pinyin glosses, invisible characters, leftover
marks of web editors). So the map to the source stays a short list of runs. Passes repeat until nothing changes, which
makes cleaning twice the same as cleaning once.

Traditional characters are converted by OpenCC, the reference for this task (Apache 2.0, wheels for all systems): it
runs at over 100 MB/s, knows phrases, and here keeps the length of the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import accumulate, chain, starmap
from operator import add, attrgetter, sub
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import CleanConfig
from pipeline.core.records import KINDS, NO_LEVEL, BodyLines, CleanText, Document, Mark, Noise, OffsetMap
from pipeline.preprocess.characters import CODE_POINTS, kinds_of, places, spans_around
from pipeline.preprocess.frame import find_frame
from pipeline.preprocess.headings import BESIDE, CIRCLED
from pipeline.preprocess.lines import Lines, Wrapping, broken_ends, find_lines, join_lines, spans_of, wrapping_of
from pipeline.preprocess.noise import find_noise

if TYPE_CHECKING:
    from opencc import OpenCC

Span = tuple[int, int]

_FULL_WIDTH = {code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)}
_LINE_ENDS = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), "\n")
# Half of a pair, which only a damaged text holds and no encoder takes.
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_HALF_WIDTH = {0xFF61: "。", 0xFF64: "、"}
_ONE_TO_ONE = _FULL_WIDTH | _HALF_WIDTH | _LINE_ENDS | _SURROGATES

_INVISIBLE_CODES = (
    (0x00, 0x08), (0x0E, 0x1B), (0x1F, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xE000, 0xF8FF), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFD),
)  # fmt: skip
_INVISIBLE = "\r(?=\n)|[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE_CODES) + "]+"
_WEB_MARK = r"##[A-Za-z][A-Za-z0-9_-]{2,30}##"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ\u0300\u0301\u0304\u030c"
_SYLLABLE = f"[a-zü{_TONED}]{{1,8}}"
_GLOSS = rf"(?<=[\u3400-\u9fff])[(（](?={_SYLLABLE}[)）])[a-zü]*[{_TONED}]{_SYLLABLE[:-5]}{{0,7}}[)）]"
_DROPPED = f"{_INVISIBLE}|{_WEB_MARK}|{_GLOSS}"  # compiled where a text holds a suspect, which is rare
# Glosses of the neutral tone, as in 们(men), are told from real brackets by the company they keep.
_NEUTRAL_GLOSS = r"(?<=[\u3400-\u9fff])[(（](?:de|di|le|zi|zhe|men|ge|me|ma|ne|ba|a|guo|shang|xia|li|qu|lai)[)）]"
_GLOSSES_BEFORE_NEUTRAL = 3
# Three characters or more with a space between each two are one word to a reader: 宣 传 工 作.
_MARKS = "，。、；：！？“”《》（）"
_SIGN = f"[\u3400-\u9fff{_MARKS}]"
_SPACES = " \u3000\xa0"
_SPACED = rf"[{_SPACES}]+(?<=[\u3400-\u9fff][{_SPACES}]){_SIGN}(?:[{_SPACES}]+{_SIGN}){{2,}}(?![\u3400-\u9fff])"

# A full stop that was typed as a point, in a text without any other; behind the figure of an item it is none.
_FIGURE = "[一二三四五六七八九十]"
_POINT = (
    rf"(?<=[\u3400-\u9fff”》）)])(?<!\b{_FIGURE})(?<!\b{_FIGURE}{_FIGURE})[.．]"
    rf"(?=[\u3400-\u9fff“《（({CIRCLED}]|\d{{1,2}}[.、．)）](?!\d)|\s|$)"
)
# Taiwan writes 著 for 着, which OpenCC leaves as it is: behind verbs, and before what makes one word with it.
_TAIWAN = (
    "(?<=[看听聽说說走跑坐站拿带帶随隨沿沉朝向往冒顺順为為对對跟按凭憑趁借藉有存怀懷抱守伴围圍绕繞牵牽握捧扛背穿戴睡躺活等盼想念爱愛急试試"
    "味志誌徵征执執衣附胶膠横橫挂掛写寫唱笑哭望接照放开開忙靠充展激隐隱洋闪閃流飘飄承载載引领領倚住])著(?![作名述称稱书書录錄者])"
    "|(?<![显顯原名卓专專编編昭土论論拙巨遗遺译譯合新撰所大公])著(?=[手力重眼陆陸落急实實想装裝色火迷凉涼魔])"
)

# What may have to be done about a character. Most reports need none of the slower passes, and one sweep tells.
# traditional.txt holds the characters that OpenCC converts, alone or, of those in common use (坏 沈 瞭 藉 覆), in phrases.
_REPLACED, _TRADITIONAL, _INVISIBLE_KIND, _OPENS, _OPENED, _SPACE, _BREAK, _RETURN = (2**i for i in range(8))


class _Kinds(msgspec.Struct, frozen=True):
    """What may have to be done about ``each`` character, and about any: the kinds that were ``found`` at all."""

    each: NDArray[np.uint8]
    found: int


_AT_ONCE = 2**18  # characters that are converted at once, so that memory stays bounded
_UNCHANGED = OffsetMap((0,), (0,))
_ROWS = ("row", "record")  # kinds of marks
_START = attrgetter("start")
_INK = re.compile(r"\S+")


def clean(document: Document, options: CleanConfig) -> CleanText:
    """Return the cleaned text of a document with its body lines, the noise set aside and the map to the source."""
    return clean_together([document], options)[0]


def clean_together(documents: Sequence[Document], options: CleanConfig) -> list[CleanText]:
    """Return of each of some documents what ``clean`` does: all at once, which is faster where they are small."""
    unchanged = _are_unchanged([document.text for document in documents], options.simplify)
    normal = [_normalised(document, options, same) for document, same in zip(documents, unchanged, strict=True)]
    lines = find_lines([text for text, _ in normal])
    return [_cleaned(document, *texts, own) for document, texts, own in zip(documents, normal, lines, strict=True)]


def _normalised(document: Document, options: CleanConfig, unchanged: bool) -> tuple[str, OffsetMap]:
    marks = document.marks
    syntax = [(mark.start, mark.end) for mark in marks if mark.kind == "syntax"] if marks else ()
    is_plain = unchanged and not syntax and not _odd_forms(document.text, options.simplify)
    return (document.text, _UNCHANGED) if is_plain else normalise(document.text, options.simplify, syntax)


def normal_stretch(text: str, simplify: bool) -> tuple[str, OffsetMap]:
    """Return whole lines of a text normalised as in the whole of it, which has a full stop and no glosses."""
    is_plain = _are_unchanged([text], simplify)[0] and not _odd_forms(text, simplify, has_stops=True)
    return (text, _UNCHANGED) if is_plain else normalise(text, simplify, has_stops=True)


def _are_unchanged(texts: Sequence[str], simplify: bool) -> list[bool]:
    """Tell which texts are normal as they are, as most are: one pass over all of them finds the others."""
    joined = "\n".join(texts)
    kinds = _kinds(joined)
    if kinds.found & (_REPLACED | _RETURN):
        return [_are_unchanged([text], simplify)[0] for text in texts] if len(texts) > 1 else [False]
    converted = _simplified(joined, kinds) if simplify and kinds.found & _TRADITIONAL else joined
    spans = _dropped_spans(joined, kinds)
    if not spans and converted == joined:
        return [True] * len(texts)
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    dropped = {bisect_right(starts, start) - 1 for start, _ in spans}
    return [i not in dropped and converted.startswith(text, starts[i]) for i, text in enumerate(texts)]


def _cleaned(document: Document, text: str, offsets: OffsetMap, lines: Lines) -> CleanText:
    """Return a normalised document with its broken lines joined and its noise set aside."""
    marks = _placed_marks(document, offsets)
    before, wrapping = offsets, wrapping_of(text, lines)
    text, offsets, lines = joined(text, offsets, lines, wrapping, frozenset([place for place, _ in marks]))
    marks = marks if offsets is before else _placed_marks(document, offsets)
    found = _noise(document, text, lines, offsets, marks)
    columns = lines.columns
    if frame := find_frame(text, columns, found):
        columns = columns.copy()
        columns[2, [*frame]] = [*frame.values()]
    body, noise = set_aside(document.text, len(text), columns, found, offsets)
    return CleanText(document, text, offsets, _body_lines(body, marks), noise)


def _placed_marks(document: Document, offsets: OffsetMap) -> list[tuple[int, Mark]]:
    """Return what a reader has marked, but for syntax, with the clean offset of its first character."""
    if not document.marks:
        return []
    marks = [mark for mark in document.marks if mark.kind != "syntax"]
    return [(mark.start if offsets is _UNCHANGED else offsets.to_clean(mark.start), mark) for mark in marks]


def set_aside(
    source: str, length: int, lines: NDArray[np.int64], found: dict[int, str], offsets: OffsetMap
) -> tuple[NDArray[np.int64], tuple[Noise, ...]]:
    """Return the columns of the lines that were not ``found`` to be noise, and all that is set aside.

    ``length`` is that of the clean text.
    """
    if not found and length == len(source):  # as in most texts that are short
        return lines, ()
    body, noise = lines, []
    if found:
        is_body = np.ones(lines.shape[1], bool)
        is_body[[*found]] = False
        body = lines[:, is_body]
        spans = zip(*lines[:2, [*found]].tolist(), found.values(), strict=True)
        noise = [Noise(*offsets.span(start, end), reason) for start, end, reason in spans]
    if length < len(source):
        noise += _dropped_lines(source, length, lines, offsets)
    noise.sort(key=_START)
    return body, tuple(noise)


def joined(
    text: str, offsets: OffsetMap, lines: Lines, wrapping: Wrapping | None, marked: frozenset[int] = frozenset()
) -> tuple[str, OffsetMap, Lines]:
    """Return a text that was wrapped so with its broken lines joined, and its lines; where a reader has ``marked`` one begins."""
    broken = broken_ends(text, lines, wrapping, marked) if wrapping or lines.open else ()
    if not broken:
        return text, offsets, lines
    spaced, dropped, lines = join_lines(text, lines, broken)
    kept = list(_kept(dropped, len(text)))
    return "".join([spaced[a:b] for a, b in kept]), _compose(offsets, kept), lines


def normalise(text: str, simplify: bool = True, dropped: Iterable[Span] = (), has_stops: bool = False) -> tuple[str, OffsetMap]:
    """Return the normalised text and its map to ``text``; ``dropped`` are spans that are left out from the start.

    ``has_stops`` tells of a part of a text that a full stop stands elsewhere in the whole.
    """
    offsets = OffsetMap((0,), (0,))
    pending: list[Span] = sorted(dropped)
    while True:
        replaced, kinds = _replace(text, simplify, has_stops)
        spans = _dropped_spans(replaced, kinds)
        spans = sorted([*pending, *spans, *_neutral_glosses(replaced, spans)])
        if not spans and replaced == text:
            return text, offsets
        kept = list(_kept(spans, len(text)))
        text, offsets, pending = "".join(replaced[a:b] for a, b in kept), _compose(offsets, kept), []


def _replace(text: str, simplify: bool, has_stops: bool) -> tuple[str, _Kinds]:
    """Return the text with its characters replaced, and the kinds of the new ones."""
    kinds = _kinds(text)
    if kinds.found & _RETURN and (lone := re.sub("\r(?!\n)", "\n", text)) != text:
        text, kinds = lone, _kinds(lone)
    if kinds.found & _REPLACED:
        spans = spans_around(kinds.each, _REPLACED, _BREAK).tolist()
        text = _rewritten(text, spans, [text[start:end].translate(_ONE_TO_ONE) for start, end in spans])
        kinds = _kinds(text)
    if simplify and kinds.found & _TRADITIONAL:
        simplified = _simplified(text, kinds)
        text, kinds = (text, kinds) if simplified == text else (simplified, _kinds(simplified))
    for form, written in _odd_forms(text, simplify, has_stops):
        text = form.sub(written, text)
        kinds = _kinds(text)
    return text, kinds


def _odd_forms(text: str, simplify: bool, has_stops: bool = False) -> list[tuple[re.Pattern[str], str]]:
    """Return what has to be written otherwise that only the characters around it tell, with how it is written."""
    forms = []
    if not has_stops and "。" not in text and ("." in text or "．" in text) and (point := re.compile(_POINT)).search(text):
        forms.append((point, "。"))
    if simplify and "著" in text:
        taiwan = re.compile(_TAIWAN)
        if any(taiwan.match(text, place) for place in _places_of("著", text)):  # to search for what may stand before takes long
            forms.append((taiwan, "着"))
    return forms


def _places_of(character: str, text: str) -> Iterator[int]:
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


def simplified(text: str) -> str:
    """Return a text of the same length with its traditional characters converted."""
    kinds = _kinds(text)
    return _simplified(text, kinds) if kinds.found & _TRADITIONAL else text


def _simplified(text: str, kinds: _Kinds) -> str:
    """Convert the traditional characters of a text, some lines at a time, so that memory stays bounded."""
    pieces, position, start = [], 0, 0
    while start < len(text):
        end = text.find("\n", start + _AT_ONCE) + 1 or len(text)
        lines = text[start:end]
        if (converted := _simplified_lines(lines, kinds.each[start:end])) != lines:
            pieces += [text[position:start], converted]
            position = end
        start = end
    return "".join([*pieces, text[position:]])


def _simplified_lines(text: str, kinds: NDArray[np.uint8]) -> str:
    """Convert the clauses that hold a traditional character: OpenCC knows no phrase with a sign or the end of a line in it.

    All are converted in one call. Of most texts nothing changes: these characters are traditional in few words only (答覆).
    """
    spans = spans_around(kinds, _TRADITIONAL, _BREAK).tolist()
    old = "\n".join([text[start:end] for start, end in spans])
    return text if (new := _convert(old)) == old else _rewritten(text, spans, new.split("\n"))


def _rewritten(text: str, spans: Iterable[Sequence[int]], written: Iterable[str]) -> str:
    """Return a text with other words in some spans of it."""
    pieces, position = [], 0
    for (start, end), new in zip(spans, written, strict=True):
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])


def _convert(text: str) -> str:
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    single = (_converter().convert(character) for character in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, single, strict=True))


@cache
def _converter() -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415 - loaded when a text is cleaned, not when a command is listed

    return OpenCC("t2s")


def _suspects(kinds: _Kinds) -> list[int]:
    """Return where a span to drop may begin."""
    if not kinds.found & (_INVISIBLE_KIND | _OPENS):
        return []
    suspects = places(kinds.each, _INVISIBLE_KIND | _OPENS)
    following = kinds.each.take(suspects + 1, mode="clip")
    found: list[int] = suspects.compress((kinds.each.take(suspects) & _INVISIBLE_KIND > 0) | (following & _OPENED > 0)).tolist()
    return found


def _kinds(text: str) -> _Kinds:
    """Return of each character what may have to be done about it, in one sweep."""
    return _Kinds(*kinds_of(text, _kind_of()))


@cache
def _kind_of() -> NDArray[np.uint8]:
    """Return the kind of each code point."""
    kinds = np.zeros(CODE_POINTS, np.uint8)
    kinds[list(_ONE_TO_ONE)] = _REPLACED
    kinds[ord("\r")] |= _RETURN | _INVISIBLE_KIND
    for first, last in _INVISIBLE_CODES:
        kinds[first : last + 1] |= _INVISIBLE_KIND
    traditional = (Path(__file__).parent / "traditional.txt").read_text(encoding="utf-8").rstrip("\n")
    kinds[list(map(ord, traditional))] |= _TRADITIONAL
    kinds[list(map(ord, _SPACES))] |= _SPACE
    kinds[list(map(ord, "\n，。、；："))] |= _BREAK
    kinds[list(map(ord, "(（#"))] |= _OPENS
    kinds[list(map(ord, f"#abcdefghijklmnopqrstuvwxyzü{_TONED}"))] |= _OPENED
    return kinds


def _dropped_spans(text: str, kinds: _Kinds) -> list[Span]:
    spans: list[Span] = []
    for place in _suspects(kinds):
        if (not spans or place >= spans[-1][1]) and (match := re.compile(_DROPPED).match(text, place)):
            spans.append(match.span())
    return sorted(spans + spaced) if (spaced := _spaces_in_words(text, kinds)) else spans


def _neutral_glosses(text: str, spans: list[Span]) -> list[Span]:
    """Return the glosses that only the other ``spans`` to drop tell from brackets."""
    if sum(text[start] in "(（" for start, _ in spans) < _GLOSSES_BEFORE_NEUTRAL:
        return []
    return [match.span() for match in re.finditer(_NEUTRAL_GLOSS, text)]


def _spaces_in_words(text: str, kinds: _Kinds) -> list[Span]:
    """Return the spaces between the characters of a word; one character between two spaces raises the suspicion."""
    spaces = places(kinds.each, _SPACE)
    spans: list[Span] = []
    for place in spaces[:-1].compress(spaces[1:] - spaces[:-1] == 2).tolist():
        if (spans and place < spans[-1][1]) or not _is_in_word(text[max(0, place - 1) : place], text[place + 1]):
            continue
        if run := re.compile(_SPACED).match(text, place):
            spans += [match.span() for match in re.compile(f"[{_SPACES}]+").finditer(text, *run.span())]
    return spans


def _is_in_word(before: str, behind: str) -> bool:
    """Tell whether a space with these on its sides may stand within a word, without an expression that takes long to compile."""
    return "\u3400" <= before <= "\u9fff" and ("\u3400" <= behind <= "\u9fff" or behind in _MARKS)


def _kept(dropped: list[Span], length: int) -> Iterator[Span]:
    """Yield what lies between dropped spans, which are sorted and may overlap; an empty one (a space put in) parts nothing."""
    position = 0
    for start, end in dropped:
        if start == end:
            continue
        if start > position:
            yield position, start
        position = max(position, end)
    if position < length:
        yield position, length


def _compose(offsets: OffsetMap, kept: list[Span]) -> OffsetMap:
    """Return the map from the text made of the kept spans to the source that ``offsets`` leads to."""
    runs = list(zip(offsets.clean_starts, offsets.source_starts, strict=True))
    clean_starts, source_starts, clean, run = [], [], 0, 0
    for start, end in kept:
        position = start
        while position < end:
            while run + 1 < len(runs) and runs[run + 1][0] <= position:
                run += 1
            stop = min(end, runs[run + 1][0]) if run + 1 < len(runs) else end
            clean_starts.append(clean)
            source_starts.append(runs[run][1] + position - runs[run][0])
            clean, position = clean + stop - position, stop
    return OffsetMap(tuple(clean_starts), tuple(source_starts)) if kept else OffsetMap((0,), (0,))


def _noise(document: Document, text: str, lines: Lines, offsets: OffsetMap, marks: Sequence[tuple[int, Mark]]) -> dict[int, str]:
    """Return why each line that is noise, by its index, is none of the report: marked by the reader, or by its form.

    The row of a table is noise only where it holds no word: its form says nothing.
    """
    if not document.marks:
        return find_noise([text[start:end] for start, end in lines.spans], lines.doubtful)
    rows = {place for place, mark in marks if mark.kind in _ROWS}
    if rows and not lines.doubtful and _are_rows(document, lines, rows):
        return {}
    texts = [text[start:end] for start, end in lines.spans]
    marked = _marked_noise(document, lines.spans, offsets)
    rest = [i for i in range(len(texts)) if i not in marked]
    doubtful = frozenset(lines.doubtful)
    by_form = find_noise([texts[i] for i in rest], [place for place, i in enumerate(rest) if i in doubtful])
    found = {rest[i]: reason for i, reason in by_form.items() if reason == "symbols" or lines.spans[rest[i]][0] not in rows}
    return dict(sorted((found | marked).items()))


def _are_rows(document: Document, lines: Lines, rows: AbstractSet[int]) -> bool:
    """Tell whether all lines are rows, which begin at the offsets in ``rows``, and none is noise by a mark."""
    return all(start in rows for start, _ in lines.spans) and all(mark.kind != "noise" for mark in document.marks)


def _body_lines(columns: NDArray[np.int64], marks: Sequence[tuple[int, Mark]]) -> BodyLines:
    """Return the lines of the body with what the reader marked at their first character."""
    if not marks:
        return BodyLines(columns)
    at = {place: mark for place, mark in marks if mark.kind != "noise"}
    columns = columns.copy()
    for i, start in enumerate(columns[0].tolist()):
        mark = at.get(start)
        if mark is not None and mark.kind == "heading":
            columns[2, i] = mark.level if columns[2, i] in (NO_LEVEL, BESIDE) else columns[2, i]
        elif mark is not None:
            columns[2, i] = NO_LEVEL
            columns[3, i] = KINDS.index("record" if mark.kind == "record" else "row")
    return BodyLines(columns)


def _marked_noise(document: Document, lines: list[Span], offsets: OffsetMap) -> dict[int, str]:
    """Return the reason of each line, by its index, whose first character lies in a span that the reader marked as noise."""
    marks = sorted((mark for mark in document.marks if mark.kind == "noise"), key=lambda mark: mark.start)
    starts = [mark.start for mark in marks]
    reasons = {}
    for i, line in enumerate(lines if marks else ()):
        first = offsets.to_source(line[0])
        place = bisect_right(starts, first) - 1
        if place >= 0 and first < marks[place].end:
            reasons[i] = marks[place].reason
    return reasons


def _dropped_lines(source: str, length: int, lines: NDArray[np.int64], offsets: OffsetMap) -> Iterator[Noise]:
    """Yield the spans between lines of which only dropped characters are left, so that they are not silently lost.

    ``length`` is that of the clean text. Most texts lose white space only, where lines were joined.
    """
    sizes = map(sub, [*offsets.clean_starts[1:], length], offsets.clean_starts)
    ends = [0, *map(add, offsets.source_starts, sizes)]
    if not any(source[start:end].strip() for start, end in zip(ends, [*offsets.source_starts, len(source)], strict=True)):
        return
    position = 0
    for start, end in chain(starmap(offsets.span, spans_of(lines)), [(len(source), len(source))]):
        for match in () if source[position:start].isspace() else _INK.finditer(source, position, start):
            if re.fullmatch(_WEB_MARK, match[0]):
                yield Noise(*match.span(), "web mark")
            elif not re.fullmatch(_DROPPED, match[0]):
                yield Noise(*match.span(), "syntax")
        position = end
