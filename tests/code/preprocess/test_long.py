"""A long report is cleaned and cut as any other, whatever the stretches of it that are at hand at a time."""

import re
import tracemalloc
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.core.config import load_config
from pipeline.core.records import NO_LEVEL, CleanText, Document, Mark, OffsetMap
from pipeline.preprocess import long as module
from pipeline.preprocess import segment as segment_module
from pipeline.preprocess.clean import clean
from pipeline.preprocess.long import LineTexts, LongText, Pieces, clean_long
from pipeline.preprocess.segment import segment
from pipeline.preprocess.segments import joined

CONFIG = load_config()
WIDE = "县里办好了图书馆，" * 14 + "群众说好。\n"
PIECES = (
    "一、", "（一）", "一是", "1.", "第一章", "第二部分", "附件1\n", "县文化馆\n2023年5月1日\n", "（掌声）",
    "抓好学习。", "全年集中学习十二次，研讨八次。",
    "县文化馆送戏下乡", "“", "”", "，",
    "\n", "\n", "\r\n", "\r", "\x0b", "\n\n", " ", "\u3000\u3000", "：", "。", "｡", "a", "12", "２", "*",
    "△现场\n", "记者：甲\n", "首页 > 要闻 > 正文\n", "要闻\n", "地址：县城\n", "責任編輯：乙\n", "會議", "看著",
    "會(huì)", "们(men)", "\u200b", "\ue000", "##paidend##", "宣 传 工 作", "𠮷", "甲.",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def document(text, marks=()):
    return Document("x.txt", text, "0", "utf-8", marks)


def as_cleaned(report):
    """Return what there is of a report that was cleaned, with its segments and the symbols among them."""
    segments = joined([*segment(report, CONFIG.segment)])
    if isinstance(report, LongText):
        lines, levels = report.lines.tolist(), [report.levels.get(line, NO_LEVEL) for line in range(report.lines.shape[1])]
    else:
        *lines, levels = report.lines.columns[:3].tolist()
    return report.text[:], report.offsets, lines, levels, report.noise, list(segments), list(segments.symbols)


def is_cleaned_as_a_whole(text, stretch, piece=4):
    report = document(text)
    with pytest.MonkeyPatch.context() as patch:
        for place, name, value in ((module, "_STRETCH", stretch), (module, "_PIECE", piece), (module, "_LINES", 2)):
            patch.setattr(place, name, value)
        patch.setattr(segment_module, "_STRETCH", stretch)
        assert as_cleaned(clean_long(report, CONFIG.clean)) == as_cleaned(clean(report, CONFIG.clean))


@given(texts, st.integers(1, 60), st.integers(1, 9))
@settings(max_examples=1000)
@example("甲，\n乙，\n" * 9, 3, 4)
@example("第一章\n抓好学习。抓好，\n第一章 甲。" * 3, 5, 2)
@example("一、抓好学习。办了十二次会，\n群众说好。" * 4, 8, 3)
def test_it_is_cleaned_and_cut_as_any_other(text, stretch, piece):
    is_cleaned_as_a_whole(WIDE + text, stretch, piece)
    is_cleaned_as_a_whole(text, stretch, piece)


SENTENCES = (
    "全县新建城市书房六座、农家书屋九十个，", "群众都说好。", "“送戏下乡”（八十场）；", "一是抓学习。", "县里 AI 展厅 smart",
    "city 开放，", "\u200b", "會議，", "看著，", "宣 传 工 作 。", "宣 传 工。", "：", "２０２３", "……", "##paidend##", "\ue000",
    "，", "”", "(men)", "覆", "覆蓋",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=60).map("".join),
    st.integers(18, 40),
    st.sampled_from(["", "\u3000\u3000", "  "]),
    st.sampled_from(["\n", "\r\n", "\r", "\u2028"]),
    st.integers(1, 90),
    st.sampled_from(["", "记者：甲\n", "首页 > 要闻 > 正文\r\n", "\n\n——\n"]),
)
@settings(max_examples=400)
@example("县里办好了图书馆" * 30 + "。", 20, "", "\r\n", 30, "")
@example("县里办好了图书馆。" * 30, 21, "\u3000\u3000", "\n", 50, "记者：甲\n")
def test_a_text_that_was_wrapped_at_a_width_is_cleaned_as_a_whole_is(body, width, indent, end, stretch, around):
    """Paragraphs cut into lines of a width, each line end a break, with noise at both ends."""
    paragraphs = [indent + paragraph for paragraph in body.replace("。", "。\0").split("\0") if paragraph]
    lines = [one[i : i + width] for one in paragraphs * 3 for i in range(0, len(one), width)]
    is_cleaned_as_a_whole(around + end.join(lines) + end + around, stretch)


