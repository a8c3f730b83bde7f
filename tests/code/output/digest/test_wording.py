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
    assert wording.section_line(small.sections[1], small.options) == "2 篇报告中的 2 段，列出 1 段，合并近似重复 1 段。"
    assert wording.section_line(small.sections[3], small.options) == "没有这一主题的段落。"
    cut = digest_of(make("a.txt", "总结", [("甲" * 9, FIRST), ("乙" * 9, FIRST)]), most=1)
    assert wording.section_line(cut.sections[0], cut.options) == "1 篇报告中的 2 段，列出 1 段，另有 1 段把握较低，按要求未列。"


def test_by_aspect_excerpts_are_counted_as_excerpts(digest_of, run):
    text = "县图书馆举办读书会十二场。乡镇书屋管理员不足。"
    digest = digest_of(make("a.txt", "总结", [(text, FIRST)]), by="aspect")
    assert wording.points(digest, run)[0].endswith("正文 1 段、23 字，其中 0 段待复核。")
    assert wording.points(digest, run)[-1].endswith("共 2 条摘句。")
    assert wording.section_line(digest.sections[0], digest.options) == "1 篇报告中的 2 条摘句。"
    assert wording.parts_name(digest.options) == "摘句"
    assert wording.folded_line(3, digest.options) == "另有 3 条摘句与他处近似，已并入该处。"


def test_notes_tell_the_model_and_what_was_left_out(digest_of, run):
    report = make("a.txt", "总结", [("甲", FIRST, {"score": 0.2})])
    notes = wording.notes(digest_of(report, least_score=0.5), run)
    assert notes[0].startswith("主题由模型 demo 0123 判定，不是人工结论")
    assert notes[-1] == "按要求，把握低于 50% 的 1 段没有收入。"


def test_what_was_found_is_told_with_its_basis():
    assert wording.found("2023", "标题", "年") == "2023年"
    assert wording.found("2023", "开头", "年") == "2023年（据开头）"
    assert wording.found("", "") == "未注明"


def test_what_weighs_most_comes_first_what_weighs_least_last(digest_of, run):
    def weights(*sizes):
        passages = [("字" * size, theme) for size, theme in zip(sizes, [*LABELS.themes, LABELS.other], strict=True) if size]
        return wording.points(digest_of(make("a.txt", "总结", passages)), run)[1]

    assert weights(40, 25, 15, 10, 5, 5) == (
        "篇幅最多的主题是举旗帜，占 40.0%，其次是聚民心（25.0%）、育新人（15.0%）、兴文化（10.0%）；展形象最少，占 5.0%。"
        "不属于任何主题的（其他）占 5.0%。"
    )
    assert weights(40, 0, 0, 0, 0, 60) == "篇幅最多的主题是举旗帜，占 40.0%。不属于任何主题的（其他）占 60.0%。"
    assert weights(40, 60, 0, 0, 0, 0) == "篇幅最多的主题是聚民心，占 60.0%，其次是举旗帜（40.0%）。"
    assert weights(0, 30, 50, 0, 0, 20) == (
        "篇幅最多的主题是育新人，占 50.0%，其次是聚民心（30.0%）。不属于任何主题的（其他）占 20.0%。"
    )
    assert (
        len(wording.points(digest_of(make("a.txt", "总结", [("字", LABELS.other)])), run)) == 2
    )  # no theme, nothing that weighs most


def test_a_change_of_a_hundredth_is_told_and_a_smaller_one_is_not(digest_of, run):
    def change(before, after):
        reports = [
            make(f"{year}{n}.txt", f"{year}年总结", [("甲" * size, FIRST), ("乙" * (1000 - size), SECOND)])
            for year, size in ((2022, before), (2023, after)) for n in range(wording.LEAST_REPORTS)
        ]  # fmt: skip
        return [line for line in wording.points(digest_of(*reports, resemblance=1.0), run) if "相比" in line]

    least = round(1000 * wording.LEAST_MOVE)
    assert change(500, 500 + least - 1) == []
    assert len(change(500, 500 + least + 1)) == 1
    (line,) = change(500, 500 + 2 * least)
    points = f"{200 * wording.LEAST_MOVE:.1f}"
    assert f"举旗帜上升 {points} 个百分点，聚民心下降 {points} 个百分点" in line


def test_the_line_below_the_title_tells_what_was_searched(small, run):
    plain = wording.subtitle(small, run)
    assert plain == "按主题汇集，主题之下按报告排列 · 4 篇报告 · 2026-11-22"
    found = wording.subtitle(replace(small, options=replace(small.options, words="城市书房", by="aspect")), run)
    assert found == "检索“城市书房” · 按主题汇集，主题之下按做法、成效、问题、打算排列 · 4 篇报告 · 2026-11-22"
    long = wording.subtitle(replace(small, options=replace(small.options, words="字" * 500)), run)
    assert len(long) < 500


def test_what_else_the_lines_say(small, digest_of):
    passage = small.sections[0].passages[0]
    assert wording.spot(replace(passage, certainty=0.71)) == "第3页（文字识别 71%）"
    section = replace(small.sections[0], leading=(("甲", 0.5), ("乙", 0.253)))
    assert wording.leading_line(section) == "占比最高的报告：《甲》50.0%、《乙》25.3%。"
    assert wording.leading_line(small.sections[0]) == ""
    assert [wording.folded_line(folded, small.options) for folded in (0, 3)] == ["", "另有 3 段与他处近似，已并入该处。"]
    assert wording.figures_head("举旗帜") == "数字 · 举旗帜"


def test_the_extent_tells_years_and_places_where_there_are_any(digest_of, run):
    def extent(*titles):
        return wording.points(digest_of(*(make(f"{i}.txt", title, [("甲乙", FIRST)]) for i, title in enumerate(titles))), run)[0]

    assert extent("总结") == "1 篇报告，正文 1 段、2 字，其中 0 段待复核。"
    assert extent("2022年总结") == "1 篇报告（2022年），正文 1 段、2 字，其中 0 段待复核。"
    assert extent("2022年总结", "临溪县2022年总结").startswith("2 篇报告（2022年，1 个地区），正文 2 段、4 字")
    assert extent("2022年总结", "2024年总结").startswith("2 篇报告（2022—2024年），")


def test_the_notes_tell_what_was_asked_for(small, run, digest_of):
    plain = wording.notes(small, run)
    assert len(plain) == 4
    assert "文字相似度达到 80% 且所含数字相同" in plain[2]
    options = replace(small.options, by="aspect", least_score=0.5)
    more = wording.notes(replace(small, options=options, pages=5, unsure=3), run)
    assert [line[:8] for line in more[4:]] == ["做法、成效、问题", "按不超过 5 页", "按要求，把握低于"]
    assert more[-1] == "按要求，把握低于 50% 的 3 段没有收入。"
    section = small.sections[0]
    first = section.groups[0]
    corrected = replace(first, passages=(replace(first.passages[0], corrected=True),))
    told = wording.notes(replace(small, sections=(replace(section, groups=(corrected,)),)), run)
    assert told[-1] == "标有“已校正”的段落，主题是人工更正或确认的。"


def test_where_a_year_or_place_comes_from_is_told_but_for_the_title():
    assert wording.found("", "") == "未注明"
    assert [wording.found("2022", basis, "年") for basis in ("标题", "指定", "正文")] == ["2022年", "2022年", "2022年（据正文）"]
