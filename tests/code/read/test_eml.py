"""A mail is its subject and its text, and each file attached to it."""

import base64
import quopri
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from handmade import mail
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import File, PassedOver, read_bytes, unpack

BODY = "各村：\n文化站本周起全年开放，请转告村民。\n"
SUBJECT = "文化站开放的通知"


def message(body=BODY, subject=SUBJECT, **attached):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@example.com", "b@example.com", subject
    if body is not None:
        made.set_content(body)
    for name, content in attached.items():
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return made


@pytest.fixture
def read(config):
    return lambda data, suffix=".eml": read_bytes(data, f"x{suffix}", config.read, suffix)


@pytest.fixture
def names(config):
    """Return a function from a mail to the files in it, or why one cannot be read."""

    def run(data, options=config.read):
        found = unpack(File("x.eml", ".eml", data), options)
        return [str(item) if isinstance(item, InputError) else (type(item).__name__, item.source) for item in found]

    return run


def test_the_subject_is_the_title_and_the_text_stands_below(read):
    for suffix in (".eml", ""):
        found = read(message().as_bytes(), suffix)
        assert found.text == f"{SUBJECT}\n{BODY.rstrip()}"
        assert found.encoding == "eml (utf-8)"
        assert [(mark.kind, mark.level, found.text[mark.start : mark.end]) for mark in found.marks] == [("heading", 0, SUBJECT)]
    numbered = read(message(subject="一、开放时间").as_bytes())
    assert numbered.text.startswith("一、开放时间\n")
    assert numbered.marks == ()
    assert read(message(subject="").as_bytes()).text == BODY.rstrip()


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", True),
        ("gb18030", True),
        ("big5", True),
        ("utf-8", False),
        ("gb18030", False),
    ],  # Big5 has to be declared, or asked for
)
@pytest.mark.parametrize("transfer", ["base64", "8bit"])
def test_encodings_of_head_and_text(read, encoding, transfer, declared):
    subject, body = "閱讀活動通知", "全鎮閱讀活動，本月在文化站開始，請各村參加。" * 3
    charset = f"; charset={'gb2312' if encoding == 'gb18030' else encoding}" if declared else ""
    word = base64.b64encode(subject.encode(encoding)).decode()
    head = f"To: b\nSubject: =?{encoding}?B?{word}?=\nContent-Transfer-Encoding: {transfer}\nContent-Type: text/plain{charset}\n\n"
    content = base64.encodebytes(body.encode(encoding)) if transfer == "base64" else body.encode(encoding)
    assert read(head.encode() + content).text.rstrip() == f"{subject}\n{body}"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_subject_that_is_not_encoded_is_read_too(read, encoding):
    data = f"To: b\nSubject: {SUBJECT}\n\n{BODY}".encode(encoding)
    assert read(data).text == f"{SUBJECT}\n{BODY.rstrip()}"


def test_the_page_counts_where_there_is_no_text_or_only_a_hint(read):
    page = f"<html><body><p>{BODY.split(maxsplit=1)[0]}</p><p>{BODY.split()[1]}</p></body></html>"
    both = message()
    both.add_alternative(page, subtype="html")
    assert read(both.as_bytes()).text == f"{SUBJECT}\n{BODY.rstrip()}"
    hint = message("请用网页方式查看。")
    hint.add_alternative(page, subtype="html")
    alone = message(None)
    alone.set_content(page, subtype="html")
    for made in (hint, alone):
        found = read(made.as_bytes())
        assert found.text == f"{SUBJECT}\n{BODY.rstrip()}"
        assert found.encoding.startswith("eml (html (utf-8")


def test_marks_of_the_page_stand_where_its_lines_do(read):
    made = message(None)
    made.set_content("<html><body><h2>开放时间</h2><p>文化站本周起全年开放，请转告村民。</p></body></html>", subtype="html")
    found = read(made.as_bytes())
    assert "开放时间" in [found.text[mark.start : mark.end] for mark in found.marks if mark.kind == "heading"]


def test_attached_files_are_files_of_their_own(names, read):
    inner = message(subject="转发")
    made = message(名单_csv=b"x", photo_jpg=b"y", a_txt=BODY.encode())
    made.add_attachment(inner)
    made.add_attachment("<p>x</p>", subtype="html", filename="../附件.html")
    assert names(made.as_bytes()) == [
        ("File", "x.eml"),
        ("File", "x.eml/名单.csv"),
        ("PassedOver", "x.eml/photo.jpg"),
        ("File", "x.eml/a.txt"),
        ("File", "x.eml/5.eml"),
        ("File", "x.eml/附件.html"),
    ]
    made.add_attachment(b"z", maintype="image", subtype="png")
    made.add_attachment(b"z", maintype="application", subtype="x-unknown")
    assert names(made.as_bytes())[-2:] == [("PassedOver", "x.eml/7.png"), ("PassedOver", "x.eml/8.bin")]
    assert read(made.as_bytes()).text == f"{SUBJECT}\n{BODY.rstrip()}"
    assert PassedOver("x").source == "x"


