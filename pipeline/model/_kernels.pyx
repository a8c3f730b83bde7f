# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops of scoring, compiled: words, TF-IDF rows and scores, the best labels, the words that weighed most, JSON lines.

They do what ``words.py``, ``features.py``, ``decode.py``, ``tag.py`` and the records do with rjieba and arrays, which stay the
reference and stand in where this file could not be compiled; tests hold one against the other. Bounds are not checked in the
loops: each public method checks all lengths and indices that it is given before them. The interpreter's lock is held all the time
but while a dictionary is read, for a dictionary grows when a vocabulary is made of it.

The words are those of jieba's ``cut`` without its guesses (HMM off), by the algorithm of jieba (Sun Junyi, MIT): of all ways to
cut a run of characters into words of the dictionary, the one of the greatest product of word frequencies, found from the end
(Viterbi 1967).
"""

from cpython.unicode cimport (
    PyUnicode_AsUCS4,
    PyUnicode_DATA,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
    PyUnicode_New,
    PyUnicode_READ,
    PyUnicode_WRITE,
    PyUnicode_Substring,
)
from libc.math cimport INFINITY, exp, log, sqrt
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

cdef enum:
    CHARACTER_BITS = 21  # of a code point
    NODE_BITS = 21  # of a node of the dictionary …
    BIGRAM_BITS = 22  # … and of the column of a bigram
    SHARE_BITS = 24  # words whose shares are the same in so many bits weigh the same
    BEGINNING_BITS = 21  # of the places in the table of the beginnings of words …
    FILTER_BITS = 18  # … and in that of bigrams
    LEVELS = 3  # characters behind the first of a word that are looked up for all places of a text at once
    DOTTED_I = 0x130  # its lower case has two characters, and …
    SIGMA = 0x3A3  # … its depends on where it stands
    PLANE = 0x10000  # characters below it have their first step in a table

cdef uint64_t STREWN = 0x9E3779B97F4A7C15  # multiplying by it strews keys evenly (Fibonacci hashing, Knuth 1973)
cdef uint64_t NO_BIGRAM = 0xFFFFFFFFFFFFFFFF
cdef double NO_WORD = -1.0  # the logarithm of the frequency of what only begins words
cdef double[4096] LOGARITHMS

cdef uint8_t[128] OF_WORDS  # ASCII that jieba cuts with its dictionary …
cdef uint8_t[128] RUNS_ON  # … and of it, what goes on in one word where the dictionary has none


cdef void _fill_tables() noexcept:
    cdef int i
    memset(OF_WORDS, 0, sizeof(OF_WORDS))
    memset(RUNS_ON, 0, sizeof(RUNS_ON))
    for i in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        OF_WORDS[i] = RUNS_ON[i] = 1
    for i in b"+#&._%-":
        OF_WORDS[i] = 1
    for i in range(1, 4096):
        LOGARITHMS[i] = log(<double>i)


_fill_tables()


cdef inline uint64_t _key(int32_t node, uint32_t code) noexcept nogil:
    return (<uint64_t>node << CHARACTER_BITS) | code


cdef inline uint64_t _pair(uint32_t first, uint32_t second) noexcept nogil:
    return (<uint64_t>first << CHARACTER_BITS) | second


cdef inline uint64_t _filtered(uint64_t pair) noexcept nogil:
    """Return the place of two characters in a filter."""
    return (pair * STREWN) >> (64 - FILTER_BITS)


cdef inline bint _has_bit(const uint64_t* bits, uint64_t place) noexcept nogil:
    return bits[place >> 6] >> (place & 63) & 1


cdef inline void _set_bit(uint64_t* bits, uint64_t place) noexcept nogil:
    bits[place >> 6] |= <uint64_t>1 << (place & 63)


cdef inline bint _is_ideograph(uint32_t code) noexcept nogil:
    return (code - 0x3400 <= 0x9FFF - 0x3400) | (code >= 0x20000)


cdef inline bint _is_latin(uint32_t code) noexcept nogil:
    return code - 97 <= 122 - 97


cdef inline bint _are_letters(uint32_t first, uint32_t second) noexcept nogil:
    """Tell whether two characters could be a bigram of a vocabulary."""
    return (_is_ideograph(first) & _is_ideograph(second)) | (_is_latin(first) & _is_latin(second))


cdef inline bint _is_term(const Py_UCS4* word, Py_ssize_t size) noexcept nogil:
    """Tell whether a word could be one of a vocabulary."""
    cdef Py_ssize_t i
    for i in range(size):
        if _is_ideograph(word[i]) or (i + 1 < size and _is_latin(<uint32_t>word[i] | 32) and _is_latin(<uint32_t>word[i + 1] | 32)):
            return True
    return False


cdef inline int32_t _node(const Slot* slot) noexcept nogil:
    return <int32_t>(slot.way & ((1 << NODE_BITS) - 1)) if slot else 0


cdef inline int64_t _frequency(const Slot* slot) noexcept nogil:
    return <int64_t>(exp(slot.logarithm) + 0.5) if slot.logarithm >= 0 else 0


cdef inline bint _is_of_words(uint32_t code) noexcept nogil:
    return OF_WORDS[code] if code < 128 else 0x4E00 <= code <= 0x9FD5


cdef extern from "Python.h":
    Py_UCS4 PyUnicode_MAX_CHAR_VALUE(str text)
    Py_UCS4 Py_UNICODE_TOLOWER(Py_UCS4 code) noexcept nogil
    str PyUnicode_FromKindAndData(int kind, const void* characters, Py_ssize_t size)
    Py_ssize_t PyUnicode_Find(str text, str part, Py_ssize_t start, Py_ssize_t end, int direction) except -2


cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    #if defined(_MSC_VER)
    #include <intrin.h>
    static int lowest_bit(unsigned long long bits) { unsigned long place; _BitScanForward64(&place, bits); return (int)place; }
    #else
    #define lowest_bit(bits) __builtin_ctzll(bits)
    #endif
    #if defined(__GNUC__)
    #define fetch_ahead(place) __builtin_prefetch(place)
    #else
    #define fetch_ahead(place) ((void)0)
    #endif
    #if defined(__linux__)
    #include <stdlib.h>
    #include <sys/mman.h>
    /* Large pages: what is looked up at random costs less in them. */
    static void *large_room(size_t size) {
        void *room = aligned_alloc(1 << 21, (size + (1 << 21) - 1) & ~(size_t)((1 << 21) - 1));
        if (room) {
            madvise(room, size, MADV_HUGEPAGE);
            memset(room, 0, size);
        }
        return room;
    }
    #else
    #define large_room(size) calloc(1, size)
    #endif
    """
    int _lowest "lowest_bit"(uint64_t bits) noexcept nogil
    void _fetch_ahead "fetch_ahead"(const void* place) noexcept nogil
    void* _large "large_room"(size_t size) noexcept nogil  # zeroed
    const char* SOURCE_DIGEST

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


cdef struct Slot:
    uint64_t way  # node, character and the node they lead to, in one number
    double logarithm  # of the frequency of the word that ends there


cdef struct Token:
    int32_t start
    int32_t end
    int32_t node


