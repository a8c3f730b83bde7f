"""Formulas as one line of text: of Word and PowerPoint (OMML), and of OpenDocument and web pages (MathML).

What stands above, below or around something else is written as in the linear form of Unicode formulas (UnicodeMath): 1/2, 10², √2,
(a+b)/c. Without the signs that a formula draws, one half would be read as 12.
"""

import re
from typing import TYPE_CHECKING

from pipeline.read.office.ooxml import child, children, local

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

_PLAIN = "0123456789+-=()n"
_RAISED, _LOWERED = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"), str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ")
_ONE = re.compile(r"[^\W_]*(?:[.,][^\W_]+)*[%‰]?|[(（\[][^()（）\[\]]*[)）\]]")  # what needs no brackets
_SKIPPED = frozenset(["del", "moveFrom", "annotation", "annotation-xml", "mphantom", "phant", "instrText", "delText"])
_DEEPEST = 200
_TEXTS = frozenset(["t", "mi", "mn", "mo", "mtext", "ms"])


def raised(text: str, before: str) -> str:
    """Return figures that are raised as such where they follow a figure: 10² is not 102; elsewhere they stand as they are."""
    return text.translate(_RAISED) if text.isascii() and text.isdigit() and before[-1:].isdigit() else text


def formula_text(root: "_Element") -> str:
    """Return a formula as one line, without blanks but those within its words; of one that is very deep no more than its words."""
    if _depth(root) > _DEEPEST:
        return "".join(_text(token) for token in root.iter() if isinstance(token.tag, str) and local(token) in _TEXTS)
    return "".join(map(_text, children(root))) if local(root) not in _WRITTEN else _text(root)


def _depth(root: "_Element") -> int:
    """Return how many elements of a formula stand in each other."""
    from lxml import etree  # noqa: PLC0415 - loaded when a formula is read, not when a command is listed

    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _text(element: "_Element") -> str:
    name = local(element)
    if name in _TEXTS:
        return " ".join((element.text or "").split())
    if name in _SKIPPED or name.endswith("Pr") or not isinstance(element.tag, str):
        return ""
    written = _WRITTEN.get(name)
    return written(element) if written else "".join(map(_text, element))


def _grouped(text: str) -> str:
    return text if _ONE.fullmatch(text) else f"({text})"


def _upper(text: str) -> str:
    return "" if not text else text.translate(_RAISED) if set(text) <= set(_PLAIN) else f"^{_grouped(text)}"


def _lower(text: str) -> str:
    return "" if not text else text.translate(_LOWERED) if set(text) <= set(_PLAIN) else f"_{_grouped(text)}"


def _root(text: str, degree: str = "") -> str:
    return f"{_upper(degree)}√{_grouped(text)}"


# OMML: what belongs to a sign stands in elements by name.


def _of(element: "_Element", name: str) -> str:
    found = child(element, name)
    return "" if found is None else "".join(map(_text, found))


def _character(element: "_Element", kind: str, name: str, otherwise: str) -> str:
    """Return the character that a property gives; an empty one stands for none."""
    found = child(element, f"{kind}Pr", name)
    return otherwise if found is None else _value(found)


def _value(element: "_Element | None") -> str:
    """Return the value of a property, whose attribute is of the namespace of formulas."""
    values = {} if element is None else {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}
    return values.get("val", "")


def _fraction(element: "_Element") -> str:
    above, below = _of(element, "num"), _of(element, "den")
    if _value(child(element, "fPr", "type")) == "noBar":
        return f"({above} {below})"
    return f"{_grouped(above)}/{_grouped(below)}"


def _radical(element: "_Element") -> str:
    hidden = child(element, "radPr", "degHide")
    is_hidden = hidden is not None and _value(hidden) not in ("0", "off", "false")
    return _root(_of(element, "e"), "" if is_hidden else _of(element, "deg"))


def _delimited(element: "_Element") -> str:
    first, last = (_character(element, "d", name, sign) for name, sign in (("begChr", "("), ("endChr", ")")))
    inside = ["".join(map(_text, each)) for each in element if local(each) == "e"]
    return first + _character(element, "d", "sepChr", "|").join(inside) + last


def _repeated(element: "_Element") -> str:
    sign = _character(element, "nary", "chr", "∫")
    limits = _lower(_of(element, "sub")) + _upper(_of(element, "sup"))
    return f"{sign}{limits}{' ' if limits else ''}{_of(element, 'e')}"


def _rows(element: "_Element") -> str:
    """Return a matrix, or equations one under the other."""
    rows = [row for row in element if local(row) in ("mr", "e", "mtr", "mlabeledtr")]
    each = [" ".join(filter(None, map(_text, row))) if local(row) != "e" else "".join(map(_text, row)) for row in rows]
    return "; ".join(filter(None, each))


# MathML: what belongs to a sign stands in elements by their order.


def _inner(element: "_Element", index: int) -> str:
    parts = [each for each in element if isinstance(each.tag, str)]
    return _text(parts[index]) if index < len(parts) else ""


def _fenced(element: "_Element") -> str:
    separator = (element.get("separators") or ",")[:1]
    return f"{element.get('open', '(')}{separator.join(map(_text, element))}{element.get('close', ')')}"


_WRITTEN: "dict[str, Callable[[_Element], str]]" = {
    "f": _fraction,
    "rad": _radical,
    "d": _delimited,
    "nary": _repeated,
    "m": _rows,
    "eqArr": _rows,
    "sSup": lambda each: _of(each, "e") + _upper(_of(each, "sup")),
    "sSub": lambda each: _of(each, "e") + _lower(_of(each, "sub")),
    "sSubSup": lambda each: _of(each, "e") + _lower(_of(each, "sub")) + _upper(_of(each, "sup")),
    "sPre": lambda each: _lower(_of(each, "sub")) + _upper(_of(each, "sup")) + _of(each, "e"),
    "limLow": lambda each: _of(each, "e") + _lower(_of(each, "lim")),
    "limUpp": lambda each: _of(each, "e") + _upper(_of(each, "lim")),
    "mfrac": lambda each: f"{_grouped(_inner(each, 0))}/{_grouped(_inner(each, 1))}",
    "msup": lambda each: _inner(each, 0) + _upper(_inner(each, 1)),
    "msub": lambda each: _inner(each, 0) + _lower(_inner(each, 1)),
    "msubsup": lambda each: _inner(each, 0) + _lower(_inner(each, 1)) + _upper(_inner(each, 2)),
    "munder": lambda each: _inner(each, 0) + _lower(_inner(each, 1)),
    "mover": lambda each: _inner(each, 0) + _upper(_inner(each, 1)),
    "munderover": lambda each: _inner(each, 0) + _lower(_inner(each, 1)) + _upper(_inner(each, 2)),
    "msqrt": lambda each: _root("".join(map(_text, each))),
    "mroot": lambda each: _root(_inner(each, 0), _inner(each, 1)),
    "mfenced": _fenced,
    "mtable": _rows,
}
