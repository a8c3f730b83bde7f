"""Web pages: everything that a browser shows, line by line, with what is not the report marked as noise.

The tree is lxml's, the main text trafilatura's with rules for Chinese pages on top (see ``pipeline.read.web``).
Nothing is fetched: pictures, styles, frames and links are not followed; what a frame shows is read where it was saved with
the page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.core.records import Mark
from pipeline.preprocess.headings import ITEM, TITLE, sign_level
from pipeline.read.decode import BYTE_ORDER_MARKS, CODECS, SIGNATURES, ReadText, decode, refuse_encoded_twice
from pipeline.read.web.blocks import HtmlBlock, HtmlPage, find_blocks, parse
from pipeline.read.web.inner_pages import parse_whole
from pipeline.read.web.main_text import MainText, judge

_DECLARED_WITHIN = 4096
_DECLARED = re.compile(
    rb"""<meta\b[^<>]{0,500}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})|<\?xml\b[^<>]{0,200}?encoding=["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
# Bytes that are strict UTF-8 by chance under another declaration are shorter than this many characters.
_LONGEST_CHANCE = 8
_STOP_AT_END = re.compile("[。；！？，、;,]$")
_LONGEST_HEADING = 60


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the lines of a web page with marks for headings, table rows and noise; raises InputError."""
    return read_page(data, source, options)


def read_whole(data: bytes, source: str, options: ReadConfig, charset: str = "") -> ReadText:
    """Return all lines of a page that is no page of the web but a part of another document; raises InputError."""
    decoded = decode_page(data, source, options.encoding, charset)
    page = find_blocks(parse(decoded.text, source))
    return _assemble(replace(page, title=""), MainText([""] * len(page.blocks), range(0), False), "html")


def read_page(
    data: bytes, source: str, options: ReadConfig, charset: str = "", saved: Mapping[str, str] = MappingProxyType({})
) -> ReadText:
    """Return the lines of a web page whose transport declares a charset, as MIME headers do; raises InputError.

    ``saved`` holds the pages that its frames show by their addresses.
    """
    decoded = decode_page(data, source, options.encoding, charset)
    root = parse_whole(decoded.text, source, saved)
    page = find_blocks(root)
    if not page.blocks:
        raise InputError(
            tr("{source}: the page shows no text; open it in a browser and save it as plain text", source=source), code="empty"
        )
    refuse_encoded_twice("\n".join(block.text for block in page.blocks), source)
    judgement = judge(page, root)
    note = "" if judgement.by_trafilatura else "; main text by its sentences"
    return _assemble(page, judgement, f"html ({decoded.encoding}{note})")


def decode_page(data: bytes, source: str, encoding: str, charset: str) -> ReadText:
    """Return a page's text by, in this order: what was asked for, a byte order mark, what is declared, the content."""
    marked = any(data.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    if encoding != "auto" or marked or any(data.startswith(signature) for signature, _ in SIGNATURES):
        return decode(data, source, encoding)
    for codec in (*CODECS.get(charset.strip().lower(), ()), *CODECS.get(_declared(data), ())):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return ReadText(text, codec) if codec == "utf-8" or not _is_utf8(data) else decode(data, source)
    return decode(data, source)


def _declared(data: bytes) -> str:
    match = _DECLARED.search(data, 0, _DECLARED_WITHIN)
    return (match[1] or match[2]).decode("ascii", "replace").lower() if match else ""


def _is_utf8(data: bytes) -> bool:
    """Tell whether a page is UTF-8 whatever it declares, as one that an editor saved anew."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) - len(text.encode("ascii", "ignore")) >= _LONGEST_CHANCE


def _assemble(page: HtmlPage, judgement: MainText, encoding: str) -> ReadText:
    lines, reasons = [block.text for block in page.blocks], judgement.reasons
    window = "".join(page.title.split())
    levels = _levels(page.blocks, judgement)
    kinds = [_Kind(reason, levels.get(i), page.blocks[i].row) for i, reason in enumerate(reasons)]
    if window and not any(_repeats(window, line) for line in lines):
        lines, kinds = [page.title, *lines], [_Kind("window title"), *kinds]
    lines += [each.text for each in page.aside]
    kinds += [_Kind(each.reason) for each in page.aside]
    return ReadText("\n".join(lines), encoding, tuple(_marks(lines, kinds)))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a line is: noise for a reason, a heading of a level, a table's row, or (with none of these) a paragraph."""

    noise: str = ""
    level: int | None = None
    row: bool = False


def _repeats(window: str, line: str) -> bool:
    """Tell whether a line shows what the window's title says; the site's name beside it does not count."""
    norm = "".join(line.split())
    return window in norm or (norm in window and 3 * len(norm) >= len(window))


def _marks(lines: list[str], kinds: list[_Kind]) -> list[Mark]:
    """Return the marks of lines in order; lines of noise side by side with one reason share a mark."""
    marks: list[Mark] = []
    start, previous = 0, _Kind()
    for line, kind in zip(lines, kinds, strict=True):
        end = start + len(line)
        if kind.noise and kind.noise == previous.noise:
            marks[-1] = Mark(marks[-1].start, end, "noise", reason=kind.noise)
        elif kind.noise:
            marks.append(Mark(start, end, "noise", reason=kind.noise))
        elif kind.level is not None:
            marks.append(Mark(start, end, "heading", level=kind.level))
        elif kind.row:
            marks.append(Mark(start, end, "row"))
        start, previous = end + 1, kind
    return marks


def _levels(blocks: list[HtmlBlock], judgement: MainText) -> dict[int, int]:
    """Return the level of each heading of the report that no sign tells: the title, and h1 to h6 by rank from 1 on.

    A heading under a numbered one stands below it, whatever its rank alone would say.
    """
    levels = {i: TITLE for i in judgement.titles if sign_level(blocks[i].text) is None}
    tagged = [i for i, block in enumerate(blocks) if block.heading and not judgement.reasons[i] and i not in judgement.titles]
    if tagged and not judgement.titles and sign_level(blocks[tagged[0]].text) is None:
        levels[tagged.pop(0)] = TITLE
    ranks = sorted({blocks[i].heading for i in tagged if _is_heading_line(blocks[i].text)})
    above: list[tuple[int, int]] = []
    for i in tagged:
        if not _is_heading_line(blocks[i].text):
            continue
        rank, sign = blocks[i].heading, sign_level(blocks[i].text)
        above = [(other, level) for other, level in above if other < rank]
        level = sign or min(ITEM - 1, max(1 + ranks.index(rank), 1 + (above[-1][1] if above else 0)))
        above.append((rank, level))
        if sign is None:
            levels[i] = level
    return levels


def _is_heading_line(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and _STOP_AT_END.search(text) is None