def test_a_mail_of_attachments_alone_is_these_and_one_of_nothing_is_an_error(names, read):
    assert names(message("", a_txt=b"x").as_bytes()) == [("File", "x.eml/a.txt")]
    assert names(message("").as_bytes()) == [("File", "x.eml")]
    with pytest.raises(InputError, match=r"^x\.eml: a mail without text"):
        read(message("").as_bytes())


def test_mails_are_nested_only_so_deep(names, config):
    made = message(a_txt=b"x")
    for _ in range(4):
        outer = message()
        outer.add_attachment(made)
        made = outer
    deep = "archives nested deeper than read.max_depth; unpack it yourself"
    found = names(made.as_bytes())
    assert [line for line in found if isinstance(line, str)] == [f"x.eml/2.eml/2.eml/2.eml: {deep}"]
    assert len(found) == 5
    shallow = names(message(a_txt=b"x").as_bytes(), replace(config.read, max_depth=0))
    assert shallow == [("File", "x.eml"), f"x.eml: {deep}"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no mail at all", "no mail, or its head is missing; save the mail again as .eml"),
        (b"To: b\nContent-Type: application/pkcs7-mime\n\nMIIB", "an encrypted mail; open it in the mail program"),
        (b"To: b\nX: boundary=\n" * 101 + b"\nx", "more than 100 multiparts in a mail"),
        (b"To: b\nContent-Type: text/plain\n\n\xff\xff\x81\x01\x02\x03\x04\x05", "not text in"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, data, says):
    with pytest.raises(InputError, match=rf"^x\.eml: .*{says}") as caught:
        read(data)
    assert "\n" not in str(caught.value)


def test_a_damaged_head_is_read_as_far_as_it_goes(read):
    data = f"To: b\nSubject: =?utf-8?B?5paH5YyW56%%%?=\nContent-Type: text/plain; charset=nonsense\n\n{BODY}".encode()
    assert read(data).text.endswith(BODY.rstrip())


def test_the_mail_of_the_bench_has_both_texts(read):
    assert read(mail(f"{SUBJECT}\n{BODY.rstrip()}")).text == f"{SUBJECT}\n{BODY.rstrip()}"


def nested(kind, *inner, **headers):
    """Return a multipart of a kind, with texts as plain parts where they do not begin like a page."""
    made = MIMEMultipart(kind)
    for part in inner:
        made.attach(MIMEText(part, "html" if part.startswith("<") else "plain", "utf-8") if isinstance(part, str) else part)
    for name, value in headers.items():
        made[name] = value
    return made


def page(text):
    return f"<html><body><p>{text}</p></body></html>"


def named(text):
    """Return a page that another one may show in its own place."""
    part = MIMEText(page(text), "html", "utf-8")
    part["Content-ID"] = "<a@example.com>"
    return part


FIRST, SECOND, THIRD = "县图书馆本周起全年开放，请各村转告。", "各镇文化站随后也开放，时间另行通知。", "联系人是老王同志。"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (nested("mixed", FIRST, page(SECOND), THIRD), [FIRST, SECOND, THIRD]),
        (nested("mixed", page(FIRST), SECOND), [FIRST, SECOND]),
        (nested("mixed", nested("alternative", FIRST, page(FIRST)), SECOND), [FIRST, SECOND]),
        (
            nested("mixed", nested("alternative", "见网页", page(FIRST)), "一、", nested("alternative", SECOND, page(SECOND))),
            [FIRST, "一、", SECOND],
        ),
        (nested("alternative", FIRST, nested("related", page(FIRST), page("图"))), [FIRST]),
        (nested("alternative", "见网页", nested("mixed", page(FIRST), page(SECOND))), [FIRST, SECOND]),
        (nested("alternative", "", page(FIRST)), [FIRST]),
        (nested("alternative", FIRST, page(" ")), [FIRST]),
        (nested("related", page(FIRST), named("图里的字")), [FIRST]),
        (nested("related", page(FIRST), "页面提不到的文字"), [FIRST, "页面提不到的文字"]),
        (nested("related", page(" "), named(FIRST)), [FIRST]),
        (nested("signed", FIRST), [FIRST]),
        (nested("unknown", FIRST, SECOND), [FIRST, SECOND]),
    ],
)
def test_alternatives_are_chosen_from_and_what_is_mixed_is_read_in_order(read, message, text):
    message["To"] = "b@example.com"
    assert read(message.as_bytes()).text.split("\n") == text


