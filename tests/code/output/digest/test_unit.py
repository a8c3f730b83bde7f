import pytest

from pipeline.output.digest.records import ReportAttribute
from pipeline.output.digest.unit import place_of_unit, place_or_units, unit_of


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("松梨镇2022年宣传工作总结", "松梨镇"),
        ("竹岭乡2023年宣传思想工作要点", "竹岭乡"),
        ("江渚市硚山区汉桥街道总结", "江渚市硚山区汉桥街道"),
        ("中共砚河县委宣传部2019年工作总结", "砚河县委宣传部"),
        ("关于朔河市教育局宣传思想工作情况的汇报", "朔河市教育局"),
        ("百渡市商务和投资促进局2019年工作总结", "百渡市商务和投资促进局"),
        ("岷陵日报社2024年工作总结", "岷陵日报社"),
        ("临溪县第二中学德育工作总结", "临溪县第二中学"),
        ("衡川职业学校2021年工作计划", "衡川职业学校"),
        ("霜河师范大学党委2023年总结", "霜河师范大学党委"),
        ("沁浔县图书馆2021年工作总结", "沁浔县图书馆"),
        ("石硖口镇委员会关于责任制落实情况的汇报", "石硖口镇委员会"),
        ("韶澜市委网络安全和信息化委员会办公室2023年工作总结", "韶澜市委网络安全和信息化委员会办公室"),
        ("市商务局2018年学习计划", "市商务局"),
        ("历阳街道党工委传达学习会议精神", "历阳街道党工委"),
        ("集安市博物馆走进学校开展主题课", "集安市博物馆"),
        ("从平顺县文化馆看基层文化", "平顺县文化馆"),
        ("来到平顺县文化馆", "平顺县文化馆"),
        ("共青团平顺县委2023年工作总结", "共青团平顺县委"),
        ("供电公司召开会议", "供电公司"),
        ("供销集团工作通报", "供销集团"),
        ("对外贸易学院工作总结", "对外贸易学院"),
        ("南方某市教育局工作总结", "南方某市教育局"),
        ("滨屿经济技术开发区党群工作部2020年工作总结", "滨屿经济技术开发区党群工作部"),
    ],
)
def test_units_in_titles(title, unit):
    assert unit_of(title, "a.txt", "") == ReportAttribute(unit, "标题")


@pytest.mark.parametrize(
    "title",
    [
        "全镇宣传思想工作总结", "各街道通报", "我局工作汇报", "该校举办活动", "构建工作格局", "开创工作新局面", "哈工大学子的冰灯",
        "在桨声灯影里,看见一座古镇的今天", "三家美术馆换展通知", "国家中小学智慧教育平台",
        "送戏下乡九十六场", "文化科技卫生三下乡",
        "到图书馆看书", "见证一座城区文化馆的成长", "把“第一议题”从会议室搬到档案馆", "乡村振兴综述", "大学生就业",
        "集团公司举办培训班", "有关部门联合行动", "石嘴山初中学业考试", "委员会委员名单",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_unit(title):
    assert unit_of(title, "a.txt", "") == ReportAttribute()


def test_file_name_first_lines_and_signature_in_this_order():
    assert unit_of("总结", "报告/朔河市教育局总结.docx", "") == ReportAttribute("朔河市教育局", "文件名")
    assert unit_of("总结", "a.txt", "总结\n朔河市教育局\n2023年1月\n正文") == ReportAttribute("朔河市教育局", "开头")
    assert unit_of("总结", "a.txt", "总结\n朔河市教育局在会上发言。") == ReportAttribute()
    assert unit_of("总结", "a.txt", "总结\n县委宣传部：\n现汇报如下。") == ReportAttribute()
    assert unit_of("简报", "a.txt", "简报\n税务局：税费收入增长。") == ReportAttribute()
    body = "一行正文。\n" * 100
    assert unit_of("总结", "a.txt", f"总结\n{body}朔河市教育局\n2023年1月5日\n") == ReportAttribute("朔河市教育局", "落款")


@pytest.mark.parametrize(
    ("unit", "text", "place"),
    [
        ("朔河市教育局", "", "朔河市"),
        ("江渚市硚山区汉桥街道", "", "江渚市硚山区"),
        ("松梨镇", "", "松梨镇"),
        ("松梨镇中心卫生院", "", "松梨镇"),
        ("南方某市教育局", "", ""),
        ("浦口某街道", "", ""),
        ("丹寨县某镇", "", "丹寨县"),
        ("历阳街道党工委", "", "历阳街道"),
        ("岷陵日报社", "岷陵市的读者", "岷陵市"),
        ("岷陵日报社", "读者", ""),
        ("松梨镇", "松梨县松梨镇", "松梨镇"),
        ("甲乙丙丁戊", "甲乙丙市", "甲乙丙市"),
        ("甲乙丙丁", "甲乙丙市", ""),
        ("甲乙丙丁", "甲乙市", "甲乙市"),
        ("甲乙丙", "甲乙市", ""),
        ("甲乙丙丁戊己", "甲乙丙丁县和甲乙丙市", "甲乙丙丁县"),
        ("甲乙丙丁", "。" * 49_998 + "甲乙市", ""),
        ("甲乙丙丁", "。" * 49_997 + "甲乙市", "甲乙市"),
        ("市商务局", "", ""),
        ("市城市管理局", "", ""),
        ("", "", ""),
    ],
)
def test_the_place_that_a_unit_lies_in(unit, text, place):
    assert place_of_unit(unit, text) == place


def test_a_report_without_a_division_is_of_the_place_of_its_unit():
    assert place_or_units("松梨镇2022年总结", "a.txt", "") == ReportAttribute("松梨镇", "标题")
    assert place_or_units("岷陵日报社总结", "a.txt", "读者都说起了岷陵市") == ReportAttribute("岷陵市", "标题")
    assert place_or_units("松梨镇总结", "a.txt", "临溪县好。临溪县好。临溪县好。") == ReportAttribute("临溪县", "开头")
    assert place_or_units("总结", "a.txt", "") == ReportAttribute()


def test_a_row_of_a_table_names_no_unit_of_the_report():
    assert unit_of("", "a.txt", "镇街\t经费\n东湖街道\t35.6\t126\n") == ReportAttribute()


def test_the_youth_league_lies_where_its_committee_does():
    assert place_of_unit("共青团平顺县委") == "平顺县"
    assert place_of_unit("共青团县委", "共青团县委召开会议") == ""
