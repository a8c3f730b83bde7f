"""A mail as a folder: its own text, and what is attached to it, each file for itself."""

import mimetypes
from collections.abc import Iterator
from email.message import Message

from pipeline.core.errors import InputError
from pipeline.read.archive import Member
from pipeline.read.mime import MAIL_TYPE, content_of, header_text, parse_message, parts

_WHAT, _HINT = "a mail", "save the mail again as .eml"
_TEXTS = ("text/plain", "text/html")
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


def open_mail(data: bytes, source: str) -> Message:
    """Return a mail; raises InputError for what is none, and for one that is encrypted."""
    message = parse_message(data, _WHAT, _HINT, source)
    if not message.keys():
        raise InputError(f"{source}: no mail, or its head is missing; {_HINT}", code="damaged")
    if message.get_content_type() in _ENCRYPTED or any(part.get_content_type() in _ENCRYPTED for part in parts(message)):
        raise InputError(
            f"{source}: an encrypted mail; open it in the mail program and save its text as .docx or .txt", code="password"
        )
    return message


def texts(message: Message) -> list[Message]:
    """Return the parts that are the mail's own text, plain or as pages, without attachments."""
    return [part for part in parts(message, into_messages=False) if _is_text(part) and content_of(part).strip()]


def attachments(message: Message) -> Iterator[Member]:
    """Yield the files that are attached, mails among them; one without a name gets the number of its part and its type."""
    for number, part in enumerate(parts(message, into_messages=False), start=1):
        if _is_text(part):
            continue
        if part.get_content_type() == MAIL_TYPE:
            yield Member(_name(part, f"{number}.eml"), _inner(part))
        elif content_of(part):
            ending = mimetypes.guess_extension(part.get_content_type()) or ".bin"
            yield Member(_name(part, f"{number}{ending}"), content_of(part))


def _is_text(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    return part.get_content_type() in _TEXTS and not is_file


def _inner(part: Message) -> bytes:
    content = part.get_payload()
    return content[0].as_bytes() if isinstance(content, list) and content and isinstance(content[0], Message) else content_of(part)


def _name(part: Message, otherwise: str) -> str:
    """Return the name of an attached file, which is a label and never a path."""
    name = header_text(part.get_filename()).replace("\\", "/").rpartition("/")[2]
    return name or otherwise
