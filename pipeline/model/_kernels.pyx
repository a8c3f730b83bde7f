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

cimport cython
from cpython.unicode cimport (
    PyUnicode_AsUCS4,
    PyUnicode_DATA,
    PyUnicode_DecodeUTF8,
    PyUnicode_GET_LENGTH,
    PyUnicode_KIND,
    PyUnicode_New,
    PyUnicode_READ,
    PyUnicode_WRITE,
    PyUnicode_Substring,
)
from cpython.buffer cimport PyBUF_READ
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.math cimport INFINITY, exp, log, sqrt
from libc.stdint cimport SIZE_MAX, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memcmp, memcpy, memset
from zlib import crc32

cdef enum:
    CHARACTER_BITS = 21  # of a code point
    NODE_BITS = 21  # of a node of the dictionary …
    COLUMN_BITS = 22  # … and of the column of a bigram
    SHARE_BITS = 24  # words whose shares are the same in so many bits weigh the same
    FILTER_BITS = 18  # of the places in the filter of the beginnings of terms
    LEVELS = 4  # characters of a word that are looked up for all places of a text at once
    BLOCK = 1024  # characters of lines that are worked on together: what is known of them stays in a near cache
    NUMBERS = 1536  # of characters: whose pairs stand in one square; of a report they are all but some three in a hundred
    NUMBER_BITS = 16  # of them, and the bits themselves
    OF_NUMBER = 0xFFFF
    NOTHING = 0  # the number of a character that no word, bigram and term begins with or goes on with …
    RARE = 1  # … and that of all others without one of their own
    STEPS = 256  # of inverse document frequencies, by which bigrams are put in order
    LANES = 6  # labels that are scored at once
    TOGETHER = 256  # values of a run that are looked at together
    LEADS_BIT = 31  # above the number of a node that leads on to others
    COUNTED = 0xFFFFFFFF  # most that are counted by one number
    DOTTED_I = 0x130  # its lower case has two characters, and …
    SIGMA = 0x3A3  # … its depends on where it stands
    PLANE = 0x10000  # characters below it have their first step in a table
    IDEOGRAPH = 1
    LATIN = 2
    SIDE_BY_SIDE = 64  # bytes: arrays of tables begin at multiples of it …
    EDGE = 4096  # … and so many at either end of one are summed up
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
    #include <string.h>
    /* What the most probable ways weigh to cut what follows a place after one to four characters, and what the words there weigh of
       so many characters: two numbers at a time, as every 64-bit processor of Intel's kind adds and compares them. */
    /* Of a kind of character, whether a word of the dictionary may stand there, and one of more than four characters. */
    enum { MAY_STAND = 8, MAY_BE_LONGER = 16 };
    /* The length of the longest of some words: a bit for each, and one above them where one may stand. */
    static const unsigned char LONGEST[32] = {
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4,
    };
    #if defined(__SSE2__) || defined(_M_X64)
    #include <emmintrin.h>
    typedef struct { __m128d one_two, three_four; } after_it;
    static inline void set_weights(double *weights, const double *of_one, const double *of_two, double of_more) {
        _mm_storeu_pd(weights, _mm_loadh_pd(_mm_load_sd(of_one), of_two));
        _mm_storeu_pd(weights + 2, _mm_set1_pd(of_more));
    }
    static inline void begin_after(after_it *after) { after->one_two = after->three_four = _mm_setzero_pd(); }
    static inline double after_one(const after_it *after) { return _mm_cvtsd_f64(after->one_two); }
    /* Write the greatest sum, and return the length of its word, of equal ones of the longest; 0 and 1 where no word may stand. */
    static inline int longest_of_greatest(const double *weights, const after_it *after, int kind, double *greatest) {
        static const long long KEPT[2][2] = {{0, 0}, {-1, -1}};
        __m128d one_two = _mm_add_pd(_mm_loadu_pd(weights), after->one_two);
        __m128d three_four = _mm_add_pd(_mm_loadu_pd(weights + 2), after->three_four), most = _mm_max_pd(one_two, three_four);
        int are_most;
        most = _mm_max_pd(most, _mm_shuffle_pd(most, most, 1));
        are_most = _mm_movemask_pd(_mm_cmpeq_pd(one_two, most)) | _mm_movemask_pd(_mm_cmpeq_pd(three_four, most)) << 2;
        *greatest = _mm_cvtsd_f64(_mm_and_pd(most, _mm_loadu_pd((const double *)KEPT[(kind & MAY_STAND) != 0])));
        return LONGEST[(kind & MAY_STAND) * 2 | are_most];
    }
    /* Count the neighbours that have one of the lowest two bits of their kinds in common. */
    static inline long long common_neighbours(const unsigned char *kinds, long long count) {
        __m128i found = _mm_setzero_si128(), zero = _mm_setzero_si128(), lowest = _mm_set1_epi8(3);
        long long i, all;
        for (i = 0; i + 16 <= count; i += 16) {
            __m128i first = _mm_loadu_si128((const __m128i *)(kinds + i)), second = _mm_loadu_si128((const __m128i *)(kinds + i + 1));
            __m128i none = _mm_cmpeq_epi8(_mm_and_si128(_mm_and_si128(first, second), lowest), zero);
            found = _mm_add_epi64(found, _mm_sad_epu8(_mm_andnot_si128(none, _mm_set1_epi8(1)), zero));
        }
        all = _mm_cvtsi128_si64(found) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(found, found));
        for (; i < count; i++) all += (kinds[i] & kinds[i + 1] & 3) != 0;
        return all;
    }
    /* Go one character back: what was weighed there follows after one character now. */
    static inline void go_back(after_it *after, double most) {
        after->three_four = _mm_shuffle_pd(after->one_two, after->three_four, 1);
        after->one_two = _mm_unpacklo_pd(_mm_set_sd(most), after->one_two);
    }
    /* Add six weights times a value to six sums. */
    typedef struct { __m128d of[3]; } six_sums;
    static inline void add_six(six_sums *sums, const float *weights, double value) {
        __m128d values = _mm_set1_pd(value);
        int i;
        for (i = 0; i < 3; i++) {
            __m128d two = _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(weights + 2 * i))));
            sums->of[i] = _mm_add_pd(sums->of[i], _mm_mul_pd(two, values));
        }
    }
    #else
    typedef struct { double of[4]; } after_it;
    static inline void set_weights(double *weights, const double *of_one, const double *of_two, double of_more) {
        weights[0] = *of_one, weights[1] = *of_two, weights[2] = weights[3] = of_more;
    }
    static inline void begin_after(after_it *after) { memset(after, 0, sizeof *after); }
    static inline double after_one(const after_it *after) { return after->of[0]; }
    static inline int longest_of_greatest(const double *weights, const after_it *after, int kind, double *greatest) {
        double sums[4], most;
        int i, are_most = 0;
        for (i = 0; i < 4; i++) sums[i] = weights[i] + after->of[i];
        most = sums[0];
        for (i = 1; i < 4; i++) most = sums[i] > most ? sums[i] : most;
        for (i = 0; i < 4; i++) are_most |= (sums[i] == most) << i;
        *greatest = kind & MAY_STAND ? most : 0;
        return LONGEST[(kind & MAY_STAND) * 2 | are_most];
    }
    static inline long long common_neighbours(const unsigned char *kinds, long long count) {
        long long i, all = 0;
        for (i = 0; i < count; i++) all += (kinds[i] & kinds[i + 1] & 3) != 0;
        return all;
    }
    static inline void go_back(after_it *after, double most) {
        memmove(after->of + 1, after->of, 3 * sizeof(double));
        after->of[0] = most;
    }
    typedef struct { double of[6]; } six_sums;
    static inline void add_six(six_sums *sums, const float *weights, double value) {
        int i;
        for (i = 0; i < 6; i++) sums->of[i] += (double)weights[i] * value;
    }
    #endif
    /* Write a character of three bytes in UTF-8; one byte more may be written over. */
    static inline void put_three(char *out, unsigned int code) {
    #if defined(_WIN32) || (defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        unsigned int bytes = 0x8080E0U | code >> 12 | (code << 2 & 0x3F00U) | (code & 0x3FU) << 16;
        memcpy(out, &bytes, sizeof bytes);
    #else
        out[0] = (char)(0xE0U | code >> 12), out[1] = (char)(0x80U | (code >> 6 & 0x3FU)), out[2] = (char)(0x80U | (code & 0x3FU));
    #endif
    }
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
    void _put_three "put_three"(char* out, uint32_t code) noexcept nogil
    void* _large "large_room"(size_t size) noexcept nogil  # zeroed
    ctypedef struct After "after_it":
        pass
    void _set_weights "set_weights"(double* weights, const double* of_one, const double* of_two, double of_more) noexcept nogil
    void _begin_after "begin_after"(After* after) noexcept nogil
    double _after_one "after_one"(const After* after) noexcept nogil
    int _longest_of_greatest "longest_of_greatest"(
        const double* weights, const After* after, int kind, double* greatest
    ) noexcept nogil
    int64_t _common_neighbours "common_neighbours"(const uint8_t* kinds, int64_t count) noexcept nogil
    const uint8_t MAY_BE_LONGER
    void _go_back "go_back"(After* after, double most) noexcept nogil
    ctypedef struct SixSums "six_sums":
        pass
    void _add_six "add_six"(SixSums* sums, const float* weights, double value) noexcept nogil
    const char* SOURCE_DIGEST

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


cdef struct Way:  # what some characters lead to
    int32_t node  # of the dictionary; 0 for nowhere
    int32_t word  # the rank of the column of their word, or -1


cdef struct Token:
    int32_t start
    int32_t end
    int32_t node


