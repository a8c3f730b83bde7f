"""What a command leaves out while it starts."""

import gc
import os
import subprocess
import sys

from pipeline.cli.quick import quick_start


def test_no_garbage_is_searched_for_while_a_command_starts_and_again_when_it_has(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    with quick_start():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"  # as the user has it
    gc.unfreeze()


def test_numpy_starts_no_threads_in_a_command(root):
    code = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.cli.__main__ import run\nsys.argv = ['pipeline', '--version']\n"
        "try:\n    run()\nexcept SystemExit:\n    import numpy\n"
        "print(next(line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('Threads')))"
    )
    variables = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == ["Threads:", "1"]
