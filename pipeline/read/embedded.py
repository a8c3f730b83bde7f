"""Read documents that stand inside another: all of them, whatever their kind.

Such are web pages in a Word file (w:altChunk), and what other programs made and left in it as an object (OLE): of a table or a
slide that stands so, the document shows a picture, and its words are words of the report. An object that shows only the sign of its
program is a file that is attached; it is named and set aside. Drawings, formulas and whatever else has no reader are pictures.
"""

import importlib
import posixpath
from collections.abc import Iterator

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.compose import Paragraph, paragraphs_of
from pipeline.read.decode import ReadText
from pipeline.read.kinds import ARCHIVE, kind_of
from pipeline.read.office.objects import held_document
from pipeline.read.office.packages import DAMAGE, open_zip

_IN_WHOLE = ("html", "mhtml", "sheet")
_OF_OFFICES = ("doc", "docx", "odt", "pdf", "ppt", "pptx", "rtf", "sheet", "uof")
_NO_WORDS = ("empty", "scanned")  # an object of a picture is one


class InnerDocuments:
    """The documents inside one document: each is read once, and all of them within the limits of one."""

    def __init__(self, source: str, options: ReadConfig) -> None:
        """Take the name of the document that holds them, and the limits."""
        self._source, self._options = source, options
        self._left = options.max_unpacked
        self._seen: set[str] = set()

    def is_new(self, name: str) -> bool:
        """Tell whether a document has not been asked for before; it is read where it stands first."""
        is_new = name not in self._seen
        self._seen.add(name)
        return is_new

    def read(self, data: bytes, name: str, suffix: str) -> Iterator[Paragraph]:
        """Yield the paragraphs of a document; raises InputError."""
        limits = replace(self._options, max_unpacked=max(1, self._left))
        self._left -= _unpacked_size(data)
        if self._left < 0:
            said = tr(
                "{source}: the documents inside it unpack to more than read.max_unpacked; save them apart", source=self._source
            )
            raise InputError(said, code="too_large")
        yield from paragraphs_of(read_embedded(data, suffix, f"{self._source}/{name}", limits))

    def read_object(self, data: bytes, name: str, is_icon: bool = False) -> Iterator[Paragraph]:
        """Yield the words that an object shows; nothing for a picture. Raises InputError for a document that cannot be read."""
        where = f"{self._source}/{name}"
        held = held_document(data, where)
        if is_icon or held.is_icon:
            yield Paragraph(held.label or posixpath.basename(name), "noise", reason="attached file")
        elif held.data and _kind(held.data, where) in _OF_OFFICES:
            try:
                yield from self.read(held.data, name, "")
            except InputError as error:
                if error.code not in _NO_WORDS:
                    raise


def _unpacked_size(data: bytes) -> int:
    try:
        with open_zip(data) as package:
            return sum(member.file_size for member in package.filelist)
    except DAMAGE:  # no package
        return len(data)


def _kind(data: bytes, source: str) -> str | None:
    """Return the kind of the document in an object, None for one that is not read; raises InputError for one with a password."""
    try:
        return kind_of(data, "", source)
    except InputError as error:
        if error.code == "kind":
            return None
        raise


def too_deep(source: str) -> InputError:
    """Return what is said of documents inside documents that go deeper than the limit."""
    said = tr("{source}: documents inside documents, deeper than read.max_depth; open it and save the text itself", source=source)
    return InputError(said, code="nested")


def read_embedded(data: bytes, suffix: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an embedded document with its marks; raises InputError, also where documents nest too deep."""
    if not options.max_depth:
        raise too_deep(source)
    kind = kind_of(data, suffix, source)
    if kind == ARCHIVE:
        raise InputError(tr("{source}: an archive inside a document; save the document without it", source=source), code="archive")
    module = importlib.import_module(f"pipeline.read.formats.{kind}")
    reader = module.read_whole if kind in _IN_WHOLE else module.read
    content: ReadText = reader(data, source, replace(options, max_depth=options.max_depth - 1))
    return content
