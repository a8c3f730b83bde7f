"""Labels in tables of other tools: delimited values and JSON lines with a text and a label, doccano's among them.

The rows of one source are the paragraphs of one report. A row with spans (doccano's sequence labelling) is a report of its own.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from pipeline.core.config import LabelSet, ReadConfig
from pipeline.core.counted import counted
from pipeline.core.errors import CorpusError
from pipeline.core.json_values import decode_json
from pipeline.core.messages import tr
from pipeline.labels.incoming import (
    SHOWN,
    Columns,
    ImportedFile,
    ImportedReport,
    LabelSpan,
    Rejected,
    unknown,
    with_labels,
    without_overlap,
)
from pipeline.output.rows import FORMULA
from pipeline.read.formats.sheet import sheets
from pipeline.read.rows import is_formula_error
from pipeline.read.sheet_tables import Table, spanned

TABLES = (".csv", ".tsv")
WORKBOOKS = (".xlsx", ".xls", ".et", ".ods", ".xlsb")
SECONDARY = "secondary"
_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_CELL = 2**30
_LOOK = 12  # rows from the top, among which the names of the columns must be
_OF_TAGS = {"正文", "主题", "把握"}  # names of a table of tags, whose themes are those of a model
_OF_SPANS = ("labels", "entities")  # where doccano puts spans if not into the column of labels
_BETWEEN = re.compile(r"[\s、，,；;/|#]+")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: where it stands, its values by the name of their column, and whether it has more values than there are columns."""

    where: str
    values: Mapping[str, Any]
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class _Paragraphs:
    """The rows of one report: their texts, each on one line, and the labels of those that are labelled."""

    where: str
    texts: list[str] = field(default_factory=list)
    labelled: list[tuple[int, tuple[str, ...], str]] = field(default_factory=list)


def read_table(text: str, path: Path, columns: Columns, known: LabelSet) -> ImportedFile:
    """Return the reports of a table; raises CorpusError for one without the columns, and for what is no table at all."""
    return _reports(_cells(text, path, columns) if path.suffix.lower() in TABLES else _objects(text, path), path, columns, known)


def read_sheets(data: bytes, path: Path, columns: Columns, known: LabelSet, options: ReadConfig) -> ImportedFile:
    """Return the reports of the sheets of a workbook; raises CorpusError for one without the columns, InputError."""
    return _reports(_sheet_rows(data, path, columns, options), path, columns, known)


def _reports(rows: Iterable[_Row | Rejected], path: Path, columns: Columns, known: LabelSet) -> ImportedFile:
    groups: dict[str, _Paragraphs] = {}
    reports, refused, alone = list[ImportedReport](), list[Rejected](), set[str]()
    for number, row in enumerate(rows, 1):
        if isinstance(row, Rejected):
            refused.append(row)
            continue
        source = columns.source_of(row.values)
        name = _unmarked(source or f"{path.stem}_{number:05}")
        if not source:
            alone.add(name)
        for found in _taken(row, name, columns, known, groups):
            if isinstance(found, Rejected):
                refused.append(found)
            else:
                reports.append(found)
    reports += [_joined(name, group, name in alone, known) for name, group in groups.items() if group.labelled]
    return ImportedFile(tuple(reports), tuple(refused), len(alone))


def named_labels(text: str, path: Path, columns: Columns) -> list[str]:
    """Return what stands in the column of labels of a table, each once, in the order of their first; raises CorpusError."""
    return _labels(_cells(text, path, columns) if path.suffix.lower() in TABLES else _objects(text, path), columns)


def labels_of_sheets(data: bytes, path: Path, columns: Columns, options: ReadConfig) -> list[str]:
    """Return the same of the sheets of a workbook; raises CorpusError, InputError."""
    return _labels(_sheet_rows(data, path, columns, options), columns)


def _labels(rows: Iterable[_Row | Rejected], columns: Columns) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        if isinstance(row, _Row):
            value = _spans(row.values, columns) or columns.label_of(row.values)
            found |= dict.fromkeys(name for each in (value if isinstance(value, list) else [value]) if (name := _name_in(each)))
    return list(found)


def _name_in(value: Any) -> str:  # noqa: ANN401 - another tool's data, checked here
    """Return the label that a cell or a span names, or nothing."""
    if isinstance(value, dict):
        value = value.get("label")
    elif isinstance(value, list) and len(value) == 3:
        value = value[2]
    return value.strip() if isinstance(value, str) else ""


