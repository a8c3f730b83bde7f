"""``pipeline tag --corrected`` and ``pipeline digest --corrected``, by the commands themselves."""

import csv
import io
import json

import pytest

from pipeline.batch.run import RunRequest, TagRun
from pipeline.core.config import load_config
from pipeline.core.records import Correction
from pipeline.labels.corrections.store import save_corrections
from pipeline.output import FORMATS

TEXT = "县图书馆新开六座城市书房，送戏下乡八十场。\n\n县委理论学习中心组集中学习十二次。\n"


@pytest.fixture
def seeds(trained_home):
    return trained_home / "models" / "seeds"


@pytest.fixture
def say(home, model):
    """Return a function that saves what a person says of a span."""

    def run(who, label, start=0, end=21, text=TEXT, **rest):
        said = [Correction(start, end, label, **rest)]
        return save_corrections(text, "甲.txt", said, who, model.labels, load_config())

    return run


@pytest.fixture
def reports(tmp_path):
    """Two reports, of which only the first is corrected."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.txt").write_text(TEXT.replace("六", "七"), encoding="utf-8")
    return folder


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_latest_of_all_people_shows_and_what_was_withdrawn_does_not(call, home, seeds, say, reports, tmp_path):
    out = tmp_path / "tags.jsonl"
    say("王一", "展形象", note="一")
    say("李二", "育新人", note="二")
    assert call("tag", reports, "-o", out, "--model", seeds, "--corrected").exit_code == 0
    assert [line.get("correction") for line in lines(out)] == [{"label": "育新人", "who": "李二", "note": "二"}, None, None, None]
    say("李二", "育新人", withdrawn=True)
    assert call("tag", reports, "-o", out, "--model", seeds, "--corrected").exit_code == 0
    assert lines(out)[0]["correction"] == {"label": "展形象", "who": "王一", "note": "一"}
    assert call("tag", reports, "-o", out, "--model", seeds).exit_code == 0
    assert not [line for line in lines(out) if "correction" in line]


def test_on_a_terminal_and_in_a_pipe(call, seeds, say, reports):
    say("王一", "展形象")
    shown = call("tag", reports / "a.txt", "--model", seeds, "--format", "table", "--corrected")
    assert shown.exit_code == 0
    assert "  展形象  " in shown.stdout.splitlines()[1]
    assert "1 corrected (✎)" in shown.stdout
    piped = call("tag", "-", "--model", seeds, "--format", "csv", "--corrected", stdin=TEXT.encode())
    (first, _) = csv.DictReader(io.StringIO(piped.stdout.removeprefix("\ufeff"), newline=""))
    assert (first["更正主题"], first["校对人"]) == ("展形象", "王一")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_one_process_or_two_give_the_same(call, seeds, say, reports, tmp_path, name):
    say("王一", "展形象", secondary=("育新人",), note="注")
    suffix = FORMATS[name].suffixes[0]
    for jobs in (1, 2):
        made = call("tag", reports, "-o", tmp_path / f"{jobs}{suffix}", "--model", seeds, "--corrected", "--jobs", jobs)
        assert made.exit_code == 0, made.stderr
    assert call("tag", reports, "-o", tmp_path / f"0{suffix}", "--model", seeds).exit_code == 0
    one, two, plain = ((tmp_path / f"{name}{suffix}").read_bytes() for name in (1, 2, 0))
    assert one == two
    assert one != plain


def test_what_does_not_show_is_counted_and_said(call, seeds, say, reports, tmp_path):
    say("王一", "展形象", 0, 21)
    say("王一", "展形象", 3, 9)
    said = "1 correction not shown: no passage lies where they were made; correct them anew"
    out = tmp_path / "a.xlsx"
    assert said in call("tag", reports, "-o", out, "--model", seeds, "--corrected").stderr.splitlines()
    assert said in call("tag", reports, "--format", "jsonl", "--model", seeds, "--corrected").stderr.splitlines()
    assert said in call("digest", reports, "-o", tmp_path / "d.md", "--model", seeds, "--corrected").stderr.splitlines()
    assert "not shown" not in call("tag", reports, "-o", out, "--model", seeds).stderr


def test_resume_does_not_mix_corrections_of_before_and_after(call, seeds, say, reports, tmp_path):
    def journal_of(out):
        """Leave a run as one that was cut short after its first file."""
        request = RunRequest((str(reports),), load_config(), str(seeds), "jsonl", corrected=True, jobs=1)
        run = TagRun(request, print, lambda _: None)
        with run.unfinished(out, resume=True) as folder:
            results = run.tag_into(folder)
            next(results)
            results.close()

    out = tmp_path / "tags.jsonl"
    say("王一", "展形象", 0, 21)
    say("王一", "展形象", 3, 9)
    journal_of(out)
    resumed = call("tag", reports, "-o", out, "--model", seeds, "--corrected", "--resume")
    assert resumed.exit_code == 0
    assert "1 correction not shown" in resumed.stderr  # also of a file that was not tagged again
    assert lines(out)[0]["correction"]["label"] == "展形象"
    journal_of(out)
    say("王一", "育新人", 0, 21)
    resumed = call("tag", reports, "-o", out, "--model", seeds, "--corrected", "--resume")
    assert resumed.exit_code == 0
    assert lines(out)[0]["correction"]["label"] == "育新人"


def test_a_digest_gathers_by_what_people_said(call, seeds, say, reports, tmp_path):
    out = tmp_path / "digest.md"
    say("王一", "展形象")
    made = call("digest", reports, "-o", out, "--model", seeds, "--theme", "展形象", "--corrected", "--least-score", 1)
    assert made.exit_code == 0, made.stderr
    text = out.read_text(encoding="utf-8")
    assert text.count("> 县图书馆新开六座城市书房") == 1
    assert "已校正" in text
    assert call("digest", reports, "-o", out, "--model", seeds, "--theme", "展形象", "--least-score", 1).exit_code == 0
    assert "> 县图书馆" not in out.read_text(encoding="utf-8")


def test_a_correction_with_a_label_that_the_model_has_not_is_named_and_passed_over(call, seeds, say, reports, tmp_path):
    path = say("王一", "展形象").labels
    path.write_bytes(path.read_bytes().replace("展形象".encode(), "没有的".encode()))
    made = call("tag", reports, "-o", tmp_path / "tags.jsonl", "--model", seeds, "--corrected")
    assert made.exit_code == 0
    assert "'没有的' is not a known label" in made.stderr
    assert (tmp_path / "tags.jsonl").read_bytes()  # which the line is not in the way of


def test_spark_has_the_tags_of_the_model_only(call, seeds, reports, tmp_path):
    made = call("tag", reports, "-o", tmp_path / "tags.parquet", "--engine", "spark", "--corrected", "--model", seeds)
    assert made.exit_code != 0
    assert "--corrected: Spark gives the model's tags only" in made.stderr
