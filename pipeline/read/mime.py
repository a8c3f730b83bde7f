"""MIME messages taken apart by the standard library: web archives and mail."""

import email
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message

from pipeline.core.errors import InputError
from pipeline.read.decode import SIGNATURES

MAIL_TYPE = "message/rfc822"
_MAX_MULTIPARTS = 100
# How headers that do not say their encoding are written, in this order.
_UNSAID = ("utf-8", "gb18030")


def parse_message(data: bytes, what: str, hint: str, source: str) -> Message:
    """Return a message; ``what`` names its format and ``hint`` what to try. Raises InputError for what is none."""
    other = next((found for signature, found in SIGNATURES if data.startswith(signature)), None)
    if other:
        raise InputError(f"{source}: the content is {other}, not {what}; rename the file, or {hint}", code="kind")
    if data.lower().count(b"boundary=") > _MAX_MULTIPARTS:
        raise InputError(f"{source}: more than {_MAX_MULTIPARTS} multiparts in {what}; {hint}", code="too_large")
    return email.message_from_bytes(data, policy=policy.compat32)


def parts(message: Message, into_messages: bool = True) -> Iterator[Message]:
    """Yield the parts of a message that hold no other parts, in order; messages within it as parts if asked for."""
    pending = [message]
    while pending:
        part = pending.pop()
        content = part.get_payload()
        if isinstance(content, list) and (into_messages or part is message or part.get_content_type() != MAIL_TYPE):
            pending.extend(inner for inner in reversed(content) if isinstance(inner, Message))
        else:
            yield part


def content_of(part: Message) -> bytes:
    """Return the bytes of a part."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def header_text(value: object) -> str:
    """Return a header as a person reads it, on one line: encoded words decoded, bytes of no said encoding taken for Chinese."""
    try:
        pieces = [_decoded(*piece) for piece in decode_header(value if isinstance(value, Header) else str(value or ""))]
    except (HeaderParseError, ValueError):
        pieces = [_decoded(str(value), None)]
    return " ".join("".join(pieces).split())


def _decoded(piece: bytes | str, charset: str | None) -> str:
    raw = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
    named = "gb18030" if (charset or "").lower().startswith(("gb", "x-gb")) else charset
    for name in (*((named,) if named and named != "unknown-8bit" else ()), *_UNSAID):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")
