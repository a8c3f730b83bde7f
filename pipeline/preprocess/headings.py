"""Recognise headings and the signs that number them, with their level.

Levels, outermost first, with room between them: 0 title, 10, 30 and 50 parts (第一部分, 第一编, 第一篇, 上篇: which of these
words stands above another is told by which comes first in a report), 70 chapter (第一章), 90 section (第一节), 110 rows of
headings of other kinds (``series.py``), 130 a short line without a sign, 150 一、, 170 （一）, 190 1., 210 (1), 230 ①, 250
items (一是, 第一, ——, ●), 270 a short sentence that announces what follows in its paragraph. The title of a part, chapter or
section that stands on a line of its own below the number is 10 below it.
"""

import re

TITLE, PART, CHAPTER, SECTION, SERIES, PLAIN, ARABIC, ITEM, LEAD = 0, 10, 70, 90, 110, 130, 190, 250, 270
BELOW = 10  # by how much the title of a part, chapter or section is below its number
_SIDES, _PART_WITHIN, _LONGEST_NUMBER = "上中下", 8, 9  # where the word for a part stands, and how long 第 三十二 部分 is
UNITS, UNIT_ENDS = frozenset(f"第{_SIDES}"), frozenset("部分编篇章节、:：")
# What a line is that begins an annex, also one whose title is the next line, that ends a text, or that has the form of a heading
# and stands above nothing.
ANNEX, BARE_ANNEX, SIGNATURE, BESIDE = -6, -7, -8, -9
PARTS = "部编篇"  # the words for parts: from PART to CHAPTER each has a level, and one for titles below it
CIRCLED = "①-⑳㉑-㉟㊱-㊿"  # 1 to 50, for the brackets of an expression: one list, which Unicode has in three pieces
_NUMBER = "[一二三四五六七八九十百][一二三四五六七八九十百〇○]{0,2}"  # 一〇、 and 二○、 are written for 十、 and 二十、
_COUNTED = rf"第 ?(?:{_NUMBER}|\d{{1,3}}) ?"
_APART = r"(?=[\s、:：]|\Z)"
_SIGNS = (
    (PART, rf"(?:{_COUNTED}|[{_SIDES}])(?:部分?|[编篇]){_APART}"),
    (CHAPTER, rf"{_COUNTED}章{_APART}"),
    (SECTION, rf"{_COUNTED}节{_APART}"),
    (150, rf"{_NUMBER}、"),
    (170, rf"[（(]{_NUMBER}[)）]"),
    (ARABIC, r"\d{1,2}(?:[.．](?!\d)|、)"),
    (210, r"[（(]\d{1,2}[)）]|\d{1,2}[)）]"),
    (230, f"[{CIRCLED}]"),
    (ITEM, rf"{_NUMBER}(?:是|要)|第{_NUMBER}[，,、]|其[一二三四五六七八九十][，,、]|(?:首先|其次|再次|最后)[，,]|——|--|[●•◆■▪★◇]"),
)
# Expressions are compiled where a text asks for one: to compile all of them takes longer than to tag a short report.
_SIGN = "|".join(f"({sign})" for _, sign in _SIGNS)
# A line that is a heading may have its title right behind the word; 第一节课 and 第一章节 count something else.
_UNSPACED = ((PART, "部分"), (CHAPTER, "章(?![节程])"), (SECTION, "节(?![课目点])"))
_BEGIN_SIGNS = frozenset("第一二三四五六七八九十百其首再最上中下")  # the letters among what signs begin with
_CLOSED = r"。[”’」』）)]?$"
_INNER_STOP = "[。！？!?；;]"
_OPEN_ENDS = "，,、:："
_MARKED = r"(#{1,6})[ \t]+(.+?)[ \t]*#*|\*\*(.+)\*\*"
_WORD = re.compile(r"\w")
LONGEST_LEAD, SHORTEST_LEAD = 24, 5
NOT_IN_LEADS, BEHIND_LEADS = "《》:：;；!?！？", "”’」』）)"
_LEAD = rf"[^\d{NOT_IN_LEADS}]{{{SHORTEST_LEAD},{LONGEST_LEAD}}}。[{BEHIND_LEADS}]?"


def sign_level(text: str, position: int = 0, end: int | None = None) -> int | None:
    """Return the level of the sign that starts at a position, or None."""
    first = text[position : position + 1]
    if first.isalpha() and first not in _BEGIN_SIGNS:
        return None
    match = re.compile(_SIGN).match(text, position, len(text) if end is None else end)
    return _SIGNS[match.lastindex - 1][0] if match and match.lastindex else None


def line_level(line: str, longest: int) -> int | None:
    """Return the level of a line that is a heading by its form, or None for body text.

    A line that Markdown marks as a heading or as bold is one too where it is a single sentence, items among them.
    """
    if line[:1] in ("#", "*") and (marked := re.fullmatch(_MARKED, line)):
        return _marked_level(marked, longest)
    if len(line) > longest or not _WORD.search(line):
        return None
    level = sign_level(line)
    stop = re.search(_INNER_STOP, line)
    if level is None:
        return None if stop or line[-1] in _OPEN_ENDS else _unspaced_level(line)
    if stop and not re.match(_CLOSED, line[stop.start() :]):
        return None
    return None if level >= ITEM and not line.startswith(("—", "-")) else level


def _unspaced_level(line: str) -> int:
    """Return the level of a short line without a sign, or of one whose sign nothing parts from its title (第一章总则)."""
    if line.startswith("第"):
        for level, word in _UNSPACED:
            if re.match(_COUNTED + word, line):
                return level
    return PLAIN


def is_unit(text: str) -> bool:
    """Tell whether a heading of the level of a part, chapter or section may have the number of one."""
    return text[:1] in UNITS


def title_level(level: int, text: str) -> int:
    """Return the level of the title that the next line may be: the one behind a unit whose line holds its number alone; else -1."""
    is_bare = PART <= level < PLAIN and is_unit(text) and len(text) <= _LONGEST_NUMBER and text[-1] in UNIT_ENDS
    return level + BELOW if is_bare else -1


def level_of_part(level: int, text: str, parts: str) -> tuple[int, str]:
    """Return the level of a heading among the ``parts`` seen so far, which are words in order, and these with its own word.

    The word that a report uses first stands above the others. Headings that are no parts keep their level.
    """
    if level != PART or not is_unit(text):
        return level, parts
    word = next((character for character in text[:_PART_WITHIN] if character in PARTS), "")
    parts += "" if word in parts else word
    return (level + 2 * BELOW * parts.index(word) if word else level), parts


def _marked_level(marked: re.Match[str], longest: int) -> int | None:
    text = (marked[2] or marked[3]).strip(" *")
    if marked[1]:
        return min(len(marked[1]) - 1, ITEM - 1) if 0 < len(text) <= longest else None
    if not text or len(text) > longest or text[-1] in _OPEN_ENDS:
        return None
    level, stop = line_level(text, longest), re.search(_INNER_STOP, text)
    return ITEM if level is None and (stop is None or re.match(_CLOSED, text[stop.start() :])) else level


def is_lead(sentence: str) -> bool:
    """Tell whether a sentence has the form of one that announces a passage: short, no figures, no titles."""
    return re.fullmatch(_LEAD, sentence) is not None
