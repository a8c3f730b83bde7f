"""Figures of a text: what is counted, how many, in which measure (开展理论宣讲3900多场次，受众20多万人次).

It stands on the output side: a figure is found in a passage that has its theme already, so that training, tagging and the model
know nothing of it, and a run that asks for no figures pays for none. docs/figures.md says what is found and how well.
"""

import re
from dataclasses import dataclass, replace

from pipeline.output.figures.counted import counted_in
from pipeline.output.figures.numbers import Kind, numbers_in

_ITEM = re.compile(r"\d{1,2}[.．、)）]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a text, which stands at ``text[start:end]`` with its measure.

    ``value`` is the number in full (20多万 is 200,000), ``high`` the upper end of a range. ``unit`` is the measure, % for a share
    and 名 for a rank, "" where none stands. ``bound`` is 多 余 近 超 约 达 不足 数 or "". ``counted`` is what is counted, "" where
    nothing says it.
    """

    start: int
    end: int
    value: float
    high: float | None
    unit: str
    bound: str
    kind: Kind
    counted: str


def figures_in(text: str) -> list[Figure]:
    """Return the figures of a passage, in order. Line ends within it are those of a page, and break neither word nor number."""
    if "\n" not in text:
        return _figures(text)
    kept = [place for place, sign in enumerate(text) if sign not in "\r\n" or _begins_item(text, place)]
    found = _figures("".join(text[place] for place in kept))
    return [replace(each, start=kept[each.start], end=kept[each.end - 1] + 1) for each in found]


def _begins_item(text: str, place: int) -> bool:
    """Tell whether the number of an item begins behind a line end; behind a digit it would become a part of that number."""
    return text[place - 1 : place].isdecimal() and bool(_ITEM.match(text, place + 1))


def _figures(text: str) -> list[Figure]:
    numbers = list(numbers_in(text))
    return [
        Figure(each.start, each.end, each.value, each.high, each.unit, each.bound, each.kind, counted)
        for each, counted in zip(numbers, counted_in(text, numbers), strict=True)
    ]
