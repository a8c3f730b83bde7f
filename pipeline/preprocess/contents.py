"""Recognise printed contents: lines that end with the numbers of pages, which rise, below their title or led to them by dots."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

CONTENTS = "table of contents"
_LONGEST = 160
# Expressions are compiled where a line asks for one.
_TITLE = r"(?i)[【\[]?\s*(?:目\s*[录次]|(?:table of )?contents)\s*[】\]]?"
_PAGE = r"(?:第\s*)?[-—–(（]?\s*(\d{1,4})\s*[-—–)）]?\s*页?"
_LEADER, _LEADS = r"…\s*…|(?:[.．·•‥_—–－-]\s*){3}", frozenset("….．·•‥_—–－-")
_LED_ENTRY = rf".*[^\W\d].*?(?:(?:…\s*){{2,}}|(?:[.．·•‥_—–－-]\s*){{3,}}){_PAGE}"
_NUMBERED = rf"(\s*){_PAGE}$"
_NAME, _NO_PAGE_BEHIND = r"[^\W\d]", frozenset("0123456789.．/:：年月第-")
_SENTENCE_ENDS = frozenset("。！？；")
_DIGITS = "0123456789"
_ENDS = frozenset(_DIGITS + ")）-—–页 ")
_FEWEST, _FEWEST_LED = 2, 3


def is_contents_title(line: str) -> bool:
    """Tell whether a line is the title of printed contents."""
    return re.fullmatch(_TITLE, line.strip()) is not None


def is_contents_entry(line: str) -> bool:
    """Tell whether a line may be an entry of printed contents: it ends with the number of a page."""
    return _page(line.strip()) is not None


def is_led_entry(line: str) -> bool:
    """Tell whether a line that ends with a figure is led to it by dots or a rule."""
    if _LEADS.isdisjoint(line):
        return False
    return re.search(_LEADER, line) is not None and re.fullmatch(_LED_ENTRY, line) is not None


def _page(line: str) -> int | None:
    """Return the number of a page that a line ends with; figures of the text itself stand behind other signs."""
    if len(line) > _LONGEST or not _SENTENCE_ENDS.isdisjoint(line) or (match := re.search(_NUMBERED, line)) is None:
        return None
    name = line[: match.start()]
    is_apart = match[1] or (name and name[-1] not in _NO_PAGE_BEHIND) or re.fullmatch(_LED_ENTRY, line)
    return int(match[2]) if is_apart and re.search(_NAME, name) else None


def mark_contents(lines: Sequence[str], judged: Iterable[int], reasons: dict[int, str]) -> None:
    """Give the runs of entries and their titles their reason, and take it back from entries that stand alone.

    ``judged`` are the lines that may be entries; those that are led to their page have their reason already.
    """
    candidates = [i for i in judged if lines[i][-1] in _ENDS and (lines[i][-1] in _DIGITS or lines[i][-2:-1] in _ENDS)]
    if not candidates or (len(candidates) < _FEWEST and CONTENTS not in reasons.values()):
        return
    candidates = [i for i in candidates if reasons.get(i, CONTENTS) == CONTENTS]
    led = frozenset([i for i in candidates if reasons.pop(i, None)])
    pages = {i: page for i in candidates if (page := _page(lines[i])) is not None}
    for run in runs(list(pages), within=2):
        title = next((i for i in range(run[0] - 1, max(-1, run[0] - 3), -1) if is_contents_title(lines[i])), None)
        is_led = len(run) >= _FEWEST_LED and 2 * len(led & {*run}) > len(run)
        if _rises([pages[i] for i in run]) and (is_led if title is None else len(run) >= _FEWEST):
            first = run[0] if title is None else title
            reasons.update(dict.fromkeys((i for i in range(first, run[-1] + 1) if i not in reasons), CONTENTS))


def _rises(pages: Sequence[int]) -> bool:
    """Tell whether numbers rise but for a few, as where a second list of contents begins."""
    return 4 * sum(after < before for before, after in pairwise(pages)) <= len(pages)


def runs(places: Sequence[int], within: int) -> list[list[int]]:
    """Return places, in order, in runs in which the next is so many lines away at most."""
    found: list[list[int]] = []
    for place in places:
        if found and place - found[-1][-1] <= within:
            found[-1].append(place)
        else:
            found.append([place])
    return found
