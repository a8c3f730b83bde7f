import pytest

from pipeline.core.errors import UsageError
from pipeline.core.messages import VARIABLE
from pipeline.library import attributes
from pipeline.output.digest.records import ReportAttribute, ReportFacts


def test_what_a_report_says_of_itself(make):
    report = make("a.txt", "宣讲三百场", title="中共临溪县委宣传部2023年工作总结")
    assert attributes.find(report.finish()) == {
        "unit": ReportAttribute("临溪县委宣传部", "标题"),
        "place": ReportAttribute("临溪县", "标题"),
        "year": ReportAttribute("2023", "标题"),
        "kind": ReportAttribute("总结", "标题"),
    }
    assert attributes.find(make("a.txt", "无关的一段").finish()) == {}


def test_the_first_words_of_a_report_without_a_title_say_what_it_is(make):
    report = make("a.txt", "中共石硖口镇委员会关于2016年责任制落实情况的汇报 县委宣传部：一是责任落到人头。")
    found = {name: each.value for name, each in attributes.find(report.finish()).items()}
    assert found == {"unit": "石硖口镇委员会", "place": "石硖口镇", "year": "2016", "kind": "汇报"}


def test_the_head_of_a_bulletin_says_its_kind(make):
    assert attributes.find(make("a.txt", "演出十二场。", title="工作简报").finish()) == {"kind": ReportAttribute("简报", "标题")}


def test_what_is_set_by_hand_in_either_language():
    given = attributes.by_hand(["单位=临溪县教育局", "place=临溪县", "year=2024年", "group="])
    assert given == {
        "unit": ReportAttribute("临溪县教育局", "手工"),
        "place": ReportAttribute("临溪县", "手工"),
        "year": ReportAttribute("2024", "手工"),
        "group": ReportAttribute("", "手工"),
    }
    assert attributes.told(ReportFacts(unit="汉桥街道"), "a.txt") == {"unit": ReportAttribute("汉桥街道", "指定")}


def test_other_names_of_attributes_are_understood():
    given = attributes.by_hand(["地点=临溪县", "种类＝总结", "组=一组"])
    assert {name: found.value for name, found in given.items()} == {"place": "临溪县", "kind": "总结", "group": "一组"}


def test_errors_name_attributes_in_chinese(monkeypatch):
    monkeypatch.setenv(VARIABLE, "zh")
    with pytest.raises(UsageError, match="年份 又写成了 2024"):
        attributes.by_hand(["year=2024", "年份=2023"])
    with pytest.raises(UsageError, match="单位 最多 60"):
        attributes.by_hand(["unit=" + "长" * 61])


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (["colour=red"], "colour=red: no attribute of that name; known: unit/单位 place/地区 year/年份 kind/体裁 group/分组"),
        (["year=20245"], "year=20245 is no year; write it as 2024"),
        (["year=去年"], "year=去年 is no year"),
        (["year=2024", "年份=2023"], "year is 2024 too; leave one of them out"),
        (["unit=临溪县教育局", "place=岷陵市"], "unit 临溪县教育局 lies in 临溪县, which contradicts the place 岷陵市"),
        (["unit=" + "长" * 61], "no more than 60 characters"),
        (["unit=a\x1bb"], "characters that can be seen"),
    ],
)
def test_attributes_that_cannot_be_or_contradict(settings, line):
    with pytest.raises(UsageError, match=line):
        attributes.by_hand(settings)


def test_a_unit_lies_in_a_larger_or_smaller_place():
    assert attributes.by_hand(["unit=临溪县教育局", "place=江渚市临溪县"])
    assert attributes.by_hand(["unit=江渚市硚山区文化馆", "place=硚山区"])
