"""Split Chinese text into words: jieba's dictionary, without its guesses at unknown words (HMM off).

The engine is rjieba, the same algorithm and dictionary in Rust, which gives jieba's words at over twenty times its
speed (a test compares the two). Where rjieba cannot be imported, jieba itself is the engine: same words, slower.

rjieba takes a tenth of a second to build its dictionary and lets nothing else run meanwhile. ``cut_ahead`` has it do so in
another process (``cutter.py``) while the caller loads the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.cutter import Cutter

Cut = Callable[[str], list[str]]
SAMPLE = 1000
_ahead: ContextVar["Cutter | None"] = ContextVar("_ahead", default=None)


@contextmanager
def cut_ahead() -> Iterator[None]:
    """Start to load the dictionary in another process; the functions that ``load_cut`` returns inside have it cut for them.

    Inside another ``cut_ahead`` there is such a process already.
    """
    if _ahead.get() is not None:
        yield
        return
    from pipeline.cutter import Cutter  # noqa: PLC0415 - only where the start must be short

    with ExitStack() as stack:
        with suppress(OSError):  # no process to be had: the caller cuts for itself
            token = _ahead.set(stack.enter_context(Cutter()))
            stack.callback(_ahead.reset, token)
        yield


def load_cut(user_words: tuple[str, ...] = ()) -> Cut:
    """Return the function that cuts a text into words which, joined, are the text; ``user_words`` stay whole."""
    cutter = _ahead.get()
    if cutter is not None and not user_words:
        return lambda text: cutter.cut(text) or _load_cut(())(text)
    return _load_cut(user_words)


def _load_cut(user_words: tuple[str, ...]) -> Cut:
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
def _rjieba_cut(user_words: tuple[str, ...]) -> Cut:
    import rjieba  # noqa: PLC0415 - loads its dictionary

    if not user_words:
        return lambda text: rjieba.cut(text, False)  # the dictionary that the import has loaded already
    engine = rjieba.Jieba()
    for word in user_words:
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
