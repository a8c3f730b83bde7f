# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The characters of a PDF page in one call, and the lines of a page, compiled.

PDFium has no function that gives all characters, and a call through ctypes takes longer than what is asked for.

``Asked.signs`` does what ``characters_with_ctypes`` of ``pdf/characters.py`` does, ``lines_of`` what ``reference_lines`` of
``page/lines.py`` does. These stay the reference and stand in where this file could not be compiled; tests hold one against the
other. A page that asks for a closer look (something is turned, or may be drawn twice, be a watermark or an annotation, fill a hole
in another line) is left to the reference: None says so. PDFium's functions come as addresses. They check each number themselves.
Lengths that the reference gives a name are taken from it.
"""

from libc.math cimport INFINITY, fabs, floor, fmax, fmin, isfinite, rint
from libc.stdint cimport uint16_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcpy
from cpython.unicode cimport PyUnicode_FromKindAndData
from math import hypot

from pipeline.read.page import lines as in_lines, order as in_order, overprint, ruby, turns, vertical
from pipeline.read.page.glyphs import RADICALS, Glyph
from pipeline.read.page.lines import TextLine
from pipeline.read.page.order import from_the_top
from pipeline.read.page.turns import turn_of
from pipeline.read.pdf import classes, covers
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
    PLANE = 0x10000
    COMPARED = 256  # pairs at most for each character or row: beyond, the reference sorts them

cdef uint16_t WIDE = classes.WIDE, SPACE = classes.SPACE, ALNUM = classes.ALNUM, FULL = classes.FULL, REWRITTEN = classes.REWRITTEN
cdef uint16_t RADICAL = classes.RADICAL, IDEOGRAPH = classes.IDEOGRAPH, COMMON = classes.COMMON, UNREADABLE = classes.UNREADABLE
cdef uint16_t SOUND = classes.SOUND, DOT = classes.DOT, NON_STARTER = classes.NON_STARTER
cdef uint16_t STAYS_BEHIND = classes.STAYS_BEHIND, STAYS_BEFORE = classes.STAYS_BEFORE
cdef double LEVEL = in_lines._LEVEL, CELL_GAP = in_lines.CELL_GAP, HOLE = in_lines._HOLE, BACK = in_lines._BACK
cdef double OVER_MARK = in_lines._OVER_MARK, SPREAD = in_lines._SPREAD, WIDE_GAP = in_lines._WIDE_GAP
cdef double NARROW_GAP = in_lines._NARROW_GAP, MIXED_GAP = in_lines._MIXED_GAP, NO_SPACE_AFTER_ALL = in_lines._NO_SPACE_AFTER_ALL
cdef double LARGEST_AUTOSPACE = in_lines._LARGEST_AUTOSPACE
cdef Py_ssize_t FEW = in_lines._FEW, UNIT_LIMIT = in_lines._UNIT_LIMIT
cdef double FILLS_LEVEL = in_order._LEVEL, FILLS_NEAR = in_order._NEAR, TWO_STEPS = 2 * in_order._STEP
cdef double ALONG = overprint._ALONG, ACROSS = overprint._ACROSS, SAME_SIZE = overprint._SAME_SIZE
cdef double LARGE = covers._LARGE, TILE_GAP = covers._TILE_GAP, DOT_SIZE = ruby._DOT_SIZE
cdef double LEAST_SLOPE = turns._LEAST_SLOPE, NEXT = turns._NEXT
cdef Py_ssize_t FEWEST_SLOPES = turns._FEWEST, FEWEST_OF_LINE = turns._FEWEST_OF_LINE, SLOPES = turns._SAMPLE
cdef Py_ssize_t FEWEST_DOWN = vertical._FEWEST
cdef double STRAIGHT = vertical._STRAIGHT, NEAREST = vertical._NEAREST, FARTHEST = vertical._FARTHEST
cdef uint16_t known_classes[PLANE]  # 0 where it was not asked for yet

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

cdef struct Sign:
    double left, right, base, size
    size_t drawing
    Py_ssize_t order
    Py_UCS4 code
    int number, turn, font
    uint16_t kind
    bint spaced

cdef struct Row:  # of characters that stand on one base, from ``start`` to ``end``
    Py_ssize_t start, end
    double left, right, base, size

cdef struct Cell:
    Py_ssize_t start, end
    double stretch

cdef object new = tuple.__new__  # what a named tuple does by itself, without a function in Python around it


cdef uint16_t class_of(Py_UCS4 code) except 0:
    """Return what a character may be, as ``pdf/classes.py`` tells."""
    cdef uint16_t kind
    if code < PLANE and known_classes[code]:
        return known_classes[code]
    kind = classes.class_of(chr(code))
    if code < PLANE:
        known_classes[code] = kind
    return kind


cdef class Signs:
    """The characters of a page with their places, in the order of the file."""

    cdef Sign* signs
    cdef Py_ssize_t count
    cdef bint is_odd  # some are turned or pale
    cdef dict fonts  # their numbers by their addresses

    def __cinit__(self, Py_ssize_t room):
        self.fonts = {}
        self.signs = <Sign*>malloc((room + 1) * sizeof(Sign))
        if self.signs is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.signs)

    def __len__(self):
        return self.count

    def drawn(self):
        """Return them as ``characters_with_ctypes`` does."""
        cdef Py_ssize_t i
        cdef Sign* sign
        cdef list found = []
        for i in range(self.count):
            sign = &self.signs[i]
            glyph = new(Glyph, (chr(sign.code), sign.left, sign.right, sign.base, sign.size, sign.order, sign.spaced))
            found.append(new(Drawn, (glyph, sign.turn, sign.number, sign.drawing, sign.font)))
        return found

    def tally(self, legibility not None):
        """Count the characters by their fonts, as ``Legibility.add`` does."""
        cdef Py_ssize_t i, start = 0, unreadable = 0, ideographs = 0, common = 0
        for i in range(self.count):
            unreadable += (self.signs[i].kind & UNREADABLE) != 0
            ideographs += (self.signs[i].kind & IDEOGRAPH) != 0
            common += (self.signs[i].kind & COMMON) != 0
            if i + 1 == self.count or self.signs[i + 1].font != self.signs[i].font:
                legibility.count(self.signs[i].font, i + 1 - start, unreadable, ideographs, common)
                start, unreadable, ideographs, common = i + 1, 0, 0, 0

    def plain_lines(self, int page, double left, double bottom, double right, double top):
        """Return the lines of a page with these edges, or None where anything on it asks for a closer look."""
        if self.is_odd or not is_within(self.signs, self.count, left, bottom, right, top) or is_twice(self.signs, self.count):
            return None
        if has_large(self.signs, self.count) or is_down(self.signs, self.count) or is_aslant(self.signs, self.count):
            return None
        if is_annotated(self.signs, self.count):
            return None
        return lines_from(self.signs, self.count, page)


# What asks for a closer look. Each tells whether the reference may do anything; it does nothing where these say no.


cdef bint is_within(const Sign* signs, Py_ssize_t count, double left, double bottom, double right, double top) noexcept:
    """Tell whether all characters stand on the page: ``outside`` of ``pdf/covers.py``."""
    cdef Py_ssize_t i
    cdef double middle, height
    for i in range(count):
        middle, height = (signs[i].left + signs[i].right) / 2, signs[i].base + 0.3 * signs[i].size
        if not (left <= middle <= right and bottom <= height <= top):
            return False
    return True


cdef bint is_twice(const Sign* signs, Py_ssize_t count) noexcept:
    """Tell whether any character is drawn over another: ``repeated`` of ``page/overprint.py``.

    Characters are looked up by what they are and the band of the page that they stand in, higher than a second drawing may be off.
    """
    cdef Py_ssize_t i = 0, budget = COMPARED * count, size = 2 * count + 1, j, step
    cdef double band, height = 0
    cdef Py_ssize_t* last = <Py_ssize_t*>calloc(size, sizeof(Py_ssize_t))  # the last character with a key, from 1 on
    cdef Py_ssize_t* before = <Py_ssize_t*>malloc((count + 1) * sizeof(Py_ssize_t))
    cdef size_t key
    cdef bint found = last is NULL or before is NULL
    for i in range(count):
        height = fmax(height, 1.01 * ACROSS * signs[i].size)
    i = 0
    while i < count and not found:
        band = floor(signs[i].base / height)
        found = not fabs(band) < 1e9
        for step in range(-1, 2):
            j = 0 if found else last[key_of(signs[i].code, band + step) % size]
            while j and not found:
                budget -= 1
                found = budget < 0 or is_over(&signs[j - 1], &signs[i], j == i)
                j = before[j]
        if not found:
            key = key_of(signs[i].code, band) % size
            before[i + 1] = last[key]
            last[key] = i + 1
        i += 1
    free(last)
    free(before)
    return found


cdef inline size_t key_of(Py_UCS4 code, double band) noexcept:
    return <size_t>code * 2654435761u + <size_t>(<Py_ssize_t>band) * 40503u


cdef bint is_over(const Sign* a, const Sign* b, bint next) noexcept:
    """Tell whether two characters are one that is drawn twice; the reference looks from the lower of them, then the left one."""
    if a.code != b.code or (next and a.drawing == b.drawing):
        return False
    if b.base < a.base or (b.base == a.base and b.left < a.left):
        a, b = b, a
    if b.base - a.base > ACROSS * a.size or not fabs(b.left - a.left) < ALONG * (a.right - a.left):
        return False
    return fmax(a.size, b.size) < SAME_SIZE * fmin(a.size, b.size)


cdef bint has_large(const Sign* signs, Py_ssize_t count) except -1:
    """Tell whether large characters lie over others, as a watermark's do that is not pale: ``watermarks`` of ``pdf/covers.py``."""
    cdef Py_ssize_t i, start = 0, end, budget = COMPARED * count
    cdef double largest = 0, size
    cdef dict sizes = {}
    for i in range(count):
        largest = fmax(largest, signs[i].size)
        if i + 1 == count or signs[i + 1].size != signs[i].size:
            half_points = rint(signs[i].size * 2)
            sizes[half_points] = sizes.get(half_points, 0) + i + 1 - start
            start = i + 1
    size = fmax(max(sizes, key=sizes.get) / 2, 1) if count else 1
    if largest / size < LARGE:
        return False
    start = 0
    while start < count:
        end = start + 1
        while end < count and not parts_runs(&signs[start], &signs[end - 1], &signs[end]):
            end += 1
        if signs[start].size / size >= LARGE:
            budget -= (end - start) * count
            if budget < 0 or lies_over(signs, count, start, end):
                return True
        start = end
    return False


