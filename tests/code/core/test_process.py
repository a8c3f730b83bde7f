"""What a process starts, and the folders that it makes, go with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.core.process import Scratch, Watchdog, signals_held_back

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no shell that could wait")
WAIT = 30  # seconds, at most
SLEEPER = "import time; print(1, flush=True); time.sleep(600)"


def until(found):
    deadline = time.monotonic() + WAIT
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lives(process_id):
    try:
        os.kill(process_id, 0)
        with Path(f"/proc/{process_id}/stat").open(encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_takes_what_it_started_and_its_folder_along(tmp_path, number):
    code = (
        "import subprocess, sys, time; from pathlib import Path; from pipeline.core.process import Scratch\n"
        "scratch = Scratch(Path(sys.argv[1])); (scratch.path / 'deep').mkdir(); (scratch.path / 'deep/file').write_bytes(b'x')\n"
        "other = subprocess.Popen(['sleep', '600'], start_new_session=True); scratch.watch(other.pid)\n"
        "print(other.pid, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    other = int(process.stdout.readline())
    assert [path.name.startswith("mission-themes-") for path in tmp_path.iterdir()] == [True]
    process.send_signal(number)
    process.communicate()
    until(lambda: not list(tmp_path.iterdir()))
    until(lambda: not lives(other))


def test_a_folder_is_absolute_private_and_goes_at_the_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    with Scratch(Path("run")) as folder:
        assert folder.is_absolute()
        assert folder.parent == tmp_path / "run"
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not list((tmp_path / "run").iterdir())


def test_a_guard_that_is_released_or_told_of_the_end_does_nothing(tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(b"x")
    other = subprocess.Popen(["sleep", "600"], start_new_session=True)
    guard = Watchdog(kept)
    guard.watch(other.pid)
    guard.release()
    assert kept.exists()
    assert other.poll() is None
    guard = Watchdog(tmp_path / "gone")
    guard.watch(other.pid)
    guard.watch(None)
    (tmp_path / "gone").write_bytes(b"x")
    guard._shell.stdin.close()
    guard._shell.wait(timeout=WAIT)
    assert not (tmp_path / "gone").exists()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_process_that_is_started_while_signals_are_held_back_never_gets_them():
    with signals_held_back():
        other = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE)
    other.stdout.readline()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        other.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(timeout=0.3)
    other.kill()
    other.communicate()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
