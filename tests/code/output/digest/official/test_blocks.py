from dataclasses import replace

import msgspec
import pytest

from pipeline.output.digest.choose import choose
from pipeline.output.digest.official.blocks import DocumentBlock, blocks, numeral, title_of

THEMES = ("举旗帜", "兴文化")


@pytest.fixture
def digest(digest_of, build):
    def year(number, rooms):
        return build(f"{number}.txt", f"临溪县{number}年工作总结", [
            (f"一是新建城市书房{rooms}座，配书{rooms}万册，读者可以通借通还；", "兴文化"),
            ("（二）整理民歌一百首，录成唱片", "兴文化"),
            ("书屋管理员不足。", "兴文化", {"review": True}),
        ])  # fmt: skip

    return choose(digest_of(year(2022, 6), year(2023, 9), by="aspect", themes=THEMES), 3, lambda _: 1)


def test_numbers_in_headings():
    assert [numeral(number) for number in (1, 9, 10, 11, 20, 25)] == ["一", "九", "十", "十一", "二十", "二十五"]


def test_what_the_document_says(digest, run):
    assert [*blocks(digest, run)] == [
        DocumentBlock("title", "临溪县2023年工作情况摘报"),
        DocumentBlock("gap", ""),
        DocumentBlock("text", "现将2篇报告（2022—2023年，1个地区）中各主题的做法、成效、问题和打算摘报如下。"),
        DocumentBlock("text", "主要数字如下，照录原文，口径可能不同，不相加。"),
        DocumentBlock("text", "兴文化：城市书房9座，书9万册，整理民歌一百首（临溪县2023年）。"),
        DocumentBlock("theme", "一、举旗帜"),
        DocumentBlock("text", "报告中没有这一主题的摘句。"),
        DocumentBlock("theme", "二、兴文化"),
        DocumentBlock("aspect", "（一）做法"),
        DocumentBlock("text", "1.新建城市书房9座，配书9万册，读者可以通借通还。（临溪县2023年）"),
        DocumentBlock("earlier", "上年（2022年）：新建城市书房6座，配书6万册，读者可以通借通还。"),
        DocumentBlock("text", "2.整理民歌一百首，录成唱片。（临溪县2023年）"),
        DocumentBlock("earlier", "上年（2022年）：整理民歌一百首，录成唱片。"),
        DocumentBlock("aspect", "（二）问题"),
        DocumentBlock("text", "书屋管理员不足。（临溪县2023年，待复核）"),
        DocumentBlock("earlier", "上年（2022年）：书屋管理员不足。"),
        DocumentBlock("gap", ""),
        DocumentBlock("date", "2026年11月22日"),
        DocumentBlock(
            "note",
            "（摘报说明：从6条摘句中选列3条；主题由模型判定，做法、成效、问题、打算由规则判定，用前请核对原文；1个文件未能读取。）",
        ),
    ]


def test_figures_stand_in_the_order_of_their_passage(digest_of, build, run):
    report = build("1.txt", "临溪县2023年工作总结", [("全年发稿一千零六十篇条，与30多个国家建立联系，新建书房12座。", "兴文化")])
    said = [block.text for block in blocks(digest_of(report, by="aspect", themes=THEMES), run)]
    assert "兴文化：发稿一千零六十篇条，30多个国家，书房12座（临溪县2023年）。" in said


def test_figures_keep_how_near_they_are_and_which_way_they_went(digest_of, build, run):
    report = build("1.txt", "临溪县2023年工作总结", [("开展阅读活动近1200场，同比减少21场。", "兴文化")])
    said = [block.text for block in blocks(digest_of(report, by="aspect", themes=THEMES), run)]
    assert "兴文化：阅读活动近1200场，阅读活动同比减少21场（临溪县2023年）。" in said


