import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.office.numbering import bullet, format_number, symbol, with_label, with_symbols


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("decimal", {1: "1", 12: "12"}),
        ("unheard of", {7: "7"}),
        ("decimalZero", {3: "03"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑", 36: "㊱", 51: "51", 0: "0"}),
        ("decimalEnclosedParen", {2: "⑵", 21: "21"}),
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 101: "一○一"}),
        (
            "chineseCountingThousand",
            {10: "十", 101: "一百零一", 110: "一百一十", 1_005: "一千零五", 10_001: "一万零一", 30_000: "三万"},
        ),
        ("chineseLegalSimplified", {3: "叁", 12: "壹拾贰"}),
        ("ideographDigital", {10: "一〇", 0: "〇"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {12: "亥", 13: "13"}),
        ("lowerRoman", {4: "iv", 9: "ix", 48: "xlviii"}),
        ("upperRoman", {1994: "MCMXCIV", 5_000: "5000"}),
        ("upperLetter", {1: "A", 27: "AA", 9_999: "9999"}),
        ("none", {1: ""}),
    ],
)
def test_numbers_are_written_as_word_does(form, numbers):
    assert {number: format_number(number, form) for number in numbers} == numbers


@given(st.integers(-(10**9), 10**9), st.sampled_from(["chineseCounting", "upperLetter", "lowerRoman", "decimalEnclosedCircle"]))
def test_any_number_gives_a_short_text(number, form):
    assert 0 < len(format_number(number, form)) <= 30


def test_symbol_fonts_become_common_characters():
    assert (bullet("\uf0b7"), bullet("\uf123"), bullet("●"), symbol(0xF0FE), symbol(0xF123)) == ("•", "•", "●", "☑", "□")
    assert [symbol(0xF000 + ord(sign)) for sign in "lnuoqR§¨²Ø£"] == list("●■◆□□☑▪□◇➢○")
    assert (symbol(0xE00C), symbol(0xF0DF), bullet("\uf0df"), bullet("\uf076")) == ("•", "←", "•", "•")
    assert (bullet("\uf0d8"), bullet("※")) == ("➢", "※")


@pytest.mark.parametrize(
    ("label", "text", "whole"),
    [
        ("一、", "学习", "一、学习"),
        ("（一）", "　学习", "（一）学习"),
        ("1.", "2024年", "1. 2024年"),
        ("①", "甲", "①甲"),
        ("第一章", "总则", "第一章 总则"),
        ("", "　甲", "　甲"),
    ],
)
def test_a_label_stands_before_its_paragraph(label, text, whole):
    assert with_label(label, text) == whole


def test_symbols_among_letters_become_common_ones_and_other_private_characters_stay():
    assert with_symbols("已办结\uf0fc，\uf0fe是\uf06f否") == "已办结✓，☑是□否"
    assert with_symbols("\uf123\ue123\ue00c") == "\uf123\ue123\ue00c"
