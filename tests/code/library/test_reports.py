import msgspec
import pytest

from pipeline.core.errors import LibraryError, UsageError
from pipeline.core.records import HumanLabel
from pipeline.library import attributes, reports
from pipeline.library.find import find
from pipeline.library.records import Wanted
from pipeline.output.digest.records import ReportAttribute, ReportFacts


def test_a_report_comes_back_as_it_was_put_in(library, keep, make):
    report = make("报告/a.txt", "全民阅读活动", ("讲党课三百场", {"theme": "举旗帜"}), title="临溪县总结")
    entry = keep(report, place="临溪县")
    assert (entry.number, entry.source, entry.name, entry.passages, entry.is_whole) == (1, "报告/a.txt", "临溪县总结", 2, True)
    assert entry.of("place") == "临溪县"
    assert entry.of("unit") == ""
    assert reports.content_of(library, 1) == report
    assert reports.known(library, report.document.sha256) == entry == reports.entry_of(library, 1)


def test_the_same_content_is_kept_once_and_numbers_are_never_given_again(library, keep, make):
    assert keep(make("a.txt", "全民阅读活动")).number == 1
    assert keep(make("b.txt", "全民阅读活动")) is None
    reports.remove(library, [1])
    assert keep(make("b.txt", "全民阅读活动")).number == 2
    assert [entry.number for entry in reports.versions(library, "b.txt")] == [2]


def test_removing_is_all_or_nothing(library, keep, make):
    keep(make("a.txt", "全民阅读活动"))
    with pytest.raises(UsageError, match="no report 7 in the library; `pipeline library list` has the numbers"):
        reports.remove(library, [1, 7])
    assert len(reports.entries(library)) == 1
    assert [entry.number for entry in reports.remove(library, [1, 1])] == [1]
    for table in ("report", "attribute", "passage", "share", "pair"):
        assert library.database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_attributes_by_hand_stay_and_an_empty_one_goes(library, keep, make):
    keep(make("a.txt", "全民阅读活动"), place="临溪县", year="2023")
    entry = reports.set_attributes(library, 1, attributes.by_hand(["year=2024年", "place="]))
    assert entry.attributes == {"year": ReportAttribute("2024", "手工")}
    entry = reports.set_attributes(library, 1, attributes.told(ReportFacts("岷陵市", "2022"), "a.txt"))
    assert entry.attributes == {"year": ReportAttribute("2024", "手工"), "place": ReportAttribute("岷陵市", "指定")}


def test_other_tags_take_the_place_of_tags(library, keep, make):
    old = make("a.txt", "全民阅读活动", ("讲党课三百场", {"theme": "举旗帜"}))
    keep(old)
    new = msgspec.structs.replace(old, tags=(msgspec.structs.replace(old.tags[0], theme="育新人", model="m 2"), old.tags[1]))
    batch = reports.begin_batch(library, "retag", "m 2")
    reports.replace_tags(library, 1, new, batch, 1)
    assert reports.entry_of(library, 1).model == "m 2"
    assert find(library, "阅读", Wanted("兴文化")).passages == 0
    assert find(library, "阅读", Wanted("育新人")).passages == 1
    assert [b.members for b in reports.batches(library)][-1] == (1,)
    assert [(b.action, b.model, b.reports, b.passages, b.changed) for b in reports.batches(library)] == [
        ("add", "m 1", 1, 2, 0),
        ("retag", "m 2", 1, 2, 1),
    ]
    library.database.execute("INSERT INTO terms(terms) VALUES ('integrity-check')")


def test_changes_are_held_against_the_passage_with_most_of_the_characters(keep, make):
    before = make("a.txt", ("全民阅读活动", {"theme": "兴文化"}), ("讲党课三百场", {"theme": "举旗帜"})).tags
    whole = msgspec.structs.replace(before[0], end=before[1].end, theme="兴文化")
    entry = keep(make("b.txt", "别的"))
    assert reports.changes(entry, before, before) == []
    assert reports.changes(entry, before, [whole]) == []
    late = msgspec.structs.replace(whole, start=4)
    assert [change.before for change in reports.changes(entry, before, [late])] == ["举旗帜"]
    beyond = msgspec.structs.replace(whole, start=500, end=510, theme="其他")
    assert reports.changes(entry, before, [beyond]) == []
    said = msgspec.structs.replace(before[1], correction=HumanLabel("兴文化"))
    assert [(c.before, c.tag.shown_theme) for c in reports.changes(entry, before, [before[0], said])] == [("举旗帜", "兴文化")]


@pytest.mark.parametrize("content", [b"", b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_report_is_told(library, keep, make, content):
    keep(make("a.txt", "全民阅读活动"))
    library.database.execute("UPDATE report SET content = ?", (content,))
    with pytest.raises(LibraryError, match=r"report 1 is damaged .* restore a copy"):
        reports.content_of(library, 1)


def test_a_report_without_a_passage_is_kept_and_taken_out(library, keep, make):
    kept = keep(make("a.txt"))
    assert (kept.number, kept.passages) == (1, 0)
    assert reports.content_of(library, 1).tags == ()
    reports.remove(library, [1])
    assert reports.entries(library) == []
