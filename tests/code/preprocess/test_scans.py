"""The compiled scans over characters give what the arrays give, on any text, and refuse what does not agree."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.core.records import NO_LEVEL, BodyLines, CleanText, Document, OffsetMap
from pipeline.model import tagged
from pipeline.preprocess import characters, headings, lines, noise, segment, segments, sentences, series
from pipeline.read import decode

pytestmark = pytest.mark.compiled
scans = pytest.importorskip("pipeline.preprocess._scans", reason="not compiled; CI installs a compiler")

SIGNS = st.sampled_from(
    "一二第其。！？；：，、“”‘’《》（）()「」【】 \u3000\n\r\t1２.页年月共-—△>备摄图y网①㉑㊿〇●字\x1f\ud800\U00020000"
)
TEXT = st.text(st.one_of(SIGNS, SIGNS, st.characters(categories=None)), max_size=150)


FAULTS = """
import resource
import numpy as np
from pipeline.preprocess._scans import keep_memory

def faults():
    for _ in range(30):
        [np.ones(180_000) for _ in range(4)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

start, before, can = faults(), faults(), keep_memory(2**21, 2**23)
kept = faults()
print(int(can), before - start, faults() - kept)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of GNU is asked, and so are the faults of pages")
def test_freed_memory_is_used_again_and_need_not_be_asked_for():
    done = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    can, before, kept = map(int, done.stdout.split())
    assert not can or kept * 20 < before


def kinds_of_all(text):
    table = sentences._kind_of()
    return np.array([table[ord(character)] for character in text], np.uint16)


@given(TEXT)
def test_kinds_and_places_are_those_of_each_character(text):
    kinds, found = characters.kinds_of(text, sentences._kind_of())
    assert kinds.tolist() == kinds_of_all(text).tolist()
    assert found == np.bitwise_or.reduce(kinds)
    for wanted in (sentences.STOP, sentences.SPACE | sentences.CLOSING, 1 << 15):
        assert characters.places(kinds, wanted).tolist() == np.flatnonzero(kinds & wanted).tolist()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 510, 511, 2000])
def test_as_many_are_counted_as_there_are(kind, size):
    kinds = np.full(size, 5, kind)
    assert (scans.count(kinds, 4), scans.count(kinds, 2)) == (size, 0)
    kinds[::3] = 2
    assert scans.count(kinds, 4) == size - len(range(0, size, 3))


@given(TEXT, st.booleans())
def test_without_the_compiled_sweeps_the_arrays_give_the_same(text, narrow):
    table = sentences._kind_of() if narrow else (sentences._kind_of() & 0xFF).astype(np.uint8)
    expected = characters.kinds_of(text, table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characters, "scans", lambda: None)
        kinds, found = characters.kinds_of(text, table)
        assert (kinds.tolist(), kinds.dtype, found) == (expected[0].tolist(), expected[0].dtype, expected[1])
        assert characters.places(kinds, 5).tolist() == np.flatnonzero(kinds & 5).tolist()


@given(st.lists(st.sampled_from([0, 0, 0, 0, 1, 2, 4, 6]), max_size=80), st.sampled_from([np.uint8, np.uint16]))
@settings(max_examples=500)
@example([0] * 20 + [1] + [0] * 20 + [2, 1, 0, 1, 2, 2, 1], np.uint8)
def test_spans_around_are_those_of_the_arrays(numbers, kind):
    kinds = np.array(numbers, kind)
    found = characters.spans_around(kinds, 1, 2)
    clauses = "".join(map(str, numbers)).replace("6", "2").split("2")
    assert ["".join(map(str, numbers[start:end])) for start, end in found.tolist()] == [some for some in clauses if "1" in some]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characters, "scans", lambda: None)
        assert characters.spans_around(kinds, 1, 2).tolist() == found.tolist()


@given(TEXT)
@settings(max_examples=500)
@example("1234567890" * 16 + "字")
@example("2023年" + "字" * 170 + "摄")
@example("2023-05-06\n2023年5月\n21场\n第3页\n12 / 30页\n12页\n1 ")
def test_lines_are_those_of_the_arrays(text):
    found, expected = lines._with_sweep(text, 7, lines._compiled_looks()), lines.with_arrays(text, 7)
    for name in ("starts", "ends", "doubtful", "opens", "closes"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), name


