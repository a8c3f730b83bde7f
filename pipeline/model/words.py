"""Split Chinese text into words: jieba's dictionary, without its guesses at unknown words (HMM off).

The engine is compiled (``_kernels.pyx``). Where it could not be compiled it is rjieba, the same algorithm and dictionary in Rust,
and where that cannot be imported jieba itself: the same words, slower (tests compare the three).
"""

import importlib.util
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from pipeline.core.native import KERNELS, compiled

if TYPE_CHECKING:
    from pipeline.model._kernels import Dictionary

Cut = Callable[[str], list[str]]
SAMPLE = 1000
# Ideographs that jieba cuts one by one, whatever words they stand in; rjieba would keep a user's word with one of them whole.
_RARE = "[\u3400-\u4dbf\u9fd6-\U0010ffff]"
_loading = Lock()


def load_ahead(user_words: tuple[str, ...] = ()) -> None:
    """Begin to load the dictionary beside what the caller does: it takes a twentieth of a second and holds nobody up."""
    Thread(target=load_dictionary, args=(user_words,), daemon=True).start()


def load_dictionary(user_words: tuple[str, ...] = ()) -> "Dictionary | None":
    """Return the compiled dictionary with further words; None where it could not be compiled."""
    with _loading:
        return _dictionary(user_words)


def load_cut(user_words: tuple[str, ...] = ()) -> Cut:
    """Return the function that cuts a text into words which, joined, are the text; ``user_words`` stay whole."""
    dictionary = load_dictionary(user_words)
    if dictionary is not None:
        return dictionary.cut
    try:
        return _rjieba_cut(user_words)
    except ImportError:
        return _jieba_cut(user_words)


def fingerprint(cut: Cut, terms: Sequence[str]) -> str:
    """Return a digest of how ``cut`` splits a sample of terms; it differs when engine or dictionary differ on them."""
    import hashlib  # noqa: PLC0415 - a process that only cuts needs none

    sample = "\n".join(terms[:: max(1, len(terms) // SAMPLE)])
    return hashlib.sha256(" ".join(cut(sample)).encode()).hexdigest()


@cache
def _dictionary(user_words: tuple[str, ...]) -> "Dictionary | None":
    if (kernels := compiled(KERNELS)) is None:
        return None
    package = importlib.util.find_spec("jieba")  # importing it would take a second
    if package is None or package.origin is None:
        return None
    dictionary: Dictionary = kernels.Dictionary((Path(package.origin).parent / "dict.txt").read_bytes())
    for word in user_words:
        dictionary.add(word, _frequency(dictionary, word))
    return dictionary


def _frequency(dictionary: "Dictionary", word: str) -> int:
    """Return a frequency that keeps a word whole, as jieba works it out."""
    total, frequency = dictionary.total_frequency, 1.0
    for part in dictionary.cut(word):
        frequency *= (dictionary.frequency(part) or 1) / total
    return max(int(frequency * total) + 1, dictionary.frequency(word) or 1)


@cache
def _rjieba_cut(user_words: tuple[str, ...]) -> Cut:
    import rjieba  # noqa: PLC0415 - loads its dictionary

    if not user_words:
        return lambda text: rjieba.cut(text, False)  # the dictionary that the import has loaded already
    engine = rjieba.Jieba()
    for word in user_words:
        if not re.search(_RARE, word):
            engine.add_word(word, None, None)
    return lambda text: engine.cut(text, False)


@cache
def _jieba_cut(user_words: tuple[str, ...]) -> Cut:
    import logging  # noqa: PLC0415 - only with jieba

    import jieba  # noqa: PLC0415 - takes a second

    jieba.setLogLevel(logging.WARNING)
    engine = jieba.Tokenizer()
    for word in user_words:
        engine.add_word(word)
    return lambda text: list(engine.cut(text, HMM=False))
