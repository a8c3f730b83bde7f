"""Files and folders as archives have them: names that are no UTF-8, folders that cannot be entered, relative paths."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "临溪县2022年宣传工作小结\n\n县委理论学习中心组集中学习十二次。\n\n县图书馆新开六座城市书房，送戏下乡八十场。\n"


@pytest.fixture
def run(trained_home, tmp_path):
    """A function that runs a command in a folder, with paths as bytes, and returns what it said."""

    def run(*words):
        environment = {**os.environb, b"MISSION_THEMES_HOME": os.fsencode(trained_home)}
        command = [sys.executable, "-m", "pipeline.cli", *words]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=False)
        assert b"unexpected" not in done.stderr
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


@pytest.fixture
def archive(tmp_path):
    """A folder with names in GB18030: a report, a web page, an empty file and a damaged one, beside a plain one."""
    folder = os.fsencode(tmp_path / "orig") + "/宣传".encode("gb18030")
    Path(os.fsdecode(folder)).mkdir(parents=True)
    for name, data in (
        ("报告.txt", TEXT.encode()),
        ("网页.html", f"<html><body><p>{TEXT}</p></body></html>".encode()),
        ("空.txt", b""),
        ("坏.docx", b"PK\x03\x04 no document"),
    ):
        Path(os.fsdecode(folder + b"/" + name.encode("gb18030"))).write_bytes(data)
    (tmp_path / "orig" / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "orig"


@pytest.mark.parametrize(
    ("out", "jobs"), [("o.jsonl", "2"), *((out, "1") for out in ("o.jsonl", "o.csv", "o.html", "o.xlsx", "o.docx", "o"))]
)
def test_names_in_another_encoding_are_shown_readable_one_line_each(run, archive, tmp_path, out, jobs):
    words = ("tag", "orig", "-o", out, "--jobs", jobs, "--model", "seeds", *(("--format", "csv") if out == "o" else ()))
    code, _, said = run(*words)
    assert code == 1
    lines = [line for line in said.splitlines() if line.startswith("error:")]
    assert sorted(line.partition(": ")[2].partition(": ")[0] for line in lines) == ["orig/宣传/坏.docx", "orig/宣传/空.txt"]
    assert "3 reports tagged, 2 failed" in said
    if out == "o.jsonl":
        rows = [json.loads(line) for line in (tmp_path / out).read_text(encoding="utf-8").splitlines()]
        assert {row["source"] for row in rows} == {"orig/a.txt", "orig/宣传/报告.txt", "orig/宣传/网页.html"}
    if out == "o":
        assert sorted(path.name for path in (tmp_path / out).iterdir()) == ["a.csv", "报告.csv", "网页.csv"]
    first = (tmp_path / out).read_bytes() if out != "o" else b""
    code, _, said = run(*words, "--resume")
    assert code == 1
    assert out == "o" or (tmp_path / out).read_bytes() == first


def test_such_a_name_may_be_given_and_written_to(run, archive, tmp_path):
    name = os.fsencode("orig") + "/宣传/报告.txt".encode("gb18030")
    assert run("text", name)[1] == TEXT + "\n"
    code, _, _ = run("tag", name, "-o", "摘.jsonl".encode("gb18030"), "--model", "seeds")
    assert code == 0
    assert (tmp_path / os.fsdecode("摘.jsonl".encode("gb18030"))).stat().st_size
    assert run("tag", name, "-o", name, "--format", "jsonl", "--model", "seeds")[0] == 2
    code, _, said = run("digest", "orig", "-o", "d.md", "--model", "seeds")
    assert code == 1
    assert "3 reports, 2 failed" in said
    assert "宣传/空.txt" in (tmp_path / "d.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="makes a run of another user, which only root can")
def test_a_folder_that_may_not_be_listed_is_one_line(archive, tmp_path, trained_home):
    closed = archive / "closed"
    closed.mkdir()
    (closed / "b.txt").write_text(TEXT, encoding="utf-8")
    closed.chmod(0)
    for path in (tmp_path, *tmp_path.parents):
        if path != Path("/") and path.stat().st_uid == os.getuid():
            path.chmod(path.stat().st_mode | 0o055)
    os.chown(tmp_path, 65534, 65534)
    code = (
        "import os; from pipeline.read.find import find_reports; os.setgid(65534); os.setuid(65534); "
        "found = find_reports(['orig']); print(len(found.reports)); print(*found.failures, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "5",
        "orig/closed: cannot be listed (Permission denied); check the permissions of this folder",
    ], done.stderr


def test_an_old_word_file_is_read_whatever_relative_path_the_output_has(run, tmp_path, soffice):
    (tmp_path / "given.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "orig").mkdir()
    soffice(tmp_path / "given.txt", "doc", tmp_path).rename(tmp_path / "orig" / "old.doc")
    for out in ("o.jsonl", "./o.csv", "orig/o.jsonl"):
        code, _, said = run("tag", "orig/old.doc", "-o", out, "--model", "seeds")
        assert (code, "1 report tagged" in said) == (0, True), said
