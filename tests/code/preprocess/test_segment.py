from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.core.config import load_config
from pipeline.core.records import Document, Mark
from pipeline.preprocess.clean import clean
from pipeline.preprocess.segment import _chunks, _trimmed, segment, segment_together
from pipeline.preprocess.segments import joined

CONFIG = load_config()
PIECES = st.sampled_from(
    [
        "一、",
        "（一）",
        "一是",
        "二要",
        "第三，",
        "——",
        "1.",
        "①",
        "抓好学习。",
        "全年集中学习十二次，研讨八次。",
        "“",
        "”",
        "《",
        "》",
        "(",
        ")",
        "\n",
        "\n\n",
        " ",
        "\u3000\u3000",
        "；",
        "：",
        "。",
        "!",
        "△现场",
        "记者：甲",
        "|",
        "會(huì)議",
        "\u200b",
        "##paidend##",
        "a",
        "12",
        "*",
        "图片",
    ]
)
reports = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))


def cut(text, options=CONFIG.segment):
    cleaned = clean(Document("x.txt", text, "0", "utf-8"), CONFIG.clean)
    segments = joined([*segment(cleaned, options)])
    return cleaned, segments, [*cleaned.noise, *segments.symbols]


@given(reports)
@settings(max_examples=500, deadline=None)
@example("甲。\n##paidend##\n|\n乙 |")
def test_segments_are_in_order_do_not_overlap_and_lose_nothing(text):
    cleaned, segments, noise = cut(text)
    spans = [cleaned.offsets.span(item.start, item.end) for item in segments]
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for item in segments:
        assert item.sentences[0][0] == item.start
        assert item.sentences[-1][1] == item.end
        assert all(a[1] == b[0] for a, b in pairwise(item.sentences))
        assert cleaned.text[item.start : item.end].strip() == cleaned.text[item.start : item.end] != ""
    covered = {place for start, end in spans for place in range(start, end)}
    covered |= {place for item in noise for place in range(item.start, item.end)}
    kept = {cleaned.offsets.to_source(i) for i, character in enumerate(cleaned.text) if not character.isspace()}
    assert kept <= covered


@given(st.lists(reports, max_size=5), st.sampled_from([CONFIG.segment.max_paragraph, 100]))
@settings(max_examples=200, deadline=None)
def test_reports_cut_together_are_cut_as_each_alone(texts, longest):
    options = replace(CONFIG.segment, max_paragraph=longest)
    cleaned = [clean(Document("x.txt", text, "0", "utf-8"), CONFIG.clean) for text in texts]
    for one, segments in zip(cleaned, segment_together(cleaned, options), strict=True):
        alone = joined([*segment(one, options)])
        assert (list(segments), list(segments.symbols)) == (list(alone), list(alone.symbols))


@given(reports, st.integers(100, 130))
@settings(max_examples=100, deadline=None)
def test_a_paragraph_without_end_comes_in_pieces(text, longest):
    _, segments, _ = cut(text * 20, replace(CONFIG.segment, max_paragraph=longest))
    assert all(item.end - item.start <= longest for item in segments if item.level is None)


def texts(text):
    cleaned, segments, _ = cut(text)
    return [cleaned.text[item.start : item.end] for item in segments]


def test_items_of_a_run_on_paragraph():
    text = "会议强调，要抓好三件事：一是抓学习。办好读书班。二是抓宣讲，走进村社；三是抓阵地。"
    assert texts(text) == ["会议强调，要抓好三件事：", "一是抓学习。办好读书班。", "二是抓宣讲，走进村社；", "三是抓阵地。"]


def test_signs_inside_a_sentence_split_nothing():
    for text in ("全市名列第一，全省第三。", "开展“我们的中国梦”——文化进万家活动。", "这是一是非题。", "他答：对，一要快。",
                 "据统计①全县有书屋六座②开放八十天。", "抓好①学习②宣讲③阵地三件事。", "分为A.学习B.宣讲两类。"):  # fmt: skip
        assert texts(text) == [text]


def test_one_line_with_numbered_parts_and_spaces():
    text = "开头一段话。 一、坚持大局 一要学习。学好原著。 二要宣讲。 二、全面加强 （一）文化惠民。办好书房。"
    assert texts(text) == [
        "开头一段话。",
        "一、坚持大局",
        "一要学习。学好原著。",
        "二要宣讲。",
        "二、全面加强",
        "（一）文化惠民。办好书房。",
    ]


