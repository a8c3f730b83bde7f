"""A mail is its subject and its text, and each file attached to it."""

import base64
from email.message import EmailMessage

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
