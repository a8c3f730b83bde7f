"""Read a document that stands inside another, such as a web page in a Word file (w:altChunk): all of it, whatever its kind."""

import importlib

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.decode import ReadText
from pipeline.read.kinds import ARCHIVE, kind_of

_PAGES = ("html", "mhtml")


def read_embedded(data: bytes, suffix: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an embedded document with its marks; raises InputError, also where documents nest too deep."""
    if not options.max_depth:
        deep = tr(
            "{source}: documents inside documents, deeper than read.max_depth; open it and save the text itself", source=source
        )
        raise InputError(deep, code="nested")
    kind = kind_of(data, suffix, source)
    if kind == ARCHIVE:
        raise InputError(tr("{source}: an archive inside a document; save the document without it", source=source), code="archive")
    module = importlib.import_module(f"pipeline.read.formats.{kind}")
    reader = module.read_whole if kind in _PAGES else module.read
    content: ReadText = reader(data, source, replace(options, max_depth=options.max_depth - 1))
    return content
