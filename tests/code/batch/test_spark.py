"""The same tags inside Spark: real workers in processes of their own, one of them killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.batch import spark
from pipeline.core.errors import UsageError


@pytest.fixture(scope="module")
def archive(root, tmp_path_factory):
    """A folder of 60 reports, one of them broken."""
    folder = tmp_path_factory.mktemp("archive")
    for number, path in enumerate(sorted((root / "seeds" / "written").glob("*/0[12]*.txt"))[:60]):
        (folder / f"{number:02}.txt").write_bytes(path.read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture
def command(trained_home):
    def build(*arguments):
        model = str(trained_home / "models" / "seeds")
        return [sys.executable, "-m", "pipeline.cli", "tag", *map(str, arguments), "--model", model]

    return build


@pytest.fixture
def local(archive, command):
    done = subprocess.run(command(archive), capture_output=True, text=True, check=False)
    return sorted(done.stdout.splitlines())


def lines(folder):
    return sorted(line for part in Path(folder).glob("part-*") for line in part.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def run(java, commands, trained_home):
    """Return a function that tags with one Spark, which is kept."""
    options = ["--engine", "spark", "--master", "local[2]", "--model", "seeds"]
    with commands() as ask:
        yield lambda *arguments: ask(["tag", *arguments, *options], home=trained_home)


def test_tags_and_errors_are_those_of_one_machine(run, archive, local, tmp_path):
    done = run(archive, "-o", tmp_path / "t.jsonl")
    assert done.returncode == 1, done.stderr
    assert lines(tmp_path / "t.jsonl") == local
    assert "60 reports tagged by Spark, 1 failed, see" in done.stderr
    (error,) = lines(tmp_path / "t.jsonl.errors")
    assert json.loads(error) == {
        "source": f"{archive}/empty.txt",
        "error": f"{archive}/empty.txt: the file is empty; save the report again",
    }


def test_a_table_goes_in_and_parquet_comes_out(run, tmp_path):
    import pandas as pd

    texts = ["图书馆新开城市书房六座，送戏下乡八十场。", "理论宣讲团进村社讲党课。", "  "]
    pd.DataFrame({"text": texts, "source": ["a", "a", "c"]}).to_parquet(tmp_path / "rows.parquet")
    done = run(tmp_path / "rows.parquet", "-o", tmp_path / "t.parquet")
    assert done.returncode == 1, done.stderr
    found = pd.read_parquet(tmp_path / "t.parquet").sort_values("text")
    assert list(found["text"]) == texts[:2]
    assert list(found["theme"]) == ["兴文化", "举旗帜"]
    assert "2 reports tagged by Spark, 1 failed, see" in done.stderr  # namesakes are two
    assert found["score"].between(0, 1).all()
    assert "error: c: the row has no text" in done.stderr


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(java, archive, command, local, tmp_path):
    started = subprocess.Popen(
        command(archive, "-o", tmp_path / "t.jsonl", "--engine", "spark", "--master", "local-cluster[2,1,1024]"),
        stderr=subprocess.PIPE,
        text=True,
    )
    killed = kill_one_executor(deadline=time.monotonic() + 120)
    _, said = started.communicate(timeout=240)
    assert killed
    assert started.returncode == 1, said
    assert lines(tmp_path / "t.jsonl") == local


def kill_one_executor(deadline):
    """Kill one of Spark's executors as soon as a Python worker of it is at work."""
    while time.monotonic() < deadline:
        names = {path.parent.name: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()}
        executors = [int(pid) for pid, name in names.items() if b"CoarseGrainedExecutorBackend" in name and b"java" in name]
        if executors and any(b"pyspark.daemon" in name or b"pyspark/daemon" in name for name in names.values()):
            os.kill(executors[0], signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def test_what_is_missing_is_named(monkeypatch, tmp_path, call, report):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="--engine spark: needs Java 17 or newer, found none; install it"):
        spark._check_java()
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n", encoding="utf-8")
    old.chmod(0o755)
    with pytest.raises(UsageError, match="found 11; install it"):
        spark._check_java()
    result = call("tag", report, "--engine", "spark")
    assert result.exit_code == 2
    assert "name the folder to write with -o OUT" in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume"], "--resume: Spark begins each run anew; leave it out, or leave --engine spark out"),
        (["--jobs", "2"], "--jobs: Spark spreads the work by its own settings"),
        (["--force"], "--force: Spark replaces nothing but what it wrote itself"),
        (["--corrected"], "--corrected: Spark gives the model's tags only"),
        (["--format", "csv"], "--engine spark: writes jsonl and parquet, no csv; name one of these"),
        (["--format", "quatsch"], "no quatsch; name one of these"),
        (["-o", "t.xlsx"], "no xlsx; name one of these"),
    ],
)
def test_what_spark_cannot_do_is_refused(call, report, tmp_path, monkeypatch, options, words):
    monkeypatch.setattr(spark, "tag_with_spark", None)
    result = call("tag", report, "--engine", "spark", "-o", tmp_path / "t", *options)
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("t.")] == []