def test_a_run_on_paragraph_is_cut_before_the_sentences_that_announce_a_passage():
    body = "全市各级各部门按照统一部署，聚焦重点任务，细化工作举措，取得了一批看得见、摸得着的工作成果。"
    text = "文旅融合深入推进。" + body * 3 + "群众活动丰富多彩。" + body * 3
    assert [piece[:9] for piece in texts(text)] == ["文旅融合深入推进。", "群众活动丰富多彩。"]
    assert len(texts("文旅融合深入推进。" + body)) == 1


def test_segments_know_the_headings_above_them():
    _, segments, _ = cut("某县工作总结\n一、学习\n（一）中心组\n学了十次。\n（二）宣讲\n讲了百场。\n二、文化\n演了八场。")
    above = [[heading.text for heading in item.headings] for item in segments]
    assert above[3] == ["某县工作总结", "一、学习", "（一）中心组"]
    assert above[5] == ["某县工作总结", "一、学习", "（二）宣讲"]
    assert above[7] == ["某县工作总结", "二、文化"]
    assert [item.level is not None for item in segments] == [True, True, True, False, True, False, True, False]


def test_the_first_sentence_of_an_item_is_the_heading_of_what_follows_it():
    _, segments, _ = cut("一、繁荣文化事业。办好书房。一是建馆。二是送戏。二、加强宣传。办好网站。")
    assert [[heading.text for heading in item.headings] for item in segments] == [
        [],
        ["一、繁荣文化事业。"],
        ["一、繁荣文化事业。"],
        [],
    ]


@pytest.mark.parametrize("kind", ["row", "record"])
def test_the_row_of_a_table_is_one_segment_whatever_its_form(cut_up, kind):
    first, second = "一是学理论。二是办书房。\t12", "图片\t3"
    text = f"一、总结\n{first}\n{second}\n——\n正文在此。"
    marks = tuple(Mark(text.index(row), text.index(row) + len(row), kind) for row in (first, second, "——"))
    cleaned, segments, noise = cut_up(text, marks=marks)
    assert [cleaned.text[item.start : item.end] for item in segments] == ["一、总结", first, second, "正文在此。"]
    assert [item.kind for item in segments] == ["text", kind, kind, "text"]
    assert [len(item.headings) for item in segments] == [0, *([0, 0] if kind == "record" else [1, 1]), 1]
    assert [item.reason for item in noise] == ["symbols"]


def test_a_row_of_a_report_that_has_the_form_of_a_heading_stands_above_the_next_rows(cut_up):
    text = "一、学习\n县里办宣讲。"
    for kind, headings in (("row", ["一、学习"]), ("record", [])):
        _, segments, _ = cut_up(text, marks=(Mark(0, 4, kind), Mark(5, len(text), kind)))
        assert [heading.text for heading in segments[1].headings] == headings


ANNOUNCED = "文旅融合深入推进。"
BODY = "全市各级各部门按照统一部署，细化工作举措，取得了一批看得见、摸得着的工作成果。"


def above(text, longest=100):
    """Return the beginning of each segment with the headings above it; a paragraph longer than ``longest`` comes in pieces."""
    cleaned, segments, _ = cut(text, replace(CONFIG.segment, max_paragraph=longest))
    return [(cleaned.text[item.start : item.start + 4], [heading.text for heading in item.headings]) for item in segments]


def test_a_lead_stands_above_the_pieces_of_its_own_paragraph_alone():
    assert above(f"一、工作\n{ANNOUNCED}{BODY * 4}\n全年办了八场。") == [
        ("一、工作", []),
        ("文旅融合", ["一、工作"]),
        ("全市各级", ["一、工作", ANNOUNCED]),
        ("全年办了", ["一、工作"]),
    ]


@pytest.mark.parametrize(
    ("first", "leads"), [("甲" * 24, True), ("甲" * 25, False), ("甲" * 5, True), ("甲" * 4, False), ("甲乙丙丁1次", False)]
)
def test_a_short_sentence_without_figures_announces_its_paragraph(first, leads):
    pieces = above(f"一、工作\n{first}。{BODY * 4}")
    assert pieces[1][1] == ["一、工作"]
    assert pieces[2][1] == (["一、工作", f"{first}。"] if leads else ["一、工作"])


