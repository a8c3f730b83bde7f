"""Presentations of PowerPoint 97 to 2003, of WPS (.dps) and OpenDocument: LibreOffice writes them as .pptx, which is read then."""

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.formats import pptx
from pipeline.read.office.libreoffice import CONVERTER, Conversion
from pipeline.read.office.packages import open_package, parse_xml

_OLD = Conversion(".ppt", "pptx", mark("an old presentation"))
_OPEN = Conversion(".odp", "pptx", mark("an OpenDocument presentation"))

_FLAT = Conversion(".fodp", "pptx", mark("an OpenDocument presentation"))


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a presentation with marks and places; raises InputError, also where LibreOffice is missing."""
    conversion = _OLD
    if data.startswith(b"PK"):
        open_package(data, source, options).close()
        conversion = _OPEN
    elif data.lstrip()[:1] == b"<":
        parse_xml(data, tr("the document"), source)  # before LibreOffice, so that no entities get to it
        conversion = _FLAT
    converted = CONVERTER.convert(data, conversion, source, options)
    return replace(pptx.read(converted, source, options), encoding=conversion.suffix[1:])
