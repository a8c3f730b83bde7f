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
    r"|<!--.*?-->|^\s*\|?[\s:|-]*-{3,}[\s:|-]*$",
    re.MULTILINE | re.DOTALL,
)
# Where a link that is named elsewhere leads to.
_TARGET = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]{1,80}\]:[ \t]*\S[^\n]*$", re.MULTILINE)
_IMAGE = re.compile(r"^[ \t]*(?:!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])[ \t]*)+\r?$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*\r?$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?![ \t]*[#>|*+-])([^\n]*\S)[ \t\r]*\n {0,3}(=+|-{3,})[ \t\r]*$", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*(\|[^\n]*?\|)[ \t\r]*$", re.MULTILINE)
_SPACES = "nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#160|#8194|#8195|#12288|#x3000|#xa0"
_SYNTAX = re.compile(
    r"^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]?|^[ \t]*[-*+][ \t]+(?=\S)(?:\[[ xX]\][ \t]+)?"
    r"|\*\*|__|(?:~~|==)(?=\S[^\n]*?(?:~~|==))|(?<=\S)(?:~~|==)(?![~=])|`|!?\[(?=[^\]\n]*\](?:\([^)\n]*\)|\[))"
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
    yield from aside
    yield from (Mark(*match.span(2), "heading", level=len(match[1]) - 1) for match in _HEADING.finditer(text))
    yield from (Mark(*match.span(1), "heading", level="=-".index(match[2][0])) for match in underlined)
    yield from (Mark(*match.span(1), "row") for match in _ROW.finditer(text))
    ends = sorted((mark.start, mark.end) for mark in aside)
    for match in _SYNTAX.finditer(text):
        place = bisect_right(ends, (match.start(), len(text))) - 1
        if place < 0 or ends[place][1] <= match.start():
            yield Mark(*match.span(), "syntax")
