"""Standard streams that are closed or full: one line that names the stream and the right exit code, whatever the command."""

import os
import subprocess
import sys

import pytest

from pipeline.core.errors import UsageError
from pipeline.core.outputs import OutputTarget
from pipeline.core.streams import StreamOut

FULL = "/dev/full"
HINT = "see that it is open and that what it leads to has space"
TEXT = "理论宣讲走进社区，全年举办三十场。"
WRITING = (
    "tag a.txt --format jsonl", "tag a.txt --format html", "text a.txt", "figures a.txt --format csv", "labels stats", "--version",
    "--help", "tag --help",
)  # fmt: skip
needs_full = pytest.mark.skipif(not os.path.exists(FULL), reason="only Linux has a device that is always full")  # noqa: PTH110


@pytest.fixture
def shell(trained_home, tmp_path):
    """A function that runs a command line of the program in a shell; its exit code, its lines of errors, its output."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")

    def run(line, **settings):
        environment = {**os.environ, "MISSION_THEMES_HOME": str(trained_home), "PROGRAM": sys.executable, **settings}
        done = subprocess.run(
            ["/bin/sh", "-c", f'"$PROGRAM" -m pipeline.cli {line}'], env=environment, cwd=tmp_path, capture_output=True, check=False
        )
        return done.returncode, done.stderr.decode().splitlines(), done.stdout.decode()

    return run


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("unbuffered", ["", "1"])
@needs_full
def test_a_full_standard_output_is_told_in_one_line(shell, command, unbuffered):
    code, (line,), _ = shell(f"{command} > {FULL}", PYTHONUNBUFFERED=unbuffered)
    assert code == UsageError.exit_code
    assert line == f"error: standard output: cannot be written (No space left on device); {HINT}"


@pytest.mark.parametrize("command", WRITING)
def test_a_closed_standard_output_is_told_in_one_line(shell, command):
    code, (line,), _ = shell(f"{command} >&-")
    assert code == UsageError.exit_code
    assert line.startswith("error: standard output: cannot be written (Bad file descriptor); ")


@needs_full
def test_it_is_told_in_chinese(shell):
    _, (line,), _ = shell(f"--lang zh tag a.txt --format jsonl > {FULL}")
    assert line == "错误：标准输出：无法写入（磁盘空间不足）；请检查它是否已打开、去处是否有足够空间"


@pytest.mark.parametrize("command", ["tag - --format jsonl", "text -"])
def test_a_closed_standard_input_is_an_input_that_failed(shell, command):
    code, lines, _ = shell(f"{command} <&-")
    assert code == 1
    assert lines[0].startswith("error: standard input: cannot be read (Bad file descriptor); ")


@pytest.mark.parametrize("streams", ["2>&-", ">&- 2>&- <&-", pytest.param(f"2> {FULL}", marks=needs_full)])
def test_an_output_is_whole_and_told_as_such_where_nothing_can_be_told(shell, tmp_path, streams):
    whole = shell("tag a.txt -o whole.jsonl")
    told = shell(f"tag a.txt -o told.jsonl {streams}")
    assert (whole[0], told) == (0, (0, [], ""))
    assert (tmp_path / "told.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert TEXT in (tmp_path / "told.jsonl").read_text(encoding="utf-8")


def test_a_failure_keeps_its_exit_code_where_nothing_can_be_told(shell):
    assert shell("tag nothing.txt 2>&-")[0] == shell("tag nothing.txt")[0] == 1


def test_a_reader_that_has_what_it_wanted_is_no_failure(shell):
    code, lines, text = shell("text a.txt | head -c 3")
    assert (code, lines, text) == (0, [], TEXT[0])


@needs_full
def test_what_cannot_be_written_through_is_told_once_under_its_name(tmp_path):
    place = OutputTarget(tmp_path / "a.jsonl", tmp_path / "a.jsonl", os.open(FULL, os.O_WRONLY))
    with pytest.raises(UsageError, match=r"a\.jsonl: cannot be written \(No space left"), place.open() as stream:
        stream.write(b"x" * 100_000)


@needs_full
def test_nothing_can_be_written_anywhere_and_what_comes_then_is_dropped():
    with StreamOut(os.open(FULL, os.O_WRONLY), "a") as stream:
        assert stream.write(b"") == 0
        with pytest.raises(UsageError, match="a: cannot be written"):
            stream.write(b"12")
        assert stream.write(b"345") == 3
