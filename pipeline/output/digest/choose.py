"""Choose the passages of a digest of a few pages: the best ones of each theme and aspect, and not the longest.

The score of a passage, 0 to 1, is the product of three:

- how sure its theme is: its score, and 1 where a person said the theme;
- whether it holds a figure that is not a year: 1, else ``NO_FIGURE``;
- its length: 1 from ``SHORTEST`` to ``LONGEST`` characters, less below and above.

Passages of a theme and aspect are then taken one after the other by maximal marginal relevance (Carbonell and Goldstein 1998,
"The use of MMR, diversity-based reranking"): ``RELEVANCE`` of the score less the rest of the resemblance to what was taken
already of the theme (Jaccard index of character bigrams). What resembles it by ``SAME`` or more is not taken, and a
report gives its second passage of a theme and aspect only when each that has one has given its first.

The order of all: first one passage of each theme, then aspect by aspect, in each aspect theme by theme, round after round. A digest
of N pages is the longest beginning of this order that N pages hold.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.counted import counted
from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.output.digest.aspect import ASPECTS
from pipeline.output.digest.lines import shortened
from pipeline.output.digest.records import Digest, Group, Passage, Report, Section

NO_FIGURE = 0.8
SHORTEST, LONGEST = 30, 120  # characters
FADED = 400  # characters over LONGEST that take the whole of the length's part, but for LEAST
LEAST = 0.4
RELEVANCE = 0.7
SAME = 0.6
LIKE = 0.25  # resemblance from which on a passage of the year before is shown beside
CUT = 240  # characters of a passage; one longer is cut and ends with …
POOL = 300  # best passages of a theme and aspect that are held against each other
MOST_ON_A_PAGE = 22  # passages
_FIGURE = re.compile(
    r"\d(?!\d{0,3}\s*(?:年(?!均|产)|月|日))|[一二两三四五六七八九十百千万]+余?(?:场|次|人|个|篇|项|家|座|万|部|名|处|支|件|期|册)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s*[—\-至]\s*(?:19|20)\d\d)?\s*年|\d{1,2}\s*[月日]")

Pages = Callable[[Digest], int]


@dataclass(slots=True)
class _Candidate:
    """A passage with its score, its bigrams, and how much it resembles what was taken."""

    passage: Passage
    score: float
    bigrams: frozenset[str]
    resemblance: float = 0.0


@dataclass(slots=True)
class _Cell:
    """The passages of a theme and aspect that can still be taken, how many each report gave, and what they were held against."""

    candidates: list[_Candidate]
    given: Counter[int]
    compared: int = 0


def choose(digest: Digest, pages: int, count: Pages) -> Digest:
    """Return the digest with the best passages that so many pages hold; ``count`` tells how many pages a digest fills.

    Passages stand by aspect. Raises UsageError with the code ``pages`` where one passage of each theme is more than that.
    """
    digest = replace(digest, pages=pages)
    years = _Years(digest.reports)
    order, themes = _order(digest, years, pages * MOST_ON_A_PAGE)
    sizes = range(themes, len(order) + 1)
    fitting = bisect_right(sizes, pages, key=lambda size: count(_with(digest, order[:size])))
    if not fitting:
        raise UsageError(_too_few(pages, themes, count(_with(digest, order[:themes]))), code="pages")
    return _with(digest, order[: sizes[fitting - 1]])


def candidates(digest: Digest, most: int) -> list[Passage]:
    """Return what a person can pick: of each theme and aspect so many passages, the best first, of the last year of each place."""
    now, _ = _Years(digest.reports).parted(_all(digest))
    return [passage for cell in _by_cell(now).values() for passage in sorted(cell, key=score, reverse=True)[:most]]


def pick(digest: Digest, pages: int, wanted: Iterable[tuple[int, int]]) -> Digest:
    """Return the digest with the passages that a person picked, by report and start, those of an aspect in this order.

    What is folded into another passage stands for that one. What is not there, or of no aspect, is left out.
    """
    now, before = _Years(digest.reports).parted(_all(digest))
    beside = _Beside(digest.reports, before)
    at = {(member.report, member.start): passage for passage in (*before, *now) for member in (passage, *passage.copies)}
    found = {(passage.report, passage.start): passage for key in wanted if (passage := at.get(key)) and passage.aspect in ASPECTS}
    cut = (replace(passage, text=shortened(passage.text, CUT)) for passage in found.values())
    return _with(replace(digest, pages=pages), [beside.with_earlier(passage) for passage in cut])


def score(passage: Passage) -> float:
    """Return how good a passage is, 0 to 1."""
    figure = 1.0 if has_figure(passage.text) else NO_FIGURE
    return (1.0 if passage.corrected else passage.score) * figure * _of_length(len(passage.text))


def has_figure(text: str) -> bool:
    """Return whether a text holds a figure that is neither a year nor a day."""
    return _FIGURE.search(_YEAR.sub("", text)) is not None


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters and digits of a text."""
    plain = re.sub(r"[\W_]+", "", text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def resemblance(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard index of two sets of bigrams; 0 where both are empty."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _too_few(pages: int, themes: int, needed: int) -> str:
    return tr(
        "--pages {pages}: {themes} at one passage each fill {filled}; ask for --pages {needed} or more, or "
        "for fewer themes with --theme",
        pages=pages,
        themes=counted(themes, "theme"),
        filled=counted(needed, "page"),
        needed=needed,
    )


def _of_length(length: int) -> float:
    if length < SHORTEST:
        return length / SHORTEST
    return max(LEAST, 1 - max(0, length - LONGEST) / FADED)


# ---- the order --------------------------------------------------------------------------------------------------------


def _order(digest: Digest, years: "_Years", most: int) -> tuple[list[Passage], int]:
    """Return the passages in the order in which they are taken, and how many themes have any."""
    now, before = years.parted(_all(digest))
    cells = {(theme, aspect): _cell(own) for (theme, aspect), own in _by_cell(now).items()}
    taken: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    firsts = [next((cell for aspect in ASPECTS if (cell := (theme, aspect)) in cells), None) for theme in digest.options.themes]
    rounds = [cell for aspect in ASPECTS for theme in digest.options.themes if (cell := (theme, aspect)) in cells]
    order: list[Passage] = []
    turn = [cell for cell in firsts if cell]
    later = [cell for cell in rounds if cell not in turn]
    beside = _Beside(digest.reports, before)
    for cells_of_turn in _turns(turn, later, rounds):
        found = [passage for cell in cells_of_turn if (passage := _take(cells[cell], taken[cell[0]]))]
        order += [beside.with_earlier(passage) for passage in found]
        if len(order) >= most or not (found or any(cells[cell].candidates for cell in rounds)):
            break
    return order, len(turn)


def _all(digest: Digest) -> Iterator[Passage]:
    return (passage for section in digest.sections for passage in section.passages)


def _turns(*turns: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    yield from turns
    while True:
        yield turns[-1]


def _by_cell(passages: Iterable[Passage]) -> Mapping[tuple[str, str], list[Passage]]:
    cells: defaultdict[tuple[str, str], list[Passage]] = defaultdict(list)
    for passage in passages:
        if passage.aspect in ASPECTS:
            cells[passage.theme, passage.aspect].append(passage)
    return cells


def _cell(passages: Sequence[Passage]) -> _Cell:
    """Return the best passages of a theme and aspect, and in any case the best of each report."""
    scored = sorted(((score(passage), passage) for passage in passages), key=lambda each: -each[0])
    seen: set[int] = set()
    kept = []
    for place, (own, passage) in enumerate(scored):
        if place < POOL or passage.report not in seen:
            kept.append(_Candidate(passage, own, bigrams(passage.text)))
        seen.add(passage.report)
    return _Cell(kept, Counter())


def _take(cell: _Cell, taken: list[frozenset[str]]) -> Passage | None:
    """Take the best passage of a cell, beside what was taken of its theme; None where none is left."""
    for candidate in cell.candidates:
        new = (resemblance(candidate.bigrams, other) for other in taken[cell.compared :])
        candidate.resemblance = max(candidate.resemblance, *new, 0.0)
    cell.compared = len(taken)
    cell.candidates = [candidate for candidate in cell.candidates if candidate.resemblance < SAME]
    if not cell.candidates:
        return None
    fewest = min(cell.given[candidate.passage.report] for candidate in cell.candidates)
    free = (candidate for candidate in cell.candidates if cell.given[candidate.passage.report] == fewest)
    best = max(free, key=lambda each: RELEVANCE * each.score - (1 - RELEVANCE) * each.resemblance)
    cell.candidates.remove(best)
    cell.given[best.passage.report] += 1
    taken.append(best.bigrams)
    return replace(best.passage, text=shortened(best.passage.text, CUT))


# ---- the year before --------------------------------------------------------------------------------------------------


class _Years:
    """Which reports are of a year before the last one of their place."""

    def __init__(self, reports: Sequence[Report]) -> None:
        last: dict[str, int] = {}
        for report in reports:
            if report.place.value and report.year.value.isdigit():
                last[report.place.value] = max(last.get(report.place.value, 0), int(report.year.value))
        self._earlier = [
            report.year.value.isdigit() and int(report.year.value) < last.get(report.place.value, 0) for report in reports
        ]

    def parted(self, passages: Iterable[Passage]) -> tuple[list[Passage], list[Passage]]:
        """Return the passages of the last year of each place, and those of years before; copies are looked at for themselves."""
        now, before = [], []
        for passage in passages:
            members = [passage, *passage.copies]
            old = [member for member in members if self._earlier[member.report]]
            new = [member for member in members if not self._earlier[member.report]]
            before += [replace(member, copies=()) for member in old]
            now += [replace(new[0], copies=(*new[1:], *old))] if new else []
        return now, before


class _Beside:
    """Finds what the same place said the year before of the same theme and aspect; nothing is shown twice."""

    def __init__(self, reports: Sequence[Report], before: Iterable[Passage]) -> None:
        self._reports = reports
        self._places: defaultdict[tuple[str, str, str, int], list[_Candidate]] = defaultdict(list)
        for passage in before:
            report = reports[passage.report]
            key = (passage.theme, passage.aspect, report.place.value, int(report.year.value))
            self._places[key].append(_Candidate(passage, 0, bigrams(passage.text)))

    def with_earlier(self, passage: Passage) -> Passage:
        """Return a passage with the one of the year before that resembles it most, where one resembles it at all."""
        report = self._reports[passage.report]
        if not report.year.value.isdigit():
            return passage
        some = self._places[passage.theme, passage.aspect, report.place.value, int(report.year.value) - 1]
        own = bigrams(passage.text)
        for candidate in some:
            candidate.resemblance = resemblance(own, candidate.bigrams)
        best = max(some, key=lambda each: each.resemblance, default=None)
        if best is None or best.resemblance < LIKE:
            return passage
        some.remove(best)
        return replace(passage, earlier=replace(best.passage, text=shortened(best.passage.text, CUT)))


# ---- the digest -------------------------------------------------------------------------------------------------------


def _with(digest: Digest, passages: Sequence[Passage]) -> Digest:
    """Return the digest with these passages only, by theme and aspect, those of an aspect in the order in which they were taken."""
    sections = (_section(section, [each for each in passages if each.theme == section.theme]) for section in digest.sections)
    return replace(digest, sections=tuple(sections))


def _section(section: Section, passages: Sequence[Passage]) -> Section:
    own = ((aspect, tuple(each for each in passages if each.aspect == aspect)) for aspect in ASPECTS)
    return replace(section, groups=tuple(Group(aspect, some, 0) for aspect, some in own if some))
