# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sweeps over the characters of texts, compiled: what each may be, lines, sentences, and segments below their headings.

They do what ``characters.py``, ``lines.py`` and ``sentences.py`` do with arrays, which stay the reference and stand in where this
file could not be compiled; tests hold one against the other. What a character may be is told by a table with a
number for each code point, of which each bit means something to the module that made the table; it says here which one does what.
As in ``model/_kernels.pyx``, each public method checks all lengths and offsets before its loops, which check none.
"""

cimport cython
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND, PyUnicode_READ
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memmove

cdef enum:
    CODE_POINTS = 0x110000
    SORTS = 128  # of marks, at most: a kind has 16 bits
    # Levels of headings and what else ``headings.py`` and ``segment.py`` name; a test holds them together.
    TITLE = 0
    PART = 10
    CHAPTER = 70
    SECTION = 90
    PLAIN = 130
    CHINESE = 150  # 一、
    IN_BRACKETS = 170
    ARABIC = 190
    ARABIC_IN_BRACKETS = 210
    ENCIRCLED = 230
    ITEM = 250
    LEAD = 270
    BELOW = 10
    PART_WITHIN = 8
    LONGEST_NUMBER = 9
    SHORTEST_LEAD = 5
    LONGEST_LEAD = 24
    EARLY_PLAIN = -1
    LATE_PLAIN = -2
    NO_LEVEL = -3
    ASKED = -4
    ANNEX = -6
    BARE_ANNEX = -7
    SIGNATURE = -8
    BESIDE = -9
    TEXT = 0  # kinds of lines
    ROW = 1
    RECORD = 2

ctypedef fused Kind:
    uint8_t
    uint16_t


cdef extern from "Python.h":
    bint Py_UNICODE_ISSPACE(Py_UCS4 code) noexcept nogil
    bint Py_UNICODE_ISDECIMAL(Py_UCS4 code) noexcept nogil
    bint Py_UNICODE_ISALNUM(Py_UCS4 code) noexcept nogil
    str PyUnicode_Substring(str text, Py_ssize_t start, Py_ssize_t end)


cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    #ifdef __GLIBC__
    #include <malloc.h>
    static int keep_freed(int block, int all) { return mallopt(M_MMAP_THRESHOLD, block) && mallopt(M_TRIM_THRESHOLD, all); }
    #else
    static int keep_freed(int block, int all) { return 0; }
    #endif
    """
    const char* SOURCE_DIGEST
    int keep_freed(int block, int all)

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


def keep_memory(int block, int all_blocks):
    """Keep freed memory for the next use, so many bytes at most, of blocks up to a size; return whether this system's C library can.

    Else each large array is asked of the system anew, which hands out pages one by one and clears them.
    """
    return keep_freed(block, all_blocks) != 0


