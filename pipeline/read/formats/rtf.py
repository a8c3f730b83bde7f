r"""Rich text (RTF): paragraphs, headings by style, tables, notes and text boxes; pictures are passed over.

A small tokeniser of its own rather than striprtf (BSD, small), which drops footnotes, text boxes, headers and list numbers,
knows no headings, writes a | behind every table cell, and goes through pictures character by character. Text is in
``\uN`` with a stand-in to skip, or in bytes of the font's code page, where one character may be two bytes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr
from pipeline.read.compose import Paragraph, as_watermark, compose, join_row, names_watermark
from pipeline.read.decode import ReadText
from pipeline.read.embedded import InnerDocuments
from pipeline.read.ocr.packages import or_scans
from pipeline.read.office.compound import DAMAGE
from pipeline.read.office.fields import check_box_text, drawn_text, drop_down_text
from pipeline.read.office.formulas import formula_text, raised
from pipeline.read.office.numbering import symbol, with_label
from pipeline.read.office.objects import PACKAGER_CLASS, packaged_name, unwrapped
from pipeline.read.office.ooxml import local
from pipeline.read.office.rtf_lists import ListTable, PlainNumber
from pipeline.read.office.word_styles import BODY_LEVEL, contents_reason, heading_level
from pipeline.read.symbols import is_symbol_font, symbols_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_TOKEN = re.compile(rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)|.", re.DOTALL)
_DEEPEST_GROUP, _DEEPEST_TABLE, _DEEPEST_FORMULA = 10_000, 10, 100
_MOST_DAMAGED = 10  # one character in so many; else the bytes are of another code page
_LONGEST_NAME = 64  # of a style or a font
_BODY, _SKIP, _FONTS, _STYLES, _LABEL = "body", "skip", "fonts", "styles", "label"
# The instruction of a field, an entry of a list in it, and a property of a shape, its name and its value.
_INSTRUCTION, _ENTRY, _PROPERTY, _NAME, _VALUE = "instruction", "entry", "property", "name", "value"
_SHAPE, _FLOW = "shape", "flow"  # a shape, and text that runs by itself
_OBJECT = "object"  # the data of an object (OLE), in figures of base 16
_MATH = "math"  # a formula
_TWICE = "twice"  # what is written twice, in the code page and then in Unicode (``\\upr``)
# The list table, the text of a level in it, the number of Word 6 (``\\pn``), and what stands before and after that.
_LISTS, _LEVEL_TEXT, _NUMBER, _BEFORE, _AFTER = "lists", "level text", "number", "before", "after"
_ASIDE = (_INSTRUCTION, _ENTRY, _PROPERTY)
_TURN, _SHAPE_NAME, _BEHIND = "rotation", "wzName", "fBehindDocument"
_RIGHT_ANGLE = 90 * 65_536  # in the units of a turn
_LONGEST_VALUE = 64
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")  # what no element holds
_LISTED = (_LISTS, _LEVEL_TEXT, _NUMBER, _BEFORE, _AFTER)
_LIST_TEXTS = {"leveltext": _LEVEL_TEXT, "pntxtb": _BEFORE, "pntxta": _AFTER}
_LIST_SKIPPED = ("levelnumbers", "listname", "liststylename", "listpicture")
_DROP_DOWN, _CHECK_BOX, _AS_SET = 2, 1, 25  # types of form fields, and the result of one that shows its default
_ART = "gtextUNICODE"  # the text of WordArt
_FLOWS = {
    "footnote": "note",
    "shptxt": "box",
    "dptxbxtext": "box",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "page header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "page footer"),
}
_TARGETS = {
    "fonttbl": _FONTS,
    "stylesheet": _STYLES,
    "listtext": _LABEL,
    "pntext": _LABEL,
    "listtable": _LISTS,
    "listoverridetable": _LISTS,
}
# Groups whose own text is not shown but that may hold a text box or end a row, and groups that hold nothing to read.
_SHAPES = ("shpinst", "shpgrp", "do", "nesttableprops")
_SKIPPED = frozenset(
    [
        *("colortbl", "info", "pict", "nonshppict", "shppict", "objclass"),
        *(
            "revtbl",
            "generator",
            "annotation",
            "atnid",
            "atnauthor",
            "atndate",
            "atnref",
            "atrfstart",
            "atrfend",
            "xe",
            "tc",
            "rxe",
        ),
        *(
            "bkmkstart",
            "bkmkend",
            "ftnsep",
            "ftnsepc",
            "ftncn",
            "aftnsep",
            "aftnsepc",
            "aftncn",
            "shprslt",
            "template",
            "mmathPict",
        ),
        *("nonesttables", "themedata", "datastore", "falt", "panose", "filetbl"),
    ]
)
_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "page": "\n",
    "column": "\n",
    "emdash": "—",
    "endash": "–",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "~": "\xa0",
    "_": "-",
    "{": "{",
    "}": "}",
    "\\": "\\",
}
_SYMBOL_CHARSET = "symbol"
_CHARSETS = {
    2: _SYMBOL_CHARSET,
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    163: "cp1258",
    204: "cp1251",
    238: "cp1250",
}
_CODE_PAGES = {"936": "gb18030", "54936": "gb18030", "65001": "utf-8"} | {
    page: f"cp{page}" for page in ("932", "949", "950", "1250", "1251", "1252", "1253", "1254", "1257", "437", "850", "874")
}

_SAMPLE = 65_536  # bytes
_CODE = re.compile(rb"\\'([0-9a-fA-F]{2})")
_HIGH_BYTES = re.compile(rb"(?:[\x80-\xff]|\\'[89a-fA-F][0-9a-fA-F])+")
_IDEOGRAPHS = {
    "utf-8": re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2})+"),
    "gb18030": re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+"),
}


@dataclass(slots=True)
class _Group:
    """What a brace saves and its end restores: where text goes, and the properties of characters and paragraphs."""

    target: str = _BODY
    font: int = -1
    fallback: int = 1
    hidden: bool = False
    raised: bool = False
    starred: bool = False
    table: int = 0
    style: int = 0
    outline: int | None = None
    opens: str = ""  # what ends with the group
    math: "_Element | None" = None
    math_depth: int = 0
    around: str = _BODY  # where what is written twice goes
    has_shown: bool = False
    runs_on: bool = False
    indented: bool = False
    continues_cell: bool = False
    list_number: int = 0
    list_level: int = 0
    plain_number: PlainNumber | None = None


@dataclass(slots=True)
class _Field:
    """The instruction of a field, and what it says of a form: its type, its entries, what is chosen or ticked, and the default."""

    instruction: str = ""
    form: int | None = None
    entries: list[str] = field(default_factory=list)
    result: int | None = None
    default: int | None = None


@dataclass(slots=True)
class _Shape:
    """A shape on its way: its properties, and how many paragraphs its text had, and had waiting, where it begins."""

    paragraphs: int
    waiting: int
    properties: dict[str, str] = field(default_factory=dict)

    def is_watermark(self) -> bool:
        """Tell whether the shape is named as a watermark, or stands askew behind the text."""
        turn = self.properties.get(_TURN, "").strip()
        is_askew = turn.removeprefix("-").isdecimal() and int(turn) % _RIGHT_ANGLE != 0
        is_behind = self.properties.get(_BEHIND, "").strip() == "1"
        return names_watermark(self.properties.get(_SHAPE_NAME)) or (is_askew and is_behind)


@dataclass(slots=True)
class _Object:
    """An object on its way: its data, and how much its text had and its paragraphs were where it begins."""

    pieces: int
    paragraphs: int
    data: bytearray = field(default_factory=bytearray)

    def has_shown(self, flow: "_Flow") -> bool:
        """Tell whether the object shows text, and no picture."""
        return bool("".join(flow.pieces[self.pieces :]).strip() or any(each.text for each in flow.paragraphs[self.paragraphs :]))


@dataclass(slots=True)
class _Row:
    """A table's row on its way: the cells that are closed, and the one that is open."""

    cells: list[list[Paragraph]] = field(default_factory=list)
    cell: list[Paragraph] = field(default_factory=list)


