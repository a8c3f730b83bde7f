"""The reports themselves inside a workbook, on a sheet that Excel does not show, so that corrections find their text anywhere.

A report is one JSON object in ASCII, without a blank or an underscore (both are escaped, since programs trim and read them in
their own ways), cut into pieces that fit a cell. A row holds the number of the report, that of the piece, and the piece.
"""

import hashlib
import json
from collections.abc import Iterator

import msgspec

from pipeline.core.errors import CorpusError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import tr
from pipeline.core.records import FinishedReport, HumanLabel
from pipeline.output.book.cells import LONGEST
from pipeline.read.office import own

SHEET = own.SHEET
VERSION = 2
READ = (1, VERSION)  # 1 has nothing filled in


class Span(msgspec.Struct, frozen=True, array_like=True):
    """What was tagged: a source span with theme, score and second themes; a span that was set aside has no theme.

    ``said`` is the correction that its rows were filled in with.
    """

    start: int
    end: int
    theme: str | None
    score: float
    secondary: tuple[str, ...]
    model: str
    said: HumanLabel | None = None


class Original(msgspec.Struct, frozen=True):
    """A report as a workbook carries it: its name, the sha256 of its file, its text, and its spans in the order of the rows."""

    format: int
    source: str
    sha256: str
    text: str
    digest: str
    spans: tuple[Span, ...]


def encode(report: FinishedReport) -> Iterator[str]:
    """Yield the pieces of a report."""
    spans = tuple(
        Span(tag.start, tag.end, tag.theme if tag.noise is None else None, tag.score, tag.secondary, tag.model, tag.correction)
        for tag in report.tags
    )
    original = Original(VERSION, report.source, report.sha256, report.text, _digest(report.text), spans)
    line = json.dumps(msgspec.to_builtins(original), ensure_ascii=True, separators=(",", ":"))
    line = line.replace(" ", "\\u0020").replace("_", "\\u005f")
    for start in range(0, len(line), LONGEST):
        yield line[start : start + LONGEST]


def decode(pieces: str, where: str) -> Original:
    """Return a report from its pieces, put together; raises CorpusError for what was changed or is of a later version."""
    try:
        original = decode_json(pieces, Original)
    except msgspec.MsgspecError as error:
        raise CorpusError(
            tr(
                "{where}: the reports on its hidden sheet are damaged ({error}); correct the workbook as it was made",
                where=where,
                error=error,
            )
        ) from None
    if original.format not in READ:
        raise CorpusError(
            tr(
                "{where}: made by another version (format {format}, known {version}); upgrade mission-themes",
                where=where,
                format=original.format,
                version=VERSION,
            )
        )
    if original.digest != _digest(original.text):
        raise CorpusError(
            tr(
                "{where}: the text of {source} on its hidden sheet was changed; correct the workbook as it was made",
                where=where,
                source=original.source,
            )
        )
    return original


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
