"""Work spread over processes, its results in order; the processes end with this one, however it ends."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, TypeVar

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.core.process import end_with_parent, signals_held_back

AHEAD = 2  # tasks for each process that are under way or done and not yet asked for
PATIENCE = 5  # seconds
Result = TypeVar("Result")


def in_order(function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], processes: int) -> Generator[Result]:
    """Yield what a function returns for each task, in the order of the tasks; raises UsageError where a process is lost."""
    pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent)
    waiting: deque[Future[Result]] = deque()
    is_done = False
    try:
        for task in tasks:
            with signals_held_back():  # Ctrl-C reaches all processes at a terminal; only this one is to say something
                waiting.append(pool.submit(function, *task))
            if len(waiting) >= AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        is_done = True
    except BrokenProcessPool:
        lost = tr("a process that tags was ended, perhaps for want of memory; try --jobs 1, or --resume with the same OUT to go on")
        raise UsageError(lost) from None
    finally:
        _end(pool, is_done)


def _end(pool: ProcessPoolExecutor, is_done: bool) -> None:
    """End the processes: those that have nothing to do by themselves, others at once."""
    running = list((pool._processes or {}).values())  # noqa: SLF001 - before Python 3.14 there is no other way to end them
    if not is_done:
        for process in running:
            with suppress(ProcessLookupError):
                process.kill()
    pool.shutdown(wait=is_done, cancel_futures=True)
    for process in running:
        process.join(timeout=PATIENCE)