@dataclass(slots=True)
class _Flow:
    """Text that runs by itself: the body, a note, a text box, a page header or footer."""

    kind: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    rows: dict[int, _Row] = field(default_factory=dict)
    continued: list[bool] = field(default_factory=list)  # of each cell of a row, whether it is the lower part of one above
    waiting: list[Paragraph] = field(default_factory=list)
    is_over: bool = False
    counted: int = 0  # paragraphs of a list of Word 6


@dataclass(slots=True)
class _Style:
    name: str = ""
    outline: int | None = None
    base: int | None = None


@dataclass(slots=True)
class _Reader:
    """The state of reading: groups and flows that are open, fonts and styles, and bytes that wait to be decoded."""

    inner: InnerDocuments
    group: _Group = field(default_factory=_Group)
    groups: list[_Group] = field(default_factory=list)
    flows: list[_Flow] = field(default_factory=lambda: [_Flow(_BODY)])
    margins: list[Paragraph] = field(default_factory=list)
    code_page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    font_names: dict[int, str] = field(default_factory=dict)
    signs: dict[int, dict[str, str]] = field(default_factory=dict)
    styles: dict[int, _Style] = field(default_factory=dict)
    style: int = 0
    pending: bytearray = field(default_factory=bytearray)
    to_skip: int = 0
    lists: ListTable = field(default_factory=ListTable)
    objects: list[_Object] = field(default_factory=list)
    shapes: list[_Shape] = field(default_factory=list)
    objects_seen: int = 0
    field: _Field = field(default_factory=_Field)
    property: str = ""


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an RTF file with marks and places; raises InputError."""
    start = data[:64].find(b"{\\rtf")
    if start < 0:
        raise InputError(
            tr("{source}: not an RTF document; check what kind of file it is, and save it as .docx", source=source), code="damaged"
        )
    reader = _Reader(InnerDocuments(source, options), code_page=_unsaid_code_page(data))
    _run(data, start, reader, source)
    body = reader.flows[0]
    body.is_over, reader.group.runs_on = True, False
    _end_paragraph(reader)
    _close_rows(body)
    seen = {paragraph.text: paragraph for paragraph in reader.margins}
    return or_scans(compose([*body.paragraphs, *body.waiting, *seen.values()], "rtf"), data, "rtf", source, options)


def _unsaid_code_page(data: bytes) -> str:
    """Return the code page of a file that names none: the one in which most of its runs of bytes beyond ASCII are ideographs.

    Programs of Chinese Windows write its own, and some write UTF-8; a letter with an accent stands alone.
    """
    if b"\\ansicpg" in data:
        return "cp1252"
    runs = [_unescaped(run) for run in _HIGH_BYTES.findall(data[:_SAMPLE])]
    for code_page, pattern in _IDEOGRAPHS.items():
        if 2 * sum(pattern.fullmatch(run) is not None for run in runs) > len(runs):
            return code_page
    return "cp1252"


def _unescaped(run: bytes) -> bytes:
    return _CODE.sub(lambda match: bytes([int(match[1], 16)]), run)


def _run(data: bytes, position: int, reader: _Reader, source: str) -> None:
    """Go through the tokens until the group that is the document closes."""
    while position < len(data):
        match = _TOKEN.match(data, position)
        position = match.end() if match else position + 1
        if match is None or match.lastindex is None:
            continue
        if match[5]:
            _brace(match[5] == b"{", reader)
            if not reader.groups:
                return
            if len(reader.groups) > _DEEPEST_GROUP:
                raise InputError(
                    tr("{source}: groups nested too deep; open it and save it again, or save it as .docx", source=source),
                    code="damaged",
                )
        elif match[1] == b"bin":
            first, position = position, position + max(0, int(match[2] or 0))
            if reader.group.target == _OBJECT:
                _flush(reader)
                reader.objects[-1].data += data[first:position].hex().encode()
        elif reader.group.target != _SKIP:
            _token(match, reader)
    raise InputError(
        tr("{source}: damaged or cut short; open it in the program that made it and save it again", source=source), code="damaged"
    )


def _token(match: re.Match[bytes], reader: _Reader) -> None:
    word, argument, code, sign, _, text = match.groups()
    if text:
        dropped = min(reader.to_skip, len(text))
        reader.to_skip -= dropped
        reader.pending += text[dropped:]
    elif code:
        if reader.to_skip:
            reader.to_skip -= 1
        else:
            reader.pending.append(int(code, 16))
    elif word:
        _flush(reader)
        reader.to_skip = 0
        _word(word.decode(), None if argument is None else int(argument), reader)
    elif reader.to_skip:
        reader.to_skip -= 1
    else:
        _flush(reader)
        _sign(sign.decode("latin-1"), reader)


def _brace(opens: bool, reader: _Reader) -> None:
    _flush(reader)
    reader.to_skip = 0
    if opens:
        reader.groups.append(reader.group)
        reader.group = replace(reader.group, starred=False, opens="")
        # In the style sheet a style that gives no number is the default one.
        reader.style = 0
        return
    ended = reader.group.opens
    if ended in _ENDS:
        _ENDS[ended](reader)
    reader.group = reader.groups.pop()
    if ended == _INSTRUCTION:
        _end_instruction(reader)


def _sign(sign: str, reader: _Reader) -> None:
    if sign == "*":
        reader.group.starred = True
    elif sign in "\r\n":
        _end_paragraph(reader)
    else:
        _write(_CHARACTERS.get(sign, ""), reader)


def _word(word: str, argument: int | None, reader: _Reader) -> None:
    group = reader.group
    starred, group.starred = group.starred, False
    if group.target == _MATH:
        _word_of_formula(word, argument, reader)
    elif group.target in (*_ASIDE, *_LISTED):
        _word_of_other(word, argument, starred, reader)
    elif word in _ACTIONS:
        _ACTIONS[word](reader, argument)
    elif word in _CHARACTERS:
        _write(_CHARACTERS[word], reader)
    elif word in _FLOWS:
        group.target, group.opens = _BODY, _FLOW
        _reset_paragraph(reader, None)
        reader.flows.append(_Flow(_FLOWS[word]))
    elif word in _TARGETS:
        group.target = _TARGETS[word]
    elif word == "fldrslt" and group.has_shown:
        group.target = _SKIP
    elif word in _SHAPES:
        group.target = _SHAPE
    elif word in _SKIPPED or (starred and group.target not in (_SHAPE, _TWICE)):
        group.target = _SKIP


def _word_of_other(word: str, argument: int | None, starred: bool, reader: _Reader) -> None:
    if reader.group.target in _ASIDE:
        _word_aside(word, argument, starred, reader)
    else:
        _word_of_list(word, argument, reader)


def _word_of_formula(word: str, argument: int | None, reader: _Reader) -> None:
    """Take a word inside a formula: its elements are those of Word files, with an m in front of their names."""
    if word in ("u", "uc", "f"):
        _ACTIONS[word](reader, argument)
    elif word in _CHARACTERS:
        _write(_CHARACTERS[word], reader)
    elif word in _SKIPPED:
        reader.group.target = _SKIP
    elif word[0] == "m" and len(word) > 1 and reader.group.math_depth < _DEEPEST_FORMULA:
        reader.group.math_depth += 1
        reader.group.math = _element(word[1:], reader.group.math)


def _element(name: str, above: "_Element | None" = None) -> "_Element":
    from lxml import etree  # noqa: PLC0415 - few files have formulas

    return etree.Element(name) if above is None else etree.SubElement(above, name)


def _begin_formula(reader: _Reader, _: int | None) -> None:
    reader.group.around, reader.group.target = reader.group.target, _MATH
    reader.group.opens, reader.group.math, reader.group.math_depth = _MATH, _element("oMath"), 0


def _end_formula(reader: _Reader) -> None:
    """Write a formula as one line."""
    group = reader.group
    root, group.target = group.math, group.around
    while root is not None and (above := root.getparent()) is not None:
        root = above
    if root is not None:
        _write(formula_text(root), reader)


def _write_of_formula(text: str, element: "_Element") -> None:
    """Add text to a formula; what a property gives is its value."""
    above = element.getparent()
    if above is not None and local(above).endswith("Pr"):
        element.set("val", _CONTROLS.sub("", (element.get("val") or "") + text)[:_LONGEST_VALUE])
    else:
        _element("t", element).text = _CONTROLS.sub("", text)


def _begin_twice(reader: _Reader, _: int | None) -> None:
    if reader.group.target != _TWICE:
        reader.group.around, reader.group.target = reader.group.target, _TWICE


def _begin_unicode(reader: _Reader, _: int | None) -> None:
    reader.group.target = reader.group.around if reader.group.target == _TWICE else _SKIP


def _pass(_reader: _Reader, _: int | None) -> None:
    """Take a word in front of which a star stands and whose group is text all the same."""


def _begin_row(reader: _Reader, _: int | None) -> None:
    if reader.group.target == _BODY:  # what describes the row of a table in a cell stands elsewhere
        reader.flows[-1].continued = []


def _continue_cell(reader: _Reader, _: int | None) -> None:
    reader.group.continues_cell = True


def _end_definition(reader: _Reader, _: int | None) -> None:
    if reader.group.target == _BODY:
        reader.flows[-1].continued.append(reader.group.continues_cell)
    reader.group.continues_cell = False


def _word_aside(word: str, argument: int | None, starred: bool, reader: _Reader) -> None:
    """Take a word inside the instruction of a field or a property of a shape, where few say anything."""
    group = reader.group
    if word in ("u", "uc", "f"):
        _ACTIONS[word](reader, argument)
    elif word in _CHARACTERS:
        _write(_CHARACTERS[word], reader)
    elif word in _FORM_WORDS:
        setattr(reader.field, _FORM_WORDS[word], argument)
    elif word == "ffl":
        group.target = _ENTRY
        reader.field.entries.append("")
    elif word == "sn":
        group.target, reader.property = _NAME, ""
    elif word == "sv" and reader.property == _ART:
        group.target, group.opens = _BODY, _FLOW
        reader.flows.append(_Flow("art"))
    elif word == "sv" and reader.shapes and reader.property in (_TURN, _SHAPE_NAME, _BEHIND):
        group.target = _VALUE
    elif word == "sv" or (starred and word != "formfield"):
        group.target = _SKIP


_FORM_WORDS = {"fftype": "form", "ffres": "result", "ffdefres": "default"}


def _word_of_list(word: str, argument: int | None, reader: _Reader) -> None:
    """Take a word of the list table, or of the number that a paragraph of Word 6 carries with it."""
    group = reader.group
    if word in ("u", "uc", "f"):
        _ACTIONS[word](reader, argument)
    elif word in _CHARACTERS:
        _write(_CHARACTERS[word], reader)
    elif word in _LIST_TEXTS:
        group.target = _LIST_TEXTS[word]
    elif word in _LIST_SKIPPED:
        group.target = _SKIP
    elif group.target == _LISTS:
        reader.lists.take(word, argument)
    elif group.target == _NUMBER and group.plain_number:
        group.plain_number.take(word, argument)


def _end_instruction(reader: _Reader) -> None:
    """Write what a field shows that needs no result; a result that is there all the same is passed over."""
    text = _field_text(reader.field)
    if text is not None:
        _write(text, reader)
        reader.group.has_shown = True


def _field_text(found: _Field) -> str | None:
    result = found.default if found.result in (None, _AS_SET) else found.result
    if found.form == _CHECK_BOX:
        return check_box_text(bool(result))
    return drop_down_text(found.entries, result) if found.form == _DROP_DOWN else drawn_text(found.instruction)


def _flush(reader: _Reader) -> None:
    """Decode the bytes that wait by the code page of their font, and write them."""
    if not reader.pending:
        return
    data, reader.pending = bytes(reader.pending), bytearray()
    encoding = reader.fonts.get(reader.group.font, reader.code_page)
    if reader.group.target == _FONTS:
        name = reader.font_names.get(reader.group.font, "") + data.decode("latin-1")
        reader.font_names[reader.group.font] = name[:_LONGEST_NAME]
        return
    if reader.group.target == _OBJECT:
        reader.objects[-1].data += data
        return
    if signs := _signs(reader):
        _write("".join(signs.get(character, character) for character in data.decode("latin-1")), reader)
        return
    if encoding == _SYMBOL_CHARSET:
        _write("".join(symbol(0xF000 + byte, "□" if byte >= 0x80 else chr(byte)) for byte in data), reader)
        return
    # Nothing is left out: what fits no code page shows as the replacement character, and a damaged byte costs no more than itself.
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost * _MOST_DAMAGED > len(text) or (lost and text.replace("\ufffd", "").isascii()):
        text = data.decode("cp1252" if encoding == reader.code_page else reader.code_page, "replace")
    _write(text, reader)


def _signs(reader: _Reader) -> dict[str, str]:
    """Return what the characters of the font stand for where it is one of symbols; nothing for another font."""
    font = reader.group.font
    if font not in reader.signs:
        name = reader.font_names.get(font, "").strip("; ")
        reader.signs[font] = symbols_of(name) if is_symbol_font(name) else {}
    return reader.signs[font]


def _write(text: str, reader: _Reader) -> None:
    target, flow = reader.group.target, reader.flows[-1]
    if target == _STYLES:
        style = reader.styles.setdefault(reader.style, _Style())
        style.name = (style.name + text)[:_LONGEST_NAME]
    elif target == _LABEL:
        flow.label.append(text)
    elif target == _BODY and not reader.group.hidden:
        flow.pieces.append(raised(text, "".join(flow.pieces[-1:])) if reader.group.raised else text)
    elif target == _MATH and reader.group.math is not None:
        _write_of_formula(text, reader.group.math)
    elif target == _INSTRUCTION:
        reader.field.instruction += text
    elif target == _ENTRY:
        reader.field.entries[-1] += text
    elif target == _NAME:
        reader.property += text
    elif target == _VALUE:
        properties = reader.shapes[-1].properties
        properties[reader.property] = (properties.get(reader.property, "") + text)[:_LONGEST_VALUE]
    elif target in _LISTED:
        _write_of_list(text, reader)


def _write_of_list(text: str, reader: _Reader) -> None:
    target, number = reader.group.target, reader.group.plain_number
    if target == _LEVEL_TEXT:
        reader.lists.write(text)
    elif number and target == _BEFORE:
        number.before += text
    elif number and target == _AFTER:
        number.after += text


def _unicode(reader: _Reader, argument: int | None) -> None:
    code = (argument or 0) % 0x10000
    plain = symbol(code) if 0xF000 <= code < 0xF100 else chr(code)
    _write(_signs(reader).get(chr(code), plain), reader)
    reader.to_skip = reader.group.fallback


def _paragraph(reader: _Reader) -> Paragraph:
    """Return the paragraph that ends here, with its number, and empty what it was collected in."""
    flow = reader.flows[-1]
    counted = _counted(reader)
    text, label = _joined(flow.pieces), _joined(flow.label).strip() or _joined([counted]).strip()
    flow.pieces.clear()
    flow.label.clear()
    name, level = _style_of(reader)
    if reason := contents_reason(name):
        return Paragraph(text, "noise", reason=reason)
    text = with_label(label, text) if text.strip() else text
    if level is None or level >= BODY_LEVEL:
        return Paragraph(text, indented=reader.group.indented)
    return Paragraph(text, "heading", level)


def _counted(reader: _Reader) -> str:
    r"""Count the paragraph in its list and return the number that it has where no ``\\listtext`` writes it."""
    group, flow = reader.group, reader.flows[-1]
    if group.hidden and not flow.pieces:
        return ""
    if group.list_number:
        return reader.lists.label(group.list_number, group.list_level)
    if group.plain_number is None:
        flow.counted = 0
        return ""
    if group.plain_number.goes_on:
        return ""
    flow.counted += 1
    return group.plain_number.label(flow.counted - 1)


def _joined(pieces: list[str]) -> str:
    r"""Return pieces as one text; halves of characters outside the basic plane, which ``\u`` gives one by one, become one."""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _style_of(reader: _Reader) -> tuple[str, int | None]:
    """Return the name of a paragraph's style and its heading level, inherited from the styles it is based on."""
    first = reader.styles.get(reader.group.style, _Style())
    level = None if reader.group.outline is None else reader.group.outline + 1
    style: _Style | None = first
    for _ in range(len(reader.styles)):
        if style is None or level is not None:
            break
        level = heading_level(style.name.strip().rstrip(";"), style.outline)
        style = None if style.base is None else reader.styles.get(style.base)
    return first.name.strip().rstrip(";"), level


