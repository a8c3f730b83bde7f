"""No command writes over what it reads, over a device, or over what a person wrote into a workbook."""

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import warnings
import zipfile

import docx
import openpyxl
import pytest
from msgspec.structs import replace

from pipeline.model.folder import save_model
from pipeline.model.model import NO_SCORE, DriftedText

TEXT = "临溪县2022年宣传工作小结\n\n县委理论学习中心组集中学习十二次。\n\n县图书馆新开六座城市书房，送戏下乡八十场。\n"


@pytest.fixture
def there(tmp_path, monkeypatch, trained_home):
    """The current folder with reports in ``orig``; models are found by their names."""
    monkeypatch.setenv("MISSION_THEMES_HOME", str(trained_home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orig" / "2022").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "2022/c.txt"):
        (tmp_path / "orig" / name).write_text(TEXT + name, encoding="utf-8")
    word = docx.Document()
    for line in TEXT.split("\n"):
        word.add_paragraph(line)
    word.save(tmp_path / "orig" / "d.docx")
    return tmp_path


@pytest.fixture
def run(call, there):
    """A function that runs a command on the small model, whose words are given as one line."""

    def run(line):
        words = line.split()
        return call(*words, *(() if words[0] == "text" else ("--model", "seeds")))

    return run


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


REFUSED = [
    "tag orig/d.docx -o orig/d.docx",
    "tag orig/a.txt -o orig/a.txt --format jsonl",
    "tag orig/a.txt -o orig/../orig/A.TXT --format jsonl",
    "tag orig -o orig --format docx",
    "tag orig/ -o orig/ --format csv",
    "tag orig -o orig/ --format html",
    "tag orig/d.docx orig/a.txt -o orig --format docx",
    "tag orig -o orig/2022 --format docx orig/2022/c.txt",
    "tag orig/* -o orig/a.txt --format table",
    "tag orig/a.txt -o soft.jsonl",
    "tag orig/a.txt -o hard.jsonl",
    "tag soft.jsonl -o orig/a.txt --format jsonl",
    "tag all.zip -o all.zip --format xlsx",
    "tag orig/a.txt orig/a.txt.jsonl.summary.json -o orig/a.txt.jsonl",
    "digest orig/d.docx orig/a.txt -o orig/d.docx",
    "digest orig/d.docx -o folder/d.docx",
    "digest orig -o orig.md --about orig.md",
    "digest orig -o orig",
    "tag orig -o orig/2022 --format csv",
    "digest orig/*.* -o orig/d.docx",
    "tag --engine spark orig -o orig",
    "tag --engine spark orig -o .",
    "tag --engine spark orig/a.txt -o orig",
    "tag --engine spark all.zip -o orig",
    "tag --engine spark orig -o all.zip",
]


@pytest.mark.parametrize("line", REFUSED)
def test_an_input_is_never_the_output(there, run, line):
    (there / "soft.jsonl").symlink_to("orig/a.txt")
    (there / "folder").symlink_to("orig")
    os.link("orig/a.txt", "hard.jsonl")
    (there / "orig.md").write_text("name,place,year\na,临溪,2022\n", encoding="utf-8")
    (there / "orig/a.txt.jsonl.summary.json").write_text("学理论", encoding="utf-8")
    with zipfile.ZipFile("all.zip", "w") as package:
        package.write("orig/a.txt")
    before = content(there)
    result = run(line)
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1
    assert "name" in result.stderr
    assert content(there) == before
    assert (there / "soft.jsonl").is_symlink()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("tag orig/a.txt -o pipe", "pipe: is a pipe that cannot be written"),
        ("tag orig/a.txt -o pipe.docx", "pipe.docx: is a pipe that cannot be written"),
        ("digest orig -o pipe.docx", "pipe.docx: is a pipe"),
        ("tag orig/a.txt -o /dev/zero --format jsonl", "/dev/zero: is a device"),
        ("tag orig/a.txt -o only.jsonl", "only.jsonl: is read-only"),
        ("tag orig/a.txt -o made.jsonl", "made.jsonl.summary.json: is no file"),
        ("tag orig/a.txt -o some", "no format for a name without an ending"),
        ("tag orig/a.txt -o folder --format jsonl", "folder: is a folder, and the output is one file"),
        ("tag orig/a.txt -o only --format docx", "only: is a file, and a name without an ending is a folder here"),
        ("tag orig/a.txt -o none.d/ --format docx", "none.d/: no such folder"),
        ("digest orig/a.txt -o none/", "none/: no such folder"),
        ("tag orig/a.txt -o none/ --format jsonl", "none: is a folder, and the output is one file"),
        ("tag orig/a.txt -o of.jsonl", "of.jsonl.run: holds thesis.txt, which is of no run"),
        ("tag orig/a.txt -o to.jsonl", "to.jsonl.run: the place of the unfinished output"),
        ("tag orig/a.txt -o models/seeds/manifest.json --format jsonl", "manifest.json: is an input of this command"),
    ],
)
def test_what_is_no_file_of_an_output_is_refused_and_stays(there, run, trained_home, line, named):
    for name in ("pipe", "pipe.docx", "made.jsonl.summary.json"):
        os.mkfifo(name)
    for name in ("only.jsonl", "only"):
        (there / name).write_text("mine", encoding="utf-8")
    (there / "only.jsonl").chmod(0o444)
    (there / "folder").mkdir()
    (there / ".of.jsonl.run").mkdir()
    (there / ".of.jsonl.run/thesis.txt").write_text("mine", encoding="utf-8")
    (there / ".to.jsonl.run").symlink_to("folder")
    (there / "models").symlink_to(trained_home / "models")
    before, manifest = content(there), (trained_home / "models/seeds/manifest.json").read_bytes()
    result = run(line)
    assert result.exit_code == 2, result.output
    assert named in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert content(there) == before
    assert (trained_home / "models/seeds/manifest.json").read_bytes() == manifest
    assert all(stat.S_ISFIFO((there / name).lstat().st_mode) for name in ("pipe", "pipe.docx", "made.jsonl.summary.json"))