@given(st.lists(st.sampled_from(SENTENCES), max_size=60).map("".join), st.integers(1, 40), st.sampled_from(["", "\n", "\r\n"]))
@settings(max_examples=400)
@example("书房六座，宣 传 工 作 。 好。书房" * 4, 2, "")
@example("书房，(men)书房(de)好，看著。著书，覆蓋。覆。" * 3, 1, "\n")
def test_a_line_without_end_is_cleaned_in_parts_as_a_whole_is(text, stretch, end):
    is_cleaned_as_a_whole("群众说好。" + text + end, stretch)
    is_cleaned_as_a_whole(f"记者：甲{end}{text * 3}，{text}。{end}记者：乙{end}", stretch)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("书房六座，书屋九个。好", [5, 10]),  # behind each sign between ideographs
        ("书房。”书屋：（好）、a。b，", []),  # and not beside marks, letters and the end
        ("书房 ，书屋。 好", []),
        ("宣 传 工。作 好", [6]),
        ("书房\r\n书屋\n", [4, 7]),
    ],
)
def test_parts_end_where_nothing_reaches_across(text, ends):
    assert [match.end() for match in re.finditer(module._APART, text)] == ends


@pytest.mark.parametrize(
    ("text", "marks", "is_long"),
    [
        (WIDE, (), True),
        (WIDE.replace("。", "｡"), (), True),
        (WIDE, (Mark(0, 4, "heading"),), False),  # what a reader knows of it
        (WIDE.replace("。", "."), (), False),  # points that may be full stops
        (WIDE + "学(xué)习。", (), False),  # glosses
        (WIDE + "学习。\u200b(xué)", (), True),
        ("县图书馆新开了第二座城市书房，\n" * 9 + "群众说好。", (), True),  # lines of a width
        ("群众都说好。\n" * 9 + WIDE, (), True),
        ("群众都说好。" * 40, (), True),
        ("群众都说好，" * 40 + "书屋(wū)", (), False),
    ],
)
def test_what_a_part_tells_nothing_of_is_cleaned_as_a_whole(text, marks, is_long, monkeypatch):
    monkeypatch.setattr(module, "_STRETCH", 20)
    found = clean_long(document(text, marks), CONFIG.clean)
    assert isinstance(found, LongText if is_long else CleanText)
    assert found.text[:] == clean(document(text, marks), CONFIG.clean).text


def test_a_text_that_is_its_source_is_not_kept():
    source = "甲乙丙丁戊己" * 1000
    pieces = Pieces(source)
    offsets = OffsetMap((0, 4000), (0, 4001))
    pieces.add(source[:4000] + source[4001:], offsets, 0)
    assert (list(pieces._starts), list(pieces._places)) == ([0, 2048, 4096], [0, 2048, 4097])
    assert pieces._own == ["", source[2048:4000] + source[4001:4097], ""]
    clean_text = source[:4000] + source[4001:]
    for first, last in product((0, 1, 3999, 4000, 5998), (0, 4000, 4001, 5999, 9000)):
        assert pieces[first:last] == clean_text[first:last]
    assert len(pieces) == 5999


def test_lines_are_strings_where_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(module, "_STRETCH", 20)
    monkeypatch.setattr(module, "_LINES", 3)
    report = clean_long(document(WIDE + "".join(f"第{number}座书房开了。\n" for number in range(9))), CONFIG.clean)
    lines, expected = LineTexts(report.text, report.lines), report.text[:].splitlines()
    assert (list(lines), lines[1:4], lines[-1], len(lines)) == (expected, expected[1:4], expected[-1], 10)
    assert lines[4:4] == []
    with pytest.raises(IndexError):
        lines[10]


SAID = "次会议后，县文化馆送戏下乡，群众说好。"
LINES_OF_A_WIDTH = "　　第{}次会议以后县文化馆组织送戏下乡\n活动还放映了新拍的电影让乡亲们看了都说\n办得真好。\n"


@pytest.mark.parametrize(
    ("made", "sentences", "bytes_each"),
    [
        (lambda count: WIDE + "".join(f"第{number}{SAID}\n" for number in range(count)), 1, 4),
        (lambda count: "".join(f"第{number}次會議，縣文化館２場\u200b，群眾說好。" for number in range(count)), 0, 25),
        (lambda count: "".join(LINES_OF_A_WIDTH.format(number) for number in range(count)), 0, 15),
        (lambda count: "".join(f"第{number}{SAID}".replace("，", "，\r\n") + "\r\n" for number in range(count)), 0, 24),
    ],
    ids=["lines", "one line", "wrapped", "broken"],
)
def test_memory_hardly_grows_with_a_text(made, sentences, bytes_each, monkeypatch):
    """The source is not counted. Cleaned as a whole these take 20, 64, 25 and 67 bytes for each character."""
    for place in (module, segment_module):
        monkeypatch.setattr(place, "_STRETCH", 2**12)
    monkeypatch.setattr(module, "_LINES", 2**7)
    kept = {}
    for count in (600, 600, 3_000):  # the tables are made for the first
        report = document(made(count))
        tracemalloc.start()
        found = clean_long(report, CONFIG.clean)
        assert sum(len(some.sentences) for some in segment(found, CONFIG.segment)) >= count + sentences
        kept[len(report.text)] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        del found
    (small, least), (large, most) = kept.items()
    assert (most - least) / (large - small) < bytes_each
