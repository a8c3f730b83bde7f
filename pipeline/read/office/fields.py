r"""What fields of Word files show that keep no result: equations (EQ), symbols, buttons, chosen entries and ticked boxes of forms.

Word draws these from their instructions. Pinyin above a character and a circle around one are typed as equations in many files:
``\o(\s\up 9(xuān),宣)`` and ``\o\ac(○,印)``; the character is the text, and the pinyin and the circle are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.read.office.numbering import symbol
from pipeline.read.office.ooxml import attribute, child, children, local, number, switch
from pipeline.read.symbols import is_symbol_font, symbols_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_BOXES = ("□", "☑")
_EQUATION = re.compile(r"\s*EQ\b", re.IGNORECASE)
_SYMBOL = re.compile(r"\s*SYMBOL\s+(0x[0-9a-f]{1,6}|\d{1,7})(?![0-9a-z])(.*)", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r"""\\f\s*(?:"([^"]*)"|([^\s"\\]+))""", re.IGNORECASE)
_UNICODE = re.compile(r"\\u\b", re.IGNORECASE)
_LAST_BYTE, _LAST_CODE, _SYMBOL_FONT = 0xFF, 0xFFFF, 0xF000
LONGEST_SIGNS = 4  # characters of a run that is looked at for letters in a symbol font
_CODE_LENGTHS, _HEXADECIMAL = (2, 4), frozenset("0123456789abcdefABCDEF")
# A button shows what stands behind the name of what it does.
_BUTTON = re.compile(r"\s*(?:MACROBUTTON|GOTOBUTTON)\s+\S+(.*)", re.IGNORECASE | re.DOTALL)
_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
_FIELD_SWITCH = re.compile(r"""\\\*\s*(?:"[^"]*"|[^\s\\(]+)""")
# A switch with its figures, a character that a backslash makes plain, a sign of the structure, text.
_TOKEN = re.compile(r"\\([a-z]{1,4})[ ]?-?\d*|\\(.)|([(),;])|([^\\(),;]+)", re.IGNORECASE | re.DOTALL)
# Switches that enclose nothing of their own but say how another does; two of them move what they enclose up or down.
_OPTIONS = frozenset(
    ["ac", "al", "ar", "ad", "up", "do", "ai", "di", "bc", "lc", "rc", "co", "vs", "hs", "to", "bo", "le", "ri", "fo", "ba"]
)
_MOVES = ("up", "do")
_ENCLOSURES = frozenset("○◯〇□△◇☐")
_BETWEEN = {"f": "/", "l": ",", "a": " "}
_DEEPEST = 50
# What gives text in a Word file.
_LEAVES = ("{*}t", "{*}sym", "{*}tab", "{*}ptab", "{*}br", "{*}cr", "{*}noBreakHyphen")


@dataclass(slots=True)
class _Operand:
    """An operand of an equation: its text so far, and whether it is moved, as what stands above a character is."""

    text: str = ""
    moved: bool = False


@dataclass(slots=True)
class _Equation:
    """An equation on its way: the switches that are open with their operands, and what the next parenthesis belongs to."""

    open: list[tuple[str, list[_Operand]]] = field(default_factory=lambda: [("", [_Operand()])])
    switch: str = ""
    moved: bool = False


class Fields:
    """The fields of a Word file: the elements of instructions, which show nothing, and what fields show that keep no result.

    ``hidden`` holds elements that would give text, ``shown`` the text that stands in place of an element, and ``contents`` the
    elements of tables of contents. The results of fields inside an instruction belong to it. A field that is never ended is
    none, as damaged files have them.
    """

    def __init__(self) -> None:
        """Start without fields."""
        self.hidden: set[_Element] = set()
        self.contents: set[_Element] = set()
        self.shown: dict[_Element, str] = {}

    def add(self, root: "_Element | None") -> None:
        """Add the fields of a part."""
        if root is None:
            return
        for simple in root.iter("{*}fldSimple"):
            if (text := drawn_text(attribute(simple, "instr") or "")) is not None:
                self.shown[simple] = text
                self.hidden.update(simple.iter(*_LEAVES))
        if next(root.iter("{*}fldChar"), None) is not None:
            self._add_complex(root)

    def _add_complex(self, root: "_Element") -> None:
        open_fields: list[_Field] = []
        for element in root.iter("{*}fldChar", "{*}instrText", *_LEAVES):
            name = local(element)
            if name == "fldChar":
                self._step(element, open_fields)
            elif name == "instrText":
                if open_fields:
                    open_fields[-1].instruction += element.text or ""
            elif field := next((field for field in reversed(open_fields) if field.hides), None):
                field.hidden.append(element)
                if (
                    field is open_fields[-1] and name == "t" and not field.has_result
                ):  # some programs write what is Chinese in an instruction as text
                    field.instruction += element.text or ""
            elif field := next((field for field in open_fields if _CONTENTS.match(field.instruction)), None):
                field.result.append(element)

    def _step(self, element: "_Element", open_fields: "list[_Field]") -> None:
        step = attribute(element, "fldCharType")
        if step == "begin":
            open_fields[_DEEPEST - 1 :] = [_Field(element)]
        elif open_fields and step == "separate":
            open_fields[-1].hides = open_fields[-1].text() is not None
            open_fields[-1].has_result = True
        elif open_fields and step == "end":
            field = open_fields.pop()
            self.hidden.update(field.hidden)
            self.contents.update(field.result)
            outer = next((field for field in reversed(open_fields) if field.hides), None)
            if outer is None and (text := field.text()) is not None:
                self.shown[field.begin] = text


