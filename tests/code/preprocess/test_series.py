"""Rows of headings of a report's own: cases, columns of a bulletin, dates, numbers with points."""

import pytest

from pipeline.preprocess.headings import ARABIC, ITEM, PLAIN, SERIES, TITLE
from pipeline.preprocess.series import STEP, Series


@pytest.fixture
def paths(cut_up):
    """Return of each sentence of a text, by its first two characters, the headings above it."""

    def paths(text):
        cleaned, segments, _ = cut_up(text)
        found = [(cleaned.text[item.start : item.start + 2], item) for item in segments if item.level is None]
        return {first: [heading.text for heading in item.headings] for first, item in found}

    return paths


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("案例一：书屋", SERIES),
        ("典型案例3 书屋", SERIES),
        ("专题二、宣讲", SERIES),
        ("第一单元 致敬", SERIES),
        ("【要闻】", SERIES),
        ("2023年", SERIES),
        ("2023年3月", SERIES + 1),
        ("三月", SERIES + 1),
        ("3月份", SERIES + 1),
        ("3月5日", SERIES + 2),
        ("5日（星期三）", SERIES + 2),
        ("3月5日至8日", SERIES + 2),
        ("3月5日　县里开会", SERIES + 2),
        ("2023年3月5日", SERIES + 1),
        ("2023-03-05", SERIES + 1),
        ("1.1 制度", ARABIC + STEP),
        ("1.1制度", ARABIC + STEP),
        ("1.2.3 制度", ARABIC + 2 * STEP),
        ("3.5万人次参加", -1),
        ("3.5%的村建成", -1),
        ("案例很多", -1),
        ("第一单元楼改造", -1),
        ("【要闻】县里开会", -1),
        ("2023年工作总结", -1),
        ("3月5日县里开会", -1),
        ("县里开会", -1),
    ],
)
def test_what_a_heading_belongs_to(text, level):
    assert Series().level(text, TITLE) == level


def test_a_row_stands_where_its_first_heading_does():
    series = Series()
    assert [series.level("【要闻】", TITLE), series.level("案例一：甲", SERIES), series.level("【动态】", 170)] == [110, 114, 110]
    assert [series.level("案例二：乙", TITLE), series.level("专题一：丙", 150)] == [114, 154]
    series.clear()
    assert series.level("案例一：丁", 150) == 154


def test_rows_stay_between_the_levels_of_signs():
    assert SERIES < PLAIN < ARABIC < ARABIC + 3 * STEP < ITEM
    assert Series().level("1.2.3.4 甲", TITLE) == ARABIC + 3 * STEP == 202


def test_each_case_has_its_own_numbers(paths):
    case = "案例{}：{}村\n一、背景\n{}背景在此。\n二、做法\n（一）搭台\n{}做法在此。\n"
    found = paths(
        "典型案例汇编\n" + "".join(case.format(number, name, name, name * 2) for number, name in (("一", "东"), ("二", "西")))
    )
    assert found["东背"] == ["典型案例汇编", "案例一：东村", "一、背景"]
    assert found["西背"] == ["典型案例汇编", "案例二：西村", "一、背景"]
    assert found["西西"] == ["典型案例汇编", "案例二：西村", "二、做法", "（一）搭台"]


def test_cases_below_a_number_stay_below_it(paths):
    found = paths(
        "某县总结\n一、学习\n学了十次。\n二、案例\n案例一 东村\n东村办书屋。\n案例二 西村\n西村办夜校。\n三、打算\n再学十次。"
    )
    assert found["东村"] == ["某县总结", "二、案例", "案例一 东村"]
    assert found["西村"] == ["某县总结", "二、案例", "案例二 西村"]
    assert found["再学"] == ["某县总结", "三、打算"]


def test_columns_of_a_bulletin_stand_above_its_pieces(paths):
    found = paths("宣传简报\n第8期\n【要闻】\n县里开会\n会议开了。\n书屋开门\n开门了。\n【基层】\n东村宣讲\n讲了三场。")
    assert found["会议"] == ["宣传简报", "【要闻】", "县里开会"]
    assert found["开门"] == ["宣传简报", "【要闻】", "书屋开门"]
    assert found["讲了"] == ["宣传简报", "【基层】", "东村宣讲"]


