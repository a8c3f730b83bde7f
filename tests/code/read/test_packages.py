import io
import random
import zipfile

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read.kinds import kind_of
from pipeline.read.office.packages import (
    DAMAGE,
    OLE_SIGNATURE,
    open_package,
    open_zip,
    parse_member,
    parse_xml,
    read_member,
    unpacked,
)


def packed(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def test_a_member_is_read(config):
    package = open_package(packed({"a.xml": "<a/>", "empty": ""}), "x.docx", config.read)
    assert read_member(package, "a.xml", "x.docx") == b"<a/>"
    assert read_member(package, "empty", "x.docx") == b""
    assert read_member(package, "b.xml", "x.docx") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no zip at all", r"x\.docx: (?:damaged|incomplete: .*); get the file again"),
        (packed({"a": "x" * 2000})[:-30], r"x\.docx: (?:damaged|incomplete: .*); get the file again"),
        (OLE_SIGNATURE + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
        (OLE_SIGNATURE + b"\0" * 600, "old binary Office format"),
        (packed({"a": "x"}, zipfile.ZIP_LZMA), "unusual method"),
    ],
)
def test_what_is_no_plain_package_is_refused(data, message, config):
    with pytest.raises(InputError, match=message):
        open_package(data, "x.docx", config.read)


def test_an_encrypted_member_is_refused(config):
    data = bytearray(packed({"a": "x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(InputError, match="password-protected"):
        open_package(bytes(data), "x.docx", config.read)


def test_limits_are_checked_before_anything_is_unpacked(config):
    bomb = packed({"a": b"0" * 2_000_000})
    with pytest.raises(InputError, match=r"unpacks to 2,000,000 bytes; the limit is 1,000,000"):
        open_package(bomb, "x.docx", replace(config.read, max_unpacked=1_000_000))
    with pytest.raises(InputError, match=r"3 files in it; the limit is 2"):
        open_package(packed(dict.fromkeys("abc", "x")), "x.docx", replace(config.read, max_members=2))


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_declares(config):
    data = packed({"a": b"0" * 5_000_000})
    lying = data.replace((5_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != data
    package = open_package(lying, "x.docx", config.read)
    with pytest.raises(InputError, match="a in it is damaged"):
        read_member(package, "a", "x.docx")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (b"<a>", "is damaged"),
        (b"", "is damaged"),
        (b"<a>" * 300 + b"</a>" * 300, "Excessive depth"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>', "declares a document type"),
        (
            b'<!DOCTYPE a [<!ENTITY e "xxxxxxxxxx">'
            + b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"&e;" * 10) for i in range(9))
            + b"]><a>&e8;</a>",
            "declares a document type|is damaged",
        ),
    ],
)
def test_hostile_xml_is_refused(xml, message):
    with pytest.raises(InputError, match=message):
        parse_xml(xml, "a.xml", "x.docx")


@pytest.mark.parametrize("stored", ["word\\a.xml", "Word/A.XML", "WORD\\A.xml"])
def test_a_member_is_found_as_office_programs_find_it(stored, config):
    package = open_package(packed({stored: "<a/>", "word/b.xml": "<b/>"}), "x.docx", config.read)
    assert read_member(package, "word/a.xml", "x.docx") == b"<a/>"
    assert read_member(package, "word/b.xml", "x.docx") == b"<b/>"


def test_a_name_that_is_there_goes_before_one_in_another_letter_case(config):
    package = open_package(packed({"A.xml": "1", "a.xml": "2"}), "x.docx", config.read)
    assert [read_member(package, name, "x.docx") for name in ("A.xml", "a.xml")] == [b"1", b"2"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_to_a_member_looks_at_its_method_first(method, config):
    """What zipfile unpacks without a bound is not begun: a few bytes of it may take gigabytes of memory."""
    data = packed({"mimetype": b"application/epub+zip" * 999}, method)
    package = open_zip(data)
    with pytest.raises(zipfile.BadZipFile, match="packed by an unusual method"):
        unpacked(package, package.infolist()[0])
    with pytest.raises(InputError, match=r"^x: mimetype in it is damaged"):
        read_member(package, "mimetype", "x")
    with pytest.raises(InputError, match=r"^x: packed by an unusual method"):
        kind_of(data, ".epub", "x")


def test_a_member_gives_no_more_than_is_asked_for():
    package = open_zip(packed({"a": "x" * 1000, "b": ""}))
    sizes = [len(unpacked(package, member, most)) for member in package.infolist() for most in (None, 10, 0)]
    assert sizes == [1000, 10, 0, 0, 0, 0]


def test_whatever_is_damaged_in_a_package_is_known_as_damage(fuzz):
    data, chance = packed({"mimetype": "x" * 99, "文/a.xml": "<a/>" * 99}), random.Random(5)
    damaged = 0
    for _ in range(3_000):
        try:
            with open_zip(fuzz.mutate(data, chance)) as package:
                for member in package.infolist():
                    unpacked(package, member)
        except DAMAGE:
            damaged += 1
    assert damaged > 300
    assert not issubclass(FileNotFoundError, DAMAGE)


@pytest.mark.parametrize(
    ("names", "asked", "expected"),
    [
        ((("a/b.xml", "<一/>"), ("a/b.xml", "<一/>")), "a/b.xml", "一"),  # the same twice
        ((("a/b.xml", "<一/>"), ("a/b.xml", "<二/>")), "a/b.xml", None),
        ((("a/B.xml", "<一/>"), ("a/b.xml", "<二/>")), "a/b.xml", "二"),
        ((("a/B.xml", "<一/>"), ("A/b.xml", "<二/>")), "a/b.xml", None),
        ((("a/cafe\u0301.xml", "<一/>"),), "a/caf\u00e9.xml", "一"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_that_one_name_means_none_hides_another(names, asked, expected, config):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in names:
            package.writestr(name, content)
    opened = open_package(stream.getvalue(), "x.docx", config.read)
    if expected:
        assert parse_member(opened, asked, "x.docx").tag == expected
        return
    with pytest.raises(InputError, match=r"^x\.docx: a/b\.xml in it is damaged; open it in Word") as raised:
        parse_member(opened, asked, "x.docx")
    assert raised.value.code == "damaged"
