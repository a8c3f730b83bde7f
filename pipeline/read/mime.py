"""MIME messages taken apart by the standard library: web archives and mail."""

import email
from codecs import BOM_UTF8
from collections.abc import Container, Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.message import Message

from pipeline.core.errors import InputError
from pipeline.core.messages import tr

MAIL_TYPE = "message/rfc822"
_MAX_MULTIPARTS = 100
_ENCODED = ("base64", "quoted-printable")
# How headers that do not say their encoding are written, in this order.
_UNSAID = ("utf-8", "gb18030")


class _Part(Message):
    """A part of which the parser leaves an encoded message as it is: the standard does not allow it, and some programs send it."""

    def get_content_maintype(self) -> str:
        """Return the first half of the type, by which the parser knows what to take apart."""
        kind = super().get_content_maintype()
        is_encoded = str(self.get("Content-Transfer-Encoding", "")).strip().lower() in _ENCODED
        return "application" if kind == "message" and is_encoded else kind


def parse_message(data: bytes, what: str, hint: str, source: str) -> Message:
    """Return a message; ``what`` names its format and ``hint`` what to try. Raises InputError for what is none."""
    if data.lower().count(b"boundary=") > _MAX_MULTIPARTS:
        raise InputError(
            tr(
                "{source}: more than {max_multiparts} multiparts in {what}; {hint}",
                source=source,
                max_multiparts=_MAX_MULTIPARTS,
                what=what,
                hint=hint,
            ),
            code="too_large",
        )
    return email.message_from_bytes(data.removeprefix(BOM_UTF8), _class=_Part, policy=policy.compat32)


def parts(message: Message, whole: Container[str] = ()) -> Iterator[Message]:
    """Yield the parts of a message that hold no other parts, in order; one of a type in ``whole`` as it is."""
    pending = [message]
    while pending:
        part = pending.pop()
        content = part.get_payload()
        if isinstance(content, list) and part.get_content_type() not in whole:
            pending.extend(inner for inner in reversed(content) if isinstance(inner, Message))
        else:
            yield part


def content_of(part: Message) -> bytes:
    """Return the bytes of a part."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def parameter_of(part: Message, header: str, name: str) -> str:
    """Return a parameter of a header, such as the name of a file, or ""; bytes of no said encoding are taken for Chinese."""
    raw = next((str(value) for key, value in part.raw_items() if key.lower() == header.lower()), "")
    held = Message()  # one of its own, because a part that is written again must keep its bytes
    held[header] = _decoded(raw, None)
    value = held.get_param(name, header=header)
    if isinstance(value, tuple):  # RFC 2231: the charset, the language, and the bytes as Latin-1
        charset, _, told = value
        return _decoded(told.encode("latin-1", "replace"), charset)
    return value or ""


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
