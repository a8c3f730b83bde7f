"""Text of a report as people may see it: no character steers a page, a document or a terminal, and no sign of Markdown is left.

``visible`` replaces characters one by one, so that every offset stays what it was. ``shown_text`` is what every output for people
takes for the text of a passage; outputs for programs have the slice of the source.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.core.names import file_name
from pipeline.core.records import Tag
from pipeline.read.formats import FORMATS
from pipeline.read.formats.md import signs

SIGN = "⇄"  # stands for a mark that would turn the direction of the text around it
DIRECTIONS = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_UNKNOWN = "\ufffd"
_BROKEN = re.compile(r"[^\S\n\t]*\n\s*")
_LATIN = re.compile("[A-Za-z]")


def visible(text: str) -> str:
    """Return text of the same length in which control characters, marks of direction and broken characters can be seen.

    Tabs and line ends stay; the result can be encoded in UTF-8 and stands in XML.
    """
    return text if text.isprintable() else text.translate(_table())


def on_one_line(text: str) -> str:
    """Return visible text of a passage without the line ends that broke it; only Latin letters are kept apart by a space."""
    shown = visible(text)
    if "\n" not in shown:
        return shown

    def joined(broken: re.Match[str]) -> str:
        return " " if _LATIN.match(shown, broken.start() - 1) and _LATIN.match(shown, broken.end()) else ""

    return _BROKEN.sub(joined, shown)


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as a reader sees it, and the offset in the source text of each of its characters, and of its end."""

    text: str
    places: Sequence[int]


def is_markdown(source: str) -> bool:
    """Return whether a report was read as Markdown, by its name."""
    return file_name(source).lower().endswith(FORMATS["md"])


def shown_text(tag: Tag) -> str:
    """Return the text of a passage without the signs of Markdown, where its report is Markdown."""
    return without_signs(tag.text, tag.source).text


def shown_evidence(tag: Tag) -> list[str]:
    """Return the words that weighed most for a tag, as ``shown_text`` has them."""
    return [without_signs(word, tag.source).text for word, _ in tag.evidence]


def without_signs(text: str, source: str) -> ShownText:
    """Return a text of a report without the signs of Markdown, and without the white space that they leave at its ends."""
    found = [*signs(text)] if is_markdown(source) else []
    if not found:
        return ShownText(text, range(len(text) + 1))
    pieces, places, position = list[str](), list[int](), 0
    for sign in found:
        pieces += [text[position : sign.start], sign.shown]
        places += [*range(position, sign.start), *[sign.start] * len(sign.shown)]
        position = sign.end
    shown = "".join([*pieces, text[position:]])
    places += range(position, len(text) + 1)
    first, last = len(shown) - len(shown.lstrip()), len(shown.rstrip())
    return ShownText(shown[first:last], places[first : last + 1])


@cache
def _table() -> dict[int, str]:
    controls = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}  # the Control Pictures block
    broken = [*range(0x80, 0x85), *range(0x86, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
    ends = {ord(end): "\n" for end in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
    turned = {ord(mark): SIGN for mark in DIRECTIONS}
    return {**controls, 0x7F: "␡", **dict.fromkeys(broken, _UNKNOWN), **ends, **turned}