@pytest.mark.parametrize("line", ["tag orig/a.txt", "digest orig"])
def test_a_link_stays_one_and_its_target_is_written(there, run, line):
    (there / "sub").mkdir()
    (there / "o.html").symlink_to("sub/made.html")
    for _ in range(2):  # first a link that leads to nothing yet
        assert run(f"{line} -o o.html").exit_code == 0
        assert (there / "o.html").is_symlink()
        assert (there / "sub/made.html").read_bytes().startswith(b"<!DOCTYPE html>")
    assert {path.name for path in (there / "sub").iterdir()} == {"made.html"}


def test_what_can_be_written_through_is(there, run, trained_home):
    assert run("tag orig/a.txt -o /dev/null --format xlsx").exit_code == 0
    assert run("digest orig -o /dev/null").exit_code == 2  # no ending to choose a format by
    assert stat.S_ISCHR((there / "/dev/null").lstat().st_mode)
    os.mkfifo("pipe")
    found = []
    reader = os.fdopen(os.open("pipe", os.O_RDONLY | os.O_NONBLOCK), "rb")
    writer = os.open("pipe", os.O_WRONLY)  # while it is open the reader, whose end is open already, waits for more
    os.set_blocking(reader.fileno(), True)
    thread = threading.Thread(target=lambda: found.append(reader.read()))
    thread.start()
    result = run("tag orig/a.txt -o pipe --format jsonl")
    os.close(writer)
    thread.join()
    reader.close()
    assert result.exit_code == 0
    plain = run("tag orig/a.txt --format jsonl").stdout_bytes
    assert found == [plain]
    (there / "log").write_bytes(b"before\n")
    command = [sys.executable, "-m", "pipeline.cli", "tag", "orig/a.txt", "--model", "seeds", "-o", "/dev/stdout"]
    with (there / "log").open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    assert (there / "log").read_bytes() == b"before\n" + plain
    assert not list(there.glob("*.summary.json"))
    assert "--resume: only a run with -o OUT can go on" in run("tag orig/a.txt -o /dev/null --resume").stderr


@pytest.mark.parametrize("words", [("text", "orig/a.txt"), ("tag", "orig", "--model", "seeds"), ("tag", "-", "--model", "seeds")])
def test_standard_output_is_no_input_either(there, words):
    with (there / "orig/a.txt").open("ab") as out, (there / "orig/a.txt").open("rb") as given:
        done = subprocess.run([sys.executable, "-m", "pipeline.cli", *words], stdin=given, stdout=out, stderr=-1, check=False)
    assert done.returncode == 2, done.stderr
    assert b"standard output is this same file" in done.stderr
    assert (there / "orig/a.txt").read_text(encoding="utf-8") == f"{TEXT}a.txt"


