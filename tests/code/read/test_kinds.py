import io
import zipfile

import pytest

from pipeline.core.errors import InputError
from pipeline.read.kinds import kind_of, looks_plain, promises_text


def zipped(*names, mimetype=None):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        if mimetype:
            package.writestr("mimetype", mimetype)
        for name in names:
            package.writestr(name, "x")
    return stream.getvalue()


def ole(stream):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(100)


def flat(kind):
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    )
    return f'{head} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.{kind}">'.encode()


WORD = zipped("[Content_Types].xml", "word/document.xml")
MIME = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: file:///x\r\nContent-Type: multipart/related;\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (WORD, "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "sheet"),
        (zipped("[content_types].xml", "Word/Document.xml"), "docx"),
        (zipped("[Content_Types].xml", "word\\document.xml"), "docx"),
        (zipped("[Content_Types].xml", "xl\\workbook.xml"), "sheet"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "odt"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "sheet"),
        (ole("WordDocument"), "doc"),
        (ole("Workbook"), "sheet"),
        (zipped("OFD.xml"), "ofd"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
        (zipped("[content_types].xml", "PPT\\presentation.xml"), "pptx"),
        (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.presentation"), "ppt"),
        (zipped("META-INF/container.xml", mimetype="application/epub+zip"), "epub"),
        (zipped("uof.xml", "content.xml"), "uof"),
        (ole("PowerPoint Document"), "ppt"),
        (b'<?xml version="1.0"?>\n<uof:UOF xmlns:uof="http://schemas.uof.org/cn/2003/uof">', "uof"),
        (b"Received: from b\r\nSubject: x\r\n\r\nx", "eml"),
        (b"Subject: x\nTo: b\nContent-Type: text/html\n\nx", "eml"),
        (b"Subject: x\n\nTo: b\n", "txt"),
        (b"<?xml version='1.0'?><!-- x --><html xmlns='http://www.w3.org/1999/xhtml'>", "html"),
        ("<通知>".encode(), "txt"),
        (zipped("Doc_0\\Document.xml", "ofd.xml"), "ofd"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.4\n", "pdf"),
        (b"{\\rtf1\\ansi", "rtf"),
        (MIME, "mhtml"),
        (b"<!DOCTYPE html><p>", "html"),
        ("\ufeff\n<!-- x --><HTML lang=zh>".encode(), "html"),
        ("<html>".encode("utf-16"), "html"),
        (b'<html xmlns:w="urn:schemas-microsoft-com:office:word">', "html"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', "office_xml"),
        (b'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">', "office_xml"),
        (b'<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">', "office_xml"),
        (flat("text"), "odt"),
        (flat("text-template"), "odt"),
        (flat("spreadsheet"), "sheet"),
        (flat("presentation"), "ppt"),
        (b"<office:document xmlns:office='urn:x'>", "odt"),
        (flat("text").decode().encode("utf-16"), "odt"),
        ("一、总结".encode(), "txt"),
        ("一、总结".encode("gb18030"), "txt"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".txt", ".doc", ".docx", ".pdf"])
def test_the_content_has_the_last_word(data, kind, suffix):
    assert kind_of(data, suffix, "x") == kind
    assert looks_plain(data[:4096], suffix) == (kind == "txt" and data[:1] != b"<")


@pytest.mark.parametrize("data", [zipped("a.txt"), zipped()])
@pytest.mark.parametrize("suffix", ["", ".zip", ".txt"])
def test_a_package_of_no_office_program_is_an_archive(data, suffix):
    assert kind_of(data, suffix, "x") == "archive"


@pytest.mark.parametrize(("suffix", "kind"), [(".md", "md"), (".csv", "csv"), (".tsv", "csv"), (".htm", "html"), (".txt", "txt")])
def test_the_name_decides_between_kinds_of_plain_text(suffix, kind):
    assert kind_of("文化，惠民".encode(), suffix, "x") == kind
    assert promises_text(suffix)
    assert not promises_text(".docx")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ole("EncryptedPackage"), "protected by a password; open it, remove the password"),
        (ole("nothing"), "an old Office file without a readable document"),
        (ole("__properties_version1.0"), "an Outlook message; save it as .eml"),
        (b"\x00\x00\x00\x18ftypheic", "a HEIC photograph; save it as .jpg"),
        (b"\x00\x00\x00\x18ftypisom", "a film or sound recording"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "XML of a kind that is not read here with the root <rss>"),
        (flat("graphics"), "XML of a kind that is not read here with the root <office:document>"),
        (b'<f:\xe6\x96\x87 xmlns:f="urn:x"/>', "XML of a kind that is not read here"),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), "XML of a kind that is not read here with the root <a>"),
        (b"%TSD-Header-###%\x00", "encrypted by document-protection software; open it on a machine that has it"),
        (b"Rar!\x1a\x07", "packed in another way than zip"),
        (WORD[:-30], "incomplete: its end is missing"),
        (zipped("word/document.xml"), r"damaged, or no \.docx file"),
        (b"PK\x03\x04" + b"\x00" * 50, "incomplete: its end is missing"),
    ],
)
def test_what_cannot_be_read_is_named(data, message):
    with pytest.raises(InputError, match=rf"^x\.docx: .*{message}"):
        kind_of(data, ".docx", "x.docx")


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        (".ceb", "a Founder document; open it in Apabi Reader"),
        (".caj", "a CAJ paper; open it in CAJViewer"),
        (".msg", "an Outlook message; save it as .eml"),
        (".heic", "a HEIC photograph"),
        (".mobi", "convert it to .epub"),
        (".pages", "an iWork file"),
        (".slk", "a table of another kind; open it in Excel"),
        (".dif", "a table of another kind; open it in Excel"),
        (".xml", "XML of a kind that is not read here; open it"),
    ],
)
def test_what_is_known_by_name_alone_says_what_to_do_unless_its_content_is_known(suffix, message):
    data = b"\x01\x02 of its own" if suffix != ".pages" else zipped("Index/Document.iwa")
    assert not looks_plain(data, suffix)
    with pytest.raises(InputError, match=rf"^x: .*{message}"):
        kind_of(data, suffix, "x")
    assert kind_of(b"%PDF-1.7", suffix, "x") == "pdf"