cdef bint parts_runs(const Sign* first, const Sign* last, const Sign* sign) noexcept:
    """Tell whether a character begins a run: ``_runs`` of ``pdf/covers.py``."""
    if fabs(sign.base - first.base) > 0.1 * first.size or fabs(sign.size - first.size) > 0.05 * first.size:
        return True
    return sign.left - last.right > TILE_GAP * first.size or sign.font != first.font


cdef bint lies_over(const Sign* signs, Py_ssize_t count, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Tell whether the middle of a character of another run lies in one of the run from ``start`` to ``end``."""
    cdef Py_ssize_t i, j
    cdef double low = signs[start].base - 0.15 * signs[start].size, high = signs[start].base + 0.9 * signs[start].size, middle
    for i in range(count):
        if start <= i < end or not low < signs[i].base + 0.3 * signs[i].size < high:
            continue
        middle = (signs[i].left + signs[i].right) / 2
        for j in range(start, end):
            if signs[j].left < middle < signs[j].right:
                return True
    return False


cdef bint is_down(const Sign* signs, Py_ssize_t count) noexcept:
    """Tell whether most ideographs stand below each other: ``laid_level`` of ``page/vertical.py``."""
    cdef Py_ssize_t i, down = 0, along = 0
    cdef const Sign* a = NULL
    cdef const Sign* b
    for i in range(count):
        b = &signs[i]
        if not b.kind & WIDE:
            continue
        if a is not NULL:
            down += fabs(b.left - a.left) < STRAIGHT * a.size and NEAREST * a.size < a.base - b.base < FARTHEST * a.size
            along += fabs(b.base - a.base) < STRAIGHT * a.size and NEAREST * a.size < b.left - a.left < FARTHEST * a.size
        a = b
    return down >= FEWEST_DOWN and down > along


cdef bint is_aslant(const Sign* signs, Py_ssize_t count) noexcept:
    """Tell whether the median slope between neighbours is steep, of the page or of a line: ``straightened`` of ``page/turns.py``."""
    cdef Py_ssize_t i, slopes = 0, rising = 0, falling = 0, of_line = 0, line_rising = 0, line_falling = 0
    cdef double run, rise
    for i in range(1, count):
        run, rise = signs[i].left - signs[i - 1].left, signs[i].base - signs[i - 1].base
        if signs[i].order == signs[i - 1].order + 1 and 0 < run < NEXT * signs[i - 1].size and fabs(rise) < run:
            of_line += 1
            line_rising += rise / run >= LEAST_SLOPE
            line_falling += rise / run <= -LEAST_SLOPE
            if slopes < SLOPES:
                slopes += 1
                rising += rise / run >= LEAST_SLOPE
                falling += rise / run <= -LEAST_SLOPE
            if i + 1 < count:
                continue
        if of_line >= FEWEST_OF_LINE and is_steep(of_line, line_rising, line_falling):
            return True
        of_line = line_rising = line_falling = 0
    return slopes >= FEWEST_SLOPES and is_steep(slopes, rising, falling)


cdef inline bint is_steep(Py_ssize_t slopes, Py_ssize_t rising, Py_ssize_t falling) noexcept:
    """Tell from how many of some slopes rise and fall whether their median does."""
    return not (falling <= slopes // 2 < slopes - rising)


cdef bint is_annotated(const Sign* signs, Py_ssize_t count) noexcept:
    """Tell whether there are signs of pronunciation or small dots, and a run of nothing else on one base: ``page/ruby.py``."""
    cdef Py_ssize_t i
    cdef double largest = 0, dot = INFINITY
    cdef bint has_sounds = False, has_runs = False
    cdef uint16_t any_of = 0
    cdef bint is_wide = False, is_dots = True
    for i in range(count):
        largest = fmax(largest, signs[i].size)
        if signs[i].kind & DOT:
            dot = fmin(dot, signs[i].size)
        has_sounds |= (signs[i].kind & SOUND) != 0
        any_of |= signs[i].kind
        is_wide |= signs[i].kind & (WIDE | SOUND) == WIDE
        is_dots &= signs[i].kind & (DOT | SPACE) != 0
        if i + 1 == count or (
            fabs(signs[i + 1].base - signs[i].base) > 0.1 * signs[i].size
            or fabs(signs[i + 1].size - signs[i].size) > 0.05 * signs[i].size
        ):
            has_runs |= (any_of & DOT and is_dots) or (any_of & SOUND and not is_wide)
            any_of, is_wide, is_dots = 0, False, True
    return has_runs and (has_sounds or dot < DOT_SIZE * largest)


# Lines: what ``page_lines`` of ``page/lines.py`` does, step by step.


def lines_of(list glyphs not None, int page):
    """Return the lines of a page, or None where what stands on it asks for a closer look."""
    cdef Signs found = Signs(len(glyphs))
    cdef Sign* sign
    cdef str character
    for character, left, right, base, size, order, spaced in glyphs:
        if len(character) != 1:
            return None
        sign = &found.signs[found.count]
        sign[0] = Sign(left, right, base, size, 0, order, ord(character), 0, 0, 0, class_of(ord(character)), spaced)
        found.count += 1
        if not (isfinite(sign.left) and isfinite(sign.right) and isfinite(sign.base) and 0 < sign.size < INFINITY):
            return None
    return lines_from(found.signs, found.count, page)


cdef object lines_from(const Sign* signs, Py_ssize_t count, int page):
    """Return the lines of characters with sound places, or None where these ask for a closer look."""
    cdef Layout layout = Layout(count)
    cdef Py_ssize_t i
    layout.find_rows(signs, count)
    if layout.may_fill_holes():
        return None
    for i in range(layout.rows_found):
        layout.order_row(signs, &layout.rows[i])
        if layout.may_be_spread(&layout.rows[i]):
            return None
    for i in range(layout.cells_found):
        layout.measure(&layout.cells[i])
    autospace = layout.autospace()
    return from_the_top([layout.line(&layout.cells[i], page, autospace) for i in range(layout.cells_found)])


cdef class Layout:
    """Room for the lines of a page in the making."""

    cdef Sign* signs  # row by row, from left to right
    cdef Row* rows
    cdef Row* runs  # for what is sorted: rows by their base, or what was drawn side by side in a row by its left edge
    cdef Cell* cells
    cdef double* gaps  # before each of the signs, in ems
    cdef double* values  # for medians
    cdef Py_UCS4* text
    cdef Py_ssize_t rows_found, cells_found

    def __cinit__(self, Py_ssize_t count):
        count += 1
        self.signs = <Sign*>malloc(count * sizeof(Sign))
        self.rows, self.runs = <Row*>malloc(count * sizeof(Row)), <Row*>malloc(count * sizeof(Row))
        self.cells = <Cell*>malloc(count * sizeof(Cell))
        self.gaps, self.values = <double*>malloc(count * sizeof(double)), <double*>malloc(count * sizeof(double))
        self.text = <Py_UCS4*>malloc(2 * count * sizeof(Py_UCS4))
        if not (self.signs and self.rows and self.runs and self.cells and self.gaps and self.values and self.text):
            raise MemoryError

    def __dealloc__(self):
        free(self.signs)
        free(self.rows)
        free(self.runs)
        free(self.cells)
        free(self.gaps)
        free(self.values)
        free(self.text)

    cdef void find_rows(self, const Sign* signs, Py_ssize_t count) noexcept:
        """Find the runs of characters that stand on one base: ``_rows``."""
        cdef Py_ssize_t i
        cdef const Sign* largest = NULL
        cdef const Sign* sign
        cdef Row* row = NULL
        for i in range(count):
            sign = &signs[i]
            if row is NULL or not is_on_line(sign, &signs[i - 1], largest):
                row = &self.rows[self.rows_found]
                self.rows_found += 1
                row[0] = Row(i, i, sign.left, sign.right, sign.base, sign.size)
                largest = sign
            elif sign.size > largest.size * 1.05:
                largest = sign
            row.end = i + 1
            row.left = fmin(row.left, fmin(sign.left, sign.right))
            row.right = fmax(row.right, fmax(sign.left, sign.right))

    cdef bint may_fill_holes(self) noexcept:
        """Tell whether a row may stand in a hole of another or at an end of it: ``with_holes_filled``."""
        cdef Py_ssize_t i, j, budget = COMPARED * self.rows_found
        cdef const Row* a
        cdef const Row* b
        cdef double size
        memcpy(self.runs, self.rows, self.rows_found * sizeof(Row))
        qsort(self.runs, self.rows_found, sizeof(Row), by_base)
        for i in range(self.rows_found):
            a = &self.runs[i]
            for j in range(i + 1, self.rows_found):
                b = &self.runs[j]
                budget -= 1
                if b.base - a.base > TWO_STEPS:
                    break
                size = fmax(a.size, b.size)
                if budget < 0:
                    return True
                if b.base - a.base > FILLS_LEVEL * size or fabs(b.size - a.size) > FILLS_LEVEL * size:
                    continue
                if fmax(a.left - b.right, b.left - a.right) < FILLS_NEAR * size:
                    return True
        return False

    cdef void order_row(self, const Sign* signs, const Row* row) noexcept:
        """Copy a row in reading order: ``_from_left``."""
        cdef Py_ssize_t i, found = 0, at = row.start, length
        cdef bint is_sorted = True
        for i in range(row.start, row.end):
            if i == row.start or signs[i].left < signs[i - 1].left - BACK * signs[i].size or (
                signs[i].left - signs[i - 1].right > HOLE * signs[i].size
            ):
                is_sorted &= found == 0 or self.runs[found - 1].left <= signs[i].left
                self.runs[found] = Row(i, i, signs[i].left, 0, 0, 0)
                found += 1
            self.runs[found - 1].end = i + 1
        if not is_sorted:
            qsort(self.runs, found, sizeof(Row), by_left)
        for i in range(found):
            length = self.runs[i].end - self.runs[i].start
            memcpy(&self.signs[at], &signs[self.runs[i].start], length * sizeof(Sign))
            at += length

    cdef bint may_be_spread(self, const Row* row) noexcept:
        """Part a row at wide gaps (``_cells``), and tell whether cells of one ideograph stand side by side (``undistributed``)."""
        cdef Py_ssize_t i, start = row.start, ink = 0, ideographs = 0
        cdef double gap
        cdef bint was_single = False, is_single
        for i in range(row.start, row.end):
            ink += not self.signs[i].kind & SPACE
            ideographs += (self.signs[i].kind & IDEOGRAPH) != 0
            if i + 1 < row.end:
                gap = self.signs[i + 1].left - self.signs[i].right
                if not (gap > CELL_GAP * self.signs[i].size and gap > CELL_GAP * self.signs[i + 1].size):
                    continue
            if ink:
                is_single = ink == ideographs == 1
                if is_single and was_single:
                    return True
                was_single = is_single
                self.cells[self.cells_found] = Cell(start, i + 1, 0)
                self.cells_found += 1
            start, ink, ideographs = i + 1, 0, 0
        return False

    cdef void measure(self, Cell* cell) noexcept:
        """Find the gaps of a cell and how far it is stretched: ``_cell`` and ``_stretch``."""
        cdef Py_ssize_t i, found = 0
        cdef double least = INFINITY, most = -INFINITY, gap
        for i in range(cell.start + 1, cell.end):
            gap = self.gaps[i] = (self.signs[i].left - self.signs[i - 1].right) / self.signs[i].size
            if self.signs[i].kind & self.signs[i - 1].kind & WIDE:
                least, most = fmin(least, gap), fmax(most, gap)
                self.values[found] = gap
                found += 1
        if found > 3 or (found and least > SPREAD and most - least < SPREAD):
            cell.stretch = fmax(0, median(self.values, found))

    cdef double autospace(self) noexcept:
        """Return how far apart ideographs and Latin letters stand on this page: ``_autospace``."""
        cdef Py_ssize_t i, found = 0
        cdef uint16_t a, b
        for j in range(self.cells_found):
            for i in range(self.cells[j].start + 1, self.cells[j].end):
                a, b = self.signs[i - 1].kind, self.signs[i].kind
                if (a ^ b) & WIDE and a & b & ALNUM:
                    self.values[found] = self.gaps[i] - self.cells[j].stretch
                    found += 1
        return fmin(fmax(median(self.values, found), 0), LARGEST_AUTOSPACE) if found >= FEW else LARGEST_AUTOSPACE

    cdef object line(self, const Cell* cell, int page, double autospace):
        """Return the line that a cell is: ``_line``. What is not white space of it moves to its start."""
        cdef Py_ssize_t i, length = 0, start = 0, ink = cell.start
        cdef uint16_t kinds = 0
        cdef double right = -INFINITY
        cdef bint ends_in_space = (self.signs[cell.end - 1].kind & SPACE) != 0
        for i in range(cell.start, cell.end):
            if i > cell.start and has_space(&self.signs[i - 1], &self.signs[i], self.gaps[i] - cell.stretch, autospace):
                self.text[length] = 0x20
                length += 1
            self.text[length] = self.signs[i].code
            length += 1
            kinds |= self.signs[i].kind
        text = PyUnicode_FromKindAndData(4, self.text, length).strip()
        if kinds & RADICAL:
            text = text.translate(RADICALS)
        for i in range(cell.start, cell.end):
            if not self.signs[i].kind & SPACE:
                if ink != i:
                    self.signs[ink] = self.signs[i]
                right = fmax(right, self.signs[ink].right)
                ink += 1
        return TextLine(
            page, text, self.signs[cell.start].left, right, self.median_low(cell.start, ink, False),
            self.median_low(cell.start, ink, True), self.head_width(cell.start, ink), ends_in_space, cell.stretch > SPREAD,
        )

    cdef double median_low(self, Py_ssize_t start, Py_ssize_t end, bint of_size) noexcept:
        """Return the lower median of the bases of characters, or of their sizes."""
        cdef Py_ssize_t i
        cdef bint is_one = True
        for i in range(start, end):
            self.values[i - start] = self.signs[i].size if of_size else self.signs[i].base
            is_one &= self.values[i - start] == self.values[0]
        if not is_one:
            qsort(self.values, end - start, sizeof(double), by_value)
        return self.values[(end - start - 1) // 2]

    cdef double head_width(self, Py_ssize_t start, Py_ssize_t end) noexcept:
        """Return the width of what stays together at the start of characters: ``_head_width``."""
        cdef Py_ssize_t i = start, last = min(end, start + UNIT_LIMIT) - 1
        while i < last and not may_break(&self.signs[i], &self.signs[i + 1]):
            i += 1
        return self.signs[i].right - self.signs[start].left


cdef bint is_on_line(const Sign* sign, const Sign* last, const Sign* largest) noexcept:
    """Tell whether a character goes on in a row, of which these are the last and the largest: ``_on_line``."""
    cdef double rise = fabs(sign.base - largest.base), size = fmax(sign.size, largest.size)
    if rise < LEVEL * size:
        return True
    if not (fmin(sign.size, largest.size) < 0.9 * size and rise < 0.7 * size):
        return False
    return OVER_MARK * size < sign.left - last.right < 0.6 * size


cdef bint has_space(const Sign* a, const Sign* b, double gap, double autospace) noexcept:
    """Tell whether a space shows between two characters: ``_has_space``."""
    if gap <= 0 or (a.kind | b.kind) & SPACE:
        return False
    if b.order == a.order + 1 and not b.spaced:
        return gap > NO_SPACE_AFTER_ALL
    if not (a.kind | b.kind) & WIDE:
        return gap > NARROW_GAP
    return gap > (autospace + MIXED_GAP if (a.kind ^ b.kind) & WIDE and (a.kind | b.kind) & ALNUM else WIDE_GAP)


cdef bint may_break(const Sign* a, const Sign* b) noexcept:
    """Tell whether a line may end between two characters: ``_may_break``."""
    if a.kind & STAYS_BEHIND or b.kind & STAYS_BEFORE:
        return False
    if a.kind & NON_STARTER and b.kind & ALNUM and not b.kind & WIDE:
        return False
    return (a.kind | b.kind) & WIDE or b.left - a.right > 0.15 * b.size


cdef double median(double* values, Py_ssize_t count) noexcept:
    """Return the median of values, which it sorts."""
    qsort(values, count, sizeof(double), by_value)
    return values[count // 2] if count % 2 else (values[count // 2 - 1] + values[count // 2]) / 2


cdef int by_value(const void* a, const void* b) noexcept nogil:
    return ((<double*>a)[0] > (<double*>b)[0]) - ((<double*>a)[0] < (<double*>b)[0])


cdef int by_base(const void* a, const void* b) noexcept nogil:
    return by_value(&(<Row*>a).base, &(<Row*>b).base)


cdef int by_left(const void* a, const void* b) noexcept nogil:
    cdef int order = by_value(&(<Row*>a).left, &(<Row*>b).left)
    return order if order else ((<Row*>a).start > (<Row*>b).start) - ((<Row*>a).start < (<Row*>b).start)


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

    def signs(self, size_t handle, int count, fonts not None):
        """Return the characters of the text page at an address, of which there are ``count``; raises ValueError for no page."""
        cdef void* page = <void*>handle
        cdef void* drawing
        cdef void* last = NULL
        cdef Box box = Box(0, 0, 0, 0)  # PDFium leaves it where a character has none
        cdef double x = 0, y = 0, left, right, base, size = 0, width
        cdef Py_UCS4 code
        cdef uint16_t kind
        cdef int i, turn = 0, font = 0, last_font = 0
        cdef Py_ssize_t order = 0
        cdef bint spaced = False
        cdef dict looks = {}, unnamed = fonts.symbols(0), symbols = unnamed  # that hold characters of private use alone
        cdef Signs found
        cdef str character, pair = ""
        if not handle or count < 0:
            raise ValueError("no text page")
        found = Signs(count)
        for i in range(count):
            code = min(self.unicode_of(page, i), <unsigned int>LAST_CODE)
            if code in (0x20, 0x0D, 0x0A) and self.is_generated(page, i):
                order += code == 0x0A
                spaced = True
                continue
            drawing = self.object_of(page, i)
            if drawing is NULL or drawing != last:
                turn, size, font = self.look_at(page, i, drawing, looks, fonts, found)
                if font != last_font:
                    last_font, symbols = font, fonts.symbols(font)
                last = drawing
            self.box_of(page, i, &box)
            self.origin_of(page, i, &x, &y)
            order += 1
            if pair or 0xD800 <= code <= 0xDFFF:
                character, pair = whole(pair + chr(code))
                if not character:
                    spaced = False
                    continue
                code = ord(character)
            if symbols is not unnamed or 0xE000 <= code <= 0xF8FF:
                code = ord(symbols.get(chr(code), chr(code)))
            kind = class_of(code)
            if turn == 0:
                left, right, base = x, box.right, y
            else:
                left, right, base = edges((box.left, box.top, box.right, box.bottom), x, y, turn)
            width = size
            if not isfinite(left + right + base + size):
                left = right = base = width = 0
            if not width > 0:
                width = right - left if right - left > 1 else 1
            if kind & FULL and left + width > right:
                right = left + width
            elif left > right:
                right = left
            if kind & REWRITTEN:
                code = ord(form_of(chr(code))[0])
                kind = class_of(code)
            found.signs[found.count] = Sign(left, right, base, width, <size_t>drawing, order, code, i, turn, font, kind, spaced)
            found.count += 1
            spaced = False
        return found

    cdef tuple look_at(self, void* page, int i, void* drawing, dict looks, fonts, Signs found):
        """Return turn, size and font of an object, and tell ``found`` if it is odd; what no object draws is asked for itself."""
        cdef Matrix matrix = Matrix(0, 0, 0, 0, 0, 0)
        cdef unsigned int red, green, blue, alpha
        cdef size_t place = 0 if drawing is NULL else <size_t>self.font_of(drawing)
        cdef object look = looks.get(<size_t>drawing) if drawing is not NULL else None
        if look is None:
            self.matrix_of(page, i, &matrix)
            height = fabs(matrix.d) if matrix.c == 0 else hypot(matrix.c, matrix.d)
            font = found.fonts.get(place)
            if font is None:
                font = found.fonts[place] = fonts.number(place)
            turn = 0 if matrix.b == 0 and matrix.a > 0 else turn_of(matrix.a, matrix.b)
            look = looks[<size_t>drawing] = turn, self.size_of(page, i) * height, font
            if self.colour_of(page, i, &red, &green, &blue, &alpha) and (red or green or blue or alpha != 255):
                found.is_odd |= covers.is_pale(red, green, blue, alpha)
            found.is_odd |= turn != 0
        return look
