"""Markdown: the text as it stands, with its headings, front matter, code and syntax characters marked.

A parser such as markdown-it-py gives no character offsets, and offsets are what a tag is made of; the signs that reports use are
found by line instead, those of HTML that Markdown allows among them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from pipeline.core.config import ReadConfig
from pipeline.core.records import Mark, SourceLocation
from pipeline.preprocess.headings import sign_level
from pipeline.read.column_names import is_column
from pipeline.read.compose import Paragraph, heading_levels, is_plain_heading
from pipeline.read.decode import ReadText, decode
from pipeline.read.sheet_tables import is_head

_BLOCKS = re.compile(
    r"\A(?P<matter>---|\+\+\+)[ \t]*\r?\n.*?\r?\n(?:(?P=matter)|\.\.\.)[ \t\r]*$"
    r"|^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:(?! {0,3}(?P=fence))[^\n]*\n)* {0,3}(?P=fence)[`~]*[ \t\r]*$"
    r"|^[ \t]*\$\$[ \t\r]*\n(?:(?![ \t]*\$\$)[^\n]*\n)*[ \t]*\$\$[ \t\r]*$"
    r"|<(?P<unseen>(?i:style|script))\b[^<>]*>(?:(?!<(?P=unseen)\b).)*?</(?P=unseen)\s*>"
    r"|<!--(?:(?!<!--).)*?-->|^(?=[^\n]*---)[ \t:|-]+\r?$|^ {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})\r?$"
    r"|^[ \t]*(?:\[\[?_?(?i:toc)_?\]\]?|\{:(?i:toc)\})[ \t\r]*$",
    re.MULTILINE | re.DOTALL,
)
# Where a link that is named elsewhere leads to.
_TARGET = re.compile(
    r"^ {0,3}\[(?!\^)([^\]\n]{1,80})\]:[ \t]*\S[^\n]*(?:\n[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\))[ \t\r]*)?$", re.MULTILINE
)
_NAMED = re.compile(r"(?<![\]!\\])\[([^\[\]\n]{1,80})\](?![\[(:])")  # a link by its name alone, if there is such a target
_IMAGE = re.compile(r"^[ \t]*(?:!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])[ \t]*)+\r?$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*\r?$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?![ \t]*[#>|*+-])([^\n]*\S)[ \t\r]*\n {0,3}(=+|-{3,})[ \t\r]*$", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*(\|[^\n]*?\|)[ \t\r]*$", re.MULTILINE)
# The names of the columns, the line below them, and the rows, which may have no sign at their ends.
_TABLE = re.compile(
    r"^([^\n|]*\|[^\n]*)\n([ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t\r]*)$((?:\n[^\n|]*\|[^\n]*)*)", re.MULTILINE
)
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
# What was struck out, which goes with its signs as deletions of Word and of pages do; and what was marked, which stays.
_DELETED = re.compile(r"(?<![~\\])~~(?![~\s])(?:[^\n]|\n(?![ \t\r]*\n)){1,500}?(?<!\s)~~(?!~)")
_MARKED = re.compile(r"(?<![A-Za-z0-9=\\])==(?![=\s])[^\n=]{1,500}(?<!\s)==(?!=)")
# Emphasis by one sign, which asterisks in sums and underlines in names are not.
_EMPHASIS = re.compile(
    r"(?<![\\*A-Za-z0-9])\*(?![\s*])[^*\n]{1,300}?(?<![\s*\\])\*(?![*A-Za-z0-9])|(?<![\w\\])_(?![\s_])[^_\n]{1,300}?(?<![\s_\\])_(?!\w)"
)
# Headings without the blank that the standard asks for; a hashtag has a sign at its end, or others beside it.
_TIGHT = re.compile(r"^(#{1,6})(?=[\u3400-\u9fff（(])([^#\n]{1,60}?)[ \t\r]*$", re.MULTILINE)
_WIKI = re.compile(r"(!?)\[\[((?:[^\[\]|\n]{1,200}\|)?)([^\[\]|\n]{1,200})\]\]")
# A paragraph that was written over several lines goes on where a line stops within a sentence.
_SOFT_BREAK = re.compile(
    r"^(?![ \t]*[#>|*+:=~`-])([^\n]{15,}[\u3400-\u9fff，、])[ \t]?(\r?\n)(?=([\u3400-\u9fff“《（][^\n]*))", re.MULTILINE
)
_UNDER_WAY, _SENTENCE_END, _BLANK_LINE, _FAR = (
    re.compile("[，、；。]"),
    re.compile("[。！？；]"),
    re.compile(r"\n[ \t\r]*\n"),
    1_000,
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_PLACE = r"\((?:[^()\n]|\([^()\n]{0,300}\)){0,1000}\)|\[[^\]\n]{0,300}\]"
_SYNTAX = re.compile(
    r"^[ \t]*#{1,6}[ \t]+|^[ \t]*(?:>[ \t]?)+(?:#{1,6}[ \t]+|[-*+][ \t]+(?=\S))?|^[ \t]*[-*+][ \t]+(?=\S)(?:\[[ xX]\][ \t]+)?"
    r"|^[ \t]*:{3,}[ \t]*[A-Za-z0-9_-]*|^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+[A-Za-z0-9_-]+"
    rf"|(?<!\\)!\[[^\]\n]{{0,300}}\](?:{_PLACE})"
    r"|\*{2,3}|__|`|\[(?=[^\]\n]{0,300}\](?:\([^)\n]{0,1000}\)|\[))"
    rf"|(?<=\])(?:{_PLACE})|\](?=[(\[])|\[\^[^\]\n]{{1,40}}\]:?|(?<=&)amp;"
    r"""|</?[A-Za-z](?:[^<>"'\n]|"[^"\n]*"|'[^'\n]*'){0,500}>|</?[A-Za-z][^<>\n]{0,500}>"""
    r"|[ \t]*\{[:#.][^{}\n]{1,100}\}(?=[ \t\r]*$)|\\(?=[!-/:-@\[-`{-~])|^[ \t]*\|[ \t]*|[ \t]*\|[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)

_BAR = re.compile(r"(?<!\\)\|")  # between the cells of a row
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ASIDE = ((_BLOCKS, "markdown block"), (_TARGET, "related links"), (_IMAGE, "image"))


@dataclass(frozen=True, slots=True)
class Sign:
    """A span of a text that is no word of it, and what a reader sees in its place: mostly nothing."""

    start: int
    end: int
    shown: str = ""


def signs(text: str) -> Iterator[Sign]:
    """Yield the signs of a text, or of a passage of one, in order and none within another."""
    entities = [match.span() for match in _ENTITY.finditer(text)]
    last = 0
    for start, end in sorted({*_syntax(text), *entities}, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield Sign(start, end, _in_its_place(text[start:end]))
            last = end


def _in_its_place(sign: str) -> str:
    return " " if _BREAK.fullmatch(sign) else unescape(sign) if _ENTITY.fullmatch(sign) else ""


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return decoded Markdown with marks for headings, noise and syntax; raises InputError."""
    content = decode(data, source, options.encoding)
    marks = tuple(sorted(_marks(content.text), key=lambda mark: mark.start))
    return ReadText(content.text, content.encoding, marks, tuple(_places(content.text)))


def _places(text: str) -> Iterator[SourceLocation]:
    """Yield the rows of tables with their cells by the names of the columns, and behind each that nothing more is known."""
    if _TABLE.search(text):
        yield SourceLocation(0)
    for table in _TABLE.finditer(text):
        head = _LINE.search(text, *table.span(1))
        names = _cells(head[0]) if head and _names_columns(head[0], table[3]) else []
        for row in _LINE.finditer(text, *table.span(3)):
            cells = _cells(row[0])
            if len(cells) == len(names) == len({*names}):
                columns = tuple((name, cell) for name, cell in zip(names, cells, strict=True) if name and cell)
                yield SourceLocation(row.start(), columns=columns)
                yield SourceLocation(row.end())


def _names_columns(head: str, rows: str) -> bool:
    """Tell whether the first row of a table has the names of its columns, and is not that of a form with names at the side."""
    cells = _cells(head)
    side = [_cells(row[0])[0] for row in _LINE.finditer(rows)]
    is_form = bool(side) and all(map(is_column, [cells[0], *side])) and not is_head(list(filter(None, cells)))
    return "。" not in head and not is_form


def _cells(row: str) -> list[str]:
    """Return the cells of a row as a reader sees them, empty ones too."""
    cells = _BAR.split(row.strip().removeprefix("|").removesuffix("|"))
    return [" ".join(_without_signs(cell).split()) for cell in cells]


def _without_signs(text: str) -> str:
    pieces, at = list[str](), 0
    for sign in signs(text):
        pieces += [text[at : sign.start], sign.shown]
        at = sign.end
    return "".join([*pieces, text[at:]])


def _marks(text: str) -> Iterator[Mark]:
    """Yield what is marked; what is set aside has no syntax of its own."""
    aside = [Mark(*match.span(), "noise", reason=why) for form, why in _ASIDE for match in form.finditer(text)]
    underlined = list(_UNDERLINED.finditer(text))
    aside += [Mark(*match.span(2), "noise", reason="markdown block") for match in underlined]
    rows = {match.span(1) for match in _ROW.finditer(text)}
    for table in _TABLE.finditer(text):
        head, line = _LINE.search(text, *table.span(1)), table.span(2)
        if head and _names_columns(head[0], text[slice(*table.span(3))]):  # else somebody put the first row there
            aside.append(Mark(*head.span(), "noise", reason="table header"))
        aside.append(Mark(*line, "noise", reason="markdown block"))
        rows |= {row.span() for row in _LINE.finditer(text, *table.span(3))}
    yield from aside
    ends = sorted((mark.start, mark.end) for mark in aside)
    yield from _headings(text, ends)
    yield from (Mark(*span, "row") for span in sorted(rows))
    last = 0
    for start, end in sorted(_syntax(text), key=lambda span: (span[0], -span[1])):
        if start >= last and not _is_within(ends, start, len(text)):
            yield Mark(start, end, "syntax")
            last = end


def _is_within(spans: list[tuple[int, int]], at: int, end: int) -> bool:
    """Tell whether one of some spans, in order, holds a place of a text that ends at ``end``."""
    place = bisect_right(spans, (at, end)) - 1
    return place >= 0 and at < spans[place][1]


def _headings(text: str, aside: list[tuple[int, int]]) -> Iterator[Mark]:
    """Yield the headings, with levels as those of a Word file have."""
    found = {match.span(2): len(match[1]) for form in (_HEADING, _TIGHT) for match in form.finditer(text)}
    found |= {match.span(1): 1 + "=-".index(match[2][0]) for match in _UNDERLINED.finditer(text)}
    found = {span: found[span] for span in sorted(found) if not _is_within(aside, span[0], len(text))}
    title, above = _title(text, found), text[: min(found)[0] if found else 0]
    headings = [Paragraph(text[slice(*span)].strip(" *"), "heading", 0 if span == title else found[span]) for span in found]
    levels = heading_levels([*[Paragraph(line[0]) for line in _LINE.finditer(above) if line[0].strip("# ")], *headings])
    for span, heading in zip(found, headings, strict=True):
        if is_plain_heading(heading):
            yield Mark(*span, "heading", level=levels[heading.level])


def _title(text: str, headings: dict[tuple[int, int], int]) -> tuple[int, int] | None:
    """Return the heading that is the title: the one of the highest level, or right above the next of it; others are chapters."""
    highest = [span for span, level in headings.items() if level == 1]
    if len(highest) < 2:
        return highest[0] if highest else None
    first, second = highest[:2]
    is_right_above = list(headings)[:2] == highest[:2] and not text[first[1] : second[0]].strip("#=\r\n\t ")
    return first if is_right_above else None


def _syntax(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that are no words of the text, in order for each kind; some lie within others."""
    yield from (match.span() for match in _SYNTAX.finditer(text))
    yield from (match.span() for match in _DELETED.finditer(text))
    yield from (match.span(1) for match in _TIGHT.finditer(text))
    # A sign goes, as a dash does; a character of a word is left as it is written rather than lost.
    yield from (match.span() for match in _ENTITY.finditer(text) if match[0] != "&amp;" and not unescape(match[0])[0].isalnum())
    yield from (match.span(2) for match in _SOFT_BREAK.finditer(text) if _goes_on(text, match))
    for match in _EMPHASIS.finditer(text):
        yield from ((match.start(), match.start() + 1), (match.end() - 1, match.end()))
    for match in _WIKI.finditer(text):
        yield from ([match.span()] if match[1] else [(match.start(), match.end(2)), (match.end(3), match.end())])
    for match in _MARKED.finditer(text):
        yield from ((match.start(), match.start() + 2), (match.end() - 2, match.end()))
    names = {match[1].lower() for match in _TARGET.finditer(text)}
    for match in _NAMED.finditer(text) if names else ():
        if match[1].lower() in names:
            yield from ((match.start(), match.start() + 1), (match.end() - 1, match.end()))


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Tell whether a line goes on in the next one: a sentence is under way, and ends in the same paragraph."""
    paragraph = _BLANK_LINE.split(text[match.end() : match.end() + _FAR], maxsplit=1)[0]
    is_under_way = _UNDER_WAY.search(match[1]) is not None and _SENTENCE_END.search(paragraph) is not None
    return is_under_way and sign_level(match[3]) is None
