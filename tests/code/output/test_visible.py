import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.core.records import Tag
from pipeline.output.reasons import REASONS, in_chinese
from pipeline.output.visible import DIRECTIONS, on_one_line, shown_evidence, shown_text, visible, without_signs

ANY = st.text(st.characters(exclude_categories=[]))


@given(ANY)
@example("a\x00\x1b\u202e\u2067\ud800\ufffe\x85\u2028字")
def test_no_character_steers_and_every_offset_stays(text):
    shown = visible(text)
    assert len(shown) == len(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"]
    assert not DIRECTIONS & set(shown)
    shown.encode()


def test_what_can_be_read_stays():
    assert visible("第一行\t甲\n𠮷é·㊣") == "第一行\t甲\n𠮷é·㊣"
    assert visible("a\x1bb\u202ec\x7f") == "a␛b⇄c␡"


def test_every_reason_of_the_cleaner_has_a_chinese_word():
    from pipeline.preprocess.noise import _BY_FORM

    for reason in {reason for reason, *_ in _BY_FORM} | {"repeated caption", "repeated line", "symbols"}:
        assert in_chinese(reason) == REASONS[reason] != reason
    assert in_chinese("a new one") == "a new one"


def test_a_broken_line_is_joined_as_the_cleaner_joins_it():
    assert on_one_line("断开的  \n\u3000一行\r\n再一行") == "断开的一行再一行"
    assert on_one_line("Made in\nChina\n制造\tX") == "Made in China制造\tX"
    assert on_one_line("\n甲\n") == "甲"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**重点**工作", "重点工作"),
        ("- **抓**学习", "抓学习"),
        ("抓学习**强基础", "抓学习强基础"),
        ("文化下乡<br>演出", "文化下乡 演出"),
        ("见[县政府网](http://example.org/a(b).html)。", "见县政府网。"),
        ("受众*20多万*人次，`一村一讲`，~~旧稿~~新稿", "受众20多万人次，一村一讲，新稿"),
        ("讲政策&nbsp;讲故事&amp;A\\*B", "讲政策\xa0讲故事&A*B"),
        ("3*4*5米，A_B_C，<=5", "3*4*5米，A_B_C，<=5"),
        ("", ""),
    ],
)
def test_a_reader_sees_no_sign_of_markdown(written, read):
    shown = without_signs(written, "甲.zip/工作.MD")
    assert shown.text == read
    assert len(shown.places) == len(read) + 1
    for letter, place in zip(read, shown.places, strict=False):
        assert letter in (written[place], " ", "\xa0")
    assert without_signs(written, "工作.txt").text == written


def test_passages_and_evidence_of_markdown_are_shown_alike():
    tag = Tag("a.markdown", 0, 0, 9, "**理论**宣讲", "", "举旗帜", 0.9, {}, (), False, (("理论**宣讲", 0.5),), "m")
    assert shown_text(tag) == "理论宣讲"
    assert shown_evidence(tag) == ["理论宣讲"]