@dataclass(slots=True)
class _Field:
    """A field on its way: where it begins, its instruction, and what it hides; ``hides`` is on up to a result that shows.

    ``result`` is what gives the text of a table of contents.
    """

    begin: "_Element"
    instruction: str = ""
    hides: bool = True
    has_result: bool = False
    hidden: "list[_Element]" = field(default_factory=list)
    result: "list[_Element]" = field(default_factory=list)

    def text(self) -> str | None:
        """Return what the field shows without a result of its own, or None."""
        name = self.instruction.split(maxsplit=1)[:1]
        form = child(self.begin, "ffData")
        if form is None or not name or name[0].upper() not in ("FORMDROPDOWN", "FORMCHECKBOX"):
            return drawn_text(self.instruction)
        if (box := child(form, "checkBox")) is not None:
            checked = switch(child(box, "checked"))
            return check_box_text(bool(switch(child(box, "default")) if checked is None else checked))
        entries = child(form, "ddList")
        chosen = number(child(entries, "result"))
        names = [attribute(entry) or "" for entry in children(entries) if local(entry) == "listEntry"]
        return drop_down_text(names, number(child(entries, "default")) if chosen is None else chosen)


def drop_down_text(entries: Sequence[str], chosen: int | None) -> str:
    """Return the entry of a drop-down list that shows; the first where none is chosen."""
    return entries[chosen or 0] if 0 <= (chosen or 0) < len(entries) else ""


def check_box_text(checked: bool) -> str:
    """Return the box of a form as a character."""
    return _BOXES[checked]


def drawn_text(instruction: str) -> str | None:
    """Return what a field shows that is drawn from its instruction alone; None for the instruction of another field."""
    if match := _SYMBOL.match(instruction):
        return _field_symbol(match[1], match[2])
    if match := _BUTTON.match(instruction):
        return match[1].strip()
    return equation_text(instruction)


def symbol_text(code: str, font: str) -> str:
    """Return the sign of a symbol (w:sym) by its code, which programs write with or without what private use adds to it."""
    if len(code) not in _CODE_LENGTHS or not set(code) <= _HEXADECIMAL:
        return ""
    value = int(code, 16)
    if not is_symbol_font(font):
        return symbol(value)
    private = _SYMBOL_FONT + value if value <= _LAST_BYTE else value
    return symbols_of(font).get(chr(private)) or symbol(private)


def signs_in_font(text: str, element: "_Element") -> str:
    """Return the text of a run (w:t) with letters in a symbol font as the signs that they show: R in Wingdings 2 is a tick."""
    font = attribute(child(element.getparent(), "rPr", "rFonts"), "ascii") or ""
    if not is_symbol_font(font):
        return text
    signs = symbols_of(font)
    return "".join(signs.get(character, character) for character in text)


def _field_symbol(code: str, options: str) -> str:
    """Return the character of a SYMBOL field; one of a symbol font as the sign that it looks like."""
    value = int(code, 16) if code[:2].lower() == "0x" else int(code)
    font = _FONT.search(options)
    name = "" if font is None else font[1] or font[2]
    if value > _LAST_CODE or (is_symbol_font(name) and value > _LAST_BYTE):
        return ""
    if is_symbol_font(name):
        return symbols_of(name).get(chr(value), "□")
    is_unicode = _UNICODE.search(options) is not None or value > _LAST_BYTE
    return chr(value) if is_unicode else bytes([value]).decode("cp1252", "replace")


def equation_text(instruction: str) -> str | None:
    """Return what an EQ field shows as text, without pinyin and enclosing signs; None for the instruction of another field."""
    head = _EQUATION.match(instruction)
    if head is None:
        return None
    equation = _Equation()
    for name, plain, sign, text in _TOKEN.findall(_FIELD_SWITCH.sub("", instruction[head.end() :])):
        if name:
            _take_switch(name.lower(), equation)
        elif sign:
            _take_sign(sign, equation)
        else:
            equation.open[-1][1][-1].text += plain or text
    while len(equation.open) > 1:
        _close(equation.open)
    return equation.open[0][1][0].text.strip()


def _take_switch(name: str, equation: _Equation) -> None:
    if name in _OPTIONS:
        equation.moved = equation.moved or name in _MOVES
    else:
        equation.switch = name


def _take_sign(sign: str, equation: _Equation) -> None:
    operands = equation.open[-1][1]
    if sign == "(" and equation.switch and len(equation.open) < _DEEPEST:
        operands[-1].moved = operands[-1].moved or (equation.moved and not operands[-1].text.strip())
        equation.open.append((equation.switch, [_Operand()]))
        equation.switch, equation.moved = "", False
    elif sign == ")" and len(equation.open) > 1:
        _close(equation.open)
    elif sign in ",;" and len(equation.open) > 1:
        operands.append(_Operand())
    else:
        operands[-1].text += sign


def _close(stack: list[tuple[str, list[_Operand]]]) -> None:
    switch, operands = stack.pop()
    stack[-1][1][-1].text += _overlaid(operands) if switch == "o" else _side_by_side(switch, operands)


def _overlaid(operands: list[_Operand]) -> str:
    """Return what is written over each other: neither what stands above or below, nor the sign around it, where there is more."""
    inside = [operand for operand in operands if operand.text.strip() not in _ENCLOSURES] or operands
    base = [operand for operand in inside if not operand.moved] or inside
    return "".join(operand.text.strip() for operand in base)


def _side_by_side(switch: str, operands: list[_Operand]) -> str:
    text = _BETWEEN.get(switch, "").join(filter(None, (operand.text.strip() for operand in operands)))
    return f"({text})" if switch == "b" else text
