"""Tell the format of a file from its content; its name decides only between formats that are plain text.

Offices rename files, save web pages as .doc and send Word files without an ending, so the content has the last word.
A format with a signature of its own is a line here; the rest of it is its module.
"""

import io
import re

from pipeline.core.errors import InputError

ARCHIVE = "archive"
PLAIN = "txt"
HEAD = 4096
_BY_SUFFIX = {
    ".md": "md", ".markdown": "md", ".csv": "csv", ".tsv": "csv",
    ".htm": "html", ".html": "html", ".xhtml": "html", ".shtml": "html",
}  # fmt: skip
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|article|section)\b",
    re.IGNORECASE | re.DOTALL,
)
_MIME = re.compile(rb"(?:From|MIME-Version|Content-Type|Subject|Date|Snapshot-Content-Location|X-[\w-]+): ?", re.IGNORECASE)
_MIME_HTML = re.compile(rb"^Content-Type:\s*(?:multipart/related|multipart/alternative|text/html)", re.IGNORECASE | re.MULTILINE)
_OFFICE_XML = re.compile(rb"<\?mso-application|<office:document\b|schemas\.microsoft\.com/office/(?:word|2006/xmlPackage)")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_PACKED = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ")
_LONGEST_MIME_TYPE = 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FAMILIES = (
    ("zip", (b"PK\x03\x04", b"PK\x05\x06")),
    ("ole", (_OLE,)),
    ("rtf", (b"{\\rtf",)),
    ("picture", _PICTURES),
    ("packed", _PACKED),
    ("protected", (b"%TSD-Header", b"\x62\x14\x23\x65")),  # 绿盾 and 亿赛通
)
_STARTS = tuple(signature for _, signatures in _FAMILIES for signature in signatures)
_OLE_STREAMS = (
    ("EncryptedPackage", "password"), ("WordDocument", "doc"), ("MatOST", "doc"), ("Workbook", "sheet"), ("Book", "sheet"),
    ("PowerPoint Document", "slides"),
)  # fmt: skip
_ZIP_MEMBERS = (("word/", "docx"), ("xl/", "sheet"), ("ppt/", "slides"), ("ofd.xml", "ofd"))
_PACKAGE_SUFFIXES = (".docx", ".docm", ".odt", ".ott", ".xlsx", ".xlsm", ".xlsb", ".ods")
_ODF = {"text": "odt", "text-template": "odt", "spreadsheet": "sheet", "presentation": "slides"}
_REFUSED = {
    "password": "the file is protected by a password; open it, remove the password and save it again",
    "protected": "encrypted by document-protection software; open it on a machine that has it, and save or export it decrypted",
    "slides": "the content is a presentation; save its text as .docx, .pdf or .txt",
    "ofd": "the content is an OFD document; save it as .pdf or .docx",
    "picture": "the content is a picture; run text recognition (OCR) on it and save the text",
    "packed": "the content is packed in another way than zip; unpack it, or pack it as .zip",
}


def looks_plain(head: bytes, suffix: str) -> bool:
    """Tell from the first bytes of a file and its ending whether it can only be plain text, and no marked-up kind of it."""
    return suffix not in _BY_SUFFIX and _signature(head) is None


def promises_text(suffix: str) -> bool:
    """Tell whether the ending of a name is one of plain text."""
    return suffix in ("", ".txt", ".text", *_BY_SUFFIX)


def kind_of(data: bytes, suffix: str, source: str) -> str:
    """Return the name of the module that reads ``data``, or ARCHIVE; ``suffix`` is in lower case, with the dot.

    Raises InputError for content that is known not to be readable.
    """
    kind = _signature(data)
    if kind == "zip":
        kind = _zip_kind(data, source)
    elif kind == "ole":
        kind = _ole_kind(data, source)
    if kind in _REFUSED:
        raise InputError(f"{source}: {_REFUSED[kind]}")
    if kind == ARCHIVE and suffix in _PACKAGE_SUFFIXES:
        raise InputError(f"{source}: damaged, or no {suffix} file; open it in its own program and save it again")
    return kind or _BY_SUFFIX.get(suffix, PLAIN)


def _signature(data: bytes) -> str | None:
    """Return the kind that the first bytes of a file tell, "zip" and "ole" standing for families; None for plain text."""
    head = data[:HEAD]
    if head.startswith(_BYTE_ORDER_MARKS):
        for mark in _BYTE_ORDER_MARKS:
            head = head.removeprefix(mark)
    if head.startswith(_STARTS):
        return next(kind for kind, signatures in _FAMILIES if head.startswith(signatures))
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if _MIME.match(head) and _MIME_HTML.search(head):
        return "mhtml"
    if _has_office_mark(head) and _OFFICE_XML.search(head) and not _HTML.match(head):
        return "doc"
    wide = head.replace(b"\x00", b"") if b"\x00" in head[:4] else head
    return "html" if _HTML.match(wide) else None


def _has_office_mark(head: bytes) -> bool:
    """Tell whether one of the words that Office's XML holds stands in the head, many times faster than the expression."""
    return b"<?mso-application" in head or b"<office:document" in head or b"schemas.microsoft.com/office/" in head


def _zip_kind(data: bytes, source: str) -> str:
    from pipeline.read.office.packages import DAMAGE, open_zip  # noqa: PLC0415 - plain text needs none

    try:
        with open_zip(data) as package:
            names = [member.filename for member in package.filelist]
            with package.open("mimetype") if "mimetype" in names else io.BytesIO() as content:
                packed = content.read(_LONGEST_MIME_TYPE)
    except DAMAGE as error:
        raise InputError(f"{source}: damaged or cut off ({error}); get the file again, or open it and save it again") from None
    if packed.startswith(b"application/vnd.oasis.opendocument."):
        return _ODF.get(packed.decode("ascii", "replace").rpartition(".")[2], ARCHIVE)
    parts = [name.casefold() for name in names]
    if "[content_types].xml" in parts or "ofd.xml" in parts:
        return next((kind for prefix, kind in _ZIP_MEMBERS if any(part.startswith(prefix) for part in parts)), ARCHIVE)
    return ARCHIVE


def _ole_kind(data: bytes, source: str) -> str:
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return kind
    raise InputError(f"{source}: an old Office file without a readable document in it; open it and save it as .docx")
