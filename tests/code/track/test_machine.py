"""What the machine was doing during a training."""

import sys
import time

from pipeline.track.machine import watch_machine


def test_samples_are_taken_while_the_body_runs():
    begun = time.time() * 1000
    with watch_machine(True, every=0.02) as samples:
        deadline = time.monotonic() + 10
        while len(samples) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    count = len(samples)
    time.sleep(0.1)
    assert len(samples) == count >= 2
    assert begun - 1000 < samples[0].time <= samples[1].time
    assert samples[0].values["system/process_memory_megabytes"] > 10
    assert 0 < samples[0].values["system/system_memory_usage_percentage"] <= 100


def test_nothing_is_watched_unless_wanted():
    with watch_machine(False, every=0.001) as samples:
        time.sleep(0.05)
    assert samples == []


def test_without_psutil_there_are_no_samples(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)  # what an import of a missing module comes to
    with watch_machine(True, every=0.001) as samples:
        time.sleep(0.05)
    assert samples == []
