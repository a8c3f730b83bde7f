"""Turn an HTML page into blocks: the lines of text that a browser shows, in order, with what the tags say of each.

Parsed by lxml (BSD, maintained, wheels for all systems): it repairs broken markup, runs at 100 MB/s and gives trafilatura
its tree. The tree is gone through step by step, so that no depth of tags can exhaust the stack.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.preprocess.headings import sign_level
from pipeline.read.office.formulas import formula_text, raised
from pipeline.read.office.numbering import format_number

Element = Any  # lxml has no types of its own

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
LONGEST_ROW = 200
_LONGEST_NAMES = 200
_TAGS = {
    "unseen": "script style template noscript select datalist textarea button svg iframe object embed applet video audio canvas "
    "map head noframes",
    "block": "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td "
    "tfoot th thead title tr ul",
    "home": "article aside body center div footer form header html main nav section table td th",
}
# What is not shown; what starts a line; and of that, what may hold a page's main text. The other block tags hold one
# paragraph of it, or a part that has a name of its own.
_STRIPPED = ("rt", "rp", "rtc", "del")  # pinyin above characters, and what was deleted
_UNSEEN, _BLOCK_TAGS, _HOME_TAGS = (frozenset(tags.split()) for tags in _TAGS.values())
# What a browser shows in a field of a form, or where it runs no scripts: text that may be a report's, and is none of its lines.
_FIELD = "form field"
_ASIDE = {"textarea": _FIELD, "noscript": "text without scripts"}
_REGION_TAGS = _HOME_TAGS | {"dl", "figcaption", "menu", "ol", "p", "ul"}
_WIDE = "[\u2010-\u2027\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_WRAP = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n]*(?={_WIDE})")
_LINE_END = re.compile("\r(?=\n)")
_SPACES = re.compile(r"[ \t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_EDGE = " \t\xa0\u2002\u2003\u3000\u200b\u200c\u200d\u2060\ufeff"
_NOT_SHOWN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SHOWN_AS_BLOCK = re.compile(r"display\s*:\s*block", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:([^;!]*)", re.IGNORECASE)
# How a list is numbered, by its type or the name of its style, in the names of Word; others have bullets, or decimal figures.
_LIST_TYPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHINESE_STYLES = {
    **dict.fromkeys(("cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal"), "chineseCountingThousand"),
    **dict.fromkeys(("cjk-decimal", "japanese-informal"), "ideographDigital"),
    "simp-chinese-formal": "chineseLegalSimplified",
    "trad-chinese-formal": "ideographLegalTraditional",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}
_LIST_STYLES = {
    **_CHINESE_STYLES,
    **dict.fromkeys(("lower-alpha", "lower-latin"), "lowerLetter"),
    **dict.fromkeys(("upper-alpha", "upper-latin"), "upperLetter"),
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
}
_BULLETS = ("none", "disc", "circle", "square")
# The text boxes of Word in comments for browsers that draw them.
_VML, _VML_END = "<!--[if gte vml 1]>", "<![endif]-->"
_BOX, _BOX_END = "<v:textbox", "</v:textbox>"
# Fields of forms that show their value: those that are typed into.
_SHOWING = frozenset(["", "text", "number", "date", "month", "time", "datetime-local", "tel", "email", "url"])
_MARGINS = ("header", "footer")  # how LibreOffice names those of its pages
# Signs that lead to a note and back from it: 98%¹ is no 981 in anybody's eyes.
# Of a page without any of these words nothing is looked at; to find them so takes a tenth of an expression's time.
_MAY_HAVE_NOTES = (
    "<sup", "noteref", "noteanc", "notesym", "note-", "#_ftn", "#_edn", "#fn", "#cite_", "backlink", "pagebreak", "page-break",
)  # fmt: skip
_NOTE_SIGN = re.compile(
    r"[\[(（【〔]?\s*(?:注|\*)?\s*(?:\d{1,3}|[ivxlc]{1,6}|[*†‡①-⑳])\s*[\])）】〕]?|[↩↑^][\ufe0e\ufe0f]?", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"[\[【〔]\s*注?\s*(?:\d{1,3}|[*①-⑳])\s*[\]】〕]")
_LONGEST_NUMBER = 12  # of a page
_OF_NOTE = re.compile(r"(?:foot|end)note(?:anc|sym|-ref|-back)|noteref|backlink", re.IGNORECASE)
_TO_NOTE = re.compile(
    r"#_(?:ftn|edn)(?:ref)?\d+|#(?:fn|fnref)[:-]?\d+|#sd(?:foot|end)note\d+\w*|#cite_(?:note|ref)\W.*", re.IGNORECASE
)
_INTEGER = re.compile(r"\s*(-?\d{1,6})\s*")


@dataclass(slots=True)
class HtmlBlock:
    """One line of the page: its text, how many of its characters are links, and the rank of its heading tag (0: none).

    ``home`` numbers the region that holds it; ``cell`` is the number of the table cell it was read from.
    """

    text: str
    linked: int
    heading: int
    home: int
    cell: int
    row: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """An element that holds blocks ``first`` up to ``end``, with its tag and its class, id and role.

    Only an element with ``is_home`` may hold the main text.
    """

    first: int
    end: int
    tag: str
    names: str
    is_home: bool


@dataclass(frozen=True, slots=True)
class AsideText:
    """A line of text that is none of the lines of a page, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """The blocks of a page in order, the regions that hold them (inner ones first), and the title of its window.

    ``aside`` is text that is no block: what fields of forms hold, and what is shown where no scripts run.
    ``elements`` and ``depth`` say how large and how deep its tree is.
    """

    blocks: list[HtmlBlock]
    regions: list[Region]
    title: str
    elements: int
    depth: int
    aside: tuple[AsideText, ...] = ()


