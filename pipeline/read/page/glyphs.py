"""A character with its place on the page, how wide it is set, and the radicals that stand for ordinary ideographs."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Radicals that stand for ordinary ideographs: fonts hold both under one glyph, and programs that make PDFs take the first.
_SUPPLEMENT = {
    "⺟": "母", "⺠": "民", "⻁": "虎", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻉": "贝", "⻋": "车", "⻑": "長",
    "⻓": "长", "⻔": "门", "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻢": "马",
    "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦", "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐",
    "⻭": "歯", "⻮": "齿", "⻯": "竜", "⻰": "龙", "⻱": "龜", "⻲": "亀", "⻳": "龟", "⺁": "厂", "⺊": "卜", "⺎": "兀",
    "⺒": "巳", "⺓": "幺", "⺜": "日", "⺝": "月", "⺩": "王", "⺪": "疋", "⺬": "示", "⺶": "羊", "⺻": "聿", "⺼": "肉",
    "⺽": "臼", "⻃": "覀", "⼾": "户", "⾭": "青",
}  # fmt: skip
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
RADICALS = str.maketrans(_KANGXI | _SUPPLEMENT)


class Glyph(NamedTuple):
    """A character with its place on the page.

    ``order`` counts the characters of the file, and a line break counts too: two characters follow each other in the
    file if their orders do. ``spaced`` tells whether the PDF engine sees a space before it.
    """

    character: str
    left: float
    right: float
    base: float
    size: float
    order: int
    spaced: bool


@lru_cache(20_000)
def is_wide(character: str) -> bool:
    """Tell whether a character takes the place of an ideograph, with the quotation marks and dashes set among them."""
    return ord(character) >= 0x2E80 or character in "“”‘’—…·"