def _taken(
    row: _Row, name: str, columns: Columns, known: LabelSet, groups: dict[str, _Paragraphs]
) -> Iterator[ImportedReport | Rejected]:
    """Put a row with its report, or yield a report of its own; yield what is not taken."""
    text, spans = columns.text_of(row.values), _spans(row.values, columns)
    if not isinstance(text, str) or not text.strip():
        yield Rejected(row.where, tr("has no {text!r}", text=columns.texts))
        return
    if is_formula_error(text):
        shown = text.strip()
        yield Rejected(row.where, tr("{text} is no text but an error of a formula; mend it, or paste the values", text=shown))
        return
    if spans is not None:
        yield from _with_spans(ImportedReport(name, text, (), row.where), spans, known)
        return
    group = groups.setdefault(name, _Paragraphs(row.where))
    names = _names(columns.label_of(row.values), row.values.get(SECONDARY), known)
    why = tr("has more cells than the table has columns; put texts that hold the delimiter into quotes") if row.too_long else None
    why = why or unknown(names, known) or (None if names else tr("has no {label!r}", label=columns.labels))
    if why:
        yield Rejected(row.where, why)
    else:
        group.labelled.append((len(group.texts), names, row.where))
    group.texts.append(_plain(text))  # it stays in the report, where it is context of its neighbours


def _cells(text: str, path: Path, columns: Columns) -> Iterator[_Row]:
    """Yield the rows of delimited values, by the delimiter that gives the columns; raises CorpusError."""
    csv.field_size_limit(_LONGEST_CELL)
    first, _, rest = text.partition("\n")
    is_told = first.strip().lower().startswith("sep=")  # Excel's line that names the delimiter
    text = rest if is_told else text
    for delimiter in _DELIMITERS:
        cells = islice(_parsed(text, path, delimiter, strict=False), _LOOK)
        top = [[cell.strip().strip("\ufeff") for cell in row] for row in cells]
        place = _head(top, path, columns)
        if place is not None:
            rows = _parsed(text, path, delimiter, strict=True)
            yield from _under(top[place], enumerate(islice(rows, place + 1, None), place + 2 + is_told), str(path))
            return
    raise _no_columns(next(_parsed(text, path, _DELIMITERS[0], strict=False), []), path, columns)


def _sheet_rows(data: bytes, path: Path, columns: Columns, options: ReadConfig) -> Iterator[_Row | Rejected]:
    """Yield the rows of all sheets with the columns, and what says that others have none; raises CorpusError, InputError."""
    tables = [table for table in sheets(data, str(path), options)[1] if any(map(any, table.rows))]
    heads = [_head([[cell.strip() for cell in row] for row in table.rows[:_LOOK]], path, columns) for table in tables]
    if not any(place is not None for place in heads):
        raise _no_columns(next((row for table in tables for row in table.rows if any(row)), []), path, columns)
    for table, place in zip(tables, heads, strict=True):
        where = f"{path}: {table.sheet}"
        if place is None:
            yield Rejected(where, tr("has no columns of text and label"))
        else:
            yield from _under([cell.strip() for cell in table.rows[place]], _rows_below(table, place, columns), where)


def _head(top: Sequence[Sequence[str]], path: Path, columns: Columns) -> int | None:
    """Return the first row that names the columns of text and label; raises CorpusError for one that names one of them twice.

    Above it may stand a title. A table of tags says what a model found, and is no table of labels unless the column is named.
    """
    for place, head in enumerate(top):
        text, label = columns.text_in(head), columns.label_in(head)
        if text is not None and label is not None:
            if not columns.label and {*head} >= _OF_TAGS:
                raise CorpusError(
                    tr(
                        "{path}: tags of a model, which are no labels; correct them in the workbook that "
                        "`pipeline tag -o NAME.xlsx` made and take that in, or name the column with --label-column",
                        path=path,
                    )
                )
            _check_head(head, (text, label, *columns.sources, SECONDARY), path)
            return place
    return None


def _no_columns(head: Sequence[str], path: Path, columns: Columns) -> CorpusError:
    said = tr(
        "{path}: row 1 has no {text!r} or no {label!r}; name the columns with --text-column and --label-column (it has: {found}); "
        "looked for: {looked_for}",
        path=path,
        text=columns.texts,
        label=columns.labels,
        found=", ".join(cell[:SHOWN] for cell in head if cell),
        looked_for=columns.looked_for,
    )
    return CorpusError(said)


def _check_head(head: Sequence[str], names: Iterable[str], path: Path) -> None:
    """Raise CorpusError where two columns have a name that is taken: which of them is meant, nobody can tell."""
    twice = next((name for name in names if name and head.count(name) > 1), None)
    if twice is not None:
        places = ", ".join(str(number) for number, name in enumerate(head, 1) if name == twice)
        raise CorpusError(
            tr("{path}: row 1 names several columns {name!r} ({places}); rename all but one", path=path, name=twice, places=places)
        )


def _parsed(text: str, path: Path, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    """Yield the rows of a table; raises CorpusError, which names the line, also where ``strict`` and a quotation mark is left open.

    The parser takes what follows an open mark for one cell up to the end of the file, whatever it holds, if it is not strict.
    """
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict), 1
    try:
        for row in reader:
            yield row
            line = reader.line_num + 1
    except csv.Error as error:
        raise CorpusError(
            tr(
                "{path}: line {line}: no row of a table ({error}); see whether a quotation mark there is closed, and "
                "those in a cell are doubled, or open the table in Excel and save it again",
                path=path,
                line=line,
                error=error,
            )
        ) from None


