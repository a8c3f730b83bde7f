"""Markdown: the text as it stands, with its headings, front matter, code and syntax characters marked.

A parser such as markdown-it-py gives no character offsets, and offsets are what a tag is made of; the signs that reports use are
found by line instead, those of HTML that Markdown allows among them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from pipeline.core.config import ReadConfig
from pipeline.core.records import Mark
from pipeline.read.decode import ReadText, decode

_BLOCKS = re.compile(
    r"\A---[ \t]*\r?\n.*?\r?\n(?:---|\.\.\.)[ \t\r]*$"
    r"|^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)?? {0,3}(?P=fence)[`~]*[ \t\r]*$"
    r"|<!--.*?-->|^(?=[^\n]*---)[ \t:|-]+\r?$",
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
_SPACES = "nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#160|#8194|#8195|#12288|#x3000|#xa0"
_SYNTAX = re.compile(
    r"^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]?|^[ \t]*[-*+][ \t]+(?=\S)(?:\[[ xX]\][ \t]+)?"
    r"|\*\*|__|`|!?\[(?=[^\]\n]*\](?:\([^)\n]*\)|\[))"
    r"|(?<=\])(?:\([^)\n]*\)|\[[^\]\n]*\])|\](?=[(\[])|\[\^[^\]\n]{1,40}\]:?"
    rf"|&(?:{_SPACES});|&(?:quot|ldquo|rdquo|lsquo|rsquo|lt|gt);|(?<=&)amp;"
    r"|</?[A-Za-z][^<>\n]{0,500}>|\\(?=[!-/:-@\[-`{-~])|^[ \t]*\|[ \t]*|[ \t]*\|[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)

_ASIDE = ((_BLOCKS, "markdown block"), (_TARGET, "related links"), (_IMAGE, "image"))


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return decoded Markdown with marks for headings, noise and syntax; raises InputError."""
    content = decode(data, source, options.encoding)
    return ReadText(content.text, content.encoding, tuple(_marks(content.text)))


def _marks(text: str) -> Iterator[Mark]:
    """Yield what is marked, in order for each kind; what is set aside has no syntax of its own."""
    aside = [Mark(*match.span(), "noise", reason=why) for form, why in _ASIDE for match in form.finditer(text)]
    underlined = list(_UNDERLINED.finditer(text))
    aside += [Mark(*match.span(2), "noise", reason="markdown block") for match in underlined]
    rows = {match.span(1) for match in _ROW.finditer(text)}
    for table in _TABLE.finditer(text):
        head, line = _LINE.search(text, *table.span(1)), table.span(2)
        if head and "。" not in head[0]:  # else somebody put the first row there
            aside.append(Mark(*head.span(), "noise", reason="table header"))
        aside.append(Mark(*line, "noise", reason="markdown block"))
        rows |= {row.span() for row in _LINE.finditer(text, *table.span(3))}
    yield from aside
    yield from (Mark(*match.span(2), "heading", level=len(match[1]) - 1) for match in _HEADING.finditer(text))
    yield from (Mark(*match.span(1), "heading", level="=-".index(match[2][0])) for match in underlined)
    yield from (Mark(*span, "row") for span in sorted(rows))
    ends = sorted((mark.start, mark.end) for mark in aside)
    last = 0
    for start, end in sorted(_syntax(text), key=lambda span: (span[0], -span[1])):
        place = bisect_right(ends, (start, len(text))) - 1
        if start >= last and (place < 0 or ends[place][1] <= start):
            yield Mark(start, end, "syntax")
            last = end


def _syntax(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that are no words of the text, in order for each kind; some lie within others."""
    yield from (match.span() for match in _SYNTAX.finditer(text))
    yield from (match.span() for match in _DELETED.finditer(text))
    for match in _MARKED.finditer(text):
        yield from ((match.start(), match.start() + 2), (match.end() - 2, match.end()))
    names = {match[1].lower() for match in _TARGET.finditer(text)}
    for match in _NAMED.finditer(text) if names else ():
        if match[1].lower() in names:
            yield from ((match.start(), match.start() + 1), (match.end() - 1, match.end()))
