"""What is said of a damaged file: what a person understands, with the program that may repair it, in both languages."""

import io
import zipfile

import docx
import pytest

from pipeline.core import messages
from pipeline.core.config import load_config
from pipeline.core.errors import InputError
from pipeline.read import read_bytes

OPTIONS = load_config().read


@pytest.fixture(scope="module")
def whole():
    stream = io.BytesIO()
    made = docx.Document()
    for number in range(40):
        made.add_paragraph(f"县委宣传部开展理论宣讲第{number}场，受到群众欢迎。")
    made.save(stream)
    return stream.getvalue()


def said(data, name):
    with pytest.raises(InputError) as caught:
        read_bytes(data, name, OPTIONS, name[name.rindex(".") :])
    assert caught.value.code == "damaged"
    return str(caught.value)


@pytest.mark.parametrize("left", [4, 30, 200, 0.5, -1000])
def test_a_package_that_is_cut_short_is_incomplete(whole, left):
    data = whole[: int(len(whole) * left) if isinstance(left, float) else left]
    assert said(data, "a.docx") == (
        "a.docx: incomplete: its end is missing, as after a download or copy that broke off; "
        "get the file again, or open it in Word by Open and Repair and save it again"
    )


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("a.docm", "open it in Word by Open and Repair and save it again"),
        ("a.xlsx", "open it in Excel by Open and Repair and save it again"),
        ("a.xlsb", "open it in Excel by Open and Repair and save it again"),
        ("a.pptx", "open it in PowerPoint by Open and Repair and save it again"),
        ("a.odt", "open it in LibreOffice and save it again"),
        ("a.et", "open it in WPS and save it again"),
        ("a.ofd", "open it in an OFD reader and save it again"),
        ("a.epub", "open it in Calibre and save it again"),
        ("a.zip", "pack it again"),
        ("a.txt", "open it in the program that made it and save it again"),
    ],
)
def test_the_program_is_that_of_the_name(whole, name, remedy):
    assert said(whole[:300], name).endswith(f"; get the file again, or {remedy}")


@pytest.mark.parametrize("name", ["a.docx", "a.doc", "a.xlsx", "a.pptx", "a.odt", "a.ofd", "a.epub", "a.et"])
@pytest.mark.parametrize("data", [bytes(900), b"\x01\x02\xff\x00\x81\xfe" * 99], ids=["zeros", "noise"])
def test_what_is_no_package_is_not_of_the_kind_of_its_name(name, data):
    assert said(data, name).startswith(f"{name}: damaged, or no {name[1:]} file; open it in ")


def test_a_directory_that_does_not_fit_is_damage_and_not_a_missing_end(whole):
    assert said(whole[300:-22] + whole[-22:-10] + b"\xff" * 10, "a.docx").startswith("a.docx: damaged, or no .docx file")
    assert said(whole[:300] + whole[-22:], "a.docx").startswith("a.docx: damaged; get the file again")


def test_a_damaged_part_is_named_with_what_to_try(whole):
    place = zipfile.ZipFile(io.BytesIO(whole)).getinfo("word/document.xml").header_offset
    data = whole[: place + 60] + bytes(byte ^ 0x5A for byte in whole[place + 60 : place + 90]) + whole[place + 90 :]
    assert said(data, "a.docx") == (
        "a.docx: word/document.xml in it is damaged; open it in Word by Open and Repair and save it again"
    )


def test_it_is_said_in_chinese(whole):
    messages.use("zh")
    try:
        assert said(whole[:300], "a.docx") == (
            "a.docx：不完整：缺少末尾部分（可能是下载或复制时中断）；请重新获取文件，或用 Word 的“打开并修复”打开后重新保存"
        )
        assert said(bytes(900), "a.ofd") == "a.ofd：已损坏，或不是 .ofd 文件；请用OFD 阅读器打开后重新保存"
    finally:
        messages.use("en")
