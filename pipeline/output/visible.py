"""Text of a report as people may see it: no character of it steers a page, a document or a terminal.

``visible`` replaces characters one by one, so that every offset stays what it was.
"""

import re
from functools import cache

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


@cache
def _table() -> dict[int, str]:
    controls = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}  # the Control Pictures block
    broken = [*range(0x80, 0x85), *range(0x86, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
    ends = {ord(end): "\n" for end in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
    turned = {ord(mark): SIGN for mark in DIRECTIONS}
    return {**controls, 0x7F: "␡", **dict.fromkeys(broken, _UNKNOWN), **ends, **turned}
