"""Mail (.eml): the subject as title, and the text below it; what is attached is read as files of their own (``read/mail.py``)."""

import re
from collections.abc import Iterator
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
from pipeline.read.page.glyphs import is_wide

# A plain text that is much shorter than the page beside it is no more than a hint to look at that.
_STUB = 0.5
_SIGNATURE = "-- "
_QUOTED = re.compile(r"^(?:>[ \t]?)+")
# The head of a mail that another one answers or passes on, as mail programs write it.
_FIELD = r"(?:发件人|寄件者|寄件人|发送时间|发送日期|日期|时间|收件人|抄送|密送|主题|主旨|附件|From|Sent|To|Cc|Date|Subject)"
_BELOW = "原始邮件|原邮件|邮件原件|回复的原邮件|转发的?邮件(?:信息)?|Original Message|Forwarded message"
_HEAD = re.compile(
    rf"^[ \t]*-{{2,}}[ \t]*(?:{_BELOW})[ \t]*-{{2,}}[ \t]*$"
    rf"(?:\n+[ \t]*{_FIELD}[ \t]*[：:][^\n]*$)*"
    rf"|^[ \t]*(?:发件人|寄件者|From)[ \t]*[：:][^\n]*$(?:\n+[ \t]*{_FIELD}[ \t]*[：:][^\n]*$)+"
    r"|^[ \t]*(?:在|At|On)[ \t]*[^\n]{0,80}\d{4}[^\n]{0,160}(?:写道|wrote)[：:][ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)


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
    text = "\n".join(part.text for part in found)
    marks = sorted([*marks, *_heads(text, marks)], key=lambda mark: mark.start)
    return ReadText(text, f"eml ({found[-1].encoding})", tuple(marks))


def _heads(text: str, marks: list[Mark]) -> Iterator[Mark]:
    """Yield marks for the heads of mails that are answered or passed on below: who wrote when to whom is none of the text."""
    for match in _HEAD.finditer(text):
        if not any(mark.start < match.end() and match.start() < mark.end for mark in marks):
            yield Mark(match.start(), match.end(), "noise", reason="mail head")


def _body(part: Message, source: str, options: ReadConfig) -> list[ReadText]:
    """Return the texts of a part in order, as RFC 2046 has them: one of alternatives, of what is related the root, else all."""
    kind = part.get_content_type()
    if part.is_multipart() and kind.startswith("multipart/") and kind not in ENCRYPTED:
        inside = [inner for inner in part.get_payload() if isinstance(inner, Message)]
        found = [(inner, texts) for inner in inside if (texts := _body(inner, source, options))]
        if kind == "multipart/alternative":
            return _best([texts for _, texts in found])
        if kind == "multipart/related":
            found = [pair for i, pair in enumerate(found) if not i or not _is_referred_to(pair[0])]
        return [text for _, texts in found for text in texts]
    if not is_text(part):
        return []
    text = _page(part, source, options) if kind == PAGE else _plain(part, source, options)
    return [text] if text.text.strip() else []


def _is_referred_to(part: Message) -> bool:
    """Tell whether a page may show a part in its own place, by the name that the part has."""
    return part.get("Content-ID") is not None or part.get("Content-Location") is not None


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
            return ReadText(_lines(content.decode(codec), part), codec)
        except UnicodeDecodeError:
            continue
    found = decode(content, source, options.encoding)
    return ReadText(_lines(found.text, part), found.encoding)


def _lines(text: str, part: Message) -> str:
    """Return a plain text without the signs of what it quotes, lines that flow (RFC 3676) put together."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    if str(part.get_param("format") or "").lower() == "flowed":
        lines = _flowed(lines, str(part.get_param("delsp") or "").lower() == "yes")
    return "\n".join(_QUOTED.sub("", line) for line in lines)


def _flowed(lines: list[str], is_blank_added: bool) -> list[str]:
    """Return paragraphs: a line that ends with a blank goes on in the next one of the same depth of quotation."""
    joined: list[str] = []
    before = None  # the depth of a line that goes on
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        text = line[depth:].removeprefix(" ")
        goes_on = text.endswith(" ") and text != _SIGNATURE
        kept = text[:-1] if goes_on and (is_blank_added or is_wide(text[-2:-1] or " ")) else text
        if before == depth:
            joined[-1] += kept
        else:
            joined.append(">" * depth + kept)
        before = depth if goes_on else None
    return joined


def _length(parts: list[ReadText]) -> int:
    return sum(len(part.text.strip()) for part in parts)


def _moved(mark: Mark, by: int) -> Mark:
    return Mark(mark.start + by, mark.end + by, mark.kind, mark.level, mark.reason)
