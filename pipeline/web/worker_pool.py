"""Processes that work for the server: so many, so much waiting, and others in the place of those that are lost.

The processes of ``concurrent.futures`` (standard library) rather than joblib's: a future each, which asyncio can wait for.
"""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from starlette.exceptions import HTTPException

from pipeline.core.process import end_with_parent, signals_held_back

RETRY_AFTER = 5  # seconds
TRIES = 2
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class TaskLostError(Exception):
    """A process was lost at a task, and so was the next one."""


class WorkerPool:
    """Runs functions in processes of their own; nothing is started before the first one."""

    def __init__(self, processes: int, queue: int) -> None:
        self.under_way = 0
        self.processes = processes
        self._most = queue + processes
        self._pool: ProcessPoolExecutor | None = None

    def check_free(self) -> None:
        """Raise HTTPException when as much waits as may."""
        if self.under_way >= self._most:
            raise busy()

    async def run(self, function: Callable[Parameters, Result], *args: Parameters.args, **settings: Parameters.kwargs) -> Result:
        """Return what a function returns in a process; raises LostError when that ends twice at it."""
        self.under_way += 1
        try:
            for _ in range(TRIES):
                pool = self._pool = self._pool or self._new()
                try:
                    with signals_held_back():
                        future = pool.submit(function, *args, **settings)
                    return await asyncio.wrap_future(future)
                except BrokenProcessPool:  # this task ended it, or one that ran beside it
                    if self._pool is pool:
                        self._pool = None
        finally:
            self.under_way -= 1
        raise TaskLostError

    def end(self) -> None:
        """End the processes; what waits is dropped, what runs is not waited for."""
        if self._pool is None:
            return
        running = list((self._pool._processes or {}).values())  # noqa: SLF001 - before Python 3.14 there is no other way to end them
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # signals that can be held back are, so that Ctrl-C reaches the server alone
        for process in running:
            process.join(timeout=5)
        self._pool = None

    def _new(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")  # a fork would take the server's threads and sockets along
        return ProcessPoolExecutor(self.processes, mp_context=context, initializer=end_with_parent)


def busy() -> HTTPException:
    """Return the answer to one who should come back later."""
    return HTTPException(503, "too much waits already; try again soon", {"retry-after": str(RETRY_AFTER)})
