import io
import os
import queue
import time
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.core.records import Document
from pipeline.read import PassedOver, process, seconds_for
from pipeline.read.isolated import IsolatedReader

HTML = "<html><body><h1>总结</h1><p>全县举办宣讲活动三百场，覆盖各镇，群众反响很好。</p></body></html>"


@pytest.fixture
def read(config):
    def run(*paths, **limits):
        with IsolatedReader(replace(config.read, **limits)) as reader:
            return [item for path in paths for item in reader.read(str(path))]

    return run


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(HTML, encoding="utf-8")
    return path


def archive(path, *members):
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members:
            package.writestr(name, data)
    return path


def test_plain_text_is_read_without_a_worker(report, config):
    with IsolatedReader(config.read) as reader:
        assert isinstance(next(reader.read(str(report))), Document)
        assert reader._worker is None


def test_one_worker_reads_one_file_after_another_and_is_gone_afterwards(page, config):
    with IsolatedReader(config.read) as reader:
        documents = [item for _ in range(3) for item in reader.read(str(page))]
        process = reader._worker._process
        folder = Path(reader._worker._folder.name)
        assert folder.is_dir()
    assert [type(item) for item in documents] == [Document] * 3
    assert "全县举办宣讲活动" in documents[0].text
    assert process.poll() is not None
    assert not folder.exists()


def test_standard_input_may_hold_any_format(monkeypatch, config):
    class Stdin:
        buffer = io.BytesIO(HTML.encode())

    monkeypatch.setattr("sys.stdin", Stdin())
    with IsolatedReader(config.read) as reader:
        (document,) = reader.read("-")
    assert document.source == "stdin"
    assert document.encoding.startswith("html")


def test_an_archive_gives_its_reports_its_errors_and_what_was_passed_over(tmp_path, read):
    path = archive(
        tmp_path / "a.zip", ("a.txt", "一。"), ("b.html", HTML), ("c.docx", "PK\x03\x04zz"), ("d.jpg", "x"), ("e.txt", "")
    )
    found = read(path)
    assert [type(item) for item in found] == [Document, Document, InputError, PassedOver, InputError]
    assert str(found[2]).startswith(f"{path}/c.docx: incomplete: its end is missing")
    assert "the file is empty" in str(found[4])


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_given_up_and_the_others_are_read(tmp_path, read, page, monkeypatch):
    monkeypatch.setattr(process, "_START", SLOW)
    slow = tmp_path / "slow.html"
    slow.write_text(HTML, encoding="utf-8")
    begin = time.monotonic()
    found = read(page, slow, page, max_seconds=3.0)
    assert [type(item) for item in found] == [Document, InputError, Document]
    assert str(found[1]) == f"{slow}: reading it took more than 3 s (read.max_seconds); split it, or raise the limit"
    assert time.monotonic() - begin < 20


@pytest.mark.slow
def test_a_worker_that_dies_costs_one_file_of_an_archive(tmp_path, read, monkeypatch):
    monkeypatch.setattr(process, "_START", CRASH)
    path = archive(tmp_path / "a.zip", ("1.html", HTML), ("2boom.html", HTML), ("3.html", HTML), ("4boom.html", HTML))
    found = read(path)
    assert [type(item) for item in found] == [Document, InputError, Document, InputError]
    assert str(found[1]).startswith(f"{path}/2boom.html: reading it ended the reader")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of address space")
def test_memory_is_limited(tmp_path, read, page):
    wide = tmp_path / "wide.html"
    wide.write_text("<p>" + "<b>文</b>" * 6_000_000, encoding="utf-8")
    found = read(page, wide, page, max_memory=2**28 + 2**27)
    assert [type(item) for item in found] == [Document, InputError, Document]
    assert "memory" in str(found[1])


def test_an_error_of_a_library_is_one_line(read, page, monkeypatch):
    monkeypatch.setattr(process, "_START", RAISE)
    (found,) = read(page)
    assert str(found).startswith(f"{page}: damaged (ValueError: a b); open it in its own program")


def test_missing_and_too_large_files_are_refused(tmp_path, read, page):
    assert "no such file" in str(read(tmp_path / "none.docx")[0])
    assert "the limit is 10 (read.max_bytes)" in str(read(page, max_bytes=10)[0])
    (tmp_path / "folder.docx").mkdir()
    assert "cannot be read" in str(read(tmp_path / "folder.docx")[0])


def test_a_worker_cannot_be_led_to_modules_of_the_folder_it_is_started_in(tmp_path, read, page, monkeypatch):
    (tmp_path / "lxml.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert [type(item) for item in read(page)] == [Document]


HOOK = """
import pipeline.read.worker as worker
plain = worker.read_file
def read_file(file, options):
    {action}
    return plain(file, options)
worker.read_file = read_file
worker.main()
"""
SLOW = HOOK.format(action="import time; 'slow' in file.source and time.sleep(60)")
CRASH = HOOK.format(action="import os; 'boom' in file.source and os.kill(os.getpid(), 11)")
RAISE = HOOK.format(action="raise ValueError('a' + chr(10) + 'b')")


def test_a_small_file_has_a_third_of_the_time_where_there_is_much_and_a_large_one_all(config):
    known = ((120, 0, 40), (120, 10**7, 80), (120, 2 * 10**7, 120), (120, 10**9, 120), (600, 0, 200), (3, 0, 3))
    for most, size, seconds in known:
        assert seconds_for(size, replace(config.read, max_seconds=most)) == pytest.approx(seconds, abs=0.01)


@pytest.mark.skipif(os.name == "nt", reason="a script stands in for a reader that hangs")
def test_the_time_is_that_of_the_file_which_is_being_read(page, config, monkeypatch):
    limits = []
    plain = queue.Queue.get

    def get(self, *args, timeout=None, **more):
        limits.append(timeout)
        return plain(self, *args, timeout=timeout, **more)

    monkeypatch.setattr(queue.Queue, "get", get)
    with IsolatedReader(replace(config.read, max_seconds=300)) as reader:
        assert [type(item) for item in reader.read(str(page))] == [Document]
        assert limits[:3] == [300, pytest.approx(100, abs=0.1), 300]