def test_an_outlook_message_is_one_whatever_is_attached_to_it():
    data = ole("WordDocument") + ole("__properties_version1.0")
    assert kind_of(data, ".doc", "x") == "doc"
    with pytest.raises(InputError, match="an Outlook message"):
        kind_of(data, ".msg", "x")


def test_a_message_is_what_its_name_says():
    mail, page = b"To: b\nContent-Type: text/html\n\n<p>x", MIME
    assert [kind_of(mail, suffix, "x") for suffix in (".eml", ".mht", "")] == ["eml", "mhtml", "eml"]
    assert [kind_of(page, suffix, "x") for suffix in (".eml", ".mhtml", "")] == ["eml", "mhtml", "mhtml"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"BM\x36\x00\x10\x00\x00\x00\x00\x00\x36", "picture"),
        (b"RIFF\x00\x10\x00\x00WEBPVP8 ", "picture"),
        ("BM 是缩写，报告如下。".encode(), "txt"),
    ],
)
def test_pictures_are_told_from_text_that_begins_like_one(data, kind):
    assert kind_of(data, "", "x") == kind


BARE = [
    "<公文><标题>通知</标题></公文>\n",
    '<rss version="2.0"><title>通知</title></rss>',
    "<!-- 甲 -->\n<?pi?><a>通知</a>",
    '<!-- 甲 --><a xmlns="u">通知</a>',
]


@pytest.mark.parametrize("text", BARE)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_xml_that_does_not_say_so_is_no_text(text, encoding):
    data = text.encode(encoding)
    assert not looks_plain(data, ".txt")
    with pytest.raises(InputError, match=r"^x: XML of a kind that is not read here"):
        kind_of(data, ".txt", "x")
    assert kind_of(data.replace(b"xmlns", b"x"), ".md", "x") == "md"


@pytest.mark.parametrize(
    "text", ["<关于开展活动的通知>\n县里建了书房。", "<甲>与</乙>", "< 甲 > 乙</甲>", "<甲>通知</甲>，县里建了书房。"]
)
def test_text_that_begins_with_a_bracket_is_text(text):
    assert kind_of(text.encode(), ".txt", "x") == "txt"