@pytest.mark.parametrize(
    ("out", "more"),
    [
        ("orig/tags.html", ()),
        ("orig/tags.csv", ()),
        ("orig/made", ("--format", "docx")),
        ("link.html", ()),
        ("orig/2022/x.docx", ()),
        ("DIGEST orig/d.html", ()),
        ("DIGEST orig/e.docx", ()),
        ("DIGEST orig/e.md", ()),
    ],
)
@pytest.mark.parametrize("given", ["orig", "./orig/*"])
def test_a_second_run_does_not_read_what_the_first_one_wrote(there, run, call, out, more, given):
    (there / "link.html").symlink_to("orig/linked.html")
    name, out = ("digest", out.removeprefix("DIGEST ")) if out.startswith("DIGEST ") else ("tag", out)
    command = [name, given, "-o", out, "--model", "seeds", *more]
    first = call(*command)
    second = call(*command)
    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert "4 reports" in first.stderr
    assert "4 reports" in second.stderr
    assert "left out, since this command writes there" in second.stderr
    assert "left out" not in first.stderr
    assert "passed over" not in second.stderr


# ---- corrected workbooks ---------------------------------------------------------------------------------------------


def correct(path, **cells):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    sheet = book["段落"]
    heads = [cell.value for cell in sheet[1]]
    for name, value in cells.items():
        sheet.cell(2, heads.index(name) + 1).value = value
    book.save(path)


@pytest.mark.parametrize("cells", [{"更正主题": "兴文化"}, {"批注": "不对"}, {"更正主题": "没有这个"}, {"更正次要主题": "兴文化"}])
@pytest.mark.parametrize(
    "line", ["tag orig -o book.xlsx", "digest orig -o book.xlsx", "tag orig -o link.xlsx", "tag orig -o books --format xlsx"]
)
def test_a_corrected_workbook_is_not_overwritten(there, run, line, cells):
    (there / "link.xlsx").symlink_to("book.xlsx")
    assert run("tag orig -o book.xlsx").exit_code == 0
    assert run("tag orig -o book.xlsx").exit_code == 0  # nobody wrote into it
    correct("book.xlsx", **cells)
    (there / "books").mkdir()
    shutil.copy("book.xlsx", "books/a.xlsx")
    before = content(there)
    result = run(line)
    assert result.exit_code == 2
    assert "holds 1 correction, which would be lost; take them in with `pipeline labels import " in result.stderr
    assert "or replace them with --force" in result.stderr
    assert content(there) == before
    assert run(f"{line} --force").exit_code == 0
    assert content(there) != before


def test_a_workbook_that_is_corrected_during_the_run_is_not_overwritten(there, run, monkeypatch):
    from pipeline.core import steps

    assert run("tag orig -o book.xlsx").exit_code == 0

    def then(name):
        if name == "the output is composed":
            correct("book.xlsx", 更正主题="兴文化")

    monkeypatch.setattr(steps, "reached", then)
    result = run("tag orig -o book.xlsx")
    assert result.exit_code == 2
    assert "book.xlsx: holds 1 correction" in result.stderr
    corrected = (there / "book.xlsx").read_bytes()
    monkeypatch.setattr(steps, "reached", lambda name: None)
    assert run("tag orig -o book.xlsx --resume").exit_code == 2
    assert (there / "book.xlsx").read_bytes() == corrected
    assert run("tag orig -o book.xlsx --resume --force").exit_code == 0


# ---- labels ----------------------------------------------------------------------------------------------------------


def test_labels_are_not_written_over_what_they_are_read_from(call, home, root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("configs", "seeds/reports", "seeds/labels"):
        shutil.copytree(root / name, home / name, dirs_exist_ok=True)
    (tmp_path / "data.csv").write_text("text,label\n学理论,举旗帜\n", encoding="utf-8")
    (tmp_path / "soft.csv").symlink_to("data.csv")
    label_file, own = next((home / "seeds/labels").glob("seed.jsonl")), next((home / "seeds/reports").glob("*.txt"))
    before = content(home)
    for words in (
        ("import", "data.csv", "-o", "data.csv"),
        ("import", "data.csv", "-o", "./soft.csv"),
        ("import", "data.csv", "-o", label_file),
        ("import", "data.csv", "-o", own),
        ("export", "-o", label_file),
        ("export", "-o", f"{home}/seeds/labels/../labels/SEED.JSONL"),
    ):
        result = call("labels", *words, "--config", root / "configs/seeds.toml")
        assert result.exit_code == 2, (words, result.output)
        assert "is an input of this command" in result.stderr or "lies where it goes" in result.stderr
    assert content(home) == before
    os.mkfifo("tasks.json")
    assert call("labels", "export", "-o", "tasks.json", "--config", root / "configs/seeds.toml").exit_code == 2
    assert stat.S_ISFIFO(os.lstat("tasks.json").st_mode)
    (tmp_path / "link.json").symlink_to("made.json")
    assert call("labels", "export", "-o", "link.json", "--config", root / "configs/seeds.toml").exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "made.json").stat().st_size > 1000


