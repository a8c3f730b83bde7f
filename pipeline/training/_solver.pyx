# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops of training, compiled: sparse products whose pattern is known, and a linear classifier by dual coordinate descent.

The classifier is the one of liblinear that scikit-learn's LinearSVC uses (L2-regularised squared hinge loss, one label against the
rest, the bias as one more feature), by the method of Hsieh et al., A dual coordinate descent method for large-scale linear SVM
(ICML 2008): rows in random order, rows that are settled left out for a while. Three things make it fast here: one pass over a row
serves eight labels, a few neighbouring rows are gone over one after the other, whose context is almost the same, and it may start
from the duals of a fit on more rows. Lengths and indices are checked before the loops.
"""

from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

cdef double SETTLED = 0.9  # of the tolerance: less, and rows that have nothing to say any more are gone over again and again

cdef enum:
    BLOCK = 8  # labels that one pass over a row serves
    TOGETHER = 4  # rows that are gone over one after the other: neighbours share terms, whose weights are at hand then


cdef extern from *:
    """
    #ifndef SOURCE_DIGEST
    #define SOURCE_DIGEST ""
    #endif
    #include <string.h>
    #if defined(_MSC_VER)
    #include <intrin.h>
    static int lowest_bit(unsigned long long bits) { unsigned long place; _BitScanForward64(&place, bits); return (int)place; }
    #else
    #define lowest_bit(bits) __builtin_ctzll(bits)
    #endif
    #if defined(__GNUC__) && defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    #define FOR_WIDE_REGISTERS __attribute__((target_clones("avx2", "default")))
    #else
    #define FOR_WIDE_REGISTERS
    #endif
    /* Eight labels at once; without fused operations, so that all processors round alike. */
    #if defined(__GNUC__)
    typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));
    #define LOAD(place) (*(const eight *)(place))
    #define ADD_TO(place, change) (*(eight *)(place) += (change))
    #define TIMES(some, value) ((some) * (value))
    #define PLUS(some, other) ((some) + (other))
    #else
    typedef struct { float of[8]; } eight;
    static eight LOAD(const float *place) { eight found; memcpy(&found, place, sizeof(found)); return found; }
    static eight TIMES(eight some, float value) { for (int i = 0; i < 8; i++) some.of[i] *= value; return some; }
    static eight PLUS(eight some, eight other) { for (int i = 0; i < 8; i++) some.of[i] += other.of[i]; return some; }
    static void ADD_TO(float *place, eight change) { for (int i = 0; i < 8; i++) place[i] += change.of[i]; }
    #endif
    FOR_WIDE_REGISTERS static void margins_of(
        const float *weights, const int *columns, const float *values, long long count, float *margins
    ) {
        eight first, second;
        long long place = 0;
        memset(&first, 0, sizeof(first));
        memset(&second, 0, sizeof(second));
        for (; place + 1 < count; place += 2) {
            first = PLUS(first, TIMES(LOAD(weights + 8 * (long long)columns[place]), values[place]));
            second = PLUS(second, TIMES(LOAD(weights + 8 * (long long)columns[place + 1]), values[place + 1]));
        }
        if (place < count) first = PLUS(first, TIMES(LOAD(weights + 8 * (long long)columns[place]), values[place]));
        ADD_TO(margins, PLUS(first, second));
    }
    FOR_WIDE_REGISTERS static void add_row(
        float *weights, const int *columns, const float *values, long long count, const float *change
    ) {
        eight by = LOAD(change);
        for (long long place = 0; place < count; place++) ADD_TO(weights + 8 * (long long)columns[place], TIMES(by, values[place]));
    }
    """
    const char* SOURCE_DIGEST
    int _lowest "lowest_bit"(uint64_t bits) noexcept nogil
    void _margins_of "margins_of"(
        const float* weights, const int32_t* columns, const float* values, int64_t count, float* margins
    ) noexcept nogil
    void _add_row "add_row"(
        float* weights, const int32_t* columns, const float* values, int64_t count, const float* change
    ) noexcept nogil

SOURCE = (<bytes>SOURCE_DIGEST).decode()  # the sha256 of the file that this was compiled from


def product_starts(
    const int64_t[::1] left_starts not None,
    const int32_t[::1] left_columns not None,
    const int64_t[::1] right_starts not None,
    const int32_t[::1] right_columns not None,
    int64_t[::1] starts not None,
    int64_t[::1] often not None,
):
    """Write where the rows of the product of two sparse matrices start, and in how many rows each of its columns stands.

    ``often`` has a place for each column of the right one. Raises ValueError for what does not agree.
    """
    cdef Py_ssize_t rows = left_starts.shape[0] - 1, row
    cdef int64_t i, j, found = 0
    cdef int32_t* met = <int32_t*>calloc(often.shape[0] + 1, sizeof(int32_t))  # the last row that had a column, and one more
    if not met:
        raise MemoryError
    try:
        _check_factors(left_starts, left_columns, right_starts, right_columns, often.shape[0])
        if starts.shape[0] != rows + 1:
            raise ValueError("rows do not agree in number")
        with nogil:
            for row in range(rows):
                starts[row] = found
                for i in range(left_starts[row], left_starts[row + 1]):
                    for j in range(right_starts[left_columns[i]], right_starts[left_columns[i] + 1]):
                        if met[right_columns[j]] != row + 1:
                            met[right_columns[j]] = <int32_t>row + 1
                            often[right_columns[j]] += 1
                            found += 1
            starts[rows] = found
    finally:
        free(met)


def product_columns(
    const int64_t[::1] left_starts not None,
    const int32_t[::1] left_columns not None,
    const int64_t[::1] right_starts not None,
    const int32_t[::1] right_columns not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] names not None,
    int32_t[::1] columns not None,
):
    """Write the columns of each row of the product of two sparse matrices, in order, each by its name.

    ``starts`` are those of ``product_starts``. Raises ValueError for what does not agree.
    """
    cdef Py_ssize_t rows = left_starts.shape[0] - 1, width = names.shape[0], row, word, block
    cdef int64_t i, j, found = 0, end = columns.shape[0]
    cdef uint64_t* met = <uint64_t*>calloc((width >> 6) + 1, sizeof(uint64_t))  # a bit for each column …
    cdef uint64_t* any_met = <uint64_t*>calloc((width >> 12) + 1, sizeof(uint64_t))  # … and one for each 64 of these
    try:
        if not met or not any_met:
            raise MemoryError
        _check_factors(left_starts, left_columns, right_starts, right_columns, width)
        if starts.shape[0] != rows + 1 or starts[rows] != end:
            raise ValueError("rows do not agree in number")
        with nogil:
            for row in range(rows):
                for i in range(left_starts[row], left_starts[row + 1]):
                    for j in range(right_starts[left_columns[i]], right_starts[left_columns[i] + 1]):
                        met[right_columns[j] >> 6] |= <uint64_t>1 << (right_columns[j] & 63)
                        any_met[right_columns[j] >> 12] |= <uint64_t>1 << ((right_columns[j] >> 6) & 63)
                for block in range((width >> 12) + 1):
                    while any_met[block]:
                        word = (block << 6) | _lowest(any_met[block])
                        any_met[block] &= any_met[block] - 1
                        while met[word] and found < end:
                            columns[found] = names[(word << 6) | _lowest(met[word])]
                            met[word] &= met[word] - 1
                            found += 1
                if found != starts[row + 1]:
                    break
        if found != end:
            raise ValueError("rows do not start where those of the product do")
    finally:
        free(met)
        free(any_met)


cdef int _check_factors(
    const int64_t[::1] left_starts, const int32_t[::1] left_columns, const int64_t[::1] right_starts,
    const int32_t[::1] right_columns, Py_ssize_t width
) except -1:
    """Raise ValueError for two sparse matrices that have no product, or columns outside the width."""
    _check(left_starts, left_columns, left_columns.shape[0], right_starts.shape[0] - 1)
    return _check(right_starts, right_columns, right_columns.shape[0], width)


def product(
    const int64_t[::1] left_starts not None,
    const int32_t[::1] left_columns not None,
    const double[::1] left_values not None,
    const int64_t[::1] right_starts not None,
    const int32_t[::1] right_columns not None,
    const float[::1] right_values not None,
    const int64_t[::1] starts not None,
    const int32_t[::1] columns not None,
    float[::1] values not None,
    const uint8_t[::1] wanted not None,
    Py_ssize_t width,
):
    """Write the values of the wanted rows of a product of two sparse matrices, whose ``starts`` and ``columns`` are known.

    ``width`` is the number of columns of the right one. Raises ValueError for what does not agree.
    """
    cdef Py_ssize_t rows = left_starts.shape[0] - 1, inner = right_starts.shape[0] - 1, row
    cdef int64_t i, j, place
    cdef float weight
    cdef float* sums
    if starts.shape[0] != rows + 1 or wanted.shape[0] != rows or columns.shape[0] != values.shape[0]:
        raise ValueError("rows do not agree in number")
    _check(left_starts, left_columns, left_values.shape[0], inner)
    _check(right_starts, right_columns, right_values.shape[0], width)
    _check(starts, columns, values.shape[0], width)
    sums = <float*>malloc((width + 1) * sizeof(float))
    if not sums:
        raise MemoryError
    memset(sums, 0, (width + 1) * sizeof(float))
    with nogil:
        for row in range(rows):
            if not wanted[row]:
                continue
            for i in range(left_starts[row], left_starts[row + 1]):
                weight = <float>left_values[i]
                for j in range(right_starts[left_columns[i]], right_starts[left_columns[i] + 1]):
                    sums[right_columns[j]] += weight * right_values[j]
            for place in range(starts[row], starts[row + 1]):
                values[place] = sums[columns[place]]
                sums[columns[place]] = 0
    free(sums)


cdef int _check(const int64_t[::1] starts, const int32_t[::1] columns, Py_ssize_t values, Py_ssize_t width) except -1:
    """Raise ValueError for rows that lie outside their columns, or columns outside the width."""
    cdef Py_ssize_t row
    cdef int64_t i
    if starts.shape[0] < 1 or starts[0] != 0 or starts[starts.shape[0] - 1] != columns.shape[0] or columns.shape[0] != values:
        raise ValueError("rows and columns do not agree in length")
    for row in range(starts.shape[0] - 1):
        if starts[row + 1] < starts[row]:
            raise ValueError("a row ends before it begins")
    for i in range(columns.shape[0]):
        if not 0 <= columns[i] < width:
            raise ValueError("a column lies outside the width")
    return 0


def solve(
    const int64_t[::1] starts not None,
    const int32_t[::1] columns not None,
    const float[::1] values not None,
    const int32_t[::1] rows not None,
    const int32_t[::1] classes not None,
    const double[::1] costs not None,
    double cost,
    double tolerance,
    int64_t most_passes,
    uint64_t seed,
    float[:, ::1] weights not None,
    float[:, ::1] duals not None,
):
    """Fit eight labels at most against the rest on some ``rows`` of a sparse matrix; return the number of passes.

    ``classes`` holds the label of each row, or -1 for none of these labels, ``costs`` the cost of an error on a row of each label
    and ``cost`` that of one on any other row. ``weights``, of shape (columns + 1, 8), gets the weights and, last, the bias. ``duals``,
    of shape (all rows, 8), is where to start and gets where it ended. Ends when the projected gradients of all rows lie within
    ``tolerance``, or after ``most_passes``. Raises ValueError for what does not agree.
    """
    cdef Py_ssize_t width = weights.shape[0] - 1, count = rows.shape[0], labels = costs.shape[0], i, label
    if labels > BLOCK or weights.shape[1] != BLOCK or duals.shape[1] != BLOCK or seed == 0:
        raise ValueError("labels do not agree in number")
    if classes.shape[0] != starts.shape[0] - 1 or duals.shape[0] != classes.shape[0]:
        raise ValueError("rows do not agree in number")
    _check(starts, columns, values.shape[0], width)
    for i in range(count):
        if not 0 <= rows[i] < classes.shape[0] or not -1 <= classes[rows[i]] < labels:
            raise ValueError("a row or its label lies outside")
    for label in range(labels):
        if not costs[label] > 0 or not cost > 0:
            raise ValueError("a cost that is not above zero")
    cdef Descent descent = Descent(count, labels)
    cdef int64_t passes
    if width < 0 or count == 0:
        raise ValueError("nothing to fit")
    with nogil:
        memset(&weights[0, 0], 0, (width + 1) * BLOCK * sizeof(float))
        descent._begin(&starts[0], &columns[0] if columns.shape[0] else NULL, &values[0] if columns.shape[0] else NULL,
                       &rows[0], &classes[0], &costs[0], cost, &weights[0, 0], &duals[0, 0], width)
        passes = descent._descend(tolerance, most_passes, seed)
    return passes


cdef class Descent:
    """The state of one fit."""

    cdef Py_ssize_t count, labels
    cdef int32_t* order  # the rows that are gone over …
    cdef uint8_t* is_needed  # … whether they are in the next pass …
    cdef int32_t* groups  # … and the order of groups of them
    cdef float* norms
    cdef float[BLOCK + 1][BLOCK] signs  # of each class (the last: none) and label
    cdef float[BLOCK + 1][BLOCK] softness  # one over twice the cost
    cdef const int64_t* starts
    cdef const int32_t* columns
    cdef const float* values
    cdef const int32_t* rows
    cdef const int32_t* classes
    cdef float* weights
    cdef float* bias
    cdef float* duals
    cdef float bound  # of gradients from which on a row without a dual is left out, until all are gone over again …
    cdef float settled  # … and below which any row is
    cdef float[BLOCK] high
    cdef float[BLOCK] low

    def __cinit__(self, Py_ssize_t count, Py_ssize_t labels):
        self.count, self.labels = count, labels
        self.order = <int32_t*>malloc((count + 1) * sizeof(int32_t))
        self.groups = <int32_t*>malloc((count + 1) * sizeof(int32_t))
        self.is_needed = <uint8_t*>malloc(count + 1)
        self.norms = <float*>malloc((count + 1) * sizeof(float))
        if not self.order or not self.groups or not self.is_needed or not self.norms:
            raise MemoryError

    def __dealloc__(self):
        free(self.order)
        free(self.groups)
        free(self.is_needed)
        free(self.norms)

    cdef void _begin(
        self, const int64_t* starts, const int32_t* columns, const float* values, const int32_t* rows, const int32_t* classes,
        const double* costs, double cost, float* weights, float* duals, Py_ssize_t width
    ) noexcept nogil:
        """Take the data, and work the weights out of the duals."""
        cdef Py_ssize_t i, label, of_class
        cdef int64_t place
        cdef float[BLOCK] change
        self.starts, self.columns, self.values, self.rows, self.classes = starts, columns, values, rows, classes
        self.weights, self.duals, self.bias = weights, duals, weights + width * BLOCK
        for of_class in range(BLOCK + 1):
            for label in range(BLOCK):
                self.signs[of_class][label] = 1 if of_class == label else -1
                self.softness[of_class][label] = 1
                if label < self.labels:
                    self.softness[of_class][label] = <float>(0.5 / (costs[label] if of_class == label else cost))
        for i in range(self.count):
            self.norms[i] = 1
            for place in range(starts[rows[i]], starts[rows[i] + 1]):
                self.norms[i] += values[place] * values[place]
            for label in range(BLOCK):
                change[label] = self.signs[self._class(i)][label] * duals[rows[i] * BLOCK + label]
            self._add(i, change)

    cdef inline Py_ssize_t _class(self, Py_ssize_t i) noexcept nogil:
        return self.classes[self.rows[i]] if self.classes[self.rows[i]] >= 0 else BLOCK

    cdef inline void _add(self, Py_ssize_t i, const float* change) noexcept nogil:
        """Add a row to the weights, so many times for each label."""
        cdef int64_t first = self.starts[self.rows[i]]
        cdef Py_ssize_t label
        _add_row(self.weights, self.columns + first, self.values + first, self.starts[self.rows[i] + 1] - first, change)
        for label in range(BLOCK):
            self.bias[label] += change[label]

    cdef int64_t _descend(self, double tolerance, int64_t most_passes, uint64_t seed) noexcept nogil:
        """Go over the rows until all are settled; return how many times."""
        cdef Py_ssize_t active = self._all_rows(), kept, label
        cdef int64_t passes = 0
        cdef float gap, high
        self.settled = <float>(tolerance * SETTLED)
        while passes < most_passes:
            passes += 1
            for label in range(BLOCK):
                self.high[label], self.low[label] = <float>-INFINITY, <float>INFINITY
            kept = self._go_over(active, &seed)
            gap, high = 0, <float>-INFINITY
            for label in range(self.labels):
                gap = max(gap, self.high[label] - self.low[label])
                high = max(high, self.high[label])
            if gap <= tolerance:
                if active == self.count:
                    break
                active = self._all_rows()  # once more over all of them
                continue
            active, self.bound = kept, high if high > 0 else <float>INFINITY
            if active == 0:
                active = self._all_rows()
        return passes

    cdef Py_ssize_t _go_over(self, Py_ssize_t active, uint64_t* seed) noexcept nogil:
        """Go over so many rows, a few neighbours at a time, in random order; return how many the next pass needs, the first ones."""
        cdef Py_ssize_t groups = (active + TOGETHER - 1) // TOGETHER, kept = 0, k, j
        cdef int32_t group
        for k in range(groups):
            self.groups[k] = <int32_t>k
        for k in range(groups):
            seed[0] ^= seed[0] << 13
            seed[0] ^= seed[0] >> 7
            seed[0] ^= seed[0] << 17
            j = k + <Py_ssize_t>(seed[0] % <uint64_t>(groups - k))
            group = self.groups[j]
            self.groups[j] = self.groups[k]
            for j in range(group * TOGETHER, min(active, (group + 1) * TOGETHER)):
                self.is_needed[j] = self._step(self.order[j])
        for k in range(active):
            self.order[kept] = self.order[k]
            kept += self.is_needed[k]
        return kept

    cdef Py_ssize_t _all_rows(self) noexcept nogil:
        cdef Py_ssize_t i
        for i in range(self.count):
            self.order[i] = <int32_t>i
        self.bound = <float>INFINITY
        return self.count

    cdef bint _step(self, Py_ssize_t i) noexcept nogil:
        """Move the duals of a row to where they are best, all others as they are; return whether it is needed in the next pass."""
        cdef float[BLOCK] margins
        cdef float[BLOCK] change
        cdef float* duals = self.duals + self.rows[i] * <int64_t>BLOCK
        cdef float* signs = self.signs[self._class(i)]
        cdef float* softness = self.softness[self._class(i)]
        cdef float gradient, projected, moved
        cdef int64_t first = self.starts[self.rows[i]]
        cdef Py_ssize_t label
        cdef bint is_needed = False, moves = False
        for label in range(BLOCK):
            margins[label] = self.bias[label]
        _margins_of(self.weights, self.columns + first, self.values + first, self.starts[self.rows[i] + 1] - first, margins)
        for label in range(BLOCK):
            change[label] = 0
        for label in range(self.labels):
            gradient = signs[label] * margins[label] - 1 + duals[label] * softness[label]
            projected = gradient if duals[label] > 0 or gradient < 0 else 0
            self.high[label], self.low[label] = max(self.high[label], projected), min(self.low[label], projected)
            if (duals[label] > 0 or gradient <= self.bound) and (projected > self.settled or projected < -self.settled):
                is_needed = True
            if projected > 1e-7 or projected < -1e-7:
                moved = max(<float>0, duals[label] - gradient / (self.norms[i] + softness[label]))
                change[label] = (moved - duals[label]) * signs[label]
                duals[label] = moved
                moves = True
        if moves:
            self._add(i, change)
        return is_needed
