"""A table for the terminal: theme, score and beginning of each passage, and below it the share of each theme.

wcwidth (MIT, no dependencies, the reference for this) counts columns: an ideograph takes two.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from wcwidth import wcswidth

from pipeline.core.config import LabelSet
from pipeline.core.counted import counted
from pipeline.core.messages import tr
from pipeline.core.records import Report, Tag
from pipeline.output.reasons import in_our_language
from pipeline.output.visible import shown_text

BAR = 30
NARROWEST = 20
REVIEW, CORRECTED = "?", "✎"


def write(reports: Iterator[Report], stream: BinaryIO, labels: LabelSet) -> None:
    """Write a table and the shares of the themes for each report."""
    width = shutil.get_terminal_size((100, 24)).columns
    name_width = max(wcswidth(name) for name in labels.names)
    for report in reports:
        shares: Counter[str] = Counter()
        reviews = rows = corrected = set_aside = 0
        _line(stream, f"{printable(report.source)}  [{report.encoding}]")
        for group in report.groups:
            set_aside += len(group.noise)
            for tag in group:
                _line(stream, _row(tag, name_width, width))
                if tag.noise is None:
                    shares[tag.shown_theme] += tag.end - tag.start
                    reviews += tag.asks_review
                    corrected += tag.correction is not None
                    rows += 1
        _line(stream, "")
        for name in labels.names:
            _line(stream, _share(name, shares[name] / max(1, shares.total()), name_width))
        _line(stream, f"{' · '.join(_foot(rows, reviews, corrected, set_aside))}\n")


def printable(text: str) -> str:
    """Return text on one line without control characters, which could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def fit(text: str, columns: int) -> str:
    """Return the beginning of a text that fits into a number of terminal columns."""
    if wcswidth(text) <= columns:
        return text
    while text and wcswidth(text) > columns - 1:
        text = text[: max(0, len(text) - max(1, (wcswidth(text) - columns) // 2))]
    return f"{text}…"


def _row(tag: Tag, name_width: int, width: int) -> str:
    theme = tag.shown_theme + " " * (name_width - wcswidth(tag.shown_theme))
    sign = CORRECTED if tag.correction else REVIEW if tag.review else " "
    mark = f"({in_our_language(tag.noise)})" if tag.noise is not None else f"{tag.score:4.2f} {sign}"
    room = max(NARROWEST, width - name_width - wcswidth(mark) - 6)
    return f"  {theme}  {mark}  {fit(printable(shown_text(tag)[:room]), room)}"


def _foot(rows: int, reviews: int, corrected: int, set_aside: int) -> Iterator[str]:
    """Yield what a report came to: its passages, those to review, those corrected if there are any, and what was set aside."""
    yield counted(rows, "passage")
    yield tr("{count} to review ({sign})", count=reviews, sign=REVIEW)
    if corrected:
        yield tr("{count} corrected ({sign})", count=corrected, sign=CORRECTED)
    yield tr("{count} set aside", count=set_aside)


def _share(name: str, share: float, name_width: int) -> str:
    return f"  {name}{' ' * (name_width - wcswidth(name))}  {share:6.1%}  {'█' * round(share * BAR)}".rstrip()


def _line(stream: BinaryIO, text: str) -> None:
    stream.write(f"{text}\n".encode())
