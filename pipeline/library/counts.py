"""Cross tables of the library: themes by unit, place, year, kind or group, and which themes stand together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.library.records import ATTRIBUTES, Attribute
from pipeline.library.store import Library
from pipeline.output.digest.wording import UNKNOWN

Measure = Literal["reports", "passages", "characters"]
MEASURES: dict[Measure, str] = {"reports": "报告", "passages": "段落", "characters": "字数"}


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Counts by row and theme: ``cells`` has a row for each of ``rows`` and a column for each of ``themes``.

    ``totals`` counts each row by itself, which is less than the sum of its cells where a report has several themes.
    """

    what: str
    measure: Measure
    themes: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]


def by_attribute(library: Library, attribute: Attribute, themes: Sequence[str], measure: Measure) -> CrossTable:
    """Return themes by the values of an attribute, the values in order and last the reports without one; headings do not count."""
    counted = {"reports": "count(*)", "passages": "sum(share.passages)", "characters": "sum(share.characters)"}[measure]
    of_report = {"reports": "count(DISTINCT share.report)"}.get(measure, counted)
    behind = "FROM share LEFT JOIN attribute ON attribute.report = share.report AND attribute.name = ?"
    with library.reading() as database:
        found = {
            (value or "", theme): count
            for value, theme, count in database.execute(
                f"SELECT value, theme, {counted} {behind} GROUP BY value, theme", (attribute,)
            )
        }
        totals = dict(database.execute(f"SELECT coalesce(value, ''), {of_report} {behind} GROUP BY value", (attribute,)))
    named = sorted(value for value in totals if value)
    if attribute != "year":
        named.sort(key=lambda value: -totals[value])
    rows, columns = (*named, *([""] if "" in totals else [])), _columns(themes, [theme for _, theme in found])
    cells = tuple(tuple(found.get((row, theme), 0) for theme in columns) for row in rows)
    return CrossTable(
        ATTRIBUTES[attribute], measure, columns, tuple(row or UNKNOWN for row in rows), cells, tuple(totals[row] for row in rows)
    )


def together(library: Library, themes: Sequence[str], measure: Measure) -> CrossTable:
    """Return how many reports, or passages, have both of two themes; the total of a row is how many have its theme at all.

    A passage has the theme that it is given and those that come second. Raises KeyError for a measure that does not fit.
    """
    statement = {
        "reports": "SELECT one.theme, other.theme, count(*) FROM share AS one JOIN share AS other ON one.report = other.report "
        "GROUP BY one.theme, other.theme",
        "passages": "SELECT theme, other, sum(passages) FROM pair GROUP BY theme, other UNION ALL "
        "SELECT other, theme, sum(passages) FROM pair WHERE theme <> other GROUP BY theme, other",
    }[measure]
    with library.reading() as database:
        found = Counter({(one, other): count for one, other, count in database.execute(statement)})
    columns = _columns(themes, [theme for pair in found for theme in pair])
    cells = tuple(tuple(found[row, theme] for theme in columns) for row in columns)
    return CrossTable("主题", measure, columns, columns, cells, tuple(found[row, row] for row in columns))


def _columns(themes: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    """Return the themes of a label set in their order, and behind them those that other models gave."""
    return (*themes, *sorted(set(found) - set(themes)))
