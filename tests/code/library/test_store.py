import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core import locations
from pipeline.core.errors import InputError, LibraryError, UsageError
from pipeline.library import drafts, reports
from pipeline.library.store import Library, back_up, library_path, restore

RARE = "龘靐麤驫"


def test_where_the_library_is(monkeypatch, tmp_path):
    for name in ("MISSION_THEMES_DATA", "MISSION_THEMES_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert library_path() == Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".local/share") / (
        "mission-themes/library.sqlite3"
    )
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert locations.data_folder() == tmp_path / "mission-themes"
    monkeypatch.setenv("MISSION_THEMES_HOME", str(tmp_path / "home"))
    assert locations.data_folder() == tmp_path / "home" / "library"
    monkeypatch.setenv("MISSION_THEMES_DATA", str(tmp_path / "data"))
    assert library_path() == tmp_path / "data" / "library.sqlite3"


def test_there_is_none_until_one_is_begun(home):
    with pytest.raises(UsageError, match="no library yet; `pipeline library add REPORTS` begins one"):
        Library()
    assert not library_path().exists()


def test_only_the_user_reads_it_and_what_is_written_is_there_for_the_next(library, keep, make):
    keep(make("a.txt", "全民阅读活动"))
    assert stat.S_IMODE(library.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(library.path.parent.stat().st_mode) == 0o700
    with Library() as again:
        assert [entry.source for entry in reports.entries(again)] == ["a.txt"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("PRAGMA user_version = 3", "a library of version 3, and this program knows version 2; update this program"),
        ("PRAGMA user_version = 0", "a library of version 0, and this program knows version 2; restore a copy"),
        ("PRAGMA user_version = 1", "its table (draft|member) is not as this program makes it"),
        ("PRAGMA application_id = 5", "is no library of this program, or was not wholly written"),
        ("DROP TABLE pair", "its table pair is not as this program makes it"),
        ("CREATE TRIGGER sly AFTER INSERT ON report BEGIN SELECT 1; END", "its table sly is not as"),
    ],
)
def test_a_library_that_is_not_as_it_should_be_is_refused(library, change, line):
    database = sqlite3.connect(library.path)
    database.execute(change)
    database.close()
    with pytest.raises(LibraryError, match=line) as told:
        Library()
    assert str(told.value).startswith(f"{library.path}: ")
    assert told.value.exit_code == 3


def make_old(library):
    """Make a library what version 1 made of it."""
    library.database.executescript("DROP TABLE member; DROP TABLE draft; PRAGMA user_version = 1")
    library.database.close()


def test_a_library_of_version_1_gets_what_it_lacks_when_it_is_opened(library, keep, make):
    for name in ("a.txt", "b.txt"):
        keep(make(name, f"全民阅读活动{name}"))
    library.database.execute("UPDATE batch SET date = '2026-01-0' || id")
    library.database.execute("UPDATE report SET added = '2026-01-0' || id || 'T10'")
    make_old(library)
    with Library() as again:
        assert [batch.members for batch in reports.batches(again)] == [(1,), (2,)]
        assert [entry.source for entry in reports.entries(again)] == ["a.txt", "b.txt"]
        assert drafts.drafts(again) == []
    with Library() as again:
        assert again.database.execute("PRAGMA user_version").fetchone() == (2,)
        assert again.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_copy_of_version_1_is_restored(library, keep, make, tmp_path):
    keep(make("a.txt", "全民阅读活动"))
    copy = tmp_path / "copy.sqlite3"
    back_up(library, copy)
    with Library(copy) as old:
        make_old(old)
    assert restore(copy, replace=True) is None
    with Library() as again:
        assert [batch.members for batch in reports.batches(again)] == [(1,)]


def test_what_is_no_database_is_refused_and_left_as_it_is(home):
    path = library_path()
    path.parent.mkdir()
    path.write_text("not a library " * 100)
    with pytest.raises(LibraryError, match="it is no library; move it away"):
        Library(create=True)
    assert path.read_text().startswith("not a library")


def test_a_file_of_another_database_is_not_written_into(home):
    path = library_path()
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE mine (a)")
    database.commit()
    database.close()
    with pytest.raises(LibraryError, match="is no library of this program"):
        Library(create=True)