def test_no_noise_goes_unseen_in_the_reports(root):
    """A line that is not doubtful is no noise by its form, in every report here."""
    for path in sorted((root / "seeds").glob("*/**/*.txt")):
        text = path.read_text(encoding="utf-8")
        (found,) = lines.find_lines([text])
        sure = set(range(len(found.spans))) - set(found.doubtful)
        assert not any(noise.judge(text[slice(*found.spans[i])]) for i in sure), path.name


@st.composite
def passages_of(draw):
    """A text, spans of it in order, and offsets where a sentence begins in any case."""
    text = draw(TEXT)
    offsets = st.integers(0, len(text))
    cuts = sorted(draw(st.lists(offsets, max_size=8)))
    return text, list(zip(cuts[::2], cuts[1::2], strict=False)), sorted(draw(st.lists(offsets, max_size=4)))


@given(passages_of())
@settings(max_examples=800)
@example(("“甲。（乙”丙。）丁。", [(0, 10)], []))
@example(("《甲（乙》丙。）丁。” 戊。。！”己", [(0, 17)], [3]))
@example(("“" + "字" * 80 + "。”", [(0, 83)], []))
@example(("“" + "字" * 79 + "。”", [(0, 82)], []))
@pytest.mark.slow
def test_sentences_are_those_of_the_arrays(given_passages):
    text, bounds, breaks = given_passages
    kinds = sentences.kinds_of(text)
    found = sentences.split_sentences(kinds, bounds, breaks)
    expected = sentences.split_with_arrays(kinds, np.array(bounds, np.int64).reshape(-1, 2), breaks)
    for name in ("starts", "ends", "passages"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), name


LEAD = st.text(st.sampled_from("学习抓好 \u3000。”】）《:!1٣２甲\U00020000"), min_size=1, max_size=30).map(lambda text: f"{text}。")


@given(st.lists(st.one_of(LEAD, TEXT.filter(bool)), min_size=1, max_size=6), st.integers(0, 63))
@settings(max_examples=500)
@example(
    ["抓好学习。", "抓学习。", "字" * 24 + "。”", "字" * 25 + "。", " 抓好学习。）\n", "抓好学习。】", "抓好٣学习。", "。"], 255
)
def test_leads_are_those_of_the_form(pieces, wanted):
    ends = np.cumsum([len(piece) for piece in pieces])
    split = sentences.SentenceSplit(ends - [len(piece) for piece in pieces], ends, np.zeros(len(pieces), np.int64))
    may_be = np.array([wanted >> i & 1 for i in range(len(pieces))], bool)
    expected = segment.are_leads("".join(pieces), split, may_be)
    assert expected.tolist() == [bool(may and headings.is_lead(p.strip())) for p, may in zip(pieces, may_be, strict=True)]
    scans.leads("".join(pieces), split.starts, split.ends, may_be.view(np.uint8), headings.NOT_IN_LEADS, headings.BEHIND_LEADS)
    assert may_be.tolist() == expected.tolist()


SIGNS = st.text(
    st.sampled_from("第上中一二十百章节篇编部分程课是要其首先次再后最、，,：:.．()（）1２٣①⑳㉑㊿〇○●—-☆ 　甲。；”#*_\t|\U00020000"),
    max_size=9,
)


@given(st.lists(SIGNS.map(str.strip).filter(bool), min_size=1, max_size=4), st.sampled_from([segments.TEXT, segments.ROW]))
@example(["# 六个字标题。"], 0)
@settings(max_examples=1500)
@example(
    [
        "第一章分 甲",
        "第十二部分：甲",
        "第 1２ 章 甲",
        "第123节",
        "第1234节",
        "第一部分甲",
        "第二章节",
        "第二章甲",
        "第三节课",
        "第一编",
        "上篇 甲",
        "中部分：",
        "第一，甲",
        "12.3",
        "12.甲",
        "（十二）",
        "(12)甲",
        "一百二十要",
        "——甲。",
        "首先，",
        "甲。”",
    ],
    0,
)
def test_levels_of_lines_are_those_of_their_form(lines, kind):
    text = "\n".join(lines)
    starts = [0, *np.cumsum([len(line) + 1 for line in lines])[:-1].tolist()]
    rows = [[start, start + len(line), NO_LEVEL, kind] for start, line in zip(starts, lines, strict=True)]
    found = np.ascontiguousarray(np.array(rows, np.int64).T)
    scans.levels(text, found, 8)
    levels = [segment._ASKED if line[0] in "#*" else segment.level_of(line, kind, 8) for line in lines]
    expected = [level if len(line) <= 8 else NO_LEVEL for line, level in zip(lines, levels, strict=True)]  # longer ones are none
    assert found[2].tolist() == expected