@dataclass(slots=True)
class _Row:
    """A table row that is being read: its first block and region, and whether it can become one line."""

    first: int
    first_region: int
    cells: int = 0
    single: bool = True


@dataclass(slots=True)
class _List:
    """A numbered list that is being read: its next number, how the numbers go on, and how they are written."""

    next: int
    step: int
    form: str
    suffix: str


@dataclass(slots=True)
class _Walk:
    """What is known while the tree is gone through."""

    blocks: list[HtmlBlock] = field(default_factory=list)
    aside: list[AsideText] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    title: str = ""
    wrap: re.Pattern[str] = _WRAP
    stack: list[tuple[int, str, str]] = field(default_factory=list)
    homes: list[int] = field(default_factory=lambda: [0])
    rows: list[_Row] = field(default_factory=list)
    lists: list[_List | None] = field(default_factory=list)
    number: str = ""
    links: int = 0
    heading: int = 0
    pre: int = 0
    elements: int = 0
    depth: int = 0


def parse(text: str, source: str) -> Element:
    """Return the root of the tree of an HTML page; raises InputError."""
    from lxml import etree  # noqa: PLC0415 - loaded when a page is read, not when a command is listed
    from lxml.html import HTMLParser  # noqa: PLC0415 - as above

    parser = HTMLParser(encoding="utf-8", huge_tree=True, recover=True, no_network=True)
    data = with_boxes_of_word(text).replace("\x00", "").encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser=parser)
    except etree.LxmlError as error:
        raise InputError(
            tr(
                "{source}: not a readable HTML page ({one_line}); save it again, or as plain text",
                source=source,
                one_line=_one_line(error),
            ),
            code="damaged",
        ) from None
    if root is None:
        raise InputError(tr("{source}: no HTML in the file; save the page again", source=source), code="damaged")
    _join_documents(root)
    etree.strip_elements(root, *_STRIPPED, with_tail=False)
    lowered = text.lower()
    if "<math" in lowered:
        _write_formulas(root)
    if any(word in lowered for word in _MAY_HAVE_NOTES):
        _drop_note_signs(root)
    if "<sup" in lowered:
        _raise_figures(root)
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise InputError(
            tr("{source}: its tags stand more than 2,000 deep in each other; save the page as plain text", source=source),
            code="too_large",
        )
    return root


