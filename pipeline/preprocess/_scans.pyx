# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sweeps over the characters of texts, compiled: what each may be, lines, sentences.

They do what ``characters.py``, ``lines.py`` and ``sentences.py`` do with arrays, which stay the reference and stand in where this
file could not be compiled; tests hold one against the other. What a character may be is told by a table with a
number for each code point, of which each bit means something to the module that made the table; it says here which one does what.
As in ``model/_kernels.pyx``, each public method checks all lengths and offsets before its loops, which check none.
"""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND, PyUnicode_READ
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

cdef enum:
    CODE_POINTS = 0x110000
    SORTS = 128  # of marks, at most: a kind has 16 bits

ctypedef fused Kind:
    uint8_t
    uint16_t


cdef extern from "Python.h":
    bint Py_UNICODE_ISSPACE(Py_UCS4 code) noexcept nogil
    bint Py_UNICODE_ISDECIMAL(Py_UCS4 code) noexcept nogil


cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    """
    const char* SOURCE_DIGEST

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


def kinds_of(str text not None, const Kind[::1] table not None, Kind[::1] kinds not None):
    """Write the kind of each character; return those that were found, in one number. Raises ValueError for no room."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), i
    cdef int width = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    cdef Kind found = 0, kind
    if table.shape[0] != CODE_POINTS or kinds.shape[0] != size:
        raise ValueError("a table has a kind for each code point, and there is one for each character")
    if width == 1:
        for i in range(size):
            kind = kinds[i] = table[(<uint8_t*>characters)[i]]
            found |= kind
    elif width == 2:
        for i in range(size):
            kind = kinds[i] = table[(<uint16_t*>characters)[i]]
            found |= kind
    else:
        for i in range(size):
            kind = kinds[i] = table[(<uint32_t*>characters)[i]]
            found |= kind
    return found


def control_characters(const uint8_t[::1] data not None):
    """Return how many bytes are control characters of ASCII that no text holds: neither white space nor the last of them."""
    cdef Py_ssize_t i, found = 0
    for i in range(data.shape[0]):
        found += data[i] < 0x20 and not 0x09 <= data[i] <= 0x0D
    return found


def count(const Kind[::1] kinds not None, int wanted):
    """Return how many characters are of a kind, or of several."""
    cdef Py_ssize_t i, found = 0
    cdef Kind mask = <Kind>wanted
    for i in range(kinds.shape[0]):
        found += (kinds[i] & mask) != 0
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


def trim(str text not None, int64_t[:, ::1] spans not None):
    """Narrow spans of a text to what lies between the white space at their ends; one that holds nothing else stays as it is.

    Raises ValueError for a span outside the text.
    """
    cdef Py_ssize_t i
    cdef int64_t start, end
    cdef int width = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    if spans.shape[1] != 2:
        raise ValueError("a span has a start and an end")
    for i in range(spans.shape[0]):
        start, end = spans[i, 0], spans[i, 1]
        if not 0 <= start <= end <= PyUnicode_GET_LENGTH(text):
            raise ValueError("a span lies outside the text")
        while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, start)):
            start += 1
        while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, end - 1)):
            end -= 1
        if start < end:
            spans[i, 0], spans[i, 1] = start, end


def leads(
    str text not None,
    const int64_t[::1] starts not None,
    const int64_t[::1] ends not None,
    uint8_t[::1] found not None,
    int shortest, int longest, str barred not None, str behind not None,
):
    """Leave, of the spans that are ``found`` so far, those that have the form of a lead (``headings.py``) without white space
    around them: so many characters that are no digits and none of the ``barred``, a full stop, and one of those ``behind`` it, or
    none. Raises ValueError for a span outside the text.
    """
    cdef Py_ssize_t i, size = PyUnicode_GET_LENGTH(text), j
    cdef int64_t start, end
    cdef int width = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    if not starts.shape[0] == ends.shape[0] == found.shape[0]:
        raise ValueError("starts, ends and what is found do not agree in length")
    for i in range(found.shape[0]):
        if not found[i]:
            continue
        start, end = starts[i], ends[i]
        if not 0 <= start <= end <= size:
            raise ValueError("a span lies outside the text")
        while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, start)):
            start += 1
        while start < end and Py_UNICODE_ISSPACE(PyUnicode_READ(width, characters, end - 1)):
            end -= 1
        if start < end and _is_among(PyUnicode_READ(width, characters, end - 1), behind):
            end -= 1
        found[i] = shortest <= end - 1 - start <= longest and PyUnicode_READ(width, characters, end - 1) == 0x3002
        for j in range(start, end - 1 if found[i] else start):
            if not _may_stand_in_lead(PyUnicode_READ(width, characters, j), barred):
                found[i] = False
                break


cdef bint _may_stand_in_lead(Py_UCS4 code, str barred) noexcept:
    return 0x4E00 <= code < 0x9FA6 or not (Py_UNICODE_ISDECIMAL(code) or _is_among(code, barred))


cdef bint _is_among(Py_UCS4 code, str characters) noexcept:
    cdef Py_ssize_t i
    for i in range(PyUnicode_GET_LENGTH(characters)):
        if PyUnicode_READ(PyUnicode_KIND(characters), PyUnicode_DATA(characters), i) == code:
            return True
    return False


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

        There is room for one more line than half as many as characters; raises ValueError otherwise.
        """
        cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), i = 0, found = 0, room = size // 2 + 1
        cdef int width = PyUnicode_KIND(text)
        cdef void* characters = PyUnicode_DATA(text)
        cdef int64_t start, end
        cdef uint16_t look, first, second, third, last, met
        cdef uint32_t code
        if not room <= min(starts.shape[0], ends.shape[0], doubtful.shape[0], opens.shape[0], closes.shape[0]):
            raise ValueError("no room for the lines")
        while i < size:
            start = end = -1
            first = last = met = 0
            while i < size:
                code = PyUnicode_READ(width, characters, i)
                if code == 10:
                    break
                look = self.table[code]
                if not look & self.space:
                    if start < 0:
                        start, first = i, look
                    end, last = i + 1, look
                    met |= look
                i += 1
            i += 1  # behind the end of the line
            if start < 0:
                continue
            # what stands behind the line is white space, which is none of the kinds that are asked for here
            second = self.table[PyUnicode_READ(width, characters, start + 1)] if start + 1 < size else 0
            third = self.table[PyUnicode_READ(width, characters, start + 2)] if start + 2 < size else 0
            starts[found], ends[found] = start, end
            opens[found] = last & self.open_end != 0
            closes[found] = first & self.closed_start != 0
            doubtful[found] = (end - start <= self.longest or not first & self.word) and (
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
        cdef int64_t first
        cdef Pair* pair_of = <Pair*>malloc((size // 2 + 1) * sizeof(Pair))
        if not pair_of:
            raise MemoryError
        try:
            pairs = self._pairs(kinds, pair_of)
            while i < size:
                if not kinds[i] & self.stop:
                    i += 1
                    continue
                first = i
                while kinds[i] & self.stop:  # the last kind of all is none
                    i += 1
                while kinds[i] & self.closing:
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
        cdef int mark
        cdef int64_t end = 0
        for sort in range(SORTS):
            opened[sort] = -1
        for i in range(size):
            mark = kinds[i] >> self.shift
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


cdef class Passages:
    """Gathers sentences into passages, by the bits that say what characters may be, and tells with three others what these look like.

    ``sign``: it may begin with a sign, ``led``: it begins with a lead; else it is 0, or ``unsure`` where there may be white space
    or only symbols at its ends.
    """

    cdef uint16_t word, space, sign_start
    cdef int sign, led, unsure

    def __cinit__(self, int word, int space, int sign_start, int sign, int led, int unsure):
        """Take the bits of characters, and those of passages."""
        self.word, self.space, self.sign_start = word, space, sign_start
        self.sign, self.led, self.unsure = sign, led, unsure

    def gather(
        self,
        const uint16_t[::1] kinds not None,
        const int64_t[::1] starts not None,
        const int64_t[::1] ends not None,
        const int64_t[::1] paragraphs not None,
        const int64_t[::1] shifts not None,
        const uint8_t[::1] is_first not None,
        const uint8_t[::1] leads not None,
    ):
        """Return for each paragraph its passages: pairs of sentences, shifted as the paragraph is, each with what it looks like.

        A passage begins with each sentence that is one of the first. Raises ValueError for what does not agree.
        """
        cdef Py_ssize_t count = starts.shape[0], i, first, last
        cdef list found = [], own
        cdef int64_t shift
        if not count == ends.shape[0] == paragraphs.shape[0] == is_first.shape[0] == leads.shape[0]:
            raise ValueError("the sentences do not agree in length")
        for i in range(count):
            if not 0 <= starts[i] < ends[i] <= kinds.shape[0] or not 0 <= paragraphs[i] < shifts.shape[0]:
                raise ValueError("a sentence lies outside the text or the paragraphs")
        first = 0
        while first < count:
            if first == 0 or paragraphs[first] != paragraphs[first - 1]:
                own = []
                found.append(own)
                shift = shifts[paragraphs[first]]
            last = first + 1
            while last < count and not is_first[last] and paragraphs[last] == paragraphs[first]:
                last += 1
            sentences = tuple([(starts[i] + shift, ends[i] + shift) for i in range(first, last)])
            look = self._look(&kinds[0], starts[first], ends[first], starts[last - 1], ends[last - 1], leads[first] and last - first > 1)
            own.append((sentences, look))
            first = last
        return found

    cdef int _look(
        self, const uint16_t* kinds, int64_t start, int64_t end, int64_t last_start, int64_t last_end, bint is_led
    ) noexcept:
        """Return what a passage looks like by its first sentence and its last one."""
        if (kinds[start] | kinds[last_end - 1]) & self.space:
            return self.unsure
        if not self._begins_with_word(kinds, start, end) or not self._begins_with_word(kinds, last_start, last_end):
            return self.unsure
        return (self.led if is_led else 0) + (self.sign if kinds[start] & self.sign_start else 0)

    cdef bint _begins_with_word(self, const uint16_t* kinds, int64_t start, int64_t end) noexcept:
        return (kinds[start] | kinds[min(start + 1, end - 1)] | kinds[min(start + 2, end - 1)]) & self.word
