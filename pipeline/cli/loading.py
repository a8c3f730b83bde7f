"""Load code without a search for garbage: where all stays to the end, there is none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Search for no garbage meanwhile, and never among what is loaded: each search would go through all of it once more."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