def with_boxes_of_word(text: str) -> str:
    """Return a page with what the text boxes hold that Word saved in comments of its own, where others show a picture."""
    if _BOX not in text:
        return text
    first, *others = text.split(_VML)
    pieces = [first]
    for other in others:
        comment, end, behind = other.partition(_VML_END)
        boxes = [box.partition(">")[2].partition(_BOX_END)[0] for box in comment.split(_BOX)[1:]] if end else []
        pieces += [f"<div>{box}</div>" for box in boxes] or [_VML, comment, end]
        pieces.append(behind)
    return "".join(pieces)


def _write_formulas(root: Element) -> None:
    """Put formulas in their places as a line of text."""
    for formula in list(root.iter("math")):
        if formula.getparent() is None:  # it stood in another one
            continue
        tail = formula.tail
        said = formula_text(formula)
        formula.clear()
        formula.tag, formula.text, formula.tail = "span", said, tail


def _join_documents(root: Element) -> None:
    """Give a page what stands behind its ``</html>``, which pages put together from parts have in their middle.

    A browser shows it in the body. libxml2 makes a second root of it, which no walk from the first comes to.
    """
    for other in list(root.itersiblings("html")):
        for part in (other, *other.findall("body")):
            part.tag = "div"
        next(root.iter("body"), root).append(other)


def _drop_note_signs(root: Element) -> None:
    """Take the signs of notes from a page, as from Word files, and the numbers of pages that a book keeps within its sentences."""
    named = root.xpath("//*[@role or @*[name()='epub:type']]")
    for element in [*filter(_is_note_sign, root.iter("a", "sup")), *filter(_is_page_break, named)]:
        element.drop_tree()


def _raise_figures(root: Element) -> None:
    """Write raised figures behind figures as such: 10² is not 102."""
    for element in root.iter("sup"):
        before = element.getprevious()
        stands = element.getparent().text if before is None else before.tail
        figures = (element.text or "").strip()
        if figures.isdigit() and stands and not len(element):
            element.text = raised(figures, stands)


def _is_note_sign(element: Element) -> bool:
    """Tell whether an element shows no more than a sign that leads to a note, or back from one: a link, or raised in brackets."""
    if element.tag == "sup":  # m² has neither brackets nor a link
        return _IN_BRACKETS.fullmatch("".join(element.itertext()).strip()) is not None
    target = element.get("href") or "" if element.tag == "a" else ""
    if "#" not in target or _NOTE_SIGN.fullmatch("".join(element.itertext()).strip()) is None:
        return False
    is_raised = "//" not in target and (element.getparent().tag == "sup" or element.find(".//sup") is not None)
    names = " ".join(filter(None, map(element.get, ("class", "role", "epub:type"))))
    return is_raised or _OF_NOTE.search(names) is not None or _TO_NOTE.fullmatch(target[target.index("#") :]) is not None


def _is_page_break(element: Element) -> bool:
    is_named = element.get("role") == "doc-pagebreak" or element.get("epub:type") == "pagebreak"
    return is_named and len("".join(element.itertext()).strip()) <= _LONGEST_NUMBER


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def find_blocks(root: Element) -> HtmlPage:
    """Return what a browser shows of a page, block by block; hidden elements, scripts and form fields are left out."""
    from lxml import etree  # noqa: PLC0415 - loaded when a page is read, not when a command is listed

    walk = _Walk(title=_window_title(root), wrap=_LINE_END if _wraps_at_spaces(root) else _WRAP)
    steps = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    unseen: Element | None = None
    for event, element in steps:
        if event == "start":
            if _is_unseen(element):
                unseen = element
                _keep_aside(walk, element)
                steps.skip_subtree()
            else:
                _enter(walk, element)
        else:
            if event == "end" and element is not unseen:
                _leave(walk, element)
            _add(walk, element.tail if element is not root else None)
    _flush(walk)
    return HtmlPage(walk.blocks, walk.regions, walk.title, walk.elements, walk.depth, tuple(walk.aside))


