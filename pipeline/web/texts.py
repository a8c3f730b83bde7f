"""Short texts that are asked for at once, tagged together: what waits while some are tagged goes into the next round.

A sentence by itself takes some 0.5 ms, of which nearly all is spent once for each round, whatever is in it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec
from anyio import to_thread

from pipeline.batch.engine import TOGETHER, tag_texts
from pipeline.core.records import Tag
from pipeline.model.model import Model
from pipeline.web.worker_pool import busy

AT_ONCE = 2  # rounds: a long text holds up one of them, and what is short goes on in the other
Tags = tuple[Tag, ...]


class _Waiting(msgspec.Struct, eq=False):
    text: str
    model: Model
    tags: asyncio.Future[Tags]


class TextQueue:
    """Tags texts in threads, of those that wait as many together as have no more than TOGETHER characters."""

    def __init__(self, most: int) -> None:
        """Let so many texts wait."""
        self._most = most
        self._waiting = deque[_Waiting]()
        self._running = 0
        self._tasks = set[asyncio.Task[None]]()  # a loop itself holds none

    @property
    def waiting(self) -> int:
        """How many texts wait for the next round."""
        return len(self._waiting)

    async def tag(self, text: str, model: Model) -> Tags:
        """Return the tags of a text; raises HTTPException where too many wait already."""
        if self.waiting >= self._most:
            raise busy()
        asked = _Waiting(text, model, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._running < AT_ONCE:
            self._running += 1
            task = asyncio.create_task(self._tag_all())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asked.tags

    async def _tag_all(self) -> None:
        """Tag what waits until nothing does."""
        try:
            while some := self._next():
                await _tag_round(some)
        finally:
            self._running -= 1  # a callback would come a turn later, and who asks in that turn would wait for ever

    def _next(self) -> list[_Waiting]:
        """Take the texts of the next round: those that have waited longest, all of one model."""
        some: list[_Waiting] = []
        size = 0
        while self._waiting and (not some or self._waiting[0].model is some[0].model):
            size += len(self._waiting[0].text)
            if some and size > TOGETHER:
                break
            asked = self._waiting.popleft()
            if not asked.tags.cancelled():
                some.append(asked)
        return some


async def _tag_round(some: Sequence[_Waiting]) -> None:
    """Tag some texts of one model, and give each its tags or its error."""
    results: Sequence[Tags | Exception]
    try:
        results = await to_thread.run_sync(_tagged, [asked.text for asked in some], some[0].model)
    except Exception as error:  # noqa: BLE001 - no thread can be started: handed on to whoever asked
        results = [error] * len(some)
    for asked, result in zip(some, results, strict=True):
        if asked.tags.cancelled():  # whoever asked has gone
            continue
        if isinstance(result, Exception):
            asked.tags.set_exception(result)
        else:
            asked.tags.set_result(result)


def _tagged(texts: Sequence[str], model: Model) -> list[Tags | Exception]:
    """Return the tags of texts, or for each that cannot be tagged its error, which is that of no other."""
    try:
        return [report.finish().tags for report in tag_texts(texts, model)]
    except Exception as error:  # noqa: BLE001 - handed on to whoever asked
        return [error] if len(texts) == 1 else [result for text in texts for result in _tagged([text], model)]
