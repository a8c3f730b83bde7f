"""One LibreOffice converts many files, ends with its reader, and is started anew after faults."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.core.records import Document
from pipeline.read.isolated import IsolatedReader
from pipeline.read.office import libreoffice
from pipeline.read.office.libreoffice import _PREFIX, Conversion, Converter, remove_sockets, sockets_of

OLD = Conversion(".doc", "docx", "an old Word file")
NOTICE = "文化站全年开放，村里的图书室也添了新书。"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in for LibreOffice")


@pytest.fixture(scope="module")
def old(soffice, tmp_path_factory):
    path = tmp_path_factory.mktemp("old") / "given.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return soffice(path, "doc", path.parent)


@pytest.fixture
def converter():
    made = Converter()
    yield made
    made.end()


@pytest.fixture
def convert(converter, config):
    """Return a function that converts bytes of an old Word file."""

    def run(data, options=config.read):
        return converter.convert(data, OLD, "x.doc", options)

    return run


def pid_of(converter):
    return int((converter._office.folder / "process").read_text(encoding="ascii"))


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_many_files_take_one_start_until_their_number_is_full(old, convert, converter, monkeypatch, wait):
    monkeypatch.setattr(libreoffice, "FILES_A_START", 3)
    data = old.read_bytes()
    seen = []
    for _ in range(2):
        assert convert(data).startswith(b"PK")
        seen.append(pid_of(converter))
    assert seen[0] == seen[1]
    folder = converter._office.folder
    convert(data)
    assert converter._office is None
    assert not folder.exists()
    wait(lambda: not is_alive(seen[0]))
    convert(data)
    assert pid_of(converter) != seen[0]


def test_a_file_that_cannot_be_read_leaves_the_program_to_the_next(old, convert, converter):
    convert(old.read_bytes())
    first = pid_of(converter)
    with pytest.raises(InputError, match=r"^x\.doc: LibreOffice cannot read it \(damaged or .*\); save it as \.docx"):
        convert(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))
    assert convert(old.read_bytes()).startswith(b"PK")
    assert pid_of(converter) == first


def test_a_program_that_died_between_files_is_started_anew(old, convert, converter, wait):
    convert(old.read_bytes())
    first = pid_of(converter)
    os.kill(first, signal.SIGKILL)
    wait(lambda: not is_alive(first))
    assert convert(old.read_bytes()).startswith(b"PK")
    assert convert(old.read_bytes()).startswith(b"PK")
    assert pid_of(converter) != first


STAND_IN = """#!/bin/sh
folder={folder}
for argument; do
    case $argument in
    --pidfile=*) pidfile=${{argument#--pidfile=}} ;;
    *kept.txt) kept=$argument ;;
    *report.doc) report=$argument ;;
    esac
done
echo $$ > $pidfile
if [ -n "$kept" ]; then
    echo start >> $folder/log
    echo $$ > $folder/kept
    touch "$(dirname $kept)/.~lock.kept.txt#"
    exec sleep 60
