"""A command that is stopped says so in one line, whenever and however it is stopped, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import docx
import psutil
import pytest

STOPPED = "stopped; nothing half-written was left behind"
WAIT = 60  # seconds, at most


@pytest.fixture(scope="module")
def archive(root, tmp_path_factory):
    """A folder with enough to do for some seconds, in plain text and in files that a process of its own reads."""
    folder = tmp_path_factory.mktemp("archive")
    text = next((root / "seeds" / "reports").glob("*.txt")).read_text(encoding="utf-8")
    word = docx.Document()
    for line in text.split("\n") * 20:
        word.add_paragraph(line)
    word.save(folder / "0.docx")
    for number in range(1, 40):
        (folder / f"{number}.docx").write_bytes((folder / "0.docx").read_bytes())
        (folder / f"{number}.txt").write_text(text * 20, encoding="utf-8")
    return folder


@pytest.fixture
def program(trained_home, tmp_path):
    """A function that starts a command with a folder of its own for temporary files."""
    (tmp_path / "temporary").mkdir()
    processes = []

    def begin(*words, signals=(), **settings):
        environment = {**os.environ, "MISSION_THEMES_HOME": str(trained_home), "TMPDIR": str(tmp_path / "temporary")}
        command = [sys.executable, "-m", "pipeline.cli", *map(str, words)]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in signals], **settings,  # noqa: PLW1509
        )  # fmt: skip
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def until(found):
    deadline = time.monotonic() + WAIT
    while not (result := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return result


def below(process):
    return psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize(
    "words", [("tag", "-o", "o.jsonl", "--jobs", "2"), ("digest", "-o", "o.md", "--jobs", "2"), ("tag", "--jobs", "1")]
)
def test_a_run_that_is_stopped_leaves_no_process_and_no_folder(archive, program, tmp_path, words, number):
    process = program(words[0], archive, *words[1:], "--model", "seeds")
    started = until(lambda: len(found := below(process)) >= (6 if "2" in words else 2) and found)
    process.send_signal(number)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == (-number if number == signal.SIGKILL else 130), said
    assert "Traceback" not in said
    if number != signal.SIGKILL:
        assert said.splitlines()[-1] == STOPPED
        assert len(said.splitlines()) == (2 if "o.jsonl" in words else 1)
    until(lambda: not any(each.is_running() and each.status() != "zombie" for each in started))
    until(lambda: not list((tmp_path / "temporary").iterdir()))
    assert {path.name for path in tmp_path.iterdir()} - {"home", "temporary"} == ({".o.jsonl.run"} if "o.jsonl" in words else set())
    scratch = tmp_path / ".o.jsonl.run" / "scratch"
    assert not scratch.exists() or not any(path.name.startswith("mission-themes-") for path in scratch.iterdir())


def test_a_stop_is_one_line_at_any_moment_of_the_start(archive, program):
    for wait in range(12):
        process = program("tag", archive / "1.txt", "--model", "seeds")
        until(partial(has_begun, process))
        time.sleep(wait * 0.02)
        process.send_signal((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[wait % 3])
        _, said = process.communicate(timeout=WAIT)
        assert said == f"{STOPPED}\n" or (process.returncode == 0 and "1 report tagged" in said), wait


def has_begun(process):
    return process.poll() is not None or listens(process.pid)


def listens(process_id):
    """Tell whether a process has a way of its own for TERM."""
    with Path(f"/proc/{process_id}/status").open(encoding="utf-8") as stream:
        caught = next(line.split()[1] for line in stream if line.startswith("SigCgt"))
    return int(caught, 16) >> (signal.SIGTERM - 1) & 1


def test_nothing_heavy_is_imported_before_signals_are_listened_to(root):
    code = "import sys, pipeline.cli.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, check=True, cwd=root)
    assert not {"click", "typing", "re", "enum", "signal", "pathlib", "msgspec"} & set(done.stdout.decode().split())


def test_a_program_that_was_told_to_ignore_a_signal_does(archive, program):
    process = program("tag", archive / "1.txt", "--model", "seeds", signals=(signal.SIGHUP, signal.SIGINT))
    until(lambda: listens(process.pid))
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 0, said
    process = program("tag", archive, "-o", "o.jsonl", "--model", "seeds", signals=(signal.SIGINT,))  # as after `command &`
    until(lambda: listens(process.pid))
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=WAIT)[1].splitlines()[-1] == STOPPED


@pytest.mark.parametrize("lost", ["destructor", "class"])
def test_a_stop_that_python_would_lose_is_not(lost):
    code = {
        "destructor": (
            "import os, signal, time\nclass Lost:\n    def __del__(self): signal.raise_signal(signal.SIGTERM); len([])\n"
            "Lost()\ntime.sleep(60)"
        ),
        "class": (
            "import signal\nclass Name:\n    def __set_name__(self, *_): signal.raise_signal(signal.SIGINT); len([])\n"
            "class Other: name = Name()"
        ),
    }[lost]
    start = f"from pipeline.cli import stopping, commands, __main__ as own\ndef main():\n    exec({code!r}, {{}})\n"
    run = f"{start}commands.main = main\nown.run()"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False, timeout=WAIT)
    assert (done.returncode, done.stderr) == (130, f"{STOPPED}\n")


def test_a_process_that_is_lost_is_one_line(archive, program):
    process = program("tag", archive, "-o", "o.jsonl", "--jobs", "2", "--model", "seeds")
    until(lambda: len(below(process)) >= 6)
    worker = max(below(process), key=lambda each: len(each.children()))
    worker.kill()
    _, said = process.communicate(timeout=WAIT)
    assert process.returncode == 2
    assert said.splitlines()[-1].startswith("error: a process that tags was ended, perhaps for want of memory; try --jobs 1")