def _end_paragraph(reader: _Reader) -> None:
    if reader.group.target != _BODY:
        return
    flow, level = reader.flows[-1], reader.group.table
    if _runs_on(flow, reader):
        return
    paragraph = _paragraph(reader)
    if level:
        flow.rows.setdefault(level, _Row()).cell.append(paragraph)
        return
    _close_rows(flow)
    flow.paragraphs.append(paragraph)
    _write_waiting(flow)


def _runs_on(flow: _Flow, reader: _Reader) -> bool:
    """Tell whether a paragraph goes on in the next: it is a drop cap, or its end is hidden; one that is hidden has no number."""
    if not flow.pieces:
        if reader.group.hidden:
            flow.label.clear()
        return False
    return reader.group.runs_on or (reader.group.hidden and not flow.is_over)


def _write_waiting(flow: _Flow) -> None:
    flow.paragraphs += flow.waiting
    flow.waiting.clear()


def _end_cell(reader: _Reader, level: int) -> None:
    row = reader.flows[-1].rows.setdefault(level, _Row())
    row.cell.append(_paragraph(reader))
    row.cells.append([paragraph for paragraph in row.cell if paragraph.text.strip()])
    row.cell = []


def _end_row(reader: _Reader, level: int) -> None:
    flow = reader.flows[-1]
    row = flow.rows.pop(level, _Row())
    if level == 1 and any(flow.continued):
        row.cells = [cell for cell, goes_on in zip_longest(row.cells, flow.continued[: len(row.cells)]) if not goes_on]
    paragraphs = join_row([*row.cells, [paragraph for paragraph in row.cell if paragraph.text.strip()]])
    if level > 1:
        flow.rows.setdefault(level - 1, _Row()).cell += paragraphs
        return
    flow.paragraphs += paragraphs
    _write_waiting(flow)


