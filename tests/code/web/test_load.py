"""Fifty requests at once, beside 200 silent connections: no error, and no growth of memory. `make bench-load` is longer."""

import asyncio
import importlib

import pytest


@pytest.mark.slow
def test_fifty_at_once(trained_home, tmp_path):
    load = importlib.import_module("load")
    process, address = load.start(str(trained_home / "models" / "seeds"), tmp_path)
    try:
        figures = asyncio.run(load.hold(address, process.pid, 50, 10, silent=200))
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
    assert figures.errors == {}
    assert figures.busy == 0
    assert len(figures.tagging) > 100
    assert figures.files > 5
    assert figures.silent > 100
    assert figures.growth < 1.2
