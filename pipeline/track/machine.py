"""Watch the machine while a model is trained: memory and processor, as MLflow's page of system metrics shows them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

EVERY = 5.0  # seconds between two samples
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """What the machine was doing at a time, in milliseconds since 1970: values by MLflow's names of system metrics."""

    time: int
    values: dict[str, float]


@contextmanager
def watch_machine(wanted: bool, every: float = EVERY) -> Iterator[list[Sample]]:
    """Give a list that grows by a sample every few seconds while the body runs; it stays empty where psutil is missing."""
    samples: list[Sample] = []
    psutil = _psutil() if wanted else None
    if psutil is None:
        yield samples
        return
    done = Event()
    watcher = Thread(target=_watch, args=(psutil, samples, done, every), daemon=True)
    watcher.start()
    try:
        yield samples
    finally:
        done.set()
        watcher.join()


def _psutil() -> Any:  # noqa: ANN401 - the module, or None
    try:
        import psutil  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return psutil


def _watch(psutil: Any, samples: list[Sample], done: Event, every: float) -> None:  # noqa: ANN401 - the module
    process = psutil.Process()
    psutil.cpu_percent()  # the first call tells nothing: figures are of the time between two calls
    process.cpu_percent()
    while not done.wait(every):
        memory = psutil.virtual_memory()
        values = {
            "system/cpu_utilization_percentage": psutil.cpu_percent(),
            "system/system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system/system_memory_usage_percentage": memory.percent,
            "system/process_cpu_percentage": process.cpu_percent(),
            "system/process_memory_megabytes": process.memory_info().rss / MEGABYTE,
        }
        samples.append(Sample(int(time.time() * 1000), values))
