"""Split a passage into sentences, keeping short quotations and brackets whole."""

import re
from collections.abc import Collection

# A stop with the closing marks behind it.
_STOP = re.compile(r"[。！？!?；;]+[”’」』）)】]*")
# A stop inside one of these ends no sentence. Longer spans are more often an opening mark without its partner.
_PAIRED = re.compile(
    r"“[^“”]{0,80}”|‘[^‘’]{0,60}’|《[^《》]{0,60}》|（[^（）]{0,80}）|\([^()]{0,80}\)|「[^「」]{0,80}」|【[^【】]{0,60}】"
)


def split_sentences(text: str, start: int, end: int, breaks: Collection[int] = ()) -> list[tuple[int, int]]:
    """Return the sentences of ``text[start:end]`` as spans that lie side by side, white space going with what follows.

    ``breaks`` are offsets where a sentence begins in any case (the signs of items).
    """
    stops = _stops(text, start, end)
    if breaks:
        stops = sorted({*stops, *breaks})
    stops = [stop for stop in stops if start < stop < end]
    return list(zip([start, *stops], [*stops, end], strict=True)) if start < end else []


def _stops(text: str, start: int, end: int) -> list[int]:
    stops = [match.span() for match in _STOP.finditer(text, start, end)]
    if not stops or (len(stops) == 1 and stops[0][1] == end):
        return []
    pairs = [match.span() for match in _PAIRED.finditer(text, start, end)]
    free = []
    pair, closing = 0, start
    for first, last in stops:
        while pair < len(pairs) and pairs[pair][0] < first:  # up to the last that opens before the stop
            closing = pairs[pair][1]
            pair += 1
        if closing <= last:
            free.append(last)
    return free
