"""The commands of the library, as a person types them."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from pipeline.output.earlier import outputs_among

REPORT = """临溪县委宣传部{year}年宣传工作总结

一、理论学习

基层宣讲团走进村社讲党课{count}场，理论宣讲受到欢迎。

二、文化惠民

县图书馆新开六座城市书房，送戏下乡八十场，全民阅读活动吸引两万人次。
"""


@pytest.fixture
def folder(tmp_path, home):
    below = tmp_path / "reports"
    below.mkdir()
    for year, count in (("2023", "三百"), ("2024", "四百")):
        (below / f"{year}.txt").write_text(REPORT.format(year=year, count=count), encoding="utf-8")
    return below


@pytest.fixture
def kept(folder, call):
    result = call("library", "add", folder)
    assert result.exit_code == 0, result.stderr
    assert "2 reports kept -> " in result.stderr
    return folder


def test_added_listed_shown_and_added_again(kept, call, home):
    head, first, second = call("library", "list").stdout.splitlines()
    assert head.split() == ["编号", "名称", "单位", "地区", "年份", "体裁", "分组", "段落", "文件"]
    assert first.split()[:6] == ["1", "临溪县委宣传部2023年宣传工作总结", "临溪县委宣传部", "临溪县", "2023", "总结"]
    assert second.split()[0] == "2"
    shown = call("library", "show", 2).stdout
    assert "  单位  临溪县委宣传部（标题）\n" in shown
    assert "讲党课四百场" in shown
    assert "0 reports kept, 2 kept already" in call("library", "add", kept).stderr
    assert call("library", "list", "--history").stdout.count("add") == 1
    line = call("--lang", "zh", "library", "list", "--history").stdout.splitlines()[1]
    assert re.match(r" +1  \d{4}-\d\d-\d\d \d\d:\d\d  收入 ", line)
    assert re.search(r"收入  \d{4}-\d\d-\d\d \d\d:\d\d\n", shown)
    assert (home / "library" / "library.sqlite3").is_file()


def test_what_cannot_be_read_is_one_line_and_the_rest_is_kept(folder, call):
    (folder / "3.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "tags.jsonl").write_text("{}\n")
    result = call("library", "add", folder, folder / "tags.jsonl")
    assert result.exit_code == 1
    assert "2 reports kept, 2 failed" in result.stderr
    assert "tags.jsonl: line 1 is no tag" in result.stderr


def test_found_in_every_format(kept, call, tmp_path):
    result = call("find", "理论 宣讲", "--year", 2024)
    assert [json.loads(line)["library"]["year"] for line in result.stdout.splitlines()] == ["2024"]
    assert "1 passage in 1 report" in result.stderr
    assert "讲党课四百场" in call("find", "“理论宣讲”", "--format", "table", "-n", 1).stdout
    for ending in ("jsonl", "csv", "xlsx", "docx", "html", "md"):
        out = tmp_path / f"found.{ending}"
        result = call("find", "宣讲", "--unit", "宣传部", "-o", out)
        assert result.exit_code == 0, result.stderr
        assert "2 passages in 2 reports" in result.stderr
        data = out.read_bytes()
        text = (
            zipfile.ZipFile(out).read({"xlsx": "xl/sharedStrings.xml", "docx": "word/document.xml"}[ending])
            if data[:2] == b"PK"
            else data
        )
        assert "讲党课三百场".encode() in text
    rows = [*csv.DictReader(io.StringIO((tmp_path / "found.csv").read_text(encoding="utf-8-sig"), newline=""))]
    assert [row["编号"] for row in rows] == ["2", "1"]
    written = (tmp_path / "found.md").read_text(encoding="utf-8")
    assert "检索“宣讲”" in written
    assert "没有这一主题的段落" not in written  # of themes that were found only


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["文"], "'文': too short"),
        (["文明", "--theme", "体育"], "--theme 体育: no such label"),
        (["文明", "-o", "x.pdf"], "no format for pdf"),
        (["文明", "--format", "docx"], "written to a file only"),
        (["文明", "--year", "202x"], "--year 202x: no year; write it as 2024"),
    ],
)
def test_a_search_that_makes_no_sense(kept, call, words, line):
    result = call("find", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert line in result.stderr
    assert result.stderr.count("\n") == 1


def test_nothing_found_writes_nothing(kept, call, tmp_path):
    result = call("find", "航天", "-o", tmp_path / "x.docx")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing found" in result.stderr
    assert not (tmp_path / "x.docx").exists()


def test_the_library_itself_is_no_output(kept, call, home):
    path = home / "library" / "library.sqlite3"
    before = path.read_bytes()
    assert "is an input of this command" in call("find", "宣讲", "--format", "csv", "-o", path).stderr
    assert path.read_bytes() == before


def test_attributes_corrected_by_hand_and_by_a_table(kept, call, tmp_path):
    assert "岷陵市" in call("library", "set", 1, "place=岷陵市", "分组=一组").stdout
    table = tmp_path / "about.csv"
    table.write_text("文件,地区,单位\n2023.txt,朔河市,朔河市教育局\n2024.txt,松梨镇,\n没有.txt,朔河市,\n", encoding="gb18030")
    result = call("library", "set", "--about", table)
    assert "没有.txt is no report of the library" in result.stderr
    assert "2 reports set" in result.stderr
    first, second = call("library", "list").stdout.splitlines()[1:]
    assert ("朔河市教育局" in first, "岷陵市" in first, "松梨镇" in second) == (True, True, True)
    for wrong in ([], [1], ["year=2024"], [1, "year=2024", "--about", table], ["一", "year=2024"]):
        assert "give numbers of reports and ATTRIBUTE=VALUE" in call("library", "set", *wrong).stderr
    assert "no report 9" in call("library", "set", 9, "year=2024").stderr


def test_counted(kept, call, tmp_path):
    lines = call("library", "count", "--by", "year").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["年份", "段落"], ["2023", "2"], ["2024", "2"]]
    assert call("library", "count", "--by", "年份", "--measure", "段落").stdout.splitlines() == lines
    assert call("library", "count", "--by", "theme", "--measure", "reports").stdout.splitlines()[1].split()[0] == "举旗帜"
    assert "--by theme counts reports or passages" in call("library", "count", "--by", "theme", "--measure", "characters").stderr
    assert "counts go into .csv or .xlsx" in call("library", "count", "-o", tmp_path / "x.pdf").stderr
    outs = [str(tmp_path / f"{by}.{ending}") for by in ("year", "theme") for ending in ("csv", "xlsx")]
    for out in outs:
        assert " rows -> " in call("library", "count", "--by", Path(out).stem, "-o", out).stderr
    assert outputs_among(outs) == outs


def test_counts_are_written_over_no_file_of_the_project(kept, call, home, config):
    own = home / config.corpus.review
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(b"{}")
    link = home / "c.csv"
    link.symlink_to(own)
    assert "is an input of this command" in call("library", "count", "--by", "year", "-o", link).stderr
    assert own.read_bytes() == b"{}"


def test_tagged_anew_removed_and_restored(kept, call, tmp_path, home):
    assert call("library", "retag", "1", "1", "--dry-run").stderr.startswith("1 report would be tagged anew")
    result = call("library", "retag", "--dry-run")
    assert "2 reports would be tagged anew by default" in result.stderr
    assert "0 of " in result.stderr
    copy = tmp_path / "copy.sqlite3"
    assert "keep it as you keep them" in call("library", "backup", copy).stderr
    assert call("library", "remove", 1, 2).stderr.startswith("removed 1: ")
    assert call("library", "list").stdout.count("\n") == 1
    assert "临溪县委".encode() not in (home / "library" / "library.sqlite3").read_bytes()
    assert "give --force" in call("library", "restore", copy).stderr
    assert call("library", "restore", copy, "--force").exit_code == 0
    assert call("library", "list").stdout.count("\n") == 3


def test_without_a_library(home, call):
    for command in (["find", "宣讲"], ["library", "list"], ["library", "show", 1], ["library", "count"], ["library", "remove", 1]):
        result = call(*command)
        assert result.exit_code == 2
        assert "no library yet" in result.stderr


def test_a_minus_before_a_word_is_answered_and_an_option_that_is_none_is_named(call, kept):
    result = call("find", "理论", "-宣讲")
    assert result.exit_code == 2
    assert "'-宣讲': to leave a word out, write NOT or 非 before it, as in: 宣讲 非 宣讲" in result.stderr
    assert call("find", "理论", "-n", 1).exit_code == 0
    assert "No such option '--plcae'. Did you mean '--place'?" in call("find", "理论", "--plcae", "x").stderr
    assert "No such option '--unti'" in call("find", "理论", "--unti=x").stderr
    assert "No such option '-z'" in call("find", "-z", "理论").stderr