cdef class Tables:
    """The arrays of a scorer, one behind the other: written to a stream, or taken from the bytes of a mapped file, which stay unchanged.

    Each object hands over its numbers and then its arrays, in one method for both ways.
    """

    cdef object stream  # that is written to, or None
    cdef const uint8_t[::1] data  # that is taken from, or None
    cdef Py_ssize_t at
    cdef bint is_read
    cdef uint32_t sum  # of numbers, by which places in arrays are found, of what is copied with them, and of both ends of each array

    def __init__(self, stream, const uint8_t[::1] data=None):
        self.stream, self.data, self.is_read = stream, data, data is not None

    @property
    def is_all_taken(self):
        """Whether nothing is left."""
        return self.is_read and self.at == len(self.data)

    cdef void* _array(self, void* own, int64_t count, size_t each) except? NULL:
        """Write so many items, or return where they stand in the file; raises ValueError where it has no room for them.

        The sum takes in where they begin and end: pages that were never written, or belong to other arrays, are found by it.
        """
        cdef void* there = self._place(own, count, each)
        cdef size_t size = <size_t>count * each, end = size if size < EDGE else EDGE
        if size:
            self._add(there, end)
            self._add(<char*>there + size - end, end)
        return there

    cdef void* _place(self, void* own, int64_t count, size_t each) except? NULL:
        cdef Py_ssize_t at = self.at
        cdef size_t left = <size_t>(len(self.data) - at) if self.is_read else SIZE_MAX // 2, size, padded
        if count < 0 or not each or <size_t>count > left // each:
            raise ValueError("the tables have no room for what they tell of")
        size = <size_t>count * each
        padded = (size + SIDE_BY_SIDE - 1) & ~<size_t>(SIDE_BY_SIDE - 1)
        if padded > left:
            raise ValueError("the tables end too early")
        self.at += padded
        if self.is_read:
            return <void*>&self.data[at]
        self.stream.write(PyMemoryView_FromMemory(<char*>own, size, PyBUF_READ) if size else b"")
        self.stream.write(b"\0" * (padded - size))
        return own

    cdef int _add(self, void* there, size_t size) except -1:
        self.sum = crc32(PyMemoryView_FromMemory(<char*>there, size, PyBUF_READ), self.sum)
        return 0

    cdef int _copy(self, void* own, size_t size) except -1:
        """Write what is held in an object itself, or fill it."""
        cdef void* there = self._place(own, 1, size)
        if self.is_read:
            memcpy(own, there, size)
        return self._add(own, size)

    cdef int64_t _number(self, int64_t own) except? -1:
        self._copy(&own, sizeof(own))
        return own

    cdef int _seal(self) except -1:
        """Write the check sum, or hold it against that of what was read; raises ValueError where they differ.

        By numbers that are not those that were written, places beyond the arrays would be looked at.
        """
        cdef uint32_t sum = self.sum
        if self._number(sum) != sum:
            raise ValueError("the numbers of the tables, or the ends of their arrays, are not those that were written")
        return 0


cdef int _hold_strewn(uint64_t mask, int shift) except -1:
    """Raise ValueError unless a hash table has as many places as keys are shifted to."""
    if not 0 < shift < 64 or mask != (<uint64_t>1 << (64 - shift)) - 1:
        raise ValueError("the numbers of the tables are not those that were written")
    return 0


