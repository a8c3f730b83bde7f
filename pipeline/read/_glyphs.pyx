# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The characters of a PDF page in one call, compiled: PDFium has none that gives all of them, and a call through ctypes takes longer
than what is asked for.

It does what ``characters_with_ctypes`` of ``pdf/characters.py`` does, which stays the reference and stands in where this file could
not be compiled; tests hold one against the other. PDFium's functions come as addresses. They check each number themselves.
"""

from libc.math cimport isfinite
from math import hypot

from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.turns import turn_of
from pipeline.read.pdf.characters import Drawn, edges, form_of, whole

cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    """
    const char* SOURCE_DIGEST

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from

cdef enum:
    LAST_CODE = 0x10FFFF

ctypedef struct Box:  # FS_RECTF
    float left, top, right, bottom

ctypedef struct Matrix:  # FS_MATRIX
    float a, b, c, d, e, f

ctypedef unsigned int (*UnicodeOf)(void*, int) noexcept
ctypedef int (*IsGenerated)(void*, int) noexcept
ctypedef int (*BoxOf)(void*, int, Box*) noexcept
ctypedef int (*OriginOf)(void*, int, double*, double*) noexcept
ctypedef int (*MatrixOf)(void*, int, Matrix*) noexcept
ctypedef double (*SizeOf)(void*, int) noexcept
ctypedef void* (*ObjectOf)(void*, int) noexcept
ctypedef void* (*FontOf)(void*) noexcept
ctypedef int (*ColourOf)(void*, int, unsigned int*, unsigned int*, unsigned int*, unsigned int*) noexcept

cdef object new = tuple.__new__  # what a named tuple does by itself, without a function in Python around it


cdef class Asked:
    """Functions of PDFium by their addresses, in the order of ``Calls`` in ``pdf/engine.py``; raises ValueError for none."""

    cdef UnicodeOf unicode_of
    cdef IsGenerated is_generated
    cdef BoxOf box_of
    cdef OriginOf origin_of
    cdef MatrixOf matrix_of
    cdef SizeOf size_of
    cdef ObjectOf object_of
    cdef FontOf font_of
    cdef ColourOf colour_of

    def __init__(self, tuple addresses not None):
        if len(addresses) != 9 or not all(addresses):
            raise ValueError("nine functions are asked")
        self.unicode_of = <UnicodeOf><size_t>addresses[0]
        self.is_generated = <IsGenerated><size_t>addresses[1]
        self.box_of = <BoxOf><size_t>addresses[2]
        self.origin_of = <OriginOf><size_t>addresses[3]
        self.matrix_of = <MatrixOf><size_t>addresses[4]
        self.size_of = <SizeOf><size_t>addresses[5]
        self.object_of = <ObjectOf><size_t>addresses[6]
        self.font_of = <FontOf><size_t>addresses[7]
        self.colour_of = <ColourOf><size_t>addresses[8]

    def colours(self, size_t handle, numbers not None):
        """Return the colour that characters of the text page at an address are filled with; raises ValueError for no page."""
        cdef void* page = <void*>handle
        cdef unsigned int red, green, blue, alpha
        cdef int number
        cdef list found = []
        if not handle:
            raise ValueError("no text page")
        for number in numbers:
            is_known = self.colour_of(page, number, &red, &green, &blue, &alpha)
            found.append((red, green, blue, alpha) if is_known else None)
        return found

    def characters(self, size_t handle, int count, fonts not None):
        """Return the characters of the text page at an address, of which there are ``count``; raises ValueError for no page."""
        cdef void* page = <void*>handle
        cdef void* drawing
        cdef void* last = NULL
        cdef Box box = Box(0, 0, 0, 0)  # PDFium leaves it where a character has none
        cdef double x = 0, y = 0, left, right, base, size = 0, width
        cdef unsigned int code
        cdef int i, turn = 0
        cdef Py_ssize_t order = 0
        cdef bint spaced = False
        cdef dict looks = {}, symbols = None
        cdef list found = []
        cdef str character, pair = ""
        font = 0
        if not handle or count < 0:
            raise ValueError("no text page")
        for i in range(count):
            code = self.unicode_of(page, i)
            if code in (0x20, 0x0D, 0x0A) and self.is_generated(page, i):
                order += code == 0x0A
                spaced = True
                continue
            character = chr(min(code, <unsigned int>LAST_CODE))
            if pair or 0xD800 <= code <= 0xDFFF:
                character, pair = whole(pair + character)
            drawing = self.object_of(page, i)
            if drawing is NULL or drawing != last:
                turn, size, font, symbols = self.look_at(page, i, drawing, looks, fonts)
                last = drawing
            self.box_of(page, i, &box)
            self.origin_of(page, i, &x, &y)
            order += 1
            if character:
                if turn == 0:
                    left, right, base = x, box.right, y
                else:
                    left, right, base = edges((box.left, box.top, box.right, box.bottom), x, y, turn)
                width = size
                if not isfinite(left + right + base + size):
                    left = right = base = width = 0
                if not width > 0:
                    width = right - left if right - left > 1 else 1
                shown, is_full = form_of(symbols.get(character, character))
                if is_full and left + width > right:
                    right = left + width
                elif left > right:
                    right = left
                glyph = new(Glyph, (shown, left, right, base, width, order, spaced))
                found.append(new(Drawn, (glyph, turn, i, <size_t>drawing, font)))
            spaced = False
        return found

    cdef tuple look_at(self, void* page, int i, void* drawing, dict looks, fonts):
        """Return turn, size, font and symbols of an object; what no object draws is asked for itself."""
        cdef Matrix matrix = Matrix(0, 0, 0, 0, 0, 0)
        cdef object look = looks.get(<size_t>drawing) if drawing is not NULL else None
        if look is None:
            self.matrix_of(page, i, &matrix)
            size = self.size_of(page, i) * hypot(matrix.c, matrix.d)
            font = fonts.number(<size_t>self.font_of(drawing)) if drawing is not NULL else 0
            turn = 0 if matrix.b == 0 and matrix.a > 0 else turn_of(matrix.a, matrix.b)
            look = looks[<size_t>drawing] = turn, size, font, fonts.symbols(font)
        return look
