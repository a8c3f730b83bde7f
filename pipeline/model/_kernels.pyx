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
    COLUMN_BITS = 22  # … and of the column of a bigram
    SHARE_BITS = 24  # words whose shares are the same in so many bits weigh the same
    FILTER_BITS = 18  # of the places in the filter of the beginnings of terms
    LEVELS = 4  # characters of a word that are looked up for all places of a text at once
    AHEAD = 16  # places that are fetched ahead of the one that is worked on
    LANES = 6  # labels that are scored at once
    LEADS_BIT = 31  # above the code of a node that leads on to others
    DOTTED_I = 0x130  # its lower case has two characters, and …
    SIGMA = 0x3A3  # … its depends on where it stands
    PLANE = 0x10000  # characters below it have their first step in a table
    IDEOGRAPH = 1
    LATIN = 2
    RUNS_ON = 4  # jieba has it go on in one word where the dictionary has none …
    OF_WORDS = 8  # … and cuts it with the dictionary
    OF_WORDS_BIT = 3  # the highest of a kind

cdef extern from *:
    """
    #define STREWN 0x9E3779B97F4A7C15ULL
    #define OF_COLUMN 0x3FFFFFULL
    #define LEADS_ON 0x80000000U
    #define CODE 0x1FFFFFU
    """
    const uint64_t STREWN  # multiplying by it strews keys evenly (Fibonacci hashing, Knuth 1973)
    const uint64_t OF_COLUMN  # COLUMN_BITS of bits
    const uint32_t LEADS_ON  # the bit LEADS_BIT
    const uint32_t CODE  # CHARACTER_BITS of bits

cdef double NO_WORD = -INFINITY  # the logarithm of the frequency of what only begins words
cdef double[4096] LOGARITHMS

cdef uint8_t[PLANE] KINDS  # of the characters below it: IDEOGRAPH, LATIN, OF_WORDS and RUNS_ON


cdef void _fill_tables() noexcept:
    cdef int i
    memset(KINDS, 0, sizeof(KINDS))
    for i in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        KINDS[i] = OF_WORDS | RUNS_ON
    for i in b"+#&._%-":
        KINDS[i] = OF_WORDS
    for i in range(97, 123):
        KINDS[i] |= LATIN
    for i in range(0x4E00, 0x9FD6):
        KINDS[i] |= OF_WORDS
    for i in range(0x3400, 0xA000):
        KINDS[i] |= IDEOGRAPH
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


cdef inline uint8_t _kind(uint32_t code) noexcept nogil:
    return KINDS[code] if code < PLANE else IDEOGRAPH if 0x20000 <= code <= 0x3FFFF else 0


cdef inline bint _are_letters(uint8_t first, uint8_t second) noexcept nogil:
    """Tell of the kinds of two characters whether these could be a bigram of a vocabulary."""
    return (first & second & (IDEOGRAPH | LATIN)) != 0


cdef inline bint _is_term(const Py_UCS4* word, Py_ssize_t size) noexcept nogil:
    """Tell whether a word could be one of a vocabulary."""
    cdef Py_ssize_t i
    for i in range(size):
        if _kind(word[i]) & IDEOGRAPH or (i + 1 < size and _kind(<uint32_t>word[i] | 32) & _kind(<uint32_t>word[i + 1] | 32) & LATIN):
            return True
    return False


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
        void *room;
        if (size < 1 << 20) {
            return calloc(1, size);
        }
        room = aligned_alloc(1 << 21, (size + (1 << 21) - 1) & ~(size_t)((1 << 21) - 1));
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


cdef struct Node:
    double logarithm  # of the frequency of the word that ends there
    uint32_t code  # the character that leads there, and LEADS_ON above it
    int32_t parent


cdef struct Token:
    int32_t start
    int32_t end
    int32_t node


