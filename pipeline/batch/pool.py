"""Work spread over processes, its results in order; the processes end with this one, however it ends.

On Linux, where this process has one thread, the others are forks of it: they have at once all that it has loaded, and write
what is long of their results into memory that it shares with them. Elsewhere they are started anew.
"""

import mmap
import multiprocessing
import multiprocessing.connection
import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar

from pipeline.core.errors import UsageError
from pipeline.core.messages import system_reason, tr
from pipeline.core.process import end_with_parent, signals_held_back

AT_HAND = 2  # tasks for each fork that it has at hand, so that it need not wait for this process
UNDER_WAY = 4  # tasks for each process that are given and not yet asked for
WAITING = 2**15  # bytes of a task that may wait in a pipe, which holds them: a fork at work must not keep this process from reading
PATIENCE = 5  # seconds
_ROOM = 4  # bytes of the number of a room
Task = tuple[Any, ...]
Result = TypeVar("Result")


def in_order(
    function: Callable[..., Result], tasks: Iterable[Task], processes: int, room: int
) -> Generator[tuple[Result, memoryview]]:
    """Yield what a function returns for each task, in the order of the tasks, and what it has put into its room.

    The function is called with what a task holds and a room of so many bytes, which is empty where no memory is shared. What is
    put there is there until the next result is asked for. Raises what the function raises, and UsageError where a process is lost
    or memory cannot be shared.
    """
    try:
        rooms = _Rooms(UNDER_WAY * processes, room) if _may_fork() else None
    except OSError as error:
        said = tr(
            "{processes} processes would share more memory than there is ({reason}); try a smaller --jobs",
            processes=processes,
            reason=system_reason(error),
        )
        raise UsageError(said) from None
    team = _Team(function, processes, rooms)
    is_done = False
    try:
        yield from team.results(tasks)
        is_done = True
    except _LostError:
        lost = tr("a process that tags was ended, perhaps for want of memory; try --jobs 1, or --resume with the same OUT to go on")
        raise UsageError(lost) from None
    finally:
        team.end(is_done)


class _LostError(Exception):
    """A process has ended before it was told to."""


class _Rooms:
    """Memory that forks share, in rooms. Of those that are free the one used last comes first, so that few are ever touched."""

    def __init__(self, count: int, size: int) -> None:
        self._size, self._free = size, list(range(count))
        self._memory = memoryview(mmap.mmap(-1, count * size))

    def take(self) -> int:
        """Return the number of a free room, which is taken by that."""
        return self._free.pop()

    def free(self, number: int) -> None:
        """Free a room."""
        self._free.append(number)

    def __getitem__(self, number: int) -> memoryview:
        """Return a room."""
        return self._memory[number * self._size : (number + 1) * self._size]