cdef class Dictionary:
    """jieba's dictionary as a trie in one hash table, and the words of texts by it."""

    cdef Slot* slots
    cdef uint64_t mask
    cdef int shift
    cdef Slot[PLANE] first  # those of characters below it, which need no search
    cdef int32_t count  # of nodes; the first one is the root
    cdef int64_t total
    cdef uint64_t[1 << (BEGINNING_BITS - 6)] beginnings  # a bit for each two characters that begin a word: it fits into the caches

    def __cinit__(self, bytes lines not None, int bits=20):
        """Take the lines of a dictionary file: word, frequency and part of speech; raises ValueError for others.

        ``bits`` is the logarithm of the number of places to begin with.
        """
        cdef const uint8_t* data = lines
        cdef Py_ssize_t size = len(lines), bad
        memset(self.first, 0, sizeof(self.first))
        memset(self.beginnings, 0, sizeof(self.beginnings))
        self.count = 1
        self.shift = 64 - bits
        self.mask = (<uint64_t>1 << bits) - 1
        self.slots = <Slot*>_large((<size_t>1 << bits) * sizeof(Slot))
        if not self.slots:
            raise MemoryError
        with nogil:
            bad = self._read(data, size)
        if bad:
            raise ValueError(f"line {bad} of the dictionary is no word with its frequency")

    def __dealloc__(self):
        free(self.slots)

    cdef Py_ssize_t _read(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Add all words; return the number of the first line that is none, or 0."""
        cdef Py_ssize_t i = 0, number = 0, after
        cdef Slot* slot
        cdef int64_t frequency
        cdef uint32_t code, byte
        while i < size:
            number += 1
            slot = NULL
            while i < size and data[i] != 32 and data[i] != 10:
                byte = data[i]
                if byte < 0x80:
                    code, after = byte, i + 1
                elif byte < 0xE0:
                    code, after = byte & 0x1F, i + 2
                elif byte < 0xF0:
                    code, after = byte & 0x0F, i + 3
                else:
                    code, after = byte & 0x07, i + 4
                if after > size:
                    return number
                i += 1
                while i < after:
                    code = (code << 6) | (data[i] & 0x3F)
                    i += 1
                slot = self._grown(slot, code & 0x1FFFFF)
                if not slot:
                    return number
            if i == size or data[i] != 32 or not slot:
                return number
            i += 1
            frequency = 0
            after = i
            while i < size and 48 <= data[i] <= 57 and i - after < 9:
                frequency = frequency * 10 + data[i] - 48
                i += 1
            if i == after or (i < size and data[i] != 32 and data[i] != 10 and data[i] != 13):
                return number
            self._set(slot, frequency)
            while i < size and data[i] != 10:
                i += 1
            i += 1
        return 0

    cdef void _set(self, Slot* slot, int64_t frequency) noexcept nogil:
        self.total += frequency
        if frequency <= 0:
            slot.logarithm = NO_WORD
        else:
            slot.logarithm = LOGARITHMS[frequency] if frequency < 4096 else log(<double>frequency)

    cdef inline Slot* _step(self, int32_t node, uint32_t code) noexcept nogil:
        """Return where a character leads from a node, or NULL."""
        if node == 0 and code < PLANE:
            return &self.first[code] if self.first[code].way else NULL
        return self._found(_key(node, code))

    cdef Slot* _grown(self, const Slot* parent, uint32_t code) noexcept nogil:
        """Return where a character leads from another, or NULL for the root, made where it leads nowhere; NULL for no room."""
        cdef int32_t node = _node(parent)
        cdef Slot* there = self._step(node, code)
        cdef Slot made
        cdef bint is_second = parent and parent.way >> (NODE_BITS + CHARACTER_BITS) == 0
        if there:
            return there
        if self.count == 1 << NODE_BITS or (<uint64_t>self.count * 8 > self.mask * 5 and not self._more_slots()):
            return NULL
        made.way = (_key(node, code) << NODE_BITS) | <uint64_t>self.count
        made.logarithm = NO_WORD
        self.count += 1
        if node == 0 and code < PLANE:
            self.first[code] = made
            return &self.first[code]
        if is_second:
            _set_bit(self.beginnings, (_key(node, code) * STREWN) >> (64 - BEGINNING_BITS))
        return self._put(made)

    cdef inline bint _begins(self, uint64_t key) noexcept nogil:
        """Tell whether a second character may lead on from the node of the first, which it mostly does not."""
        return _has_bit(self.beginnings, (key * STREWN) >> (64 - BEGINNING_BITS))

    cdef inline Slot* _second(self, int32_t node, uint32_t code) noexcept nogil:
        """Return where the second character of a word leads from the node of the first, or NULL."""
        return self._step(node, code) if self._begins(_key(node, code)) else NULL

    cdef inline Slot* _found(self, uint64_t key) noexcept nogil:
        """Return the slot of a key that stands in the table, or NULL."""
        cdef uint64_t place = (key * STREWN) >> self.shift
        while self.slots[place].way >> NODE_BITS != key:
            if self.slots[place].way == 0:
                return NULL
            place = (place + 1) & self.mask
        return &self.slots[place]

    cdef void _look_up(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write where the second to the last of LEVELS characters lead that begin at each place of a text.

        It goes level by level: what is to be looked up is gathered without a branch, which no processor could guess, and fetched
        ahead.
        """
        cdef Py_ssize_t i, j, level, passed = 0, kept
        cdef int32_t* places = scratch.places
        cdef uint64_t* keys = scratch.codes
        cdef Slot* slot
        cdef int32_t node
        memset(scratch.levels, 0, size * LEVELS * sizeof(Slot*))
        for i in range(size - 1):
            node = _node(&self.first[text[i]]) if text[i] < PLANE else _node(self._step(0, text[i]))
            places[passed], keys[passed] = <int32_t>i, _key(node, text[i + 1])
            passed += (node != 0) & self._begins(keys[passed])
        for level in range(LEVELS):
            for i in range(passed):
                _fetch_ahead(&self.slots[(keys[i] * STREWN) >> self.shift])
            kept = 0
            for i in range(passed):
                slot = self._found(keys[i])
                j = places[i]
                scratch.levels[j * LEVELS + level] = slot
                if slot and j + level + 2 < size:
                    places[kept], keys[kept] = <int32_t>j, _key(_node(slot), text[j + level + 2])
                    kept += 1
            passed = kept

    cdef Slot* _put(self, Slot slot) noexcept nogil:
        cdef uint64_t place = ((slot.way >> NODE_BITS) * STREWN) >> self.shift
        while self.slots[place].way:
            place = (place + 1) & self.mask
        self.slots[place] = slot
        return &self.slots[place]

    cdef bint _more_slots(self) noexcept nogil:
        cdef Slot* old = self.slots
        cdef uint64_t size = self.mask + 1, i
        cdef Slot* new = <Slot*>_large(2 * size * sizeof(Slot))
        if not new:
            return False
        self.slots = new
        self.mask = 2 * size - 1
        self.shift -= 1
        for i in range(size):
            if old[i].way:
                self._put(old[i])
        free(old)
        return True

    def add(self, str word not None, int64_t frequency):
        """Add a word, or give it another frequency; raises MemoryError where there are too many."""
        cdef Slot* slot = self._slot(word)
        if slot and frequency > 0:
            self._set(slot, frequency)

    def frequency(self, str word not None):
        """Return the frequency of a word; 0 for what is none."""
        cdef Slot* slot = NULL
        cdef Py_UCS4 code
        for code in word:
            slot = self._step(_node(slot), code)
            if not slot:
                return 0
        return _frequency(slot) if slot else 0

    @property
    def total_frequency(self):
        """The sum of all frequencies."""
        return self.total

    cdef Slot* _slot(self, str word) except? NULL:
        """Return where a word ends, made where there is none: what is no word cuts nothing. NULL for the empty one."""
        cdef Slot* slot = NULL
        cdef Py_UCS4 code
        for code in word:
            slot = self._grown(slot, code)
            if not slot:
                raise MemoryError("too many words")
        return slot

    def _node_of(self, str word not None):
        return _node(self._slot(word))

    def cut(self, str text not None):
        """Return the words of a text, which joined are the text."""
        cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), count, i
        cdef Characters characters = Characters(text)
        cdef Scratch scratch = Scratch(size)
        cdef list words = []
        count = self._cut(characters.codes, size, scratch)
        for i in range(count):
            words.append(PyUnicode_Substring(text, scratch.tokens[i].start, scratch.tokens[i].end))
        return words

    cdef Py_ssize_t _cut(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the words of a text as tokens; return how many."""
        cdef Py_ssize_t i = 0, j, found = 0
        cdef Token* tokens = scratch.tokens
        self._look_up(text, size, scratch)
        while i < size:
            if _is_of_words(text[i]):
                j = i + 1
                while j < size and _is_of_words(text[j]):
                    j += 1
                found += self._cut_run(text, i, j, scratch, tokens + found)
            else:
                j = i + 2 if text[i] == 13 and i + 1 < size and text[i + 1] == 10 else i + 1
                tokens[found].start, tokens[found].end = <int32_t>i, <int32_t>j
                tokens[found].node = _node(self._step(0, text[i])) if j == i + 1 else 0
                found += 1
            i = j
        return found

    cdef Py_ssize_t _cut_run(
        self, const Py_UCS4* text, Py_ssize_t start, Py_ssize_t end, Scratch scratch, Token* tokens
    ) noexcept nogil:
        """Write the words of a run of characters that may be in words of the dictionary; return how many."""
        cdef double* best = scratch.best
        cdef Token* ways = scratch.ways
        cdef double all_words = log(<double>self.total), score, most
        cdef Py_ssize_t i, j, level, found = 0
        cdef Slot* slot
        cdef int32_t node
        best[end] = 0
        for i in range(end - 1, start - 1, -1):
            slot = self._step(0, text[i])
            most = -INFINITY
            ways[i].end, ways[i].node = <int32_t>(i + 1), _node(slot)
            j = i + 1
            level = 0
            while slot:
                score = (slot.logarithm - all_words) + best[j]
                if (slot.logarithm >= 0) & (score >= most):  # of equal ways the longer word, as in jieba
                    most = score
                    ways[i].end, ways[i].node = <int32_t>j, _node(slot)
                if j == end:
                    break
                slot = scratch.levels[i * LEVELS + level] if level < LEVELS else self._step(_node(slot), text[j])
                level += 1
                j += 1
            best[i] = most if most > -INFINITY else -all_words + best[i + 1]
        i = start
        while i < end:
            j = ways[i].end
            node = ways[i].node
            if j == i + 1 and text[i] < 128 and RUNS_ON[text[i]]:
                while j < end and ways[j].end == j + 1 and text[j] < 128 and RUNS_ON[text[j]]:
                    if node:
                        node = _node(self._step(node, text[j]))
                    j += 1
            tokens[found].start, tokens[found].end, tokens[found].node = <int32_t>i, <int32_t>j, node
            found += 1
            i = j
        return found


cdef class Terms:
    """Terms of classes as a trie, found in texts: from the left, the longest one first, none over another."""

    cdef Dictionary trie
    cdef int32_t* classes  # of the nodes; -1 where no term ends
    cdef int32_t nodes
    cdef uint64_t[1 << (FILTER_BITS - 6)] filter  # a bit for each two characters that begin a term

    def __cinit__(self, terms, classes):
        """Take terms of two characters and more, and the number of the class of each, from 0 on; raises ValueError."""
        cdef int32_t node
        if len(terms) != len(classes):
            raise ValueError("terms and classes do not agree in length")
        self.trie = Dictionary(b"", 16)
        nodes = [self.trie._node_of(term) for term in terms]
        self.nodes = self.trie.count
        self.classes = <int32_t*>malloc(self.nodes * sizeof(int32_t))
        if not self.classes:
            raise MemoryError
        memset(self.classes, 0xFF, self.nodes * sizeof(int32_t))
        memset(self.filter, 0, sizeof(self.filter))
        for term, node, number in zip(terms, nodes, classes):
            if len(term) < 2 or not 0 <= number < 1 << 20 or self.classes[node] >= 0:
                raise ValueError(f"{term!r}: too short, of no class, or given twice")
            self.classes[node] = number
            _set_bit(self.filter, _filtered(_pair(ord(term[0]), ord(term[1]))))

    def __dealloc__(self):
        free(self.classes)

    def find(self, str text not None, int64_t[::1] places not None, int64_t[::1] classes not None):
        """Write where the terms of a text begin and their classes, with room for one at each second character; return how many."""
        cdef Characters characters = Characters(text)
        cdef Py_ssize_t found = 0, place = 0, size = characters.size, after
        cdef int32_t of_class = -1
        if places.shape[0] < size // 2 + 1 or classes.shape[0] < size // 2 + 1:
            raise ValueError("no room for the terms")
        while place < size:
            after = self._longest(characters.codes, size, place, &of_class)
            if after:
                places[found], classes[found] = place, of_class
                found += 1
                place = after
            else:
                place += 1
        return found

    cdef inline Py_ssize_t _longest(self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t place, int32_t* of_class) noexcept nogil:
        """Return where the longest term ends that begins at a place, and its class; 0 where none begins."""
        cdef Slot* slot = self.trie._step(0, text[place])
        cdef Py_ssize_t end = 0, i = place + 1
        if not slot or i == size:
            return 0
        slot = self.trie._second(_node(slot), text[i])
        while slot:
            i += 1
            if self.classes[_node(slot)] >= 0:
                of_class[0], end = self.classes[_node(slot)], i
            if i == size:
                break
            slot = self.trie._step(_node(slot), text[i])
        return end

    cdef void _add(
        self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t first_column, Scratch scratch, Tally tally
    ) noexcept nogil:
        """Add the classes of the terms of a text. Where one may begin is gathered first, for the reason that ``_add_bigrams`` has."""
        cdef Py_ssize_t i, passed = 0, after = 0, end
        cdef int32_t of_class = -1
        for i in range(size - 1):
            scratch.places[passed] = <int32_t>i
            passed += _has_bit(self.filter, _filtered(_pair(text[i], text[i + 1])))
        for i in range(passed):
            if scratch.places[i] >= after:
                end = self._longest(text, size, scratch.places[i], &of_class)
                if end:
                    tally._add(first_column + of_class, 1)
                    after = end


cdef class Characters:
    """The code points of a text."""

    cdef Py_UCS4* codes
    cdef Py_ssize_t size

    def __cinit__(self, str text not None):
        self.size = PyUnicode_GET_LENGTH(text)
        self.codes = <Py_UCS4*>malloc((self.size + 1) * sizeof(Py_UCS4))
        if not self.codes:
            raise MemoryError
        if not PyUnicode_AsUCS4(text, self.codes, self.size + 1, 1):
            raise ValueError("the characters of a text cannot be had")

    def __dealloc__(self):
        free(self.codes)

    cdef int _resize(self, Py_ssize_t size) except -1:
        """Make room for so many characters, which are still to be written."""
        free(self.codes)
        self.size = 0
        self.codes = <Py_UCS4*>malloc((size + 1) * sizeof(Py_UCS4))
        if not self.codes:
            raise MemoryError
        self.size = size
        return 0

    def __len__(self):
        """Return the number of characters."""
        return self.size

    def __str__(self):
        """Return them as a text."""
        return PyUnicode_FromKindAndData(4, self.codes, self.size)

    cdef Py_ssize_t _add_line(self, str text, Py_ssize_t start, Py_ssize_t end, Py_ssize_t size):
        """Write a span of a text in lower case behind so many characters, and what ends its line; return how many there are now.

        The result is -1 for letters whose lower case is not one character, or not always the same.
        """
        cdef Py_ssize_t i
        cdef int kind = PyUnicode_KIND(text)
        cdef void* characters = PyUnicode_DATA(text)
        cdef uint32_t code
        for i in range(start, end):
            code = PyUnicode_READ(kind, characters, i)
            if code >= 128:
                if not _has_no_case(code):
                    if code == DOTTED_I or code == SIGMA:
                        return -1
                    code = Py_UNICODE_TOLOWER(code)
            elif 65 <= code <= 90:
                code += 32
            elif code == 10 or code == 13:
                code = 32
            self.codes[size] = code
            size += 1
        if size < self.size:
            self.codes[size] = 10
        return size + 1

    cdef Py_ssize_t _line_end(self, Py_ssize_t start) noexcept nogil:
        """Return where the line ends that begins at a place."""
        while start < self.size and self.codes[start] != 10:
            start += 1
        return start

    cdef Py_ssize_t _longest_line(self) noexcept nogil:
        cdef Py_ssize_t longest = 0, start = 0, end
        while start < self.size:
            end = self._line_end(start)
            longest = max(longest, end - start)
            start = end + 1
        return longest


cdef inline bint _has_no_case(uint32_t code) noexcept nogil:
    """Tell of the signs and ideographs of Chinese texts that they are their own lower case."""
    if code >= 0x3000:
        return code < 0xA640 or 0xE000 <= code < 0xFF21
    return code < 0xC0 or code == 0xD7 or 0x2000 <= code < 0x2100 or 0x2190 <= code < 0x24B6 or 0x24D0 <= code < 0x2C00


def lower_ascii(str text not None):
    """Return a text in lower case, or None where it may hold letters with a case that are not those of ASCII."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), i
    cdef int kind = PyUnicode_KIND(text)
    cdef void* characters = PyUnicode_DATA(text)
    cdef uint32_t code
    cdef Py_ssize_t upper = 0
    for i in range(size):
        code = PyUnicode_READ(kind, characters, i)
        upper += 65 <= code <= 90
        if code >= 128 and not _has_no_case(code):
            return None
    if not upper:
        return text
    lowered = PyUnicode_New(size, PyUnicode_MAX_CHAR_VALUE(text))
    memcpy(PyUnicode_DATA(lowered), characters, size * kind)
    for i in range(size):
        code = PyUnicode_READ(kind, characters, i)
        if 65 <= code <= 90:
            PyUnicode_WRITE(kind, PyUnicode_DATA(lowered), i, code + 32)
    return lowered


def gather(list sources not None, const int64_t[::1] counts not None, const int64_t[:, ::1] spans not None, list headings not None):
    """Return the characters of spans of some texts and of headings in lower case, each on a line.

    The result is None for letters whose lower case is not one character, or not always the same (İ and Σ).
    ``counts`` tells how many of the ``spans``, of shape (all of them, 2), are of each text. Raises ValueError where they do not agree.
    """
    cdef Py_ssize_t number, i, first = 0, size = 0
    cdef Characters found
    cdef str text
    if counts.shape[0] != len(sources) or spans.shape[1] != 2:
        raise ValueError("texts and spans do not agree in length")
    for number in range(counts.shape[0]):
        if not 0 <= counts[number] <= spans.shape[0] - first:
            raise ValueError("texts and spans do not agree in length")
        text = <str?>sources[number]
        for i in range(first, first + counts[number]):
            if not 0 <= spans[i, 0] <= spans[i, 1] <= len(text):
                raise ValueError("a span lies outside its text")
            size += spans[i, 1] - spans[i, 0] + 1
        first += counts[number]
    if first != spans.shape[0]:
        raise ValueError("texts and spans do not agree in length")
    for i in range(len(headings)):
        size += len(<str?>headings[i]) + 1
    found = Characters("")
    found._resize(max(0, size - 1))
    first = size = 0
    for number in range(counts.shape[0]):
        text = <str>sources[number]
        for i in range(first, first + counts[number]):
            size = found._add_line(text, spans[i, 0], spans[i, 1], size)
            if size < 0:
                return None
        first += counts[number]
    for i in range(len(headings)):
        text = <str>headings[i]
        size = found._add_line(text, 0, len(text), size)
        if size < 0:
            return None
    return found


cdef class Scratch:
    """Room for the work on a text of at most ``size`` characters."""

    cdef double* best  # of each place, the logarithm of the most probable way to cut what follows …
    cdef Token* ways  # … and its first word
    cdef Token* tokens
    cdef uint64_t* codes  # of bigrams, or keys of the dictionary …
    cdef int32_t* places  # … and where these begin
    cdef Slot** levels  # where the characters behind that of a place lead in the dictionary, or NULL, side by side for each place

    def __cinit__(self, Py_ssize_t size):
        if size >= 1 << 31:
            raise ValueError("a text of more than 2,147,483,647 characters cannot be cut")
        self.best = <double*>malloc((size + 1) * sizeof(double))
        self.ways = <Token*>malloc((size + 1) * sizeof(Token))
        self.tokens = <Token*>malloc((size + 1) * sizeof(Token))
        self.codes = <uint64_t*>malloc((size + 1) * sizeof(uint64_t))
        self.places = <int32_t*>malloc((size + 1) * sizeof(int32_t))
        self.levels = <Slot**>malloc((size + 1) * LEVELS * sizeof(Slot*))
        if not self.best or not self.ways or not self.tokens or not self.codes or not self.places or not self.levels:
            raise MemoryError

    def __dealloc__(self):
        free(self.levels)
        free(self.places)
        free(self.codes)
        free(self.best)
        free(self.ways)
        free(self.tokens)


cdef class Tally:
    """Sums up amounts of columns and gives them back in order: two levels of bits tell which columns were met, so none are
    sorted.
    """

    cdef double* sums
    cdef uint64_t* met  # a bit for each number …
    cdef uint64_t* any_met  # … and one for each 64 of these
    cdef Py_ssize_t blocks
    cdef int64_t* columns  # room for what is given back
    cdef double* amounts
    cdef int64_t terms  # of the text that is counted at present …
    cdef int64_t unknown  # … and those of them without a column

    def __cinit__(self, Py_ssize_t bound):
        self.blocks = (bound >> 12) + 1
        self.sums = <double*>calloc(self.blocks << 12, sizeof(double))
        self.met = <uint64_t*>calloc(self.blocks << 6, sizeof(uint64_t))
        self.any_met = <uint64_t*>calloc(self.blocks, sizeof(uint64_t))
        self.columns = <int64_t*>malloc((self.blocks << 12) * sizeof(int64_t))
        self.amounts = <double*>malloc((self.blocks << 12) * sizeof(double))
        if not self.sums or not self.met or not self.any_met or not self.columns or not self.amounts:
            raise MemoryError

    def __dealloc__(self):
        free(self.sums)
        free(self.met)
        free(self.any_met)
        free(self.columns)
        free(self.amounts)

    cdef inline void _add(self, int64_t column, double amount) noexcept nogil:
        self.sums[column] += amount
        self.met[column >> 6] |= <uint64_t>1 << (column & 63)
        self.any_met[column >> 12] |= <uint64_t>1 << ((column >> 6) & 63)

    cdef Py_ssize_t _take(self, int64_t* columns, double* sums) noexcept nogil:
        """Write the columns in order, and their sums; forget them."""
        cdef Py_ssize_t found = 0, block, word
        cdef int64_t column
        for block in range(self.blocks):
            while self.any_met[block]:
                word = (block << 6) | _lowest(self.any_met[block])
                self.any_met[block] &= self.any_met[block] - 1
                while self.met[word]:
                    column = (word << 6) | _lowest(self.met[word])
                    self.met[word] &= self.met[word] - 1
                    columns[found], sums[found] = column, self.sums[column]
                    self.sums[column] = 0
                    found += 1
        return found


cpdef Py_ssize_t row_room(Py_ssize_t size):
    """Return how many values the rows of so many characters have at most: a word at each character, itself, a bigram at each pair
    of neighbours, and the class of a term at every other character, since a term has two or more and none lies over another.
    """
    return 3 * size + size // 2 + 1


cdef class Scorer:
    """Makes TF-IDF rows and scores of texts, and finds the words that weighed most: for one vocabulary and one set of weights."""

    cdef Dictionary dictionary
    cdef int32_t* columns  # of the nodes that were there when it was made; -1 for what is no word of the vocabulary
    cdef int32_t nodes
    cdef Py_ssize_t pairs
    cdef bint has_pairs, has_singles  # whether bigrams are pairs, and characters by themselves: the code of one is its own
    cdef uint64_t* bigrams  # code and column, in one number each
    cdef uint64_t mask
    cdef int shift
    cdef uint64_t[1 << (FILTER_BITS - 6)] filter  # a bit for each bigram: most are told to be none by it alone
    cdef double* records  # of each column its idf and then its weights, side by side: they are asked for together
    cdef Py_ssize_t terms, labels, stride  # of the records, in numbers of eight bytes
    cdef uint8_t[::1] telling
    cdef Tally tally
    cdef Terms gazetteer  # may be None
    cdef bint has_gazetteer
    cdef double unknown_square
    cdef Py_ssize_t first_class  # the column of the first class of the gazetteer
    cdef tuple words
    cdef list names  # of the labels, as JSON

    def __cinit__(
        self,
        Dictionary dictionary not None,
        words,
        str bigrams not None,
        double[::1] idf not None,
        float[:, ::1] weights not None,
        uint8_t[::1] telling not None,
        list names not None,
        Terms gazetteer=None,
        double unknown_square=0,
    ):
        """Take words and bigrams, the idf of all columns, weights of shape (columns, labels), which columns tell a reader something,
        the names of the labels as JSON, the terms whose classes are the columns behind words and bigrams, and what an
        unknown term adds to the square of the length of its row.

        Raises ValueError where the lengths do not agree.
        """
        cdef Py_ssize_t pairs = PyUnicode_GET_LENGTH(bigrams) // 2, i, label
        cdef int32_t column, node
        if not len(words) + pairs <= len(idf) == weights.shape[0] == telling.shape[0] or len(names) != weights.shape[1]:
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        self.unknown_square = unknown_square
        self.gazetteer, self.has_gazetteer, self.first_class = gazetteer, gazetteer is not None, len(words) + pairs
        if gazetteer is None and self.first_class != len(idf):
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        for i in range(gazetteer.nodes if gazetteer is not None else 0):
            if self.first_class + gazetteer.classes[i] >= <Py_ssize_t>len(idf):
                raise ValueError("a term has a class without a column")
        if len(idf) >= 1 << BIGRAM_BITS:
            raise ValueError(f"{len(idf)} words and bigrams are more than can be told apart")
        self.pairs, self.has_singles = pairs, "\0" in bigrams[::2]
        self.has_pairs = bigrams[::2] != "\0" * pairs
        self.dictionary, self.telling, self.terms, self.labels = dictionary, telling, len(idf), weights.shape[1]
        self.stride = 1 + (self.labels + 1) // 2
        self.words, self.names = tuple(words), [bytes(name) for name in names]
        nodes = [dictionary._node_of(word) for word in words]
        self.nodes = dictionary.count
        self.columns = <int32_t*>malloc(self.nodes * sizeof(int32_t))
        self.mask, self.shift = 1023, 64 - 10
        while 3 * self.mask < 4 * <uint64_t>pairs:  # most that are looked up here are found
            self.mask, self.shift = 2 * self.mask + 1, self.shift - 1
        self.bigrams = <uint64_t*>malloc((self.mask + 1) * sizeof(uint64_t))
        self.tally = Tally(self.terms)
        self.records = <double*>_large(self.terms * self.stride * sizeof(double) + 1)
        if not self.columns or not self.bigrams or not self.records:
            raise MemoryError
        for i in range(self.terms):
            self.records[i * self.stride] = idf[i]
            for label in range(self.labels):
                self._weights(i)[label] = weights[i, label]
        memset(self.filter, 0, sizeof(self.filter))
        memset(self.columns, 0xFF, self.nodes * sizeof(int32_t))
        memset(self.bigrams, 0xFF, (self.mask + 1) * sizeof(uint64_t))
        for column, node in enumerate(nodes):
            self.columns[node] = column
        for i in range(pairs):
            self._put(_pair(bigrams[2 * i], bigrams[2 * i + 1]), <uint64_t>(i + <Py_ssize_t>len(words)))

    def __dealloc__(self):
        free(self.columns)
        free(self.bigrams)
        free(self.records)

    cdef inline float* _weights(self, Py_ssize_t column) noexcept nogil:
        return <float*>(self.records + column * self.stride + 1)

    cdef void _put(self, uint64_t code, uint64_t column) noexcept nogil:
        cdef uint64_t place = (code * STREWN) >> self.shift
        _set_bit(self.filter, _filtered(code))
        while self.bigrams[place] != NO_BIGRAM:
            place = (place + 1) & self.mask
        self.bigrams[place] = (code << BIGRAM_BITS) | column

    def score(
        self,
        Characters texts not None,
        int64_t[::1] starts not None,
        int64_t[::1] columns not None,
        double[::1] values not None,
        double[:, ::1] scores not None,
        int64_t[:, ::1] terms not None,
    ):
        """Write the row of each line of ``texts``, its scores, and how many terms it has and how many unknown ones.

        ``starts`` has one place more than there are lines, ``columns`` and ``values`` what ``row_room`` says,
        ``scores`` the shape (lines, labels) and ``terms`` (2, lines); raises ValueError for others. Returns the number of the values.
        """
        cdef Py_ssize_t size = texts.size, rows = starts.shape[0] - 1, row, start = 0, end, filled = 0, room = row_room(size)
        cdef Scratch scratch = Scratch(texts._longest_line())
        cdef Tally tally = self.tally  # which holds nothing between two texts
        if rows < 1 or columns.shape[0] < room or values.shape[0] < room:
            raise ValueError("no room for the rows")
        if scores.shape[0] != rows or scores.shape[1] != self.labels:
            raise ValueError("no room for the scores")
        if terms.shape[0] != 2 or terms.shape[1] != rows:
            raise ValueError("no room for the terms")
        for row in range(rows):
            starts[row] = filled
            end = texts._line_end(start)
            filled += self._row(
                texts.codes + start, end - start, scratch, tally, &columns[filled], &values[filled], &scores[row, 0]
            )
            terms[0, row], terms[1, row] = tally.terms, tally.unknown
            start = min(end + 1, size)
        starts[rows] = filled
        return filled

    cdef Py_ssize_t _row(
        self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Tally tally, int64_t* columns, double* values, double* scores
    ) noexcept nogil:
        """Write the row of one text and its scores; return the number of its values."""
        cdef Py_ssize_t tokens = self.dictionary._cut(text, size, scratch), i, found, label
        cdef float* weights
        cdef int64_t column
        cdef double length = 0
        tally.terms = tally.unknown = 0
        for i in range(tokens):
            column = self._column(scratch.tokens[i].node)
            if column >= 0:
                tally._add(column, 1)
                tally.terms += 1
            elif _is_term(text + scratch.tokens[i].start, scratch.tokens[i].end - scratch.tokens[i].start):
                tally.terms += 1
                tally.unknown += 1
        if self.pairs:
            self._add_bigrams(text, size, scratch.codes, tally)
        if self.has_gazetteer:
            self.gazetteer._add(text, size, self.first_class, scratch, tally)
        found = tally._take(columns, values)
        for i in range(found):
            _fetch_ahead(&self.records[columns[i] * self.stride])
        for i in range(found):
            values[i] *= self.records[columns[i] * self.stride]
            length += values[i] * values[i]
        length = sqrt(length + tally.unknown * self.unknown_square)
        for label in range(self.labels):
            scores[label] = 0
        for i in range(found):
            values[i] /= length
            weights = self._weights(columns[i])
            for label in range(self.labels):
                scores[label] += <double>weights[label] * values[i]
        return found

    cdef inline int64_t _column(self, int32_t node) noexcept nogil:
        return self.columns[node] if 0 < node < self.nodes else -1

    cdef void _add_bigrams(self, const Py_UCS4* text, Py_ssize_t size, uint64_t* codes, Tally tally) noexcept nogil:
        """Add the bigrams of a text. Those that the filter lets through are gathered first: there is no telling which, and a
        processor that guesses wrong starts anew.
        """
        cdef Py_ssize_t i, passed = 0
        cdef int64_t column, letters = 0, found = 0
        cdef uint64_t code
        for i in range(size - 1 if self.has_pairs else 0):
            code = _pair(text[i], text[i + 1])
            codes[passed] = code
            passed += _has_bit(self.filter, _filtered(code)) & (text[i] != 0)
        for i in range(size - 1 if self.has_pairs else 0):
            letters += _are_letters(text[i], text[i + 1])
        for i in range(passed):
            column = self._bigram(codes[i])
            if column >= 0:
                tally._add(column, 1)
                found += 1
                if not _are_letters(codes[i] >> CHARACTER_BITS, codes[i] & ((1 << CHARACTER_BITS) - 1)):
                    letters += 1  # of a vocabulary that was not learnt
        tally.terms += letters
        tally.unknown += letters - found
        for i in range(size if self.has_singles else 0):
            column = self._bigram(text[i])
            if column >= 0:
                tally._add(column, 1)

    cdef inline int64_t _bigram(self, uint64_t code) noexcept nogil:
        """Return the column of a bigram, or -1."""
        cdef uint64_t place = (code * STREWN) >> self.shift
        while self.bigrams[place] != NO_BIGRAM:
            if self.bigrams[place] >> BIGRAM_BITS == code:
                return <int64_t>(self.bigrams[place] & ((1 << BIGRAM_BITS) - 1))
            place = (place + 1) & self.mask
        return -1

    def in_context(
        self,
        double[:, ::1] sums not None,
        int64_t[::1] bounds not None,
        int64_t[::1] above_starts not None,
        int64_t[::1] above not None,
        uint8_t[::1] apart not None,
        Weights weights not None,
        double[:, ::1] scores not None,
    ):
        """Write the scores of sentences with those of their surroundings added.

        ``sums`` are the scores of the sentences and, behind them, of headings. ``bounds`` are the first sentences of the segments
        and, last, the number of sentences; ``above`` are the rows of the headings above segment ``i`` from ``above_starts[i]``
        on. A segment that stands ``apart`` has nothing to do with the one before it. Raises ValueError for what does not agree.
        """
        cdef Py_ssize_t segments = bounds.shape[0] - 1, labels = sums.shape[1], rows = sums.shape[0], i
        if segments < 0 or not segments + 1 == above_starts.shape[0] == apart.shape[0] + 1:
            raise ValueError("segments do not agree in length")
        if bounds[0] != 0 or above_starts[0] != 0 or not bounds[segments] <= rows or not above_starts[segments] <= above.shape[0]:
            raise ValueError("segments lie outside the rows")
        for i in range(segments):
            if bounds[i + 1] <= bounds[i] or above_starts[i + 1] < above_starts[i]:
                raise ValueError("a segment has no sentence")
        for i in range(above_starts[segments]):
            if not 0 <= above[i] < rows:
                raise ValueError("a heading lies outside the rows")
        if scores.shape[0] != bounds[segments] or scores.shape[1] != labels:
            raise ValueError("no room for the scores")
        cdef Py_ssize_t first, last, label, j
        cdef double gathered, score
        for i in range(segments):
            first, last = bounds[i], bounds[i + 1]
            for label in range(labels):
                gathered = 0
                for j in range(first, last):
                    gathered += sums[j, label] * (weights.segment / (last - first))
                for j in range(above_starts[i], above_starts[i + 1]):
                    gathered += sums[above[j], label] * weights.heading
                for j in range(first, last):
                    score = sums[j, label]
                    if j > first or (i > 0 and not apart[i]):
                        score += weights.neighbour * sums[j - 1, label]
                    if j + 1 < last or (i + 1 < segments and not apart[i + 1]):
                        score += weights.neighbour * sums[j + 1, label]
                    scores[j, label] = score + gathered

    def decode(
        self,
        double[:, ::1] scores not None,
        int64_t[::1] bounds not None,
        uint8_t[::1] whole not None,
        double[:, ::1] bias not None,
        Weights weights not None,
        int64_t[:, ::1] runs not None,
        double[:, ::1] means not None,
    ):
        """Write the runs of the best labels of segments; return how many.

        ``bounds`` are the first sentences of the segments and, last, the number of sentences. ``bias``, of shape (segments,
        labels), is added to the scores of each segment; in one that is ``whole`` no label changes. Each of the ``runs``, of which
        there may be as many as sentences, gets segment, first and last sentence (exclusive), and the mean of its scores. Raises
        ValueError for what does not agree.
        """
        cdef Py_ssize_t segments = bounds.shape[0] - 1, labels = scores.shape[1], i, longest = 0
        if segments < 0 or segments != whole.shape[0] or bounds[0] != 0 or bounds[segments] != scores.shape[0]:
            raise ValueError("segments do not agree in length")
        for i in range(segments):
            if bounds[i + 1] <= bounds[i]:
                raise ValueError("a segment has no sentence")
            longest = max(longest, <Py_ssize_t>(bounds[i + 1] - bounds[i]))
        if not 0 < labels == bias.shape[1] == means.shape[1] <= 255 or bias.shape[0] != segments:
            raise ValueError("labels do not agree in number")
        if runs.shape[0] < bounds[segments] or means.shape[0] < bounds[segments] or runs.shape[1] != 3:
            raise ValueError("no room for the runs")
        cdef Viterbi viterbi = Viterbi(longest, labels)
        cdef Py_ssize_t found = 0, first, last, label, j
        for i in range(segments):
            first, last = bounds[i], bounds[i + 1]
            for j in range(first, last):
                for label in range(labels):
                    viterbi.scores[(j - first) * labels + label] = scores[j, label] + bias[i, label]
            found = viterbi._write(i, first, last - first, INFINITY if whole[i] else weights.switch, runs, means, found)
        return found

    def strongest(
        self,
        int64_t[::1] firsts not None,
        int64_t[::1] lasts not None,
        int64_t[::1] labels not None,
        int64_t[::1] starts not None,
        int64_t[::1] columns not None,
        double[::1] values not None,
        int64_t[:, ::1] words not None,
        double[:, ::1] shares not None,
    ):
        """Write the words that weighed most for the label of each run, the strongest first, with their shares of its score.

        Run ``i`` is the rows ``firsts[i]`` to ``lasts[i]`` (exclusive). ``words`` and ``shares``, of shape (runs, most), say how
        many are wanted; -1 is no word. Raises ValueError where runs, rows or labels are none of the model's.
        """
        cdef Py_ssize_t runs = firsts.shape[0], rows = starts.shape[0] - 1, run
        cdef Py_ssize_t first, last
        if not lasts.shape[0] == labels.shape[0] == words.shape[0] == shares.shape[0] == runs or words.shape[1] != shares.shape[1]:
            raise ValueError("runs, labels and room for words do not agree in length")
        for run in range(runs):
            if not 0 <= firsts[run] < lasts[run] <= rows or not 0 <= labels[run] < self.labels:
                raise ValueError("a run lies outside the rows")
            if not 0 <= starts[firsts[run]] <= starts[lasts[run]] <= min(columns.shape[0], values.shape[0]):
                raise ValueError("a row lies outside the columns")
        cdef Tally tally = self.tally  # which holds nothing between two texts
        cdef Py_ssize_t most = words.shape[1], found
        for run in range(runs):
            first, last = starts[firsts[run]], starts[lasts[run]]
            if first < last:
                self._weigh(last - first, &columns[first], &values[first], lasts[run] - firsts[run], labels[run], tally)
            found = tally._take(tally.columns, tally.amounts)
            if most:
                _rank(found, tally.columns, tally.amounts, most, &words[run, 0], &shares[run, 0])

    cdef void _weigh(
        self, Py_ssize_t count, const int64_t* columns, const double* values, int64_t rows, int64_t label, Tally tally
    ) noexcept nogil:
        """Sum up what the words of so many rows speak for a label."""
        cdef Py_ssize_t i
        cdef int64_t column
        for i in range(count):
            if 0 <= columns[i] < self.terms:
                _fetch_ahead(&self.records[columns[i] * self.stride])
        for i in range(count):
            column = columns[i]
            if 0 <= column < self.terms and self.telling[column] and self._weights(column)[label] > 0:
                tally._add(column, values[i] * <double>self._weights(column)[label] / rows)

    def lines(
        self,
        Source source not None,
        int64_t[:, ::1] spans not None,
        int64_t number,
        list headings not None,
        int64_t[::1] labels not None,
        double[:, ::1] probabilities not None,
        uint8_t[::1] review not None,
        dict secondary not None,
        int64_t[:, ::1] words not None,
        double[:, ::1] shares not None,
    ):
        """Return a JSON line for each run, as ``records.Tag`` is encoded.

        ``spans`` are clean, of shape (runs, 2), ``number`` is that of the first tag, ``headings`` are JSON, ``probabilities`` and
        ``shares`` are rounded to four digits, and ``secondary`` holds the other themes of those runs that have some, as JSON.
        Raises ValueError where these do not agree, and UnicodeEncodeError for half of a surrogate pair.
        """
        cdef Py_ssize_t runs = spans.shape[0], run, label, i
        cdef int64_t start, end, first, last
        cdef Buffer out = Buffer()
        if not len(headings) == labels.shape[0] == probabilities.shape[0] == words.shape[0] == shares.shape[0] == review.shape[0] == runs:
            raise ValueError("runs do not agree in length")
        if probabilities.shape[1] != len(self.names) or words.shape[1] != shares.shape[1]:
            raise ValueError("runs do not agree in shape")
        source._check(spans)
        for run in range(runs):
            start, end, label = spans[run, 0], spans[run, 1], labels[run]
            if not 0 <= label < probabilities.shape[1]:
                raise ValueError("a label is none of the model's")
            first, last = source._source(start), source._source(end - 1) + 1
            out.put(source.head)
            out.number(number + run)
            out.put(b',"start":')
            out.number(first)
            out.put(b',"end":')
            out.number(last)
            out.put(b',"text":"')
            out.text(source.text, first, last)
            out.put(b'","heading":')
            out.put(<bytes?>headings[run])
            out.put(b',"theme":')
            out.put(<bytes>self.names[label])
            out.put(b',"score":')
            out.decimal(probabilities[run, label])
            out.put(b',"scores":{')
            for i in range(probabilities.shape[1]):
                if i:
                    out.put(b",")
                out.put(<bytes>self.names[i])
                out.put(b":")
                out.decimal(probabilities[run, i])
            out.put(b'},"secondary":')
            out.put(<bytes?>secondary[run] if run in secondary else b"[]")
            out.put(b',"review":true,"evidence":[' if review[run] else b',"review":false,"evidence":[')
            if words.shape[1]:
                self._evidence(out, source, start, end, words.shape[1], &words[run, 0], &shares[run, 0])
            out.put(source.tail)
        return out.all()

    cdef int _evidence(
        self, Buffer out, Source source, int64_t start, int64_t end, Py_ssize_t count, const int64_t* words, const double* shares
    ) except -1:
        """Write words as they stand in the source, with their shares; one that does not stand there is left out."""
        cdef bint is_same = source._is_as_scored(start, end), is_first = True
        cdef Py_ssize_t i
        cdef int64_t place
        cdef str word
        for i in range(count):
            if not 0 <= words[i] < len(self.words):
                break
            word = <str>self.words[words[i]]
            place = 0 if is_same else PyUnicode_Find(source.lowered, word, start, end, 1)
            if place < 0:
                continue
            out.put(b'["' if is_first else b',["')
            if is_same:
                out.text(word, 0, len(word))
            else:
                out.text(source.text, source._source(place), source._source(place + len(word) - 1) + 1)
            out.put(b'",')
            out.decimal(shares[i])
            out.put(b"]")
            is_first = False
        return 0


cdef class Source:
    """A report whose tags are written: its texts, the way from the clean one to the source, and what stands in each line alike."""

    cdef str text, lowered
    cdef Py_ssize_t size
    cdef bytes head, tail
    cdef int64_t[::1] clean_starts, source_starts

    def __init__(
        self,
        str text not None,
        str lowered not None,
        int64_t[::1] clean_starts not None,
        int64_t[::1] source_starts not None,
        bytes head not None,
        bytes tail not None,
    ):
        """Take the decoded source text, the clean one in lower case, the runs of their map, and how a line begins and ends.

        Raises ValueError where the map leads outside the text.
        """
        cdef Py_ssize_t runs = clean_starts.shape[0], i
        self.text, self.lowered, self.head, self.tail = text, lowered, head, tail
        self.size, self.clean_starts, self.source_starts = len(lowered), clean_starts, source_starts
        if not runs == source_starts.shape[0] > 0 or clean_starts[0] != 0:
            raise ValueError("the texts and their map do not agree")
        for i in range(runs):
            last = clean_starts[i + 1] if i + 1 < runs else self.size
            if not 0 <= source_starts[i] <= source_starts[i] + last - clean_starts[i] <= len(text) or last < clean_starts[i]:
                raise ValueError("the map leads outside the text")

    cdef int64_t _source(self, int64_t clean) noexcept:
        """Return the source offset of a clean one."""
        cdef Py_ssize_t low = 0, high = self.clean_starts.shape[0], middle
        while high - low > 1:
            middle = (low + high) // 2
            if self.clean_starts[middle] <= clean:
                low = middle
            else:
                high = middle
        return self.source_starts[low] + clean - self.clean_starts[low]

    cdef int _check(self, int64_t[:, ::1] spans) except -1:
        cdef Py_ssize_t i
        if spans.shape[1] != 2:
            raise ValueError("a span has a start and an end")
        for i in range(spans.shape[0]):
            if not 0 <= spans[i, 0] < spans[i, 1] <= self.size:
                raise ValueError("a span lies outside the text")
        return 0

    cdef bint _is_as_scored(self, int64_t start, int64_t end) noexcept:
        """Tell whether a clean span stands in the source as it was scored."""
        cdef int64_t shift = self._source(start) - start, i
        cdef int kind = PyUnicode_KIND(self.text)
        cdef const char* text = <const char*>PyUnicode_DATA(self.text)
        if self._source(end - 1) != end - 1 + shift:
            return False
        if PyUnicode_KIND(self.lowered) == kind:
            lowered = <const char*>PyUnicode_DATA(self.lowered)
            return not memcmp(lowered + start * kind, text + (start + shift) * kind, (end - start) * kind)
        for i in range(start, end):
            if self.lowered[i] != self.text[i + shift]:
                return False
        return True


cdef class Buffer:
    """Bytes that grow."""

    cdef char* data
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.room = 1 << 16
        self.data = <char*>malloc(self.room)
        if not self.data:
            raise MemoryError

    def __dealloc__(self):
        free(self.data)

    cdef int _reserve(self, Py_ssize_t more) except -1:
        cdef char* grown
        if self.size + more > self.room:
            grown = <char*>realloc(self.data, 2 * (self.size + more))
            if not grown:
                raise MemoryError
            self.data, self.room = grown, 2 * (self.size + more)
        return 0

    cdef bytes all(self):
        return self.data[: self.size]

    cdef int put(self, bytes some) except -1:
        cdef Py_ssize_t size = len(some)
        self._reserve(size)
        memcpy(self.data + self.size, <const char*>some, size)
        self.size += size
        return 0

    cdef int number(self, int64_t number) except -1:
        """Add a number that is not negative."""
        cdef char[20] digits
        cdef int i = 20
        self._reserve(20)
        while True:
            i -= 1
            digits[i] = 48 + <char>(number % 10)
            number //= 10
            if number == 0:
                break
        memcpy(self.data + self.size, digits + i, 20 - i)
        self.size += 20 - i
        return 0

    cdef int decimal(self, double number) except -1:
        """Add a number that is not negative and has four digits behind the point, without their last zeros."""
        cdef int64_t units = <int64_t>(number * 10000 + 0.5), rest = units % 10000
        cdef int i
        self.number(units // 10000)
        self._reserve(5)
        self.data[self.size] = 46
        for i in range(4, 0, -1):
            self.data[self.size + i] = 48 + <char>(rest % 10)
            rest //= 10
        i = 4
        while i > 1 and self.data[self.size + i] == 48:
            i -= 1
        self.size += i + 1
        return 0

    cdef int text(self, str text, Py_ssize_t start, Py_ssize_t end) except -1:
        """Add a span of a text in UTF-8, as it stands inside a JSON string."""
        cdef Py_ssize_t i
        cdef uint32_t code
        cdef int kind = PyUnicode_KIND(text)
        cdef void* characters = PyUnicode_DATA(text)
        cdef char* out
        if not 0 <= start <= end <= PyUnicode_GET_LENGTH(text):
            raise ValueError("a span lies outside the text")
        self._reserve(6 * (end - start))
        out = self.data + self.size
        for i in range(start, end):
            code = PyUnicode_READ(kind, characters, i)
            if code >= 0x10000:
                out[0], out[1] = <char>(0xF0 | code >> 18), <char>(0x80 | code >> 12 & 0x3F)
                out[2], out[3] = <char>(0x80 | code >> 6 & 0x3F), <char>(0x80 | code & 0x3F)
                out += 4
            elif code >= 0x800:
                if 0xD800 <= code < 0xE000:
                    raise UnicodeEncodeError("utf-8", text, i, i + 1, "surrogates not allowed")
                out[0], out[1], out[2] = <char>(0xE0 | code >> 12), <char>(0x80 | code >> 6 & 0x3F), <char>(0x80 | code & 0x3F)
                out += 3
            elif code >= 0x80:
                out[0], out[1] = <char>(0xC0 | code >> 6), <char>(0x80 | code & 0x3F)
                out += 2
            elif code >= 0x20 and code != 34 and code != 92:
                out[0] = <char>code
                out += 1
            else:
                out += _escaped(code, out)
        self.size = out - self.data
        return 0


cdef Py_ssize_t _escaped(uint32_t code, char* out) noexcept nogil:
    """Write an ASCII character that JSON escapes; return the number of bytes."""
    out[0] = 92
    if code == 34 or code == 92:
        out[1] = <char>code
    elif code == 8:
        out[1] = 98
    elif code == 9:
        out[1] = 116
    elif code == 10:
        out[1] = 110
    elif code == 12:
        out[1] = 102
    elif code == 13:
        out[1] = 114
    else:
        out[1], out[2], out[3], out[4] = 117, 48, 48, 48 + <char>(code >> 4)
        out[5] = <char>(48 + (code & 15)) if code & 15 < 10 else <char>(87 + (code & 15))
        return 6
    return 2


cdef class Weights:
    """How much a sentence takes from its neighbours, its segment and the headings above, and what a change of label costs."""

    cdef double neighbour, segment, heading, switch

    def __init__(self, double neighbour, double segment, double heading, double switch):
        self.neighbour, self.segment, self.heading, self.switch = neighbour, segment, heading, switch


cdef class Viterbi:
    """Finds the best sequence of labels of one segment, as ``decode.py`` does of many at once."""

    cdef Py_ssize_t labels
    cdef double* scores  # of each sentence and label
    cdef double* totals
    cdef uint8_t* back  # the label before, of each sentence and label
    cdef uint8_t* chosen

    def __cinit__(self, Py_ssize_t sentences, Py_ssize_t labels):
        self.labels = labels
        self.scores = <double*>malloc((sentences + 1) * labels * sizeof(double))
        self.totals = <double*>malloc(labels * sizeof(double))
        self.back = <uint8_t*>malloc((sentences + 1) * labels)
        self.chosen = <uint8_t*>malloc(sentences + 1)
        if not self.scores or not self.totals or not self.back or not self.chosen:
            raise MemoryError

    def __dealloc__(self):
        free(self.scores)
        free(self.totals)
        free(self.back)
        free(self.chosen)

    cdef Py_ssize_t _leader(self) noexcept:
        """Return the label of the greatest total, the first of equal ones."""
        cdef Py_ssize_t leader = 0, label
        for label in range(1, self.labels):
            if self.totals[label] > self.totals[leader]:
                leader = label
        return leader

    cdef void _decode(self, Py_ssize_t sentences, double cost) noexcept:
        """Choose the labels of the sentences."""
        cdef Py_ssize_t step, label, leader, labels = self.labels
        cdef double switched
        for label in range(labels):
            self.totals[label] = self.scores[label]
        for step in range(1, sentences):
            leader = self._leader()
            switched = self.totals[leader] - cost
            for label in range(labels):
                if self.totals[label] >= switched:
                    self.back[step * labels + label] = <uint8_t>label
                else:
                    self.back[step * labels + label] = <uint8_t>leader
                    self.totals[label] = switched
                self.totals[label] += self.scores[step * labels + label]
        label = self._leader()
        for step in range(sentences - 1, -1, -1):
            self.chosen[step] = <uint8_t>label
            if step:
                label = self.back[step * labels + label]

    cdef Py_ssize_t _write(
        self,
        Py_ssize_t segment,
        Py_ssize_t first,
        Py_ssize_t sentences,
        double cost,
        int64_t[:, ::1] runs,
        double[:, ::1] means,
        Py_ssize_t found,
    ) noexcept:
        """Write the runs of the segment behind those found before; return how many there are now."""
        cdef Py_ssize_t step = 0, start, label, labels = self.labels
        self._decode(sentences, cost)
        while step < sentences:
            start = step
            for label in range(labels):
                means[found, label] = 0
            while step < sentences and self.chosen[step] == self.chosen[start]:
                for label in range(labels):
                    means[found, label] += self.scores[step * labels + label]
                step += 1
            for label in range(labels):
                means[found, label] /= step - start
            runs[found, 0], runs[found, 1], runs[found, 2] = segment, first + start, first + step
            found += 1
        return found


cdef void _rank(
    Py_ssize_t count, const int64_t* columns, const double* sums, Py_ssize_t most, int64_t* words, double* shares
) noexcept nogil:
    """Write the columns of the greatest sums, the greatest first; of equal ones the first column first."""
    cdef Py_ssize_t i, j, found = 0
    for i in range(count):
        j = found if found < most else most - 1
        if found == most and _rounded(sums[i]) <= _rounded(shares[j]):
            continue
        while j > 0 and _rounded(sums[i]) > _rounded(shares[j - 1]):
            words[j], shares[j] = words[j - 1], shares[j - 1]
            j -= 1
        words[j], shares[j] = columns[i], sums[i]
        found += found < most
    for i in range(found, most):
        words[i], shares[i] = -1, 0


cdef inline int64_t _rounded(double share) noexcept nogil:
    """Words whose shares are the same in so many bits weigh the same."""
    return <int64_t>(share * (1 << SHARE_BITS))
