"""Files without a size are read within the limits: what ends is a report, what does not is refused in one line."""

import io
import os
import subprocess
import sys
import threading
import zipfile

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.core.records import Document
from pipeline.read import load
from pipeline.read.isolated import IsolatedReader

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
TEXT = "全县宣讲三百场，群众反映很好。\n"
HTML = f"<html><body><p>{TEXT}</p></body></html>"


@pytest.fixture
def read(config):
    def run(path, **limits):
        with IsolatedReader(replace(config.read, **limits)) as reader:
            (found,) = reader.read(str(path))
            return found

    return run


@pytest.fixture
def fifo(tmp_path):
    """Return a function that makes a named pipe which gives some bytes, and then ends or stays open."""
    ends, writers = threading.Event(), []

    def make(data, name="pipe", stays=False):
        path = tmp_path / name
        os.mkfifo(path)

        def write():
            with path.open("wb", buffering=0) as stream:
                stream.write(data)
                if stays:
                    ends.wait(60)

        if data is not None:
            writers.append(threading.Thread(target=write, daemon=True))
            writers[-1].start()
        return path

    yield make
    ends.set()
    for writer in writers:
        writer.join(10)


def word():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("a.txt", TEXT)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (TEXT.encode(), "pipe", TEXT),
        (TEXT.encode() * 9_000, "pipe", TEXT * 9_000),
        (HTML.encode(), "a.html", TEXT.strip()),
        (word(), "a.zip", TEXT),
    ],
)
def test_a_pipe_that_ends_is_read_whatever_its_format(fifo, read, data, name, text):
    found = read(fifo(data, name))
    assert isinstance(found, Document)
    assert found.text == text


def test_a_pipe_that_gives_too_much_or_nothing_more_is_refused(fifo, read):
    much = fifo(b"x" * 4_000, "much")
    assert str(read(much, max_bytes=3_999)) == (
        f"{much}: gives more than 3,999 bytes, the limit (read.max_bytes); save it as a file and split it"
    )
    for path in (fifo(TEXT.encode(), "late", stays=True), fifo(None, "unwritten")):
        said = read(path, max_seconds=0.3)
        late = "still not at its end after 0.3 s (read.max_seconds); save what it gives as a file, and name that"
        assert (str(said), said.code) == (f"{path}: {late}", "too_long")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_bounded_too(read, device):
    said = read(device, max_bytes=3_000_000)
    assert isinstance(said, InputError)
    assert ("gives more than 3,000,000 bytes" if device == "/dev/zero" else "the file is empty") in str(said)


def test_a_trusted_report_may_be_a_pipe_too(fifo, config):
    assert load(fifo(TEXT.encode()), "x", config.read) == TEXT.encode()
    with pytest.raises(InputError, match=r"^x: still not at its end"):
        load(fifo(None, "other"), "x", replace(config.read, max_seconds=0.2))


def test_what_a_shell_puts_in_place_of_a_command_is_tagged_among_files(tmp_path, config):
    """The descriptor is open in one process only, however many are asked for."""
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    there, end = os.pipe()
    os.write(end, TEXT.encode())
    os.close(end)
    command = [sys.executable, "-m", "pipeline.cli", "tag", f"/dev/fd/{there}", "a.txt", "--jobs", "2"]
    made = subprocess.run(command, pass_fds=(there,), cwd=tmp_path, capture_output=True, text=True, check=False)
    os.close(there)
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("宣讲三百场") == 2
