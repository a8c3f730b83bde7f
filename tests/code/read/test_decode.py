import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.read.decode import decode

TEXT = "全县宣传思想文化工作取得新成效，图书馆建成城市书房6座。\n二、下一步打算：抓好理论学习。"
TRADITIONAL = "全縣宣傳思想文化工作取得新成效，圖書館建成城市書房6座。"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [TEXT, TRADITIONAL, TEXT * 50])
def test_encodings_without_a_mark_are_found(text, encoding):
    found = decode(text.encode(encoding), "x.txt")
    assert (found.text, found.encoding) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(encoding):
    found = decode(TEXT.encode(encoding), "x.txt")
    assert (found.text, found.encoding) == (TEXT, encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["县镇", "理论", "甘肃金昌", "标考核"])
def test_encodings_of_very_short_texts(text, encoding):
    assert decode(text.encode(encoding), "x.txt").text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "big5"),
        (TRADITIONAL * 30, "big5"),
        ("会議の議事録について報告します", "shift_jis"),
        ("Été à la plage, café", "latin-1"),
    ],
)
def test_text_in_other_encodings_is_not_taken_for_chinese(text, encoding):
    with pytest.raises(InputError, match="name its encoding with --encoding"):
        decode(text.encode(encoding), "x.txt")


def test_rare_characters_that_gbk_lacks():
    assert decode("䶮㐂𠮷镇的宣传工作会议在文化馆召开，".encode("gb18030"), "x.txt").text.startswith("䶮㐂𠮷")


def test_an_encoding_that_was_asked_for_is_used():
    assert decode(TRADITIONAL.encode("big5"), "x.txt", "big5").text == TRADITIONAL
    with pytest.raises(InputError, match=r"x\.txt: byte 2 does not fit utf-8; try"):
        decode("全县".encode("gb18030"), "x.txt", "utf-8")
    with pytest.raises(InputError, match=r"x\.txt: 'klingon' is not a known encoding; try utf-8"):
        decode(b"abc", "x.txt", "klingon")


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"%PDF-1.7 abc", "a PDF document"), (b"PK\x03\x04abc", "a zip, Word or Excel file"), (b"\xd0\xcf\x11\xe0abc", "an old Word")],
)
def test_other_files_under_a_text_name_are_named(data, what):
    with pytest.raises(InputError, match=rf"x\.txt: the content is {what}.*save it as plain text"):
        decode(data, "x.txt")


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 400, b"\xff\x00\xfe\x81\xff" * 99])
def test_binary_data_is_refused(data):
    with pytest.raises(InputError, match=r"x\.txt: not text in UTF-8, GB18030 or UTF-16; name its encoding with --encoding"):
        decode(data, "x.txt")


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_one_clear_error(data):
    try:
        assert isinstance(decode(data, "x.txt").text, str)
    except InputError as error:
        assert str(error).startswith("x.txt: ")
        assert "\n" not in str(error)