@given(
    st.lists(
        st.sampled_from(["一、", "（一）", "第一，", "2.", "——", "一是", "甲乙", "。", "。”", "：", " ", "\n", "，"]), max_size=20
    ),
    st.integers(),
)
@settings(max_examples=800)
@example(["。”", "一、", "甲乙", "。", "。”", "一、"], 1)
def test_signs_inside_paragraphs_are_those_of_the_arrays(pieces, wanted):
    text = "".join(pieces)
    kinds = sentences.kinds_of(text)
    ends = [*[i for i, letter in enumerate(text) if letter == "\n"], len(text)]
    paragraphs = np.array([[start and start + 1, end] for start, end in pairwise([0, *ends])])
    is_text = np.array([wanted >> i & 1 for i in range(len(paragraphs))], bool)
    found, numbers = np.empty(len(text), np.int64), (sentences.SIGN_START, sentences.STOP | sentences.COLON | sentences.SPACE)
    count = scans.signs(text, kinds, paragraphs, is_text.view(np.uint8), *numbers, sentences.STOP, sentences.CLOSING, found)
    assert found[:count].tolist() == segment.sign_starts(text, kinds, paragraphs, is_text).tolist()


@pytest.mark.parametrize("change", [{"kinds": 3}, {"paragraphs": [[0, 4]]}, {"paragraphs": [[1, 0]]}, {"is_text": 2}, {"found": 1}])
def test_paragraphs_that_do_not_agree_are_refused(change):
    def call(kinds=4, paragraphs=((0, 2),), is_text=1, found=3):
        room = np.empty(found, np.int64)
        return scans.signs(
            "甲。一", np.zeros(kinds, np.uint16), np.array(paragraphs), np.ones(is_text, np.uint8), 16, 1, 1, 2, room
        )

    assert call() == 0
    with pytest.raises(ValueError, match=r"do not agree|outside the text"):
        call(**change)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([[0], [3], [-3], [0]], "outside"),
        ([[-1], [2], [-3], [0]], "outside"),
        ([[1], [1], [-3], [0]], "outside"),
        ([[0], [2]], "kind"),
    ],
)
def test_lines_outside_a_text_are_refused(lines, message):
    for call in (lambda some: scans.levels("甲乙", some, 9), lambda some: cutter("甲乙").add(some, *room_for(0, 1))):
        with pytest.raises(ValueError, match=message):
            call(np.array(lines))


def cutter(text):
    return scans.Cutter(text, headings.NOT_IN_LEADS, headings.BEHIND_LEADS, series.Series())


def room_for(count, lines):
    """Return what ``Cutter.add`` takes beside lines: so many sentences of one character in one paragraph, and room."""
    given_sentences = np.stack([np.arange(count), np.arange(1, count + 1)], axis=1)
    flags = np.zeros(count, np.int64), np.zeros(count, np.uint8)
    return [given_sentences, *flags, np.empty((4, count + lines), np.int64), np.empty((count + lines, 2), np.int64)]


PIECES = [
    "第一编",
    "第一篇 ",
    "第 2 章",
    "第三节：",
    "上部分",
    "一、",
    "（一）",
    "一是",
    "第三，",
    "——",
    "抓好学习。",
    "甲乙。",
    "”。",
    " ",
    "　",
    "；",
    "|",
    "a",
    "办了十二次。",
]
LEVELS = [*range(-9, 2), 10, 11, 30, 70, 80, 90, 110, 130, 150, 170, 190, 194, 210, 230, 249, 250, 270]
LINE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


