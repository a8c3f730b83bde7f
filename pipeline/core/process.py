"""Start a Python process that runs code of this package and is spoken to through pipes."""

import os
import subprocess
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def start_process(code: str, **environment: str) -> "subprocess.Popen[bytes]":
    """Return a Python process with pipes at its standard input and output that runs code, which can import this package.

    It is in a session of its own, so that all that it starts can be ended with it, and that Ctrl-C does not reach it.
    ``-P`` keeps modules of the current folder out.
    """
    path = os.pathsep.join(filter(None, [str(_PACKAGE), os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path} | environment,
        start_new_session=True,
    )
