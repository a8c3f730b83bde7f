import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import UsageError
from pipeline.library.query import LONGEST, MOST, expression, words_of


@pytest.mark.parametrize(
    ("query", "made"),
    [
        ("文明", '"文明"'),
        ("文明 实践", '("文明" AND "实践")'),
        ("文明　实践 活动", '(("文明" AND "实践") AND "活动")'),
        ("文明 与 实践", '("文明" AND "实践")'),
        ("文明 或 实践 活动", '("文明" OR ("实践" AND "活动"))'),
        ("（文明 OR 实践）非 活动", '(("文明" OR "实践") NOT "活动")'),
        ("文明 AND NOT 实践", '("文明" NOT "实践")'),
        ("“非 遗” 「保护」", '("非 遗" * AND "保护")'),
        ("文明 近/8 实践", 'NEAR("文明" "实践", 9)'),
        ("文明 near/8 实践", 'NEAR("文明" "实践", 9)'),
        ("文明 NEAR 实践 NEAR/3 活动", 'NEAR("文明" "实践" "活动", 11)'),
        ("非遗", '"非遗"'),
        ("and", '"an nd"'),
    ],
)
def test_a_query_becomes_an_expression(query, made):
    assert expression(query) == made


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("", "is empty"),
        (" 　", "is empty"),
        ("文", "'文': too short"),
        ("。，", "too short"),
        ("NOT 文明", "nothing that it is taken from"),
        ("文明 OR 非 实践", "nothing that it is taken from"),
        ("文明 AND", "ends where a word is due"),
        ("OR 文明", "'OR' where a word is due"),
        ("文明 近/8", "NEAR without a word on both sides"),
        ("近/8 文明", "where a word is due"),
        ("(文明 实践) 近/8 活动", "behind brackets"),
        ("(文明", "does not close it; add \\)"),
        ("文明)", "nothing is open"),
        ("“文明", "opens “ and does not close it; add ”"),
        ("文明」", "closes 」 without having opened it"),
        ("(" * 30 + "文明" + ")" * 30, "more than 20 brackets"),
        ("文明 " * (MOST + 1), "more than 50 words"),
        ("文" * (LONGEST + 1), "has 501 characters; the limit is 500"),
    ],
)
def test_a_query_that_makes_no_sense_is_told_in_one_line(query, line):
    with pytest.raises(UsageError, match=line) as told:
        expression(query)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("文明 实践", ["文明", "实践"]),
        ("（文明 OR 实践）非 活动", ["文明", "实践"]),
        ("文明 非 (实践 或 活动) 宣讲", ["文明", "宣讲"]),
        ("“非 遗” 近/3 保护", ["非 遗", "保护"]),
    ],
)
def test_the_words_that_are_looked_for(query, words):
    assert words_of(query) == words


@given(
    st.lists(
        st.sampled_from([*'()（）"“”「」 　*:^+-{}', "AND", "OR", "非", "近/5", "NEAR", "文明", "实践", "a\x00b", "text", "'"]),
        max_size=12,
    )
)
def test_whatever_is_asked_is_understood_by_fts5_or_refused(parts):
    try:
        made = expression(" ".join(parts))
    except UsageError:
        return
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(text, content='', columnsize=0, tokenize='ascii')")
    assert database.execute("SELECT count(*) FROM t WHERE t MATCH ?", (made,)).fetchone() == (0,)
    database.close()


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("宣讲 -读书", "'-读书': to leave a word out, write NOT or 非 before it, as in: 宣讲 非 读书"),
        ("宣讲 －读书会", "as in: 宣讲 非 读书会"),
        ("宣讲 - 读书", "to leave a word out"),
        ("宣讲 !读书", "as in: 宣讲 非 读书"),
        ("(宣讲 ！读书)", "as in: 宣讲 非 读书"),
        ("宣讲|读书", "for one word or the other, write OR or 或"),
        ("宣讲 ｜｜ 读书", "for one word or the other, write OR or 或"),
        ("+宣讲 读书", "words side by side must all be there"),
        ("宣讲 && 读书", "words side by side must all be there"),
        ("宣讲&&读书", "words side by side must all be there"),
        ("宣讲*", "a word is found within longer ones too, .*: 宣讲"),
        ("＊宣讲", "a word is found within longer ones too, .*: 宣讲"),
        ("site:gov.cn 宣讲", "are asked for by options"),
        ("宣讲 Year：2024", "are asked for by options"),
    ],
)
def test_operators_of_search_engines_are_told_what_to_write(query, hint):
    with pytest.raises(UsageError, match=f"the query has .*{hint}.*; to search for the sign itself, put it into quotes"):
        expression(query)


@pytest.mark.parametrize(
    "query", ["“-读书”", '"宣讲|读书"', "“宣讲*”", "-3.1%", "2021-2025", "互联网+", "R&D", "A-3", "读书：宣讲", "宣讲？"]
)
def test_signs_in_quotes_and_within_words_are_text(query):
    assert expression(query)