@given(
    st.lists(st.tuples(LINE, st.sampled_from(LEVELS), st.integers(0, 2)), min_size=1, max_size=10),
    st.integers(0, 2**16 - 1),
    st.integers(0, 10),
    st.booleans(),
)
@settings(max_examples=1500)
def test_segments_are_those_of_the_reference(lines, firsts, split, moved):
    """Of lines with any levels and kinds, cut anywhere, in several goes, all of the text being at hand or what comes next."""
    text = "\n".join(line for line, *_ in lines)
    cleaned = CleanText(Document("x", text, "0", "utf-8"), text, OffsetMap((0,), (0,)), BodyLines(np.empty((4, 0), np.int64)), ())
    reference, compiled = segment.Cut(cleaned), segment._CompiledCut(cleaned, cutter(text))
    start = 0
    for some in (lines[:split], lines[split:]):
        if moved and start:
            cleaned = CleanText(cleaned.document, text[start:], OffsetMap((0,), (start,)), cleaned.lines, ())
            reference.move(cleaned, start)
            compiled.move(cleaned, start)
            start = 0
        rows, spans, paragraphs = [], [], []
        for line, level, kind in some:
            rows.append([start, start + len(line), level, kind])
            if level == NO_LEVEL:
                ends = [0, *[i + 1 for i, letter in enumerate(line[:-1]) if letter in "。；"], len(line)]
                spans += [(start + first, start + last) for first, last in pairwise(ends)]
                paragraphs += [len(rows) - 1] * (len(ends) - 1)
            start += len(line) + 1
        is_first = [bool(firsts >> i % 16 & 1) and some[number][2] == segments.TEXT for i, number in enumerate(paragraphs)]
        begins = [number != before for before, number in pairwise([-1, *paragraphs])]
        passages = segment.Passages(
            np.array(spans, np.int64).reshape(-1, 2),
            np.array(paragraphs, np.int64),
            np.array(is_first, bool) | np.array(begins, bool),
        )
        given_lines = np.ascontiguousarray(np.array(rows, np.int64).reshape(-1, 4).T)
        found, expected = compiled.add(given_lines, passages), reference.add(given_lines, passages)
        assert (list(found), list(found.symbols)) == (list(expected), list(expected.symbols))
        assert (list(found.headings), list(found.parents)) == (list(expected.headings), list(expected.parents))


def each_of(texts=("甲乙", "丙"), **changed):
    """Return what ``Cutter.add_each`` takes of two texts, each of one line with one sentence, some of it changed."""
    taken = {
        "texts": list(texts),
        "goes_on": np.zeros(2, np.uint8),
        "lines": np.array([[0, 0], [2, 1], [NO_LEVEL] * 2, [0, 0]]),
        "line_bounds": np.array([0, 1, 2]),
        "given": np.array([[0, 2], [0, 1]]),
        "paragraphs": np.array([0, 1]),
        "is_first": np.ones(2, np.uint8),
        "bounds": np.array([0, 1, 2]),
        "segments": np.empty((4, 4), np.int64),
        "sentences": np.empty((4, 2), np.int64),
        "found": np.empty((3, 2), np.int64),
    }
    return taken | changed


