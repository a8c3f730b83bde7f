import base64
import quopri

import pytest

from pipeline.core.errors import InputError
from pipeline.read.formats.html import read as read_html
from pipeline.read.formats.mhtml import read

LINES = [
    "临溪县宣传工作总结",
    "一、理论学习",
    "县委理论学习中心组集中学习十二次，讲党课三百场。",
    "（二）县图书馆新开六座城市书房，送戏下乡八十场。",
]
MENU = "<nav><a href='/'>首页</a> <a href='/x'>新闻</a></nav>"
BODY = f"{MENU}<h1>{LINES[0]}</h1><div>{''.join(f'<p>{line}</p>' for line in LINES[1:])}</div>"
PAGE = f"<html><head><title>{LINES[0]}</title></head><body>{BODY}</body></html>"
FRAME = "<html><body><p>框架里的另一页，不是要读的。</p></body></html>"


def part(text, encoding="utf-8", charset="", transfer="quoted-printable", name="", kind="text/html"):
    data = text.encode(encoding)
    body = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "8bit": bytes}[transfer](data)
    fields = [f"Content-Type: {kind}" + (f"; charset={charset}" if charset else ""), f"Content-Transfer-Encoding: {transfer}"]
    fields += [f"Content-ID: {name}"] if name else []
    return "\r\n".join([*fields, "", ""]).encode() + body


def archive(*parts, start=""):
    kind = 'multipart/related; boundary="b1"' + (f'; start="{start}"' if start else "")
    head = f"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + b"".join(b"--b1\r\n" + one + b"\r\n" for one in parts) + b"--b1--\r\n"


def main_lines(content):
    noise = [(mark.start, mark.end) for mark in content.marks if mark.kind == "noise"]
    position, lines = 0, []
    for line in content.text.split("\n"):
        if not any(start <= position < end for start, end in noise):
            lines.append(line)
        position += len(line) + 1
    return lines


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize(("encoding", "charset"), [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", ""), ("big5", "big5")])
def test_the_page_is_read_in_the_encoding_of_its_header(config, transfer, encoding, charset):
    if encoding == "big5":
        data = archive(part("<p>全縣宣傳思想文化工作取得新成效，圖書館建成城市書房六座。</p>", encoding, charset, transfer))
        assert read(data, "x.mht", config.read).text.startswith("全縣宣傳思想")
        return
    content = read(archive(part(PAGE, encoding, charset, transfer)), "x.mht", config.read)
    assert (content.encoding, main_lines(content)) == (f"mhtml ({encoding})", LINES)


def test_the_root_part_is_the_one_that_is_named_or_the_first(config):
    picture = part("x", kind="image/png", transfer="base64")
    pages = (picture, part(FRAME, name="<frame>"), part(PAGE, name="<root>"))
    assert main_lines(read(archive(*pages, start="<root>"), "x.mhtml", config.read)) == LINES
    assert main_lines(read(archive(*pages[:1], pages[2], pages[1]), "x.mhtml", config.read)) == LINES
    assert read(archive(*pages, start="<missing>"), "x.mhtml", config.read).text.startswith("框架")


def test_a_message_with_the_page_as_its_only_part_and_one_nested(config):
    assert main_lines(read(b"MIME-Version: 1.0\r\n" + part(PAGE), "x.mht", config.read)) == LINES
    nested = archive(part(PAGE)).split(b"\r\n", 2)[2].replace(b"b1", b"b2")
    plain = part("纯文本", kind="text/plain")
    assert main_lines(read(archive(plain, nested), "x.mht", config.read)) == LINES


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_pages_that_chromium_saves(config, chromium, tmp_path, charset):
    saved = PAGE.replace("<head>", f"<head><meta charset={charset}>").encode("utf-8" if charset == "utf-8" else "gb18030")
    (tmp_path / "x.html").write_bytes(saved)
    content = read(chromium("mhtml", tmp_path / "x.html", tmp_path / "x.mhtml").read_bytes(), "x.mhtml", config.read)
    plain = read_html(saved, "x.html", config.read)
    assert (content.text, content.marks) == (plain.text, plain.marks)
    assert main_lines(content) == LINES


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive(part("x", kind="text/plain")), r"^x\.mht: no page in this web archive; save the page again"),
        (b"\x00\x01\x02", r"^x\.mht: no page in this web archive"),
        (archive(part(" ")), r"^x\.mht: the page in this web archive is empty"),
        (archive(part("<script>1</script>")), r"^x\.mht: the page shows no text"),
        (
            b"".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n".encode() for i in range(999)),
            "more than 100 multiparts",
        ),
    ],
)
def test_archives_that_cannot_be_read(config, data, message):
    with pytest.raises(InputError, match=message) as caught:
        read(data, "x.mht", config.read)
    assert "\n" not in str(caught.value)


