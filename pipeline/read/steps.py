"""Tell whoever waits for a file that its reader goes on: a page that takes seconds counts as a step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(step: int, steps: int) -> None:
    """Say that one of so many steps is done, counted from 1."""
    listener = _listener.get()
    if listener is not None:
        listener(step, steps)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have a function told of each step."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
