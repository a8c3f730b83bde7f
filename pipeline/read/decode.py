"""Turn bytes into text: byte order mark, strict UTF-8, GB18030, UTF-16, or the encoding that was asked for.

GB18030 stands for gb2312 and gbk too, which both fail on rare characters. Nothing is ever decoded with errors ignored.
"""

import codecs
import re

import msgspec

from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.core.native import SCANS, compiled
from pipeline.core.records import Mark, SourceLocation

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SIGNATURES = (
    (b"%PDF-", mark("a PDF document")),
    (b"PK\x03\x04", mark("a zip, Word or Excel file")),
    (b"\xd0\xcf\x11\xe0", mark("an old Word or Excel file")),
    (b"{\\rtf", mark("an RTF document")),
    (b"\x89PNG", mark("a picture")),
    (b"\xff\xd8\xff", mark("a picture")),
    (b"\x1f\x8b", mark("a compressed file")),
)
_SIGNATURES = tuple(signature for signature, _ in SIGNATURES)
_MARKS = tuple(mark for mark, _ in BYTE_ORDER_MARKS)
# What a page or mail may declare, and the codecs to try. A declared Western charset is a server's default more often than the
# truth, and one of two bytes a character cannot be declared in single bytes: those are known by their content.
_GB = "gb2312 gbk x-gbk gb18030 gb_2312-80 gb-2312 cp936 ms936 chinese euc-cn x-euc-cn"
CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), ("utf-8",)),
    **dict.fromkeys(_GB.split(), ("gb18030",)),
    **dict.fromkeys(("hz-gb-2312", "hz"), ("hz", "gb18030")),
    "utf-7": ("utf-7",),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5", "cp950"), ("big5", "cp950", "big5hkscs")),
}
SAMPLE = 65_536
_SURELY_UTF_8, _LONG_UTF_8 = 3, 12  # characters of several bytes, which hardly any other encoding gives by chance
_GLANCE, _TWICE_SAMPLE, _FEWEST_IDEOGRAPHS = 16, 400, 4
_TWICE = (("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "gb18030"), ("gb18030", "utf-8"))
_TWICE_IN_PAIRS = _TWICE[-1:]  # of two bytes a character; the others give only characters of Windows-1252
# The same with bytes that were lost on the way: of the ideographs that were meant so many are frequent, of those that they
# became hardly any, and so many characters that they became stand for one that was meant, at most.
_TWICE_WITH_LOSS = (("cp1252", "utf-8"), ("gb18030", "utf-8"), ("gb18030", "big5"), ("cp950", "gb18030"))
_MEANT, _HARDLY, _FEWEST_MEANT, _FOR_ONE = 0.1, 0.03, 10, 4
_UNKNOWN_TO_WINDOWS = "\x81\x8d\x8f\x90\x9d"
_LAST_OF_WINDOWS = "\u2122"  # of the characters of Windows-1252
# Expressions are compiled where they are asked for: most of them where an encoding must be guessed, which is rare.
_IDEOGRAPH, _NOT_ASCII = "[\u3400-\u9fff]", r"[^\x00-\x7f]"
# What Chinese office text is made of: printable ASCII, general and CJK punctuation, common ideographs, full-width forms.
_PLAUSIBLE = r"[\t\n\r\x20-\x7e\u00a0-\u00ff\u2010-\u2027\u2030-\u203b\u3000-\u303f\u3400-\u9fff\uff01-\uffe5\U00020000-\U0003ffff]"
_CONTROL = bytes([*range(0x09), *range(0x0E, 0x20)])
_CONTROLS = rb"[\x00-\x08\x0e-\x1f]"
_STRAY = 3  # control characters that a text of any length may hold: what was lost on its way, which cleaning leaves out
_ASCII_INSIDE = ("utf-8", "gb18030")  # encodings in which such a byte is such a character
# A quarter of real text is one of these, in simplified or traditional characters; a wrong decoding rarely hits one.
_FREQUENT_IDEOGRAPHS = "发会人中新文工化作大国市和全的一了在上有是生来到出用时为要传地以宣我他于这们思想傳會發時為來國們這"
_FREQUENT = rf"[{_FREQUENT_IDEOGRAPHS},，.。、:：“”;；\s0-9]"


class ReadText(msgspec.Struct, frozen=True):
    """What a reader returns: the source text, its encoding or format, what it knows of its spans, and where they stand."""

    text: str
    encoding: str
    marks: tuple[Mark, ...] = ()
    places: tuple[SourceLocation, ...] = ()


def decode(data: bytes, source: str, encoding: str = "auto") -> ReadText:
    """Return the text of ``data``; raises InputError for binary data and for text that no encoding fits."""
    _refuse_binary(data, source)
    if encoding != "auto":
        return _decode_as(data, source, encoding)
    if data.startswith(_MARKS):
        return _decode_as(data, source, next(name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)))
    text = _try(data, "utf-8")
    found = _of_utf_8(text, data) if text is not None else _damaged_utf_8(data, source) or _guess(data)
    if found is None or not _is_text(found, data):
        if found is not None:
            _refuse_controls(found, data, source)
        raise InputError(
            tr(
                "{source}: not text in UTF-8, GB18030 or UTF-16; name its encoding with --encoding (big5), or save it as UTF-8",
                source=source,
            ),
            code="encoding",
        )
    refuse_encoded_twice(found.text, source)
    return found


def _of_utf_8(text: str, data: bytes) -> ReadText:
    """Return text that is UTF-8, or HZ (RFC 1843), which writes Chinese in ASCII between ~{ and ~}."""
    meant = _try(data, "hz") if data.isascii() and b"~{" in data and b"~}" in data else None
    return ReadText(text, "utf-8") if meant is None or not re.search(_IDEOGRAPH, meant) else ReadText(meant, "hz")


def _damaged_utf_8(data: bytes, source: str) -> ReadText | None:
    """Return what is surely UTF-8 but for a last character that was cut off; None for what may be of another encoding.

    Raises InputError for UTF-8 that is damaged elsewhere: GB18030 would make a text of other characters of it.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        sound = data[: error.start].decode("utf-8")
        wide = len(sound) - len(sound.encode("ascii", "ignore"))
        if (cut := _cut_off(data, "utf-8")) is not None:
            return cut
        if wide >= _LONG_UTF_8:
            where = tr("byte {start} is damaged in a text that is UTF-8 up to there", start=error.start)
            raise InputError(
                tr("{source}: {where}; get the file again, or name its encoding with --encoding", source=source, where=where),
                code="encoding",
            ) from None
    return None


def _cut_off(data: bytes, encoding: str) -> ReadText | None:
    """Return a text whose last character was cut off, without it; None where something else is wrong, or too little is left."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None
    is_cut = bool(decoder.getstate()[0]) and _wide(text) >= _SURELY_UTF_8
    return ReadText(text, f"{encoding}, cut off in its last character") if is_cut else None


def refuse_encoded_twice(text: str, source: str) -> None:
    """Raise InputError for text whose bytes were taken for another encoding and saved so: å®£ä¼  or 瀹ｄ紶 for 宣传."""
    first = re.search(_NOT_ASCII, text)
    if first is None:
        return
    sample = text[first.start() : first.start() + _TWICE_SAMPLE]
    pairs = _TWICE_IN_PAIRS if any(character > _LAST_OF_WINDOWS for character in sample) else _TWICE
    found = next((pair for pair in pairs if _was_meant(sample, *pair)), None)
    if found is None and _is_of_rare_ones(sample):
        found = next((pair for pair in _TWICE_WITH_LOSS if _was_meant_but_lost(sample, *pair)), None)
    if found is not None:
        wrong, right = found
        raise InputError(
            tr(
                "{source}: the text was encoded twice ({right} was taken for {wrong} and saved again); open the "
                "original in its own encoding, or convert this file back",
                source=source,
                right=right,
                wrong=wrong,
            ),
            code="encoding",
        )


def _was_meant(sample: str, wrong: str, right: str) -> bool:
    if not _try_start(_bytes_of(sample[:_GLANCE], wrong) or b"", right):
        return False  # which is soon seen of nearly every text
    data = _bytes_of(sample, wrong)
    inner = "" if data is None else _try_start(data, right)
    ideographs = _ideographs(inner)
    return ideographs >= _FEWEST_IDEOGRAPHS and 4 * ideographs > _wide(sample) and _is_common(inner)


def _was_meant_but_lost(sample: str, wrong: str, right: str) -> bool:
    """Tell whether a text of rare characters would be of common ones if it were read in the other encoding."""
    inner = _bytes_with_gaps(sample, wrong).decode(right, "ignore")
    ideographs = _ideographs(inner)
    return ideographs >= max(_FEWEST_MEANT, _wide(sample) / _FOR_ONE) and _frequent_share(inner) >= _MEANT


def _is_of_rare_ones(sample: str) -> bool:
    """Tell whether hardly any ideograph of a text is a frequent one: of nearly every text some characters tell that many are."""
    most = _HARDLY * len(sample) + 1  # frequent ones of a text of nothing but ideographs, and one more
    for character in _FREQUENT_IDEOGRAPHS:
        most -= sample.count(character)
        if most < 0:
            return False
    return _frequent_share(sample) <= _HARDLY


def _frequent_share(text: str) -> float:
    """Return how many of the ideographs of a text are frequent ones."""
    return len(re.findall(f"[{_FREQUENT_IDEOGRAPHS}]", text)) / max(_ideographs(text), 1)


def _wide(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _bytes_with_gaps(sample: str, encoding: str) -> bytes:
    """Return what a text was decoded from, without the characters that stand for what was lost."""
    latin = encoding == "cp1252"
    return b"".join(
        character.encode("latin-1" if latin and "\x7f" < character < "\xa0" else encoding, "ignore") for character in sample
    )


def _bytes_of(sample: str, encoding: str) -> bytes | None:
    """Return what a text was decoded from, or None; browsers give a byte that Windows-1252 does not know as its code."""
    try:
        return sample.encode(encoding)
    except UnicodeEncodeError:
        if encoding != "cp1252":
            return None
    try:
        return b"".join(character.encode("latin-1" if character in _UNKNOWN_TO_WINDOWS else encoding) for character in sample)
    except UnicodeEncodeError:
        return None


def _try_start(data: bytes, encoding: str) -> str:
    """Return the text of the beginning of something, or "" where the encoding does not fit."""
    try:
        if encoding == "utf-8":
            return codecs.utf_8_decode(data, "strict", False)[0]  # what its decoder does, without one
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return ""


def _is_text(found: ReadText, data: bytes) -> bool:
    """Tell whether at most one in a hundred characters of a sample is a control character, or few stand among ideographs."""
    if found.encoding == "utf-8" and not _control_characters(data[: 4 * SAMPLE]):  # no character takes more than four bytes
        return True
    sample = found.text[:SAMPLE]
    controls = _control_characters(sample.encode("utf-8", "surrogatepass"))
    return controls * 100 <= len(sample) or (controls <= _STRAY and _FEWEST_IDEOGRAPHS * controls <= _ideographs(sample))


def _refuse_controls(found: ReadText, data: bytes, source: str) -> None:
    """Raise InputError that names the first control character of what else would be a text in Chinese."""
    first = re.search(_CONTROLS, data)
    if first is not None and _ideographs(found.text[:SAMPLE]) >= _FEWEST_MEANT and found.encoding.startswith(_ASCII_INSIDE):
        name = f"0x{first[0][0]:02X}" if first[0][0] else "NUL"
        raise InputError(
            tr(
                "{source}: a text in {encoding} with too many control characters (the first is {code}, at byte {start}); "
                "open it and save it as plain text",
                source=source,
                encoding=found.encoding,
                code=name,
                start=first.start(),
            ),
            code="encoding",
        )


def _ideographs(text: str) -> int:
    return len(re.findall(_IDEOGRAPH, text))


def _control_characters(data: bytes) -> int:
    native = compiled(SCANS)
    return control_characters(data) if native is None else native.control_characters(data)


def control_characters(data: bytes) -> int:
    """Do the same: the reference of the compiled loop."""
    return len(data) - len(data.translate(None, _CONTROL))


def _decode_as(data: bytes, source: str, encoding: str) -> ReadText:
    try:
        return ReadText(data.decode(encoding), encoding)
    except LookupError:
        raise InputError(
            tr(
                "{source}: {encoding!r} is not a known encoding; try utf-8, gb18030, big5 or auto", source=source, encoding=encoding
            ),
            code="encoding",
        ) from None
    except UnicodeDecodeError as error:
        if (cut := _cut_off(data, encoding)) is not None:
            return cut
        raise InputError(
            tr(
                "{source}: byte {start} does not fit {encoding}; try --encoding auto, or save the file as UTF-8",
                source=source,
                start=error.start,
                encoding=encoding,
            ),
            code="encoding",
        ) from None


def _refuse_binary(data: bytes, source: str) -> None:
    if data.startswith(_SIGNATURES):
        what = tr(next(what for signature, what in SIGNATURES if data.startswith(signature)))
        raise InputError(
            tr("{source}: the content is {what}, not text; open it and save it as plain text (.txt)", source=source, what=what),
            code="kind",
        )


def _guess(data: bytes) -> ReadText | None:
    """Choose between GB18030 and UTF-16 without a byte order mark by how much of a sample reads as Chinese text."""
    sample = data[:SAMPLE]
    by_plausibility = sorted(((_plausibility(sample, name), -rank, name) for rank, name in enumerate(_GUESSES)), reverse=True)
    for name in (name for plausibility, _, name in by_plausibility if plausibility > 0):
        if (text := _try(data, name)) is not None:
            return ReadText(text, name)
        if (cut := _cut_off(data, name)) is not None and _is_surely_chinese(cut.text[:SAMPLE]):
            return cut
    return None


# What speaks for a text too short to hold a frequent character.
_OF_COMMON_CHARACTERS = 0.01
_GUESSES = ("gb18030", "utf-16-le", "utf-16-be")


def _plausibility(sample: bytes, encoding: str) -> float:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    if not text or len(re.findall(_PLAUSIBLE, text)) < 0.9 * len(text):
        return 0.0
    return len(re.findall(_FREQUENT, text)) / len(text) + (_OF_COMMON_CHARACTERS if _is_common(text) else 0.0)


def _is_surely_chinese(sample: str) -> bool:
    return _ideographs(sample) >= _FEWEST_IDEOGRAPHS and (_is_common(sample) or _frequent_share(sample) >= _MEANT)


def _is_common(text: str) -> bool:
    """Tell whether a text has only the 6,763 ideographs of GB 2312 and its signs, as hardly any wrong decoding has."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
