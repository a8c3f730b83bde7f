import msgspec

from pipeline.core.records import OutlineEntry
from pipeline.output.digest.records import ReportAttribute, ReportFacts

from .conftest import FIRST, LABELS, READING, SECOND, THIRD, make


def texts(section):
    return [(group.name, [passage.text for passage in group.passages]) for group in section.groups]


def test_passages_stand_under_theme_and_report_in_order(small):
    assert [section.theme for section in small.sections] == list(LABELS.themes)
    assert texts(small.sections[0]) == [
        ("临溪县2022年工作总结", ["中心组集中学习十二次。"]),
        ("临溪县2023年工作总结", ["中心组集中学习十八次。"]),
    ]
    assert [section.reports for section in small.sections] == [2, 2, 2, 0, 0]


def test_headings_noise_and_the_other_label_are_no_passages(small):
    shown = [passage.text for section in small.sections for passage in section.passages]
    assert "临溪县2022年工作总结" not in shown
    assert "本单位有干部十七名。" not in shown
    assert small.passages == 7
    assert small.total.characters[LABELS.other] == len("本单位有干部十七名。")


def test_headings_lose_the_title_of_their_report(small):
    (first,) = small.sections[0].groups[0].passages
    assert (first.heading, first.page, first.score) == ("一、理论学习", 3, 0.93)


def test_repeated_passages_are_folded_into_the_first(small):
    section = small.sections[1]
    ((kept,), ()) = (group.passages for group in section.groups)
    assert kept.text == READING
    assert [(copy.report, copy.page) for copy in kept.copies] == [(1, 2)]
    assert [group.folded for group in section.groups] == [0, 1]
    assert (section.found, section.folded, section.cut) == (2, 1, 0)


def test_places_years_and_names(small):
    assert [(report.name, report.place, report.year) for report in small.reports] == [
        ("临溪县2022年工作总结", ReportAttribute("临溪县", "标题"), ReportAttribute("2022", "标题")),
        ("临溪县2023年工作总结", ReportAttribute("临溪县", "标题"), ReportAttribute("2023", "标题")),
        ("a", ReportAttribute(), ReportAttribute()),
        ("青石市2023年工作总结", ReportAttribute("青石市", "标题"), ReportAttribute("2023", "标题")),
    ]


def test_years_and_places_are_compared(small):
    assert [(year.name, year.reports) for year in small.years] == [("2022年", 1), ("2023年", 2), ("未注明", 1)]
    assert [(place.name, place.reports, place.level) for place in small.places] == [
        ("临溪县", 2, 0), ("2022年", 1, 1), ("2023年", 1, 1), ("青石市", 1, 0), ("未注明", 1, 0),
    ]  # fmt: skip
    year = small.years[0]
    assert year.of(FIRST) == len("中心组集中学习十二次。") / year.total
    assert sum(year.of(name) for name in LABELS.names) == 1


def test_nothing_is_compared_where_there_are_not_two(digest_of):
    one = digest_of(make("a.txt", "临溪县2022年总结", [("学习。", FIRST)]), make("b.txt", "无题", [("学习。", FIRST)]))
    assert (one.years, one.places) == ((), ())
    each_place_once = digest_of(make("a.txt", "临溪县总结", [("甲", FIRST)]), make("b.txt", "青石市总结", [("乙", FIRST)]))
    assert each_place_once.places == ()


def test_by_year_and_by_place(digest_of):
    reports = [make(f"{number}.txt", title, [(f"第{number}段话", FIRST)]) for number, title in enumerate(
        ["青石市2023年总结", "无题", "临溪县2021年总结", "青石市2022年总结"]
    )]  # fmt: skip
    by_year = digest_of(*reports, by="year").sections[0]
    assert [name for name, _ in texts(by_year)] == ["2021年", "2022年", "2023年", "未注明"]
    by_place = digest_of(*reports, by="place").sections[0]
    assert texts(by_place) == [("青石市", ["第0段话", "第3段话"]), ("临溪县", ["第2段话"]), ("未注明", ["第1段话"])]


def test_themes_least_score_and_most(digest_of):
    scores = (0.5, 0.9, 0.3, 0.8)
    report = make("a.txt", "总结", [(f"这是第{score}段", FIRST, {"score": score}) for score in scores] + [("其他话", LABELS.other)])
    some = digest_of(report, themes=(LABELS.other,))
    assert [(section.theme, len(section.passages)) for section in some.sections] == [(LABELS.other, 1)]
    cut = digest_of(report, most=2).sections[0]
    assert [passage.score for passage in cut.passages] == [0.9, 0.8]
    assert (cut.found, cut.cut) == (4, 2)
    sure = digest_of(report, least_score=0.5)
    assert ([passage.score for passage in sure.sections[0].passages], sure.unsure) == ([0.5, 0.9, 0.8], 1)


