"""Reports into the library, by the engine itself, with the model of the seeds that is shipped."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from pipeline.batch.engine import load_cached
from pipeline.batch.keep import Keeper, corrections_of, from_tags, keep_files, keep_tags, retag
from pipeline.batch.run import RunRequest, TagRun
from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.core.errors import InputError, UsageError
from pipeline.core.records import Correction, Tag
from pipeline.labels.corrections.shown import Corrections
from pipeline.labels.corrections.store import save_corrections
from pipeline.library import reports
from pipeline.library.find import find
from pipeline.library.records import Wanted
from pipeline.library.store import Library
from pipeline.model.folder import find_model
from pipeline.output.digest.records import ReportFacts


@pytest.fixture(scope="module")
def shipped():
    return load_cached(find_model("default"))


@pytest.fixture
def keep(home, config, shipped):
    """Return a function that keeps files, and returns what was said and what became of them."""

    def run(*paths, jobs=None, said=None):
        lines = []
        with Library(create=True) as library:
            keeper = Keeper(library, shipped, corrections_of(config, shipped, lines.append), said or {}, lines.append)
            asked = RunRequest(tuple(map(str, paths)), config, "default", "jsonl", jobs=jobs)
            keep_files(TagRun(asked, lines.append, lines.append), keeper, iter)
        return lines, keeper.done

    return run


def test_files_are_kept_with_what_they_say_of_themselves(keep, report):
    lines, done = keep(report)
    assert lines == []
    (entry,) = done.added
    assert (entry.of("place"), entry.of("year"), entry.of("kind"), entry.name) == (
        "临溪县",
        "2022",
        "总结",
        "临溪县2022年宣传工作小结",
    )
    with Library() as library:
        kept = reports.content_of(library, 1)
        assert kept.document.text == report.read_text(encoding="utf-8")
        assert find(library, "图书馆 阅读", Wanted("兴文化")).passages == 1


def test_the_same_in_two_processes(keep, report, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"{report.read_text(encoding='utf-8')}第{number}份")
    _, done = keep(tmp_path / "0.txt", tmp_path / "1.txt", tmp_path / "2.txt", jobs=2)
    assert [entry.source.rsplit("/")[-1] for entry in done.added] == ["0.txt", "1.txt", "2.txt"]
    with Library() as library:
        assert [(b.action, b.reports) for b in reports.batches(library)] == [("add", 3)]


def test_what_is_kept_is_passed_over_and_what_changed_is_told(keep, report):
    keep(report)
    lines, done = keep(report)
    assert (lines, done.added, done.known) == ([], [], [str(report)])
    report.write_text(report.read_text(encoding="utf-8").replace("八十", "九十"), encoding="utf-8")
    lines, done = keep(report, said={report.name: ReportFacts(unit="汉桥街道")})
    assert lines == [f"{report}: its content has changed since it was kept as 1; both are kept, remove what is outdated"]
    assert done.added[0].of("unit") == "汉桥街道"


def test_tags_that_were_made_before_are_kept_as_they_are(home, config, keep, report, tmp_path, call, shipped):
    out = tmp_path / "tags.jsonl"
    assert call("tag", report, "-o", out).exit_code == 0
    with Library(create=True) as library:
        keeper = Keeper(library, shipped, Corrections([]), {}, print)
        keep_tags(out, keeper, 10_000)
        (entry,) = keeper.done.added
        assert not entry.is_whole
        assert (entry.name, entry.of("year"), entry.passages) == ("临溪县2022年宣传工作小结", "2022", 2)
        kept = reports.content_of(library, 1)
        tags = [msgspec.json.decode(line, type=Tag) for line in out.read_bytes().splitlines()]
        assert kept.tags == tuple(tags)
        assert all(kept.document.text[tag.start : tag.end] == tag.text for tag in tags)
        result = retag(library, reports.entries(library), shipped, Corrections([]), write=True)
        assert (result.done, [each.number for each in result.not_whole]) == (0, [1])


def test_what_was_set_aside_is_no_report(home, tmp_path, shipped):
    tag = Tag("a.txt", 1, 0, 4, "阅读活动", "", "兴文化", 0.9, {}, (), False, (), "m 1", noise="navigation")
    path = tmp_path / "tags.jsonl"
    path.write_bytes(msgspec.json.encode(tag) + b"\n")
    with Library(create=True) as library:
        keep_tags(path, Keeper(library, shipped, Corrections([]), {}, print), 1000)
        assert reports.entries(library) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"start": 5}, "does not fit the others"),
        ({"end": 10**12, "start": 10**12 - 4}, "does not fit the others"),
        ({"text": "\ud800abc"}, "broken characters"),
    ],
)
def test_tags_that_do_not_fit_are_refused(tmp_path, change, line):
    tag = Tag("a.txt", 1, 0, 4, "阅读活动", "", "兴文化", 0.9, {}, (), False, (), "m 1")
    with pytest.raises(InputError, match=line):
        from_tags([msgspec.structs.replace(tag, **change)], tmp_path, 1000)
    with pytest.raises(InputError, match="does not fit the others"):
        from_tags([tag, tag], tmp_path, 1000)


def test_a_line_that_is_no_tag_keeps_nothing_of_its_file(home, tmp_path, shipped):
    path = tmp_path / "tags.jsonl"
    tag = {"source": "a.txt", "segment": 1, "start": 0, "end": 4, "text": "阅读活动", "heading": "", "theme": "兴文化",
           "score": 0.9, "scores": {}, "secondary": [], "review": False, "evidence": [], "model": "m 1"}  # fmt: skip
    path.write_text(json.dumps(tag) + '\n{"no": "tag"}\n')
    with Library(create=True) as library:
        keeper = Keeper(library, shipped, Corrections([]), {}, print)
        with pytest.raises(InputError, match=r"tags.jsonl: line 2 is no tag .*missing required field"):
            keep_tags(path, keeper, 1000)
        assert reports.entries(library) == []
        with pytest.raises(InputError, match=r"none.jsonl: cannot be read"):
            keep_tags(tmp_path / "none.jsonl", keeper, 1000)


def test_tagging_anew_shows_and_keeps_what_changes(keep, report, config, shipped):
    keep(report)
    text = report.read_text(encoding="utf-8")
    start = text.index("县图书馆")
    with Library() as library:
        tag = next(each for each in reports.content_of(library, 1).tags if each.start <= start < each.end)
        assert tag.theme == "兴文化"
        save_corrections(text, report.name, [Correction(tag.start, tag.end, "育新人")], "王芳", shipped.labels, config)
        entries = reports.entries(library)
        tried = retag(library, entries, shipped, corrections_of(config, shipped, print), write=False)
        assert [(c.before, c.tag.shown_theme, c.tag.start) for c in tried.changes] == [("兴文化", "育新人", tag.start)]
        assert find(library, "图书馆", Wanted("育新人")).passages == 0
        done = retag(library, entries, shipped, corrections_of(config, shipped, print), write=True)
        assert done.changes == tried.changes
        assert find(library, "图书馆", Wanted("育新人")).passages == 1
        assert [(b.action, b.changed) for b in reports.batches(library)] == [("add", 0), ("retag", 1)]


def test_a_library_takes_no_model_of_other_labels(home, config, keep, report, shipped):
    keep(report)
    labels = LabelSet("其他", (LabelDefinition("投诉"), LabelDefinition("咨询"), LabelDefinition("其他")))
    other = replace(shipped, name="letters", labels=labels)
    line = r"its reports bear labels that model letters does not have \(.*兴文化.*\); .* MISSION_THEMES_DATA"
    with Library() as library:
        with pytest.raises(UsageError, match=line):
            Keeper(library, other, Corrections([]), {}, print)
        with pytest.raises(UsageError, match=line):
            retag(library, reports.entries(library), other, Corrections([]), write=True)
        assert {tag.theme for tag in reports.content_of(library, 1).tags} <= set(shipped.labels.names)


def test_a_table_is_taken_for_reports_that_are_kept_already(keep, report):
    keep(report)
    _, done = keep(report, said={report.name: ReportFacts(unit="临溪县文化馆", place="", year="2023")})
    assert (len(done.added), len(done.known)) == (0, 1)
    with Library() as library:
        (entry,) = reports.entries(library)
    assert (entry.of("unit"), entry.of("year"), entry.of("kind")) == ("临溪县文化馆", "2023", "总结")
