"""Split a passage into sentences, keeping short quotations and brackets whole."""

import re
from collections.abc import Iterator

# A stop with the closing marks behind it.
_STOP = re.compile(r"[。！？!?；;]+[”’」』）)】]*")
# A stop inside one of these ends no sentence. Longer spans are more often an opening mark without its partner.
_PAIRED = re.compile(
    r"“[^“”]{0,80}”|‘[^‘’]{0,60}’|《[^《》]{0,60}》|（[^（）]{0,80}）|\([^()]{0,80}\)|「[^「」]{0,80}」|【[^【】]{0,60}】"
)


def split_sentences(text: str, start: int, end: int, breaks: frozenset[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """Yield the sentences of ``text[start:end]`` as spans that lie side by side, white space going with what follows.

    ``breaks`` are offsets where a sentence begins in any case (the signs of items).
    """
    position = start
    for stop in sorted({*_stops(text, start, end), *breaks}):
        if position < stop < end:
            yield position, stop
            position = stop
    if position < end:
        yield position, end


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    pairs = _PAIRED.finditer(text, start, end)
    pair = next(pairs, None)
    for stop in _STOP.finditer(text, start, end):
        while pair is not None and pair.end() <= stop.start():
            pair = next(pairs, None)
        inside = pair is not None and pair.start() < stop.start() and stop.end() < pair.end()
        if not inside:
            yield stop.end()