class _Given:
    """A task that was given to a process, with the number of its room, and the answer when it is there."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.answer: bytes | None = None


class _Team:
    """The processes, and the tasks that were given to them and whose results are not asked for yet, in order."""

    def __init__(self, function: Callable[..., Any], processes: int, rooms: _Rooms | None) -> None:
        self._function, self._most, self._rooms = function, processes, rooms
        self._members: list[_Member] = []
        self._given: deque[_Given] = deque()

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Any, memoryview]]:
        """Yield the results of tasks, in order."""
        waiting = iter(tasks)
        task = next(waiting, None)
        while task is not None or self._given:
            while task is not None and self._give(task):
                task = next(waiting, None)
            if task is None:
                self._let_go()
            if (answer := self._given[0].answer) is None:
                self._listen()
                continue
            error, result = ForkingPickler.loads(answer)  # of a process of our own, as multiprocessing takes it
            if error is not None:
                raise error
            yield result, _room(self._rooms, self._given[0].room)
            done = self._given.popleft()
            if self._rooms is not None:
                self._rooms.free(done.room)

    def end(self, is_done: bool) -> None:
        """End the processes: those that have nothing to do by themselves, others at once."""
        for member in self._members:
            if not is_done:
                member.process.kill()
        for member in self._members:
            member.process.join(timeout=PATIENCE)
            member.connection.close()

    def _give(self, task: Task) -> bool:
        """Give a task to the process that has least at hand; tell whether it was, or has to wait."""
        if len(self._given) >= UNDER_WAY * self._most:
            return False
        member = self._idlest()
        if len(member.at_hand) >= (1 if self._rooms is None else AT_HAND):  # pipes of other systems hold less
            return False
        data = bytes(ForkingPickler.dumps(task))
        if member.at_hand and len(data) > WAITING:
            return False
        given = _Given(self._rooms.take() if self._rooms is not None else 0)
        member.give(given, data)
        self._given.append(given)
        return True

    def _idlest(self) -> "_Member":
        """Return the process that has least at hand, a new one where all have something and there may be more."""
        found = min(self._members, key=lambda each: len(each.at_hand), default=None)
        if found is None or (found.at_hand and len(self._members) < self._most):
            return self._start()
        return found

    def _start(self) -> "_Member":
        context = multiprocessing.get_context("spawn") if self._rooms is None else multiprocessing.get_context("fork")
        ours, theirs = multiprocessing.Pipe()
        process = context.Process(target=_work, args=(self._function, theirs, self._rooms))
        with signals_held_back():  # Ctrl-C reaches all processes at a terminal; only this one is to say something
            process.start()
            self._members.append(_Member(process, ours))
        theirs.close()
        return self._members[-1]

    def _listen(self) -> None:
        """Wait for an answer, and take what there is."""
        working = [member for member in self._members if member.at_hand]
        ready = multiprocessing.connection.wait([member.connection for member in working])
        for member in working:
            if member.connection in ready:
                member.take_answer()

    def _let_go(self) -> None:
        """Tell processes that have nothing at hand to end: there is no more to come."""
        for member in self._members:
            if not member.at_hand and not member.is_told_to_end:
                member.tell_to_end()


class _Member:
    """A process as this one sees it: the way to it, and what it has at hand, in order."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self.process, self.connection = process, connection
        self.at_hand: deque[_Given] = deque()
        self.is_told_to_end = False

    def give(self, given: _Given, task: bytes) -> None:
        """Give it a task; raises _LostError."""
        self._send(given.room.to_bytes(_ROOM, "big") + task)
        self.at_hand.append(given)

    def tell_to_end(self) -> None:
        """Tell it that there is nothing more to do; raises _LostError."""
        self.is_told_to_end = True
        self._send(b"")

    def take_answer(self) -> None:
        """Take the next answer; raises _LostError."""
        try:
            self.at_hand.popleft().answer = self.connection.recv_bytes()
        except (EOFError, OSError):
            raise _LostError from None

    def _send(self, data: bytes) -> None:
        try:
            self.connection.send_bytes(data)
        except OSError:
            raise _LostError from None


def _room(rooms: _Rooms | None, number: int) -> memoryview:
    """Return a room, an empty one where no memory is shared."""
    return memoryview(b"") if rooms is None else rooms[number]


def _may_fork() -> bool:
    """Tell whether a fork is safe: on macOS libraries of the system forbid it, and locks of other threads would stay locked."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names alone
    except OSError:  # where /proc is hidden
        return False


# ---- in the other processes ------------------------------------------------------------------------------------------


def _work(function: Callable[..., Any], connection: Connection, rooms: _Rooms | None) -> None:
    """Do what a process is told, until it is told to end, or nobody is there any more to tell it."""
    parent = multiprocessing.parent_process()
    if rooms is not None and parent is not None:
        _let_go_of_files({connection.fileno(), parent.sentinel})
    end_with_parent()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while data := connection.recv_bytes():
            room = _room(rooms, int.from_bytes(data[:_ROOM], "big"))
            connection.send_bytes(_answer(function, data[_ROOM:], room))


def _answer(function: Callable[..., Any], task: bytes, room: memoryview) -> bytes:
    """Return an error, or None, and what the function returns."""
    try:
        return bytes(ForkingPickler.dumps((None, function(*ForkingPickler.loads(task), room))))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
        error.add_note(traceback.format_exc())
        return bytes(ForkingPickler.dumps((error, None)))


def _let_go_of_files(kept: set[int]) -> None:
    """Have all files that were open in the parent lead nowhere, but for a few, standard output and standard error.

    So a fork holds neither the lock of a run nor the pipe at which a guard waits, and what still knows a number in vain closes
    nothing that was opened since. Where the program was started without a standard stream, its number is that of another file.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    standard = {stream.fileno() for stream in (sys.__stdout__, sys.__stderr__) if stream is not None and not stream.closed}
    for descriptor in {int(name) for name in os.listdir("/proc/self/fd")} - kept - standard - {nowhere}:  # noqa: PTH208 - names alone
        os.dup2(nowhere, descriptor, inheritable=descriptor == 0)
    os.close(nowhere)
