"""Recognise headings and the signs that number them, with their level.

Levels, outermost first: 0 title, 1 chapter (第一部分), 2 a short line without a sign, 3 一、, 4 （一）, 5 1., 6 (1),
7 ①, 8 items (一是, 第一, ——, ●), 9 a short sentence that announces what follows in its paragraph.
"""

import re

TITLE, CHAPTER, PLAIN, ITEM, LEAD = 0, 1, 2, 8, 9
CIRCLED = "①-⑳㉑-㉟㊱-㊿"  # 1 to 50, for the brackets of an expression: one list, which Unicode has in three pieces
_NUMBER = "[一二三四五六七八九十百][一二三四五六七八九十百〇○]{0,2}"  # 一〇、 and 二○、 are written for 十、 and 二十、
_SIGNS = (
    (CHAPTER, rf"第{_NUMBER}[章节部编篇](?:分)?(?=[\s、:：　])"),
    (3, rf"{_NUMBER}、"),
    (4, rf"[（(]{_NUMBER}[)）]"),
    (5, r"\d{1,2}(?:[.．](?!\d)|、)"),
    (6, r"[（(]\d{1,2}[)）]|\d{1,2}[)）]"),
    (7, f"[{CIRCLED}]"),
    (ITEM, rf"{_NUMBER}(?:是|要)|第{_NUMBER}[，,、]|其[一二三四五六七八九十][，,、]|(?:首先|其次|再次|最后)[，,]|——|--|[●•◆■▪★◇]"),
)
# Expressions are compiled where a text asks for one: to compile all of them takes longer than to tag a short report.
_SIGN = "|".join(f"({sign})" for _, sign in _SIGNS)
_BEGIN_SIGNS = frozenset("第一二三四五六七八九十百其首再最")  # the letters among what signs begin with
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
        return None if stop or line[-1] in _OPEN_ENDS else PLAIN
    if stop and not re.match(_CLOSED, line[stop.start() :]):
        return None
    return None if level >= ITEM and not line.startswith(("—", "-")) else level


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
