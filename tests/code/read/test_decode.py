import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText, decode

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


@pytest.mark.parametrize("cut", [1, 2])
@pytest.mark.parametrize("text", ["宣传思想文化", "全县建成书房六座。" * 9_000 + "宣"])
def test_utf_8_that_was_cut_off_is_read_but_for_its_last_character(text, cut):
    found = decode(text.encode()[:-cut], "x")
    assert (found.text, found.encoding) == (text[:-1], "utf-8, cut off in its last character")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize(
    "text", ["图书馆建成书房六座", "全县建成书房六座。" * 9_000 + "宣", "全县镇的宣传工作㐂", "全县镇的宣传工作𠮷"]
)
def test_a_text_that_was_cut_off_is_read_but_for_its_last_character(text, asked, encoding):
    whole, sound = text.encode(encoding), text[:-1].encode(encoding)
    for end in range(len(sound) + 1, len(whole)):
        found = decode(whole[:end], "x", encoding if asked else "auto")
        assert (found.text, found.encoding) == (text[:-1], f"{encoding}, cut off in its last character")


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "latin-1"])
def test_a_text_of_another_encoding_is_none_that_was_cut_off(encoding):
    text = "講座報到會場教室圖書清單資料" if encoding != "latin-1" else "Été à la plage, café"
    with pytest.raises(InputError, match="name its encoding with --encoding"):
        decode(text.encode(encoding, "ignore")[:-1], "x")


def test_what_is_asked_for_is_not_cut_where_something_else_is_wrong():
    for data in (
        TEXT.encode("gb18030"),
        "全".encode()[:-1],
        "全县".encode()[:-1],
        TEXT.encode()[:30] + b"\xe5" + TEXT.encode()[30:],
    ):
        with pytest.raises(InputError, match=r"^x: byte \d+ does not fit utf-8; try --encoding auto"):
            decode(data, "x", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b"])
@pytest.mark.parametrize("at", [0, 3, len(TEXT)])
def test_a_stray_control_character_is_no_reason_to_refuse_a_short_text(encoding, sign, at):
    text = TEXT[:at] + sign + TEXT[at:]
    found = decode(text.encode(encoding), "x")
    assert (found.text, found.encoding) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("sign", "name"), [("\0", "NUL"), ("\x1a", "0x1A")])
def test_many_are_named_with_the_place_of_the_first(encoding, sign, name):
    text = TEXT + sign * 4
    message = (
        rf"^x: a text in {encoding} with too many control characters \(the first is {name}, at byte {len(TEXT.encode(encoding))}\);"
    )
    with pytest.raises(InputError, match=message):
        decode(text.encode(encoding), "x")


@pytest.mark.parametrize("damage", [b"\xff", b"\xe5", b"\xb5\xe3"])
def test_utf_8_that_is_damaged_is_not_taken_for_gb18030(damage):
    data = "全县建成书房六座，".encode() * 3 + damage + "深受欢迎。".encode()
    with pytest.raises(InputError, match=r"^x: byte 81 is damaged in a text that is UTF-8 up to there; .* --encoding"):
        decode(data, "x")


def taken_for_windows(data):
    """Return what a browser shows of bytes that it takes for Windows-1252."""
    return "".join(bytes([byte]).decode("latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for byte in data)


@pytest.mark.parametrize(
    ("right", "taken"),
    [
        ("utf-8", lambda data: data.decode("latin-1")),
        ("gb18030", lambda data: data.decode("latin-1")),
        ("utf-8", taken_for_windows),
        ("utf-8", lambda data: data.decode("gb18030")),
    ],
)
def test_a_text_that_was_encoded_twice_is_named(right, taken):
    data = taken(("全县群众" * 8).encode(right)).encode()
    with pytest.raises(InputError, match=r"^x: the text was encoded twice \(.* was taken for .*\); open the original"):
        decode(data, "x")


@pytest.mark.parametrize("text", ["Résumé: à la carte, déjà vu, où êtes-vous; château", "宣传工作", "Ünïcödé €100"])
def test_other_texts_are_not(text):
    assert decode(text.encode(), "x").text == text


MEANT = "县里的文化站在去年建成，有图书三千册，来看书的人比前年多，还请老师来上写字课，学生在这里过周末。"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("utf-8", "gb18030"), ("utf-8", "cp1252"), ("gb18030", "cp950"), ("big5", "gb18030")],
)
@pytest.mark.parametrize("errors", ["ignore", "replace"])
def test_a_text_that_was_encoded_twice_is_named_though_bytes_were_lost(right, wrong, errors):
    text = MEANT if right != "big5" else "縣裡的文化站在去年建成，有圖書三千冊，來看書的人比前年多，還請老師來上寫字課。"
    data = text.encode(right).decode(wrong, errors).encode()
    with pytest.raises(InputError, match=rf"^x: the text was encoded twice \({right} was taken for {wrong} and"):
        decode(data, "x")
    assert decode(text.encode(), "x").text == text


@pytest.mark.parametrize("sign", ["、", "\n"])
def test_a_list_of_names_is_no_text_that_was_encoded_twice(sign):
    names = sign.join(a + b for a in "赵钱孙李周吴郑冯陈褚" for b in ("伟芳", "娜敏", "丽强", "磊洋", "艳勇", "军杰"))
    assert decode(names.encode(), "x").text == names


def test_a_text_in_hz_is_read_as_such():
    data = MEANT.replace("，", "\n").encode("hz")
    assert decode(data, "x") == ReadText(MEANT.replace("，", "\n"), "hz")
    assert decode(b"if ~{a} and ~}b", "x").encoding == "utf-8"
