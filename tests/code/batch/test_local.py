"""Many files into one output: the same bytes over one process or two, and after a run that was cut short."""

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.batch import local as batch
from pipeline.batch.resume import JournalEntry, RunFolder
from pipeline.batch.run import RunRequest, TagRun
from pipeline.core.errors import UsageError
from pipeline.read.isolated import IsolatedReader

KILLS = 20


@pytest.fixture(scope="module")
def archive(root, tmp_path_factory):
    """A folder of 480 short reports in several formats, one of them broken."""
    folder = tmp_path_factory.mktemp("archive")
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "seeds" / "written").glob("*/0[1-4]*.txt"))]
    for number in range(480):
        page = f"<html><body><p>{texts[number % len(texts)]}</p></body></html>"
        path = folder / f"{number:03}.{'html' if number % 20 == 7 else 'txt'}"
        path.write_text(page if path.suffix == ".html" else texts[number % len(texts)], encoding="utf-8")
    (folder / "100.txt").write_bytes(b"")
    return folder


@pytest.fixture
def command(trained_home):
    def build(folder, out, *more):
        model = trained_home / "models" / "seeds"
        return [sys.executable, "-m", "pipeline.cli", "tag", str(folder), "-o", str(out), "--model", str(model), *more]

    return build


@pytest.fixture(scope="module")
def undisturbed(archive, trained_home, tmp_path_factory, start):
    out = tmp_path_factory.mktemp("whole") / "t.jsonl"
    done = start(["tag", archive, "-o", out, "--model", trained_home / "models" / "seeds", "--jobs", "1"])
    assert done.returncode == 1, done.stderr
    assert "479 reports tagged, 1 failed" in done.stderr
    return out.read_bytes()


@pytest.mark.parametrize("jobs", ["2", "3"])
def test_the_output_is_the_same_over_any_number_of_processes(archive, command, tmp_path, undisturbed, jobs):
    out = tmp_path / "t.jsonl"
    done = subprocess.run(command(archive, out, "--jobs", jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert out.read_bytes() == undisturbed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.jsonl", "t.jsonl.summary.json"]
    printed = subprocess.run(
        command(archive, "-", "--jobs", jobs)[:5] + command(archive, out, "--jobs", jobs)[7:], capture_output=True, check=False
    )
    assert printed.stdout == undisturbed


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_goes_on_to_the_same_output(archive, command, tmp_path, undisturbed):
    chance = random.Random(5)
    kills = whole = kept = 0
    while kills < KILLS:
        out = tmp_path / "t.jsonl"
        arguments = command(archive, out, "--resume", "--jobs", str(chance.choice((1, 2))))
        process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True)
        journal = tmp_path / ".t.jsonl.run" / "journal"
        if kills % 2:  # every other kill waits for work that is worth going on with, however busy the machine is
            while process.poll() is None and not (journal.exists() and len(journal.read_bytes().splitlines()) > 1):
                time.sleep(0.01)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.0, 0.2) if kills % 2 else chance.uniform(0.4, 1.6))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            kept += journal.exists() and len(journal.read_bytes().splitlines()) > 1
            continue
        assert process.communicate()[1].count("error:") == 1
        assert out.read_bytes() == undisturbed
        out.unlink()
        whole += 1
    done = subprocess.run(command(archive, tmp_path / "t.jsonl", "--resume"), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "t.jsonl").read_bytes() == undisturbed
    assert kept >= KILLS / 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.jsonl", "t.jsonl.summary.json"]


@pytest.fixture
def run_of(trained_home, config):
    """A function that returns a run over paths."""

    def make(*paths, **options):
        model = str(trained_home / "models" / "seeds")
        return TagRun(RunRequest(tuple(map(str, paths)), config, model, "jsonl", jobs=1, **options), print, lambda _: None)

    return make


@pytest.fixture
def cut_short(archive, run_of):
    """A function that leaves an output with some files done, as a killed run does."""

    def cut(out, files, paths=(archive,)):
        run = run_of(*paths)
        with run.unfinished(out, resume=False) as folder:
            for _ in zip(range(files), run.tag_into(folder), strict=False):
                pass
        return run

    return cut