def test_a_full_disk_is_one_line_and_loses_nothing(library, keep, make):
    keep(make("a.txt", "全民阅读活动"))
    (pages,) = library.database.execute("PRAGMA page_count").fetchone()
    library.database.execute(f"PRAGMA max_page_count = {pages}")
    text = "".join(chr(0x4E00 + place) for place in range(8000))
    with pytest.raises(LibraryError, match="the disk is full; nothing of what was there is lost"):
        keep(make("b.txt", text))
    with Library() as again:
        assert [entry.source for entry in reports.entries(again)] == ["a.txt"]
        assert again.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_another_writer_is_waited_for_and_then_told(library, keep, make):
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    library.database.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(LibraryError, match="another program has been writing it"):
        keep(make("a.txt", "全民阅读活动"))
    other.execute("ROLLBACK")
    other.close()
    assert keep(make("a.txt", "全民阅读活动")).number == 1


_WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import make_report
from pipeline.library import drafts, reports
from pipeline.library.store import Library
with Library(create=True) as library:
    batch = reports.begin_batch(library, "add", "m 1")
    for number in range(25):
        reports.add(library, make_report(f"{sys.argv[2]}{number}.txt", f"全民阅读活动{sys.argv[2]}{number}"), {}, batch)
    reports.add(library, make_report("same.txt", "两个进程都有的一篇"), {}, batch)
"""


@pytest.mark.slow
def test_two_processes_begin_one_library_and_write_it_by_turns(home):
    root, here = Path(__file__).parents[3], Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": str(root)}
    both = [subprocess.Popen([sys.executable, "-c", _WRITER, str(here), name], env=environment) for name in "ab"]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    with Library() as library:
        found = [entry.source for entry in reports.entries(library)]
        assert len(found) == 51
        assert len(set(found)) == 51
        assert library.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def everything(library):
    return b"".join(path.read_bytes() for path in library.path.parent.iterdir())


def test_nothing_of_a_removed_report_is_left_in_any_file(library, keep, make):
    keep(make("a.txt", "全民阅读活动"))
    keep(make(f"{RARE}.txt", f"{RARE}在此", *(f"第{number}段说{RARE}" for number in range(200))), unit=f"{RARE}局")
    keep(make("c.txt", "送戏下乡"))
    assert any(character.encode() in everything(library) for character in RARE)
    reports.remove(library, [2])
    assert library.forget()
    left = everything(library)
    assert [character for character in RARE if character.encode() in left] == []
    assert [entry.number for entry in reports.entries(library)] == [1, 3]
    assert library.database.execute("INSERT INTO terms(terms) VALUES ('integrity-check')").fetchall() == []


def test_traces_in_the_log_are_told_while_another_program_reads(library, keep, make):
    keep(make("a.txt", "全民阅读活动"))
    reader = sqlite3.connect(library.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM report").fetchone()
    reports.remove(library, [1])
    library.database.execute("PRAGMA busy_timeout = 20")
    assert not library.forget()
    reader.execute("ROLLBACK")
    reader.close()
    assert library.forget()


def test_a_copy_is_put_back(library, keep, make, tmp_path):
    keep(make("a.txt", "全民阅读活动"))
    copy = tmp_path / "copy.sqlite3"
    back_up(library, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="exists; name a file that does not"):
        back_up(library, copy)
    keep(make("b.txt", "送戏下乡"))
    with pytest.raises(UsageError, match="there is a library; back it up first, then give --force"):
        restore(copy, replace=False)
    assert restore(copy, replace=True) is None
    assert [entry.source for entry in reports.entries(library)] == ["a.txt"]  # also for who had it open
    assert keep(make("c.txt", "送戏下乡")).number == 2
    with Library() as again:
        assert again.database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_copy_takes_the_place_of_a_damaged_library_which_is_kept(library, keep, make, tmp_path):
    keep(make("a.txt", "全民阅读活动"))
    back_up(library, tmp_path / "copy")
    library.database.close()
    library.path.write_bytes(b"broken " * 1000)
    aside = restore(tmp_path / "copy", replace=True)
    assert aside.read_bytes().startswith(b"broken ")
    with Library() as again:
        assert [entry.source for entry in reports.entries(again)] == ["a.txt"]


def test_a_copy_that_is_none_changes_nothing(library, keep, make, tmp_path):
    keep(make("a.txt", "全民阅读活动"))
    with pytest.raises(InputError, match="no such file"):
        restore(tmp_path / "none", replace=True)
    (tmp_path / "text").write_text("x" * 5000)
    with pytest.raises(InputError, match="text: it is no library"):
        restore(tmp_path / "text", replace=True)
    back_up(library, tmp_path / "cut")
    data = (tmp_path / "cut").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"cut: (it is damaged|damaged)"):
        restore(tmp_path / "cut", replace=True)
    assert [entry.source for entry in reports.entries(library)] == ["a.txt"]


def test_a_copy_into_a_folder_that_is_not_there_is_a_wrong_use(library, tmp_path):
    with pytest.raises(UsageError, match=r"none/copy: no such folder; make it first"):
        back_up(library, tmp_path / "none" / "copy")