def test_texts_cut_at_once_are_counted_each_from_its_own_first_sentence():
    taken = each_of(texts=("甲乙", "一、"), goes_on=np.array([0, 1], np.uint8), given=np.array([[0, 2], [0, 2]]))
    taken["lines"][1] = 2
    assert cutter("").add_each(*taken.values()) == [None, ([150], ["一、"], [-1], [])]
    assert taken["found"].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert taken["segments"][:, :2].tolist() == [[0, 0], [-1, -1], [NO_LEVEL] * 2, [0, 0]]
    assert taken["sentences"][:2].tolist() == [[0, 2], [0, 2]]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"texts": ["甲乙"]}, "texts do not agree"),
        ({"goes_on": np.zeros(1, np.uint8)}, "texts do not agree"),
        ({"found": np.empty((2, 2), np.int64)}, "texts do not agree"),
        ({"found": np.empty((3, 1), np.int64)}, "texts do not agree"),
        ({"line_bounds": np.array([0, 2])}, "bounds do not agree"),
        ({"line_bounds": np.array([0, 1, 3])}, "bounds do not agree"),
        ({"line_bounds": np.array([0, 3, 2])}, "bounds do not agree"),
        ({"line_bounds": np.array([1, 1, 2])}, "bounds do not agree"),
        ({"bounds": np.array([0, -1, 2])}, "bounds do not agree"),
        ({"bounds": np.array([0, 2, 2])}, "no sentence|sentence lies outside"),
        ({"given": np.array([[0, 2], [0, 2]])}, "sentence lies outside"),
        ({"lines": np.array([[0, 0], [2, 2], [NO_LEVEL] * 2, [0, 0]])}, "line lies outside"),
        ({"lines": np.array([[0, 0], [2, 1]])}, "a level and a kind"),
        ({"segments": np.empty((4, 3), np.int64)}, "no room"),
        ({"is_first": np.ones(1, np.uint8)}, "agree in length"),
    ],
)
def test_texts_cut_at_once_that_do_not_agree_are_refused(changed, message):
    assert cutter("").add_each(*each_of().values()) == [None, None]
    with pytest.raises(ValueError, match=message):
        cutter("").add_each(*each_of(**changed).values())


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, np.array([[0, 3]]), "agree in length"),
        (0, np.array([[0], [1]]), "agree in length"),
        (0, np.array([[0, 1], [1, 9]]), "sentence lies outside"),
        (0, np.array([[0, 1], [-1, 1]]), "sentence lies outside"),
        (0, np.array([[0, 1], [1, 1]]), "sentence lies outside"),
        (1, np.zeros(3, np.int64), "agree in length"),
        (2, np.zeros(1, np.uint8), "agree in length"),
        (3, np.empty((4, 2), np.int64), "no room"),
        (3, np.empty((3, 9), np.int64), "no room"),
        (4, np.empty((2, 2), np.int64), "no room"),
        (4, np.empty((9, 3), np.int64), "agree in length"),
    ],
)
def test_sentences_that_do_not_agree_are_refused(place, value, message):
    lines, given_arrays = np.array([[0], [2], [NO_LEVEL], [0]]), room_for(2, 1)
    assert cutter("甲乙").add(lines, *given_arrays) == 1
    with pytest.raises(ValueError, match=message):
        cutter("甲乙").add(lines, *given_arrays[:place], value, *given_arrays[place + 1 :])
    with pytest.raises(ValueError, match="no sentence"):
        cutter("甲乙").add(lines, *room_for(0, 1))


SPACED = st.text(st.sampled_from("甲 \u3000\n乙\x1f"), max_size=30)


@given(st.lists(SPACED, min_size=1, max_size=4), st.data())
def test_spans_are_trimmed_as_by_the_arrays(texts, data):
    cuts = [sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6))) for text in texts]
    each = [list(zip(some[::2], some[1::2], strict=False)) for some in cuts]
    counts, spans = np.array([*map(len, each)]), np.array([span for own in each for span in own], np.int64).reshape(-1, 2)
    found, expected = tagged._trimmed(texts, counts, spans), tagged.trimmed(texts, counts, spans)
    assert found.tolist() == expected.tolist()
    owners = [text for text, own in zip(texts, each, strict=True) for _ in own]
    for text, (start, end), (first, last) in zip(owners, spans.tolist(), found.tolist(), strict=True):
        assert text[first:last] == (text[start:end].strip() or text[start:end])


# ---- what a caller may get wrong -------------------------------------------------------------------------------------


def test_a_table_or_room_of_another_size_is_refused():
    table = sentences._kind_of()
    for wrong in ((table[:-1], np.empty(2, np.uint16)), (table, np.empty(1, np.uint16)), (table, np.empty(3, np.uint16))):
        with pytest.raises(ValueError, match="a kind for each"):
            scans.kinds_of("学习", *wrong)
    with pytest.raises(ValueError, match="a number for each"):
        scans.Looks(table[:-1], *range(15))


