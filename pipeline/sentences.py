"""Split a passage into sentences, keeping short quotations and brackets whole."""

import re
from bisect import bisect_left
from collections.abc import Iterable

# A stop with the closing marks behind it.
_STOP = re.compile(r"[。！？!?；;]+[”’」』）)】]*")
# A stop inside one of these ends no sentence. Longer spans are more often an opening mark without its partner.
_PAIRED = re.compile(
    r"“[^“”]{0,80}”|‘[^‘’]{0,60}’|《[^《》]{0,60}》|（[^（）]{0,80}）|\([^()]{0,80}\)|「[^「」]{0,80}」|【[^【】]{0,60}】"
)


def split_sentences(text: str, start: int, end: int, breaks: Iterable[int] = ()) -> list[tuple[int, int]]:
    """Return the sentences of ``text[start:end]`` as spans that lie side by side, white space going with what follows.

    ``breaks`` are offsets where a sentence begins in any case (the signs of items).
    """
    stops = [stop for stop in sorted({*_stops(text, start, end), *breaks}) if start < stop < end]
    return list(zip([start, *stops], [*stops, end], strict=True)) if start < end else []


def _stops(text: str, start: int, end: int) -> list[int]:
    stops = [match.span() for match in _STOP.finditer(text, start, end)]
    if len(stops) == 1 and stops[0][1] == end:
        return []
    pairs = [match.span() for match in _PAIRED.finditer(text, start, end)] if stops else []
    if not pairs:
        return [stop for _, stop in stops]
    opening = [pair[0] for pair in pairs]
    free = []
    for first, last in stops:
        pair = bisect_left(opening, first) - 1  # the last that opens before the stop
        if pair < 0 or pairs[pair][1] <= last:
            free.append(last)
    return free
