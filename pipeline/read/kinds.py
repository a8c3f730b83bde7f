"""Tell the format of a file from its content; its name decides only between formats that are plain text.

Offices rename files, save web pages as .doc and send Word files without an ending, so the content has the last word.
A format with a signature of its own is a line here; the rest of it is its module.
"""

import re

from pipeline.core.errors import Code, InputError
from pipeline.core.messages import mark, tr
from pipeline.read.damage import damaged_package, of_other_kind

ARCHIVE = "archive"
MAIL = "eml"
PLAIN = "txt"
HEAD = 4096
_BY_SUFFIX = {
    ".md": "md", ".markdown": "md", ".csv": "csv", ".tsv": "csv",
    ".htm": "html", ".html": "html", ".xhtml": "html", ".shtml": "html", ".eml": MAIL, ".xml": "xml",
}  # fmt: skip
# Expressions are compiled where they are asked for: most plain text needs none of them.
_HTML = (
    rb"(?is)\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|article|section)\b"
)
_MIME = (
    rb"(?i)(?:From|To|Subject|Date|Received|Message-ID|Return-Path|Delivered-To|MIME-Version|Content-Type|Snapshot-Content-Location"
    rb"|[A-Z]+-[A-Za-z-]*Signature|X-[\w-]+): ?"
)
_MIME_HTML = rb"(?im)^Content-Type:\s*(?:multipart/related|multipart/alternative|text/html)"
# What the head of a mail has and that of a saved page has not.
_MAIL_HEAD = rb"(?im)^(?:Received|Message-ID|Return-Path|Delivered-To|To|Cc): ?"
_HEAD_END = rb"\r?\n\r?\n"
_UOF = rb"<(?:uof:)?UOF\b[^>]{0,2000}schemas\.uof\.org"
_XML = rb"(?is)\s*(?:<!--.*?-->\s*)*(?:<\?xml\b|<!DOCTYPE\s+(?!html)|<[A-Za-z_\x80-\xff][\w.:\x80-\xff-]*\s[^<>]*\bxmlns\b)"
_ROOT = rb"<((?:[\w.-]+:)?[A-Za-z_\x80-\xff][\w.\x80-\xff-]*)"
_LEADING, _TAIL = rb"(?s)\A\s*(?:(?:<!--.*?-->|<\?[^>]*>)\s*)*", 1_000
_OFFICE_XML = (
    rb"<\?mso-application|schemas\.microsoft\.com/office/(?:word|2006/xmlPackage)"
    rb"|<(?:\w+:)?Workbook\b[^<>]*urn:schemas-microsoft-com:office:spreadsheet"
)
_FLAT_TYPE = rb"office:mimetype\s*=\s*[\"\']application/vnd\.oasis\.opendocument\.([a-z-]{1,40})[\"\']"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_WEBP = (b"RIFF", b"WEBP")
# Text may begin with the two letters of a bitmap, whose head has four empty bytes.
_BITMAP, _RESERVED = b"BM", bytes(4)
_PACKED = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ")
_PHOTOGRAPHS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
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
    ("PowerPoint Document", "ppt"), ("__properties_version1.0", "msg"),
)  # fmt: skip
_OFFICE_MEMBERS = (("word/", "docx"), ("xl/", "sheet"), ("ppt/", "pptx"))
_ROOT_MEMBERS = (("ofd.xml", "ofd"), ("uof.xml", "uof"), ("meta-inf/container.xml", "epub"))
_PACKAGE_SUFFIXES = (".docx", ".docm", ".odt", ".ott", ".xlsx", ".xlsm", ".xlsb", ".ods", ".ofd", ".pptx", ".odp", ".epub")
_ODF = {"text": "odt", "text-template": "odt", "spreadsheet": "sheet", "presentation": "ppt", "presentation-template": "ppt"}
_REFUSED = {
    "password": mark("the file is protected by a password; open it, remove the password and save it again"),
    "ole": mark("an old Office file without a readable document in it; open it and save it as .docx"),
    "msg": mark("an Outlook message; save it as .eml in the mail program, or its text as .docx or .txt"),
    "heic": mark("a HEIC photograph; save it as .jpg"),
    "media": mark("a film or sound recording; write down what is said and save it as .docx or .txt"),
    "protected": mark(
        "encrypted by document-protection software; open it on a machine that has it, and save or export it decrypted"
    ),
    "packed": mark("the content is packed in another way than zip; unpack it, or pack it as .zip"),
}
_CODES: dict[str, Code] = {
    "password": "password", "protected": "password", "picture": "scanned", "heic": "scanned", "packed": "archive",
}  # fmt: skip
# What is known by its name alone, and what to do with it.
_FOUNDER = mark("a Founder document; open it in Apabi Reader and print it as PDF")
_CAJ = mark("a CAJ paper; open it in CAJViewer and print it as PDF")
_BOOK, _IWORK = (
    mark("an e-book of another kind; convert it to .epub with Calibre"),
    mark("an iWork file; export it as .docx, .pptx or .xlsx"),
)
_DRAWING = mark("a drawing; export it as PDF with text")
_TABLE = mark("a table of another kind; open it in Excel or LibreOffice and save it as .xlsx")
_NOT_READ = {
    **dict.fromkeys((".ceb", ".cebx"), _FOUNDER),
    **dict.fromkeys((".caj", ".kdh", ".nh"), _CAJ),
    **dict.fromkeys(
        (".gd", ".gw", ".sep"), mark("a document of Sursen or its like; open it in its own reader and print it as PDF")
    ),
    **dict.fromkeys((".mobi", ".azw", ".azw3"), _BOOK),
    **dict.fromkeys((".pages", ".key", ".numbers"), _IWORK),
    **dict.fromkeys((".vsd", ".vsdx", ".dwg"), _DRAWING),
    **dict.fromkeys((".slk", ".dif", ".dbf"), _TABLE),
    **dict.fromkeys((".heic", ".heif"), _REFUSED["heic"]),
    ".msg": _REFUSED["msg"],
}


