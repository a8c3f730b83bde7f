import io
import struct
import zipfile
import zlib

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import File, PassedOver, unpack
from pipeline.read.kinds import kind_of


def zipped(*members, flag=None):
    """Return a zip with members of (name, data); ``flag`` False writes the names without the Unicode flag."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members:
            package.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def names(config):
    def run(data, options=config.read):
        return [
            str(item) if isinstance(item, InputError) else (type(item).__name__, item.source)
            for item in unpack(File("a.zip", ".zip", data), options)
        ]

    return run


def test_a_zip_is_a_folder_in_name_order_with_zips_inside(names):
    inner = zipped(("丙.txt", "丙"))
    data = zipped(("乙/b.md", "x"), ("a.txt", "x"), ("in.zip", inner), ("乙/", ""))
    assert names(data) == [("File", "a.zip/a.txt"), ("File", "a.zip/in.zip/丙.txt"), ("File", "a.zip/乙/b.md")]


def test_files_of_the_system_and_of_other_types_are_no_reports(names):
    data = zipped(("__MACOSX/._a.txt", "x"), (".DS_Store", "x"), ("~$a.docx", "x"), ("photo.jpg", "x"), ("a.txt", "x"))
    assert names(data) == [("File", "a.zip/a.txt"), ("PassedOver", "a.zip/photo.jpg")]
    assert PassedOver("x").source == "x"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_the_unicode_flag_are_those_their_maker_saw(names, encoding):
    raw = "总结.txt".encode(encoding)
    data = zipped(("#" * len(raw), "x")).replace(b"#" * len(raw), raw)
    assert names(data) == [("File", "a.zip/总结.txt")]


def stored(name, data=b"x", flags=0, extra=b""):
    """Return a zip of one stored member, byte by byte, with a raw name, flags and extra fields that no library would write."""
    head = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), len(extra))
    local = b"PK\x03\x04" + head + name + extra + data
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name + extra
    return local + entry + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)


def unicode_path(name, belongs_to):
    field = b"\x01" + struct.pack("<I", zlib.crc32(belongs_to)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


@pytest.mark.parametrize("lead", [b"", struct.pack("<HH", 0x5455, 1) + b"\x00"])
@pytest.mark.parametrize("raw", ["简报/年报.txt".encode("gb18030"), b"??/??.txt", b"\xff\xfe.txt"])
def test_the_unicode_path_of_a_member_is_its_name(names, raw, lead):
    data = stored(raw, extra=lead + unicode_path("简报/年报.txt", raw))
    assert names(data) == [("File", "a.zip/简报/年报.txt")]


def test_a_unicode_path_of_another_name_says_nothing(names):
    raw = "年报.txt".encode("gb18030")
    assert names(stored(raw, extra=unicode_path("月报.txt", b"other"))) == [("File", "a.zip/年报.txt")]


@pytest.mark.parametrize("folder", ["", "二〇二五/"])
def test_a_name_that_says_it_is_utf_8_and_is_not_is_gb18030(names, folder):
    assert names(stored(f"{folder}总结.txt".encode("gb18030"), flags=0x800)) == [("File", f"a.zip/{folder}总结.txt")]
    assert names(stored("总结.txt".encode(), flags=0x800)) == [("File", "a.zip/总结.txt")]


def test_what_is_nested_in_a_zip_with_wrong_flags_stays_as_it_is(names):
    inner = stored("总结.txt".encode("gb18030"), flags=0x800)
    assert names(stored("内.zip".encode("gb18030"), inner, flags=0x800)) == [("File", "a.zip/内.zip/总结.txt")]


@pytest.mark.parametrize("name", ["../../etc/x.txt", "/etc/x.txt", "a/../../x.txt", "..\\x.txt", "C:/x.txt"])
def test_names_that_lead_out_of_the_archive_are_refused(names, name):
    assert names(zipped((name, "x"), ("b.txt", "x")))[-1] in (("File", "a.zip/b.txt"), *names(zipped((name, "x"))))
    assert [line for line in names(zipped((name, "x"))) if "leads out of the archive" in line]


def test_limits_hold_for_the_whole_archive_and_what_is_nested_in_it(names, config):
    bomb = zipped(("zero.txt", b"0" * 50_000_000))
    assert len(bomb) < 100_000
    assert "unpacks to more than may be unpacked (read.max_unpacked)" in names(bomb, replace(config.read, max_unpacked=10**6))[0]
    nest = zipped(*((f"{i}.zip", bomb) for i in range(4)))
    lines = names(nest, replace(config.read, max_unpacked=120_000_000))
    assert [line for line in lines if isinstance(line, tuple)] == [
        ("File", "a.zip/0.zip/zero.txt"),
        ("File", "a.zip/1.zip/zero.txt"),
    ]
    assert "a.zip/2.zip: unpacks to more" in lines[2]
    many = zipped(*((f"{i}.txt", "x") for i in range(30)))
    assert "holds more files than may be unpacked (read.max_members)" in names(many, replace(config.read, max_members=20))[0]


def test_archives_are_nested_only_so_deep(names, config):
    data = b"x"
    for _ in range(5):
        data = zipped(("in.zip", data) if data != b"x" else ("a.txt", data))
    assert "nested deeper than read.max_depth" in names(data)[0]
    assert names(data, replace(config.read, max_depth=5)) == [("File", "a.zip/in.zip/in.zip/in.zip/in.zip/a.txt")]


def test_a_damaged_or_protected_member_costs_only_itself(names):
    data = bytearray(zipped(("a.txt", "文化惠民活动" * 50), ("b.txt", "x"), ("c.txt", "y")))
    data[45] ^= 0xFF
    assert "a.zip/a.txt: damaged inside the archive" in names(bytes(data))[0]
    assert names(bytes(data))[1:] == [("File", "a.zip/b.txt"), ("File", "a.zip/c.txt")]
    locked = bytearray(zipped(("a.txt", "x"), ("b.txt", "x")))
    central = locked.index(b"PK\x01\x02")
    locked[central + 8] |= 1
    assert "a.zip/a.txt: protected by a password" in names(bytes(locked))[0]
    assert names(bytes(locked))[1] == ("File", "a.zip/b.txt")


def test_a_member_cannot_give_more_than_it_declares(config):
    data = bytearray(zipped(("a.txt", "1" * 1000)))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    items = list(unpack(File("a.zip", ".zip", bytes(data)), config.read))
    assert all(isinstance(item, InputError) or len(item.data) <= 10 for item in items)


def lzma_package():
    """Return a package whose ``mimetype`` is packed by LZMA, and damaged."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", b"application/epub+zip" * 40, zipfile.ZIP_LZMA)
    data = bytearray(stream.getvalue())
    data[50:70] = b"\xff" * 20
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("b.epub", lzma_package(), "b.epub: packed by an unusual method"),
        ("b.eml", b"To: b\n" + b"Content-Type: message/rfc822\n\n" * 3_000, "b.eml: damaged (RecursionError"),
    ],
)
def test_a_member_on_which_a_library_fails_costs_one_line_and_no_other(names, name, data, said):
    found = names(zipped(("a.txt", "x"), (name, data), ("c.txt", "x")))
    assert [item for item in found if isinstance(item, tuple)] == [("File", "a.zip/a.txt"), ("File", "a.zip/c.txt")]
    assert found[1].startswith(f"a.zip/{said}")
    assert "\n" not in found[1]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError(), "too_large", "a.zip/b.html: takes more than"),
        (UnicodeError("a\nb"), "damaged", "a.zip/b.html: damaged (UnicodeError: a b)"),
    ],
)
def test_what_a_library_raises_is_the_line_of_the_member(config, monkeypatch, error, code, said):
    def fail(data, suffix, source):
        if suffix == ".html":
            raise error
        return kind_of(data, suffix, source)

    monkeypatch.setattr("pipeline.read.kind_of", fail)
    damaged, sound = unpack(File("a.zip", ".zip", zipped(("b.html", "x"), ("c.txt", "x"))), config.read)
    assert (damaged.code, str(damaged).startswith(said)) == (code, True)
    assert sound.source == "a.zip/c.txt"


