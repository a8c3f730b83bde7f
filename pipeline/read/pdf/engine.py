"""PDFium's functions that are called for each character or object, with addresses as numbers.

The declarations of pypdfium2 make a pointer object of each argument and result, which takes longer than what is asked for.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

_Take = Callable[..., Any]


class Calls(NamedTuple):
    """Functions of PDFium: a text page, object, font or place to write to is given by its address, a character by its number."""

    unicode_of: _Take
    box_of: _Take
    origin_of: _Take
    matrix_of: _Take
    size_of: _Take
    object_of: _Take
    font_of: _Take


@cache
def calls() -> Calls:
    """Return the functions."""
    number, place = ctypes.c_int, ctypes.c_void_p
    return Calls(
        _function("FPDFText_GetUnicode", ctypes.c_uint, place, number),
        _function("FPDFText_GetLooseCharBox", number, place, number, place),
        _function("FPDFText_GetCharOrigin", number, place, number, place, place),
        _function("FPDFText_GetMatrix", number, place, number, place),
        _function("FPDFText_GetFontSize", ctypes.c_double, place, number),
        _function("FPDFText_GetTextObject", place, place, number),
        _function("FPDFTextObj_GetFont", place, place),
    )


def _function(name: str, result: Any, *arguments: Any) -> _Take:  # noqa: ANN401 - types of ctypes
    from pypdfium2 import raw  # noqa: PLC0415 - loaded when a PDF is read

    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


def address(pointer: Any) -> int:  # noqa: ANN401 - a pointer of ctypes
    """Return where a pointer points to."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