def file_of(kind, name, content=b"MIIB"):
    main, _, sub = kind.partition("/")
    part = MIMEBase(main, sub)
    part.set_payload(base64.encodebytes(content).decode())
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


ENCRYPTED = ": an encrypted mail; open it in the mail program and save its text as .docx or .txt"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (file_of("application/pkcs7-mime", "smime.p7m"), "smime.p7m"),
        (file_of("application/x-pkcs7-mime", ""), "2"),
        (nested("encrypted", file_of("application/pgp-encrypted", "v"), file_of("application/octet-stream", "e.asc")), "2"),
    ],
)
def test_an_encrypted_part_costs_one_line_and_neither_the_text_nor_the_other_files(names, read, part, name):
    outer = nested("mixed", FIRST, part, file_of("application/octet-stream", "a.txt", SECOND.encode()), To="b")
    assert names(outer.as_bytes())[:2] == [("File", "x.eml"), f"x.eml/{name}{ENCRYPTED}"]
    assert names(outer.as_bytes())[-1] == ("File", "x.eml/a.txt")
    assert len(names(outer.as_bytes())) == 3
    assert read(outer.as_bytes()).text == FIRST
    with pytest.raises(InputError, match="an encrypted mail"):
        read(nested("encrypted", FIRST, To="b").as_bytes())


def test_an_attached_mail_that_is_encrypted_and_a_file_with_a_password_cost_one_line_each(names):
    inner = EmailMessage()
    inner["To"] = "b"
    inner.set_content(b"MIIB", "application", "pkcs7-mime")
    outer = message(locked_docx=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), a_txt=b"x")
    outer.add_attachment(inner)
    found = names(outer.as_bytes())
    assert found[0] == ("File", "x.eml")
    assert found[1].startswith("x.eml/locked.docx: the file is protected by a password")
    assert found[2:] == [("File", "x.eml/a.txt"), f"x.eml/4.eml{ENCRYPTED}"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    "header",
    [
        'Content-Disposition: attachment; filename="{}"',
        'Content-Type: application/x; name="{}"',
        "Content-Disposition: attachment;\n filename={}",
    ],
)
def test_names_of_attached_files_in_raw_bytes_are_read(names, encoding, header):
    name = "镕基年报㐂.txt"
    head = b"To: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    assert names(head + header.format(name).encode(encoding) + b"\n\nx\n--b--\n") == [("File", f"x.eml/{name}")]


@pytest.mark.parametrize("told", ["gb2312''%C8DF%BB%F9.txt", "gb2312''%E9F%BB%F9.txt", "''%e9%95%95%e5%9f%ba.txt"])
def test_names_of_attached_files_by_rfc_2231_are_read(names, told):
    head = "To: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    ((_, found),) = names(f"{head}Content-Disposition: attachment; filename*={told}\n\nx\n--b--\n".encode())
    assert "\ufffd" not in found
    assert found.endswith("基.txt")


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("base64", base64.encodebytes), ("BASE64", base64.encodebytes), ("quoted-printable", quopri.encodestring)],
)
def test_an_attached_mail_that_is_encoded_is_read(config, encoding, encode):
    inner = message(a_txt=SECOND.encode()).as_bytes()
    head = "To: b\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n"
    data = f"{head}Content-Transfer-Encoding: {encoding}\n\n".encode() + encode(inner) + b"\n--outer--\n"
    first, second = unpack(File("x.eml", ".eml", data), config.read)
    assert (first.source, second.source) == ("x.eml/1.eml", "x.eml/1.eml/a.txt")
    assert read_bytes(first.data, "y.eml", config.read, ".eml").text == f"{SUBJECT}\n{BODY.rstrip()}"
    assert second.data == SECOND.encode()


def test_an_attached_mail_that_nests_without_end_costs_one_line(names):
    deep = b"To: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n" + b"Content-Type: message/rfc822\n\n" * 400
    assert names(deep + b"x\n--b--\n") == [("File", "x.eml"), "x.eml/2.eml: damaged (RecursionError); save the mail again as .eml"]


