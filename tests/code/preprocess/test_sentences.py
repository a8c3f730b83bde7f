import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.preprocess.headings import sign_level
from pipeline.preprocess.sentences import SIGN_START, SPACE, find_pairs, kinds_of, split_sentences


def split(text, breaks=(), passages=None):
    sentences = split_sentences(kinds_of(text), passages or [(0, len(text))], breaks)
    return [text[start:end] for start, end in zip(sentences.starts, sentences.ends, strict=True)]


def test_sentences_end_at_stops_with_their_closing_marks():
    assert split("甲。乙！丙？丁；戊") == ["甲。", "乙！", "丙？", "丁；", "戊"]
    assert split("他说：“好。”大家笑了。") == ["他说：“好。”", "大家笑了。"]


def test_short_quotations_and_brackets_stay_whole():
    assert split("上演《嗨！我是小五》一剧。好") == ["上演《嗨！我是小五》一剧。", "好"]
    assert split("建成（县级；镇级）两级。好") == ["建成（县级；镇级）两级。", "好"]


def test_an_opening_mark_without_its_partner_does_not_swallow_the_text():
    text = "“就如何做好工作。" + "各级要重视。" * 30
    assert len(split(text)) == 31


def test_a_decimal_point_is_no_stop():
    assert split("增长3.5万人次。") == ["增长3.5万人次。"]


def test_breaks_begin_a_sentence():
    assert split("甲 一是乙", [2]) == ["甲 ", "一是乙"]


@given(st.text(alphabet="甲乙。！；“”《》（）() \n", max_size=60))
def test_sentences_lie_side_by_side_and_cover_the_text(text):
    assert "".join(split(text)) == text


def test_a_pair_of_marks_does_not_reach_into_another_passage():
    text = "甲“乙。丙”丁。\n戊。己”"
    assert split(text, passages=[(0, 8), (9, 13)]) == ["甲“乙。丙”丁。", "戊。", "己”"]
    assert split("甲“乙。\n丙”丁。戊", passages=[(0, 4), (5, 10)]) == ["甲“乙。", "丙”丁。", "戊"]


def test_what_lies_between_passages_is_of_no_sentence():
    text = "甲。乙\n图片。\n丙。丁"
    sentences = split_sentences(kinds_of(text), [(0, 3), (8, 11)])
    assert list(zip(sentences.starts, sentences.ends, sentences.passages, strict=True)) == [
        (0, 2, 0), (2, 3, 0), (8, 10, 1), (10, 11, 1),
    ]  # fmt: skip


def test_white_space_is_what_python_takes_for_it():
    text = "".join(map(chr, range(0x110000)))
    assert [ord(c) for c, kind in zip(text, kinds_of(text), strict=False) if kind & SPACE] == [ord(c) for c in text if c.isspace()]


@pytest.mark.slow
def test_every_sign_begins_with_a_character_that_may_begin_one():
    assigned = [character for character in map(chr, range(0x110000)) if unicodedata.category(character) not in ("Cn", "Co", "Cs")]
    text = "".join(assigned)
    signs = [kind & SIGN_START > 0 for kind in kinds_of(text)]
    behind = ("", ".", "一、", "、", "）", "是", "一）", "1)", "先，", "一，", "次，", "后，", "—", "-", "一章 ")
    missed = [
        c
        for c, is_sign in zip(text, signs, strict=False)
        if not is_sign and any(sign_level(c + rest) is not None for rest in behind)
    ]
    assert missed == []


PAIRS = (("“", "”", 80), ("‘", "’", 60), ("《", "》", 60), ("（", "）", 80), ("(", ")", 80), ("「", "」", 80), ("【", "】", 60))
PAIRED = re.compile("|".join(f"{re.escape(a)}[^{re.escape(a + b)}\n]{{0,{longest}}}{re.escape(b)}" for a, b, longest in PAIRS))


@given(st.lists(st.sampled_from([*"甲“”‘’《》（）()「」【】\n", "乙" * 30, "丙" * 60, "丁" * 78]), max_size=40).map("".join))
@example("（“）”")
@example("《“甲》”乙”")
def test_pairs_of_marks_are_those_that_a_search_from_left_to_right_finds(text):
    opened, closed = find_pairs(kinds_of(text))
    assert list(zip(opened.tolist(), closed.tolist(), strict=True)) == [found.span() for found in PAIRED.finditer(text)]


@pytest.mark.parametrize(("opens", "closes", "longest"), PAIRS)
def test_a_quotation_stays_whole_up_to_its_length_and_no_longer(opens, closes, longest):
    held = "甲。" * (longest // 2 - 1) + "甲乙"
    assert split(f"说{opens}{held}{closes}的话。好") == [f"说{opens}{held}{closes}的话。", "好"]
    parts = split(f"说{opens}{held}丙{closes}的话。好")
    assert len(parts) == longest // 2 + 1
    assert parts[0] == f"说{opens}甲。"
