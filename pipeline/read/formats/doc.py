"""Old Word and WPS files (.doc, .wps): LibreOffice writes them as .docx, which is then read as such."""

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.formats import docx
from pipeline.read.office.libreoffice import CONVERTER, Conversion
from pipeline.read.office.packages import OLE_SIGNATURE

_CONVERSION = Conversion(".doc", "docx", mark("an old Word file"))
# The first stream of most .doc files is the document itself; its head says whether it is encrypted.
_WORD_STREAM, _WORD_FLAGS, _WORD_SIGNATURE, _ENCRYPTED = 512, slice(523, 524), b"\xec\xa5", 0x01


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an old Word or WPS file with marks and places; raises InputError, also where LibreOffice is missing."""
    if not data.startswith(OLE_SIGNATURE):
        raise InputError(
            tr("{source}: not a Word document; check what kind of file it is, and save it as .docx", source=source), code="damaged"
        )
    if data[_WORD_STREAM : _WORD_STREAM + 2] == _WORD_SIGNATURE and int.from_bytes(data[_WORD_FLAGS]) & _ENCRYPTED:
        raise InputError(tr("{source}: password-protected; save a copy without the password", source=source), code="password")
    converted = CONVERTER.convert(data, _CONVERSION, source, options)
    found = docx.read(converted, source, options)
    return replace(found, encoding=f"doc{found.encoding.removeprefix('docx')}")