ONLY_A_PICTURE = "<html><head><title>t</title><style>p{}</style></head><body><img src='cid:1'>&nbsp;<!-- x --></body></html>"


@pytest.mark.parametrize("body", ["", " \n", ONLY_A_PICTURE])
def test_a_mail_of_nothing_but_scans_is_these(names, config, monkeypatch, body):
    scans = [
        file_of("image/png", "1.png", b"\x89PNG"),
        file_of("image/jpeg", "2.JPG", b"\xff\xd8\xff"),
        file_of("application/pkcs7-signature", "s.p7s"),
    ]
    data = nested("mixed", body, *scans, To="b").as_bytes()
    assert names(data) == [("File", "x.eml/1.png"), ("File", "x.eml/2.JPG"), ("PassedOver", "x.eml/s.p7s")]
    assert names(nested("mixed", FIRST, *scans, To="b").as_bytes())[:2] == [("File", "x.eml"), ("PassedOver", "x.eml/1.png")]
    monkeypatch.setattr("pipeline.read.ocr.use.is_installed", lambda: False)
    monkeypatch.setattr("pipeline.read.ocr.engine.is_installed", lambda: False)
    picture = next(iter(unpack(File("x.eml", ".eml", data), config.read)))
    with pytest.raises(InputError, match=r"^x\.eml/1\.png: its text is in pictures; pip install 'mission-themes\[ocr\]'"):
        read_bytes(picture.data, picture.source, config.read, picture.suffix)


def test_a_page_is_looked_through_in_one_sweep(read):
    """A hostile page of tags that never close must not be gone through once for each of them."""
    data = b"To: b\nContent-Type: text/html\n\n" + b"<style" * 200_000
    with pytest.raises(InputError):
        read(data)


def plain(text, **fields):
    fields = {"To": "b", "Content-Type": "text/plain; charset=utf-8", **{k.replace("_", "-"): v for k, v in fields.items()}}
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode() + b"\n" + text.encode()


@pytest.mark.parametrize(("more", "gap"), [("", ""), ("; delsp=no", ""), ("; delsp=yes", "")])
def test_lines_that_flow_are_one_paragraph(read, more, gap):
    kind = f"text/plain; charset=utf-8; format=flowed{more}"
    text = "文化站本周起 \n全年开放，请 \n转告村民。\n\n> 何时 \n> 开放？\n>> 不知 \n> 道\n-- \n村委会"
    assert read(plain(text, Content_Type=kind)).text.split("\n") == [
        f"文化站本周起{gap}全年开放，请{gap}转告村民。",
        "",
        "何时开放？",
        "不知",
        "道",
        "-- ",
        "村委会",
    ]
    words = read(plain("one \ntwo", Content_Type=kind)).text
    assert words == ("onetwo" if "yes" in more else "one two")


@pytest.mark.parametrize(
    "head",
    [
        '------------------ 原始邮件 ------------------\n发件人: "甲" <a@example.com>;\n发送时间: 2024年1月2日\n\n主题: 开放',
        "-----Original Message-----\nFrom: a\nSent: Monday\nTo: b",
        "发件人：甲\n收件人：乙",
        "在 2024-01-02 10:00:00，甲 <a@example.com> 写道：",
        "On Jan 2, 2024, at 10:00, A wrote:",
    ],
)
def test_the_head_of_a_mail_that_is_answered_is_no_text_of_it(read, head):
    found = read(plain(f"已收到。\n\n{head}\n\n> 文化站开放的通知。\n"))
    noise = [found.text[mark.start : mark.end] for mark in found.marks if mark.kind == "noise"]
    assert noise == [head]
    assert found.text.endswith("\n文化站开放的通知。")


@pytest.mark.parametrize(
    "text", ["发件人：请写明单位。\n周五前。", "主题：读书\n时间：周五", "县里2024年写道：好。", "--- 原始邮件"]
)
def test_one_line_that_begins_like_a_head_is_text(read, text):
    found = read(plain(text))
    assert (found.text, found.marks) == (text, ())


@pytest.mark.parametrize(("charset", "codec"), [("hz-gb-2312", "hz"), ("HZ-GB-2312", "gb18030"), ("utf-7", "utf-7")])
def test_encodings_of_seven_bits_are_taken_as_declared(read, charset, codec):
    body = "文化站开放的通知。"
    head = plain("", Content_Type=f"text/plain; charset={charset}")
    assert read(head + body.encode(codec)).text == body


def test_a_byte_order_mark_stands_before_a_mail(read):
    assert read(b"\xef\xbb\xbf" + plain(BODY)).text == BODY.rstrip()