def test_a_cut_off_archive_gives_what_it_has(config):
    data = archive(part(PAGE))
    content = read(data[:-200], "x.mht", config.read)
    assert main_lines(content)[:3] == LINES[:3]


def with_frame(tag, address, *pages):
    """Return an archive of a page whose frame names an address, and the pages that were saved with it."""
    body = f"{MENU}{tag.format(address)}<p>主办：某县人民政府办公室</p>"
    outer = f"<html><head><title>某县人民政府</title></head><body>{body}</body></html>"
    located = part(outer, name="<root>").replace(b"\r\n", b"\r\nContent-Location: http://x.test/a/index.html\r\n", 1)
    return archive(located, *pages)


@pytest.mark.parametrize("tag", ["<iframe src='{}'>不支持框架</iframe>", "<div><iframe src='{}'></iframe></div>"])
@pytest.mark.parametrize("address", ["cid:f1@x", "http://x.test/a/report.html", "report.html"])
def test_what_a_frame_shows_stands_in_its_place(config, tag, address):
    inner = part(PAGE, name="<f1@x>").replace(b"\r\n", b"\r\nContent-Location: http://x.test/a/report.html\r\n", 1)
    content = read(with_frame(tag, address, part(FRAME), part(""), inner), "x.mhtml", config.read)
    assert main_lines(content) == LINES
    assert "不支持" not in content.text
    assert "框架里" not in content.text


@pytest.mark.parametrize("inner", ["GIF89a\x01\x00", "PK\x03\x04"], ids=["a picture", "an archive"])
def test_a_part_that_is_no_page_whatever_it_is_called_costs_nothing(config, inner):
    content = read(archive(part(PAGE), part(inner, name="<f1@x>")), "x.mhtml", config.read)
    assert main_lines(content)[:3] == LINES[:3]


def test_a_frame_that_cannot_be_read_leaves_the_page_around_it(config):
    deep = "<div>" * 2500 + "深处"
    tag = "<p>全县工作取得成效。</p><iframe src='{}'></iframe>"
    content = read(with_frame(tag, "cid:f1@x", part(deep, name="<f1@x>")), "x.mhtml", config.read)
    assert "全县工作取得成效。" in content.text


def test_a_frame_that_shows_its_own_page_is_read_once_and_one_that_is_hidden_never(config):
    again = PAGE.replace("</body>", "<iframe src='cid:f1@x'></iframe></body>")
    content = read(with_frame("<iframe src='{}'></iframe>", "cid:f1@x", part(again, name="<f1@x>")), "x.mhtml", config.read)
    assert content.text.count(LINES[2]) == 1
    hidden = with_frame(
        "<p>全县工作取得成效。</p><iframe style='display:none' src='{}'></iframe>", "cid:f1@x", part(PAGE, name="<f1@x>")
    )
    assert LINES[2] not in read(hidden, "x.mhtml", config.read).text


def test_frames_and_shadow_roots_that_chromium_saves(config, chromium, tmp_path):
    (tmp_path / "inner.html").write_text(PAGE.replace("<head>", "<head><meta charset=utf-8>"), encoding="utf-8")
    script = "document.getElementById('x').attachShadow({mode: 'open'}).innerHTML = '<p>影子里的一段文字。</p>'"
    outer = f"<meta charset=utf-8><title>某县</title><div id=x></div><script>{script}</script><iframe src=inner.html></iframe>"
    (tmp_path / "x.html").write_text(outer, encoding="utf-8")
    text = read(chromium("mhtml", tmp_path / "x.html", tmp_path / "x.mhtml").read_bytes(), "x.mhtml", config.read).text
    assert [line for line in text.split("\n") if line in LINES] == LINES
    assert "影子里的一段文字。" in text
