"""Work spread over processes: in order, of any size, with what is open in this process open in no other, and ended with it."""

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.batch import pool
from pipeline.core.errors import InputError, UsageError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),  # of the test's own process
]
WAIT = 60  # seconds, at most
ROOM = 100


@pytest.fixture(params=["fork", "spawn"])
def way(request, monkeypatch):
    """How processes are made."""
    monkeypatch.setattr(pool, "_may_fork", lambda: request.param == "fork")
    return request.param


def results_of(function, tasks, processes=2):
    with closing(pool.in_order(function, tasks, processes, ROOM)) as results:
        return [(result, bytes(room[:4])) for result, room in results]


def doubled(number, seconds, room):
    time.sleep(seconds)
    if room:
        room[:4] = b"%04d" % number
    return 2 * number


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_order_each_with_its_room(way, processes):
    tasks = [(number, (number * 7 % 5) / 500) for number in range(40)]
    expected = [(2 * number, b"%04d" % number if way == "fork" else b"") for number in range(40)]
    assert results_of(doubled, tasks, processes) == expected
    assert results_of(doubled, [], processes) == []
    assert results_of(doubled, tasks[:1], processes) == expected[:1]


def test_no_more_tasks_are_taken_than_may_be_under_way(way):
    taken = []
    tasks = ((taken.append(number) or number, 0) for number in range(100))
    with closing(pool.in_order(doubled, tasks, 2, ROOM)) as results:
        for number, (result, _) in enumerate(results):
            assert result == 2 * number
            assert len(taken) <= number + 2 * pool.UNDER_WAY + 1  # one more waits to be given


def long(data, _room):
    return data + data


def test_long_tasks_and_long_results_do_not_wait_for_each_other(way):
    tasks = [(bytes([number]) * size,) for number, size in enumerate([10, 2**20, 2**20, 3, 2**21, 2**20, 2**20, 2**20, 5, 2**20])]
    assert [result for result, _ in results_of(long, tasks)] == [2 * data for (data,) in tasks]


def bad_at(number, bad, _room):
    if number == bad:
        raise InputError(f"{number}.txt: cannot be read", "damaged")
    return number


def test_an_error_is_raised_in_its_place_and_tells_where_it_was_raised(way):
    done = []
    with (
        pytest.raises(InputError, match=r"^5\.txt: cannot be read") as error,
        closing(pool.in_order(bad_at, [(number, 5) for number in range(9)], 2, ROOM)) as results,
    ):
        done += (result for result, _ in results)
    assert (done, error.value.code) == ([0, 1, 2, 3, 4], "damaged")
    assert "in bad_at" in error.value.__notes__[0]


def lost_at(number, lost, _room):
    if number == lost:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("lost", [0, 4, 8])
def test_a_process_that_is_lost_is_one_line(way, lost):
    with pytest.raises(UsageError, match="a process that tags was ended, perhaps for want of memory"):
        results_of(lost_at, [(number, lost) for number in range(9)])
    assert multiprocessing.active_children() == []


def leads_to(descriptor):
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:  # that of the listing itself
        return ""


def kind_and_files(_room):
    names = {leads_to(descriptor) for descriptor in Path("/proc/self/fd").iterdir() if int(descriptor.name) > 2}
    return multiprocessing.current_process().__class__.__name__, {name for name in names if name.startswith("/")}


def test_a_fork_has_none_of_the_files_that_are_open_here(monkeypatch, tmp_path):
    monkeypatch.setattr(pool, "_may_fork", lambda: True)
    with (tmp_path / "lock").open("wb") as lock:
        (((kind, files), _),) = results_of(kind_and_files, [()])
        assert (kind, files) == ("ForkProcess", {"/dev/null"})
        assert leads_to(Path(f"/proc/self/fd/{lock.fileno()}")) == str(tmp_path / "lock")


def test_beside_other_threads_and_where_proc_is_hidden_processes_are_started_anew(monkeypatch):
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert not pool._may_fork()
    finally:
        stop.set()
        other.join()
    code = "from pipeline.batch import pool; print(pool._may_fork())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"True\n"

    def hidden(place):
        raise FileNotFoundError(place)

    monkeypatch.setattr(os, "listdir", hidden)
    assert not pool._may_fork()


HOLDER = """
import fcntl, os, sys, time
from pipeline.batch import pool
def sleep(room):
    print(os.getpid(), flush=True)
    time.sleep(600)
with open(sys.argv[1], "wb") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    list(pool.in_order(sleep, [(), ()], 2, 100))
"""


def state(process_id):
    """Return the state of a process as the system names it: T is stopped, Z has ended."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def until_in(expected, process_id):
    deadline = time.monotonic() + WAIT
    while state(process_id) != expected:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("closed", [(), (0,), (0, 2)])
def test_forks_of_a_killed_process_hold_no_lock_of_it_and_end(tmp_path, request, closed):
    """Without standard streams, the numbers of these are those of other files."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")],
        stdout=subprocess.PIPE,
        start_new_session=True,  # else the system wakes what was stopped when its group loses its leader
        preexec_fn=lambda: [os.close(number) for number in closed],  # noqa: PLW1509
    )
    others = [int(process.stdout.readline()) for _ in range(2)]
    request.addfinalizer(lambda: [os.kill(other, signal.SIGKILL) for other in others if state(other) != "Z"])
    for other in others:
        os.kill(other, signal.SIGSTOP)  # as one that waits for a disk
        until_in("T", other)
    process.kill()
    process.wait()
    process.stdout.close()
    with (tmp_path / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert [state(other) for other in others] == ["T", "T"]
    for other in reversed(others):  # neither waits for the end of the other
        os.kill(other, signal.SIGCONT)
        until_in("Z", other)


def test_memory_that_cannot_be_shared_is_told(monkeypatch):
    monkeypatch.setattr(pool, "_may_fork", lambda: True)  # whatever threads there are: no process is started
    with pytest.raises(UsageError, match=r"^4 processes would share more memory than there is \(.+\); try a smaller --jobs$"):
        next(pool.in_order(len, [("",)], 4, 2**58))
