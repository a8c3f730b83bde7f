import os
import tracemalloc

import pytest

from pipeline.core.regular import read_regular

MOST = 2**29


@pytest.mark.parametrize("size", [0, 1, 10_000])
def test_a_small_file_takes_no_more_memory_than_it_has_bytes(tmp_path, size):
    file = tmp_path / "a"
    file.write_bytes(b"x" * size)
    tracemalloc.start()
    try:
        assert read_regular(file, MOST) == b"x" * size
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_a_file_may_be_as_large_as_is_allowed_and_no_larger(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 11)
    assert read_regular(file, 11) == b"x" * 11
    with pytest.raises(OSError, match="larger than 10 bytes"):
        read_regular(file, 10)


@pytest.mark.parametrize(("more", "most"), [(b"", 10), (b"yz", 10), (b"y" * 5, 10), (b"y" * 6, 10)])
def test_a_file_that_grows_while_it_is_read_is_read_to_its_end_or_refused(tmp_path, monkeypatch, more, most):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 5)
    look = os.fstat

    def grown(descriptor):
        found = look(descriptor)
        with file.open("ab") as stream:
            stream.write(more)
        return found

    monkeypatch.setattr("pipeline.core.regular.os.fstat", grown)
    if 5 + len(more) > most:
        with pytest.raises(OSError, match="larger than 10 bytes"):
            read_regular(file, most)
    else:
        assert read_regular(file, most) == b"x" * 5 + more


def test_what_is_no_ordinary_file_is_not_read(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x")
    (tmp_path / "link").symlink_to(file)
    for name in ("link", "."):
        with pytest.raises(OSError, match=r"a link, where the file itself belongs|no ordinary file|directory"):
            read_regular(tmp_path / name, MOST)
