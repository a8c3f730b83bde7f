"""UOF comes by LibreOffice, whichever of its three kinds; its mark-up is never text."""

import pytest
from handmade import package, pptx

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

SPACES = (
    'xmlns:uof="http://schemas.uof.org/cn/2003/uof" xmlns:字="http://schemas.uof.org/cn/2003/uof-wordproc" '
    'xmlns:表="http://schemas.uof.org/cn/2003/uof-spreadsheet"'
)


@pytest.fixture
def read(config):
    return lambda data, suffix=".uof": read_bytes(data, f"x{suffix}", config.read, suffix)


def uof(content):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<uof:UOF {SPACES} uof:version="1.0">{content}</uof:UOF>'.encode()


def text(*paragraphs):
    body = "".join(f"<字:段落><字:句><字:文本串>{paragraph}</字:文本串></字:句></字:段落>" for paragraph in paragraphs)
    return uof(f"<uof:文字处理><字:主体>{body}</字:主体></uof:文字处理>")


@pytest.mark.parametrize("suffix", [".uof", ".uot", ".doc", ""])
def test_texts_are_read_whatever_their_name(soffice, read, suffix):
    found = read(text("镇里新建文化站一处。", "排了节目到各村巡演。"), suffix)
    assert (found.text, found.encoding) == ("镇里新建文化站一处。\n排了节目到各村巡演。", "uof")


def test_presentations_and_texts_that_libreoffice_writes_come_back(soffice, read, tmp_path):
    lines = "文化站建设情况\n镇里新建文化站一处。"
    (tmp_path / "given.pptx").write_bytes(pptx(lines))
    made = soffice(tmp_path / "given.pptx", "uop", tmp_path).read_bytes()
    assert read(made, ".uop").text == lines
    (tmp_path / "given.txt").write_text(lines, encoding="utf-8")
    assert read(soffice(tmp_path / "given.txt", "uot", tmp_path).read_bytes(), ".uot").text == lines


def test_sheets_are_rows(soffice, read):
    value = '<表:数据 表:数据类型="text"><字:句><字:文本串>{}</字:文本串></字:句></表:数据>'
    row = '<表:行 表:行号="{}"><表:单元格 表:列号="1">{}</表:单元格></表:行>'
    cells = enumerate(["内容", "镇里新建文化站一处，全年开放。"], start=1)
    rows = "".join(row.format(number, value.format(cell)) for number, cell in cells)
    sheet = f'<表:工作表 表:标识符="s1" 表:名称="活动"><表:工作表内容>{rows}</表:工作表内容></表:工作表>'
    found = read(uof(f"<uof:电子表格><表:主体>{sheet}</表:主体></uof:电子表格>"), ".uos")
    assert (found.text, found.encoding) == ("镇里新建文化站一处，全年开放。", "uof, column 内容")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (package({"uof.xml": "<a/>", "content.xml": "<a/>"}), "a UOF 2 document, which LibreOffice cannot read; open it in WPS"),
        (uof("<uof:元数据/>"), "a UOF file without a document in it"),
        (text("x").replace(b"</uof:UOF>", b""), "the document in it is damaged"),
        (text("&e;").replace(b"<uof:UOF", b"<!DOCTYPE a [<!ENTITY e 'x'>]><uof:UOF"), "declares a document type"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, data, says):
    with pytest.raises(InputError, match=rf"^x\.uof: .*{says}"):
        read(data)
