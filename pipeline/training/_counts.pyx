# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The terms of the texts of a corpus, counted by compiled loops: no object of Python for a word or a bigram that stands in a text.

What a term is and how often each stands in a text is what ``Vocabulary`` and ``fit_vocabulary`` of ``model/features.py`` say, which
stay the reference and stand in where this file could not be compiled. Terms are numbered as they come, by a hash table (open
addressing with linear probing); strings are made only of those that stay. Texts are given as code points and the ends of their
words, so that whoever cuts them may be another.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy

cdef enum:
    CHARACTER_BITS = 21  # of a code point
    KIND_BITS = 61  # the kind of a term stands above so many bits of its key
    WORD = 0  # of two characters at most, or …
    LONG_WORD = 1  # … of more
    PAIR = 2
    SINGLE = 3
    CLASS = 4
    LINE_END = 10
    FIRST_BITS = 16  # the logarithm of the number of places to begin with

cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    #define STREWN 0x9E3779B97F4A7C15ULL
    """
    const char* SOURCE_DIGEST
    const uint64_t STREWN  # multiplying by it strews keys evenly (Fibonacci hashing, Knuth 1973)

cdef extern from "Python.h":
    str PyUnicode_FromKindAndData(int kind, const void* characters, Py_ssize_t size)

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


cdef struct Term:
    uint64_t key  # the kind and the characters; of a long word a hash of these
    int64_t place  # of its characters in the pool …
    int32_t size  # … and their number
    int32_t frequency  # in how many sentences it stands
    int32_t row  # where it was seen last …
    int32_t entry  # … and where its count stands there, less the beginning of the row


cdef inline bint _is_ideograph(uint32_t code) noexcept nogil:
    return 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFF


cdef inline bint _is_latin(uint32_t code) noexcept nogil:
    return 97 <= code <= 122


cdef inline bint _is_term(const uint32_t* word, Py_ssize_t size) noexcept nogil:
    """Tell whether a word could be one of a vocabulary: it has an ideograph, or two Latin letters side by side."""
    cdef Py_ssize_t i
    for i in range(size):
        if _is_ideograph(word[i]) or (i + 1 < size and word[i] < 128 and word[i + 1] < 128
                                      and _is_latin(word[i] | 32) and _is_latin(word[i + 1] | 32)):
            return True
    return False


cdef class TermCounter:
    """Counts words, pairs of letters, characters by themselves and classes of terms, text by text."""

    cdef Term* terms
    cdef int64_t count, room
    cdef int32_t* slots  # the number of a term and one more; 0 for none
    cdef uint64_t mask
    cdef int shift
    cdef uint32_t* pool  # the characters of the terms
    cdef int64_t pool_size, pool_room
    cdef int32_t* entries  # the terms of the texts …
    cdef int32_t* amounts  # … and how often each stands there
    cdef int64_t filled, entry_room
    cdef int64_t* starts
    cdef int64_t rows, row_room
    cdef bint has_pairs, has_singles

    def __cinit__(self, bint has_pairs, bint has_singles):
        """Take whether pairs of letters and characters by themselves are counted."""
        self.has_pairs, self.has_singles = has_pairs, has_singles
        self.mask, self.shift = (<uint64_t>1 << FIRST_BITS) - 1, 64 - FIRST_BITS
        self.room = self.row_room = self.entry_room = self.pool_room = 1 << (FIRST_BITS - 1)
        self.slots = <int32_t*>calloc(self.mask + 1, sizeof(int32_t))
        self.terms = <Term*>malloc(self.room * sizeof(Term))
        self.pool = <uint32_t*>malloc(self.pool_room * sizeof(uint32_t))
        self.entries = <int32_t*>malloc(self.entry_room * sizeof(int32_t))
        self.amounts = <int32_t*>malloc(self.entry_room * sizeof(int32_t))
        self.starts = <int64_t*>calloc(self.row_room, sizeof(int64_t))
        if not self.slots or not self.terms or not self.pool or not self.entries or not self.amounts or not self.starts:
            raise MemoryError

    def __dealloc__(self):
        free(self.slots)
        free(self.terms)
        free(self.pool)
        free(self.entries)
        free(self.amounts)
        free(self.starts)

    def add(
        self,
        const uint32_t[::1] codes not None,
        const int64_t[::1] ends not None,
        const int64_t[::1] places not None,
        const int64_t[::1] classes not None,
        bint are_sentences,
    ):
        """Count the terms of some texts, which line ends part.

        ``ends`` tells where the words end, in order, the last one where the texts do; a line end is a word by itself. ``places``
        tells, in order, where terms of ``classes`` begin. Only ``are_sentences`` count for the frequency of terms. Raises
        ValueError for what does not agree, and MemoryError.
        """
        cdef Py_ssize_t size = codes.shape[0], words = ends.shape[0], found = places.shape[0], i, word = 0, of_class = 0
        cdef int64_t start = 0, end, before = 0
        if classes.shape[0] != found or (words and ends[words - 1] != size) or (size and not words):
            raise ValueError("words or classes do not agree with the texts")
        for i in range(words):
            if not before < ends[i]:
                raise ValueError("a word ends before it begins")
            before = ends[i]
        for i in range(found):
            if not 0 <= places[i] < size or (i and places[i] < places[i - 1]) or not 0 <= classes[i] < 1 << 20:
                raise ValueError("a class lies outside the texts")
        while start <= size:
            end = start
            while end < size and codes[end] != LINE_END:
                end += 1
            self._begin_row()
            before = start
            while word < words and ends[word] <= end:
                if _is_term(&codes[before], ends[word] - before):
                    self._add(_word_key(&codes[before], ends[word] - before), &codes[before], ends[word] - before, are_sentences)
                before = ends[word]
                word += 1
            if before != end or (word < words and ends[word] != end + 1):
                raise ValueError("a word reaches over the end of a line")
            word += word < words
            for i in range(start, end - 1 if self.has_pairs else start):
                if (_is_ideograph(codes[i]) and _is_ideograph(codes[i + 1])) or (_is_latin(codes[i]) and _is_latin(codes[i + 1])):
                    self._add(_key(PAIR, codes[i], codes[i + 1]), NULL, 0, are_sentences)
            for i in range(start, end if self.has_singles else start):
                self._add(_key(SINGLE, 0, codes[i]), NULL, 0, are_sentences)
            while of_class < found and places[of_class] < end:
                self._add(_key(CLASS, 0, <uint32_t>classes[of_class]), NULL, 0, are_sentences)
                of_class += 1
            start = end + 1
            self.starts[self.rows] = self.filled

    cdef int _begin_row(self) except -1:
        if self.rows + 2 > self.row_room:
            self.starts = <int64_t*>_grown(self.starts, &self.row_room, sizeof(int64_t))
        if self.rows >= (1 << 31) - 2:
            raise MemoryError("too many texts")
        self.starts[self.rows] = self.filled
        self.rows += 1
        self.starts[self.rows] = self.filled  # also where what follows is refused
        return 0

    cdef int _add(self, uint64_t key, const uint32_t* characters, Py_ssize_t size, bint is_sentence) except -1:
        """Count a term of the text at present."""
        cdef int32_t number = self._number(key, characters, size)
        cdef Term* term = self.terms + number
        if term.row == self.rows:
            self.amounts[self.starts[self.rows - 1] + term.entry] += 1
            return 0
        if self.filled == self.entry_room:
            self.amounts = <int32_t*>_resized(self.amounts, 2 * self.entry_room, sizeof(int32_t))
            self.entries = <int32_t*>_grown(self.entries, &self.entry_room, sizeof(int32_t))
        term.row, term.entry = <int32_t>self.rows, <int32_t>(self.filled - self.starts[self.rows - 1])
        term.frequency += is_sentence
        self.entries[self.filled], self.amounts[self.filled] = number, 1
        self.filled += 1
        return 0

    cdef int32_t _number(self, uint64_t key, const uint32_t* characters, Py_ssize_t size) except -1:
        """Return the number of a term, a new one where it was not seen before."""
        cdef uint64_t place = (key * STREWN) >> self.shift
        cdef Term* term
        while self.slots[place]:
            term = self.terms + self.slots[place] - 1
            if term.key == key and (not size or self._is_same(term, characters, size)):
                return self.slots[place] - 1
            place = (place + 1) & self.mask
        if self.count == self.room:
            if self.room >= 1 << 30:
                raise MemoryError("too many terms")
            self.terms = <Term*>_grown(self.terms, &self.room, sizeof(Term))
        while self.pool_size + size > self.pool_room:
            self.pool = <uint32_t*>_grown(self.pool, &self.pool_room, sizeof(uint32_t))
        term = self.terms + self.count
        term.key, term.place, term.size, term.frequency, term.row = key, self.pool_size, <int32_t>size, 0, 0
        if size:
            memcpy(self.pool + self.pool_size, characters, size * sizeof(uint32_t))
        self.pool_size += size
        self.count += 1
        self.slots[place] = <int32_t>self.count
        if <uint64_t>self.count * 2 > self.mask:
            self._more_slots()
        return <int32_t>(term - self.terms)

    cdef inline bint _is_same(self, const Term* term, const uint32_t* characters, Py_ssize_t size) noexcept nogil:
        return term.size == size and not memcmp(self.pool + term.place, characters, size * sizeof(uint32_t))

    cdef int _more_slots(self) except -1:
        cdef int32_t* more = <int32_t*>calloc(2 * (self.mask + 1), sizeof(int32_t))
        cdef int64_t i
        cdef uint64_t place
        if not more:
            raise MemoryError
        free(self.slots)
        self.slots, self.mask, self.shift = more, 2 * self.mask + 1, self.shift - 1
        for i in range(self.count):
            place = (self.terms[i].key * STREWN) >> self.shift
            while self.slots[place]:
                place = (place + 1) & self.mask
            self.slots[place] = <int32_t>i + 1
        return 0

    @property
    def shape(self):
        """The number of texts and of different terms, and of entries: the terms of each text, each once."""
        return self.rows, self.count, self.filled

    def write_terms(self, uint8_t[::1] kinds not None, int64_t[::1] codes not None, int64_t[::1] frequencies not None):
        """Write of each term its kind, the codes of two characters or the number of a class, and in how many sentences it stands.

        A kind is 0 or 1 for a word, 2 for a pair, 3 for a character and 4 for a class; words have no code. Raises ValueError where
        there is no room.
        """
        cdef int64_t i
        if not kinds.shape[0] == codes.shape[0] == frequencies.shape[0] == self.count:
            raise ValueError("no room for the terms")
        for i in range(self.count):
            kinds[i] = <uint8_t>(self.terms[i].key >> KIND_BITS)
            codes[i] = <int64_t>(self.terms[i].key & ((<uint64_t>1 << 2 * CHARACTER_BITS) - 1)) if kinds[i] >= PAIR else 0
            frequencies[i] = self.terms[i].frequency

    def word(self, int64_t number):
        """Return a word by its number; raises ValueError for a number that no word has."""
        if not 0 <= number < self.count or not self.terms[number].size:
            raise ValueError(f"{number} is the number of no word")
        return PyUnicode_FromKindAndData(4, self.pool + self.terms[number].place, self.terms[number].size)

    def write_entries(
        self,
        const int32_t[::1] columns not None,
        bint are_pairs_terms,
        int64_t[::1] starts not None,
        int32_t[::1] kept not None,
        float[::1] amounts not None,
        int64_t[::1] unknown not None,
    ):
        """Write the rows of all texts, less the terms whose column is below zero; return the number of their entries.

        ``columns`` has one for each term; row ``i`` is ``kept`` and ``amounts`` from ``starts[i]`` on, and ``unknown[i]`` how many words,
        and pairs where these are terms, it has that have no column. Raises ValueError where there is no room.
        """
        cdef int64_t row, i, found = 0
        cdef int kind
        if columns.shape[0] != self.count or starts.shape[0] != self.rows + 1 or unknown.shape[0] != self.rows:
            raise ValueError("no room for the rows")
        if kept.shape[0] != self.filled or amounts.shape[0] != self.filled:
            raise ValueError("no room for the entries")
        for row in range(self.rows):
            starts[row], unknown[row] = found, 0
            for i in range(self.starts[row], self.starts[row + 1]):
                if columns[self.entries[i]] >= 0:
                    kept[found], amounts[found] = columns[self.entries[i]], <float>self.amounts[i]
                    found += 1
                    continue
                kind = <int>(self.terms[self.entries[i]].key >> KIND_BITS)
                if kind < PAIR or (kind == PAIR and are_pairs_terms):
                    unknown[row] += self.amounts[i]
        starts[self.rows] = found
        return found


cdef inline uint64_t _key(uint64_t kind, uint64_t first, uint64_t second) noexcept nogil:
    return kind << KIND_BITS | first << CHARACTER_BITS | second


cdef inline uint64_t _word_key(const uint32_t* word, Py_ssize_t size) noexcept nogil:
    cdef uint64_t key = size
    cdef Py_ssize_t i
    if size <= 2:
        return _key(WORD, word[0] if size == 2 else 0, word[size - 1])
    for i in range(size):
        key = (key ^ word[i]) * STREWN
        key ^= key >> 29
    return <uint64_t>LONG_WORD << KIND_BITS | (key >> 3)


cdef void* _resized(void* room, int64_t count, size_t size) except NULL:
    cdef void* more = realloc(room, count * size)
    if not more:
        raise MemoryError
    return more


cdef void* _grown(void* room, int64_t* count, size_t size) except NULL:
    """Return twice the room, and write its number of places."""
    cdef void* more = _resized(room, 2 * count[0], size)
    count[0] *= 2
    return more