def test_what_is_shown_elsewhere_is_shown_there_also_where_passages_are_left_out(digest_of):
    one, other = ("中心组集中学习十二次", FIRST, {"score": 0.9}), ("宣讲团走进三十个村子", FIRST, {"score": 0.8})
    reports = [
        make(f"{name}.txt", f"报告{name}", passages) for name, passages in (("a", [one, other]), ("b", [one]), ("c", [other]))
    ]
    section = digest_of(*reports, most=1).sections[0]
    assert texts(section) == [("报告a", [one[0]]), ("报告b", []), ("报告c", [other[0]])]
    assert [group.folded for group in section.groups] == [0, 1, 0]
    assert (section.found, len(section.passages), section.folded, section.cut) == (4, 2, 1, 1)


def test_names_tell_reports_apart_and_come_from_no_web_page(digest_of):
    reports = [
        make("x/a.txt", "工作总结", []), make("x/b.txt", "工作总结", []), make("y/a.txt", "工作总结", []),
        make("c.txt", "首页 > 要闻", []), make("d.txt", "", [], lead="临溪县委宣传部工作总结 今年以来，"),
        make("x\\e.txt", "长" * 60, []),
    ]  # fmt: skip
    names = [report.name for report in digest_of(*reports).reports]
    assert names == ["工作总结（a.txt）", "工作总结（b.txt）", "工作总结（a.txt）2", "c", "临溪县委宣传部工作总结", "长" * 47 + "…"]


def test_what_a_person_says_is_believed(digest_of):
    report = make("x/a.txt", "临溪县2022年总结", [("甲", FIRST)])
    said = digest_of(report, said={"a.txt": ReportFacts("青石市", "")}).reports[0]
    assert (said.place, said.year) == (ReportAttribute("青石市", "指定"), ReportAttribute("2022", "标题"))
    assert digest_of(report, said={"x/a.txt": ReportFacts("", "2019")}).reports[0].year == ReportAttribute("2019", "指定")


def test_reports_are_gone_through_once_and_leading_ones_named(digest_of):
    reports = iter(
        [
            make(f"{number}.txt", f"报告{number}", [("甲" * (number + 1), FIRST), ("乙" * 5, SECOND), ("丙", THIRD)])
            for number in range(7)
        ]
    )
    section = digest_of(*reports, resemblance=1.0).sections[0]
    assert [name for name, _ in section.leading] == ["报告6", "报告5", "报告4", "报告3", "报告2"]
    assert section.leading[0][1] == 7 / 13


def test_no_reports_at_all(digest_of):
    empty = digest_of()
    assert (empty.passages, empty.total.total, empty.years) == (0, 0, ())
    assert empty.total.of(FIRST) == 0


def test_a_heading_of_a_lower_level_is_a_title_unless_it_is_numbered(digest_of):
    def headed(*lines):
        report = make("a.txt", "", [(line, FIRST) for line in lines])
        return msgspec.structs.replace(report, outline=tuple(OutlineEntry(tag.start, 2) for tag in report.tags))

    names = [digest_of(headed(*lines)).reports[0].name for lines in (
        ("岷陵日报　第1版", "岷水长歌起"), ("一、总体情况", "（二）做法", "2. 三", "【四】", "第五部分"), ("首页 > 要闻",),
        ("工作简    报", "（第37期）", "县文旅局办公室  2025年10月11日", "艺术节落幕"),
    )]  # fmt: skip
    assert names == ["岷水长歌起", "a", "a", "艺术节落幕"]


def test_the_head_of_a_bulletin_is_neither_its_title_nor_a_heading_of_its_passages(digest_of):
    report = make("a.txt", "", [("简    报", "其他"), ("艺术节圆满落幕", "其他"), ("演出十二场。", FIRST)])
    tags = [*report.tags[:2], msgspec.structs.replace(report.tags[2], heading="简    报 > 一、概况")]
    outline = (OutlineEntry(tags[0].start, 1), OutlineEntry(tags[1].start, 2))
    digest = digest_of(msgspec.structs.replace(report, tags=(*tags,), outline=outline))
    assert digest.reports[0].name == "艺术节圆满落幕"
    assert [passage.heading for section in digest.sections for passage in section.passages] == ["一、概况"]


