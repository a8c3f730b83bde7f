"""Where an output may be written, decided in one place for all commands."""

import os
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from pipeline.core import outputs, steps
from pipeline.core.errors import UsageError
from pipeline.core.outputs import ReservedPaths, begin_to_disk, check_apart, claim, place_of, write_file, write_whole


@pytest.fixture
def there(tmp_path, monkeypatch):
    """The current folder, with a report ``a.txt`` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("学理论。", encoding="utf-8")
    return tmp_path


def linked(there, name, make):
    make(there / "a.txt", there / name)
    return name


@pytest.mark.parametrize("inputs", [["a.txt"], ["./a.txt"], ["../{}/a.txt"], ["none.txt", "a.txt"]])
@pytest.mark.parametrize("out", ["a.txt", "./a.txt", "sub/../a.txt", "A.TXT", "a.Txt", "soft", "hard", "soft to soft"])
def test_an_output_is_no_input_however_it_is_spelled(there, inputs, out):
    (there / "sub").mkdir()
    (there / "soft").symlink_to("a.txt")
    (there / "soft to soft").symlink_to("soft")
    os.link("a.txt", "hard")
    before = sorted(there.iterdir())
    with pytest.raises(UsageError, match=r"an input of this command.*; name another output with -o"):
        claim(there.joinpath(out), [name.format(there.name) for name in inputs])
    assert sorted(there.iterdir()) == before


@pytest.mark.parametrize("given", ["soft.txt", "hard.txt"])
def test_an_input_may_be_a_link_to_the_output_too(there, given):
    (there / "soft.txt").symlink_to("a.txt")
    os.link("a.txt", "hard.txt")
    with pytest.raises(UsageError, match=r"a\.txt: is an input of this command"):
        claim(there / "a.txt", [given])


def test_two_forms_of_a_character_are_one_name(there):
    (there / "é.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="an input of this command"):
        claim(there / "e\u0301.txt", ["é.txt"])


@pytest.mark.parametrize("given", ["o.html.summary.json", ".o.html.run/journal", ".o.html.run/a/b", "o.html.errors/part"])
def test_the_companions_of_an_output_are_no_inputs(there, given):
    path = there / given
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"o\.html: .*, an input of this command, lies where it goes"):
        claim(there / "o.html", [given])


@pytest.mark.parametrize(
    ("out", "inputs"), [("orig", ["orig"]), ("orig/", ["orig/b.txt"]), ("link", ["orig/b.txt"]), (".", ["a.txt"])]
)
def test_a_folder_that_holds_inputs_is_no_output(there, out, inputs):
    (there / "orig").mkdir()
    (there / "orig/b.txt").write_text("x", encoding="utf-8")
    (there / "link").symlink_to("orig")
    with pytest.raises(UsageError, match="an input of this command"):
        claim(there / out, inputs)


def test_a_folder_above_or_below_the_inputs_may_be_an_output_but_for_one_that_goes_as_a_whole(there):
    (there / "orig" / "made").mkdir(parents=True)
    (there / "orig/b.txt").write_text("x", encoding="utf-8")
    assert claim(there / "orig/made", ["orig", "orig/b.txt"]).path == there / "orig/made"
    assert claim(there, ["orig", "orig/b.txt"]).path == there
    with pytest.raises(UsageError, match=r"orig/b\.txt, an input of this command, lies where it goes"):
        check_apart(place_of(there), ["orig/b.txt"], whole_folder=True)


def test_what_an_output_takes_is_known_in_a_folder(there):
    (there / "o.html").write_text("x", encoding="utf-8")
    (there / "other.html").symlink_to("o.html")
    taken = ReservedPaths(place_of(there / "o.html"))
    held = {name for name in ("o.html", "O.html", "other.html", "o.html.summary.json", "a.txt", "sub/o.html") if taken.holds(name)}
    assert held == {"o.html", "O.html", "other.html", "o.html.summary.json"}


def test_this_folder_the_one_above_and_the_root_have_names_too(there):
    (there / "sub").mkdir()
    os.chdir("sub")
    assert place_of(Path()).summary == there / "sub.summary.json"
    assert place_of(Path("..")).summary == there.with_name(f"{there.name}.summary.json")
    with pytest.raises(UsageError, match="/: is the root of all folders"):
        place_of(Path("/"))


def test_a_link_leads_to_its_target(there):
    (there / "sub").mkdir()
    (there / "link.html").symlink_to("sub/o.html")
    place = place_of(there / "link.html")
    assert (place.named, place.path) == (there / "link.html", there / "sub/o.html")
    assert place.summary == there / "link.html.summary.json"
    (there / "self").symlink_to("self")
    with pytest.raises(UsageError, match="self: a link that leads to itself"):
        place_of(there / "self")


def test_a_device_a_socket_and_a_pipe_without_a_reader_are_refused_and_stay(there, monkeypatch):
    os.mkfifo("pipe")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("socket")
    (there / "to pipe").symlink_to("pipe")
    for name, message in (("pipe", "a pipe that cannot be written"), ("to pipe", "a pipe"), ("socket", "a socket")):
        with pytest.raises(UsageError, match=f"{name}: is {message}"):
            place_of(there / name)
    with pytest.raises(UsageError, match="/dev/zero: is a device"):
        place_of(there.joinpath("/dev/zero"))
    listening.close()
    assert stat.S_ISFIFO((there / "pipe").lstat().st_mode)


def test_a_read_only_file_is_refused(there):
    (there / "o.html").write_text("x", encoding="utf-8")
    (there / "o.html").chmod(0o444)
    with pytest.raises(UsageError, match=r"o\.html: is read-only"):
        place_of(there / "o.html")


def test_a_pipe_with_a_reader_and_the_null_device_are_written_through(there):
    os.mkfifo("pipe")
    found = []
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    place = place_of(there / "pipe")
    os.set_blocking(reader, True)
    thread = threading.Thread(target=lambda: found.append(os.read(reader, 100)))
    thread.start()
    with place.open() as stream:
        stream.write("讲党课".encode())
    thread.join()
    assert found == ["讲党课".encode()]
    null = place_of(there.joinpath(os.devnull))
    assert null.descriptor is not None
    for descriptor in (reader, null.descriptor):
        os.close(descriptor)


def test_descriptors_of_this_process_are_written_through_and_never_cut_short(there):
    with (there / "o.jsonl").open("ab+") as stream:
        stream.write(b"before\n")
        stream.flush()
        for name in (f"/dev/fd/{stream.fileno()}", f"/proc/self/fd/{stream.fileno()}", "link"):
            if name == "link":
                (there / "link").symlink_to(f"/dev/fd/{stream.fileno()}")
            place = place_of(there.joinpath(name))
            assert place.descriptor == stream.fileno()
            with place.open() as through:
                through.write(b"more\n")
            with pytest.raises(UsageError, match="an input of this command"):
                check_apart(place, ["o.jsonl"])
    assert (there / "o.jsonl").read_bytes() == b"before\nmore\nmore\nmore\n"
    with pytest.raises(UsageError, match="cannot be written"):
        place_of(there.joinpath("/dev/fd/987"))


def test_a_file_is_written_whole_or_not_at_all(there, monkeypatch):
    path = there / "a.txt"
    path.chmod(0o640)
    seen = []
    monkeypatch.setattr(steps, "reached", lambda name: seen.append((name, path.read_bytes())))
    write_file(path, b"new")
    assert seen == [("before the output appears", "学理论。".encode()), ("after the output has appeared", b"new")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def fail():
        with write_whole(path) as stream:
            stream.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail()
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in there.iterdir()] == ["a.txt"]


def test_a_link_is_written_through_and_no_device_is_replaced(there):
    (there / "link").symlink_to("a.txt")
    write_file(there / "link", b"new")
    assert (there / "link").is_symlink()
    assert (there / "a.txt").read_bytes() == b"new"
    os.mkfifo("pipe")
    with pytest.raises(UsageError, match="pipe: cannot be written"):
        write_file(there / "pipe", b"new")
    assert stat.S_ISFIFO((there / "pipe").lstat().st_mode)


@pytest.mark.skipif(sys.platform == "darwin", reason="names are shorter there")
def test_a_name_may_be_as_long_as_the_system_bears(there):
    path = there / ("长" * 85)
    write_file(path, b"x")
    assert path.read_bytes() == b"x"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked")
def test_a_part_of_a_file_is_sent_to_the_disk(there, monkeypatch):
    answers = []
    ask = outputs._sync_file_range()
    monkeypatch.setattr(outputs, "_sync_file_range", lambda: lambda *arguments: answers.append((arguments[1:], ask(*arguments))))
    with (there / "a.txt").open("r+b") as stream:
        stream.write(bytes(10_000))
        stream.flush()
        begin_to_disk(stream, 0, 5_000)
        begin_to_disk(stream, 2**33, 2**34)  # places beyond 32 bits are asked for as they are
    assert answers == [((0, 5_000, 2), 0), ((2**33, 2**34, 2), 0)]
    monkeypatch.setattr(outputs, "_sync_file_range", lambda: None)
    with (there / "a.txt").open("rb") as stream:
        begin_to_disk(stream, 0, 1)  # another system: nothing happens
    assert len(answers) == 2