def test_a_title_names_no_year_of_several_places(digest):
    other = replace(digest.reports[0], place=replace(digest.reports[0].place, value="青石市"))
    assert title_of(replace(digest, reports=(other, digest.reports[1]))) == "工作情况摘报"
    same = replace(other, year=digest.reports[1].year)
    assert title_of(replace(digest, reports=(same, digest.reports[1]))) == "2023年工作情况摘报"


def test_reports_of_the_same_place_and_year_are_told_by_name(digest, run):
    twice = replace(digest.reports[1], name="临溪县2023年书屋建设情况")
    said = [block.text for block in blocks(replace(digest, reports=(twice, digest.reports[1])), run)]
    assert any(text.endswith("（《临溪县2023年工作总结》）") for text in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("三是组织书展三场；", "组织书展三场。"),
        ("2.3 组织书展三场", "组织书展三场。"),
        ("10  组织书展三场。", "组织书展三场。"),
        ("2.5万人看了书展。", "2.5万人看了书展。"),
        ("一要组织书展！", "一要组织书展！"),
    ],
)
def test_signs_of_lists_go_and_a_stop_comes(digest_of, build, run, text, said):
    report = build("a.txt", "临溪县2023年工作总结", [(text, "兴文化")])
    texts = [block.text for block in blocks(digest_of(report, by="aspect", themes=("兴文化",)), run)]
    assert f"{said}（临溪县2023年）" in texts


def test_greetings_stand_in_no_official_document(digest_of, build, run):
    report = build("a.txt", "临溪县2023年工作总结", [("各位领导：", "兴文化"), ("组织书展三场。", "兴文化")])
    said = [*blocks(digest_of(report, by="aspect", themes=("兴文化",)), run)]
    assert [block.text for block in said if block.look == "text"][3:] == ["组织书展三场。（临溪县2023年）"]
    assert "从2条摘句中选列1条" in said[-1].text


def test_of_a_theme_stand_the_first_figures_that_say_what_they_count(digest_of, build, run):
    works = [(f"组织书展{number}场。", "兴文化") for number in range(31, 37)]
    report = build("a.txt", "临溪县2023年工作总结", [("增长12。各位领导，书展九场：", "举旗帜"), *works])
    said = [block.text for block in blocks(digest_of(report, by="aspect", themes=THEMES), run) if block.look == "text"]
    (line,) = [text for text in said if text.startswith("兴文化：")]
    assert line == "兴文化：书展31场，书展32场，书展33场，书展34场（临溪县2023年）。"


def test_without_a_figure_nothing_is_said_of_figures(digest_of, build, run):
    report = build("a.txt", "临溪县2023年工作总结", [("组织群众阅读经典作品。", "兴文化")])
    assert not [block for block in blocks(digest_of(report, by="aspect", themes=THEMES), run) if "数字" in block.text]


def test_figures_take_no_room_of_a_document_of_two_pages(digest, run):
    with_figures, without = ([*blocks(replace(digest, pages=pages), run)] for pages in (3, 2))
    assert [block for block in with_figures if block not in without] == with_figures[3:5]


def test_the_opening_tells_years_and_places_where_they_are_known(digest, run):
    def said(*reports):
        return next(block.text for block in blocks(replace(digest, reports=reports, sections=()), run) if block.look == "text")

    first, second = digest.reports
    nowhere, never = (replace(second, **{name: replace(second.year, value="")}) for name in ("place", "year"))
    tail = "中各主题的做法、成效、问题和打算摘报如下。"
    assert said(second) == f"现将1篇报告（2023年，1个地区）{tail}"
    assert said(first, second, first) == f"现将3篇报告（2022—2023年，1个地区）{tail}"
    assert said(nowhere) == f"现将1篇报告（2023年）{tail}"
    assert said(never) == f"现将1篇报告（1个地区）{tail}"
    assert said(replace(nowhere, year=never.year)) == f"现将1篇报告{tail}"


def test_files_that_could_not_be_read_are_told_where_there_are_any(digest, run):
    (*_, note) = blocks(digest, msgspec.structs.replace(run, failures=()))
    assert note.text.endswith("由规则判定，用前请核对原文。）")
