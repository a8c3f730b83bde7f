"""Names of files: what is shown, and what is kept on the disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from pipeline.core.config import load_config
from pipeline.web.uploads import LONGEST_NAME, UploadQuota, shown_name, stored_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("报告 一.docx", "报告 一.docx"),
        ("C:\\文件\\报告.docx", "报告.docx"),
        ("../../etc/passwd", "passwd"),
        ("报告\u202excod.exe", "报告xcod.exe"),
        ("a\r\nset-cookie: x.txt", "aset-cookie: x.txt"),
        ("..", "report"),
        ("/", "report"),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"),
        ("x." + "y" * 300, "x." + "y" * 198),
    ],
)
def test_names_as_they_are_shown(name, shown):
    assert shown_name(name) == shown


@given(st.text(max_size=300))
def test_any_name_is_one_short_printable_line_and_no_path(name):
    shown = shown_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert shown.isprintable()
    assert not {"/", "\\"} & set(shown)
    assert shown not in (".", "..")
    assert stored_name(name).removeprefix("upload").isascii()


@pytest.mark.parametrize(
    ("name", "stored"),
    [("报告.DOCX", "upload.docx"), ("a.exe", "upload"), ("a.tar/../x", "upload"), ("a", "upload"), ("a.txt/", "upload.txt")],
)
def test_only_known_endings_are_kept(name, stored):
    assert stored_name(name) == stored


def test_what_is_counted_off_can_be_taken_again():
    import msgspec

    allowance = UploadQuota(msgspec.structs.replace(load_config().serve, max_files=1, max_held=10))
    allowance.take_file()
    allowance.take(10)
    with pytest.raises(HTTPException, match=r"serve\.max_held: 10"):
        allowance.take(1)
    with pytest.raises(HTTPException, match="holds 1 file already"):
        allowance.take_file()
    allowance.give_back(10)
    allowance.take_file()
    allowance.take(10)
