"""What is left of a run that is killed at each of its named steps is enough to go on, and never in the way."""

import errno
import json
import os
import subprocess
import sys

import pytest

from pipeline.batch import resume
from pipeline.batch.resume import JournalEntry, RunFolder
from pipeline.core.errors import UsageError

# A run over three files, killed at a step as by SIGKILL: nothing of Python runs any more. One process begins all runs, each in a
# child that it forks, since a hundred starts of Python take most of a minute.
RUNS = """
import json, os, sys
from pathlib import Path
from pipeline.batch import resume
from pipeline.core import steps
resume.WRITTEN_EVERY = 0

def run(kill_at, out, how, form):
    seen, resumes = [], how == "resume"
    def reached(name):
        seen.append(name)
        if len(seen) == kill_at:
            os._exit(9)
    steps.reached = reached
    def compose(pieces, target):
        if form == "folder":
            target.mkdir()
        for name in ("a", "b") if form == "folder" else ("",):
            (target / name if name else target).write_bytes(pieces.read_bytes() + name.encode())
    with resume.RunFolder(Path(out), "key", resumes) as folder:
        for name in "cab" if form == "in another order" and resumes else "abc":
            entry = folder.known(name, lambda _: "9")
            if entry:
                folder.keep(entry)
            else:
                folder.add(resume.JournalEntry(name, "9", 0, 0, 0, 1, {}, ()), iter([name.encode() * 5000]))
        folder.finish(None if form in ("plain", "in another order") else compose)
    return seen

for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, json.dumps(run(*json.loads(line))).encode())
        except BaseException as error:
            os.write(writing, json.dumps(repr(error)).encode())
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        seen = told.read() or "[]"
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), json.loads(seen)]), flush=True)
"""


@pytest.fixture(scope="module")
def run():
    """Return a function that makes a run in a process of its own and tells whether it was killed, and the steps that it came to."""
    command = [sys.executable, "-c", RUNS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:

        def run(kill_at, out, how, form):
            process.stdin.write(json.dumps([kill_at, str(out), how, form]) + "\n")
            code, seen = json.loads(process.stdout.readline())
            assert code in (0, 9), seen
            return code == 9, seen

        yield run
        process.stdin.close()


def content(out):
    if out.is_dir():
        return {path.name: path.read_bytes() for path in out.iterdir()}
    return out.read_bytes() if out.exists() else None


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "composed", "folder", "in another order"])
@pytest.mark.parametrize("how", ["anew", "resume"])
def test_a_run_that_is_killed_at_any_step_goes_on_to_the_same_output(run, tmp_path, form, how):
    _, steps = run(0, tmp_path / "whole.x", "anew", form)
    assert len(steps) > 15
    run(0, tmp_path / "whole.x", "resume", form)
    whole = content(tmp_path / "whole.x")
    for number in range(1, len(steps) + 3):
        out = tmp_path / f"{number}.x"
        if how == "resume":
            run(steps.index("their lines are written") + 4, out, "anew", form)
        was_killed, _ = run(number, out, how, form)
        if form != "folder":  # whose files appear one by one
            assert content(out) in (None, whole) or form == "in another order"
        _, told = run(0, out, "resume", form)
        assert content(out) == whole, number
        assert not was_killed or told
    assert {path.name for path in tmp_path.iterdir()} == {"whole.x", *(f"{n}.x" for n in range(1, len(steps) + 3))}


@pytest.mark.slow
def test_a_kill_while_the_journal_is_written_anew_loses_nothing(run, tmp_path):
    out = tmp_path / "o.x"
    _, steps = run(0, tmp_path / "w.x", "anew", "plain")
    run(steps.index("all pieces are written") + 1, out, "anew", "plain")
    journal = (tmp_path / ".o.x.run" / "journal").read_bytes()
    assert journal.count(b"\n") == 4
    for step in ("a new journal is begun", "the new journal is whole", "the new journal is in its place"):
        run(steps.index(step) + 1, out, "resume", "plain")
        assert (tmp_path / ".o.x.run" / "journal").read_bytes() == journal, step


def test_a_journal_without_its_pieces_means_that_nothing_is_done(tmp_path):
    with RunFolder(tmp_path / "o.x", "key", resume=False) as folder:
        folder.add(JournalEntry("a", "9", 0, 0, 0, 1, {}, ()), iter([b"x"]))
    (tmp_path / ".o.x.run" / "pieces").rename(tmp_path / "o.x")
    with RunFolder(tmp_path / "o.x", "key", resume=True) as folder:
        assert folder.known("a", lambda _: "9") is None
        folder.add(JournalEntry("a", "9", 0, 0, 0, 1, {}, ()), iter([b"y"]))
        folder.finish()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"o.x": b"y"}