def looks_plain(head: bytes, suffix: str) -> bool:
    """Tell from the first bytes of a file and its ending whether it can only be plain text, and no marked-up kind of it."""
    return suffix not in _BY_SUFFIX and suffix not in _NOT_READ and not _is_bracketed(head) and _signature(head) is None


def _is_bracketed(head: bytes) -> bool:
    """Tell whether an angle bracket opens the first bytes of a file, behind white space and a byte order mark."""
    return head.removeprefix(_BYTE_ORDER_MARKS[0]).lstrip()[:1] == b"<"


def promises_text(suffix: str) -> bool:
    """Tell whether the ending of a name is one of plain text."""
    return suffix in ("", ".txt", ".text", *_BY_SUFFIX)


def kind_of(data: bytes, suffix: str, source: str) -> str:
    """Return the name of the module that reads ``data``, or ARCHIVE; ``suffix`` is in lower case, with the dot.

    Raises InputError for content that is known not to be readable.
    """
    kind = _signature(data)
    if kind == "zip":
        kind = _zip_kind(data, suffix, source)
    elif kind == "ole":
        kind = _ole_kind(data, suffix)
    if kind in (None, ARCHIVE) and suffix in _NOT_READ:
        kind = suffix
    elif kind is None and suffix not in _BY_SUFFIX and _is_bare_xml(data):
        kind = "xml"
    kind = _of_message(kind, suffix) or _BY_SUFFIX.get(suffix, PLAIN)
    if kind == "xml" or kind in _REFUSED or kind in _NOT_READ:
        reason = _unknown_xml(data) if kind == "xml" else tr((_REFUSED | _NOT_READ)[kind])
        raise InputError(tr("{source}: {reason}", source=source, reason=reason), code=_CODES.get(kind, "kind"))
    if kind == ARCHIVE and suffix in _PACKAGE_SUFFIXES:
        raise of_other_kind(source, suffix)
    return kind


def _of_message(kind: str | None, suffix: str) -> str | None:
    """Return the kind of a file; whether a message of pages and files is a mail or a web archive, its name says best."""
    if kind in (MAIL, "mhtml"):
        return {".eml": MAIL, ".mht": "mhtml", ".mhtml": "mhtml"}.get(suffix, kind)
    return kind


def _unknown_xml(data: bytes) -> str:
    root = re.search(_ROOT, data[:HEAD].replace(b"\x00", b""))
    name = tr(" with the root <{root}>", root=root[1].decode("utf-8", "replace")) if root else ""
    return tr(
        "XML of a kind that is not read here{name}; open it in the program that made it and save it as .docx, .html or .txt",
        name=name,
    )


