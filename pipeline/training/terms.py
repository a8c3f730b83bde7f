"""The terms of the texts of a corpus: which there are, and how often each stands in each text.

Compiled loops count them (``_counts.pyx``). Where these could not be compiled it is done with arrays and the functions that tagging
uses, which are the reference: a test holds the two together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.core.config import FeatureConfig
from pipeline.core.native import COUNTS, KERNELS, compiled
from pipeline.labels.corpus import Lexicon
from pipeline.model.bigrams import SINGLE, Ints
from pipeline.model.features import Texts, Vocabulary, fit_vocabulary, smoothed_idf
from pipeline.model.gazetteer import Gazetteer
from pipeline.model.words import load_cut, load_dictionary
from pipeline.training.batches import batches

if TYPE_CHECKING:
    from pipeline.training._counts import TermCounter

AT_ONCE = 2**18  # characters of texts whose terms are counted at once: what is counted at once is counted faster
_LONG_WORD, _PAIR, _SINGLE, _CLASS = 1, 2, 3, 4  # kinds of terms of the compiled loops
_BITS = 21  # of a character in the code of two
Cut = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The vocabulary of some texts and how often its terms stand in each.

    Text ``i`` has the ``columns`` from ``starts[i]`` on, each ``amounts`` times, and so many ``unknown`` words and bigrams.
    """

    vocabulary: Vocabulary
    starts: Ints
    columns: NDArray[np.int32]
    amounts: NDArray[np.float32]
    unknown: Ints


def count_terms(sentences: Iterable[str], headings: Iterable[str], options: FeatureConfig, lexicon: Lexicon) -> TermCounts:
    """Return the terms of sentences in lower case, which make the vocabulary, and how often each stands in them and in headings."""
    some, others = (["\n".join(part) for part in batches(texts, _line_size, AT_ONCE)] for texts in (sentences, headings))
    native = compiled(COUNTS)
    if native is None:
        return count_with_arrays(some, others, options, lexicon.gazetteer, load_cut(lexicon.words))
    return _count_compiled(native, some, others, options, lexicon)


def count_with_arrays(
    sentences: Sequence[str], headings: Sequence[str], options: FeatureConfig, gazetteer: Gazetteer | None, cut: Cut
) -> TermCounts:
    """Return the same of texts that line ends part, by the functions of tagging."""
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415 - only training needs scipy

    heads, tails = ([Texts(joined, cut(joined), joined.count("\n") + 1) for joined in some] for some in (sentences, headings))
    vocabulary = fit_vocabulary(heads or [Texts("", (), 0)], options, gazetteer)

    def counts(texts: Texts) -> object:
        rows, columns = (np.concatenate(some) for some in zip(*vocabulary.found(texts), strict=True))
        return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(texts.count, len(vocabulary)))

    nothing = csr_matrix((0, len(vocabulary)))
    counted = vstack([nothing, *(counts(some) for some in (*heads, *tails))]).tocsr()
    counted.sum_duplicates()
    unknown = np.concatenate([np.zeros(0, np.int64), *(vocabulary.count_terms(some)[1] for some in (*heads, *tails))])
    starts, columns = counted.indptr.astype(np.int64), counted.indices.astype(np.int32)
    return TermCounts(vocabulary, starts, columns, counted.data.astype(np.float32), unknown)


def _count_compiled(
    native: ModuleType, sentences: Sequence[str], headings: Sequence[str], options: FeatureConfig, lexicon: Lexicon
) -> TermCounts:
    counter: TermCounter = native.TermCounter(options.character_bigrams, options.characters)
    gazetteer, ends_of = lexicon.gazetteer, _word_ends(lexicon.words)
    nowhere = np.zeros(0, np.int64)
    for some, are_sentences in ((sentences, True), (headings, False)):
        for joined in some:
            characters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
            places, classes = gazetteer.find(joined) if gazetteer else (nowhere, nowhere)
            counter.add(characters, ends_of(joined), places, classes, are_sentences)
    rows, terms, entries = counter.shape
    kinds, codes, frequencies = np.empty(terms, np.uint8), np.empty(terms, np.int64), np.empty(terms, np.int64)
    counter.write_terms(kinds, codes, frequencies)
    total = sum(joined.count("\n") + 1 for joined in sentences)
    vocabulary, numbers = _vocabulary(counter, kinds, codes, frequencies, total, options, gazetteer)
    columns = np.full(terms, -1, np.int32)
    columns[numbers[numbers >= 0]] = np.flatnonzero(numbers >= 0)
    starts, kept, amounts = np.empty(rows + 1, np.int64), np.empty(entries, np.int32), np.empty(entries, np.float32)
    unknown = np.empty(rows, np.int64)
    found = counter.write_entries(columns, not vocabulary.bigrams.singles.all(), starts, kept, amounts, unknown)
    return TermCounts(vocabulary, starts, kept[:found], amounts[:found], unknown)


def _vocabulary(
    counter: "TermCounter", kinds: NDArray[np.uint8], codes: Ints, frequencies: Ints, total: int, options: FeatureConfig,
    gazetteer: Gazetteer | None,
) -> tuple[Vocabulary, Ints]:  # fmt: skip
    """Return the vocabulary of counted terms, and the number of the term of each column: -1 for a class that stands nowhere."""
    frequent = frequencies >= options.min_df
    words = sorted((counter.word(number), number) for number in np.flatnonzero(frequent & (kinds <= _LONG_WORD)).tolist())
    singles, pairs, classes = (np.flatnonzero(which) for which in (
        frequent & (kinds == _SINGLE), frequent & (kinds == _PAIR), kinds == _CLASS
    ))  # fmt: skip
    singles, pairs = singles[np.argsort(codes[singles])], pairs[np.argsort(codes[pairs])]
    singles = singles[[_may_stand_alone(chr(code)) for code in codes[singles].tolist()]]
    of_class = np.full(len(gazetteer or ()), -1)
    of_class[codes[classes]] = classes
    numbers = np.concatenate([np.array([number for _, number in words], np.int64), singles, pairs, of_class])
    letters = np.stack([codes >> _BITS, codes & ((1 << _BITS) - 1)], axis=1)[np.append(singles, pairs)].astype("<u4")
    bigrams = letters.tobytes().decode("utf-32-le", "surrogatepass")
    idf = smoothed_idf(total, np.append(frequencies, 0)[numbers].astype(np.float64))
    return Vocabulary([word for word, _ in words], bigrams, idf, gazetteer, options.unknown_weight), numbers


def _line_size(text: str) -> int:
    return len(text) + 1


def _may_stand_alone(character: str) -> bool:
    return not character.isspace() and character != SINGLE


def _word_ends(words: tuple[str, ...]) -> Callable[[str], Ints]:
    """Return what tells where the words of a text end, in order."""
    kernels, dictionary = compiled(KERNELS), load_dictionary(words)
    if kernels is None or dictionary is None:
        cut = load_cut(words)
        return lambda text: np.cumsum(np.fromiter(map(len, cut(text)), np.int64))

    def ends_of(text: str) -> Ints:
        ends = np.empty(len(text), np.int64)
        return ends[: kernels.word_ends(dictionary, text, ends)]

    return ends_of
