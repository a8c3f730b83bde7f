import pytest

from pipeline.output.digest.records import ReportAttribute
from pipeline.output.digest.when import year_of


@pytest.mark.parametrize(
    ("title", "source", "text", "year", "basis"),
    [
        ("临溪县2022年工作总结", "2019.txt", "", "2022", "标题"),
        ("关于2019年工作总结和2020年打算", "a.txt", "", "2019", "标题"),
        ("望柯县委宣传部二〇二〇年度工作报告", "a.txt", "", "2020", "标题"),
        ("二○一九年总结", "a.txt", "", "2019", "标题"),
        ("２０２１ 年总结", "a.txt", "", "2021", "标题"),
        ("总结", "报告/总结20231105.docx", "", "2023", "文件名"),
        ("总结", "02_panchuan_2023.txt", "", "2023", "文件名"),
        ("总结", "c:\\报告\\2018-3-1 总结.doc", "", "2018", "文件名"),
        ("", "a.txt", "标题\n发布时间: 2024-01-09 来源", "2024", "开头"),
        ("", "a.txt", "，" * 500 + "2017年，2017年，2017年，2016年", "2017", "正文"),
        ("", "a.txt", "，" * 500 + "2017年，2017年，2016年，2015年", "", ""),
        ("", "a.txt", "，" * 500 + "2017年，2017年", "", ""),
        ("1998年回顾", "000_05cee4bd61fb810e2023.txt", "投入2036年的12023年", "", ""),
        ("", "99992023101.txt", "电话20231405", "", ""),
        ("第2020号", "a.txt", "", "", ""),
    ],
)
def test_the_year_of_a_report(title, source, text, year, basis):
    assert year_of(title, source, text) == ReportAttribute(year, basis)