def test_a_lead_is_no_heading_of_the_items_of_its_paragraph():
    assert above(f"一、工作\n{ANNOUNCED}{BODY}一是抓学习。学了十次。", 1000)[-1] == ("一是抓学", ["一、工作"])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("甲" * 10, [10]), ("甲" * 11, [10, 1]), ("甲" * 5 + "。" + "甲" * 9, [6, 9]), ("甲" * 4 + "。" + "甲" * 10, [10, 5]),
        ("甲" * 9 + "。甲", [10, 1]), ("甲" * 10 + "。", [10, 1]), ("甲甲。" * 5, [9, 6]), ("甲" * 25, [10, 10, 5]),
    ],
)  # fmt: skip
def test_a_long_paragraph_is_cut_behind_the_last_full_stop_in_the_second_half_of_a_piece(text, pieces):
    spans = list(_chunks(f"前{text}", 1, len(text) + 1, 10))
    assert [end - start for start, end in spans] == pieces
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


@pytest.mark.parametrize(
    ("sentences", "trimmed"),
    [
        ((), ()), (((2, 4), (4, 5)), ((2, 4), (4, 5))), (((0, 4), (4, 5)), ((2, 4), (4, 5))), (((2, 4), (4, 7)), ((2, 4), (4, 5))),
        (((0, 2), (2, 5), (5, 7)), ((2, 5),)), (((0, 1), (1, 3), (3, 7)), ((2, 3), (3, 5))), (((0, 1), (1, 2)), ()),
        (((5, 7),), ()),
    ],
)  # fmt: skip
def test_white_space_at_the_ends_of_a_passage_goes_with_sentences_of_nothing_else(sentences, trimmed):
    assert _trimmed("  甲乙丙 \u3000", sentences) == trimmed


@pytest.mark.parametrize(
    ("text", "passages", "symbols"),
    [
        ("***！全县宣讲。", ["全县宣讲。"], ["***！"]),
        ("全县宣讲。***！", ["全县宣讲。"], ["***！"]),
        ("***！###！全县宣讲。……。 ~~！", ["全县宣讲。"], ["***！###！", "……。 ~~！"]),
        ("***！全县宣讲。***！送戏下乡。", ["全县宣讲。***！送戏下乡。"], ["***！"]),
        ("***！一、学习。", ["一、学习。"], ["***！"]),
        ("***！", [], ["***！"]),
    ],
)
def test_sentences_of_symbols_around_a_passage_are_told_and_those_inside_stay(text, passages, symbols):
    cleaned, segments, noise = cut(f"首行在此，后有正文。\n{text}\n")
    assert [cleaned.text[each.start : each.end] for each in [*segments][1:]] == passages
    assert [(cleaned.document.text[each.start : each.end], each.reason) for each in noise] == [
        (each, "symbols") for each in symbols
    ]


def test_headings_without_a_sign_stand_above_all_or_below_the_numbered_ones():
    """The first lines have the title; a line of that form stands below it, and below numbers where there were any."""
    _, segments, _ = cut(
        "某县工作总结\n扎实推进\n县里办宣讲。\n一、文化惠民\n送戏下乡\n演了八场。\n宣讲入户\n讲了百场。\n二、展望\n再接再厉。"
    )
    levels = [(item.level, len(item.headings)) for item in segments]
    assert levels == [(0, 0), (130, 1), (None, 2), (150, 2), (249, 3), (None, 4), (249, 3), (None, 4), (150, 2), (None, 3)]


def test_a_plain_line_is_a_title_among_the_first_three_only():
    def level(*before):
        _, segments, _ = cut("\n".join([*(f"这里是第{number}句正文。" for number in before), "某县工作总结", "县里办宣讲。"]))
        return segments[-2].level

    assert [level(*"甲乙丙丁"[:count]) for count in range(5)] == [0, 0, 0, 130, 130]


def test_a_heading_is_no_longer_than_it_may_be():
    options = replace(CONFIG.segment, max_heading=10)
    for length, level in ((10, 150), (11, None)):
        _, segments, _ = cut(f"首行在此，后有正文。\n一、{'学' * (length - 2)}\n县里办宣讲。", options)
        assert segments[1].level == level


