import msgspec
import pytest

from pipeline.core.records import HumanLabel
from pipeline.library.find import find, found_reports, hits, models_of, said_of
from pipeline.library.records import Wanted
from pipeline.output.digest.records import ReportFacts


@pytest.fixture
def three(library, keep, make):
    second = ("新时代文明实践中心开展志愿服务", {"theme": "育新人", "score": 0.6})
    keep(
        make("a.txt", "基层理论宣讲三百场。", second, title="临溪县总结"),
        place="江渚市临溪县",
        unit="临溪县委宣传部",
        year="2023",
        kind="总结",
    )
    keep(make("b.txt", "理论，宣讲", ("網絡理論宣講", {"theme": "举旗帜"}), "政策宣讲"), place="岷陵市", year="2024", group="一组")
    keep(make("c.txt", "无关的一段"))
    return library


def texts(library, query, wanted=None, most=None):
    return [hit.tag.text for hit in hits(library, find(library, query, wanted or Wanted(), most))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("宣讲", ["理论，宣讲", "網絡理論宣講", "政策宣讲", "基层理论宣讲三百场。"]),
        ("理论宣讲", ["網絡理論宣講", "基层理论宣讲三百场。"]),
        ("理论 宣讲", ["理论，宣讲", "網絡理論宣講", "基层理论宣讲三百场。"]),
        ("“理论，宣讲”", ["理论，宣讲"]),
        ("(理论 或 政策) 宣讲 非 网络", ["理论，宣讲", "政策宣讲", "基层理论宣讲三百场。"]),
        ("基层 近/3 三百", []),
        ("基层 近/4 三百", ["基层理论宣讲三百场。"]),
        ("时代 志愿", ["新时代文明实践中心开展志愿服务"]),
        ("明实", ["新时代文明实践中心开展志愿服务"]),
        ("总结", ["临溪县总结"]),
        ("没有", []),
    ],
)
def test_what_a_query_finds(three, query, found):
    assert texts(three, query) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted("举旗帜"), ["網絡理論宣講"]),
        (Wanted("", 0.7), ["理论，宣讲", "網絡理論宣講", "政策宣讲", "基层理论宣讲三百场。"]),
        (Wanted("", 0.95), []),
        (Wanted("", 0, {"place": "临溪"}), ["基层理论宣讲三百场。"]),
        (Wanted("", 0, {"unit": "宣传部", "year": "2023"}), ["基层理论宣讲三百场。"]),
        (Wanted("", 0, {"year": "202"}), []),
        (Wanted("兴文化", 0.5, {"group": "一组"}), ["理论，宣讲", "政策宣讲"]),
        (Wanted("", 0, {"kind": "简报"}), []),
    ],
)
def test_what_is_wanted_besides(three, wanted, found):
    assert texts(three, "宣讲", wanted) == found


def test_how_many_there_are_and_the_newest_first(three):
    found = find(three, "宣讲", Wanted(), 2)
    assert (found.passages, found.reports, len(found.ids)) == (4, 2, 2)
    assert [hit.tag.text for hit in hits(three, found)] == ["網絡理論宣講", "政策宣讲"]
    assert models_of(three, found) == ["m 1"]


def test_reports_of_a_search_hold_the_passages_that_were_found(three):
    found = find(three, "理论", Wanted())
    (second, first) = found_reports(three, found)
    assert [tag.text for tag in second.tags] == ["理论，宣讲", "網絡理論宣講"]
    assert (second.source, first.source) == ("b.txt（2）", "a.txt（1）")
    assert first.text[first.tags[0].start : first.tags[0].end] == first.tags[0].text
    assert said_of(three)["a.txt（1）"] == ReportFacts("江渚市临溪县", "2023", "临溪县委宣传部", "总结", "", "临溪县总结")


def test_what_a_person_said_is_what_is_found(library, keep, make):
    keep(make("a.txt", ("全民阅读活动", {"theme": "其他"})))
    keep(make("b.txt", ("全民阅读大会", {"theme": "其他"})))
    report = make("c.txt", ("全民阅读季", {"theme": "其他"}))
    said = msgspec.structs.replace(report.tags[0], correction=HumanLabel("兴文化", secondary=("育新人",)))
    keep(msgspec.structs.replace(report, tags=(said,)))
    assert texts(library, "阅读", Wanted("兴文化")) == ["全民阅读季"]


def test_lines_that_a_page_broke_are_one(library, keep, make):
    keep(make("a.txt", "全民阅\n读活动"))
    assert texts(library, "阅读") == ["全民阅\n读活动"]