def _window_title(root: Element) -> str:
    element = next(root.iter("title"), None)
    return _squeeze("".join(element.itertext()), _WRAP) if element is not None else ""


def _wraps_at_spaces(root: Element) -> bool:
    """Tell whether the page's producer ends its lines of source at spaces alone, as LibreOffice does."""
    metas = (meta for meta in root.iter("meta") if (meta.get("name") or "").lower() == "generator")
    return any("Office" in (meta.get("content") or "") and "Microsoft" not in meta.get("content") for meta in metas)


def _is_unseen(element: Element) -> bool:
    return (element.tag in _UNSEEN and not _is_shadow_root(element)) or is_hidden(element)


def _is_shadow_root(element: Element) -> bool:
    """Tell whether a template is shown: browsers save so what scripts put into an element (shadow DOM)."""
    return element.tag == "template" and (element.get("shadowrootmode") or element.get("shadowmode")) is not None


def is_hidden(element: Element) -> bool:
    """Tell whether an element is said not to be shown."""
    # WeChat sets visibility:hidden on the text until its script has run, so that only display:none counts.
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    return style is not None and _NOT_SHOWN.search(style) is not None


def _keep_aside(walk: _Walk, element: Element) -> None:
    """Keep the text of an element that is not shown as a part of the page, if it may be a report's."""
    reason = _ASIDE.get(element.tag)
    if reason and not is_hidden(element):
        pieces = element.xpath("descendant::text()[not(ancestor::style or ancestor::script)]")
        if text := _squeeze("".join(pieces), walk.wrap):
            walk.aside.append(AsideText(text, reason))


def _keep_value(walk: _Walk, element: Element) -> None:
    """Keep what was typed into a field of a form, which stands in none of its elements."""
    value = _squeeze(element.get("value") or "", walk.wrap)
    if value and (element.get("type") or "").strip().lower() in _SHOWING:
        walk.aside.append(AsideText(value, _FIELD))


def _is_block(element: Element) -> bool:
    if element.tag in _BLOCK_TAGS:
        return True
    style = element.get("style")
    return style is not None and _SHOWN_AS_BLOCK.search(style) is not None


def _enter(walk: _Walk, element: Element) -> None:
    tag = element.tag
    walk.elements += 1
    if tag == "input":
        _keep_value(walk, element)
    if tag == "br":
        _break(walk)
        return
    if _is_block(element):
        _flush(walk)
        _open_block(walk, element)
    if tag == "a" and element.get("href") is not None:
        walk.links += 1
    _add(walk, element.text)


def _open_block(walk: _Walk, element: Element) -> None:
    tag = element.tag
    if tag in _REGION_TAGS:
        names = " ".join(filter(None, map(element.get, ("class", "id", "role"))))[:_LONGEST_NAMES]
        if element.get("title") in _MARGINS:
            names += f" {element.get('title')}"
        walk.stack.append((len(walk.blocks), tag, names))
        walk.depth = max(walk.depth, len(walk.stack))
    if tag in _HOME_TAGS:
        walk.homes.append(walk.elements)
    walk.heading = HEADINGS.get(tag, walk.heading)
    walk.pre += tag == "pre"
    _open_list_or_row(walk, element)


def _open_list_or_row(walk: _Walk, element: Element) -> None:
    tag = element.tag
    if tag in ("ol", "ul", "menu", "dir"):
        walk.lists.append(_list(element))
    elif tag == "li" and walk.lists and walk.lists[-1] is not None:
        walk.number = _label(element, walk.lists[-1])
    elif tag == "table":
        if walk.rows:
            walk.rows[-1].single = False
    elif tag == "tr":
        walk.rows.append(_Row(len(walk.blocks), len(walk.regions)))
    elif tag in ("td", "th") and walk.rows:
        walk.rows[-1].cells += 1


