"""Markdown: the text as it stands, with its headings, front matter, code and syntax characters marked.

A parser such as markdown-it-py gives no character offsets, and offsets are what a tag is made of; the few signs that
reports use are found by line instead.
"""

import re

from pipeline.core.config import ReadConfig
from pipeline.core.records import Mark
from pipeline.read.decode import ReadText, decode

_BLOCKS = re.compile(r"\A---\n.*?\n---$|^```.*?^```$|<!--.*?-->|^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_SYNTAX = re.compile(
    r"^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]?|^[ \t]*[-*+][ \t]+(?=\S)|\*\*|__|`|!?\[(?=[^\]\n]*\]\([^)\n]*\))|(?<=\])\([^)\n]*\)"
    r"|\](?=\()",
    re.MULTILINE,
)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return decoded Markdown with marks for headings, noise and syntax; raises InputError."""
    content = decode(data, source, options.encoding)
    text = content.text
    noise = [Mark(*match.span(), "noise", reason="markdown block") for match in _BLOCKS.finditer(text)]
    headings = [Mark(*match.span(2), "heading", level=len(match[1]) - 1) for match in _HEADING.finditer(text)]
    syntax = [Mark(*match.span(), "syntax") for match in _SYNTAX.finditer(text)]
    return ReadText(text, content.encoding, tuple(noise + headings + syntax))