def _close_rows(flow: _Flow) -> None:
    """Write what is left of rows that were never ended."""
    for level in sorted(flow.rows):
        row = flow.rows.pop(level)
        flow.paragraphs += [paragraph for cell in (*row.cells, row.cell) for paragraph in cell]


def _end_flow(reader: _Reader) -> None:
    """Hand a note or text box on to the paragraph that it belongs to, and keep a page header or footer for the end."""
    reader.flows[-1].is_over, reader.group.runs_on = True, False
    _end_paragraph(reader)
    flow = reader.flows.pop()
    _close_rows(flow)
    paragraphs = [*flow.paragraphs, *flow.waiting]
    if flow.kind in ("note", "box"):
        reader.flows[-1].waiting += paragraphs
    elif flow.kind == "art":
        reader.flows[-1].paragraphs += paragraphs
    else:
        reader.margins += [Paragraph(paragraph.text, "noise", reason=flow.kind) for paragraph in paragraphs]


def _end_object(reader: _Reader) -> None:
    """Hand the words of an object on to the paragraph in which it stands, unless its text stands there already."""
    flow, held = reader.flows[-1], reader.objects.pop()
    figures = b"".join(bytes(held.data).split())
    if not figures or held.has_shown(flow):
        return
    reader.objects_seen += 1
    try:
        kind, data = unwrapped(bytes.fromhex(figures[: len(figures) // 2 * 2].decode()))
    except DAMAGE:
        return  # no object: a picture is all there is
    if kind == PACKAGER_CLASS and data:
        flow.waiting.append(Paragraph(packaged_name(data), "noise", reason="attached file"))
    elif data:
        flow.waiting += reader.inner.read_object(data, f"object{reader.objects_seen}")


def _begin_shape(reader: _Reader, _: int | None) -> None:
    flow = reader.flows[-1]
    reader.group.target, reader.group.opens = _SHAPE, _SHAPE
    reader.shapes.append(_Shape(len(flow.paragraphs), len(flow.waiting)))


def _end_shape(reader: _Reader) -> None:
    """Set the text of a shape aside where it is a watermark, which is told behind the text in some files."""
    flow, shape = reader.flows[-1], reader.shapes.pop()
    if shape.is_watermark():
        flow.paragraphs[shape.paragraphs :] = map(as_watermark, flow.paragraphs[shape.paragraphs :])
        flow.waiting[shape.waiting :] = map(as_watermark, flow.waiting[shape.waiting :])


def _set_behind(reader: _Reader, argument: int | None) -> None:
    if reader.shapes:
        reader.shapes[-1].properties[_BEHIND] = str(argument)


def _begin_object(reader: _Reader, _: int | None) -> None:
    flow = reader.flows[-1]
    reader.group.opens = _OBJECT
    reader.objects.append(_Object(len(flow.pieces), len(flow.paragraphs)))


def _begin_object_data(reader: _Reader, _: int | None) -> None:
    reader.group.target = _OBJECT if reader.objects else _SKIP


def _reset_paragraph(reader: _Reader, _: int | None) -> None:
    group = reader.group
    group.table, group.style, group.outline, group.runs_on, group.indented = 0, 0, None, False, False
    group.list_number, group.list_level, group.plain_number = 0, 0, None


def _set_style(reader: _Reader, argument: int | None) -> None:
    if reader.group.target == _STYLES:
        reader.style = argument or 0
    else:
        reader.group.style = argument or 0


def _set_outline(reader: _Reader, argument: int | None) -> None:
    if reader.group.target == _STYLES:
        reader.styles.setdefault(reader.style, _Style()).outline = argument
    else:
        reader.group.outline = argument


def _set_base(reader: _Reader, argument: int | None) -> None:
    reader.styles.setdefault(reader.style, _Style()).base = argument


def _set_font(reader: _Reader, argument: int | None) -> None:
    reader.group.font = -1 if argument is None else argument


def _set_charset(reader: _Reader, argument: int | None) -> None:
    # Charsets 0 and 1 say no more than that of the document does.
    if argument in _CHARSETS:
        reader.fonts[reader.group.font] = _CHARSETS[argument]


def _set_code_page(reader: _Reader, argument: int | None) -> None:
    reader.code_page = _CODE_PAGES.get(str(argument), "cp1252")


def _set_hidden(reader: _Reader, argument: int | None) -> None:
    reader.group.hidden = argument != 0


def _set_fallback(reader: _Reader, argument: int | None) -> None:
    reader.group.fallback = min(max(argument or 0, 0), 100)


def _set_plain(reader: _Reader, _: int | None) -> None:
    reader.group.hidden = reader.group.raised = False


def _set_raised(reader: _Reader, argument: int | None) -> None:
    reader.group.raised = argument != 0


def _set_level(reader: _Reader, _: int | None) -> None:
    reader.group.raised = False


def _set_table(reader: _Reader, argument: int | None) -> None:
    reader.group.table = min(max(argument or 0, 0), _DEEPEST_TABLE)


def _in_table(reader: _Reader, _: int | None) -> None:
    reader.group.table = reader.group.table or 1


def _begin_field(reader: _Reader, _: int | None) -> None:
    reader.group.has_shown = False


def _begin_property(reader: _Reader, _: int | None) -> None:
    reader.group.target, reader.property = _PROPERTY, ""


def _set_drop_cap(reader: _Reader, _: int | None) -> None:
    reader.group.runs_on = True


def _set_indent(reader: _Reader, argument: int | None) -> None:
    reader.group.indented = (argument or 0) > 0


def _begin_instruction(reader: _Reader, _: int | None) -> None:
    reader.group.target, reader.group.opens, reader.field = _INSTRUCTION, _INSTRUCTION, _Field()


def _begin_number(reader: _Reader, _: int | None) -> None:
    """Begin the description of a number, which stands in a group of its own within the paragraph."""
    number = PlainNumber()
    reader.groups[-1].plain_number = reader.group.plain_number = number
    reader.group.target = _NUMBER


def _set_list(reader: _Reader, argument: int | None) -> None:
    reader.group.list_number = argument or 0


def _set_list_level(reader: _Reader, argument: int | None) -> None:
    reader.group.list_level = argument or 0


_ACTIONS: dict[str, Callable[[_Reader, int | None], None]] = {
    "par": lambda reader, _: _end_paragraph(reader),
    "sect": lambda reader, _: _end_paragraph(reader),
    "cell": lambda reader, _: _end_cell(reader, 1),
    "row": lambda reader, _: _end_row(reader, 1),
    "nestcell": lambda reader, _: _end_cell(reader, max(2, reader.group.table)),
    "nestrow": lambda reader, _: _end_row(reader, max(2, reader.group.table)),
    "pard": _reset_paragraph,
    "plain": _set_plain,
    "super": _set_raised,
    "nosupersub": _set_level,
    "intbl": _in_table,
    "itap": _set_table,
    "s": _set_style,
    "outlinelevel": _set_outline,
    "sbasedon": _set_base,
    "f": _set_font,
    "fcharset": _set_charset,
    "ansicpg": _set_code_page,
    "u": _unicode,
    "uc": _set_fallback,
    "v": _set_hidden,
    "deleted": _set_hidden,
    "field": _begin_field,
    "fldinst": _begin_instruction,
    "pn": _begin_number,
    "object": _begin_object,
    "objdata": _begin_object_data,
    "shp": _begin_shape,
    "moMath": _begin_formula,
    "moMathPara": _pass,
    "upr": _begin_twice,
    "ud": _begin_unicode,
    "trowd": _begin_row,
    "clvmrg": _continue_cell,
    "cellx": _end_definition,
    "shpfblwtxt": _set_behind,
    "sp": _begin_property,
    "dropcapt": _set_drop_cap,
    "fi": _set_indent,
    "cufi": _set_indent,
    "ls": _set_list,
    "ilvl": _set_list_level,
}
_ENDS: dict[str, Callable[[_Reader], None]] = {
    _FLOW: _end_flow,
    _MATH: _end_formula,
    _OBJECT: _end_object,
    _SHAPE: _end_shape,
}
