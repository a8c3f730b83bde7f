from hypothesis import given
from hypothesis import strategies as st

from pipeline.sentences import split_sentences


def split(text, breaks=()):
    return [text[start:end] for start, end in split_sentences(text, 0, len(text), frozenset(breaks))]


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
