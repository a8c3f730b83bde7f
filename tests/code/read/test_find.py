import os
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from pipeline.core.errors import UsageError
from pipeline.core.outputs import ReservedPaths, place_of
from pipeline.read import suffix_of
from pipeline.read.find import find_reports


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in ("a.txt", "b/c/d.md", "b/e.TXT", "b/f.jpg", ".hidden.txt", ".git/g.txt", "b/~$h.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def names(found, folder):
    return [path.removeprefix(f"{folder.as_posix()}/") for path in found]


def test_folders_are_read_with_all_below_them_in_name_order(folder):
    found = find_reports([str(folder)])
    assert names(found.reports, folder) == ["a.txt", "b/c/d.md", "b/e.TXT"]
    assert names(found.skipped, folder) == ["b/f.jpg"]


def test_globs_and_repeats(folder):
    found = find_reports([str(folder / "**" / "*.md"), str(folder / "a.txt"), str(folder)])
    assert names(found.reports, folder) == ["b/c/d.md", "a.txt", "b/e.TXT"]


def test_a_loop_of_links_ends(folder):
    (folder / "b" / "loop").symlink_to(folder)
    assert len(find_reports([str(folder)]).reports) == 3


def test_links_are_followed_to_files_only(folder):
    for name, target in (
        ("1.txt", folder / "a.txt"),
        ("2.txt", folder / "none"),
        ("3.txt", folder / "3.txt"),
        ("4.txt", folder / "b"),
    ):
        (folder / name).symlink_to(target)
    assert names(find_reports([str(folder)]).reports, folder) == ["1.txt", "a.txt", "b/c/d.md", "b/e.TXT"]


def test_the_order_is_that_of_the_parts_of_paths(tmp_path):
    for name in ("a b.txt", "a!/c.txt", "a/b.txt", "B.txt", "文/一.txt", "a.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = find_reports([str(tmp_path)]).reports
    assert found == tuple(path.as_posix() for path in sorted(tmp_path.rglob("*.txt")))


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "b/.txt", "b.c/a", "a.tar.gz", "a", "文.Docx"])
def test_the_ending_of_a_name_is_that_of_pathlib(name):
    assert suffix_of(name) == PurePosixPath(name).suffix.lower()


def test_standard_input_and_missing_files_pass_through():
    assert find_reports(["-", "none.txt"]).reports == ("-", "none.txt")


def test_nothing_to_read_is_an_error(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"empty: no reports here \(no files\); readable types: \.csv \.doc"):
        find_reports([str(tmp_path / "empty")])
    (tmp_path / "empty" / "x.exe").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"no reports here \(1 file of other types\)"):
        find_reports([str(tmp_path / "empty")])
    with pytest.raises(UsageError, match=r"nope\*: no file matches; quote the pattern"):
        find_reports([str(folder / "nope*")])


def test_a_folder_that_cannot_be_listed_is_one_line_and_the_rest_is_found(folder, monkeypatch):
    plain = os.scandir

    def refuse(path):
        if str(path).endswith("/c"):
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_reports([str(folder)])
    assert names(found.reports, folder) == ["a.txt", "b/e.TXT"]
    assert found.failures == (f"{folder}/b/c: cannot be listed (Permission denied); check the permissions of this folder",)
    with pytest.raises(UsageError, match=r"c: no reports here \(no files; 1 folder cannot be listed\)"):
        find_reports([f"{folder}/b/c"])


@pytest.mark.parametrize(("name", "deep", "failures"), [("d", 1500, 0), ("d" * 200, 30, 1)])
@pytest.mark.slow
def test_folders_may_lie_deeper_than_the_system_can_name(tmp_path, monkeypatch, name, deep, failures):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "z.txt").write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for _ in range(deep):
        Path(name).mkdir()
        os.chdir(name)
    os.chdir(tmp_path)
    try:
        found = find_reports([str(tmp_path)])
        assert names(found.reports, tmp_path) == ["a.txt", "z.txt"]
        assert len(found.failures) == failures
        assert all(line.endswith("…: lies deeper than the system can name; move it up") for line in found.failures)
        assert all(len(line) < 300 for line in found.failures)
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / name)], check=True)


def test_what_the_output_takes_is_left_out_of_folders_and_globs_but_not_where_it_is_named(folder):
    taken = ReservedPaths(place_of(folder / "b" / "e.TXT"))
    for path in (folder, f"{folder}/**/*.TXT", f"{folder}/b/*"):
        found = find_reports([str(path), f"{folder}/a.txt"], taken)
        assert names(found.left_out, folder) == ["b/e.TXT"]
        assert f"{folder}/b/e.TXT" not in found.reports
    assert find_reports([f"{folder}/b/e.TXT"], taken).left_out == ()