def test_items_of_a_list_that_say_something_are_passages_and_headings_are_not(digest_of):
    lines = {
        "一、主要工作": (1, False), "1. 处置不实信息86条，辟谣20篇。": (3, True), "（二）开展宣讲320场": (3, True),
        "二、强化学习，筑牢根基": (1, False), "（一）学习12次": (2, False), "正文": (None, True),
        "发布会18场，回应关切": (2, True), "三、下一步，再加力": (1, True), "四、打算": (1, False),
    }  # fmt: skip
    report = make("a.txt", "", [(line, FIRST) for line in lines])
    outline = tuple(OutlineEntry(tag.start, lines[tag.text][0]) for tag in report.tags if lines[tag.text][0] is not None)
    (section, *_) = digest_of(msgspec.structs.replace(report, outline=outline)).sections
    assert [passage.text for passage in section.passages] == [line for line, (_, is_shown) in lines.items() if is_shown]


def test_characters_of_each_theme_and_of_all_are_counted(digest_of):
    digest = digest_of(
        make("a.txt", "总结", [("甲" * 3, FIRST), ("乙" * 5, FIRST), ("丙" * 2, SECOND, {"review": True})]),
        make("b.txt", "总结", [("丁" * 7, SECOND)]),
    )
    assert [dict(report.characters) for report in digest.reports] == [{FIRST: 8, SECOND: 2}, {SECOND: 7}]
    assert (digest.total.name, digest.total.reports, digest.total.characters) == ("合计", 2, {FIRST: 8, SECOND: 9})
    assert (digest.passages, digest.review) == (4, 1)


def test_a_passage_keeps_where_it_stands(digest_of):
    report = make(
        "a.txt",
        "总结",
        [("甲", FIRST, {"paragraph": 8, "page": 2, "certainty": 0.7}), ("乙", FIRST, {"sheet": " 汇总\n", "row": 3})],
    )
    first, second = digest_of(report).sections[0].passages
    assert (first.page, first.paragraph, first.sheet, first.row, first.certainty, first.corrected) == (2, 8, None, None, 0.7, False)
    assert (second.page, second.paragraph, second.sheet, second.row, second.certainty) == (None, None, "汇总", 3, None)


def test_leading_reports_are_named_where_there_are_more_than_are_named(digest_of):
    def leading(count):
        reports = [make(f"{i}.txt", f"报告{i}", [("甲" * (i + 1), FIRST), ("乙" * 5, SECOND)]) for i in range(count)]
        return [name for name, _ in digest_of(*reports, resemblance=1.0).sections[0].leading]

    assert (leading(5), leading(6)) == ([], ["报告5", "报告4", "报告3", "报告2", "报告1"])


def test_two_years_are_enough_to_be_compared(digest_of):
    digest = digest_of(make("a.txt", "2022年总结", [("甲", FIRST)]), make("b.txt", "2021年总结", [("乙", FIRST)]))
    assert [year.name for year in digest.years] == ["2021年", "2022年"]


def test_by_aspect_groups_stand_in_the_order_in_which_a_report_tells_them(digest_of):
    plain = digest_of(
        make(
            "a.txt",
            "临溪县2023年总结",
            [("书屋不足。", FIRST), ("各位领导：", FIRST), ("读者满意率98%。", FIRST), ("组织书展三场。", FIRST)],
        ),
        by="aspect",
    )
    assert [group.name for group in plain.sections[0].groups] == ["做法", "成效", "问题", "其他"]


def test_what_a_person_corrected_is_shown_first_and_below_any_score(digest_of):
    from pipeline.core.records import Correction

    report = make(
        "a.txt",
        "总结",
        [("第一段话。", FIRST, {"score": 0.9}), ("第二段话。", FIRST, {"score": 0.8}), ("第三段话。", FIRST, {"score": 0.1})],
    )
    tags = [*report.tags]
    tags[3] = msgspec.structs.replace(tags[3], correction=Correction(0, 1, SECOND))
    report = msgspec.structs.replace(report, tags=tuple(tags))
    digest = digest_of(report, least_score=0.85)
    assert [[passage.text for passage in section.passages] for section in digest.sections[:2]] == [["第一段话。"], ["第三段话。"]]
    assert digest.unsure == 1


def test_passages_and_titles_of_markdown_are_shown_without_its_signs(digest_of):
    digest = digest_of(make("a.md", "县**宣传**工作总结", [("**重点**：开展[宣讲](b.md)。", FIRST)]))
    assert digest.reports[0].name == "县宣传工作总结"
    assert texts(digest.sections[0]) == [("县宣传工作总结", ["重点：开展宣讲。"])]
