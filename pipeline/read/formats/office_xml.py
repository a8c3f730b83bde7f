"""Office files that are one XML file: packages that are not packed (Flat OPC), and the XML of Word and Excel 2003.

Word and PowerPoint write the first, with every part of a .docx or .pptx in an element of its own: it is packed in memory and
read as such. The XML of 2003, which websites like to export under the name .xls, comes by LibreOffice. Their names end in .xml as
those of anything do, so that folders pass over them and only the content tells.
"""

import base64
import binascii
import io
import re
import zipfile
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.damage import remedy
from pipeline.read.decode import ReadText
from pipeline.read.formats import docx, pptx, sheet
from pipeline.read.office.libreoffice import CONVERTER, Conversion
from pipeline.read.office.ooxml import child, children, local
from pipeline.read.office.packages import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element


class _Reader(Protocol):
    def __call__(self, data: bytes, source: str, options: ReadConfig) -> ReadText: ...


_WORD = Conversion(".doc", "docx", mark("the XML of Word 2003"))
_EXCEL = Conversion(".xls", "xlsx", mark("the XML of Excel 2003"), "MS Excel 2003 XML")
_OF_2003: dict[str, tuple[Conversion, _Reader]] = {"wordDocument": (_WORD, docx.read), "Workbook": (_EXCEL, sheet.read)}
_PACKED: dict[str, tuple[str, _Reader]] = {"word/": ("docx", docx.read), "xl/": ("xlsx", sheet.read), "ppt/": ("pptx", pptx.read)}
# The parser takes no longer text in one element than ten million characters; pictures of that size are left out.
_LARGE_PICTURE = re.compile(rb"(<(?:\w+:)?binaryData>)[^<]{7000000,}(?=<)")
_NAME = "{http://schemas.microsoft.com/office/2006/xmlPackage}name"


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an office file in one piece of XML with marks and places; raises InputError."""
    root = parse_xml(_LARGE_PICTURE.sub(rb"\1", data), tr("the document"), source)  # also before LibreOffice: no entities get to it
    if local(root) in _OF_2003:
        conversion, reader = _OF_2003[local(root)]
        found = reader(CONVERTER.convert(data, conversion, source, options), source, options)
        return replace(found, encoding=f"xml of 2003{found.encoding.removeprefix(conversion.target)}")
    parts = _parts(root, source)
    kind = next((kind for folder, kind in _PACKED.items() if any(name.startswith(folder) for name in parts)), None)
    if local(root) != "package" or kind is None:
        raise InputError(
            tr(
                "{source}: XML of an office program without a document in it; open it there and save it as .docx or .xlsx",
                source=source,
            ),
            code="damaged",
        )
    ending, packed_reader = kind
    found = packed_reader(_packed(parts, source), source, options)
    return replace(found, encoding=f"xml ({ending}){found.encoding.removeprefix(ending)}")


def _parts(root: "_Element", source: str) -> "dict[str, _Element]":
    """Return the parts of a package by their names; raises InputError for two of one name, of which one would be lost."""
    found: dict[str, _Element] = {}
    for part in root:
        name = (part.get(_NAME) or "").lstrip("/") if local(part) == "part" else ""
        if name in found:
            said = tr("{source}: {name} in it is damaged; {remedy}", source=source, name=name, remedy=remedy(source, ".docx"))
            raise InputError(said, code="damaged")
        if name:
            found[name] = part
    return found


def _packed(parts: "dict[str, _Element]", source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", _types(parts))
        for name, part in parts.items():
            package.writestr(name, _content(part, name, source))
    return buffer.getvalue()


def _types(parts: "dict[str, _Element]") -> bytes:
    """Return the list of the types of all parts, by which readers of workbooks find them."""
    from lxml import etree  # noqa: PLC0415 - loaded when a package is read, not when a command is listed

    root = etree.Element("Types", xmlns="http://schemas.openxmlformats.org/package/2006/content-types")
    for name, part in parts.items():
        kind = part.get(_NAME.replace("name", "contentType"), "")
        etree.SubElement(root, "Override", PartName=f"/{name}", ContentType=kind)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _content(part: "_Element", name: str, source: str) -> bytes:
    from lxml import etree  # noqa: PLC0415

    for element in children(child(part, "xmlData")):
        return bytes(etree.tostring(element, xml_declaration=True, encoding="UTF-8"))
    packed = child(part, "binaryData")
    try:
        return base64.b64decode("" if packed is None else packed.text or "")
    except binascii.Error:
        said = tr("{source}: {name} in it is damaged; {remedy}", source=source, name=name, remedy=remedy(source, ".docx"))
        raise InputError(said, code="damaged") from None
