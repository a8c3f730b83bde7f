import pytest

from pipeline.output.digest.kind import kind_of
from pipeline.output.digest.records import ReportAttribute


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("临溪县2022年宣传工作小结", "总结"),
        ("2022年网络安全工作要点", "计划"),
        ("关于工作总结报送的通知", "通知"),
        ("松梨县政务简报", "简报"),
        ("在全市会议上的讲话", "讲话"),
        ("关于开展情况的调研报告", "调研"),
        ("政府工作报告", "报告"),
        ("莲湾区2025年上半年工作总结和下半年工作打算", "总结"),
        ("砚河县委宣传部2019年工作总结及2020年打算", "总结"),
        ("赣梅县档案馆2018年工作情况和2019年打算", "汇报"),
        ("宣传和文化工作要点", "计划"),
    ],
)
def test_the_last_word_that_names_a_kind_counts(title, kind):
    assert kind_of(title, "a.txt") == ReportAttribute(kind, "标题")


def test_the_file_name_is_second():
    assert kind_of("新风", "报告/实施方案.docx") == ReportAttribute("方案", "文件名")
    assert kind_of("新风", "a.txt") == ReportAttribute()


def test_folders_of_both_kinds_are_no_part_of_a_file_name():
    assert kind_of("", "总结\\甲.txt").value == kind_of("", "总结/甲.txt").value == ""
    assert kind_of("", "甲\\总结.txt").value == "总结"


def test_plans_behind_a_report_make_it_a_report_and_nothing_else_does():
    assert kind_of("2023年工作总结和2024年打算", "").value == "总结"
    assert kind_of("工作总结和情况汇报", "").value == "汇报"
    assert kind_of("工作情况及下一步打算", "").value == "汇报"
