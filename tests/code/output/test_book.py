"""A workbook that is under way leaves nothing behind, however the process that makes it ends."""

import io
import os
import signal
import subprocess
import sys
import time

import openpyxl

from pipeline.output.book import new_book

KILLED = """
import io, os, signal
from pipeline.output.book import new_book
with new_book(io.BytesIO()) as book:
    sheet = book.add_worksheet()
    sheet.write(0, 0, "一")
    sheet.write(1, 0, "二")
    print(len(os.listdir(os.environ["TMPDIR"])), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_rows_wait_in_a_folder_that_goes_when_the_process_is_killed(tmp_path):
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "1\n"), done.stderr
    deadline = time.monotonic() + 30
    while list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def test_a_book_keeps_formulas_as_text_and_has_its_properties():
    stream = io.BytesIO()
    with new_book(stream, title="主题标注") as book:
        book.add_worksheet().write(0, 0, "=1+1")
    made = openpyxl.load_workbook(stream)
    assert (made.properties.title, made.worksheets[0]["A1"].value, made.worksheets[0]["A1"].data_type) == ("主题标注", "=1+1", "s")
