"""What a command leaves out while it starts, since it would only cost time."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_start() -> Iterator[None]:
    """Search for no garbage meanwhile, and have numpy start no threads.

    What a command loads stays to its end, and each search would go through all of it once more. The threads are for products of
    dense matrices, of which no command has any.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
