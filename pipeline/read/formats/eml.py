"""Mail (.eml): the subject as title, and the text below it; what is attached is read as files of their own (``read/mail.py``)."""

from email.message import Message
from itertools import accumulate

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.core.records import Mark
from pipeline.preprocess.headings import TITLE, sign_level
from pipeline.read.decode import CODECS, ReadText, decode
from pipeline.read.formats.html import read_page
from pipeline.read.mail import ENCRYPTED, PAGE, is_text, open_mail
from pipeline.read.mime import content_of, header_text

# A plain text that is much shorter than the page beside it is no more than a hint to look at that.
_STUB = 0.5


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the subject and the text of a mail with marks; raises InputError."""
    message = open_mail(data, source)
    found = _body(message, source, options)
    if not found:
        raise InputError(tr("{source}: a mail without text; what is attached to it is read by itself", source=source), code="empty")
    subject = header_text(message.get("Subject"))
    if subject:
        kind = () if sign_level(subject) is not None else (Mark(0, len(subject), "heading", level=TITLE),)
        found.insert(0, ReadText(subject, "", kind))
    starts = [0, *accumulate(len(part.text) + 1 for part in found)]
    marks = [_moved(mark, start) for part, start in zip(found, starts, strict=False) for mark in part.marks]
    return ReadText("\n".join(part.text for part in found), f"eml ({found[-1].encoding})", tuple(marks))


def _body(part: Message, source: str, options: ReadConfig) -> list[ReadText]:
    """Return the texts of a part in order, as RFC 2046 has them: one of alternatives, the root of what is related, else all."""
    kind = part.get_content_type()
    if part.is_multipart() and kind.startswith("multipart/") and kind not in ENCRYPTED:
        found = [_body(inner, source, options) for inner in part.get_payload() if isinstance(inner, Message)]
        found = [texts for texts in found if texts]
        if kind == "multipart/alternative":
            return _best(found)
        return found[0] if found and kind == "multipart/related" else [text for texts in found for text in texts]
    if not is_text(part):
        return []
    text = _page(part, source, options) if kind == PAGE else _plain(part, source, options)
    return [text] if text.text.strip() else []


def _best(found: list[list[ReadText]]) -> list[ReadText]:
    """Return the plainest of alternatives, which come first, or a later one to which it is no more than a hint."""
    best: list[ReadText] = []
    for texts in found:
        if _length(best) < _STUB * _length(texts):
            best = texts
    return best


def _page(part: Message, source: str, options: ReadConfig) -> ReadText:
    return read_page(content_of(part), source, options, part.get_content_charset() or "")


def _plain(part: Message, source: str, options: ReadConfig) -> ReadText:
    content = content_of(part)
    for codec in CODECS.get((part.get_content_charset() or "").lower(), ()):
        try:
            return ReadText(_lines(content.decode(codec)), codec)
        except UnicodeDecodeError:
            continue
    found = decode(content, source, options.encoding)
    return ReadText(_lines(found.text), found.encoding)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip("\n")


def _length(parts: list[ReadText]) -> int:
    return sum(len(part.text.strip()) for part in parts)


def _moved(mark: Mark, by: int) -> Mark:
    return Mark(mark.start + by, mark.end + by, mark.kind, mark.level, mark.reason)