def test_the_address_of_spark_without_spark_and_standard_input_with_it_are_refused(call, report, tmp_path):
    result = call("tag", report, "--master", "local[2]")
    assert (result.exit_code, "--master: is the address of Spark; name --engine spark too" in result.stderr) == (2, True)
    result = call("tag", "-", "--engine", "spark", "-o", tmp_path / "t.jsonl")
    assert (result.exit_code, "-: the workers of Spark cannot read standard input" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "out", "chosen"),
    [
        (None, "t", "jsonl"),
        (None, "t.2024", "jsonl"),
        (None, "t.ndjson", "jsonl"),
        (None, "t.PARQUET", "parquet"),
        ("jsonl", "t.parquet", "jsonl"),
        ("parquet", "t", "parquet"),
    ],
)
def test_the_format_is_the_one_named_or_that_of_the_ending(name, out, chosen):
    assert spark.format_of(name, Path(out)) == chosen


def test_errors_are_those_of_this_run_and_of_files_that_cannot_be_listed(run, tmp_path):
    folder, out = tmp_path / "reports", tmp_path / "t"
    folder.mkdir()
    (folder / "a.txt").write_text("图书馆新开城市书房六座，送戏下乡八十场。", encoding="utf-8")
    bad = os.fsencode(folder) + b"/\xb1\xa8.txt"
    with open(bad, "wb") as stream:  # noqa: PTH123 - a Path takes no bytes
        stream.write(b"x")
    done = run(folder, "-o", out, "--format", "jsonl")
    assert (done.returncode, "1 report tagged by Spark, 1 failed, see" in done.stderr) == (1, True), done.stderr
    (error,) = map(json.loads, lines(tmp_path / "t.errors"))
    assert error["source"] == f"{folder}/报.txt"
    assert error["error"].startswith(f"{folder}/报.txt: its name is no UTF-8")
    os.unlink(bad)  # noqa: PTH108 - as above
    done = run(folder, "-o", out)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "t.errors").exists()


class FewDocuments:
    """An engine that gives back what it is asked to tag, a line for each."""

    def tag_documents(self, documents):
        for document in documents:
            line = json.dumps([document.source, document.text, len(document.text), document.marks[0].kind]) + "\n"
            yield SimpleNamespace(source=document.source, groups=(SimpleNamespace(json_lines=line.encode),))


def test_white_space_of_a_row_counts_once_and_a_row_of_it_alone_is_named():
    texts = [" 全县\u3000新开 \t书房\n六座。 ", "", None, "\u3000\n\t ", "好。"]
    rows = [{"number": i, "name": f"表#{i}", "text": text} for i, text in enumerate(texts)]
    found = [*spark._tag_rows(rows, FewDocuments())]
    tagged = [(number, json.loads(line), source) for number, line, source, _ in found if line]
    assert tagged == [
        (0, ["表#0", "全县 新开 书房 六座。", 12, "record"], "表#0"),
        (4, ["表#4", "好。", 2, "record"], "表#4"),
    ]
    assert [row for row in found if row[1] is None] == [(i, None, f"表#{i}", f"表#{i}: the row has no text") for i in (1, 2, 3)]
    assert [row[0] for row in found] == [0, 1, 2, 3, 4]