def test_files_that_changed_are_tagged_again_and_the_others_are_not(archive, tmp_path, cut_short, monkeypatch):
    copy = shutil.copytree(archive, tmp_path / "copy")
    out = tmp_path / "t.jsonl"
    sources = [str(path) for path in sorted(copy.iterdir())]
    run = cut_short(out, 50, [copy])
    (copy / "003.txt").write_text("图书馆新开城市书房六座。", encoding="utf-8")
    read = []
    plain = IsolatedReader.read
    monkeypatch.setattr(IsolatedReader, "read", lambda self, source, name: read.append(source) or plain(self, source, name))
    with run.unfinished(out, resume=True) as folder:
        pieces = list(run.tag_into(folder))
        folder.finish()
    assert [piece.source for piece in pieces] == sources
    assert read[0] == str(copy / "003.txt")
    assert str(copy / "049.txt") not in read
    assert len(read) == len(sources) - 49
    assert "图书馆新开城市书房六座。".encode() in out.read_bytes()


def test_another_model_or_setting_begins_anew(archive, tmp_path, cut_short, run_of):
    out = tmp_path / "t.jsonl"
    run = cut_short(out, 30)
    sources = [str(path) for path in sorted(archive.iterdir())]
    with run.unfinished(out, resume=True) as folder:
        assert folder.known(sources[0], batch.digest_of) is not None
    with run_of(archive, keep_noise=True).unfinished(out, resume=True) as folder:
        assert folder.known(sources[0], batch.digest_of) is None


@pytest.mark.parametrize("damage", ["journal", "pieces"])
def test_a_damaged_record_is_not_believed(archive, tmp_path, cut_short, damage, undisturbed):
    out = tmp_path / "t.jsonl"
    run = cut_short(out, 60)
    path = tmp_path / ".t.jsonl.run" / damage
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    sources = [str(path) for path in sorted(archive.iterdir())]
    with run.unfinished(out, resume=True) as folder:
        assert [piece.source for piece in run.tag_into(folder)] == sources
        folder.finish()
    assert out.read_bytes() == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("flip", [0x01, 0x55, 0x80])
def test_a_journal_is_read_up_to_a_damaged_byte_wherever_it_is(tmp_path, flip):
    out = tmp_path / "t.jsonl"
    path = tmp_path / ".t.jsonl.run" / "journal"
    with RunFolder(out, "key", resume=False) as folder:
        for name in ("一.txt", "二.txt", "三.txt"):
            folder.add(JournalEntry(name, "9", 0, 0, 0, 1, {"byline": 2}, ()), iter([b"x"]))
    whole = path.read_bytes()
    for place, byte in enumerate(whole):
        path.write_bytes(whole[:place] + bytes([byte ^ flip]) + whole[place + 1 :])
        with RunFolder(out, "key", resume=True) as folder:
            assert len(folder._done) <= max(0, whole[:place].count(b"\n") - 1), place
    path.write_bytes(whole)
    with RunFolder(out, "key", resume=True) as folder:
        assert list(folder._done) == ["一.txt", "二.txt", "三.txt"]