fi
echo file >> $folder/log
{what}
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Return a function that puts a script in the place of LibreOffice: what it does with a file is given."""

    def put(what):
        program = tmp_path / "soffice"
        program.write_text(STAND_IN.format(folder=tmp_path, what=what), encoding="ascii")
        program.chmod(0o755)
        monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: str(program))
        return lambda: (tmp_path / "log").read_text().split()

    return put


MADE = 'mkdir -p "$(dirname $report)/made"; echo made > "$(dirname $report)/made/report.docx"'
DIES = "kill -9 $(cat $folder/kept)"


def test_a_program_that_dies_over_a_file_is_one_line(stand_in, convert):
    log = stand_in(DIES)
    with pytest.raises(InputError, match=r"^x\.doc: LibreOffice ended while it read the file .*; save it as \.docx"):
        convert(b"x")
    assert log() == ["start", "file"]


def test_one_that_dies_after_other_files_is_tried_once_more(stand_in, convert, tmp_path):
    log = stand_in(f"if [ $(grep -c file $folder/log) = 2 ]; then {DIES}; else {MADE}; fi")
    assert convert(b"x") == convert(b"x") == b"made\n"
    assert log() == ["start", "file", "file", "start", "file"]
    log = stand_in(f"if grep -q bad $report; then {DIES}; else {MADE}; fi")
    convert(b"x")
    with pytest.raises(InputError, match="LibreOffice ended while it read the file"):
        convert(b"bad")
    assert convert(b"x") == b"made\n"
    assert log()[-6:] == ["file", "file", "start", "file", "start", "file"]


@pytest.mark.parametrize("what", ["exec sleep 60", "exit 0"])
def test_a_conversion_or_a_start_that_takes_too_long_is_ended(stand_in, convert, converter, config, tmp_path, what):
    stand_in("exec sleep 60")
    if what == "exit 0":
        monkey = tmp_path / "soffice"
        monkey.write_text("#!/bin/sh\nexec sleep 60\n", encoding="ascii")
    with pytest.raises(InputError, match=r"^x\.doc: LibreOffice took more than 0\.8 s \(read\.max_seconds\); save it as \.docx"):
        convert(b"x", replace(config.read, max_seconds=1))
    assert converter._office is None


def test_without_libreoffice_the_error_says_what_to_do(convert, monkeypatch):
    monkeypatch.setattr(libreoffice.shutil, "which", lambda _: None)
    monkeypatch.setattr(libreoffice, "USUAL_PLACES", ())
    with pytest.raises(InputError, match=r"^x\.doc: an old Word file, which needs LibreOffice; .* save the file as \.docx"):
        convert(b"x")


def test_what_is_larger_than_the_limit_is_not_read(stand_in, convert, config):
    stand_in(MADE)
    with pytest.raises(InputError, match=r"^x\.doc: larger than 4 bytes as \.docx \(read\.max_bytes\)"):
        convert(b"x", replace(config.read, max_bytes=4))


def test_a_reader_leaves_no_process_no_folder_and_no_socket(old, config, tmp_path, monkeypatch, wait):
    """The scratch folder is given as a relative path, as it is with ``-o OUT`` (LibreOffice runs in another folder)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scratch").mkdir()
    with IsolatedReader(config.read, Path("scratch")) as reader:
        for _ in range(2):
            (document,) = reader.read(str(old))
            assert isinstance(document, Document), document
            assert document.text == NOTICE
        (profile,) = (tmp_path / "scratch").glob("*/mission-themes-office-*")
        pid = int((profile / "process").read_text(encoding="ascii"))
        assert is_alive(pid)
        sockets = sockets_of(profile)
        assert any(path.exists() for path in sockets)
    wait(lambda: not is_alive(pid))
    assert list((tmp_path / "scratch").iterdir()) == []
    assert not any(path.exists() for path in sockets)


def test_it_is_ended_even_if_its_folder_is_gone(old, convert, converter, wait):
    convert(old.read_bytes())
    pid, folder = pid_of(converter), converter._office.folder
    sockets = sockets_of(folder)
    assert any(path.exists() for path in sockets)
    wait(lambda: shutil.rmtree(folder, ignore_errors=True) or not folder.exists())  # it may still write there
    converter.end()
    wait(lambda: not is_alive(pid))
    assert not any(path.exists() for path in sockets)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system ends what its parent left on Linux only")
def test_it_ends_with_its_parent_even_if_that_is_killed_alone(old, tmp_path, root, wait):
    code = (
        "import sys, time; from pathlib import Path; from pipeline.core.config import load_config\n"
        "from pipeline.read.office.libreoffice import CONVERTER, Conversion\n"
        "CONVERTER.convert(Path(sys.argv[1]).read_bytes(), Conversion('.doc', 'docx', ''), '', load_config().read)\n"
        "print(CONVERTER._office.folder, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(old)]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    ) as child:
        folder = Path(child.stdout.readline().strip())
        pid = int((folder / "process").read_text(encoding="ascii"))
        assert is_alive(pid)
        child.kill()
    wait(lambda: not is_alive(pid))
    remove_sockets(folder.parent)


def test_sockets_are_removed_behind_readers_that_were_killed(tmp_path):
    profile = tmp_path / "mission-themes-x" / "mission-themes-office-y"
    profile.mkdir(parents=True)
    left, other = sockets_of(profile)[0], sockets_of(tmp_path)[0]
    try:
        left.touch()
        other.touch()
        remove_sockets(tmp_path)
        assert not left.exists()
        assert other.exists()
    finally:
        other.unlink()


def test_a_folder_that_is_removed_meanwhile_is_no_fault(tmp_path, monkeypatch):
    for name in ("mission-themes-1", "mission-themes-2"):
        (tmp_path / name / f"{_PREFIX}x").mkdir(parents=True)
    left = sockets_of(tmp_path / "mission-themes-2" / f"{_PREFIX}x")[0]
    left.touch()
    scandir = os.scandir

    def gone(path="."):
        if os.fspath(path).endswith("mission-themes-1"):
            raise FileNotFoundError(path)  # its guard was quicker
        return scandir(path)

    monkeypatch.setattr(os, "scandir", gone)
    remove_sockets(tmp_path)
    assert not left.exists()
