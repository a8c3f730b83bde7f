"""A long report is cleaned and cut as any other, whatever the stretches of it that are at hand at a time."""

import tracemalloc
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.core.config import load_config
from pipeline.core.records import CleanText, Document, Mark, OffsetMap
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
    lines = report.lines if isinstance(report, LongText) else report.lines.columns[:3]
    return report.text[:], report.offsets, lines.tolist(), report.noise, list(segments), list(segments.symbols)


@given(texts, st.integers(1, 60), st.integers(1, 9))
@settings(max_examples=1000)
@example("甲，\n乙，\n" * 9, 3, 4)
@example("第一章\n抓好学习。抓好，\n第一章 甲。" * 3, 5, 2)
@example("一、抓好学习。办了十二次会，\n群众说好。" * 4, 8, 3)
def test_it_is_cleaned_and_cut_as_any_other(text, stretch, piece):
    report = document(WIDE + text)
    with pytest.MonkeyPatch.context() as patch:
        for place, name, value in ((module, "_STRETCH", stretch), (module, "_PIECE", piece), (module, "_LINES", 2)):
            patch.setattr(place, name, value)
        patch.setattr(segment_module, "_STRETCH", stretch)
        assert as_cleaned(clean_long(report, CONFIG.clean)) == as_cleaned(clean(report, CONFIG.clean))


@pytest.mark.parametrize(
    ("text", "marks", "is_long"),
    [
        (WIDE, (), True),
        (WIDE.replace("。", "｡"), (), True),
        (WIDE, (Mark(0, 4, "heading"),), False),  # what a reader knows of it
        (WIDE.replace("。", "."), (), False),  # points that may be full stops
        (WIDE + "学(xué)习。", (), False),  # glosses
        (WIDE + "学习。\u200b(xué)", (), True),
        ("县图书馆新开了第二座城市书房，\n" * 9 + "群众说好。", (), False),  # lines of a width
        ("群众都说好。\n" * 9 + WIDE, (), False),  # as far as the first lines tell
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


def test_memory_hardly_grows_with_a_text():
    """A whole clean text, with kinds of its characters and its lines, takes 12 bytes for each; the source is not counted."""
    kept = {}
    for lines in (5_000, 5_000, 45_000):  # the tables are made for the first
        report = document(WIDE + "".join(f"第{number}次会议后，县文化馆送戏下乡，群众说好。\n" for number in range(lines)))
        tracemalloc.start()
        found = clean_long(report, CONFIG.clean)
        assert sum(len(some) for some in segment(found, CONFIG.segment)) == lines + 1
        kept[len(report.text)] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    (small, least), (large, most) = kept.items()
    assert (most - least) / (large - small) < 4