def test_lines_wait_for_some_time_and_a_run_that_ends_unfinished_writes_them(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.batch.resume.WRITTEN_EVERY", 3600)
    journal = tmp_path / ".t.jsonl.run" / "journal"
    entries = [JournalEntry(name, "9", 0, 0, 0, 1, {}, ()) for name in "abc"]
    with RunFolder(tmp_path / "t.jsonl", "key", resume=False) as folder:
        folder._written = time.monotonic()
        for entry in entries:
            folder.add(entry, iter([entry.source.encode() * 5]))
        assert len(journal.read_bytes().splitlines()) == 1
    assert len(journal.read_bytes().splitlines()) == 4
    with RunFolder(tmp_path / "t.jsonl", "key", resume=True) as folder:
        for name in "cab":
            folder.keep(folder.known(name, lambda _: "9"))
        folder.add(JournalEntry("d", "9", 0, 0, 0, 1, {}, ()), iter([b"d"]))
        folder.finish()
    assert (tmp_path / "t.jsonl").read_bytes() == b"cccccaaaaabbbbbd"


def test_two_runs_on_one_output_refuse_each_other(tmp_path, cut_short):
    out = tmp_path / "t.jsonl"
    run = cut_short(out, 1)
    message = r"t\.jsonl: another run is writing it; wait for its end"
    with run.unfinished(out, resume=True), pytest.raises(UsageError, match=message):
        run.unfinished(out, resume=True).__enter__()


def test_without_resume_a_run_that_was_cut_short_is_begun_anew_and_said(archive, tmp_path, cut_short, command, undisturbed):
    out = tmp_path / "t.jsonl"
    cut_short(out, 60)
    done = subprocess.run(command(archive, out), capture_output=True, text=True, check=False)
    assert "an earlier run was cut short and is begun anew; --resume would have gone on with it" in done.stderr
    assert out.read_bytes() == undisturbed


def test_a_full_disk_ends_with_one_line_and_can_be_resumed(archive, tmp_path, command, undisturbed):
    out = tmp_path / "t.jsonl"
    limit = len(undisturbed) // 2

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    full = subprocess.run(command(archive, out, "--jobs", "1"), preexec_fn=fill, capture_output=True, text=True, check=False)
    assert full.returncode == 2, full.stderr
    lines = [line for line in full.stderr.splitlines() if "cannot be written" in line]
    assert len(lines) == 1
    assert "t.jsonl: cannot be written (File too large); see that its folder exists, is yours and has space" in lines[0]
    assert not out.exists()
    done = subprocess.run(command(archive, out, "--resume"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert out.read_bytes() == undisturbed


def test_a_lost_folder_is_one_line(archive, tmp_path, command):
    done = subprocess.run(command(archive, tmp_path / "none" / "t.jsonl"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "t.jsonl: cannot be written (No such file or directory)" in done.stderr


def test_ctrl_c_says_how_to_go_on(archive, tmp_path, command):
    out = tmp_path / "t.jsonl"
    process = subprocess.Popen(command(archive, out, "--jobs", "2"), stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (tmp_path / ".t.jsonl.run" / "journal").exists():
        time.sleep(0.02)  # before that there is nothing to go on with
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    if process.returncode == 130:  # else it was done before
        assert "not written yet; the same command with --resume goes on" in said
        assert "Traceback" not in said
    assert process.returncode in (1, 130), said


def test_resume_needs_an_output(call, report):
    result = call("tag", report, "--resume")
    assert result.exit_code == 2
    assert "--resume: only a run with -o OUT can go on" in result.stderr


def test_processes_are_used_where_they_pay():
    small, large = dict.fromkeys("abc", 1), dict.fromkeys("ab", batch.WORTH_PROCESSES)
    assert batch.jobs_for(small, None) == 1
    assert batch.jobs_for(large, None) == min(2, os.cpu_count())
    assert batch.jobs_for(small, 7) == 7
    assert batch.jobs_for({"a": batch.WORTH_PROCESSES}, None) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_among_the_files_takes_one_process(tmp_path):
    os.mkfifo(tmp_path / "p")
    assert batch.jobs_for({"a": batch.WORTH_PROCESSES, "b": 1, str(tmp_path / "p"): 0}, 2) == 1


@pytest.mark.parametrize("jobs", ["1", "2", None])
def test_standard_input_among_files_is_read(archive, command, tmp_path, report, jobs):
    out = tmp_path / "t.jsonl"
    arguments = command(archive, out)
    arguments[4:4] = ["-", *(["--jobs", jobs] if jobs else [])]
    done = subprocess.run(arguments, input=report.read_bytes(), capture_output=True, check=False)
    assert b"480 reports tagged, 1 failed" in done.stderr, done.stderr
    assert out.read_bytes().startswith(b'{"source":"stdin"')
    assert "书房" in report.read_text(encoding="utf-8")
    assert "书房".encode() in out.read_bytes().split(b'"source":"/')[0]


def test_sizes_and_digests_are_taken_once(tmp_path, run_of, monkeypatch, report):
    import zipfile

    from pipeline.batch import run as runs

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "empty.txt").write_bytes(b"")
    (tmp_path / "in" / "a.txt").write_bytes(report.read_bytes())
    with zipfile.ZipFile(tmp_path / "in" / "b.zip", "w") as archive:
        archive.writestr("c.txt", report.read_bytes())
    sized, digested = [], []
    size_of, digest_of = batch.size_of, batch.digest_of
    for module in (batch, runs):
        monkeypatch.setattr(module, "size_of", lambda source: sized.append(Path(source).name) or size_of(source))
        monkeypatch.setattr(module, "digest_of", lambda source: digested.append(Path(source).name) or digest_of(source))
    run = run_of(tmp_path / "in")
    with run.unfinished(tmp_path / "t.jsonl", False) as folder:
        results = list(run.tag_into(folder))
    assert [(Path(result.source).name, result.size > 0, bool(result.sha256)) for result in results] == [
        ("a.txt", True, True),
        ("b.zip", True, True),
        ("empty.txt", False, False),
    ]
    assert (sorted(sized), digested) == (["a.txt", "b.zip", "empty.txt"], ["b.zip"])


def test_a_long_piece_goes_through_a_file(archive, tmp_path, run_of, monkeypatch, undisturbed):
    monkeypatch.setattr(batch, "SPOOL", 10_000)
    out = tmp_path / "t.jsonl"
    run = run_of(archive)
    with run.unfinished(out, resume=False) as folder:
        pieces = list(run.tag_into(folder))
        folder.finish()
    assert any(piece.part for piece in pieces)
    assert out.read_bytes() == undisturbed


@pytest.mark.parametrize("kept_in_memory", [2**22, 100])
def test_finished_reports_come_from_memory_and_from_files(run_of, report, tmp_path, monkeypatch, kept_in_memory):
    monkeypatch.setattr(batch, "SPOOL", kept_in_memory)
    other = tmp_path / "other.txt"
    other.write_text("县图书馆新开城市书房。\n", encoding="utf-8")
    sources = [str(report), str(tmp_path / "none.txt"), str(other)]
    results = run_of(*sources).finished(iter)
    found = [(result, [finished.text for finished in result.finished_reports()]) for result in results]
    assert [texts for _, texts in found] == [[report.read_text(encoding="utf-8")], [], [other.read_text(encoding="utf-8")]]
    assert [len(piece.failures) for piece, _ in found] == [0, 1, 0]
    assert (found[0][0].part is None) == (kept_in_memory > 100)


def test_an_archive_that_changes_while_it_is_read_is_not_taken_for_the_one_that_was_tagged(tmp_path):
    """With the digest of the later archive, --resume would keep the tags of the earlier one."""
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK one")
    result = batch.FileResult(str(path), 6, stamp=batch._stamp(str(path)))
    assert batch._digest_of_unchanged(result) == batch.digest_of(str(path)) != ""
    path.write_bytes(b"PK two!")
    assert batch._digest_of_unchanged(result) == ""
    path.unlink()
    assert batch._digest_of_unchanged(result) == ""


def test_tasks_of_several_processes_get_smaller_towards_the_end_and_keep_every_file():
    sizes = {f"{number}.txt": 5_000 for number in range(4_000)}
    for jobs in (1, 2, 8):
        tasks = [[result.source for result in task] for task in batch._tasks(sizes, jobs)]
        assert [source for task in tasks for source in task] == list(sizes)
        assert max(map(len, tasks)) == batch.TOGETHER
        assert (len(tasks[-1]) <= batch.WORTH_TASK // 5_000) == (jobs > 1)
    lengths = [len(task) for task in batch._tasks(sizes, 2)]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("files", "size", "lengths"),
    [(0, 0, []), (1, 9, [1]), (9, 0, [2] + [1] * 7), (4, 2**19, [1] * 4), (20, 2**15, [2] * 3 + [1] * 14)],
)
def test_few_files_are_spread_over_processes_one_by_one(files, size, lengths):
    assert [len(task) for task in batch._tasks(dict.fromkeys(map(str, range(files)), size), 2)] == lengths


def test_what_lies_in_a_room_is_there_until_the_next_result_is_asked_for():
    room = memoryview(bytearray(b"abcdef"))
    results = [
        batch.FileResult("a", 3, place=(0, 4)),
        batch.FileResult("b", 1, data=b"xyz"),
        batch.FileResult("c", 2, place=(4, 6)),
    ]
    read = [b"".join(map(bytes, result.read())) for result in batch._with_data(results, room)]
    assert read == [b"abcd", b"xyz", b"ef"]
    with pytest.raises(ValueError, match="released memoryview"):
        bytes(results[0].data)


def test_a_part_goes_into_the_room_where_it_fits_and_else_through_the_pipe(archive, run_of, tmp_path):
    run = run_of(archive)
    sources = [batch.FileResult(source, size) for source, size in list(run.sizes.items())[:6]]
    with batch.Engine(run.options) as engine:
        alone = [result.data for result in batch._tag(sources, run.options, engine, batch.NO_ROOM)]
        sizes = list(map(len, alone))
        room = memoryview(bytearray(sum(sizes[:3])))
        fresh = [batch.FileResult(result.source, result.size) for result in sources]
        results = batch._tag(fresh, run.options, engine, room)
    assert [result.place is None for result in results[:4]] == [False, False, False, True]
    assert [result.place for result in results[:3]] == [(sum(sizes[:n]), sum(sizes[: n + 1])) for n in range(3)]
    assert [bytes(result.data) for result in batch._with_data(results, room)] == alone


def test_the_command_forks_its_processes(archive, command, tmp_path):
    """Were a thread started meanwhile, the processes would be started anew, which takes longer."""
    arguments = command(archive, tmp_path / "t.jsonl", "--jobs", "2")[3:]
    code = (
        "import sys; from pipeline.batch import pool; from pipeline.cli.commands import main; may_fork = pool._may_fork\n"
        "pool._may_fork = lambda: print(may_fork()) or may_fork()\nmain(sys.argv[1:])"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.stdout == ("True\n" if sys.platform == "linux" else "False\n"), done.stderr
