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
    ],
)
def test_the_last_word_that_names_a_kind_counts(title, kind):
    assert kind_of(title, "a.txt") == ReportAttribute(kind, "标题")


def test_the_file_name_is_second():
    assert kind_of("新风", "报告/实施方案.docx") == ReportAttribute("方案", "文件名")
    assert kind_of("新风", "a.txt") == ReportAttribute()