@pytest.mark.parametrize(("size", "message"), [(1, "more places"), (3, "fewer places")])
def test_room_for_more_or_fewer_places_is_refused(size, message):
    with pytest.raises(ValueError, match=message):
        scans.places(np.array([1, 0, 1], np.uint16), 1, np.empty(size, np.int64))


@pytest.mark.parametrize(("shape", "message"), [((1, 2), "more spans"), ((2, 3), "a start and an end")])
def test_room_for_fewer_spans_is_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        scans.around(np.array([1, 2, 1], np.uint16), 1, 2, np.empty(shape, np.int64))


@pytest.mark.parametrize(("start", "end", "count"), [(-1, 2, 1), (2, 1, 1), (0, 3, 1), (0, 2, 2)])
def test_leads_that_do_not_agree_are_refused(start, end, count):
    with pytest.raises(ValueError, match="outside the text" if count == 1 else "do not agree"):
        scans.leads("甲。", np.array([start]), np.array([end]), np.ones(count, np.uint8), "", "")


def test_too_little_room_for_lines_is_refused():
    looks = lines._compiled_looks()
    room = [np.empty(2, np.int64), np.empty(2, np.int64), *np.empty((3, 2), np.uint8)]
    assert looks.lines("甲\n乙", *room) == 2
    for i, full in enumerate(room):
        with pytest.raises(ValueError, match="no room"):
            looks.lines("甲\n乙", *room[:i], full[:1], *room[i + 1 :])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kinds": np.zeros(0, np.uint16)}, "no room"),
        ({"kinds": np.ones(4, np.uint16)}, "no room"),
        ({"starts": np.empty(2, np.int64)}, "no room"),
        ({"bounds": np.array([[0]])}, "a start and an end"),
        ({"bounds": np.array([[0, 4]])}, "passages lie outside"),
        ({"bounds": np.array([[-1, 2]])}, "passages lie outside"),
        ({"bounds": np.array([[2, 1]])}, "passages lie outside"),
        ({"bounds": np.array([[0, 2], [1, 3]])}, "passages lie outside"),
        ({"breaks": np.array([4])}, "breaks lie outside"),
        ({"breaks": np.array([-1])}, "breaks lie outside"),
        ({"breaks": np.array([2, 1])}, "breaks lie outside"),
        ({"kinds": np.array([0, 99 << 8, 0, 0], np.uint16)}, "not told of"),
    ],
)
def test_passages_that_do_not_agree_are_refused(change, message):
    given = {"kinds": np.array([0, sentences.STOP, 0, 0], np.uint16), "bounds": np.array([[0, 3]]), "breaks": np.zeros(0, np.int64)}
    given |= {name: np.empty(3, np.int64) for name in ("starts", "ends", "passages")}
    assert sentences._splitter().split(*given.values()) == 2
    with pytest.raises(ValueError, match=message):
        sentences._splitter().split(*(given | change).values())


@pytest.mark.parametrize(
    "arguments", [(1, 2, 7, 1, np.zeros(3, np.int64)), (1, 2, 8, 1, np.zeros(0, np.int64)), (1, 2, 8, 1, np.zeros(129, np.int64))]
)
def test_sorts_of_marks_that_cannot_be_told_apart_are_refused(arguments):
    with pytest.raises(ValueError, match="told apart"):
        scans.Splitter(*arguments)


def test_spans_outside_a_text_are_refused():
    for span in ([0, 3], [-1, 1], [2, 1]):
        with pytest.raises(ValueError, match="outside its text"):
            scans.trim(["甲乙"], np.array([1]), np.array([span]))
    for counts, spans in (([1], [[0]]), ([1, 0], [[0, 1]]), ([2], [[0, 1]]), ([-1], [[0, 1]]), ([0], [[0, 1]])):
        with pytest.raises(ValueError, match="do not agree"):
            scans.trim(["甲乙"], np.array(counts), np.array(spans))


@given(st.binary(max_size=60))
def test_control_characters_are_those_of_the_reference(data):
    assert scans.control_characters(data) == decode.control_characters(data)


def test_white_space_of_ascii_and_its_last_character_are_no_control_characters():
    assert [i for i in range(256) if scans.control_characters(bytes([i]))] == [*range(9), *range(14, 32)]