def _rows_below(table: Table, place: int, columns: Columns) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows below some names with their numbers; a label or a source that spans rows stands in each of them."""
    head, above = [cell.strip() for cell in table.rows[place]], spanned(table)
    named = {columns.label_in(head), *columns.sources, SECONDARY}
    filled_in = {at: text for at, text in above.items() if at[1] < len(head) and head[at[1]] in named}
    for index, row in enumerate(table.rows[place + 1 :], place + 1):
        is_used = bool(filled_in) and any(map(str.strip, row))
        yield table.number(index), [cell or filled_in.get((index, at), "") for at, cell in enumerate(row)] if is_used else row


def _under(head: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], path: str) -> Iterator[_Row]:
    """Yield the rows below some names, each with its number."""
    for number, row in rows:
        if any(cell.strip() for cell in row):
            where = tr("{path}: row {number}", path=path, number=number)
            yield _Row(where, dict(zip(head, row, strict=False)), any(cell.strip() for cell in row[len(head) :]))


def _objects(text: str, path: Path) -> Iterator[_Row | Rejected]:
    """Yield the objects of JSON lines; only a line feed ends a line, since a value may hold any other line end."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{path}:{number}"
            try:
                yield _Row(where, decode_json(line, dict[str, Any]))
            except msgspec.MsgspecError as error:
                yield Rejected(where, tr("not a JSON object ({error}); write one a line", error=error))


def _spans(values: Mapping[str, Any], columns: Columns) -> list[Any] | None:
    """Return the spans of a row, or None for one whose label is of the whole text."""
    for value in (columns.label_of(values), *map(values.get, _OF_SPANS)):
        if isinstance(value, list) and value and not any(isinstance(each, str) for each in value):
            return value
    return None


def _with_spans(report: ImportedReport, spans: Iterable[Any], known: LabelSet) -> Iterator[ImportedReport | Rejected]:
    found = [_passage(span, report, known) for span in spans]
    sound = list(without_overlap(sorted((each for each in found if isinstance(each, LabelSpan)), key=lambda each: each.start)))
    yield from (each for each in (*found, *sound) if isinstance(each, Rejected))
    passages = tuple(each for each in sound if isinstance(each, LabelSpan))
    if passages:
        yield ImportedReport(report.name, report.text, passages, report.where)


def _passage(span: Any, report: ImportedReport, known: LabelSet) -> LabelSpan | Rejected:  # noqa: ANN401 - another tool's data, checked here
    if isinstance(span, dict):
        span = [span.get(name) for name in ("start_offset", "end_offset", "label")]
    start, end, name = span if isinstance(span, list) and len(span) == 3 else (None, None, None)
    if not (type(start) is int and type(end) is int and isinstance(name, str)):
        return Rejected(report.where, tr("{span} is no span with a label", span=str(span)[:SHOWN]))
    said = unknown([name], known)
    if said is None and not (0 <= start < end <= len(report.text) and report.text[start:end].strip()):
        said = tr(
            "span {start}-{end} is none of its text, which has {characters}",
            start=start,
            end=end,
            characters=counted(len(report.text), "character"),
        )
    return Rejected(report.where, said) if said else with_labels(LabelSpan(start, end, name, (), report.where), known)


def _names(label: object, secondary: object, known: LabelSet) -> tuple[str, ...]:
    """Return the labels of a row: one, several in a list, or several in one cell with signs between them."""
    given = label if isinstance(label, list) else [label]
    names = [name for each in given if isinstance(each, str) for name in _parts(each, known)]
    second = _parts(secondary, known) if isinstance(secondary, str) else secondary if isinstance(secondary, list) else []
    return tuple(dict.fromkeys([*names, *map(str, second)] if names else []))


def _parts(cell: str, known: LabelSet) -> list[str]:
    """Return the names in a cell; what they are not all labels of is one name, so that a message shows it whole."""
    cell = cell.strip()
    parts = [cell] if unknown([cell], known) is None else list(filter(None, _BETWEEN.split(cell)))
    return parts if unknown(parts, known) is None else [cell]


def _plain(text: str) -> str:
    """Return a cell's text on one line, without the mark that keeps Excel from running it."""
    return " ".join(_unmarked(text).split())


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _joined(name: str, group: _Paragraphs, is_row: bool, known: LabelSet) -> ImportedReport:
    starts, position = [], 0
    for text in group.texts:
        starts.append(position)
        position += len(text) + 1
    passages = tuple(
        with_labels(LabelSpan(starts[place], starts[place] + len(group.texts[place]), names[0], names[1:], where), known)
        for place, names, where in group.labelled
    )
    text = group.texts[0] if is_row and len(group.texts) == 1 else "".join(f"{text}\n" for text in group.texts)
    return ImportedReport(name, text, passages, group.where, is_row)
