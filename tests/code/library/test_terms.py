import pytest

from pipeline.library.terms import folded, phrase, places_of, terms_of


def test_terms_are_pairs_and_the_last_character_of_a_run():
    assert terms_of(["理论，宣讲"]) == ["理论 论 宣讲 讲"]
    assert terms_of(["", "。", "文", "5G时代"]) == ["", "", "文", "5g g时 时代 代"]


def test_width_case_and_traditional_characters_make_no_difference():
    assert folded("ＡＢＣ１２ 宣傳思想") == "abc12 宣传思想"
    assert terms_of(["宣傳", "宣传"]) == ["宣传 传"] * 2


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("理论", '"理论"'),
        ("理论宣讲", '"理论 论宣 宣讲"'),
        ("理论，宣讲", '"理论 论 宣讲"'),
        ("3,900", '"3 90 00"'),
        ("理论5", '"理论 论5"'),
        ("论、5", '"论 5" *'),
        ("文", ""),
        ("，。", ""),
        ('"*', ""),
    ],
)
def test_a_phrase_begins_and_ends_anywhere_in_a_run(words, made):
    assert phrase(words) == made


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        (["宣讲"], "理论宣讲下基层，宣讲三百场", ["宣讲", "宣讲"]),
        (["理论", "论宣"], "理论宣讲", ["理论宣"]),  # what touches is one
        (["理论，宣讲"], "理论、宣讲与理论宣讲", ["理论、宣讲"]),
        (["宣传"], "宣傳ＡＢ", ["宣傳"]),
        (["ab"], "宣傳ＡＢ㍿𠮷AB", ["ＡＢ", "AB"]),
        (["株式"], "一㍿二", ["㍿"]),  # one character that is four
        (["a.c"], "abc a。c", ["a。c"]),
        (["，。"], "，。", []),
        ([], "宣讲", []),
    ],
)
def test_words_stand_where_the_search_finds_them(words, text, marked):
    assert [text[start:end] for start, end in places_of(words, text)] == marked