def _list(element: Element) -> _List | None:
    """Return how a list is numbered; None for one with bullets."""
    named = _LIST_STYLE.search(element.get("style") or "")
    words = named[1].lower().split() if named else []
    style = next((word for word in words if word in _LIST_STYLES or word in _BULLETS), "")
    form = _LIST_STYLES.get(style) or _LIST_TYPES.get(element.get("type") or "") or ("decimal" if element.tag == "ol" else "")
    if not form or style in _BULLETS:
        return None
    is_reversed = "reversed" in element.attrib
    first = sum(item.tag == "li" for item in element) if is_reversed else 1
    return _List(
        _integer(element.get("start"), first), -1 if is_reversed else 1, form, "、" if form in _CHINESE_STYLES.values() else ". "
    )


def _label(item: Element, found: _List) -> str:
    number = _integer(item.get("value"), found.next)
    found.next = number + found.step
    return format_number(number, _LIST_TYPES.get(item.get("type") or "", found.form)) + found.suffix


def _leave(walk: _Walk, element: Element) -> None:
    tag = element.tag
    if tag == "a" and element.get("href") is not None:
        walk.links -= 1
    if not _is_block(element):
        return
    _flush(walk)
    _close_block(walk, tag)


def _close_block(walk: _Walk, tag: str) -> None:
    if tag in _REGION_TAGS:
        first, _, names = walk.stack.pop()
        if len(walk.blocks) > first:
            walk.regions.append(Region(first, len(walk.blocks), tag, names, tag in _HOME_TAGS))
    if tag in _HOME_TAGS:
        walk.homes.pop()
    elif tag in HEADINGS:
        walk.heading = 0
    elif tag in ("ol", "ul", "menu", "dir"):
        walk.lists.pop()
    elif tag == "li":
        walk.number = ""
    elif tag == "tr" and walk.rows:
        _close_row(walk, walk.rows.pop())
    walk.pre -= tag == "pre"


def _close_row(walk: _Walk, row: _Row) -> None:
    """Make one block of a row of single short paragraphs; a row of a layout table keeps the blocks of its cells."""
    blocks = walk.blocks[row.first :]
    if not row.single or len(blocks) < 2 or len({block.cell for block in blocks}) < len(blocks):
        return
    text = "\t".join(block.text for block in blocks)
    if len(text) > LONGEST_ROW:
        return
    linked = sum(block.linked for block in blocks)
    walk.blocks[row.first :] = [HtmlBlock(text, linked, 0, walk.homes[-1], cell=0, row=True)]
    del walk.regions[row.first_region :]


def _integer(value: str | None, default: int) -> int:
    match = _INTEGER.fullmatch(value or "")
    return int(match[1]) if match else default


def _add(walk: _Walk, text: str | None) -> None:
    if not text:
        return
    if not walk.pre:
        walk.pieces.append((text, walk.links > 0))
        return
    for number, line in enumerate(text.split("\n")):
        if number:
            _flush(walk)
        walk.pieces.append((line, walk.links > 0))


def _break(walk: _Walk) -> None:
    if walk.heading:
        walk.pieces.append((" ", False))
    else:
        _flush(walk)


def _flush(walk: _Walk) -> None:
    """Close the current line and keep it as a block, if there is anything to be seen in it."""
    if not walk.pieces:
        return
    text = _squeeze("".join(piece for piece, _ in walk.pieces), walk.wrap)
    linked = sum(len("".join(piece.split())) for piece, is_link in walk.pieces if is_link)
    walk.pieces.clear()
    if not text:
        return
    if walk.number and sign_level(text) is None:
        text = walk.number + text
    walk.number = ""
    cell = walk.rows[-1].cells if walk.rows else 0
    walk.blocks.append(HtmlBlock(text, linked, walk.heading, walk.homes[-1], cell))


def _squeeze(text: str, wrap: re.Pattern[str]) -> str:
    """Return a line as a browser shows it: white space as one space, and none where a line of source ends in Chinese."""
    if text.split() != [text]:  # most lines of Chinese hold no white space, which the expressions would look for everywhere
        text = _SPACES.sub(" ", wrap.sub("", text))
    return text.strip(_EDGE)