def kinds_of(str text not None, const Kind[::1] table not None, Kind[::1] kinds not None):
    """Write the kind of each character; return those that were found, in one number. Raises ValueError for no room."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), i
    cdef int width = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    cdef Kind found = 0, kind
    cdef const Kind* kind_of = &table[0] if table.shape[0] else NULL
    cdef Kind* out = &kinds[0] if size and kinds.shape[0] else NULL
    if table.shape[0] != CODE_POINTS or kinds.shape[0] != size:
        raise ValueError("a table has a kind for each code point, and there is one for each character")
    if width == 1:
        for i in range(size):
            kind = out[i] = kind_of[(<uint8_t*>characters)[i]]
            found |= kind
    elif width == 2:
        for i in range(size):
            kind = out[i] = kind_of[(<uint16_t*>characters)[i]]
            found |= kind
    else:
        for i in range(size):
            kind = out[i] = kind_of[(<uint32_t*>characters)[i]]
            found |= kind
    return found


def control_characters(const uint8_t[::1] data not None):
    """Return how many bytes are control characters of ASCII that no text holds: neither white space nor the last of them."""
    cdef Py_ssize_t i, first, found = 0, size = data.shape[0]
    cdef const uint8_t* bytes_ = &data[0] if size else NULL
    cdef uint8_t some
    for first in range(0, size, 255):  # so many can be counted in a byte, and a vector of bytes at once
        some = 0
        for i in range(first, min(first + 255, size)):
            some += (bytes_[i] < 0x20) & (<uint8_t>(bytes_[i] - 0x09) > 4)
        found += some
    return found


def count(const Kind[::1] kinds not None, int wanted):
    """Return how many characters are of a kind, or of several."""
    cdef Py_ssize_t i, first, found = 0, size = kinds.shape[0]
    cdef const Kind* each = &kinds[0] if size else NULL
    cdef Kind mask = <Kind>wanted, some
    for first in range(0, size, 255):  # as above
        some = 0
        for i in range(first, min(first + 255, size)):
            some += (each[i] & mask) != 0
        found += some
    return found


cdef inline Py_ssize_t _next(const Kind* kinds, Py_ssize_t size, Py_ssize_t i, Kind mask) noexcept:
    """Return where the next character of a kind stands, from a place on; the number of characters where there is none."""
    cdef Py_ssize_t step = 8 // sizeof(Kind)
    cdef uint64_t some, all_masks = <uint64_t>mask * (0x0101010101010101 if sizeof(Kind) == 1 else 0x0001000100010001)
    while i + step <= size:  # of most kinds there are few
        memcpy(&some, &kinds[i], 8)
        if some & all_masks:
            break
        i += step
    while i < size and not kinds[i] & mask:
        i += 1
    return i


def places(const Kind[::1] kinds not None, int wanted, int64_t[::1] found not None):
    """Write where the characters of a kind stand, or of several; raises ValueError where there are more or fewer of them."""
    cdef Py_ssize_t i = -1, number, size = kinds.shape[0]
    for number in range(found.shape[0]):
        i = _next(&kinds[0], size, i + 1, <Kind>wanted)
        if i >= size:
            raise ValueError("there are fewer places than expected")
        found[number] = i
    if _next(&kinds[0], size, i + 1, <Kind>wanted) < size:
        raise ValueError("there are more places than there is room for")


def around(const Kind[::1] kinds not None, int wanted, int bounds, int64_t[:, ::1] found not None):
    """Write the spans with a character of one kind in them that lie between two of another kind, or the ends; return how many.

    Raises ValueError where there is no room for them.
    """
    cdef Py_ssize_t number = 0, first, i = 0, size = kinds.shape[0]
    cdef Kind bound = <Kind>bounds
    if found.shape[1] != 2:
        raise ValueError("a span has a start and an end")
    while True:
        first = i = _next(&kinds[0], size, i, <Kind>wanted)
        if i >= size:
            return number
        if number == found.shape[0]:
            raise ValueError("there are more spans than there is room for")
        while first and not kinds[first - 1] & bound:
            first -= 1
        while i < size and not kinds[i] & bound:
            i += 1
        found[number, 0], found[number, 1] = first, i
        number, i = number + 1, i + 1


def trim(list texts not None, const int64_t[::1] counts not None, int64_t[:, ::1] spans not None):
    """Narrow spans of some texts to what lies between the white space at their ends; one that holds nothing else stays as it is.

    ``counts`` tells how many of the ``spans`` are of each text. Raises ValueError where they do not agree.
    """
    cdef Py_ssize_t number, i, first = 0
    cdef int64_t start, end
    cdef str text
    if counts.shape[0] != len(texts) or spans.shape[1] != 2:
        raise ValueError("texts and spans do not agree in length")
    for number in range(counts.shape[0]):
        if not 0 <= counts[number] <= spans.shape[0] - first:
            raise ValueError("texts and spans do not agree in length")
        text = <str?>texts[number]
        for i in range(first, first + counts[number]):
            start, end = spans[i, 0], spans[i, 1]
            if not 0 <= start <= end <= PyUnicode_GET_LENGTH(text):
                raise ValueError("a span lies outside its text")
            _strip(PyUnicode_KIND(text), PyUnicode_DATA(text), &start, &end)
            if start < end:
                spans[i, 0], spans[i, 1] = start, end
        first += counts[number]
    if first != spans.shape[0]:
        raise ValueError("texts and spans do not agree in length")


def leads(
    str text not None,
    const int64_t[::1] starts not None,
    const int64_t[::1] ends not None,
    uint8_t[::1] found not None,
    str barred not None,
    str behind not None,
):
    """Leave, of the spans that are ``found`` so far, those that have the form of a lead (``headings.py``) without white space
    around them: so many characters that are no digits and none of the ``barred``, a full stop, and one of those ``behind`` it, or
    none. Raises ValueError for a span outside the text.
    """
    cdef Py_ssize_t i, size = PyUnicode_GET_LENGTH(text)
    cdef int width = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    if not starts.shape[0] == ends.shape[0] == found.shape[0]:
        raise ValueError("starts, ends and what is found do not agree in length")
    for i in range(found.shape[0]):
        if found[i]:
            if not 0 <= starts[i] <= ends[i] <= size:
                raise ValueError("a span lies outside the text")
            found[i] = _is_lead(width, characters, starts[i], ends[i], barred, behind)


cdef bint _is_lead(int width, void* characters, int64_t start, int64_t end, str barred, str behind) noexcept:
    """Tell whether a span has the form of a lead."""
    cdef int64_t i
    _strip(width, characters, &start, &end)
    if start < end and _is_among(PyUnicode_READ(width, characters, end - 1), behind):
        end -= 1
    if not SHORTEST_LEAD <= end - 1 - start <= LONGEST_LEAD or PyUnicode_READ(width, characters, end - 1) != 0x3002:
        return False
    for i in range(start, end - 1):
        if not _may_stand_in_lead(PyUnicode_READ(width, characters, i), barred):
            return False
    return True


cdef inline void _strip(int width, void* characters, int64_t* start, int64_t* end) noexcept:
    """Narrow a span to what lies between the white space at its ends."""
    while start[0] < end[0] and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, start[0])):
        start[0] += 1
    while start[0] < end[0] and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, end[0] - 1)):
        end[0] -= 1


cdef bint _may_stand_in_lead(Py_UCS4 code, str barred) noexcept:
    return 0x4E00 <= code < 0x9FA6 or not (Py_UNICODE_ISDECIMAL(code) or _is_among(code, barred))


cdef bint _is_among(Py_UCS4 code, str characters) noexcept:
    cdef Py_ssize_t i
    for i in range(PyUnicode_GET_LENGTH(characters)):
        if PyUnicode_READ(PyUnicode_KIND(characters), PyUnicode_DATA(characters), i) == code:
            return True
    return False


cdef inline Py_ssize_t _line_end(int width, const void* characters, Py_ssize_t i, Py_ssize_t size) noexcept:
    """Return where the line ends that a place lies in."""
    if width == 2:  # as in nearly all texts in Chinese
        while i < size and (<const uint16_t*>characters)[i] != 10:
            i += 1
    while i < size and PyUnicode_READ(width, <void*>characters, i) != 10:
        i += 1
    return i


@cython.final
cdef class Looks:
    """What a character may be to a line, and which bit says so."""

    cdef const uint16_t[::1] table
    cdef uint16_t space, plain, ends, within, open_end, closed_start, numeral, point, opener, closer, digit, counted, word
    cdef int soon, longest

    def __cinit__(
        self, const uint16_t[::1] table not None, int space, int plain, int ends, int within, int open_end, int closed_start,
        int numeral, int point, int opener, int closer, int digit, int counted, int word, int soon, int longest,
    ):
        """Take the table, its bits, how far to look for what is counted, and the longest line that may be noise.

        Raises ValueError for a table that has not a number for each code point.
        """
        if table.shape[0] != CODE_POINTS:
            raise ValueError("a table has a number for each code point")
        self.table, self.space, self.plain, self.ends, self.within = table, space, plain, ends, within
        self.open_end, self.closed_start, self.numeral, self.point = open_end, closed_start, numeral, point
        self.opener, self.closer, self.digit, self.counted, self.word = opener, closer, digit, counted, word
        self.soon, self.longest = soon, longest

    def lines(
        self,
        str text not None,
        int64_t[::1] starts not None,
        int64_t[::1] ends not None,
        uint8_t[::1] doubtful not None,
        uint8_t[::1] opens not None,
        uint8_t[::1] closes not None,
    ):
        """Write the lines of a text that hold more than white space, without that around them; return how many.

        Each ends where its line of the text does. Raises ValueError where there is no room for them.
        """
        cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), i = 0, found = 0
        cdef Py_ssize_t room = min(starts.shape[0], ends.shape[0], doubtful.shape[0], opens.shape[0], closes.shape[0])
        cdef int width = PyUnicode_KIND(text)
        cdef void* characters = PyUnicode_DATA(text)
        cdef int64_t start, end
        cdef uint16_t first, second, third, last, met
        cdef Py_ssize_t j
        cdef bint may_be
        while i < size:
            start = i
            end = i = _line_end(width, characters, i, size)
            i += 1  # behind the end of the line
            while start < end and self.table[PyUnicode_READ(width, characters, start)] & self.space:
                start += 1
            if start == end:
                continue
            if found == room:
                raise ValueError("no room for the lines")
            while self.table[PyUnicode_READ(width, characters, end - 1)] & self.space:
                end -= 1
            first, last = self.table[PyUnicode_READ(width, characters, start)], self.table[PyUnicode_READ(width, characters, end - 1)]
            met, may_be = 0, end - start <= self.longest or not first & self.word
            for j in range(start, end if may_be else start):  # most of a report stands in lines that need not be looked through
                met |= self.table[PyUnicode_READ(width, characters, j)]
            # what stands behind the line is white space, which is none of the kinds that are asked for here
            second = self.table[PyUnicode_READ(width, characters, start + 1)] if start + 1 < size else 0
            third = self.table[PyUnicode_READ(width, characters, start + 2)] if start + 2 < size else 0
            starts[found], ends[found] = start, end
            opens[found] = last & self.open_end != 0
            closes[found] = first & self.closed_start != 0
            doubtful[found] = may_be and (
                met & self.within != 0
                or last & (self.ends | self.closer) != 0
                or not (
                    first & self.plain
                    or (first & self.numeral and second & self.point)
                    or (first & self.opener and second & self.numeral and third & self.closer)
                    or (first & self.digit and self._is_counted(width, characters, start, end))
                )
            )
            found += 1
        return found

    cdef bint _is_counted(self, int width, const void* characters, int64_t start, int64_t end) noexcept:
        """Tell whether what a figure counts stands soon behind the first character of a line."""
        cdef int64_t i
        for i in range(start + 1, min(end, start + 1 + self.soon)):
            if self.table[PyUnicode_READ(width, <void*>characters, i)] & self.counted:
                return True
        return False


cdef struct Pair:
    int64_t opened
    int64_t closed  # the offset behind it


@cython.final
cdef class Splitter:
    """Finds sentences, by the bits that say which characters may end them, and pairs of marks, inside which none ends."""

    cdef uint16_t stop, closing
    cdef int shift, line_end
    cdef const int64_t[::1] longest

    def __cinit__(self, int stop, int closing, int shift, int line_end, const int64_t[::1] longest not None):
        """Take two bits, by how much the number of a mark is shifted in a kind, the number of what ends a line, and of each sort
        of marks the most characters between two that make a pair. Raises ValueError for more sorts than can be told apart.
        """
        if not 0 < longest.shape[0] <= SORTS or not 8 <= shift < 16:
            raise ValueError("the sorts of marks cannot be told apart")
        self.stop, self.closing, self.shift, self.line_end, self.longest = stop, closing, shift, line_end, longest

    def split(
        self,
        const uint16_t[::1] kinds not None,
        const int64_t[:, ::1] bounds not None,
        const int64_t[::1] breaks not None,
        int64_t[::1] starts not None,
        int64_t[::1] ends not None,
        int64_t[::1] passages not None,
    ):
        """Write the sentences of the passages that lie between ``bounds``, and to which passage each belongs; return how many.

        ``kinds`` has one of no kind behind that of the last character. Bounds and ``breaks``, where a sentence begins in any case,
        are in order. There is room for one sentence a character; raises ValueError for what does not agree.
        """
        cdef Py_ssize_t size = kinds.shape[0] - 1, count = bounds.shape[0], i, stops
        cdef int64_t* stop_ends
        if size < 0 or kinds[size] or not size <= min(starts.shape[0], ends.shape[0], passages.shape[0]):
            raise ValueError("no room for the sentences")
        if count and bounds.shape[1] != 2:
            raise ValueError("a passage has a start and an end")
        for i in range(count):
            if not (bounds[i - 1, 1] if i else 0) <= bounds[i, 0] <= bounds[i, 1] <= size:
                raise ValueError("the passages lie outside the text or not in order")
        for i in range(breaks.shape[0]):
            if not (breaks[i - 1] if i else 0) <= breaks[i] <= size:
                raise ValueError("the breaks lie outside the text or not in order")
        stop_ends = <int64_t*>malloc((size + 1) * sizeof(int64_t))
        if not stop_ends:
            raise MemoryError
        try:
            stops = self._free_stops(kinds, stop_ends)
            return _cut(bounds, stop_ends, stops, breaks, starts, ends, passages)
        finally:
            free(stop_ends)

    cdef Py_ssize_t _free_stops(self, const uint16_t[::1] kinds, int64_t* ends) except -1:
        """Write the offset behind each stop, with its closing marks, that lies in no pair of marks; return how many."""
        cdef Py_ssize_t size = kinds.shape[0] - 1, pairs, pair = 0, found = 0, i = 0
        cdef const uint16_t* each = &kinds[0]
        cdef uint16_t stop = self.stop, closing = self.closing
        cdef int64_t first
        cdef Pair* pair_of = <Pair*>malloc((size // 2 + 1) * sizeof(Pair))
        if not pair_of:
            raise MemoryError
        try:
            pairs = self._pairs(kinds, pair_of)
            while i < size:
                if not each[i] & stop:
                    i += 1
                    continue
                first = i
                while each[i] & stop:  # the last kind of all is none
                    i += 1
                while each[i] & closing:
                    i += 1
                while pair < pairs and pair_of[pair].opened < first:
                    pair += 1
                if pair == 0 or pair_of[pair - 1].closed <= i:  # the last pair that opens before the stop
                    ends[found] = i
                    found += 1
        finally:
            free(pair_of)
        return found

    cdef Py_ssize_t _pairs(self, const uint16_t[::1] kinds, Pair* pairs) except -1:
        """Write the pairs of marks in order, without those that open inside an earlier one; return how many."""
        cdef Py_ssize_t size = kinds.shape[0] - 1, found = 0, kept = 0, i, j, sort
        cdef int64_t[SORTS] opened  # where the last mark of each sort opens; -1 where it closes, or stands in a line before
        cdef const uint16_t* each = &kinds[0]
        cdef int mark, shift = self.shift
        cdef int64_t end = 0
        for sort in range(SORTS):
            opened[sort] = -1
        for i in range(size):
            mark = each[i] >> shift
            if not mark:
                continue
            if mark == self.line_end:
                for sort in range(self.longest.shape[0]):
                    opened[sort] = -1
                continue
            sort = mark >> 1
            if sort >= self.longest.shape[0]:
                raise ValueError("a mark is of a sort that was not told of")
            if not mark & 1:
                opened[sort] = i
                continue
            if opened[sort] >= 0 and i - opened[sort] <= self.longest[sort] + 1:
                j = found
                while j and pairs[j - 1].opened > opened[sort]:
                    pairs[j] = pairs[j - 1]
                    j -= 1
                pairs[j].opened, pairs[j].closed = opened[sort], i + 1
                found += 1
            opened[sort] = -1
        for i in range(found):
            if pairs[i].opened >= end:
                pairs[kept] = pairs[i]
                end = pairs[i].closed
                kept += 1
        return kept


cdef Py_ssize_t _cut(
    const int64_t[:, ::1] bounds,
    const int64_t* stops,
    Py_ssize_t count,
    const int64_t[::1] breaks,
    int64_t[::1] starts,
    int64_t[::1] ends,
    int64_t[::1] passages,
) noexcept:
    """Write what passages are cut into where they begin, behind stops and at breaks; return how many sentences."""
    cdef Py_ssize_t passage, stop = 0, at = 0, found = 0
    cdef int64_t place, end
    for passage in range(bounds.shape[0]):
        place, end = bounds[passage, 0], bounds[passage, 1]
        while place < end:
            starts[found], passages[found] = place, passage
            while stop < count and stops[stop] <= place:
                stop += 1
            while at < breaks.shape[0] and breaks[at] <= place:
                at += 1
            place = min(stops[stop] if stop < count else end, breaks[at] if at < breaks.shape[0] else end)
            place = min(place, end)
            ends[found] = place
            found += 1
    return found


def levels(str text not None, int64_t[:, :] lines not None, Py_ssize_t longest):
    """Write the levels of the lines, of shape (4, lines), that have none and no more characters than the longest heading.

    Those that may be marked as headings by their characters get the level ASKED. Raises ValueError for a line outside the text.
    """
    cdef Py_ssize_t i
    cdef int64_t level
    _check_lines(text, lines)
    for i in range(lines.shape[1]):
        if lines[2, i] == NO_LEVEL and lines[3, i] != RECORD and lines[1, i] - lines[0, i] <= longest:
            level = _level(PyUnicode_KIND(text), PyUnicode_DATA(text), lines[0, i], lines[1, i], lines[3, i] == ROW)
            lines[2, i] = LATE_PLAIN if level == PLAIN and lines[3, i] == TEXT else level


cdef int _check_lines(str text, const int64_t[:, :] lines) except -1:
    cdef Py_ssize_t i
    if lines.shape[0] != 4:
        raise ValueError("a line has a start, an end, a level and a kind")
    for i in range(lines.shape[1]):
        if not 0 <= lines[0, i] < lines[1, i] <= PyUnicode_GET_LENGTH(text):
            raise ValueError("a line lies outside the text")
    return 0


cdef int _check_bounds(const int64_t[::1] bounds, Py_ssize_t count, Py_ssize_t size) except -1:
    """Raise ValueError for bounds of so many parts that do not divide so many things."""
    cdef Py_ssize_t i
    if bounds.shape[0] != count + 1 or bounds[0] != 0 or bounds[count] != size:
        raise ValueError("the bounds do not agree with what they divide")
    for i in range(count):
        if bounds[i] > bounds[i + 1]:
            raise ValueError("the bounds do not agree with what they divide")
    return 0


cdef int _level(int width, void* characters, int64_t start, int64_t end, bint is_row) noexcept:
    """Return the level of a line that is a heading by its form, as ``line_level`` does."""
    cdef Py_UCS4 first = PyUnicode_READ(width, characters, start), last = PyUnicode_READ(width, characters, end - 1), code
    cdef int64_t i, stop = -1
    cdef int level
    if first == u"#" or first == u"*":
        return ASKED
    for i in range(start, end):
        code = PyUnicode_READ(width, characters, i)
        if is_row and (code == u"\t" or code == u"|"):
            return NO_LEVEL
        if stop < 0 and code in u"。！？!?；;":
            stop = i
    if not _has_word(width, characters, start, end):
        return NO_LEVEL
    level = _sign(width, characters, start, end)
    if level == NO_LEVEL:
        if stop >= 0 or last in u"，,、:：":
            return NO_LEVEL
        level = _unit(width, characters, start, end, False)
        return PLAIN if level == NO_LEVEL else level
    if stop >= 0 and not (
        PyUnicode_READ(width, characters, stop) == u"。" and (stop + 1 == end or (stop + 2 == end and last in u"”’」』）)"))
    ):
        return NO_LEVEL
    return NO_LEVEL if level >= ITEM and first != u"—" and first != u"-" else level


cdef bint _has_word(int width, void* characters, int64_t start, int64_t end) noexcept:
    cdef int64_t i
    cdef Py_UCS4 code
    for i in range(start, end):
        code = PyUnicode_READ(width, characters, i)
        if 0x4E00 <= code < 0x9FA6 or code == u"_" or Py_UNICODE_ISALNUM(code):
            return True
    return False


cdef inline Py_ssize_t _numerals(int width, void* characters, int64_t start, int64_t end, bint are_digits) noexcept:
    """Return how many numerals stand side by side, three at most; of digits two."""
    cdef Py_ssize_t count = 0
    cdef Py_UCS4 code
    while count < (2 if are_digits else 3) and start + count < end:
        code = PyUnicode_READ(width, characters, start + count)
        if not (Py_UNICODE_ISDECIMAL(code) if are_digits else code in u"一二三四五六七八九十百" or (count and code in u"〇○")):
            break
        count += 1
    return count


def signs(
    str text not None,
    const uint16_t[::1] kinds not None,
    const int64_t[:, ::1] paragraphs not None,
    const uint8_t[::1] is_text not None,
    uint16_t sign_start,
    uint16_t before,
    uint16_t stop,
    uint16_t closing,
    int64_t[::1] found not None,
):
    """Write where the signs inside paragraphs begin, behind a character of a kind ``before`` or a stop with its closing mark; return
    how many. There is room for one a character; raises ValueError for what does not agree.
    """
    cdef Py_ssize_t i, size = PyUnicode_GET_LENGTH(text), count = 0
    cdef int64_t place
    if size + 1 != kinds.shape[0] or found.shape[0] < size or paragraphs.shape[0] != is_text.shape[0] or paragraphs.shape[1] != 2:
        raise ValueError("the paragraphs do not agree with their text")
    for i in range(paragraphs.shape[0]):
        if not (paragraphs[i - 1, 1] if i else 0) <= paragraphs[i, 0] <= paragraphs[i, 1] <= size:
            raise ValueError("a paragraph lies outside the text or not in order")
        for place in range(paragraphs[i, 0] + 1, paragraphs[i, 1] if is_text[i] else 0):
            if kinds[place] & sign_start and (
                kinds[place - 1] & before or (kinds[place - 1] & closing and place > 1 and kinds[place - 2] & stop)
            ):
                found[count] = place
                count += _sign(PyUnicode_KIND(text), PyUnicode_DATA(text), place, paragraphs[i, 1]) != NO_LEVEL
    return count


cdef int _sign(int width, void* characters, int64_t start, int64_t end) noexcept:
    """Return the level of the sign that a span begins with, as the form ``SIGN`` of ``headings.py`` tells; NO_LEVEL for none."""
    cdef Py_UCS4[5] codes
    cdef Py_UCS4 first, second, code
    cdef Py_ssize_t i, count
    cdef int level
    for i in range(5):
        codes[i] = PyUnicode_READ(width, characters, start + i) if start + i < end else 0
    first, second = codes[0], codes[1]
    if first in u"第上中下":
        level = _unit(width, characters, start, end, True)
        if level != NO_LEVEL or first != u"第":
            return level
    count = _numerals(width, characters, start + (first in u"第（("), end, False)
    if first == u"第":
        return ITEM if count and codes[1 + count] in u"，,、" else NO_LEVEL
    if first in u"（(":
        if count and codes[1 + count] in u")）":
            return IN_BRACKETS
        count = _numerals(width, characters, start + 1, end, True)
        return ARABIC_IN_BRACKETS if count and codes[1 + count] in u")）" else NO_LEVEL
    if count:
        return CHINESE if codes[count] == u"、" else ITEM if codes[count] in u"是要" else NO_LEVEL
    count = _numerals(width, characters, start, end, True)
    if count:
        code = codes[count]
        if code == u"、" or (code in u".．" and not Py_UNICODE_ISDECIMAL(codes[count + 1])):
            return ARABIC
        return ARABIC_IN_BRACKETS if code in u")）" else NO_LEVEL
    if u"①" <= first <= u"⑳" or u"㉑" <= first <= u"㉟" or u"㊱" <= first <= u"㊿":
        return ENCIRCLED
    if first == u"其" and second in u"一二三四五六七八九十":
        return ITEM if codes[2] in u"，,、" else NO_LEVEL
    if (second == u"先" and first == u"首") or (second == u"次" and first in u"其再") or (second == u"后" and first == u"最"):
        return ITEM if codes[2] in u"，," else NO_LEVEL
    return ITEM if first in u"●•◆■▪★◇" or (first in u"—-" and second == first) else NO_LEVEL


cdef int _unit(int width, void* characters, int64_t start, int64_t end, bint apart) noexcept:
    """Return the level of a part, chapter or section whose number a span begins with; NO_LEVEL for none.

    Its title stands ``apart``, or may stand right behind the word where nothing else is counted (第一节课).
    """
    cdef int64_t i = start + 1
    cdef Py_ssize_t count = 0
    cdef Py_UCS4 first = PyUnicode_READ(width, characters, start), word, behind
    cdef bint is_side = first in u"上中下"
    if not is_side:
        if first != u"第":
            return NO_LEVEL
        i += _code(width, characters, i, end) == u" "
        count = _numerals(width, characters, i, end, False)
        if not count:
            while count < 3 and Py_UNICODE_ISDECIMAL(_code(width, characters, i + count, end)):
                count += 1
        if not count:
            return NO_LEVEL
        i += count
        i += _code(width, characters, i, end) == u" "
    word, behind = _code(width, characters, i, end), _code(width, characters, i + 1, end)
    if not word or word not in (u"部编篇" if is_side else u"部编篇章节"):
        return NO_LEVEL
    if word == u"部" and behind == u"分":
        i += 1
        behind = _code(width, characters, i + 1, end)
        if not apart and not is_side:
            return PART
    if apart and i + 1 < end and not (behind in u"、:：" or Py_UNICODE_ISSPACE(behind)):
        return NO_LEVEL
    if not apart and (is_side or word in u"部编篇" or behind in (u"节程" if word == u"章" else u"课目点")):
        return NO_LEVEL
    return CHAPTER if word == u"章" else SECTION if word == u"节" else PART


cdef inline Py_UCS4 _code(int width, void* characters, int64_t i, int64_t end) noexcept:
    """Return the character at a place, or 0 at the end of a span."""
    return PyUnicode_READ(width, characters, i) if i < end else 0


@cython.final
cdef class Cutter:
    """A report on its way, and the headings that the next segment stands under, as ``Cut`` of ``segment.py`` has them."""

    cdef str text, barred, behind, parts
    cdef int width
    cdef void* characters
    cdef readonly list levels, texts, parents, symbols
    cdef readonly Py_ssize_t sentence_count
    cdef Py_ssize_t segment_count, base  # the first sentence of the text
    cdef int64_t[:, ::1] segments, sentences
    cdef int64_t head, below, lead_start, lead_end, end
    cdef int64_t title_level
    cdef bint numbered, is_apart, has_inner_items
    cdef object series

    def __cinit__(self, str text not None, str barred not None, str behind not None, series not None):
        """Take the clean text, what may not stand in leads, what may stand behind them, and what tells rows of headings."""
        self.series = series
        self.barred, self.behind = barred, behind
        self._take(text)
        self._begin()

    cdef void _take(self, str text) noexcept:
        self.text, self.width, self.characters = text, PyUnicode_KIND(text), PyUnicode_DATA(text)

    def move(self, str text not None, int64_t by):
        """Go on in another stretch of the clean text, which begins so many characters behind the beginning of the last one."""
        self._carry()  # the lists of what was found before stay as they are
        self._above_next()
        self._take(text)
        self.end -= by

    def add(
        self,
        const int64_t[:, :] lines not None,
        const int64_t[:, ::1] given not None,
        const int64_t[::1] paragraphs not None,
        const uint8_t[::1] is_first not None,
        int64_t[:, ::1] segments not None,
        int64_t[:, ::1] sentences not None,
    ):
        """Write segments of the next lines, of shape (4, segments), and their sentences; return how many there are.

        ``lines`` have the shape (4, lines); the ``given`` sentences, of shape (sentences, 2), are those of lines that are no
        headings. There is room for as many of both as there are lines and sentences. ``levels``, ``texts`` and ``parents`` are
        those of headings afterwards, ``symbols`` what was set aside. Raises ValueError for what does not agree.
        """
        self._make_room(lines, given, paragraphs, is_first, segments, sentences)
        self._carry()
        self._add(lines, given, paragraphs, is_first)
        return self.segment_count

    def add_each(
        self,
        list texts not None,
        const uint8_t[::1] goes_on not None,
        const int64_t[:, :] lines not None,
        const int64_t[::1] line_bounds not None,
        const int64_t[:, ::1] given not None,
        const int64_t[::1] paragraphs not None,
        const uint8_t[::1] is_first not None,
        const int64_t[::1] bounds not None,
        int64_t[:, ::1] segments not None,
        int64_t[:, ::1] sentences not None,
        int64_t[:, ::1] found not None,
    ):
        """Do what ``add`` does for some clean texts, each a report of its own or ``goes_on`` with that of the text before.

        ``line_bounds`` and ``bounds`` tell which of the lines and of the ``given`` sentences are of each text. Written into
        ``found``, of shape (texts + 1, 2), is with how many segments and sentences each text ends; the places of the first
        sentences of segments are counted from that of their text. Returns for each text None, or a tuple of ``levels``, ``texts``,
        ``parents`` and ``symbols`` where there is any. Raises ValueError for what does not agree.
        """
        cdef Py_ssize_t count = len(texts), i
        cdef list others = []
        self._make_room(lines, given, paragraphs, is_first, segments, sentences)
        if goes_on.shape[0] != count or found.shape[0] != count + 1 or found.shape[1] != 2:
            raise ValueError("the texts do not agree in length")
        _check_bounds(line_bounds, count, lines.shape[1])
        _check_bounds(bounds, count, given.shape[0])
        found[0, 0] = found[0, 1] = 0
        for i in range(count):
            self._take(<str?>texts[i])
            self.symbols, self.base = [], self.sentence_count
            if goes_on[i]:
                self._carry()
            else:
                self._begin()
            self._add(
                lines[:, line_bounds[i] : line_bounds[i + 1]],
                given[bounds[i] : bounds[i + 1]],
                paragraphs[bounds[i] : bounds[i + 1]],
                is_first[bounds[i] : bounds[i + 1]],
            )
            found[i + 1, 0], found[i + 1, 1] = self.segment_count, self.sentence_count
            others.append((self.levels, self.texts, self.parents, self.symbols) if self.levels or self.symbols else None)
        return others

    cdef int _make_room(
        self,
        const int64_t[:, :] lines,
        const int64_t[:, ::1] given,
        const int64_t[::1] paragraphs,
        const uint8_t[::1] is_first,
        int64_t[:, ::1] segments,
        int64_t[:, ::1] sentences,
    ) except -1:
        """Take the arrays that are filled; raises ValueError where they do not agree with what is given."""
        cdef Py_ssize_t count = given.shape[0]
        if lines.shape[0] != 4:
            raise ValueError("a line has a start, an end, a level and a kind")
        if not count == paragraphs.shape[0] == is_first.shape[0] or given.shape[1] != 2 or sentences.shape[1] != 2:
            raise ValueError("the sentences do not agree in length")
        if segments.shape[0] != 4 or not lines.shape[1] + count <= min(segments.shape[1], sentences.shape[0]):
            raise ValueError("no room for the segments")
        self.segments, self.sentences, self.segment_count, self.sentence_count = segments, sentences, 0, 0
        self.symbols, self.base = [], 0
        return 0

    cdef int _begin(self) except -1:
        """Begin a report, of which there are no headings yet."""
        self.levels, self.texts, self.parents, self.parts = [], [], [], ""
        self.head = self.below = self.lead_start = self.end = self.title_level = -1
        self.numbered = self.is_apart = self.has_inner_items = False
        self.series.clear()
        return 0

    cdef int _add(
        self, const int64_t[:, :] lines, const int64_t[:, ::1] given, const int64_t[::1] paragraphs, const uint8_t[::1] is_first
    ) except -1:
        """Add the segments of the next lines of the text."""
        cdef Py_ssize_t count = given.shape[0], i, first, line
        cdef int64_t above
        _check_lines(self.text, lines)
        for i in range(count):
            if not 0 <= given[i, 0] < given[i, 1] <= PyUnicode_GET_LENGTH(self.text):
                raise ValueError("a sentence lies outside the text")
        i = 0
        for line in range(lines.shape[1]):
            if lines[2, line] != NO_LEVEL:
                self._add_heading(lines[0, line], lines[1, line], lines[2, line], lines[3, line])
                continue
            first = i
            while i < count and paragraphs[i] == paragraphs[first]:
                i += 1
            if first == i:
                raise ValueError("a line has no sentence")
            if lines[3, line] != TEXT:
                self._close_items()
                self.end, self.title_level = lines[1, line], -1
                above = -1 if lines[3, line] == RECORD else self._above_next()
                self._add_segment(self._copied(given, first, i), above, NO_LEVEL, lines[3, line])
            else:
                self._add_paragraph(lines[0, line], lines[1, line], given[first:i], is_first[first:i])
        return 0

    cdef int _carry(self) except -1:
        """Keep, of the headings so far, those that the next segment stands under."""
        cdef list kept = []
        cdef bint is_led = self.below != self.head
        while self.below >= 0:
            kept.append(self.below)
            self.below = self.parents[self.below]
        kept.reverse()
        self.levels, self.texts = [self.levels[place] for place in kept], [self.texts[place] for place in kept]
        self.parents = list(range(-1, len(kept) - 1))
        self.below = <int64_t>len(kept) - 1
        self.head = self.below - is_led
        return 0

    cdef int _add_heading(self, int64_t start, int64_t end, int64_t given, int64_t kind) except -1:
        cdef int64_t level = ITEM - 1 if self.numbered else PLAIN, above
        self.sentences[self.sentence_count, 0], self.sentences[self.sentence_count, 1] = start, end
        if given == BESIDE:
            self._add_segment(1, self._above(level, self.head), level, kind)
            return 0
        level = self._level(given, start, end)
        above = self._open(level, start, end)
        self.numbered |= PLAIN < level < ITEM and kind == TEXT
        self._add_segment(1, above, level, kind)
        self.title_level = TITLE if given == BARE_ANNEX else self._level_of_title(level, start, end)
        if given == SIGNATURE:
            self._set_apart()
        return 0

    cdef int64_t _level(self, int64_t level, int64_t start, int64_t end) except -2:
        """Return the level of a heading among those above it."""
        cdef int64_t above, row
        cdef bint is_unit = PyUnicode_READ(self.width, self.characters, start) in u"第上中下"
        if level == ANNEX or level == BARE_ANNEX:
            self._set_apart()
            return TITLE
        if self.title_level >= 0 and (level < TITLE or (level == self.title_level - BELOW and not is_unit)):
            return self.title_level
        if level < TITLE:
            row = <int64_t>self.series.level(PyUnicode_Substring(self.text, start, end), self._level_above_row())
            if row >= 0:
                return row
            above = self._above_next() if level == EARLY_PLAIN or self.is_apart else 0
            return TITLE if above < 0 else ITEM - 1 if self.numbered else PLAIN
        return self._level_of_part(level, start, end)

    cdef int64_t _level_of_title(self, int64_t level, int64_t start, int64_t end) except -2:
        """Return the level of the title that the next line may be, or -1, as ``title_level`` does."""
        cdef bint is_bare = (
            PART <= level < PLAIN
            and PyUnicode_READ(self.width, self.characters, start) in u"第上中下"
            and end - start <= LONGEST_NUMBER
            and PyUnicode_READ(self.width, self.characters, end - 1) in u"部分编篇章节、:："
        )
        return level + BELOW if is_bare else -1

    cdef int64_t _level_above_row(self) except -2:
        """Return the level of the heading that one stands under which begins a row."""
        cdef int64_t heading = self.head
        while heading >= 0 and <int64_t>self.levels[heading] in (PLAIN, ITEM - 1):
            heading = self.parents[heading]
        return <int64_t>self.levels[heading] if heading >= 0 else TITLE

    cdef int _set_apart(self) except -1:
        """Leave all headings behind: what comes next is another text."""
        self.series.clear()
        self.head = self.below = self.lead_start = -1
        self.numbered, self.parts, self.is_apart = False, "", True
        return 0

    cdef int _add_paragraph(
        self, int64_t start, int64_t end, const int64_t[:, ::1] given, const uint8_t[::1] is_first
    ) except -1:
        cdef Py_ssize_t first = 0, last
        if start > self.end:
            self._close_lead()
            self._close_items()
        self.end, self.title_level = end, -1
        while first < given.shape[0]:
            last = first + 1
            while last < given.shape[0] and not is_first[last]:
                last += 1
            self._add_passage(self._copied(given, first, last))
            self.has_inner_items |= first > 0 and self._is_item()
            first = last
        return 0

    cdef Py_ssize_t _copied(self, const int64_t[:, ::1] given, Py_ssize_t first, Py_ssize_t last) noexcept:
        """Write sentences behind those of all segments; return how many."""
        cdef Py_ssize_t i
        for i in range(last - first):
            self.sentences[self.sentence_count + i, 0] = given[first + i, 0]
            self.sentences[self.sentence_count + i, 1] = given[first + i, 1]
        return last - first

    cdef int _add_passage(self, Py_ssize_t count) except -1:
        """Make a segment of the sentences written last; those without a word around it are symbols."""
        cdef int64_t* own = &self.sentences[self.sentence_count, 0]
        cdef Py_ssize_t first = 0, last = self._trimmed(own, count), behind
        cdef int64_t symbols_start, symbols_end
        behind = last
        while first < last and not _has_word(self.width, self.characters, own[2 * first], own[2 * first + 1]):
            first += 1
        while first < last and not _has_word(self.width, self.characters, own[2 * last - 2], own[2 * last - 1]):
            last -= 1
        if first:
            self._add_symbols(own[0], own[2 * first - 1])
        if first == last:
            return 0
        symbols_start, symbols_end = own[2 * last - 1], own[2 * behind - 1]
        memmove(own, own + 2 * first, 2 * (last - first) * sizeof(int64_t))
        count = self._trimmed(own, last - first)
        self._add_segment(count, self._announced(own[0], own[1], count > 1), NO_LEVEL, TEXT)
        if last < behind:
            self._add_symbols(symbols_start, symbols_end)
        return 0

    cdef Py_ssize_t _trimmed(self, int64_t* own, Py_ssize_t count) noexcept:
        """Take the white space at both ends of a passage away; return how many sentences are left."""
        cdef int64_t start = own[0], end = own[2 * count - 1]
        cdef Py_ssize_t gone = 0
        _strip(self.width, self.characters, &start, &end)
        while gone < count and own[2 * gone + 1] <= start:
            gone += 1
        while gone < count and own[2 * count - 2] >= end:
            count -= 1
        if gone:
            memmove(own, own + 2 * gone, 2 * (count - gone) * sizeof(int64_t))
        if gone < count:
            own[0], own[2 * (count - gone) - 1] = start, end
        return count - gone

    cdef int64_t _announced(self, int64_t start, int64_t end, bint is_followed) except -2:
        """Return the heading above a passage, with what its first sentence announces as the one above the next."""
        cdef int level = _sign(self.width, self.characters, start, PyUnicode_GET_LENGTH(self.text))
        if level != NO_LEVEL:
            self.numbered |= PLAIN < level < ITEM
            return self._open(self._level_of_part(level, start, end), start, end)
        if not is_followed or not _is_lead(self.width, self.characters, start, end, self.barred, self.behind):
            return self._above_next()
        self._close_lead()
        self.lead_start, self.lead_end = start, end
        return self.head

    cdef void _add_segment(self, Py_ssize_t count, int64_t above, int64_t level, int64_t kind) noexcept:
        """Make a segment of so many sentences that are written behind those of the others."""
        cdef Py_ssize_t place = self.segment_count
        self.segments[0, place], self.segments[1, place] = self.sentence_count - self.base, above
        self.segments[2, place], self.segments[3, place] = level, kind
        self.segment_count, self.sentence_count = place + 1, self.sentence_count + count

    cdef int _add_symbols(self, int64_t start, int64_t end) except -1:
        _strip(self.width, self.characters, &start, &end)
        if start < end:
            self.symbols.append((start, end))
        return 0

    cdef int64_t _above_next(self) except -2:
        if self.lead_start >= 0:
            self.below = self._new(LEAD, self.lead_start, self.lead_end, self.head)
            self.lead_start = -1
        return self.below

    cdef int _close_lead(self) except -1:
        if self.head >= 0 and <int64_t>self.levels[self.head] >= LEAD:
            self.head = self._above(LEAD, self.head)
        self.below, self.lead_start = self.head, -1
        return 0

    cdef bint _is_item(self) except -1:
        return self.head >= 0 and ITEM <= <int64_t>self.levels[self.head] < LEAD

    cdef int _close_items(self) except -1:
        """Take the items of the last paragraph away where they stood behind its beginning."""
        if self.has_inner_items and self._is_item():
            self.head = self.below = self._above(ITEM, self.head)
        self.has_inner_items = False
        return 0

    cdef int64_t _open(self, int64_t level, int64_t start, int64_t end) except -2:
        cdef int64_t above = self._above(level, self.head if level <= LEAD else self._above_next())
        self.head = self.below = self._new(level, start, end, above)
        self.lead_start = -1
        return above

    cdef int64_t _level_of_part(self, int64_t level, int64_t start, int64_t end) except -2:
        """Return the level of a heading among the parts seen so far, as ``level_of_part`` does."""
        cdef int64_t i
        cdef str word
        if level != PART or PyUnicode_READ(self.width, self.characters, start) not in u"第上中下":
            return level
        for i in range(start, min(end, start + PART_WITHIN)):
            if PyUnicode_READ(self.width, self.characters, i) in u"部编篇":
                word = PyUnicode_Substring(self.text, i, i + 1)
                if word not in self.parts:
                    self.parts += word
                return level + 2 * BELOW * self.parts.index(word)
        return level

    cdef int64_t _new(self, int64_t level, int64_t start, int64_t end, int64_t above) except -2:
        while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(self.width, self.characters, end - 1)):
            end -= 1
        self.levels.append(level)
        self.texts.append(PyUnicode_Substring(self.text, start, end))
        self.parents.append(above)
        return <int64_t>len(self.parents) - 1

    cdef int64_t _above(self, int64_t level, int64_t heading) except -2:
        cdef int64_t least = max(level, <int64_t>(TITLE + 1))
        while heading >= 0 and <int64_t>self.levels[heading] >= least:
            heading = self.parents[heading]
        return heading
