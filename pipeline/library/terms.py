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


def places_of(words: Iterable[str], text: str) -> list[tuple[int, int]]:
    """Return where words and phrases of a search stand in a text: starts and ends, in order, those that touch as one.

    They stand where the search finds them, whatever their width, case and characters, and whatever signs part the runs of a phrase.
    """
    each = [unicodedata.normalize("NFKC", sign).casefold() for sign in text]
    origin = [place for place, signs in enumerate(each) for _ in signs]
    whole = simplified("".join(each))
    asked = {r"[\W_]+".join(map(re.escape, runs(folded(word)))) for word in words} - {""}
    found = [match.span() for form in asked for match in re.finditer(form, whole)]
    return _together(sorted((origin[start], origin[end - 1] + 1) for start, end in found))


def _together(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans, those that touch or overlap as one."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def _terms(found: Iterable[str]) -> Iterable[str]:
    for run in found:
        yield from (run[place : place + 2] for place in range(len(run)))