def test_marked_headings_within_a_case_stand_below_it(paths):
    found = paths("典型案例汇编\n案例1 东村\n【背景】\n村里人多。\n【做法】\n办了书屋。\n案例2 西村\n【背景】\n外出的多。")
    assert found["办了"] == ["典型案例汇编", "案例1 东村", "【做法】"]
    assert found["外出"] == ["典型案例汇编", "案例2 西村", "【背景】"]


def test_days_stand_below_their_months_and_these_below_their_year(paths):
    found = paths("某县大事记\n2023年\n3月\n3月5日\n办了宣讲。\n3月9日\n送了戏。\n四月\n2日\n开了会。\n2024年\n1月\n3日\n过了节。")
    assert found["送了"] == ["某县大事记", "2023年", "3月", "3月9日"]
    assert found["开了"] == ["某县大事记", "2023年", "四月", "2日"]
    assert found["过了"] == ["某县大事记", "2024年", "1月", "3日"]


def test_days_with_their_year_are_no_bylines_where_they_number_a_chronicle(paths, cut_up):
    text = "某县大事记\n2023年3月5日\n办了宣讲。\n2023年4月2日\n送了戏。\n2023年5月\n开了会。"
    assert paths(text) == {
        "办了": ["某县大事记", "2023年3月5日"],
        "送了": ["某县大事记", "2023年4月2日"],
        "开了": ["某县大事记", "2023年5月"],
    }
    assert cut_up(text)[2] == []


@pytest.mark.parametrize(
    ("text", "set_aside"),
    [
        ("县里办宣讲\n2023年3月5日\n全年讲了百场。", ["2023年3月5日"]),
        ("县里办宣讲\n2023年3月5日\n全年讲了百场。\n2023年4月2日", ["2023年3月5日", "2023年4月2日"]),
        (
            "甲\n2023年3月5日\n讲了百场。\n乙\n2023年4月2日\n演了八场。\n丙\n2023年5月2日\n开了会。",
            ["2023年3月5日", "2023年4月2日", "2023年5月2日"],
        ),
    ],
)
def test_the_day_of_a_piece_of_news_stays_a_byline(cut_up, text, set_aside):
    assert [text[item.start : item.end] for item in cut_up(text)[2]] == set_aside


def test_numbers_with_points_stand_below_each_other(paths):
    found = paths(
        "某县汇报\n一、做法\n1.1 学习\n学了十次。\n1.2 阵地\n1.2.1 书屋\n建了三座。\n1.2.2 礼堂\n修了两座。\n2、成效\n成效好。"
    )
    assert found["建了"] == ["某县汇报", "一、做法", "1.2 阵地", "1.2.1 书屋"]
    assert found["修了"] == ["某县汇报", "一、做法", "1.2 阵地", "1.2.2 礼堂"]
    assert found["成效"] == ["某县汇报", "一、做法", "2、成效"]


def test_an_annex_has_rows_of_its_own(paths):
    found = paths("某县总结\n一、学习\n学了十次。\n案例一 东村\n东村办书屋。\n附件1\n案例汇编\n案例一 南村\n一、背景\n南村人多。")
    assert found["南村"] == ["附件1", "案例汇编", "案例一 南村", "一、背景"]


@pytest.mark.parametrize(
    ("items", "above"),
    [
        ("会议强调，一要学习；二要宣讲；三要送戏。", []),
        ("一是学习。二是宣讲。", []),
        ("一是学习。", ["一是学习。"]),
        ("——学习为先，办好书屋。", ["——学习为先，办好书屋。"]),
    ],
)
def test_items_behind_the_beginning_of_a_paragraph_stand_above_no_other_one(paths, items, above):
    assert paths(f"某县纪要\n一、会议\n{items}\n散会以后各自准备，下月再议。")["散会"] == ["某县纪要", "一、会议", *above]
