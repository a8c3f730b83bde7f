"""UOF, the Chinese office format (GB/T 20916), in the form of one XML file: LibreOffice writes it in the format of Office.

Version 2, which is a zip, is read by 永中 and WPS only; LibreOffice refuses it, and so does this.
"""

from typing import Protocol

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.formats import docx, pptx, sheet
from pipeline.read.office.libreoffice import CONVERTER, Conversion
from pipeline.read.office.ooxml import local
from pipeline.read.office.packages import parse_xml


class _Reader(Protocol):
    def __call__(self, data: bytes, source: str, options: ReadConfig) -> ReadText: ...


_VERSION_2 = mark("a UOF 2 document, which LibreOffice cannot read; open it in WPS or Yozo Office and save it as .docx")
_WHAT = mark("a UOF document")
# By the element that holds the content: how it is converted, and what reads the result.
_KINDS: dict[str, tuple[Conversion, _Reader]] = {
    "文字处理": (Conversion(".uot", "docx", _WHAT, "UOF text"), docx.read),
    "电子表格": (Conversion(".uos", "xlsx", _WHAT, "UOF spreadsheet"), sheet.read),
    "演示文稿": (Conversion(".uop", "pptx", _WHAT, "UOF presentation"), pptx.read),
}


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a UOF file with marks and places; raises InputError, also where LibreOffice is missing."""
    if data.startswith(b"PK"):
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_VERSION_2)), code="kind")
    root = parse_xml(data, tr("the document"), source)  # before LibreOffice, so that no entities get to it
    kind = next((_KINDS[local(element)] for element in root if local(element) in _KINDS), None)
    if kind is None:
        raise InputError(
            tr("{source}: a UOF file without a document in it; open it in its own program and save it as .docx", source=source),
            code="damaged",
        )
    conversion, reader = kind
    found = reader(CONVERTER.convert(data, conversion, source, options), source, options)
    return replace(found, encoding=f"uof{found.encoding.removeprefix(conversion.target)}")
