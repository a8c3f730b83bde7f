import io
import zipfile

import pytest

from pipeline.core.errors import InputError
from pipeline.read import read_bytes
from pipeline.read.formats import doc
from pipeline.read.office.packages import OLE_SIGNATURE

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FLAT = (
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:p>正文</text:p></office:text>'
    "</office:body></office:document>"
)


def test_old_word_files_are_read_and_links_in_them_are_not_followed(soffice, config, tmp_path):
    import docx as python_docx
    from docx.oxml import parse_xml

    secret = tmp_path / "secret.txt"
    word = python_docx.Document()
    word.add_paragraph("工作回顾", style="Heading 1")
    field = word.add_paragraph("")._p
    instruction = f'<w:instrText xml:space="preserve"> INCLUDETEXT "{secret.as_uri()}" </w:instrText>'
    for inside in (_mark("begin"), instruction, _mark("separate"), "<w:t>旧文</w:t>", _mark("end")):
        field.append(parse_xml(f"<w:r {WORD}>{inside}</w:r>"))
    word.add_paragraph("结尾。")
    word.save(tmp_path / "given.docx")
    data = soffice(tmp_path / "given.docx", "doc", tmp_path).read_bytes()
    assert secret.as_uri().encode("utf-16-le") in data
    secret.write_text("机密内容", encoding="utf-8")
    content = doc.read(data, "x.doc", config.read)
    assert content.text == "工作回顾\n旧文\n结尾。"
    assert (content.encoding, content.marks[0].kind) == ("doc", "heading")


def _mark(kind):
    return f'<w:fldChar w:fldCharType="{kind}"/>'


def test_a_damaged_file_is_one_line(soffice, config):
    with pytest.raises(InputError, match=r"^x\.doc: LibreOffice cannot read it"):
        doc.read(OLE_SIGNATURE + b"\0" * 4000, "x.doc", config.read)


def test_an_encrypted_file_is_known_without_libreoffice(config):
    data = OLE_SIGNATURE.ljust(512, b"\0") + b"\xec\xa5".ljust(11, b"\0") + b"\x01"
    with pytest.raises(InputError, match="password-protected"):
        doc.read(data, "x.doc", config.read)


def test_newer_formats_under_an_old_name_are_read_as_what_they_are(config):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<document><body><p><r><t>正文</t></r></p></body></document>")
    for data, encoding in ((buffer.getvalue(), "docx"), (b"{\\rtf1 text\\par}", "rtf"), (FLAT.encode(), "odt")):
        assert read_bytes(data, "x.doc", config.read, ".doc").encoding == encoding
    with pytest.raises(InputError, match="not a Word document"):
        doc.read(b"plain", "x.doc", config.read)