def test_circled_numbers_and_tens_written_with_a_zero_go_on_with_their_list():
    text = "".join(f"{sign}开展宣讲{number}场。" for number, sign in ((20, "⑳"), (21, "㉑"), (35, "㉟"), (36, "㊱"), (50, "㊿")))
    assert texts(text) == [f"{part}。" for part in text.split("。")[:-1]]
    lines = "九、宣讲\n全年开展宣讲三十场。\n一〇、演出\n全年演出八十场。\n二〇、展览\n全年办展六次。\n"
    assert [[heading.level for heading in item.headings] for item in cut(lines)[1]] == [[], [150], [], [150], [], [150]]


def path_of(text, beginning):
    """Return the headings above the first segment that begins so."""
    cleaned, segments, _ = cut(text)
    item = next(each for each in segments if cleaned.text.startswith(beginning, each.start))
    return [heading.text for heading in item.headings]


LADDER = (
    "第一编 总论", "第一篇 回顾", "第一部分 情况", "第一章 学习", "第一节 中心组", "一、做法", "（一）制度", "1.学时", "（1）记录",
    "①考勤",
)  # fmt: skip


@pytest.mark.parametrize("used", [LADDER, LADDER[3:], LADDER[::2], LADDER[1::2], LADDER[2::3], (LADDER[2], *LADDER[4:6])])
def test_parts_chapters_sections_and_signs_stand_below_each_other_whichever_are_used(used):
    assert path_of("\n".join([*used, "这一句是正文。"]), "这一句") == [*used]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("第{}部分 甲", "第{}节 乙"), ("第{}部分甲", "第{}章乙"), ("第{}篇：甲", "第{}部分 乙"), ("第{}部分 甲", "第{}篇 乙"),
        ("第{}编 甲", "第{}篇 乙"), ("第 {}章 甲", "第{} 节 乙"), ("第{}章、甲", "{}、乙"), ("第{}节", "{}、乙"),
    ],
)  # fmt: skip
def test_each_part_begins_its_own_sections_anew(outer, inner):
    lines = []
    for part in "一二三":
        lines.append(outer.format(part))
        for section in "一二":
            lines += [inner.format(section), f"这是{part}之{section}的正文。"]
    text = "\n".join(["某县工作总结", *lines])
    for part in "一二三":
        for section in "一二":
            assert path_of(text, f"这是{part}之{section}") == ["某县工作总结", outer.format(part), inner.format(section)]


def test_numbers_of_chapters_in_figures_are_those_of_chapters():
    text = "第1章 总则\n第1节 目标\n办好书房。\n第12章 附则\n自印发起施行。"
    assert path_of(text, "办好") == ["第1章 总则", "第1节 目标"]
    assert path_of(text, "自印发") == ["第12章 附则"]


@pytest.mark.parametrize(
    "line", ["第一节课由县长讲", "第一章节已经印好", "第一部小说出版", "第一篇报道见报", "第一编辑部挂牌", "中部行"]
)
def test_what_only_begins_like_a_chapter_is_a_heading_without_a_sign(line):
    text = f"首行在此，后有正文。\n第二句在此，也是正文。\n第三句在此，也是正文。\n第一章 总则\n{line}\n这一句是正文。"
    assert path_of(text, "这一句") == ["第一章 总则", line]


def test_the_title_of_a_chapter_may_stand_below_its_number():
    text = "一、前言\n先说两句。\n第二部分\n主要做法\n第一章\n学习\n第一节 中心组\n学了十次。\n"
    text += "第二节\n宣讲\n讲了百场。\n补记\n再讲一场。"
    above = ["第二部分", "主要做法", "第一章", "学习"]
    assert path_of(text, "学了") == [*above, "第一节 中心组"]
    assert path_of(text, "讲了") == [*above, "第二节", "宣讲"]
    assert path_of(text, "再讲") == [*above, "第二节", "宣讲", "补记"]


def test_parts_of_a_talk_may_have_no_numbers():
    text = "上篇 回顾\n一、学习\n学了十次。\n下篇\n打算\n一、学习\n再学十次。\n中篇：\n全年已过半。\n总结\n讲了百场。"
    assert path_of(text, "再学") == ["下篇", "打算", "一、学习"]
    assert path_of(text, "全年") == ["中篇："]
    assert path_of(text, "讲了") == ["中篇：", "总结"]
