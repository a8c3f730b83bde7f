"""A backup and what comes back: the original is destroyed, writers go on meanwhile, and archives that are hostile cost one line."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from filelock import FileLock, Timeout

from pipeline.backup import restore as restoring
from pipeline.backup import write as writing
from pipeline.backup.manifest import MANIFEST
from pipeline.backup.parts import Part
from pipeline.core.errors import InputError, UsageError
from pipeline.core.records import Correction
from pipeline.labels.corrections.store import read_corrections, save_corrections
from pipeline.library import drafts
from pipeline.library.drafts import DraftContent
from pipeline.library.store import Library
from pipeline.model.folder import load_model

TEXT = "县图书馆新开六座城市书房，送戏下乡八十场。\n\n县委理论学习中心组集中学习十二次。\n"
END = TEXT.index("。") + 1


def save(config, model, label="兴文化", annotator="王一", text=TEXT):
    return save_corrections(text, "a.txt", [Correction(0, END, label)], annotator, model.labels, config)


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# ---- the original is destroyed ---------------------------------------------------------------------------------------


def test_a_destroyed_project_works_from_another_path(trained_home, tmp_path, monkeypatch, ask, report, model, config):
    first, second, archive = tmp_path / "first", tmp_path / "另一处 (2)", tmp_path / "kept.zip"
    shutil.copytree(trained_home, first)
    monkeypatch.setenv("MISSION_THEMES_HOME", str(first))
    save(config, model)
    (first / "configs").mkdir()
    (first / "configs" / "office.toml").write_text("[tag]\nevidence = 3\n", encoding="utf-8")
    kept = ask(["backup", archive, "--config", first / "configs" / "office.toml"], home=first)
    assert kept.returncode == 0, kept.stderr
    assert "not kept" not in kept.stderr
    shutil.rmtree(first)
    back = ask(["restore", archive, "--to", second], home=tmp_path)
    assert back.returncode == 0, back.stderr
    assert {"configs/office.toml", "seeds/labels/review.jsonl", "seeds/reviewed/a.txt", "mlruns/mlflow.db"} <= files(second)
    monkeypatch.setenv("MISSION_THEMES_HOME", str(second))
    assert [label.annotator for label in read_corrections(TEXT, model.labels, config)] == ["王一"]
    assert load_model(second / "models" / "seeds").version == model.version
    environment = {"MISSION_THEMES_CACHE": str(tmp_path / "cache")}
    tagged = ask(["tag", report, "--model", "models:/mission-themes/1"], home=second, env=environment)
    assert (tagged.returncode, "warning" in tagged.stderr) == (0, False), tagged.stderr
    assert "champion" in ask(["models", "list"], home=second).stdout
    assert not first.exists()


def test_the_settings_of_an_own_project_and_the_library_are_kept(tmp_path, call, monkeypatch):
    project, back, archive = tmp_path / "letters", tmp_path / "back", tmp_path / "kept.zip"
    assert call("init", project, "--labels", "投诉,咨询").exit_code == 0
    monkeypatch.setenv("MISSION_THEMES_HOME", str(project))
    (project / "library").mkdir()
    with contextlib.closing(sqlite3.connect(project / "library" / "library.sqlite3")) as database:
        database.executescript("create table kept (number); insert into kept values (7)")
    assert call("backup", archive).exit_code == 0
    assert call("restore", archive, "--to", back).exit_code == 0
    assert {"mission-themes.toml", "configs/labels.toml", "library/library.sqlite3"} <= files(back)
    assert (back / "mission-themes.toml").read_bytes() == (project / "mission-themes.toml").read_bytes()
    with contextlib.closing(sqlite3.connect(back / "library" / "library.sqlite3")) as database:
        assert database.execute("select number from kept").fetchone() == (7,)


def test_a_backup_is_for_its_owner_only_and_replaces_nothing(home, tmp_path, call, config, model):
    save(config, model)
    archive = tmp_path / "kept.zip"
    assert call("backup", archive).exit_code == 0
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with zipfile.ZipFile(archive) as package:
        assert {member.compress_type for member in package.infolist()} == {zipfile.ZIP_DEFLATED}
    before = archive.read_bytes()
    again = call("backup", archive)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert archive.read_bytes() == before
    assert not list(tmp_path.glob(".kept*"))


def test_what_is_there_is_named_and_nothing_is_restored(home, tmp_path, call, config, model):
    save(config, model)
    call("backup", tmp_path / "kept.zip")
    to = tmp_path / "to"
    review = to / "seeds" / "labels" / "review.jsonl"
    review.parent.mkdir(parents=True)
    review.write_text("mine\n", encoding="utf-8")
    done = call("restore", tmp_path / "kept.zip", "--to", to)
    assert done.exit_code == 2
    assert str(review) in done.stderr
    assert files(to) == {"seeds/labels/review.jsonl"}
    assert review.read_text(encoding="utf-8") == "mine\n"
    # What is there as it was kept is in no one's way.
    done = call("restore", tmp_path / "kept.zip")
    assert (done.exit_code, done.stderr.count("0 files restored, 2 already there")) == (0, 1), done.stderr


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_folder_that_is_none_is_named(home, tmp_path, call, config, model, kind):
    save(config, model)
    call("backup", tmp_path / "kept.zip")
    to, elsewhere = tmp_path / "to", tmp_path / "elsewhere"
    to.mkdir()
    elsewhere.mkdir()
    (to / "seeds").symlink_to(elsewhere) if kind == "link" else (to / "seeds").write_text("")
    done = call("restore", tmp_path / "kept.zip", "--to", to)
    assert (done.exit_code, str(to / "seeds") in done.stderr) == (2, True), done.stderr
    assert list(elsewhere.iterdir()) == []


def test_what_is_not_kept_is_said(home, tmp_path, call, config, model):
    save(config, model)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.txt").write_text(TEXT, encoding="utf-8")
    (home / "seeds" / "reviewed" / "link.txt").symlink_to(outside / "b.txt")
    address = "postgresql+psycopg2://u:secret@db/themes"
    settings = ["--set", f"corpus.reports=[{json.dumps(str(outside))}]", "--set", f"track.uri={address}"]
    done = call("backup", tmp_path / "kept.zip", *settings)
    assert done.exit_code == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("not kept")]
    assert len(told) == 3
    assert "pg_dump" in done.stderr
    assert "secret" not in done.stderr
    assert "link.txt" in done.stderr
    assert str(outside) in done.stderr
    with zipfile.ZipFile(tmp_path / "kept.zip") as package:
        assert b"secret" not in package.read(MANIFEST)
        assert "project/seeds/reviewed/link.txt" not in package.namelist()


def test_a_store_of_another_place_joins_with_one_line(home, tmp_path, monkeypatch, config):
    library = tmp_path / "data" / "library"
    library.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(library / "reports.db")) as store, store:
        store.execute("CREATE TABLE reports (name)")
        store.execute("INSERT INTO reports VALUES ('a')")
    (library / ".lock").touch()
    (library / "报告　一: 二.txt").touch()
    part = Part("library", lambda _: library, lambda _: [library], lambda folder: folder / "library")
    for module in (writing, restoring):
        monkeypatch.setattr(module, "PARTS", (*module.PARTS, part))
    writing.write_backup(tmp_path / "kept.zip", config)
    restoring.restore(tmp_path / "kept.zip", tmp_path / "to")
    assert files(tmp_path / "to") == {"library/reports.db", "library/报告　一: 二.txt"}
    with contextlib.closing(sqlite3.connect(tmp_path / "to" / "library" / "reports.db")) as store:
        assert store.execute("SELECT name FROM reports").fetchall() == [("a",)]


# ---- while others write ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def busy(*works):
    """Do works again and again in threads until the body ends; each has been done before the body begins."""
    stop = threading.Event()

    def repeat(work):
        while not stop.is_set():
            work()

    for work in works:
        work()
    with ThreadPoolExecutor(len(works)) as pool:
        begun = [pool.submit(repeat, work) for work in works]
        try:
            yield
        finally:
            stop.set()
        assert [each.result() for each in begun] == [None] * len(works)


@pytest.mark.slow
def test_backups_under_load_are_whole(home, tmp_path, config, model, trained_home, monkeypatch):
    (home / "mlruns").mkdir()
    file = home / "mlruns" / "mlflow.db"
    with contextlib.closing(sqlite3.connect(file)) as store, store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE pairs (a, b)")
    folder, numbers = home / "models" / "seeds", iter(range(10**6))
    shutil.copytree(trained_home / "models" / "seeds", folder)

    def record():
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as store, store:
            store.execute("INSERT INTO pairs VALUES (?, 1)", (next(numbers),))
            store.execute("INSERT INTO pairs VALUES (0, -1)")

    def correct():
        save(config, model, "兴文化", f"人{next(numbers) % 7}")
        threading.Event().wait(0.1)  # who looks for a gap of the file finds one, however slow the machine is

    def train():
        fresh = folder.with_name(".fresh")
        shutil.copytree(trained_home / "models" / "seeds", fresh)
        old = folder.with_name(".old")
        folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old)
        threading.Event().wait(0.3)

    with busy(record, correct, train):
        for number in range(4):
            writing.write_backup(tmp_path / f"{number}.zip", config)
    for number in range(4):
        to = tmp_path / str(number)
        restoring.restore(tmp_path / f"{number}.zip", to)
        with contextlib.closing(sqlite3.connect(to / "mlruns" / "mlflow.db")) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            count, total = store.execute("SELECT count(*), sum(b) FROM pairs").fetchone()
        assert count > 0
        assert total == 0, "half of a transaction"
        assert load_model(to / "models" / "seeds").version == model.version
        lines = (to / "seeds" / "labels" / "review.jsonl").read_bytes()
        assert lines.endswith(b"\n")
        sources = {msgspec.json.decode(line)["source"] for line in lines.splitlines()}
        assert all((to / source).is_file() for source in sources)


def test_what_was_committed_is_kept_and_what_was_not_is_not(home, tmp_path, config):
    (home / "mlruns").mkdir()
    file = home / "mlruns" / "mlflow.db"
    with contextlib.closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE t (x)")
        store.execute("INSERT INTO t VALUES ('committed')")
        store.commit()  # which lies in mlflow.db-wal for now
        store.execute("INSERT INTO t VALUES ('not yet')")
        writing.write_backup(tmp_path / "kept.zip", config)
    restoring.restore(tmp_path / "kept.zip", tmp_path / "to")
    assert files(tmp_path / "to") == {"mlruns/mlflow.db"}
    with contextlib.closing(sqlite3.connect(tmp_path / "to" / "mlruns" / "mlflow.db")) as store:
        assert store.execute("SELECT x FROM t").fetchall() == [("committed",)]


def test_a_model_that_is_replaced_meanwhile_is_one_of_both(home, tmp_path, config, monkeypatch, trained_home, model):
    folder = home / "models" / "seeds"
    shutil.copytree(trained_home / "models" / "seeds", folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:-1])  # the old one is another
    copied, replaced = writing._copied, []

    def replace(path, copy):
        if path.name == "idf.npy" and not replaced:
            replaced.append(folder.rename(tmp_path / "old"))
            shutil.copytree(trained_home / "models" / "seeds", folder)
        return copied(path, copy)

    monkeypatch.setattr(writing, "_copied", replace)
    writing.write_backup(tmp_path / "kept.zip", config)
    restoring.restore(tmp_path / "kept.zip", tmp_path / "to")
    assert replaced
    assert load_model(tmp_path / "to" / "models" / "seeds").version == model.version


def test_corrections_are_copied_while_nobody_can_write_them(home, tmp_path, config, model, monkeypatch):
    save(config, model)
    add, held = writing._Archive.add, {}

    def watch(archive, found):
        lock = FileLock(home / "seeds" / "labels" / ".review.jsonl.lock", timeout=0)
        try:
            with lock:
                held[found.name] = False
        except Timeout:
            held[found.name] = True
        add(archive, found)

    monkeypatch.setattr(writing._Archive, "add", watch)
    writing.write_backup(tmp_path / "kept.zip", config)
    assert held == {"project/seeds/labels/review.jsonl": True, "project/seeds/reviewed/a.txt": False}


def test_the_database_of_runs_is_copied_before_the_artifacts_that_it_names(home, tmp_path, config):
    (home / "mlruns" / "artifacts" / "1").mkdir(parents=True)
    (home / "mlruns" / "artifacts" / "1" / "a.txt").write_text("a", encoding="utf-8")
    with contextlib.closing(sqlite3.connect(home / "mlruns" / "mlflow.db")) as store:
        store.execute("CREATE TABLE t (x)")
    manifest = writing.write_backup(tmp_path / "kept.zip", config)
    assert [file.name for file in manifest.files] == ["mlruns/mlflow.db", "mlruns/artifacts/1/a.txt"]


def test_right_after_a_backup_everything_is_there_already(home, tmp_path, config):
    """The copy of a database that a backup makes has other bytes than the database itself, also where nothing has changed."""
    file = home / "mlruns" / "mlflow.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as store:
        store.execute("CREATE TABLE IF NOT EXISTS lines (line TEXT)")
        store.execute("INSERT INTO lines VALUES ('one')")
        store.commit()
        store.execute("DELETE FROM lines")
        store.execute("INSERT INTO lines VALUES ('two')")
        store.commit()
    kept = writing.write_backup(tmp_path / "b.zip", config)
    assert file.read_bytes() != zipfile.ZipFile(tmp_path / "b.zip").read("mlruns/mlflow.db")
    done = restoring.restore(tmp_path / "b.zip", home)
    assert (done.written, done.same) == (0, len(kept.files))
    with contextlib.closing(sqlite3.connect(file)) as store:
        store.execute("INSERT INTO lines VALUES ('three')")
        store.commit()
    with pytest.raises(UsageError, match=r"mlflow\.db: is there and differs"):
        restoring.restore(tmp_path / "b.zip", home)


def test_a_database_that_is_damaged_is_not_kept_as_if_it_were_whole(home, tmp_path, config):
    (home / "mlruns").mkdir()
    file = home / "mlruns" / "mlflow.db"
    with contextlib.closing(sqlite3.connect(file)) as store, store:
        store.execute("CREATE TABLE t (x)")
        store.executemany("INSERT INTO t VALUES (?)", [("x" * 500,) for _ in range(200)])
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"mlflow\.db"):
        writing.write_backup(tmp_path / "kept.zip", config)
    assert not (tmp_path / "kept.zip").exists()


def test_a_model_that_never_rests_is_refused(home, tmp_path, config, monkeypatch, trained_home):
    shutil.copytree(trained_home / "models" / "seeds", home / "models" / "seeds")
    states = iter(range(1000))
    monkeypatch.setattr(writing, "_state", lambda _: [next(states)])
    monkeypatch.setattr(writing, "PAUSE", 0)
    with pytest.raises(UsageError, match="being written all the time"):
        writing.write_backup(tmp_path / "kept.zip", config)


# ---- archives that are hostile or damaged ----------------------------------------------------------------------------


def packed(path, members, manifest=None, **changes):
    """Write an archive with a manifest that fits its members, but for the changes."""
    kept = [{"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()]
    values = {"format": 1, "made": "", "version": "", "files": kept, "left_out": [], **changes}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
        package.writestr(MANIFEST, json.dumps(values) if manifest is None else manifest)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../x", "project/../../x", "/etc/x", "project//etc/x", "project/a/../../../x", "project/.bashrc", "project/.git/hooks/x",
        "project/seeds/.x", "project\\..\\x", "project/a\\b", "project/", "project", "mlruns/../x", "other/x", "x",
        "project/pipeline/evil.py", "project/a\x1b[2Jb", "project/./x",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere(tmp_path, name):
    archive = packed(tmp_path / "a.zip", {"project/first.txt": b"1", name: b"2"})
    with pytest.raises(InputError, match=r"a\.zip") as failure:
        restoring.restore(archive, tmp_path / "to" / "deep")
    assert "\n" not in str(failure.value)
    assert files(tmp_path) == {"a.zip"}


def test_a_link_in_an_archive(tmp_path):
    archive = packed(tmp_path / "a.zip", {"project/x": b"/etc"})
    with zipfile.ZipFile(archive) as package:
        info, manifest = package.getinfo("project/x"), package.read(MANIFEST)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr(info, b"/etc")
        package.writestr(MANIFEST, manifest)
    with pytest.raises(InputError, match="a link"):
        restoring.restore(archive, tmp_path / "to")


def test_a_bomb(tmp_path):
    archive = packed(tmp_path / "a.zip", {"project/x": bytes(2**27)})
    assert archive.stat().st_size < 2**20
    with pytest.raises(InputError, match="would unpack to 134,217,728 bytes"):
        restoring.restore(archive, tmp_path / "to")


def test_a_manifest_that_tells_less_than_is_there(tmp_path):
    kept = [{"name": "project/x", "size": 1, "sha256": "0" * 64}]
    archive = packed(tmp_path / "a.zip", {"project/x": bytes(2**27)}, files=kept)
    with pytest.raises(InputError, match="not as long as"):
        restoring.restore(archive, tmp_path / "to")


def test_a_directory_of_too_many_files_is_not_read(tmp_path, monkeypatch):
    archive = packed(tmp_path / "a.zip", {f"project/{number}": b"" for number in range(50)})
    monkeypatch.setattr(restoring, "LARGEST_DIRECTORY", 1000)
    monkeypatch.setattr(zipfile.ZipFile, "__init__", None)
    with pytest.raises(InputError, match="more files than a backup does"):
        restoring.restore(archive, tmp_path / "to")


@pytest.mark.parametrize(
    ("manifest", "changes", "message"),
    [
        (b"[", {}, "is damaged"),
        (b"[" * 100_000, {}, "is damaged"),
        (b"\xff", {}, "is damaged"),
        (None, {"format": 2}, "of format 2"),
        (None, {"format": 0}, "of format 0"),
        (None, {"more": 1}, "unknown field"),
        (None, {"files": []}, "are not those"),
    ],
)
def test_manifests_that_are_none(tmp_path, manifest, changes, message):
    archive = packed(tmp_path / "a.zip", {"project/x": b"1"}, manifest, **changes)
    with pytest.raises(InputError, match=message):
        restoring.restore(archive, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_twice_the_same_name(tmp_path):
    entry = {"name": "project/x", "size": 1, "sha256": hashlib.sha256(b"1").hexdigest()}
    archive = packed(tmp_path / "a.zip", {"project/x": b"1"}, files=[entry, entry])
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(archive, "a") as package:
        package.writestr("project/x", b"1")
    with pytest.raises(InputError, match="are not those"):
        restoring.restore(archive, tmp_path / "to")


def test_a_byte_that_changed_is_found_before_anything_is_written(tmp_path):
    members = {"project/a.txt": b"1" * 10, "project/z.txt": os.urandom(1000)}
    archive = packed(tmp_path / "a.zip", members)
    content = archive.read_bytes()
    place = content.index(members["project/z.txt"][:8])  # what is random is not made shorter
    for at in (place + 500, len(content) - 3, len(content) // 2):
        archive.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(InputError, match=r"a\.zip"):
            restoring.restore(archive, tmp_path / "to")
    for length in range(0, len(content), 97):
        archive.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"a\.zip"):
            restoring.restore(archive, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_another_sha256_is_found(tmp_path):
    entry = {"name": "project/x", "size": 1, "sha256": "0" * 64}
    with pytest.raises(InputError, match="its sha256 is another"):
        restoring.restore(packed(tmp_path / "a.zip", {"project/x": b"1"}, files=[entry]), tmp_path / "to")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_restore_that_fails_leaves_nothing(tmp_path, monkeypatch, error):
    archive = packed(tmp_path / "a.zip", {"project/a/x": b"1", "project/b/y": b"2"})
    calls = []

    def fail(_):
        calls.append(1)
        if len(calls) == 2:
            raise error

    monkeypatch.setattr(restoring, "to_disk", fail)
    with pytest.raises(UsageError if isinstance(error, OSError) else KeyboardInterrupt):
        restoring.restore(archive, tmp_path / "to")
    assert len(calls) == 2
    assert not (tmp_path / "to").exists()


def test_less_space_than_is_needed(tmp_path, monkeypatch):
    archive = packed(tmp_path / "a.zip", {"project/x": b"12345"})
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 6, 4))
    with pytest.raises(UsageError, match="5 bytes are to be restored"):
        restoring.restore(archive, tmp_path / "to")


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "text"])
def test_what_is_no_archive_costs_one_line(tmp_path, call, kind):
    path = tmp_path / "a.zip"
    {"missing": lambda: 0, "folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "text": lambda: path.write_text("x")}[kind]()
    done = call("restore", path, "--to", tmp_path / "to")
    assert (done.exit_code, done.stderr.count("\n"), str(path) in done.stderr) == (1, 1, True), done.stderr


def test_the_library_comes_back_for_its_owner_alone(home, tmp_path, monkeypatch, config):
    with Library(create=True) as library:
        drafts.add(library, "摘报", "王一", DraftContent((1,), 5))
    kept = writing.write_backup(tmp_path / "kept.zip", config)
    assert [file.name for file in kept.files if file.name.startswith("library/")] == ["library/library.sqlite3"]
    restoring.restore(tmp_path / "kept.zip", tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new/library/library.sqlite3").stat().st_mode) == 0o600
    monkeypatch.setenv("MISSION_THEMES_HOME", str(tmp_path / "new"))
    with Library() as library:
        assert [draft.name for draft in drafts.drafts(library)] == ["摘报"]


def test_without_another_folder_the_library_comes_back_where_it_is_looked_for(home, tmp_path, monkeypatch, config):
    monkeypatch.setenv("MISSION_THEMES_DATA", str(tmp_path / "data"))
    with Library(create=True):
        pass
    writing.write_backup(tmp_path / "kept.zip", config)
    shutil.rmtree(tmp_path / "data")
    restoring.restore(tmp_path / "kept.zip", home)
    with Library() as library:
        assert library.path == tmp_path / "data" / "library.sqlite3"