cdef class Dictionary:
    """jieba's dictionary as a trie: nodes side by side, the ways between them in one hash table; and the words of texts by it."""

    cdef uint64_t* ways  # node, character and the node they lead to, in one number each
    cdef uint64_t mask
    cdef int shift
    cdef int32_t count, room  # of the nodes, of which the first one is the root, where no word ends
    cdef double* logarithms  # of the frequencies of the words that end at the nodes …
    cdef uint64_t* leads_on  # … a bit for each that leads on to others …
    cdef uint32_t* codes  # … the characters that lead to them …
    cdef int32_t* parents  # … and from where: these two are asked for only where words are added, and a file has none
    cdef int32_t* seconds  # the nodes to which two characters lead …
    cdef int32_t pairs  # … and their number
    cdef int32_t[PLANE] first  # where characters below it lead from the root, which needs no search; 0 for nowhere
    cdef uint64_t* thirds  # a bit for each way to a third character, or some for one bit: few places go so far …
    cdef int third_shift  # … and how far its key is shifted for it
    cdef int64_t total
    cdef double all_words  # the logarithm of it

    cdef bint is_mapped  # from a file: it is not its own, and takes no words

    def __init__(self, bytes lines not None, int bits=20):
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
        self.logarithms = <double*>_large(self.room * sizeof(double))
        self.leads_on = <uint64_t*>calloc((self.room >> 6) + 1, sizeof(uint64_t))
        self.codes = <uint32_t*>calloc(self.room, sizeof(uint32_t))
        self.parents = <int32_t*>calloc(self.room, sizeof(int32_t))
        self.seconds = <int32_t*>malloc(self.room * sizeof(int32_t))
        self.third_shift = self.shift - 1
        self.thirds = <uint64_t*>calloc((<size_t>1 << (64 - self.third_shift) >> 6) + 1, sizeof(uint64_t))
        if not self.ways or not self.logarithms or not self.leads_on or not self.codes or not self.parents or not self.seconds:
            raise MemoryError
        if not self.thirds:
            raise MemoryError
        self.logarithms[0] = NO_WORD
        with nogil:
            bad = self._read(data, size)
        if bad:
            raise ValueError(f"line {bad} of the dictionary is no word with its frequency")
        self.all_words = log(<double>max(1, self.total))

    def __dealloc__(self):
        if not self.is_mapped:
            free(self.ways)
            free(self.logarithms)
            free(self.leads_on)
            free(self.codes)
            free(self.parents)
            free(self.seconds)
            free(self.thirds)

    cdef int _hand_over(self, Tables tables) except -1:
        self.is_mapped |= tables.is_read
        self.mask, self.shift = <uint64_t>tables._number(self.mask), <int>tables._number(self.shift)
        self.count, self.pairs = <int32_t>tables._number(self.count), <int32_t>tables._number(self.pairs)
        self.total, self.third_shift = tables._number(self.total), <int>tables._number(self.third_shift)
        self.all_words = log(<double>max(1, self.total))
        _hold_strewn(self.mask, self.shift)
        if not 0 < self.third_shift < 64:
            raise ValueError("the numbers of the tables are not those that were written")
        tables._copy(self.first, sizeof(self.first))
        self.ways = <uint64_t*>tables._array(self.ways, <int64_t>(self.mask + 1), sizeof(uint64_t))
        self.logarithms = <double*>tables._array(self.logarithms, self.count, sizeof(double))
        self.leads_on = <uint64_t*>tables._array(self.leads_on, (self.count >> 6) + 1, sizeof(uint64_t))
        self.thirds = <uint64_t*>tables._array(self.thirds, <int64_t>(<uint64_t>1 << (64 - self.third_shift) >> 6) + 1, sizeof(uint64_t))
        return 0

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
            self.logarithms[node] = NO_WORD
        else:
            self.logarithms[node] = LOGARITHMS[frequency] if frequency < 4096 else log(<double>frequency)

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
        if self.is_mapped or self.count == 1 << NODE_BITS or (self.count == self.room and not self._more_nodes()):
            return 0
        if <uint64_t>self.count * 8 > self.mask * 5 and not self._more_ways():
            return 0
        there = self.count
        self.logarithms[there], self.codes[there], self.parents[there] = NO_WORD, code, parent
        if parent:
            _set_bit(self.leads_on, parent)
            self.seconds[self.pairs] = there
            self.pairs += not self.parents[parent]
            if self.parents[parent] and not self.parents[self.parents[parent]]:
                _set_bit(self.thirds, (_key(parent, code) * STREWN) >> self.third_shift)
        self.count += 1
        self._put(there)
        return there

    cdef void _put(self, int32_t node) noexcept nogil:
        """Make the way to a node."""
        cdef uint64_t key = _key(self.parents[node], self.codes[node]), place = (key * STREWN) >> self.shift
        if key < PLANE:
            self.first[key] = node
            return
        while self.ways[place]:
            place = (place + 1) & self.mask
        self.ways[place] = (key << NODE_BITS) | <uint64_t>node

    cdef inline bint _may_go_on(self, uint64_t key) noexcept nogil:
        """Tell of a way to a third character whether it may be there; what is told not to be there is not."""
        return _has_bit(self.thirds, (key * STREWN) >> self.third_shift)

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
        return _pair(self.codes[self.parents[node]], self.codes[node])

    cdef void _count_letters(self, double* frequencies) noexcept nogil:
        """Add to the frequencies of the characters of the PLANE what makes those that words begin or go on with known."""
        cdef int32_t i
        for i in range(1, PLANE):
            if self.first[i]:
                frequencies[i] += 1e-6 * exp(self._weight(self.first[i])) + 1e-300
        for i in range(self.pairs):
            if self.codes[self.seconds[i]] < PLANE:
                frequencies[self.codes[self.seconds[i]]] += 1e-12

    cdef bint _more_nodes(self) noexcept nogil:
        cdef size_t room = 2 * <size_t>self.room
        cdef double* logarithms = <double*>_large(room * sizeof(double))
        cdef uint64_t* leads_on = <uint64_t*>calloc((room >> 6) + 1, sizeof(uint64_t))
        cdef uint32_t* codes = <uint32_t*>realloc(self.codes, room * sizeof(uint32_t))
        cdef int32_t* parents = <int32_t*>realloc(self.parents, room * sizeof(int32_t))
        cdef int32_t* seconds = <int32_t*>realloc(self.seconds, room * sizeof(int32_t))
        self.codes, self.parents, self.seconds = codes or self.codes, parents or self.parents, seconds or self.seconds
        if not logarithms or not leads_on or not codes or not parents or not seconds:
            free(logarithms)
            free(leads_on)
            return False
        memcpy(logarithms, self.logarithms, self.room * sizeof(double))
        memcpy(leads_on, self.leads_on, ((self.room >> 6) + 1) * sizeof(uint64_t))
        free(self.logarithms)
        free(self.leads_on)
        self.logarithms, self.leads_on, self.room = logarithms, leads_on, <int32_t>room
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
        cdef int32_t node
        if self.is_mapped:
            raise ValueError("a dictionary from a file takes no words")
        node = self._node_of(word)
        if node and frequency > 0:
            self._set(node, frequency)
            self.all_words = log(<double>max(1, self.total))

    def frequency(self, str word not None):
        """Return the frequency of a word; 0 for what is none."""
        cdef int32_t node = 0
        cdef Py_UCS4 code
        for code in word:
            node = self._step(node, code)
            if not node:
                return 0
        return <int64_t>(exp(self.logarithms[node]) + 0.5)

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
        count = self._cut(characters.codes, size, scratch, self._begin(characters.codes, size, scratch))
        for i in range(count):
            words.append(PyUnicode_Substring(text, scratch.tokens[i].start, scratch.tokens[i].end))
        return words

    cdef inline double _weight(self, int32_t node) noexcept nogil:
        """Return the logarithm of the probability of the word that ends at a node."""
        return self.logarithms[node] - self.all_words

    cdef Py_ssize_t _begin(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the kinds of the characters of a text, where one and two of them lead that begin at each place, and what the words
        there weigh; return how many places lead on, which are written.
        """
        cdef Py_ssize_t i, passed = 0
        cdef int32_t one, two
        cdef double of_one, of_two
        scratch._write_kinds(text, size)
        for i in range(size):
            one = self._step(0, text[i])
            two = self._found(_key(one, text[i + 1])) if one and scratch.kinds[i] & scratch.kinds[i + 1] & OF_WORDS else 0
            of_one, of_two = self._weight(one), self._weight(two)
            _set_weights(scratch.weights + LEVELS * i, &of_one, &of_two, NO_WORD)
            scratch.ways[LEVELS * i].node, scratch.ways[LEVELS * i + 1].node = one, two
            scratch.places[passed] = <int32_t>i
            passed += _has_bit(self.leads_on, two) and (scratch.kinds[i + 2] & OF_WORDS) != 0
        return passed

    cdef Py_ssize_t _cut(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Py_ssize_t passed) noexcept nogil:
        """Write the words of a text as tokens, of which ``_begin`` or its like has written the beginnings; return how many."""
        self._go_on(text, size, scratch, passed)
        self._choose(text, size, scratch)
        return self._take(text, size, scratch)

    cdef void _go_on(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Py_ssize_t passed) noexcept nogil:
        """Write where three characters and more of a text lead, and what the words there weigh, at the places that lead on.

        It goes level by level: what is to be looked up is gathered without a branch, which no processor could guess, and fetched
        ahead.
        """
        cdef Py_ssize_t i, place, level, kept = 0
        cdef const double* logarithms = self.logarithms
        cdef const uint64_t* leads_on = self.leads_on
        cdef const uint8_t* kinds = scratch.kinds
        cdef int32_t* places = scratch.places
        cdef uint64_t* keys = scratch.keys
        cdef Way* ways = scratch.ways
        cdef double* weights = scratch.weights
        cdef int32_t node
        for i in range(passed):
            places[kept] = places[i]
            keys[kept] = _key(ways[LEVELS * places[i] + 1].node & <int32_t>CODE, text[places[i] + 2])
            kept += self._may_go_on(keys[kept])
        passed = kept
        for level in range(2, LEVELS):
            for i in range(passed):
                _fetch_ahead(self._place(keys[i]))
            kept = 0
            for i in range(passed):
                keys[i] = self._found(keys[i])
                _fetch_ahead(&logarithms[keys[i]])
            for i in range(passed):
                node, place = <int32_t>keys[i], places[i]
                ways[LEVELS * place + level].node, weights[LEVELS * place + level] = node, self._weight(node)
                place += level + 1  # which is at most the end
                places[kept], keys[kept] = places[i], _key(node, text[place])
                kept += leads_on[node >> 6] >> (node & 63) & kinds[place] >> OF_WORDS_BIT
            passed = kept
        for i in range(passed):
            scratch.kinds[places[i]] |= MAY_BE_LONGER

    cdef void _choose(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the first word of the most probable way to cut what follows each place. Of equal ways the longer word, as in jieba.

        No word goes over a place that is not OF_WORDS, so that what stands before one in the middle is cut beside what follows.
        """
        cdef Py_ssize_t low = size // 2, high = size - 1, middle
        cdef After before, behind
        _begin_after(&before)
        _begin_after(&behind)
        while low < size and scratch.kinds[low] & OF_WORDS:
            low += 1
        middle = low
        low -= 1
        scratch.best[size] = scratch.best[middle] = 0
        while low >= 0 and high >= middle:
            self._choose_at(text, low, scratch, &before)
            self._choose_at(text, high, scratch, &behind)
            low -= 1
            high -= 1
        while low >= 0:
            self._choose_at(text, low, scratch, &before)
            low -= 1
        while high >= middle:
            self._choose_at(text, high, scratch, &behind)
            high -= 1

    cdef inline void _choose_at(self, const Py_UCS4* text, Py_ssize_t i, Scratch scratch, After* after) noexcept nogil:
        """Choose the first word at a place; nothing here is a branch but what is rare."""
        cdef double most
        cdef uint8_t kind = scratch.kinds[i]
        scratch.lengths[i] = _longest_of_greatest(scratch.weights + LEVELS * i, after, kind, &most)
        if kind & MAY_BE_LONGER:
            most = self._longer(text, i, scratch, most)
        if not most > -INFINITY:
            most, scratch.lengths[i] = _after_one(after) - self.all_words, 1
        scratch.best[i] = most
        _go_back(after, most)

    cdef double _longer(self, const Py_UCS4* text, Py_ssize_t place, Scratch scratch, double most) noexcept nogil:
        """Weigh the words of more than LEVELS characters that begin at a place; return what the best of all ways weighs there."""
        cdef double score
        cdef int32_t node = scratch.ways[LEVELS * place + LEVELS - 1].node
        cdef Py_ssize_t i = place + LEVELS
        while scratch.kinds[i] & OF_WORDS:
            node = self._found(_key(node, text[i]))
            if not node:
                break
            i += 1
            score = self._weight(node) + scratch.best[i]
            if self.logarithms[node] > NO_WORD and score >= most:
                most, scratch.lengths[place], scratch.longer[place] = score, <int32_t>(i - place), node
        return most

    cdef Py_ssize_t _take(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch) noexcept nogil:
        """Write the words that were chosen; return how many."""
        cdef Py_ssize_t i = 0, j, found = 0
        cdef int32_t length, node
        cdef Token* tokens = scratch.tokens
        while i < size:
            length = scratch.lengths[i]
            node = scratch.ways[LEVELS * i + length - 1].node & <int32_t>CODE if length <= LEVELS else scratch.longer[i]
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
    cdef uint32_t* ends  # one more than the class of the term that ends at a node, or 0, and LEADS_ON where longer ones go on
    cdef int32_t nodes
    cdef int32_t classes  # one more than the greatest
    cdef bint is_mapped
    cdef uint64_t[1 << (FILTER_BITS - 6)] filter  # a bit for each two characters that begin a term

    def __init__(self, terms, classes):
        """Take terms of two characters and more, and the number of the class of each, from 0 on; raises ValueError."""
        cdef int32_t node, i
        if len(terms) != len(classes):
            raise ValueError("terms and classes do not agree in length")
        self.trie = Dictionary(b"", 16)
        nodes = [self.trie._node_of(term) for term in terms]
        self.nodes = self.trie.count
        self.ends = <uint32_t*>malloc(self.nodes * sizeof(uint32_t))
        if not self.ends:
            raise MemoryError
        for i in range(self.nodes):
            self.ends[i] = LEADS_ON if _has_bit(self.trie.leads_on, i) else 0
        memset(self.filter, 0, sizeof(self.filter))
        for term, node, number in zip(terms, nodes, classes):
            if len(term) < 2 or not 0 <= number < 1 << 20 or self.ends[node] & CODE:
                raise ValueError(f"{term!r}: too short, of no class, or given twice")
            self.ends[node] |= <uint32_t>number + 1
            self.classes = max(self.classes, <int32_t>number + 1)
            _set_bit(self.filter, _filtered(_pair(ord(term[0]), ord(term[1]))))

    def __dealloc__(self):
        if not self.is_mapped:
            free(self.ends)

    cdef int _hand_over(self, Tables tables) except -1:
        self.is_mapped |= tables.is_read
        self.trie = self.trie if self.trie is not None else Dictionary.__new__(Dictionary)
        self.trie._hand_over(tables)
        self.nodes, self.classes = <int32_t>tables._number(self.nodes), <int32_t>tables._number(self.classes)
        tables._copy(self.filter, sizeof(self.filter))
        self.ends = <uint32_t*>tables._array(self.ends, self.nodes, sizeof(uint32_t))
        return 0

    def find(self, str text not None, int64_t[::1] places not None, int64_t[::1] classes not None):
        """Write where the terms of a text begin and their classes, with room for one at each second character; return how many."""
        cdef Characters characters = Characters(text)
        cdef Py_ssize_t size = characters.size, asked = 0, found, i
        cdef Scratch scratch = Scratch(size)
        if places.shape[0] < size // 2 + 1 or classes.shape[0] < size // 2 + 1:
            raise ValueError("no room for the terms")
        for i in range(size):
            scratch.term_places[asked] = <int32_t>i
            scratch.term_classes[asked] = <int32_t>self._at(characters.codes, size, i)
            asked += scratch.term_classes[asked] != 0
        found = self._find(characters.codes, size, scratch, asked)
        for i in range(found):
            places[i], classes[i] = scratch.term_places[i], scratch.term_classes[i]
        return found

    cdef Py_ssize_t _find(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Py_ssize_t asked) noexcept nogil:
        """Write the terms at so many places, where two characters lead to nodes that stand in the place of classes, and their
        classes; return how many there are.

        It goes level by level, as for words of the dictionary.
        """
        cdef Py_ssize_t i, place, found = 0, left = asked, kept, level = 2, after = 0
        cdef int32_t* places = scratch.term_places
        cdef int32_t* classes = scratch.term_classes
        cdef int32_t* longest = scratch.longer  # where the longest term ends that begins there …
        cdef int32_t* asking = scratch.lengths  # … and which are still looked at; these two and the next are written later
        cdef int32_t* nodes = scratch.columns
        cdef uint64_t* keys = scratch.keys
        cdef uint32_t known
        for i in range(asked):
            asking[i], longest[i], nodes[i] = <int32_t>i, 0, classes[i]
            _fetch_ahead(&self.ends[nodes[i]])
        while left:
            kept = 0
            for i in range(left):
                known, place = self.ends[nodes[i]], asking[i]
                if known & CODE:
                    longest[place], classes[place] = <int32_t>(places[place] + level), <int32_t>(known & CODE) - 1
                keys[kept], asking[kept] = _key(nodes[i], text[min(places[place] + level, size)]), <int32_t>place
                kept += known >> LEADS_BIT
            for i in range(kept):
                _fetch_ahead(self.trie._place(keys[i]))
            left = 0
            for i in range(kept):
                nodes[left], asking[left] = self.trie._found(keys[i]), asking[i]
                _fetch_ahead(&self.ends[nodes[left]])
                left += nodes[left] != 0
            level += 1
        for i in range(asked):
            if longest[i] and places[i] >= after:
                after = longest[i]
                places[found], classes[found] = places[i], classes[i]
                found += 1
        return found

    cdef inline uint32_t _at(self, const Py_UCS4* text, Py_ssize_t size, Py_ssize_t place) noexcept nogil:
        """Return where the two characters at a place lead; 0 for nowhere."""
        cdef int32_t node
        if place + 1 >= size or not _has_bit(self.filter, _filtered(_pair(text[place], text[place + 1]))):
            return 0
        node = self.trie._step(0, text[place])
        return <uint32_t>self.trie._step(node, text[place + 1]) if node else 0


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
        cdef Py_UCS4* codes = self.codes + size
        cdef uint32_t code
        cdef bint is_plain = kind == 2
        if is_plain:  # as nearly all texts in Chinese, and most sentences of them have nothing that changes
            for i in range(end - start):
                code = (<uint16_t*>characters)[start + i]
                codes[i] = code
                is_plain &= _stays(code)
        for i in range(0 if is_plain else end - start):
            code = PyUnicode_READ(kind, characters, start + i)
            if code >= 128:
                if not _has_no_case(code):
                    if code == DOTTED_I or code == SIGMA:
                        return -1
                    code = Py_UNICODE_TOLOWER(code)
            elif 65 <= code <= 90:
                code += 32
            elif code == 10 or code == 13:
                code = 32
            codes[i] = code
        size += end - start
        if size < self.size:
            self.codes[size] = 10
        return size + 1

    cdef inline bint _may_end_line(self, Py_ssize_t first) noexcept nogil:
        """Tell whether a line may end at one of 8 characters."""
        cdef Py_ssize_t i
        cdef bint found = first + 8 > self.size
        for i in range(first, first if found else first + 8):
            found |= self.codes[i] == 10
        return found

    cdef Py_ssize_t _line_ends(self, Py_ssize_t lines, int64_t* ends) noexcept nogil:
        """Write where so many lines end, those behind the last one where the text does; return the length of the longest."""
        cdef Py_ssize_t i, first = 0, last, line = 0, start = 0, longest = 0
        while first <= self.size:
            last = first + 8
            for i in range(first, min(last, self.size + 1) if self._may_end_line(first) else first):
                if i == self.size or self.codes[i] == 10:
                    longest = max(longest, i - start)
                    start = i + 1
                    if line < lines:
                        ends[line] = i
                        line += 1
            first = last
        for i in range(line, lines):
            ends[i] = self.size
        return longest


cdef inline bint _stays(uint32_t code) noexcept nogil:
    """Tell of most characters of Chinese texts that nothing is to be done about them, without a branch."""
    return (code - 0x3000 < <uint32_t>0x7640) | (code - 0xFF00 < <uint32_t>0x21) | (code - 0x2010 < <uint32_t>0xF0) | (
        code - 32 < <uint32_t>33
    )


cdef inline bint _has_no_case(uint32_t code) noexcept nogil:
    """Tell of the signs and ideographs of Chinese texts that they are their own lower case."""
    if code >= 0x3000:
        return code < 0xA640 or 0xE000 <= code < 0xFF21
    return code < 0xC0 or code == 0xD7 or 0x2000 <= code < 0x2100 or 0x2190 <= code < 0x24B6 or 0x24D0 <= code < 0x2C00


cdef str _in_lower_case(str text):
    """Return a text in lower case, or as it is where that would change its length, as ``features.lower`` does."""
    cdef str lowered = lower_ascii(text)
    if lowered is None:
        lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


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
    OF_A_PLACE = 8 * (2 + 2 * LEVELS) + 4 * 7 + 12 + 16 + 2 + 1  # bytes of a Scratch


cdef class Scratch:
    """Room for the work on a text of at most ``size`` characters."""

    cdef double* weights  # LEVELS of each place: the logarithms of the probabilities of the words of so many characters there …
    cdef Way* ways  # … and where these lead; the words of one and two characters alone are told here
    cdef uint8_t* kinds  # of the characters, with MAY_BE_LONGER where words may begin that are longer than LEVELS; 0 behind the last
    cdef double* best  # of each place, the logarithm of the most probable way to cut what follows …
    cdef int32_t* lengths  # … the length of its first word …
    cdef int32_t* longer  # … and where that leads, if it is longer than LEVELS
    cdef Token* tokens
    cdef uint64_t* keys  # of ways in the dictionary …
    cdef int32_t* places  # … and where these begin
    cdef int32_t* columns  # that were met
    cdef uint32_t* pairs  # the numbers of the two characters at a place
    cdef int32_t* bigrams  # their column, -1 where they have none
    cdef int32_t* term_places  # where terms begin …
    cdef int32_t* term_classes  # … and their classes
    cdef uint16_t* numbers  # of the characters
    cdef void* room  # of all of them

    def __cinit__(self, Py_ssize_t size):
        cdef Py_ssize_t places = (size + 65) & ~63
        cdef char* at
        if size >= 1 << 31:
            raise ValueError("a text of more than 2,147,483,647 characters cannot be cut")
        self.room = malloc(places * OF_A_PLACE)
        if not self.room:
            raise MemoryError
        at = <char*>self.room
        self.best, at = <double*>at, at + places * sizeof(double)
        self.keys, at = <uint64_t*>at, at + places * sizeof(uint64_t)
        self.weights, at = <double*>at, at + LEVELS * places * sizeof(double)
        self.ways, at = <Way*>at, at + LEVELS * places * sizeof(Way)
        self.lengths, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.longer, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.places, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.tokens, at = <Token*>at, at + places * sizeof(Token)
        self.columns, at = <int32_t*>at, at + 4 * places * sizeof(int32_t)
        self.pairs, at = <uint32_t*>at, at + places * sizeof(uint32_t)
        self.bigrams, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.term_places, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.term_classes, at = <int32_t*>at, at + places * sizeof(int32_t)
        self.numbers, at = <uint16_t*>at, at + places * sizeof(uint16_t)
        self.kinds = <uint8_t*>at

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


cdef struct Pair:  # what two characters lead to
    double weight  # the logarithm of the probability of their word
    Way way  # with LEADS_ON above its node
    int32_t bigram  # the rank of the column of their bigram, or -1
    uint32_t term  # where they lead among the terms of the gazetteer, and LEADS_ON above it where one ends; 0 for nowhere


cdef struct Single:  # the same of a character by itself
    double weight
    Way way


cdef struct Frequency:
    double frequency
    uint32_t code


cdef int _compare(const void* first, const void* second) noexcept nogil:
    """Put the greater frequency first, and of equal ones the smaller code."""
    cdef const Frequency* one = <const Frequency*>first
    cdef const Frequency* other = <const Frequency*>second
    if one.frequency != other.frequency:
        return -1 if one.frequency > other.frequency else 1
    return -1 if one.code < other.code else 1


cdef enum:
    PAIR_BITS = 22  # of the number of a pair
    ASK = 0xFFFFFFFF  # stands in the square where one of the characters is RARE

cdef uint64_t OF_PAIR = (1 << PAIR_BITS) - 1


cdef class Pairs:
    """What two characters lead to: dictionary, bigrams and terms by one look.

    Each pair of characters has a number; those of frequent bigrams come first and stand side by side. Where both characters have a
    number of their own, as of nearly all pairs of a report, it stands in a square; the others are in a hash table.
    """

    cdef uint32_t* numbers  # of the characters below PLANE, their kinds above; beyond it they are RARE
    cdef uint32_t* square  # of NUMBERS * NUMBERS characters: the number of the pair, 0 for none, or ASK
    cdef uint64_t* table  # characters and number of the pairs that are not in the square, in one number each
    cdef uint64_t mask
    cdef int shift
    cdef Pair* pairs  # the first one is none
    cdef uint32_t count
    cdef bint is_mapped

    def __init__(self, uint64_t most):
        """Make room for so many pairs; raises ValueError where these are too many."""
        if most >= OF_PAIR:
            raise ValueError(f"{most} pairs of characters are more than can be told apart")
        self.mask, self.shift = 1023, 64 - 10
        while most * 5 > self.mask * 3:
            self.mask, self.shift = 2 * self.mask + 1, self.shift - 1
        self.numbers = <uint32_t*>calloc(PLANE, sizeof(uint32_t))
        self.square = <uint32_t*>_large(NUMBERS * NUMBERS * sizeof(uint32_t))
        self.table = <uint64_t*>_large((self.mask + 1) * sizeof(uint64_t))
        self.pairs = <Pair*>malloc((most + 1) * sizeof(Pair))
        if not self.numbers or not self.square or not self.table or not self.pairs:
            raise MemoryError
        self.pairs[0].weight, self.pairs[0].bigram, self.pairs[0].way.word = NO_WORD, -1, -1
        self.pairs[0].way.node = self.pairs[0].term = 0
        self.count = 1

    def __dealloc__(self):
        if not self.is_mapped:
            free(self.numbers)
            free(self.square)
            free(self.table)
            free(self.pairs)

    cdef int _hand_over(self, Tables tables) except -1:
        self.is_mapped |= tables.is_read
        self.mask, self.shift = <uint64_t>tables._number(self.mask), <int>tables._number(self.shift)
        self.count = <uint32_t>tables._number(self.count)
        _hold_strewn(self.mask, self.shift)
        self.numbers = <uint32_t*>tables._array(self.numbers, PLANE, sizeof(uint32_t))
        self.square = <uint32_t*>tables._array(self.square, NUMBERS * NUMBERS, sizeof(uint32_t))
        self.table = <uint64_t*>tables._array(self.table, <int64_t>(self.mask + 1), sizeof(uint64_t))
        self.pairs = <Pair*>tables._array(self.pairs, self.count, sizeof(Pair))
        return 0

    cdef int _give_numbers(self, const double* frequencies) except -1:
        """Give the most frequent characters of the PLANE numbers of their own; what has no frequency at all is NOTHING."""
        cdef Py_ssize_t i, count = 0
        cdef Frequency* found = <Frequency*>malloc(PLANE * sizeof(Frequency))
        if not found:
            raise MemoryError
        for i in range(PLANE):
            found[count].frequency, found[count].code = frequencies[i], <uint32_t>i
            count += frequencies[i] > 0
        qsort(found, count, sizeof(Frequency), _compare)
        for i in range(PLANE):
            self.numbers[i] = <uint32_t>KINDS[i] << NUMBER_BITS
        for i in range(count):
            self.numbers[found[i].code] |= <uint32_t>(RARE + 1 + i if RARE + 1 + i < NUMBERS else RARE)
        free(found)
        for i in range(RARE, NUMBERS):
            self.square[i * NUMBERS + RARE] = self.square[RARE * NUMBERS + i] = ASK
        return 0

    cdef inline uint32_t _number(self, uint32_t code) noexcept nogil:
        return self.numbers[code] & OF_NUMBER if code < PLANE else RARE

    cdef inline uint32_t* _in_square(self, uint64_t code) noexcept nogil:
        """Return where two characters stand in the square."""
        return &self.square[self._number(<uint32_t>(code >> CHARACTER_BITS)) * NUMBERS + self._number(code & CODE)]

    cdef inline uint64_t* _place(self, uint64_t code) noexcept nogil:
        """Return where two characters stand in the table, or one of the places before it."""
        return &self.table[(code * STREWN) >> self.shift]

    cdef inline uint32_t _in_table(self, uint64_t code) noexcept nogil:
        """Return the number of two characters that are not in the square; 0 for none."""
        cdef uint64_t place = (code * STREWN) >> self.shift
        while self.table[place] >> PAIR_BITS != code and self.table[place]:
            place = (place + 1) & self.mask
        return <uint32_t>(self.table[place] & OF_PAIR)

    cdef uint32_t _find(self, uint64_t code) noexcept nogil:
        """Return the number of two characters; 0 for none."""
        cdef uint32_t number = self._in_square(code)[0]
        return self._in_table(code) if number == ASK else number

    cdef Pair* _made(self, uint64_t code) noexcept nogil:
        """Return what is known of two characters, made where that is nothing."""
        cdef uint32_t number = self._find(code)
        cdef uint32_t* there
        cdef uint64_t place
        if not number:
            number = self.count
            self.count += 1
            self.pairs[number] = self.pairs[0]
            there = self._in_square(code)
            if there[0] == ASK:
                place = (code * STREWN) >> self.shift
                while self.table[place]:
                    place = (place + 1) & self.mask
                self.table[place] = (code << PAIR_BITS) | number
            else:
                there[0] = number
        return &self.pairs[number]


cdef inline Py_ssize_t _step_of(double idf) noexcept nogil:
    """Return in which of STEPS an inverse document frequency falls: the first ones are the most frequent."""
    return <Py_ssize_t>(idf * (STEPS / 16.0)) if 0 <= idf < 16 else STEPS - 1


cdef struct Block:  # some lines that are worked on together
    const Py_UCS4* text
    Py_ssize_t size
    Py_ssize_t passed  # how many of its places lead on to words of three characters
    Py_ssize_t tokens, token  # how many words it has, and which is next …
    Py_ssize_t terms, term  # … and the same of terms of the gazetteer
    Py_ssize_t start, end  # of the line that is worked on


cdef class Scorer:
    """Makes TF-IDF rows and scores of texts, and finds the words that weighed most: for one vocabulary and one set of weights."""

    cdef Dictionary dictionary
    cdef int32_t* ranks  # of the columns: the frequent ones come first, so that what is asked for often stands side by side …
    cdef int32_t* by_rank  # … and the columns of the ranks
    cdef int32_t* of_nodes  # the ranks of words, by the nodes that were there when it was made; -1 for what is none of the vocabulary
    cdef int32_t nodes
    cdef bint has_pairs, has_singles, has_others  # whether bigrams are pairs, characters by themselves, or pairs of no letters
    cdef Pairs pairs
    cdef Single* singles  # by the numbers of characters
    cdef uint32_t* seen  # by rank: where it stood last, as the number of all that were counted before it
    cdef uint32_t counted  # how many were counted
    cdef double* records  # of each rank the idf of its column and then the weights, side by side: they are asked for together
    cdef Py_ssize_t terms, labels, stride  # of the records, in numbers of eight bytes
    cdef uint8_t* speaks  # a bit for each label, by rank: whether that is a word that tells a reader something and speaks for it
    cdef Py_ssize_t speaks_stride  # of them, in bytes
    cdef Tally tally
    cdef Terms gazetteer  # may be None
    cdef bint has_gazetteer
    cdef double unknown_square
    cdef Py_ssize_t first_class  # the column of the first class of the gazetteer
    cdef uint8_t* spelt  # the words in UTF-8, one behind the other …
    cdef int32_t* spelt_ends  # … and where each ends
    cdef Py_ssize_t words, spelt_size  # their number, and their bytes
    cdef list names  # of the labels, as JSON
    cdef Tables tables  # the file that all this is mapped from, or None
    cdef bint is_mapped  # told by itself: what collects garbage may have taken the tables away before the end

    def __init__(
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
        cdef Py_ssize_t pairs = PyUnicode_GET_LENGTH(bigrams) // 2, first_bigram = len(words), i, label
        cdef int32_t column, node
        if not len(words) + pairs <= len(idf) == weights.shape[0] == telling.shape[0] or len(names) != weights.shape[1]:
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        self.unknown_square = unknown_square
        self.gazetteer, self.has_gazetteer, self.first_class = gazetteer, gazetteer is not None, len(words) + pairs
        if gazetteer is None and self.first_class != len(idf):
            raise ValueError("words, bigrams, idf and weights do not agree in length")
        if gazetteer is not None and self.first_class + gazetteer.classes > <Py_ssize_t>len(idf):
            raise ValueError("a term has a class without a column")
        if len(idf) >= (1 << COLUMN_BITS) - 1:
            raise ValueError(f"{len(idf)} words and bigrams are more than can be told apart")
        self.has_singles, self.has_pairs = "\0" in bigrams[::2], bigrams[::2] != "\0" * pairs
        self.dictionary, self.terms, self.labels = dictionary, len(idf), weights.shape[1]
        self.speaks_stride = (self.labels + 7) // 8
        self.stride = 1 + (self.labels + LANES - 1) // LANES * (LANES // 2)
        self.names = [bytes(name) for name in names]
        self._spell(words)
        nodes = [dictionary._node_of(word) for word in words]
        self.nodes = dictionary.count
        self.of_nodes = <int32_t*>_large(self.nodes * sizeof(int32_t))
        self.ranks = <int32_t*>calloc(self.terms + 1, sizeof(int32_t))
        self.by_rank = <int32_t*>calloc(self.terms + 1, sizeof(int32_t))
        self.speaks = <uint8_t*>calloc(self.terms + 1, self.speaks_stride)
        self.tally = Tally(self.terms)
        self.records = <double*>_large(self.terms * self.stride * sizeof(double) + 1)
        self.seen = <uint32_t*>calloc(self.terms + 1, sizeof(uint32_t))
        if not self.of_nodes or not self.ranks or not self.by_rank or not self.speaks or not self.records or not self.seen:
            raise MemoryError
        self._put_in_order(idf)
        for i in range(self.terms):
            self.records[self.ranks[i] * self.stride] = idf[i]
            for label in range(self.labels):
                self._weights(i)[label] = weights[i, label]
                if telling[i] and weights[i, label] > 0:
                    self.speaks[self.ranks[i] * self.speaks_stride + (label >> 3)] |= 1 << (label & 7)
        memset(self.of_nodes, 0xFF, self.nodes * sizeof(int32_t))
        for column, node in enumerate(nodes):
            self.of_nodes[node] = self.ranks[column]
        self._make_pairs(Characters(bigrams), first_bigram)
        self._make_singles()

    def __dealloc__(self):
        free(self.seen)
        if not self.is_mapped:
            free(self.of_nodes)
            free(self.spelt)
            free(self.spelt_ends)
            free(self.ranks)
            free(self.by_rank)
            free(self.speaks)
            free(self.singles)
            free(self.records)

    @staticmethod
    def of_tables(const uint8_t[::1] data not None, list names not None):
        """Return the scorer that ``write`` has written, with the names of its labels as JSON.

        Raises ValueError for tables that are not whole. What they hold is trusted: they are written by this program alone.
        """
        cdef Scorer scorer = Scorer.__new__(Scorer)
        scorer.tables = Tables(None, data)
        scorer.names = [bytes(name) for name in names]
        scorer.dictionary = Dictionary.__new__(Dictionary)
        scorer.pairs = Pairs.__new__(Pairs)
        scorer._hand_over(scorer.tables)
        if not scorer.tables.is_all_taken or len(scorer.names) != scorer.labels:
            raise ValueError("the tables are none of these labels")
        scorer.tally = Tally(scorer.terms)
        scorer.seen = <uint32_t*>calloc(scorer.terms + 1, sizeof(uint32_t))
        if not scorer.seen:
            raise MemoryError
        return scorer

    def write(self, stream):
        """Write what ``of_tables`` takes."""
        self._hand_over(Tables(stream))

    cdef int _hand_over(self, Tables tables) except -1:
        self.is_mapped |= tables.is_read
        self.terms, self.labels, self.stride = tables._number(self.terms), tables._number(self.labels), tables._number(self.stride)
        self.nodes, self.first_class = <int32_t>tables._number(self.nodes), tables._number(self.first_class)
        self.has_pairs, self.has_singles = tables._number(self.has_pairs), tables._number(self.has_singles)
        self.has_others, self.has_gazetteer = tables._number(self.has_others), tables._number(self.has_gazetteer)
        tables._copy(&self.unknown_square, sizeof(double))
        self.dictionary._hand_over(tables)
        if self.has_gazetteer:
            self.gazetteer = self.gazetteer if self.gazetteer is not None else Terms.__new__(Terms)
            self.gazetteer._hand_over(tables)
        self.pairs._hand_over(tables)
        self.singles = <Single*>tables._array(self.singles, NUMBERS, sizeof(Single))
        self.words, self.spelt_size = tables._number(self.words), tables._number(self.spelt_size)
        self.spelt_ends = <int32_t*>tables._array(self.spelt_ends, self.words, sizeof(int32_t))
        self.spelt = <uint8_t*>tables._array(self.spelt, self.spelt_size, 1)
        self.of_nodes = <int32_t*>tables._array(self.of_nodes, self.nodes, sizeof(int32_t))
        self.ranks = <int32_t*>tables._array(self.ranks, self.terms, sizeof(int32_t))
        self.by_rank = <int32_t*>tables._array(self.by_rank, self.terms, sizeof(int32_t))
        self.speaks_stride = tables._number(self.speaks_stride)
        self.speaks = <uint8_t*>tables._array(self.speaks, self.terms + 1, self.speaks_stride)
        self.records = <double*>tables._array(self.records, self.terms, self.stride * sizeof(double))
        tables._seal()
        return 0

    cdef int _spell(self, words) except -1:
        """Keep the words in UTF-8: of tens of thousands few are shown, so that few are ever made strings again."""
        cdef bytes all_of_them = "".join(words).encode()
        cdef Py_ssize_t i, end = 0
        self.words, self.spelt_size = len(words), len(all_of_them)
        self.spelt = <uint8_t*>malloc(self.spelt_size + 1)
        self.spelt_ends = <int32_t*>calloc(self.words + 1, sizeof(int32_t))
        if not self.spelt or not self.spelt_ends:
            raise MemoryError
        memcpy(self.spelt, <const char*>all_of_them, self.spelt_size)
        for i, word in enumerate(words):
            end += len((<str?>word).encode())
            self.spelt_ends[i] = <int32_t>end
        return 0

    cdef str _word(self, Py_ssize_t column):
        """Return a word of the vocabulary."""
        cdef Py_ssize_t start = self._spelt_start(column)
        return PyUnicode_DecodeUTF8(<char*>self.spelt + start, self.spelt_ends[column] - start, NULL)

    cdef Py_ssize_t _spelt_start(self, Py_ssize_t column) except -1:
        """Return where a word of the vocabulary begins among all; raises ValueError where it does not lie among them."""
        cdef Py_ssize_t start = self.spelt_ends[column - 1] if column else 0
        if not 0 <= start <= self.spelt_ends[column] <= self.spelt_size:
            raise ValueError("the words of the tables are not those that were written")
        return start

    def word(self, Py_ssize_t column):
        """Return the word whose column this is; raises IndexError where there is none."""
        if not 0 <= column < self.words:
            raise IndexError(f"column {column} is no word")
        return self._word(column)

    cdef int _make_pairs(self, Characters letters, Py_ssize_t first_bigram) except -1:
        """Make the numbers of the pairs of bigrams, of the dictionary and of the gazetteer."""
        cdef Py_ssize_t count = letters.size // 2, i, bigram
        cdef Dictionary trie = self.gazetteer.trie if self.has_gazetteer else None
        cdef double* frequencies = <double*>calloc(PLANE, sizeof(double))
        try:
            self.pairs = Pairs(count + self.dictionary.pairs + (trie.pairs if self.has_gazetteer else 0))
            if not frequencies:
                raise MemoryError
            self._count_letters(letters, first_bigram, frequencies)
            self.dictionary._count_letters(frequencies)
            if self.has_gazetteer:
                trie._count_letters(frequencies)
            self.pairs._give_numbers(frequencies)
        finally:
            free(frequencies)
        for i in range(self.terms):
            bigram = self.by_rank[i] - first_bigram
            if 0 <= bigram < count:
                self._add_bigram(letters.codes[2 * bigram], letters.codes[2 * bigram + 1], i)
        self._add_pairs(self.dictionary, False)
        if self.has_gazetteer:
            self._add_pairs(trie, True)
        return 0

    cdef void _count_letters(self, Characters letters, Py_ssize_t first_bigram, double* frequencies) noexcept nogil:
        """Count how often characters of the PLANE stand in bigrams, as far as their inverse document frequencies tell."""
        cdef Py_ssize_t i
        for i in range(letters.size):
            if letters.codes[i] < PLANE:
                frequencies[letters.codes[i]] += exp(-self.records[self.ranks[first_bigram + i // 2] * self.stride])

    cdef void _put_in_order(self, double[::1] idf) noexcept nogil:
        """Give the columns their ranks, in STEPS of their inverse document frequencies."""
        cdef int64_t[STEPS + 1] starts
        cdef Py_ssize_t i, step
        memset(starts, 0, sizeof(starts))
        for i in range(self.terms):
            starts[1 + _step_of(idf[i])] += 1
        for step in range(STEPS):
            starts[step + 1] += starts[step]
        for i in range(self.terms):
            step = _step_of(idf[i])
            self.ranks[i] = <int32_t>starts[step]
            self.by_rank[starts[step]] = <int32_t>i
            starts[step] += 1

    cdef void _add_bigram(self, uint32_t first, uint32_t second, Py_ssize_t rank) noexcept nogil:
        cdef Pair* pair
        if second == 10 or first == 10:
            return  # it stands in no line
        pair = self.pairs._made(_pair(first, second))
        self.has_others |= first != 0 and not _are_letters(_kind(first), _kind(second))
        if pair.bigram < 0:
            pair.bigram = <int32_t>rank

    cdef void _add_pairs(self, Dictionary trie, bint are_terms) noexcept nogil:
        """Add the pairs of a trie."""
        cdef int32_t i, node
        cdef uint64_t code
        cdef Pair* pair
        for i in range(trie.pairs):
            node = trie.seconds[i]
            code = trie._pair_to(node)
            if are_terms:
                self.pairs._made(code).term = <uint32_t>node | (LEADS_ON if self.gazetteer.ends[node] & CODE else 0)
            elif _kind(code >> CHARACTER_BITS) & _kind(code & CODE) & OF_WORDS:
                pair = self.pairs._made(code)
                pair.way.node = <int32_t>(<uint32_t>node | (LEADS_ON if _has_bit(trie.leads_on, node) else 0))
                pair.weight, pair.way.word = trie._weight(node), self.of_nodes[node]

    cdef int _make_singles(self) except -1:
        cdef Py_ssize_t code
        self.singles = <Single*>calloc(NUMBERS, sizeof(Single))
        if not self.singles:
            raise MemoryError
        self.singles[NOTHING].weight, self.singles[NOTHING].way.word = NO_WORD, -1
        for code in range(PLANE):
            if self.pairs._number(code) > RARE:
                self.singles[self.pairs._number(code)] = self._single(<uint32_t>code)
        return 0

    cdef Single _single(self, uint32_t code) noexcept nogil:
        """Return what a character leads to by itself."""
        cdef Single single
        cdef int32_t node = self.dictionary._step(0, code)
        single.weight, single.way.node = self.dictionary._weight(node), node
        single.way.word = self.of_nodes[node] if 0 < node < self.nodes else -1
        return single

    cdef inline float* _weights(self, Py_ssize_t column) noexcept nogil:
        return <float*>(self.records + self.ranks[column] * self.stride + 1)

    def score(
        self,
        Characters texts not None,
        int64_t[::1] starts not None,
        int64_t[::1] ranks not None,
        double[::1] values not None,
        double[:, ::1] scores not None,
        int64_t[:, ::1] terms not None,
    ):
        """Write the row of each line of ``texts``, its scores, and how many terms it has and how many unknown ones.

        ``starts`` has one place more than there are lines, ``ranks`` and ``values`` what ``row_room`` says,
        ``scores`` the shape (lines, labels) and ``terms`` (2, lines); raises ValueError for others. Returns the number of the values.
        """
        cdef Py_ssize_t size = texts.size, rows = starts.shape[0] - 1, row = 0, start = 0, filled = 0, room = row_room(size), last, longest
        cdef int64_t* ends
        if rows < 1 or ranks.shape[0] < room or values.shape[0] < room:
            raise ValueError("no room for the rows")
        if scores.shape[0] != rows or scores.shape[1] != self.labels:
            raise ValueError("no room for the scores")
        if terms.shape[0] != 2 or terms.shape[1] != rows:
            raise ValueError("no room for the terms")
        ends = &terms[0, 0]  # until the terms of a line are counted, where it ends stands in their place
        longest = texts._line_ends(rows, ends)
        cdef Scratch scratch = Scratch(min(size, longest + BLOCK) + 1)
        cdef Block block
        while row < rows:
            last = row
            while last + 1 < rows and ends[last] - start < BLOCK:
                last += 1
            block.text, block.size = texts.codes + start, ends[last] - start
            self._look_up(&block, scratch)
            block.tokens = self.dictionary._cut(block.text, block.size, scratch, block.passed)
            self._find_columns(block.tokens, scratch)
            block.token = block.term = block.end = 0
            while row <= last:
                block.start, block.end = block.end, ends[row] - start
                starts[row] = filled
                filled += self._row(&block, scratch, &ranks[filled], &values[filled], &scores[row, 0], &terms[1, row], &terms[0, row])
                block.end = min(block.end + 1, block.size)
                row += 1
            start = min(start + block.size + 1, size)
        starts[rows] = filled
        return filled

    cdef Py_ssize_t _row(
        self,
        Block* block,
        Scratch scratch,
        int64_t* ranks,
        double* values,
        double* scores,
        int64_t* unknown,
        int64_t* terms,
    ) noexcept nogil:
        """Write the row of the next line of a block, its scores, how many terms it has, and those unknown; return how many values."""
        cdef Py_ssize_t met, found, i, label
        cdef const int32_t* some = scratch.columns
        cdef double length = 0
        unknown[0] = terms[0] = 0
        met = self._met(block, scratch, unknown, terms)
        for i in range(met):
            _fetch_ahead(&self.records[some[i] * self.stride])
            _fetch_ahead(&self.seen[some[i]])
        found = self._counted(met, some, ranks, values)
        for i in range(found):
            values[i] *= self.records[ranks[i] * self.stride]
            length += values[i] * values[i]
        length = sqrt(length + unknown[0] * self.unknown_square)
        for i in range(found):
            values[i] /= length
        for label in range((self.labels + LANES - 1) // LANES):
            self._add_up(found, ranks, values, label * LANES, &scores[label * LANES])
        return found

    cdef Py_ssize_t _counted(self, Py_ssize_t met, const int32_t* some, int64_t* ranks, double* counts) noexcept nogil:
        """Write the different ones of ``some`` ranks as they are met, and how many there are of each; return how many differ."""
        cdef Py_ssize_t found = 0, i
        cdef uint32_t* seen = self.seen
        cdef uint32_t before = self.counted
        if not 0 < before < COUNTED - <int64_t>met:  # at first, and after four thousand million
            memset(seen, 0, self.terms * sizeof(uint32_t))
            before = 1
        for i in range(met):
            ranks[found], counts[found] = some[i], 1
            if seen[some[i]] >= before:  # as of hardly any
                counts[seen[some[i]] - before] += 1
            else:
                seen[some[i]] = before + <uint32_t>found
                found += 1
        self.counted = before + <uint32_t>found
        return found

    cdef void _find_columns(self, Py_ssize_t tokens, Scratch scratch) noexcept nogil:
        """Write the columns of words in the place of their nodes, -1 for those of none."""
        cdef Py_ssize_t i, size, longer = 0
        cdef Token* token = scratch.tokens
        cdef int32_t* places = scratch.places
        cdef int32_t* nodes = scratch.lengths  # both were read before
        cdef const int32_t* of_nodes = self.of_nodes
        for i in range(tokens):
            size = token[i].end - token[i].start
            places[longer], nodes[longer] = <int32_t>i, token[i].node
            _fetch_ahead(&of_nodes[nodes[longer]])
            token[i].node = scratch.ways[LEVELS * token[i].start + (size == 2)].word
            longer += size > 2
        for i in range(longer):
            token[places[i]].node = of_nodes[nodes[i]] if nodes[i] < self.nodes else -1

    cdef Py_ssize_t _met(self, Block* block, Scratch scratch, int64_t* unknown, int64_t* terms) noexcept nogil:
        """Write the columns of the bigrams, terms and words of a line, with repetitions; count all of them and those unknown."""
        cdef Py_ssize_t met = 0, start = block.start, end = block.end, bigrams, i, words
        cdef int64_t letters = 0, others = 0
        cdef const uint8_t* kinds = scratch.kinds
        cdef const int32_t* of_bigrams = scratch.bigrams
        cdef int32_t* some = scratch.columns
        cdef const Token* token = scratch.tokens + block.token
        cdef const Token* last = scratch.tokens + block.tokens
        cdef int32_t column
        cdef int is_unknown
        for i in range(start, end):
            some[met] = of_bigrams[i]
            met += of_bigrams[i] >= 0
        bigrams = met
        if self.has_pairs:
            letters = _common_neighbours(kinds + start, end - 1 - start)
            for i in range(start, end - 1 if self.has_others else start):  # of a vocabulary that was not learnt
                letters += of_bigrams[i] >= 0 and not _are_letters(kinds[i], kinds[i + 1])
        for i in range(start, end if self.has_singles else start):
            some[met] = self.pairs.pairs[self.pairs._find(_pair(0, block.text[i]))].bigram
            met += some[met] >= 0
        while block.term < block.terms and scratch.term_places[block.term] < end:
            some[met] = self.ranks[self.first_class + scratch.term_classes[block.term]]
            met += 1
            block.term += 1
        words = met
        while token < last and token.start < end:
            column = token.node
            some[met] = column
            is_unknown = column < 0
            met += 1 - is_unknown
            others += is_unknown & kinds[token.start]  # IDEOGRAPH is the lowest bit
            if is_unknown & (token.end - token.start > 1) & (kinds[token.start] & IDEOGRAPH ^ IDEOGRAPH):  # as hardly any
                others += _is_term(block.text + token.start, token.end - token.start)
            token += 1
        block.token = token - scratch.tokens
        terms[0] = letters + met - words + others
        unknown[0] = letters - bigrams + others
        return met

    cdef void _add_up(self, Py_ssize_t count, const int64_t* ranks, const double* values, Py_ssize_t first, double* scores) noexcept nogil:
        """Write the scores of LANES labels of a row, told by ranks, or as many as there are from the first on."""
        cdef SixSums sums
        cdef const double* records = self.records
        cdef Py_ssize_t i, stride = self.stride
        memset(&sums, 0, sizeof(sums))
        for i in range(count):
            _add_six(&sums, <const float*>(records + ranks[i] * stride + 1) + first, values[i])
        memcpy(scores, &sums, min(LANES, self.labels - first) * sizeof(double))

    cdef void _look_up(self, Block* block, Scratch scratch) noexcept nogil:
        """Write what is known of each character of a block and of each two of them, and the terms of the gazetteer."""
        cdef Py_ssize_t i, size = block.size, asked = 0, passed = 0, terms = 0, rare = 0
        cdef const Py_UCS4* text = block.text
        cdef const Pair* pairs = self.pairs.pairs
        cdef const Pair* pair
        cdef const Single* single
        cdef const uint32_t* square = self.pairs.square
        cdef const uint32_t* of_characters = self.pairs.numbers
        cdef uint32_t known, number, before = 0, of_pair = <uint32_t>OF_PAIR
        cdef uint8_t* kinds = scratch.kinds
        cdef uint16_t* numbers = scratch.numbers
        cdef uint32_t* of_pairs = scratch.pairs
        cdef int32_t* places = scratch.places
        cdef int32_t* rare_places = scratch.lengths  # which are written later
        cdef int32_t* term_places = scratch.term_places
        cdef int32_t* term_nodes = scratch.term_classes
        cdef Way* ways = scratch.ways
        cdef const Single* singles = self.singles
        cdef int32_t* bigrams = scratch.bigrams
        cdef double* weights = scratch.weights
        for i in range(size):
            known = of_characters[text[i]] if text[i] < PLANE else <uint32_t>_kind(text[i]) << NUMBER_BITS | RARE
            kinds[i], number = <uint8_t>(known >> NUMBER_BITS), known & OF_NUMBER
            numbers[i], of_pairs[i] = <uint16_t>number, before + number  # where it stands in the square with the one before
            _fetch_ahead(&square[before + number])
            before = number * NUMBERS
        kinds[size] = kinds[size + 1] = 0
        of_pairs[size] = before + NOTHING
        for i in range(size):
            of_pairs[i] = known = square[of_pairs[i + 1]]
            _fetch_ahead(&pairs[known & of_pair])
            places[asked] = rare_places[rare] = <int32_t>i
            asked += known == ASK
            rare += numbers[i] == RARE
        for i in range(asked):
            _fetch_ahead(self.pairs._place(_pair(text[places[i]], text[places[i] + 1])))
        for i in range(asked):
            of_pairs[places[i]] = self.pairs._in_table(_pair(text[places[i]], text[places[i] + 1]))
        for i in range(size):
            single, pair = &singles[numbers[i]], &pairs[of_pairs[i]]
            _set_weights(weights + LEVELS * i, &single.weight, &pair.weight, NO_WORD)
            ways[LEVELS * i], ways[LEVELS * i + 1], bigrams[i] = single.way, pair.way, pair.bigram
            places[passed] = term_places[terms] = <int32_t>i
            term_nodes[terms] = <int32_t>pair.term
            passed += <uint32_t>pair.way.node >> LEADS_BIT & kinds[i + 2] >> OF_WORDS_BIT
            terms += pair.term != 0
        for i in range(rare):
            self._write_single(scratch, rare_places[i], text[rare_places[i]])
        block.passed = passed
        block.terms = self._find_terms(text, size, scratch, terms) if terms else 0

    cdef void _write_single(self, Scratch scratch, Py_ssize_t place, uint32_t code) noexcept nogil:
        cdef Single single = self._single(code)
        scratch.ways[LEVELS * place], scratch.weights[LEVELS * place] = single.way, single.weight

    cdef Py_ssize_t _find_terms(self, const Py_UCS4* text, Py_ssize_t size, Scratch scratch, Py_ssize_t asked) noexcept nogil:
        """Write the terms of the gazetteer at so many places where some may begin, and their classes; return how many there are."""
        cdef Py_ssize_t i, kept = 0
        cdef int32_t* places = scratch.term_places
        cdef int32_t* classes = scratch.term_classes
        cdef uint32_t node
        for i in range(asked):
            places[kept], node = places[i], <uint32_t>classes[i]
            classes[kept] = <int32_t>(node & CODE)
            kept += node >> LEADS_BIT | self.gazetteer.trie._may_go_on(_key(<int32_t>(node & CODE), text[min(places[i] + 2, size)]))
        return self.gazetteer._find(text, size, scratch, kept)

    @property
    def columns_in_all(self):
        """The number of columns."""
        return self.terms

    def cut(self, str text not None):
        """Return the words of a text, which joined are the text."""
        return self.dictionary.cut(text)

    def columns(self, int64_t[::1] ranks not None):
        """Return the columns of ranks as ``score`` writes them; raises ValueError for others."""
        cdef Py_ssize_t i
        for i in range(ranks.shape[0]):
            if not 0 <= ranks[i] < self.terms:
                raise ValueError("a rank is none of a column")
        return [self.by_rank[ranks[i]] for i in range(ranks.shape[0])]

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
        int64_t[::1] ranks not None,
        double[::1] values not None,
        int64_t[:, ::1] words not None,
        double[:, ::1] shares not None,
    ):
        """Write the words that weighed most for the label of each run, the strongest first, with their shares of its score.

        Run ``i`` is the rows ``firsts[i]`` to ``lasts[i]`` (exclusive) that ``score`` has written. ``words`` and ``shares``, of shape (runs, most), say how
        many are wanted; -1 is no word. Raises ValueError where runs, rows or labels are none of the model's.
        """
        cdef Py_ssize_t runs = firsts.shape[0], rows = starts.shape[0] - 1, run
        cdef Py_ssize_t first, last
        if not lasts.shape[0] == labels.shape[0] == words.shape[0] == shares.shape[0] == runs or words.shape[1] != shares.shape[1]:
            raise ValueError("runs, labels and room for words do not agree in length")
        for run in range(runs):
            if not 0 <= firsts[run] < lasts[run] <= rows or not 0 <= labels[run] < self.labels:
                raise ValueError("a run lies outside the rows")
            if not 0 <= starts[firsts[run]] <= starts[lasts[run]] <= min(ranks.shape[0], values.shape[0]):
                raise ValueError("a row lies outside the columns")
        cdef Tally tally = self.tally  # which holds nothing between two texts
        cdef Py_ssize_t most = words.shape[1], found
        cdef bint is_row
        for run in range(runs):
            first, last = starts[firsts[run]], starts[lasts[run]]
            is_row = lasts[run] == firsts[run] + 1 and last - first <= self.terms
            found = 0
            if first < last:
                found = self._weigh(last - first, &ranks[first], &values[first], lasts[run] - firsts[run], labels[run], is_row, tally)
            if most:
                _rank(found, tally.columns, tally.amounts, self.by_rank, most, &words[run, 0], &shares[run, 0])

    cdef Py_ssize_t _weigh(
        self, Py_ssize_t count, const int64_t* ranks, const double* values, int64_t rows, int64_t label, bint is_row, Tally tally
    ) noexcept nogil:
        """Write the ranks of the words of so many rows that speak for a label, and what they say; return how many there are.

        In one row each stands once, so that nothing is to be summed up.
        """
        cdef Py_ssize_t i, first = 0, some, speaking, found = 0
        cdef int32_t[TOGETHER] places
        cdef int64_t rank
        cdef double share
        cdef const uint8_t* speaks = self.speaks + (label >> 3)
        cdef int shift = label & 7
        while first < count:
            some, speaking = min(count - first, TOGETHER), 0
            for i in range(some):
                rank = ranks[first + i]
                rank = rank if <uint64_t>rank < <uint64_t>self.terms else self.terms  # which speaks for none
                places[speaking] = <int32_t>i
                speaking += speaks[rank * self.speaks_stride] >> shift & 1
            for i in range(speaking):
                _fetch_ahead(&self.records[ranks[first + places[i]] * self.stride])
            for i in range(speaking):
                rank = ranks[first + places[i]]
                share = values[first + places[i]] * <double>(<const float*>(self.records + rank * self.stride + 1))[label] / rows
                if is_row:
                    tally.columns[found], tally.amounts[found] = rank, share
                    found += 1
                else:
                    tally._add(rank, share)
            first += some
        return found if is_row else tally._take(tally.columns, tally.amounts)

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
        cdef bint stays
        cdef Buffer out = Buffer()
        cdef list keys = [(b"," if i else b"") + name + b":" for i, name in enumerate(self.names)]
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
            stays = out.text(source.text, first, last)
            out.put(b'","heading":')
            out.put(<bytes?>headings[run])
            out.put(b',"theme":')
            out.put(<bytes>self.names[label])
            out.put(b',"score":')
            out.decimal(probabilities[run, label])
            out.put(b',"scores":{')
            for i in range(probabilities.shape[1]):
                out.put(<bytes>keys[i])
                out.decimal(probabilities[run, i])
            out.put(b'},"secondary":')
            out.put(<bytes?>secondary[run] if run in secondary else b"[]")
            out.put(b',"review":true,"evidence":[' if review[run] else b',"review":false,"evidence":[')
            if words.shape[1]:
                stays = stays and source._is_verbatim(start, end)
                self._evidence(out, source, start, end, stays, words.shape[1], &words[run, 0], &shares[run, 0])
            out.put(source.tail)
        return out.all()

    cdef int _evidence(
        self, Buffer out, Source source, int64_t start, int64_t end, bint is_same, Py_ssize_t count, const int64_t* words,
        const double* shares,
    ) except -1:
        """Write words as they stand in the source, with their shares; one that does not stand there is left out.

        ``is_same`` tells that the span stands in the source as it was scored, in lower case.
        """
        cdef bint is_first = True
        cdef str lowered = "" if is_same else _in_lower_case(source.clean[start:end]), word
        cdef Py_ssize_t i
        cdef int64_t place
        for i in range(count):
            if not 0 <= words[i] < self.words:
                break
            if not is_same:
                word = self._word(words[i])
                place = PyUnicode_Find(lowered, word, 0, end - start, 1)
                if place < 0:
                    continue
            out.put(b'["' if is_first else b',["')
            if is_same:
                out.encoded(self.spelt + self._spelt_start(words[i]), self.spelt + self.spelt_ends[words[i]])
            else:
                out.text(source.text, source._source(start + place), source._source(start + place + len(word) - 1) + 1)
            out.put(b'",')
            out.decimal(shares[i])
            out.put(b"]")
            is_first = False
        return 0


@cython.final
cdef class Source:
    """A report whose tags are written: its texts, the way from the clean one to the source, and what stands in each line alike."""

    cdef str text, clean
    cdef Py_ssize_t size
    cdef bytes head, tail
    cdef int64_t[::1] clean_starts, source_starts

    def __init__(
        self,
        str text not None,
        str clean not None,
        int64_t[::1] clean_starts not None,
        int64_t[::1] source_starts not None,
        bytes head not None,
        bytes tail not None,
    ):
        """Take the decoded source text, the clean one, the runs of their map, and how a line begins and ends.

        Raises ValueError where the map leads outside the text.
        """
        cdef Py_ssize_t runs = clean_starts.shape[0], i
        self.text, self.clean, self.head, self.tail = text, clean, head, tail
        self.size, self.clean_starts, self.source_starts = len(clean), clean_starts, source_starts
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

    cdef bint _is_verbatim(self, int64_t start, int64_t end) noexcept:
        """Tell whether a clean span stands in the source as it is."""
        cdef int64_t shift = self._source(start) - start, i
        cdef int kind = PyUnicode_KIND(self.clean), source_kind = PyUnicode_KIND(self.text)
        cdef char* clean = <char*>PyUnicode_DATA(self.clean)
        cdef char* text = <char*>PyUnicode_DATA(self.text)
        if self._source(end - 1) != end - 1 + shift:
            return False
        if kind == source_kind:
            return not memcmp(clean + start * kind, text + (start + shift) * kind, (end - start) * kind)
        for i in range(start, end):
            if PyUnicode_READ(kind, clean, i) != PyUnicode_READ(source_kind, text, i + shift):
                return False
        return True


@cython.final
cdef class Buffer:
    """Bytes that grow."""

    cdef char* data
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.room = 1 << 18  # what most reports take, so that it hardly ever grows
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
        cdef uint64_t rest = number
        self._reserve(20)
        while True:
            i -= 1
            digits[i] = 48 + <char>(rest % 10)
            rest //= 10
            if rest == 0:
                break
        memcpy(self.data + self.size, digits + i, 20 - i)
        self.size += 20 - i
        return 0

    cdef int decimal(self, double number) except -1:
        """Add a number that is not negative and has four digits behind the point, without their last zeros."""
        cdef int64_t units = <int64_t>(number * 10000 + 0.5)
        cdef uint32_t rest = units % 10000
        cdef char* digits
        cdef Py_ssize_t i = 4
        self._reserve(6)
        if units < 100000:
            self.data[self.size] = <char>(48 + units // 10000)
            self.size += 1
        else:
            self.number(units // 10000)
            self._reserve(5)
        digits = self.data + self.size
        digits[0], digits[1], digits[2] = 46, <char>(48 + rest // 1000), <char>(48 + rest // 100 % 10)
        digits[3], digits[4] = <char>(48 + rest // 10 % 10), <char>(48 + rest % 10)
        while i > 1 and digits[i] == 48:
            i -= 1
        self.size += i + 1
        return 0

    cdef bint text(self, str text, Py_ssize_t start, Py_ssize_t end) except -1:
        """Add a span of a text in UTF-8, as it stands inside a JSON string; tell whether its lower case surely is the same."""
        cdef Py_ssize_t i
        cdef uint32_t code
        cdef int kind = PyUnicode_KIND(text)
        cdef void* characters = PyUnicode_DATA(text)
        cdef const uint16_t* wide = <const uint16_t*>characters if kind == 2 else NULL
        cdef char* out
        cdef bint stays = True
        if not 0 <= start <= end <= PyUnicode_GET_LENGTH(text):
            raise ValueError("a span lies outside the text")
        self._reserve(6 * (end - start) + 1)
        out = self.data + self.size
        i = start
        while i < end:
            while wide and i < end:  # nearly all of a text in Chinese are ideographs and marks of full width
                code = wide[i]
                if not (code - 0x3000 < <uint32_t>0x7640) | (code - 0xFF00 < <uint32_t>0x21):
                    break
                _put_three(out, code)
                out += 3
                i += 1
            if i == end:
                break
            code = PyUnicode_READ(kind, characters, i)
            i += 1
            stays &= _stays(code) or (code < 128 and not 65 <= code <= 90) or (code >= 128 and _has_no_case(code))
            if code >= 0x10000:
                out[0], out[1] = <char>(0xF0 | code >> 18), <char>(0x80 | code >> 12 & 0x3F)
                out[2], out[3] = <char>(0x80 | code >> 6 & 0x3F), <char>(0x80 | code & 0x3F)
                out += 4
            elif code >= 0x800:
                if 0xD800 <= code < 0xE000:
                    raise UnicodeEncodeError("utf-8", text, i - 1, i, "surrogates not allowed")
                _put_three(out, code)
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
        return stays


    cdef int encoded(self, const uint8_t* text, const uint8_t* end) except -1:
        """Add text in UTF-8 as it stands inside a JSON string."""
        cdef char* out
        self._reserve(6 * (end - text))
        out = self.data + self.size
        while text < end:
            if text[0] >= 0x20 and text[0] != 34 and text[0] != 92:
                out[0] = <char>text[0]
                out += 1
            else:
                out += _escaped(text[0], out)
            text += 1
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


@cython.final
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
    Py_ssize_t count, const int64_t* ranks, const double* sums, const int32_t* columns, Py_ssize_t most, int64_t* words, double* shares
) noexcept nogil:
    """Write the columns of the greatest sums, the greatest first; of equal ones the first column first."""
    cdef Py_ssize_t i, j, found = 0
    cdef int64_t column
    for i in range(count):
        column = columns[ranks[i]]
        j = found if found < most else most - 1
        if found == most and not _is_before(sums[i], column, shares[j], words[j]):
            continue
        while j > 0 and _is_before(sums[i], column, shares[j - 1], words[j - 1]):
            words[j], shares[j] = words[j - 1], shares[j - 1]
            j -= 1
        words[j], shares[j] = column, sums[i]
        found += found < most
    for i in range(found, most):
        words[i], shares[i] = -1, 0


cdef inline bint _is_before(double share, int64_t column, double other, int64_t other_column) noexcept nogil:
    cdef int64_t one = _rounded(share), two = _rounded(other)
    return one > two or (one == two and column < other_column)


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
    count = dictionary._cut(characters.codes, size, scratch, dictionary._begin(characters.codes, size, scratch))
    for i in range(count):
        ends[i] = scratch.tokens[i].end
    return count
