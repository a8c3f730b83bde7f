"""A mail as a folder: its own text, and what is attached to it, each file for itself."""

import mimetypes
import re
from collections.abc import Iterator
from email.message import Message

from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.archive import Member
from pipeline.read.mime import MAIL_TYPE, content_of, header_text, parameter_of, parse_message, parts

PAGE = "text/html"
_WHAT, _HINT = mark("a mail"), mark("save the mail again as .eml")
_TEXTS = ("text/plain", PAGE)
ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
# What follows the tags of these is no text that a page shows; and what stands for a blank.
_UNSEEN, _BLANK = (b"style", b"script", b"title", b"!--"), re.compile(rb"&nbsp;|&#160;")
# What the standard library raises for an attached mail that it cannot write again.
_UNWRITABLE = (LookupError, RecursionError, ValueError)


def open_mail(data: bytes, source: str) -> Message:
    """Return a mail; raises InputError for what is none, and for one that is encrypted as a whole."""
    message = parse_message(data, tr(_WHAT), tr(_HINT), source)
    if not message.keys():
        raise InputError(tr("{source}: no mail, or its head is missing; {hint}", source=source, hint=tr(_HINT)), code="damaged")
    if message.get_content_type() in ENCRYPTED:
        raise _encrypted(source)
    return message


def texts(message: Message) -> list[Message]:
    """Return the parts that are the mail's own text, plain or as pages, without attachments."""
    return [part for part in _parts(message) if is_text(part)]


def attachments(message: Message, source: str) -> Iterator[Member | InputError]:
    """Yield the files that are attached, mails among them, and the error of one that is encrypted.

    One without a name gets the number of its part and the ending of its type.
    """
    for number, part in enumerate(_parts(message), start=1):
        kind = part.get_content_type()
        if _is_own(part):
            continue
        if kind in ENCRYPTED:
            yield _encrypted(f"{source}/{_name(part, str(number))}")
        elif kind == MAIL_TYPE:
            yield _attached_mail(part, _name(part, f"{number}.eml"), source)
        elif content_of(part):
            yield Member(_name(part, f"{number}{mimetypes.guess_extension(kind) or '.bin'}"), content_of(part))


def is_text(part: Message) -> bool:
    """Tell whether a part is text of the mail itself, and not blank."""
    if not _is_own(part):
        return False
    content = content_of(part)
    return bool((_seen(content) if part.get_content_type() == PAGE else content).strip())


def _seen(page: bytes) -> bytes:
    """Return roughly what a page shows, in one sweep whatever it holds: a mail of scans has a page with nothing but pictures."""
    first, *tags = page.split(b"<")
    seen = [tag.partition(b">")[2] for tag in tags if not tag[:6].lower().startswith(_UNSEEN)]
    return _BLANK.sub(b"", b"".join([first, *seen]))


def _parts(message: Message) -> Iterator[Message]:
    return parts(message, whole=(MAIL_TYPE, *ENCRYPTED))


def _is_own(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    return part.get_content_type() in _TEXTS and not is_file


def _encrypted(source: str) -> InputError:
    said = tr("{source}: an encrypted mail; open it in the mail program and save its text as .docx or .txt", source=source)
    return InputError(said, code="password")


def _attached_mail(part: Message, name: str, source: str) -> Member | InputError:
    try:
        return Member(name, _inner(part))
    except _UNWRITABLE as error:
        return InputError(
            tr("{source}/{name}: damaged ({kind}); {hint}", source=source, name=name, kind=type(error).__name__, hint=tr(_HINT)),
            code="damaged",
        )


def _inner(part: Message) -> bytes:
    content = part.get_payload()
    return content[0].as_bytes() if isinstance(content, list) and content and isinstance(content[0], Message) else content_of(part)


def _name(part: Message, otherwise: str) -> str:
    """Return the name of an attached file, which is a label and never a path."""
    told = parameter_of(part, "Content-Disposition", "filename") or parameter_of(part, "Content-Type", "name")
    return header_text(told).replace("\\", "/").rpartition("/")[2] or otherwise