def test_text_unlike_that_of_the_training_is_told_of_and_needs_a_higher_score(home, call, tmp_path, model):
    limit = DriftedText(0.0, NO_SCORE)
    save_model(replace(model, drifted=limit, stored_version=None), home / "models" / "strict", b"")
    lines = "".join(f"县图书馆新开城市书房{number}座，送戏下乡{number}0场，群众文化活动丰富多彩。\n" for number in "一二三四五六七")
    (tmp_path / "a.txt").write_text(lines, encoding="utf-8")
    told = "100% of the text has many words new to the model, and a higher review line (drift.stricter_review)"
    for more, review in (((), {True}), (("--set", "drift.stricter_review=false"), {False})):
        done = call("tag", tmp_path / "a.txt", "--model", "strict", "--format", "jsonl", *more)
        assert (told in done.stderr) is (True in review)
        assert {json.loads(line)["review"] for line in done.stdout.splitlines()} == review


def test_a_name_with_a_slash_is_a_folder_of_commented_files(there, run):
    done = run("tag orig/a.txt orig/d.docx -o 批注/")
    assert (done.exit_code, done.stderr.splitlines()[-1].endswith(" -> 批注")) == (0, True)
    assert sorted(path.name for path in (there / "批注").iterdir()) == ["a.docx", "d.docx"]
    with zipfile.ZipFile("批注/d.docx") as made:
        assert "word/comments.xml" in made.namelist()
    assert run("tag orig/a.txt -o 批注/").exit_code == 0, "once more, into the folder of an earlier run"
    assert run("tag orig/a.txt -o 表/ --format csv").exit_code == 0
    assert [path.name for path in (there / "表").iterdir()] == ["a.csv"]


@pytest.mark.parametrize("line", ["tag orig/a.txt --corrected --format jsonl", "library add orig/a.txt"])
def test_a_damaged_correction_is_told_on_a_line_of_its_own(there, run, monkeypatch, line):
    monkeypatch.setenv("MISSION_THEMES_DATA", str(there / "library"))
    (there / "review.jsonl").write_text("damaged\n", encoding="utf-8")
    done = run(f"{line} --set corpus.review={there / 'review.jsonl'}")
    assert (done.exit_code, done.stderr.partition(": not a label")[0]) == (0, f"not counted: {there / 'review.jsonl'}:1")


def test_lines_of_a_table_that_are_of_no_report_of_a_digest_are_told(there, run):
    (there / "about.csv").write_text("文件,年份\na.txt,2023\norig/b.txt,2024\n不在.txt,2024\n", encoding="utf-8")
    done = run("digest orig -o d.md --about about.csv")
    assert [line for line in done.stderr.splitlines() if "about.csv" in line] == [
        "about.csv: 不在.txt is no report of this digest; check the name"
    ]


def test_outputs_of_earlier_runs_in_a_folder_are_no_reports(there, run):
    (there / "orig" / "台账.csv").write_text("\ufeff单位,主题,内容\n县馆,读书,县图书馆新开六座城市书房。\n", encoding="utf-8")
    assert run("tag orig -o orig/批注/ --format docx").exit_code == 0
    for name in ("t.jsonl", "t.csv", "t.html"):
        assert run(f"tag orig/a.txt -o orig/{name}").exit_code == 0
    for command in ("digest orig/a.txt -o orig/d.md", "digest orig/a.txt -o orig/d.xlsx"):
        assert run(command).exit_code == 0
    for name in ("f.csv", "f.xlsx"):
        assert run(f"figures orig/a.txt -o orig/{name}").exit_code == 0
    done = run("tag orig --format jsonl")
    assert "left out, since an earlier run made them: 11 files, as " in done.stderr
    assert {json.loads(line)["source"] for line in done.stdout.splitlines()} == {
        "orig/2022/c.txt", "orig/a.txt", "orig/b.txt", "orig/d.docx", "orig/台账.csv",
    }  # fmt: skip
    (there / "orig" / "d.docx").unlink()  # and the copy with comments is all that is left of it
    assert "orig/批注/d.docx" in {json.loads(line)["source"] for line in run("tag orig --format jsonl").stdout.splitlines()}
    assert run("tag orig/t.html --format jsonl").stdout.count("\n") > 0, "what is named itself is tagged"
