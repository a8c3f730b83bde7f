"""Terms of a text for the search: pairs of characters that stand side by side, so that any run of two and more is found.

Chinese has no spaces, and a dictionary cuts the same characters in different ways in different sentences: what is found must
not depend on it. FTS5's own ``trigram`` finds nothing shorter than three characters, and most Chinese words have two. So the
terms are the bigrams of each run of letters and digits, and the last character of a run by itself: it keeps a phrase from going
on over a sign. 理论，宣讲 has the terms 理论 论 宣讲 讲.

Width, case and traditional characters make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from pipeline.preprocess.clean import simplified

_RUN = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text in which width, case and traditional characters make no difference."""
    return simplified(unicodedata.normalize("NFKC", text).casefold())


def runs(text: str) -> list[str]:
    """Return the runs of letters and digits of a folded text."""
    return _RUN.findall(text)


def terms_of(texts: Sequence[str]) -> list[str]:
    """Return the terms of each text, which has no line ends, with spaces between them."""
    together = folded("\n".join(texts)).split("\n")
    return [" ".join(_terms(runs(text))) for text in together]


def phrase(text: str) -> str:
    """Return FTS5's expression for a run of characters, wherever it begins and ends; "" for less than two characters."""
    found = runs(folded(text))
    if sum(map(len, found)) < 2:
        return ""
    terms = [*_terms(found)]
    if len(found[-1]) > 1:
        return f'"{" ".join(terms[:-1])}"'
    return f'"{" ".join(terms)}" *'


def _terms(found: Iterable[str]) -> Iterable[str]:
    for run in found:
        yield from (run[place : place + 2] for place in range(len(run)))