def test_files_of_one_name_are_told_apart(names, config):
    given = [
        ("报告.txt", "甲"),
        ("a/报告.txt", "乙"),
        ("报告.txt", "丙"),
        ("报告-2.txt", "丁"),
        ("caf\u00e9.txt", "戊"),
        ("cafe\u0301.txt", "己"),
    ]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(*given, ("REPORT.txt", "庚"), ("report.txt", "辛"))
    found = {item.source: item.data.decode() for item in unpack(File("a.zip", ".zip", data), config.read)}
    assert sorted(found.values()) == sorted("甲乙丙丁戊己庚辛")
    assert [found[f"a.zip/{name}.txt"] for name in ("报告", "报告-2", "报告-3", "a/报告", "REPORT", "report")] == list(
        "甲丁丙乙庚辛"
    )
    assert {"a.zip/cafe\u0301.txt", "a.zip/caf\u00e9-2.txt"} <= set(found)


def test_files_of_one_name_in_a_mail_are_told_apart(config):
    part = '--x\nContent-Type: text/plain; name="a.txt"\nContent-Disposition: attachment\n\n{}\n'
    mail = f'From: a@b\nTo: b@c\nContent-Type: multipart/mixed; boundary="x"\n\n{part.format("甲")}{part.format("乙")}--x--\n'
    found = list(unpack(File("m.eml", ".eml", mail.encode()), config.read))
    assert [(item.source, item.data.decode().strip()) for item in found] == [("m.eml/a.txt", "甲"), ("m.eml/a-2.txt", "乙")]