def test_a_lock_that_is_removed_while_it_is_waited_for_is_none(tmp_path, monkeypatch):
    from filelock import FileLock

    out, removed = tmp_path / "o.x", []
    plain = FileLock.acquire

    def acquire(lock, *args, **settings):
        if not removed:  # another run ends just now, and clears its folder away
            removed.append(True)
            (tmp_path / ".o.x.run" / "lock").unlink()
        return plain(lock, *args, **settings)

    monkeypatch.setattr(FileLock, "acquire", acquire)
    with RunFolder(out, "key", resume=False), pytest.raises(UsageError, match="another run is writing it"):
        RunFolder(out, "key", resume=False).__enter__()


@pytest.mark.parametrize("name", ["thesis.txt", "journal.txt"])
def test_a_folder_that_is_of_no_run_is_left_alone(tmp_path, name):
    (tmp_path / ".o.x.run").mkdir()
    (tmp_path / ".o.x.run" / name).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=f"holds {name}, which is of no run"):
        RunFolder(tmp_path / "o.x", "key", resume=False).__enter__()
    assert (tmp_path / ".o.x.run" / name).read_text(encoding="utf-8") == "mine"


def test_a_folder_of_an_output_takes_the_place_of_files_only(tmp_path):
    (tmp_path / "o" / "a.x").mkdir(parents=True)
    (tmp_path / "orig.x").write_bytes(b"mine")
    (tmp_path / "o" / "b.x").symlink_to(tmp_path / "orig.x")

    def compose(names):
        def write(pieces, target):
            target.mkdir()
            for name in names:
                (target / name).write_bytes(pieces.read_bytes())

        return write

    with RunFolder(tmp_path / "o", "key", resume=False) as folder:
        folder.add(JournalEntry("a", "9", 0, 0, 0, 1, {}, ()), iter([b"x"]))
        with pytest.raises(UsageError, match=r"a\.x: is no file"):
            folder.finish(compose(["b.x", "a.x"]))
    with RunFolder(tmp_path / "o", "key", resume=True) as folder:
        folder.keep(folder.known("a", lambda _: "9"))
        folder.finish(compose(["b.x"]))
    assert (tmp_path / "orig.x").read_bytes() == b"mine"
    assert (tmp_path / "o" / "b.x").read_bytes() == b"x"


def test_what_the_guard_of_a_killed_run_removes_meanwhile_is_no_fault(tmp_path, monkeypatch):
    out = tmp_path / "o.jsonl"
    with RunFolder(out, "key", False) as folder:
        (folder.scratch / "mission-themes-1").mkdir()
        (folder.scratch / "mission-themes-2").mkdir()
    rmdir = os.rmdir

    def removed_before(path, **settings):
        if str(path).endswith("-1"):
            rmdir(path, **settings)  # by the guard
        rmdir(path, **settings)

    monkeypatch.setattr(os, "rmdir", removed_before)
    with RunFolder(out, "key", True) as folder:
        assert list(folder.scratch.iterdir()) == []


@pytest.mark.parametrize("resume", [False, True])
def test_only_where_a_file_is_done_it_is_said_that_a_run_can_go_on(tmp_path, resume):
    def no_space():
        yield b"x"
        raise OSError(errno.ENOSPC, "No space left on device")

    entry, out = JournalEntry("a", "9", 0, 0, 0, 1, {}, ()), tmp_path / "o.jsonl"
    with RunFolder(out, "key", resume) as folder:
        with pytest.raises(UsageError, match=r"and has space$"):
            folder.add(entry, no_space())
        folder.add(entry, iter([b"x"]))
        with pytest.raises(UsageError, match=r"the same command with --resume goes on$"):
            folder.add(entry, no_space())
    with RunFolder(out, "key", resume) as folder, pytest.raises(UsageError) as caught:
        folder.add(entry, no_space())
    assert ("--resume" in str(caught.value)) == resume


def test_a_folder_that_is_not_there_is_nothing_to_go_on_with(tmp_path):
    with (
        pytest.raises(UsageError, match=r"see that its folder exists, is yours and has space$"),
        RunFolder(tmp_path / "none" / "o.jsonl", "key", resume=False),
    ):
        pass


@pytest.mark.parametrize("is_output", [True, False])
def test_what_becomes_the_output_is_sent_to_the_disk_while_the_run_goes_on(tmp_path, monkeypatch, is_output):
    sent = []
    monkeypatch.setattr(resume, "WRITTEN_EVERY", -1)
    monkeypatch.setattr(resume, "ON_ITS_WAY", 100)
    monkeypatch.setattr(
        resume, "begin_to_disk", lambda stream, start, length: sent.append((start, length, os.fstat(stream.fileno()).st_size))
    )
    entry = JournalEntry("a", "9", 0, 0, 0, 1, {}, ())
    with RunFolder(tmp_path / "o.x", "key", False, is_output) as folder:
        for length in (60, 30, 20, 250, 99):
            folder.add(entry, iter([bytes(length)]))
    assert sent == ([(0, 110, 110), (110, 250, 360)] if is_output else [])
    with RunFolder(tmp_path / "o.x", "key", True, is_output) as folder:
        folder.add(entry, iter([bytes(1)]))  # behind what the earlier run has sent
        folder.finish()
    assert len(sent) == (2 if is_output else 0)