cdef class Dictionary:
    """jieba's dictionary as a trie: nodes side by side, the ways between them in one hash table; and the words of texts by it."""

    cdef uint64_t* ways  # node, character and the node they lead to, in one number each
    cdef uint64_t mask
    cdef int shift
    cdef Node* nodes  # the first one is the root, where no word ends
    cdef int32_t count, room
    cdef int32_t* seconds  # the nodes to which two characters lead …
    cdef int32_t pairs  # … and their number
    cdef int32_t[PLANE] first  # where characters below it lead from the root, which needs no search; 0 for nowhere
    cdef int64_t total

    def __cinit__(self, bytes lines not None, int bits=20):
        """Take the lines of a dictionary file: word, frequency and part of speech; raises ValueError for others.

        ``bits`` is the logarithm of the number of places to begin with.
        """
        cdef const uint8_t* data = lines
        cdef Py_ssize_t size = len(lines), bad
        memset(self.first, 0, sizeof(self.first))
        self.shift = 64 - bits
        self.mask = (<uint64_t>1 << bits) - 1
        self.ways = <uint64_t*>_large((<size_t>1 << bits) * sizeof(uint64_t))
        self.count, self.room = 1, 1 << (bits - 1)
        self.nodes = <Node*>_large(self.room * sizeof(Node))
        self.seconds = <int32_t*>malloc(self.room * sizeof(int32_t))
        if not self.ways or not self.nodes or not self.seconds:
            raise MemoryError
        self.nodes[0].logarithm, self.nodes[0].code, self.nodes[0].parent = NO_WORD, 0, 0
        with nogil:
            bad = self._read(data, size)
        if bad:
            raise ValueError(f"line {bad} of the dictionary is no word with its frequency")

    def __dealloc__(self):
        free(self.ways)
        free(self.nodes)
        free(self.seconds)

    cdef Py_ssize_t _read(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Add all words; return the number of the first line that is none, or 0."""
        cdef Py_ssize_t i = 0, number = 0, after
        cdef int32_t node
        cdef int64_t frequency
        cdef uint32_t code, byte
        while i < size:
            number += 1
            node = 0
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
                node = self._grown(node, code & CODE)
                if not node:
                    return number
            if i == size or data[i] != 32 or not node:
                return number
            i += 1
            frequency = 0
            after = i
            while i < size and 48 <= data[i] <= 57 and i - after < 9:
                frequency = frequency * 10 + data[i] - 48
                i += 1
            if i == after or (i < size and data[i] != 32 and data[i] != 10 and data[i] != 13):
                return number
            self._set(node, frequency)
            while i < size and data[i] != 10:
                i += 1
            i += 1
        return 0

    cdef void _set(self, int32_t node, int64_t frequency) noexcept nogil:
        self.total += frequency
        if frequency <= 0:
            self.nodes[node].logarithm = NO_WORD
        else:
            self.nodes[node].logarithm = LOGARITHMS[frequency] if frequency < 4096 else log(<double>frequency)

    cdef inline int32_t _step(self, int32_t node, uint32_t code) noexcept nogil:
        """Return where a character leads from a node; 0 for nowhere."""
        if node == 0 and code < PLANE:
            return self.first[code]
        return self._found(_key(node, code))

    cdef int32_t _grown(self, int32_t parent, uint32_t code) noexcept nogil:
        """Return where a character leads from a node, made where it leads nowhere; 0 for no room."""
        cdef int32_t there = self._step(parent, code)
        if there:
            return there
        if self.count == 1 << NODE_BITS or (self.count == self.room and not self._more_nodes()):
            return 0
        if <uint64_t>self.count * 8 > self.mask * 5 and not self._more_ways():
            return 0
        there = self.count
        self.nodes[there].logarithm, self.nodes[there].code, self.nodes[there].parent = NO_WORD, code, parent
        if parent:
            self.nodes[parent].code |= LEADS_ON
            self.seconds[self.pairs] = there
            self.pairs += not self.nodes[parent].parent
        self.count += 1
        self._put(there)
        return there

    cdef void _put(self, int32_t node) noexcept nogil:
        """Make the way to a node."""
        cdef uint64_t key = _key(self.nodes[node].parent, self.nodes[node].code & CODE), place = (key * STREWN) >> self.shift
        if key < PLANE:
            self.first[key] = node
            return
        while self.ways[place]:
            place = (place + 1) & self.mask
        self.ways[place] = (key << NODE_BITS) | <uint64_t>node

    cdef inline uint64_t* _place(self, uint64_t key) noexcept nogil:
        """Return where the way of a key stands in the table, or one of those before it."""
        return &self.ways[(key * STREWN) >> self.shift]

    cdef inline int32_t _found(self, uint64_t key) noexcept nogil:
        """Return the node to which the way of a key leads that stands in the table, or 0."""
        cdef uint64_t place = (key * STREWN) >> self.shift
        while self.ways[place] >> NODE_BITS != key:
            if self.ways[place] == 0:
                return 0
            place = (place + 1) & self.mask
        return <int32_t>(self.ways[place] & ((1 << NODE_BITS) - 1))

    cdef inline uint64_t _pair_to(self, int32_t node) noexcept nogil:
        """Return the two characters that lead from the root to one of the ``seconds``."""
        return _pair(self.nodes[self.nodes[node].parent].code & CODE, self.nodes[node].code & CODE)

    cdef bint _more_nodes(self) noexcept nogil:
        cdef Node* more = <Node*>_large(2 * <size_t>self.room * sizeof(Node))
        cdef int32_t* seconds = <int32_t*>realloc(self.seconds, 2 * <size_t>self.room * sizeof(int32_t))
        self.seconds = seconds or self.seconds
        if not more or not seconds:
            free(more)
            return False
        memcpy(more, self.nodes, self.room * sizeof(Node))
        free(self.nodes)
        self.nodes, self.room = more, 2 * self.room
        return True

    cdef bint _more_ways(self) noexcept nogil:
        cdef uint64_t* more = <uint64_t*>_large(2 * (self.mask + 1) * sizeof(uint64_t))
        cdef int32_t node
        if not more:
            return False
        free(self.ways)
        self.ways, self.mask, self.shift = more, 2 * self.mask + 1, self.shift - 1
        for node in range(1, self.count):
            self._put(node)
        return True

    def add(self, str word not None, int64_t frequency):
        """Add a word, or give it another frequency; raises MemoryError where there are too many."""
        cdef int32_t node = self._node_of(word)
        if node and frequency > 0:
            self._set(node, frequency)

    def frequency(self, str word not None):
        """Return the frequency of a word; 0 for what is none."""
        cdef int32_t node = 0
        cdef Py_UCS4 code
        for code in word:
            node = self._step(node, code)
            if not node:
                return 0
        return <int64_t>(exp(self.nodes[node].logarithm) + 0.5)

    @property
    def total_frequency(self):
        """The sum of all frequencies."""
        return self.total

    cdef int32_t _node_of(self, str word) except -1:
        """Return where a word ends, made where there is none: what is no word cuts nothing. 0 for the empty one."""
        cdef int32_t node = 0
        cdef Py_UCS4 code
        for code in word:
            node = self._grown(node, code)
            if not node:
                raise MemoryError("too many words")
        return node

    def cut(self, str text not None):
        """Return the words of a text, which joined are the text."""
        cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), count, i
        cdef Characters characters = Characters(text)
        cdef Scratch scratch = Scratch(size)
        cdef list words = []
        self._look_up_pairs(characters.codes, size, scratch)
        count = self._cut(characters.codes, size, scratch)
        for i in range(count):
            words.append(PyUnicode_Substring(text, scratch.tokens[i].start, scratch.tokens[i].end))
        return words

    cdef void _look_up_pairs(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the kinds of the characters of a text, and where each two of them lead."""
        cdef Py_ssize_t i
        cdef int32_t node
        scratch._write_kinds(text, size)
        for i in range(size):
            node = self._step(0, text[i]) if scratch.kinds[i] & scratch.kinds[i + 1] & OF_WORDS else 0
            scratch.nodes[1][i] = self._found(_key(node, text[i + 1])) if node else 0

    cdef Py_ssize_t _cut(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the words of a text as tokens, where each two of its characters lead having been written; return how many."""
        self._look_up(text, size, scratch)
        self._choose(text, size, scratch)
        return self._take(text, size, scratch)

    cdef void _look_up(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write where one character, three and more of them lead that begin at each place of a text, and what the words there weigh.

        It goes level by level: what is to be looked up is gathered without a branch, which no processor could guess, and fetched
        ahead.
        """
        cdef Py_ssize_t i, place, level, passed = 0, kept
        cdef double all_words = log(<double>self.total)
        cdef const Node* of_dictionary = self.nodes
        cdef const uint8_t* kinds = scratch.kinds
        cdef int32_t* places = scratch.places
        cdef uint64_t* keys = scratch.keys
        cdef int32_t* nodes = scratch.nodes[0]
        cdef double* weights
        cdef int32_t node
        for i in range(size):
            nodes[i] = self.first[text[i]] if text[i] < PLANE else self._step(0, text[i])
        nodes = scratch.nodes[1]
        for i in range(size - 2):
            places[passed], keys[passed] = <int32_t>i, _key(nodes[i], text[i + 2])
            passed += of_dictionary[nodes[i]].code >> LEADS_BIT & kinds[i + 2] >> OF_WORDS_BIT
        for level in range(2, LEVELS):
            for i in range(passed):
                _fetch_ahead(self._place(keys[i]))
            kept = 0
            nodes = scratch.nodes[level]
            memset(nodes, 0, size * sizeof(int32_t))
            for i in range(passed):
                node = self._found(keys[i])
                place = places[i]
                nodes[place] = node
                places[kept], keys[kept] = <int32_t>place, _key(node, text[min(place + level + 1, size)])
                kept += of_dictionary[node].code >> LEADS_BIT & kinds[min(place + level + 1, size)] >> OF_WORDS_BIT
            passed = kept
        memset(scratch.is_longer, 0, size)
        for i in range(passed):
            scratch.is_longer[places[i]] = True
        for level in range(LEVELS):
            nodes, weights = scratch.nodes[level], scratch.weights[level]
            for i in range(size):
                weights[i] = of_dictionary[nodes[i]].logarithm - all_words

    cdef void _choose(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the first word of the most probable way to cut what follows each place. Of equal ways the longer word, as in jieba.

        Nothing here is a branch but what is rare.
        """
        cdef double* best = scratch.best
        cdef int32_t* lengths = scratch.lengths
        cdef const uint8_t* kinds = scratch.kinds
        cdef const uint8_t* is_longer = scratch.is_longer
        cdef double* one = scratch.weights[0]
        cdef double* two = scratch.weights[1]
        cdef double* three = scratch.weights[2]
        cdef double* four = scratch.weights[3]
        cdef double of_one, of_two, of_three, of_four, most, alone = -log(<double>self.total)
        cdef double after_one = 0, after_two = 0, after_three = 0, after_four = 0
        cdef int32_t length
        cdef Py_ssize_t i
        best[size] = 0
        for i in range(size - 1, -1, -1):
            of_one, of_two, of_three, of_four = one[i] + after_one, two[i] + after_two, three[i] + after_three, four[i] + after_four
            length = 2 + (of_three >= of_two)
            most = of_three if of_three >= of_two else of_two
            length = 4 if of_four >= most else length
            most = of_four if of_four >= most else most
            length = length if most >= of_one else 1
            most = most if most >= of_one else of_one
            if is_longer[i]:
                most = self._longer(text, i, scratch, most, &length)
            if not most > -INFINITY:
                most, length = alone + after_one, 1
            length = length if kinds[i] & OF_WORDS else 1
            most = most if kinds[i] & OF_WORDS else 0
            best[i], lengths[i] = most, length
            after_four, after_three, after_two, after_one = after_three, after_two, after_one, most

    cdef double _longer(self, const Py_UCS4* text, Py_ssize_t place, Scratch scratch, double most, int32_t* length) noexcept nogil:
        """Weigh the words of more than LEVELS characters that begin at a place; return what the best of all ways weighs there."""
        cdef double all_words = log(<double>self.total), score
        cdef int32_t node = scratch.nodes[LEVELS - 1][place]
        cdef Py_ssize_t i = place + LEVELS
        while scratch.kinds[i] & OF_WORDS:
            node = self._found(_key(node, text[i]))
            if not node:
                break
            i += 1
            score = (self.nodes[node].logarithm - all_words) + scratch.best[i]
            if self.nodes[node].logarithm > NO_WORD and score >= most:
                most, length[0], scratch.longer[place] = score, <int32_t>(i - place), node
        return most

    cdef Py_ssize_t _take(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the words that were chosen; return how many."""
        cdef Py_ssize_t i = 0, j, found = 0
        cdef int32_t length, node
        cdef Token* tokens = scratch.tokens
        while i < size:
            length = scratch.lengths[i]
            node = scratch.nodes[length - 1][i] if length <= LEVELS else scratch.longer[i]
            j = i + length
            if length == 1 and scratch.kinds[i] & RUNS_ON:
                while scratch.kinds[j] & RUNS_ON and scratch.lengths[j] == 1:
                    if node:
                        node = self._step(node, text[j])
                    j += 1
            elif text[i] == 13 and j < size and text[j] == 10:
                node = 0
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
            after = self._longest(characters.codes, size, place, self._at(characters.codes, size, place), &of_class)
            if after:
                places[found], classes[found] = place, of_class
                found += 1
                place = after
            else:
                place += 1
        return found

    cdef inline Py_ssize_t _longest(
        self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t place, uint32_t node, int32_t* of_class
    ) noexcept nogil:
        """Return where the longest term ends that begins at a place with two characters that lead to a node, and its class; or 0.

        LEADS_ON above the node tells that there are longer terms.
        """
        cdef Py_ssize_t end = 0, i = place + 2
        cdef bint leads_on = node >= LEADS_ON
        node &= CODE
        while node:
            if self.classes[node] >= 0:
                of_class[0], end = self.classes[node], i
            if i == size or not leads_on:
                break
            node = self.trie._step(node, text[i])
            leads_on = self.trie.nodes[node].code >= LEADS_ON
            i += 1
        return end

    cdef inline void _fetch_ahead(self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t place, uint32_t node) noexcept nogil:
        """Fetch what ``_longest`` will ask for first."""
        _fetch_ahead(&self.classes[node & CODE])
        if node >= LEADS_ON and place + 2 < size:
            _fetch_ahead(self.trie._place(_key(node & CODE, text[place + 2])))


    cdef inline uint32_t _at(self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t place) noexcept nogil:
        """Return where the two characters at a place lead, with LEADS_ON; 0 for nowhere."""
        cdef int32_t node
        if place + 1 >= size or not _has_bit(self.filter, _filtered(_pair(text[place], text[place + 1]))):
            return 0
        node = self.trie._step(0, text[place])
        node = self.trie._step(node, text[place + 1]) if node else 0
        return <uint32_t>node | (self.trie.nodes[node].code & LEADS_ON)


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
        self.size, self.codes[size] = size, 0
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


cdef enum:
    OF_A_PLACE = 8 * (2 + LEVELS) + 4 * (LEVELS + 3) + 12 + 16 + 2  # bytes of a Scratch


cdef class Scratch:
    """Room for the work on a text of at most ``size`` characters."""

    cdef int32_t *nodes[LEVELS]  # where one, two and more characters lead in the dictionary that begin at a place; 0 for nowhere …
    cdef double *weights[LEVELS]  # … and the logarithms of the probabilities of the words there
    cdef uint8_t* kinds  # of the characters, and 0 behind the last
    cdef uint8_t* is_longer  # whether words may begin there that are longer than LEVELS
    cdef double* best  # of each place, the logarithm of the most probable way to cut what follows …
    cdef int32_t* lengths  # … the length of its first word …
    cdef int32_t* longer  # … and where that leads, if it is longer than LEVELS
    cdef Token* tokens
    cdef uint64_t* keys  # of ways in the dictionary …
    cdef int32_t* places  # … and where these begin
    cdef int32_t* columns  # that were met
    cdef void* room  # of all of them

    def __cinit__(self, Py_ssize_t size):
        cdef Py_ssize_t places = (size + 64) & ~63, level
        cdef char* at
        if size >= 1 << 31:
            raise ValueError("a text of more than 2,147,483,647 characters cannot be cut")
        self.room = malloc(places * OF_A_PLACE)
        if not self.room:
            raise MemoryError
        at = <char*>self.room
        self.best, at = <double*>at, at + places * sizeof(double)
        self.keys, at = <uint64_t*>at, at + places * sizeof(uint64_t)
        for level in range(LEVELS):
            self.weights[level], at = <double*>at, at + places * sizeof(double)
        for level in range(LEVELS):
            self.nodes[level], at = <int32_t*>at, at + places * sizeof(int32_t)
        self.lengths, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.longer, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.places, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.tokens, at = <Token*>at, at + places * sizeof(Token)
        self.columns, at = <int32_t*>at, at + 4 * places * sizeof(int32_t)
        self.kinds, self.is_longer = <uint8_t*>at, <uint8_t*>at + places

    def __dealloc__(self):
        free(self.room)

    cdef void _write_kinds(self, const Py_UCS4* text, Py_ssize_t size) noexcept nogil:
        cdef uint8_t* kinds = self.kinds
        cdef Py_ssize_t i
        for i in range(size):
            kinds[i] = _kind(text[i])
        kinds[size] = 0


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

    cdef Py_ssize_t _count(self, Py_ssize_t met, int32_t* some, int64_t* columns, double* counts) noexcept nogil:
        """Write the different ones of ``some`` columns in order, and how many there are of each. It spends ``some``."""
        cdef Py_ssize_t found = 0, again = 0, block, word, i, low, high
        cdef uint64_t* bits = self.met
        cdef uint64_t* any_bits = self.any_met
        cdef int32_t column
        for i in range(met):
            column = some[i]
            some[again] = column
            again += bits[column >> 6] >> (column & 63) & 1
            bits[column >> 6] |= <uint64_t>1 << (column & 63)
            any_bits[column >> 12] |= <uint64_t>1 << ((column >> 6) & 63)
        for block in range(self.blocks):
            while self.any_met[block]:
                word = (block << 6) | _lowest(self.any_met[block])
                self.any_met[block] &= self.any_met[block] - 1
                while self.met[word]:
                    columns[found], counts[found] = (word << 6) | _lowest(self.met[word]), 1
                    self.met[word] &= self.met[word] - 1
                    found += 1
        for i in range(again):
            low, high = 0, found
            while high - low > 1:
                if columns[(low + high) // 2] <= some[i]:
                    low = (low + high) // 2
                else:
                    high = (low + high) // 2
            counts[low] += 1
        return found

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


cdef struct Pair:
    uint64_t code  # of two characters, and one more than the column of their bigram; a character by itself stands behind 0
    int32_t node  # where they lead in the dictionary …
    uint32_t term  # … and, with LEADS_ON, among the terms of the gazetteer; 0 for nowhere


cdef inline const Pair* _looked_up(const Pair* pairs, uint64_t mask, int shift, uint64_t code) noexcept nogil:
    """Return what is known of two characters: a place without anything where that is nothing."""
    cdef uint64_t place = (code * STREWN) >> shift
    while pairs[place].code >> COLUMN_BITS != code and pairs[place].code:
        place = (place + 1) & mask
    return &pairs[place]


cdef class Scorer:
    """Makes TF-IDF rows and scores of texts, and finds the words that weighed most: for one vocabulary and one set of weights."""

    cdef Dictionary dictionary
    cdef int32_t* columns  # of the nodes that were there when it was made; -1 for what is no word of the vocabulary
    cdef int32_t nodes
    cdef bint has_pairs, has_singles, has_others  # whether bigrams are pairs, characters by themselves, or pairs of no letters
    cdef Pair* pairs  # a hash table: all that two characters lead to is found by one look
    cdef uint64_t mask
    cdef int shift
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
        cdef Py_ssize_t pairs = PyUnicode_GET_LENGTH(bigrams) // 2, first_bigram = len(words), ahead, i, label
        cdef int32_t column, node
        cdef Characters letters
        if not len(words) + pairs <= len(idf) == weights.shape[0] == telling.shape[0] or len(names) != weights.shape[1]:
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        self.unknown_square = unknown_square
        self.gazetteer, self.has_gazetteer, self.first_class = gazetteer, gazetteer is not None, len(words) + pairs
        if gazetteer is None and self.first_class != len(idf):
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        for i in range(gazetteer.nodes if gazetteer is not None else 0):
            if self.first_class + gazetteer.classes[i] >= <Py_ssize_t>len(idf):
                raise ValueError("a term has a class without a column")
        if len(idf) >= (1 << COLUMN_BITS) - 1:
            raise ValueError(f"{len(idf)} words and bigrams are more than can be told apart")
        self.has_singles, self.has_pairs = "\0" in bigrams[::2], bigrams[::2] != "\0" * pairs
        self.dictionary, self.telling, self.terms, self.labels = dictionary, telling, len(idf), weights.shape[1]
        self.stride = 1 + (self.labels + LANES - 1) // LANES * (LANES // 2)
        self.words, self.names = tuple(words), [bytes(name) for name in names]
        nodes = [dictionary._node_of(word) for word in words]
        self.nodes = dictionary.count
        self.columns = <int32_t*>_large(self.nodes * sizeof(int32_t))
        self.tally = Tally(self.terms)
        self.records = <double*>_large(self.terms * self.stride * sizeof(double) + 1)
        if not self.columns or not self.records:
            raise MemoryError
        for i in range(self.terms):
            self.records[i * self.stride] = idf[i]
            for label in range(self.labels):
                self._weights(i)[label] = weights[i, label]
        memset(self.columns, 0xFF, self.nodes * sizeof(int32_t))
        for column, node in enumerate(nodes):
            self.columns[node] = column
        self._make_pairs(pairs)
        letters = Characters(bigrams)
        for i in range(pairs):
            ahead = 2 * min(i + AHEAD, pairs - 1)
            _fetch_ahead(self._place(_pair(letters.codes[ahead], letters.codes[ahead + 1])))
            self._add_bigram(letters.codes[2 * i], letters.codes[2 * i + 1], first_bigram + i)

    def __dealloc__(self):
        free(self.columns)
        free(self.pairs)
        free(self.records)

    cdef int _make_pairs(self, uint64_t more) except -1:
        """Make the table of the pairs of the dictionary and of the gazetteer, with room for so many more."""
        cdef Dictionary trie = self.gazetteer.trie if self.has_gazetteer else None
        more += self.dictionary.pairs + (trie.pairs if self.has_gazetteer else 0)
        self.mask, self.shift = 1023, 64 - 10
        while more * 5 > self.mask * 3:
            self.mask, self.shift = 2 * self.mask + 1, self.shift - 1
        self.pairs = <Pair*>_large((self.mask + 1) * sizeof(Pair))
        if not self.pairs:
            raise MemoryError
        self._add_pairs(self.dictionary, False)
        if self.has_gazetteer:
            self._add_pairs(trie, True)
        return 0

    cdef void _add_pairs(self, Dictionary trie, bint are_terms) noexcept nogil:
        """Add the pairs of a trie; what will be asked for soon is fetched ahead."""
        cdef int32_t i, node
        cdef uint64_t code
        for i in range(trie.pairs):
            _fetch_ahead(self._place(trie._pair_to(trie.seconds[min(i + AHEAD, trie.pairs - 1)])))
            node = trie.seconds[i]
            code = trie._pair_to(node)
            if are_terms:
                self._pair_of(code).term = <uint32_t>node | (trie.nodes[node].code & LEADS_ON)
            elif _kind(code >> CHARACTER_BITS) & _kind(code & CODE) & OF_WORDS:
                self._pair_of(code).node = node

    cdef inline Pair* _place(self, uint64_t code) noexcept nogil:
        """Return where two characters stand in the table, or one of the places before it."""
        return &self.pairs[(code * STREWN) >> self.shift]

    cdef void _add_bigram(self, uint32_t first, uint32_t second, uint64_t column) noexcept nogil:
        cdef Pair* pair = self._pair_of(_pair(first, second))
        self.has_others |= first != 0 and not _are_letters(_kind(first), _kind(second))
        if not pair.code & OF_COLUMN:
            pair.code |= column + 1

    cdef Pair* _pair_of(self, uint64_t code) noexcept nogil:
        """Return the place of two characters in the table, made where there is none."""
        cdef uint64_t place = (code * STREWN) >> self.shift
        while self.pairs[place].code >> COLUMN_BITS != code and self.pairs[place].code:
            place = (place + 1) & self.mask
        self.pairs[place].code |= code << COLUMN_BITS
        return &self.pairs[place]

    cdef inline float* _weights(self, Py_ssize_t column) noexcept nogil:
        return <float*>(self.records + column * self.stride + 1)

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
        cdef Py_ssize_t met = self._look_up(text, size, scratch, tally), words, unknown = 0, tokens, i, found, label
        cdef int32_t column
        cdef int32_t* some = scratch.columns
        cdef const int32_t* of_nodes = self.columns
        cdef const Token* found_words = scratch.tokens
        cdef double length = 0
        tokens = self.dictionary._cut(text, size, scratch)
        words = met
        for i in range(tokens):
            _fetch_ahead(&of_nodes[found_words[i].node])
        for i in range(tokens):
            column = of_nodes[found_words[i].node] if found_words[i].node < self.nodes else -1
            some[met] = column
            met += column >= 0
            if column < 0:
                unknown += _is_term(text + found_words[i].start, found_words[i].end - found_words[i].start)
        tally.terms += met - words + unknown
        tally.unknown += unknown
        for i in range(met):
            _fetch_ahead(&self.records[some[i] * self.stride])
        found = tally._count(met, some, columns, values)
        for i in range(found):
            values[i] *= self.records[columns[i] * self.stride]
            length += values[i] * values[i]
        length = sqrt(length + tally.unknown * self.unknown_square)
        for i in range(found):
            values[i] /= length
        for label in range((self.labels + LANES - 1) // LANES):
            self._add_up(found, columns, values, label * LANES, &scores[label * LANES])
        return found

    cdef void _add_up(self, Py_ssize_t count, const int64_t* columns, const double* values, Py_ssize_t first, double* scores) noexcept nogil:
        """Write the scores of LANES labels, or as many as there are from the first on."""
        cdef double[LANES] sums
        cdef const float* weights
        cdef Py_ssize_t i
        cdef int lane
        for lane in range(LANES):
            sums[lane] = 0
        for i in range(count):
            weights = self._weights(columns[i]) + first
            for lane in range(LANES):
                sums[lane] += <double>weights[lane] * values[i]
        for lane in range(min(LANES, <int>(self.labels - first))):
            scores[lane] = sums[lane]

    cdef Py_ssize_t _look_up(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Tally tally) noexcept nogil:
        """Write where each two characters of a text lead in the dictionary, and the columns of bigrams and of the classes of terms.

        Returns how many columns there are, and begins to count terms.
        """
        cdef Py_ssize_t i, met = 0, bigrams, passed = 0, after = 0, end
        cdef int64_t letters = 0
        cdef uint64_t code, mask = self.mask
        cdef int shift = self.shift
        cdef const Pair* pairs = self.pairs
        cdef const Pair* pair
        cdef const Node* of_dictionary = self.dictionary.nodes
        cdef const uint8_t* kinds = scratch.kinds
        cdef int32_t* columns = scratch.columns
        cdef int32_t* nodes = scratch.nodes[1]
        cdef int32_t* places = scratch.places
        cdef uint32_t* terms = <uint32_t*>scratch.lengths  # which nobody needs yet
        cdef int32_t of_class = -1
        scratch._write_kinds(text, size)
        for i in range(size - 1):
            _fetch_ahead(&pairs[(_pair(text[i], text[i + 1]) * STREWN) >> shift])
        for i in range(size - 1):
            pair = _looked_up(pairs, mask, shift, _pair(text[i], text[i + 1]))
            nodes[i] = pair.node
            _fetch_ahead(&of_dictionary[pair.node])
            columns[met] = <int32_t>(pair.code & OF_COLUMN) - 1
            met += (columns[met] >= 0) & (text[i] != 0)
            places[passed], terms[passed] = <int32_t>i, pair.term
            passed += pair.term != 0
        nodes[max(size - 1, 0)] = 0
        bigrams = met
        if self.has_pairs:
            for i in range(size - 1):
                letters += _are_letters(kinds[i], kinds[i + 1])
            for i in range(size - 1 if self.has_others else 0):  # of a vocabulary that was not learnt
                code = _looked_up(pairs, mask, shift, _pair(text[i], text[i + 1])).code & OF_COLUMN
                letters += code != 0 and text[i] != 0 and not _are_letters(kinds[i], kinds[i + 1])
        tally.terms, tally.unknown = letters, letters - bigrams
        for i in range(size if self.has_singles else 0):
            code = _looked_up(pairs, mask, shift, _pair(0, text[i])).code & OF_COLUMN
            columns[met] = <int32_t>code - 1
            met += code != 0
        for i in range(passed):
            self.gazetteer._fetch_ahead(text, size, places[i], terms[i])
        for i in range(passed):
            if places[i] >= after:
                end = self.gazetteer._longest(text, size, places[i], terms[i], &of_class)
                if end:
                    columns[met] = <int32_t>self.first_class + of_class
                    met += 1
                    after = end
        return met

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


def word_ends(Dictionary dictionary not None, str text not None, int64_t[::1] ends not None):
    """Write where the words of a text end, in order; return how many there are. Raises ValueError where there is no room."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text), count, i
    cdef Characters characters = Characters(text)
    cdef Scratch scratch = Scratch(size)
    if ends.shape[0] < size:
        raise ValueError("no room for the words")
    dictionary._look_up_pairs(characters.codes, size, scratch)
    count = dictionary._cut(characters.codes, size, scratch)
    for i in range(count):
        ends[i] = scratch.tokens[i].end
    return count
