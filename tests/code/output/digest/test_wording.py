from dataclasses import replace

from pipeline.output.digest import wording

from .conftest import FIRST, LABELS, SECOND, THIRD, make


def test_the_line_below_a_passage_tells_source_heading_page_and_score(small):
    first, second = small.sections[0].passages
    assert wording.source_line(first, small.reports) == "〔来源：《临溪县2022年工作总结》 · 一、理论学习 · 第3页 · 把握 93%〕"
    assert (
        wording.source_line(second, small.reports)
        == f"〔来源：《临溪县2023年工作总结》 · 第1页 · 把握 40% · 兼及{THIRD} · 待复核〕"
    )
    assert wording.source_line(small.sections[2].passages[0], small.reports) == "〔来源：《a》 · 汇总 第7行 · 把握 90%〕"
    assert wording.spot(replace(first, page=None, paragraph=8)) == "第8段"
    assert wording.spot(replace(first, page=None, row=2)) == "第2行"
    assert wording.spot(replace(first, page=None)) == ""


def test_no_passage_is_certain():
    assert [wording.sure(score) for score in (0.995, 0.994, 0.5)] == [">99%", "99%", "50%"]


def test_copies_are_told_with_their_places(small):
    (kept,) = small.sections[1].passages
    assert wording.copies_line(kept, small.reports) == "〔近似重复 1 处，已合并：《临溪县2023年工作总结》第2页〕"
    many = replace(kept, copies=kept.copies * 6)
    assert wording.copies_line(many, small.reports).startswith("〔近似重复 6 处，已合并：")
    assert wording.copies_line(many, small.reports).endswith("、《临溪县2023年工作总结》第2页等〕")
    assert wording.copies_line(many, small.reports).count("《") == 4
    assert wording.copies_line(small.sections[0].passages[0], small.reports) == ""


def test_the_points_of_the_front_page(small, run):
    extent, weights, shown = wording.points(small, run)
    assert extent == "4 篇报告（2022—2023年，2 个地区），正文 7 段、196 字，其中 1 段待复核。"
    assert weights.startswith(f"篇幅最多的主题是{SECOND}，占 ")
    assert weights.endswith(f"不属于任何主题的（{LABELS.other}）占 5.1%。")
    assert shown == "以下列出 举旗帜、聚民心、育新人、兴文化、展形象 共 5 段，合并近似重复 1 段。"


def test_two_years_are_held_against_each_other_where_each_has_five_reports(digest_of, run):
    def reports(year, count, first, second):
        return [make(f"{year}{n}.txt", f"{year}年总结", [("甲" * first, FIRST), ("乙" * second, SECOND)]) for n in range(count)]

    told = wording.points(digest_of(*reports(2021, 5, 6, 4), *reports(2022, 4, 1, 1), *reports(2023, 5, 4, 6)), run)
    assert (
        told[2]
        == "2023年（5 篇）与2021年（5 篇）相比，聚民心上升 20.0 个百分点，举旗帜下降 20.0 个百分点；两年的报告并不相同，只供参考。"
    )
    alike = wording.points(digest_of(*reports(2021, 5, 5, 5), *reports(2023, 5, 5, 5)), run)
    assert not [line for line in alike if "相比" in line]


def test_what_stands_below_the_heading_of_a_theme(small, digest_of):
    assert wording.section_line(small.sections[1]) == "2 篇报告中的 2 段，列出 1 段，合并近似重复 1 段。"
    assert wording.section_line(small.sections[3]) == "没有这一主题的段落。"
    cut = digest_of(make("a.txt", "总结", [("甲" * 9, FIRST), ("乙" * 9, FIRST)]), most=1)
    assert wording.section_line(cut.sections[0]) == "1 篇报告中的 2 段，列出 1 段，另有 1 段把握较低，按要求未列。"


def test_notes_tell_the_model_and_what_was_left_out(digest_of, run):
    report = make("a.txt", "总结", [("甲", FIRST, {"score": 0.2})])
    notes = wording.notes(digest_of(report, least_score=0.5), run)
    assert notes[0].startswith("主题由模型 demo 0123 判定，不是人工结论")
    assert notes[-1] == "按要求，把握低于 50% 的 1 段没有收入。"


def test_what_was_found_is_told_with_its_basis():
    assert wording.found("2023", "标题", "年") == "2023年"
    assert wording.found("2023", "开头", "年") == "2023年（据开头）"
    assert wording.found("", "") == "未注明"
