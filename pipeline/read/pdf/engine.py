"""PDFium's functions that are called for each character or object, with addresses as numbers.

The declarations of pypdfium2 make a pointer object of each argument and result, which takes longer than what is asked for.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.core.native import GLYPHS, compiled

if TYPE_CHECKING:
    from pipeline.read._glyphs import Asked

_Take = Callable[..., Any]


class Calls(NamedTuple):
    """Functions of PDFium: a text page, object, font or place to write to is given by its address, a character by its number."""

    unicode_of: _Take
    is_generated: _Take
    box_of: _Take
    origin_of: _Take
    matrix_of: _Take
    size_of: _Take
    object_of: _Take
    font_of: _Take
    colour_of: _Take


_NUMBER, _PLACE = ctypes.c_int, ctypes.c_void_p
# In the order of the calls: the name, the type of the result, and those of the arguments.
_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "FPDFText_GetUnicode": (ctypes.c_uint, _PLACE, _NUMBER),
    "FPDFText_IsGenerated": (_NUMBER, _PLACE, _NUMBER),
    "FPDFText_GetLooseCharBox": (_NUMBER, _PLACE, _NUMBER, _PLACE),
    "FPDFText_GetCharOrigin": (_NUMBER, _PLACE, _NUMBER, _PLACE, _PLACE),
    "FPDFText_GetMatrix": (_NUMBER, _PLACE, _NUMBER, _PLACE),
    "FPDFText_GetFontSize": (ctypes.c_double, _PLACE, _NUMBER),
    "FPDFText_GetTextObject": (_PLACE, _PLACE, _NUMBER),
    "FPDFTextObj_GetFont": (_PLACE, _PLACE),
    "FPDFText_GetFillColor": (_NUMBER, _PLACE, _NUMBER, _PLACE, _PLACE, _PLACE, _PLACE),
}


@cache
def calls() -> Calls:
    """Return the functions for ctypes."""
    return Calls(*(ctypes.PYFUNCTYPE(*types)(_address_of(name)) for name, types in _FUNCTIONS.items()))


@cache
def compiled_calls() -> "Asked | None":
    """Return the functions for the compiled part, or None where there is none."""
    native = compiled(GLYPHS)
    return None if native is None else native.Asked(tuple(map(_address_of, _FUNCTIONS)))


def _address_of(name: str) -> int:
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    return address(getattr(raw, name))


def address(pointer: Any) -> int:  # noqa: ANN401 - a pointer of ctypes
    """Return where a pointer points to."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
