"""Office files in one piece of XML are read as the packed ones are, and entities reach neither a reader nor LibreOffice."""

import base64
import io
import zipfile

import pytest
from handmade import deck, package, pptx, shape

from pipeline.core.errors import InputError
from pipeline.read import read_bytes

START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
WORD = START + '<?mso-application progid="Word.Document"?>'
EXCEL = START + '<?mso-application progid="Excel.Sheet"?>'
WORD_SPACE = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
SHEET_SPACE = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'


@pytest.fixture
def read(config):
    return lambda text, suffix=".xml": read_bytes(text.encode(), f"x{suffix}", config.read, suffix)


def flat(packed, progid="Word.Document"):
    """Return a package as one XML file, as Office writes it: XML as elements, all else in base 64."""
    parts = []
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        for name in found.namelist():
            if name == "[Content_Types].xml":
                continue
            content = found.read(name)
            if name.endswith((".xml", ".rels")):
                inside = f"<pkg:xmlData>{content.decode().partition('?>')[2] or content.decode()}</pkg:xmlData>"
            else:
                inside = f"<pkg:binaryData>{base64.encodebytes(content).decode()}</pkg:binaryData>"
            parts.append(f'<pkg:part pkg:name="/{name}" pkg:contentType="application/xml">{inside}</pkg:part>')
    space = 'xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"'
    return f'{START}<?mso-application progid="{progid}"?><pkg:package {space}>{"".join(parts)}</pkg:package>'


def word(tmp_path):
    import docx as python_docx

    document = python_docx.Document()
    document.add_paragraph("文化站建设情况", style="Heading 1")
    document.add_paragraph("镇里新建文化站一处。", style="List Number")
    document.sections[0].header.paragraphs[0].text = "某镇"
    document.save(tmp_path / "a.docx")
    return (tmp_path / "a.docx").read_bytes()


@pytest.mark.parametrize("suffix", [".xml", ".doc", ""])
def test_a_flat_word_file_is_read_as_the_packed_one(config, read, tmp_path, suffix):
    packed = word(tmp_path)
    first, found = read_bytes(packed, "x.docx", config.read, ".docx"), read(flat(packed), suffix)
    assert found.text == "文化站建设情况\n1. 镇里新建文化站一处。\n某镇"
    assert (found.text, found.marks, found.places) == (first.text, first.marks, first.places)
    assert (first.encoding, found.encoding) == ("docx", "xml (docx)")


def test_a_flat_presentation_is_read_as_the_packed_one(read):
    report = "文化站建设情况\n镇里新建文化站一处。"
    found = read(flat(pptx(report), "PowerPoint.Show"))
    assert (found.text, found.encoding) == (report, "xml (pptx)")


def test_large_pictures_do_not_matter(read, tmp_path):
    picture = f"<pkg:binaryData>{'QUJD' * 3_000_000}</pkg:binaryData>"
    part = f'<pkg:part pkg:name="/word/media/a.png" pkg:contentType="image/png">{picture}</pkg:part></pkg:package>'
    assert "新建文化站" in read(flat(word(tmp_path)).replace("</pkg:package>", part)).text


def test_word_xml_of_2003_is_read(soffice, read):
    body = f"{WORD}<w:wordDocument {WORD_SPACE}><w:body><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:body></w:wordDocument>"
    for suffix in (".doc", ".xml"):
        found = read(body, suffix)
        assert (found.text, found.encoding) == ("正文", "xml of 2003")


@pytest.mark.parametrize("start", [EXCEL, START])
@pytest.mark.parametrize("suffix", [".xls", ".xml"])
def test_excel_xml_of_2003_gives_rows(soffice, read, start, suffix):
    cell = '<Cell><Data ss:Type="String">{}</Data></Cell>'
    rows = "".join(
        f"<Row>{cell.format(a)}{cell.format(b)}</Row>" for a, b in (("单位", "内容"), ("某镇", "新建文化站一处，全年开放。"))
    )
    found = read(f'{start}<Workbook {SHEET_SPACE}><Worksheet ss:Name="活动"><Table>{rows}</Table></Worksheet></Workbook>', suffix)
    assert (found.text, found.encoding) == ("新建文化站一处，全年开放。", "xml of 2003, column 内容")
    assert found.places[0].columns == (("单位", "某镇"),)


ENTITY = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
PACKAGE = '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{}</pkg:package>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{WORD}{ENTITY}<w:wordDocument {WORD_SPACE}><w:body>&e;</w:body></w:wordDocument>", "declares a document type"),
        (f"{EXCEL}{ENTITY}<Workbook {SHEET_SPACE}>&e;</Workbook>", "declares a document type"),
        (WORD + ENTITY + PACKAGE.format("&e;"), "declares a document type"),
        (WORD + PACKAGE.format(""), "without a document in it"),
        (WORD + PACKAGE.format('<pkg:part pkg:name="/visio/a.xml"/>'), "without a document in it"),
        (WORD + "<a/>", "without a document in it"),
        (
            WORD + PACKAGE.format('<pkg:part pkg:name="/word/a"><pkg:binaryData>A</pkg:binaryData></pkg:part>'),
            "word/a in it is damaged",
        ),
        (WORD + PACKAGE.format('<pkg:part pkg:name="/word/a"/>'), "holds no Word document"),
        (WORD + "<w:wordDocument>", "the document in it is damaged"),
    ],
)
def test_what_cannot_be_read_is_one_line(read, text, says):
    with pytest.raises(InputError, match=rf"^x\.xml: .*{says}"):
        read(text)


def test_a_name_in_it_leads_nowhere(read, tmp_path):
    part = '<pkg:part pkg:name="/../../etc/x"><pkg:binaryData>QUJD</pkg:binaryData></pkg:part></pkg:package>'
    assert "新建文化站" in read(flat(word(tmp_path)).replace("</pkg:package>", part)).text


def test_a_slide_of_a_flat_file_that_is_missing_is_named(read):
    packed = package({name: text for name, text in _members(deck([shape([], "x")])) if name != "ppt/slides/s1.xml"})
    with pytest.raises(InputError, match=r"the slide ppt/slides/s1\.xml is missing"):
        read(flat(packed, "PowerPoint.Show"))


def _members(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        return [(name, found.read(name).decode()) for name in found.namelist()]


def test_two_parts_of_one_name_refuse_the_file(read, tmp_path):
    whole = flat(word(tmp_path))
    first = whole.index("<pkg:part ")
    part = whole[first : whole.index("</pkg:part>", first) + len("</pkg:part>")]
    with pytest.raises(InputError, match=r"^x\.xml: \S+ in it is damaged; open it in Word") as raised:
        read(whole.replace(part, part * 2))
    assert raised.value.code == "damaged"