def _signature(data: bytes) -> str | None:
    """Return the kind that the first bytes of a file tell, "zip" and "ole" standing for families; None for plain text."""
    head = data[:HEAD]
    if head.startswith(_BYTE_ORDER_MARKS):
        for mark in _BYTE_ORDER_MARKS:
            head = head.removeprefix(mark)
    if head.startswith(_WEBP[0]) and head[8:12] == _WEBP[1]:
        return "picture"
    if head.startswith(_STARTS) and not (head.startswith(_BITMAP) and head[6:10] != _RESERVED):
        return next(kind for kind, signatures in _FAMILIES if head.startswith(signatures))
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in _PHOTOGRAPHS else "media"
    if head[:1].isalpha() and re.match(_MIME, head):
        return _message_kind(head)
    wide = head.replace(b"\x00", b"") if b"\x00" in head[:4] else head
    return _markup_kind(wide) if wide.lstrip()[:1] == b"<" else None


def _is_bare_xml(data: bytes) -> bool:
    """Tell whether one element begins where a file begins and ends where it ends, without a word of what it is."""
    head = data[:HEAD]
    if not _is_bracketed(head):
        return False
    root = re.match(_ROOT, re.sub(_LEADING, b"", head.removeprefix(_BYTE_ORDER_MARKS[0]), count=1))
    return root is not None and data[-_TAIL:].rstrip().endswith(b"</" + root[1] + b">")


def _message_kind(head: bytes) -> str | None:
    """Return whether a file that begins like a message is a mail or a web archive, or None where it is neither."""
    if re.search(_MAIL_HEAD, re.split(_HEAD_END, head, maxsplit=1)[0]) and b"\n" in head:
        return MAIL
    return "mhtml" if re.search(_MIME_HTML, head) else None


def _markup_kind(head: bytes) -> str | None:
    if re.match(_HTML, head):
        return "html"
    if b"<office:document" in head:
        return _flat_kind(head)
    if _has_office_mark(head) and re.search(_OFFICE_XML, head):
        return "office_xml"
    if b"UOF" in head and re.search(_UOF, head):
        return "uof"
    return "xml" if re.match(_XML, head) else None


def _has_office_mark(head: bytes) -> bool:
    """Tell whether one of the words that Office's XML holds stands in the head, many times faster than the expression."""
    return b"<?mso-application" in head or b"schemas.microsoft.com/office/" in head or b"com:office:spreadsheet" in head


def _flat_kind(head: bytes) -> str:
    """Return the kind of an OpenDocument file that is not packed; the type stands in its first element, after its namespaces."""
    told = re.search(_FLAT_TYPE, head)
    return _ODF.get(told[1].decode("ascii"), "xml") if told else "odt"


def _zip_kind(data: bytes, suffix: str, source: str) -> str:
    from pipeline.read.office.packages import DAMAGE, UnusualMethodError, open_zip, unpacked  # noqa: PLC0415 - plain text needs none

    try:
        with open_zip(data) as package:
            names = [member.filename for member in package.filelist]
            packed = unpacked(package, package.getinfo("mimetype"), _LONGEST_MIME_TYPE) if "mimetype" in names else b""
    except UnusualMethodError as error:
        raise InputError(tr("{source}: {reason}", source=source, reason=error), code="archive") from None
    except DAMAGE:
        raise damaged_package(data, source, suffix) from None
    if packed.startswith(b"application/vnd.oasis.opendocument."):
        return _ODF.get(packed.decode("ascii", "replace").rpartition(".")[2], ARCHIVE)
    plain = {name.replace("\\", "/").lstrip("/").lower() for name in names}
    members = _OFFICE_MEMBERS if "[content_types].xml" in plain else ()
    office = (kind for prefix, kind in members if any(name.startswith(prefix) for name in plain))
    return next((kind for name, kind in _ROOT_MEMBERS if name in plain), next(office, ARCHIVE))


def _ole_kind(data: bytes, suffix: str) -> str:
    """Return the kind of an OLE file by its streams; what is attached to an Outlook message has streams too."""
    streams = _OLE_STREAMS if suffix != ".msg" else reversed(_OLE_STREAMS)
    return next((kind for stream, kind in streams if stream.encode("utf-16-le") in data), "ole")
