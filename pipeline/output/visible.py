"""Text of a report as people may see it: no character of it steers a page, a document or a terminal.

Characters are replaced one by one, so that every offset stays what it was.
"""

from functools import cache

SIGN = "⇄"  # stands for a mark that would turn the direction of the text around it
DIRECTIONS = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_UNKNOWN = "\ufffd"


def visible(text: str) -> str:
    """Return text of the same length in which control characters, marks of direction and broken characters can be seen.

    Tabs and line ends stay; the result can be encoded in UTF-8 and stands in XML.
    """
    return text if text.isprintable() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    controls = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}  # the Control Pictures block
    broken = [*range(0x80, 0x85), *range(0x86, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
    ends = {ord(end): "\n" for end in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
    turned = {ord(mark): SIGN for mark in DIRECTIONS}
    return {**controls, 0x7F: "␡", **dict.fromkeys(broken, _UNKNOWN), **ends, **turned}
