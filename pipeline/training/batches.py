"""Items some at a time: what is worked on at once takes less time, and how many characters that are bounds the memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

TOGETHER = 65_536  # characters of reports that are worked on at once


def batches(items: Iterable[Item], size: Callable[[Item], int], most: int) -> Iterator[list[Item]]:
    """Yield all items in order, as many at a time as it takes to pass a size."""
    some: list[Item] = []
    total = 0
    for item in items:
        some.append(item)
        total += size(item)
        if total > most:
            yield some
            some, total = [], 0
    if some:
        yield some
