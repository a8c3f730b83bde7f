"""Text of a report as one line, and cut to a length."""

import re
import unicodedata

from pipeline.output.visible import visible

_BREAK = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_UNSEEN = re.compile("[\u200b\u2060\ufeff]")
_WIDE = "WF"


def one_line(text: str) -> str:
    """Return a text as one line in which nothing steers what stands around it.

    A line break between Chinese characters goes, any other becomes a space.
    """
    return visible(_UNSEEN.sub("", _BREAK.sub(_joint, text.strip()).replace("\t", " ")))


def shortened(text: str, length: int) -> str:
    """Return a text of no more than so many characters, with … in place of what was cut off."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _joint(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    around = (text[start - 1 : start], text[end : end + 1])
    return "" if all(each and unicodedata.east_asian_width(each) in _WIDE for each in around) else " "
