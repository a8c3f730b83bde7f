"""The tagger for those who write Python, ``from pipeline import Tagger``: it hands texts and files to the engine."""

import html
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeGuard, overload

import msgspec

from pipeline.batch.engine import Engine, Input, TagOptions, tag_texts
from pipeline.core.config import LabelSet, ReadConfig, load_config
from pipeline.core.errors import InputError, WrongTypeError
from pipeline.core.extras import need
from pipeline.core.messages import tr
from pipeline.core.records import FinishedReport, Tag
from pipeline.core.tag_fields import model_fields, text_fields
from pipeline.model.model import Model
from pipeline.read import PassedOver

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROW = "row"
SHOWN_ROWS, SHOWN_CHARACTERS = 20, 120  # of a result in a notebook
_LONGEST_PATH = 1024


class Tagger:
    """A model with all that tags: the same as behind ``pipeline tag``, the page and the registered model.

    >>> tags = Tagger.load().tag("全县新建城市书房六座，送戏下乡八十场。")
    >>> [(tag.theme, tag.text) for tag in tags]
    [('兴文化', '全县新建城市书房六座，送戏下乡八十场。')]
    """

    def __init__(self, model: Model, read: ReadConfig | None = None) -> None:
        """Take a model, and how files are read; as the project's configuration says where nothing is given."""
        self.model, self._read = model, read

    @classmethod
    def load(cls, model: str | os.PathLike[str] | None = None) -> Self:
        """Return the tagger of a model by its folder, its name under ``models/`` or its MLflow URI; the shipped one for None.

        Raises ModelError that says what is wrong with it, and ConfigError for a configuration that is not valid.
        """
        from pipeline.track.locate import open_model  # noqa: PLC0415 - who has a model needs no place of models

        config = load_config()
        return cls(open_model(os.fspath(model or "default"), config.track.uri), config.read)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the model."""
        return self.model.labels.names

    def tag(self, given: "str | os.PathLike[str] | Iterable[str] | Iterable[os.PathLike[str]] | pd.Series[str]") -> "Tags":
        """Return the tags of a text, of a file or folder (a ``Path``), or of many: a list or a column of a DataFrame.

        What cannot be read stands among the ``failures`` of the result; where nothing can be read, its InputError is raised.
        Raises WrongTypeError, a TypeError, that names the item which is neither text nor path: None, numbers and NaN among them.
        """
        items = _items(given)
        if _are_texts(items):
            return self._tag_texts([str(item) for item in items])  # numpy's texts are of a class of their own
        return self._tag_files([os.fspath(item) for item in items])

    def __repr__(self) -> str:
        """Return the model's name and version, and its labels."""
        return f"<Tagger {self.model.name} {self.model.version}: {' '.join(self.labels)}>"

    def _tag_texts(self, texts: Sequence[str]) -> "Tags":
        reports = tuple(report.finish() for report in tag_texts(texts, self.model))
        return Tags(reports, self.model.labels, of_texts=True)

    def _tag_files(self, paths: Sequence[str]) -> "Tags":
        from pipeline.read.find import find_reports  # noqa: PLC0415 - only for files

        found = find_reports(paths)
        reports, failures = list[FinishedReport](), [InputError(line) for line in found.failures]
        options = TagOptions(Path(), self.model.version, self._read or load_config().read)
        with Engine(options, self.model) as engine:
            for outcome in engine.tag(map(Input, found.reports)):
                if isinstance(outcome.result, InputError):
                    failures.append(outcome.result)
                elif not isinstance(outcome.result, PassedOver):
                    reports.append(outcome.result.finish())
        if failures and not reports:
            raise failures[0]
        return Tags(tuple(reports), self.model.labels, tuple(failures))


@dataclass(frozen=True, slots=True, repr=False)
class Tags(Sequence[Tag]):
    """The tags of some texts or files, in order: a sequence of ``Tag``, one for each passage.

    ``reports`` are the texts or files, each with its own tags, ``failures`` what could not be read. A notebook shows a table.
    """

    reports: tuple[FinishedReport, ...]
    labels: LabelSet
    failures: tuple[InputError, ...] = ()
    of_texts: bool = False

    def __iter__(self) -> Iterator[Tag]:
        """Yield the tags."""
        return (tag for report in self.reports for tag in report.tags)

    def __len__(self) -> int:
        """Return the number of tags."""
        return sum(len(report.tags) for report in self.reports)

    @overload
    def __getitem__(self, place: int) -> Tag: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Tag, ...]: ...
    def __getitem__(self, place: int | slice) -> Tag | tuple[Tag, ...]:
        """Return a tag, or some."""
        return tuple(self)[place]

    @property
    def themes(self) -> tuple[str | None, ...]:
        """The theme of each text or report as a whole, that of most of its characters; None for one without a passage.

        For a column they are a column again: ``frame["theme"] = tagger.tag(frame["text"]).themes``.
        """
        return tuple(_main_theme(report, self.labels) for report in self.reports)

    def shares(self) -> dict[str, float]:
        """Return the share of each label in the characters of all tags."""
        counts = Counter[str]()
        for tag in self:
            counts[tag.shown_theme] += tag.end - tag.start
        return {name: counts[name] / (counts.total() or 1) for name in self.labels.names}

    def to_pandas(self) -> "pd.DataFrame":
        """Return a row for each tag, with the columns of the JSON lines; those of texts begin with ``row``, the number of the text.

        Raises UsageError that says what to install where pandas is missing.
        """
        need("pandas", "to_pandas()")
        import pandas as pd  # noqa: PLC0415 - an extra

        values = (msgspec.json.decode(msgspec.json.encode(tag)) for tag in self)  # what `pipeline tag` writes, read back
        rows = [{ROW: row, **value} if self.of_texts else value for row, value in zip(self._rows(), values, strict=True)]
        return pd.DataFrame(rows, columns=self._columns())

    def to_arrow(self) -> "pa.Table":
        """Return a row for each tag, with typed columns; those of texts begin with ``row``, the number of the text.

        Raises UsageError that says what to install where pyarrow is missing.
        """
        from pipeline.core import arrow  # noqa: PLC0415 - an extra

        need(arrow.EXTRA, "to_arrow()")
        import pyarrow as pa  # noqa: PLC0415 - an extra

        fields = arrow.schema(text_fields() if self.of_texts else None)
        if not self.of_texts:
            return arrow.table(self, fields)
        return arrow.table(self, fields.insert(0, pa.field(ROW, pa.int64(), nullable=False)), {ROW: self._rows()})

    def __repr__(self) -> str:
        """Return how many tags and reports there are, and the labels that there are most of."""
        failed = f", {len(self.failures)} not read" if self.failures else ""
        shares = sorted(self.shares().items(), key=lambda item: -item[1])
        most = "".join(f", {name} {share:.0%}" for name, share in shares[:3] if share)
        return f"<{len(self)} tags of {len(self.reports)} {'texts' if self.of_texts else 'reports'}{failed}{most}>"

    def _repr_html_(self) -> str:
        """Return the first tags as a table, for a notebook; whatever stands in a text is shown as text."""
        colours = {label.name: label.color for label in self.labels.labels}
        rows = "".join(_html_row(tag, colours, self.of_texts) for tag, _ in zip(self, range(SHOWN_ROWS), strict=False))
        more = f"<p>… {len(self) - SHOWN_ROWS} more</p>" if len(self) > SHOWN_ROWS else ""
        failures = "".join(f"<li>{html.escape(str(failure))}</li>" for failure in self.failures[:SHOWN_ROWS])
        return f"<p>{html.escape(repr(self))}</p><table>{rows}</table>{more}" + (f"<ul>{failures}</ul>" if failures else "")

    def _rows(self) -> list[int]:
        return [row for row, report in enumerate(self.reports) for _ in report.tags]

    def _columns(self) -> list[str]:
        return [ROW, *(field.name for field in text_fields())] if self.of_texts else [field.name for field in model_fields()]


def _main_theme(report: FinishedReport, labels: LabelSet) -> str | None:
    if len(report.tags) == 1:
        return report.tags[0].shown_theme
    counts = Counter[str]()
    for tag in report.tags:
        counts[tag.shown_theme] += tag.end - tag.start
    return max(labels.names, key=lambda name: counts[name]) if counts else None


def _html_row(tag: Tag, colours: dict[str, str], is_text: bool) -> str:
    """Return a tag as a row; the colour is one that the configuration has checked."""
    theme = f'<b style="color:{colours[tag.shown_theme]}">{html.escape(tag.shown_theme)}</b>{" ?" if tag.asks_review else ""}'
    text = tag.text if len(tag.text) <= SHOWN_CHARACTERS else f"{tag.text[:SHOWN_CHARACTERS]}…"
    cells = [theme, f"{tag.score:.2f}", html.escape(text), *([] if is_text else [html.escape(tag.source)])]
    return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"


def _items(given: object) -> list[Any]:
    """Return what is to be tagged as a list of texts, or one of paths; raises WrongTypeError."""
    if isinstance(given, str | os.PathLike):
        given = [given]
    if hasattr(given, "columns") or isinstance(given, dict | bytes):
        hint = (
            tr("give one of its columns, such as frame['text']")
            if hasattr(given, "columns")
            else tr("give a list of texts or paths")
        )
        raise WrongTypeError(tr("{kind}: cannot be tagged; {hint}", kind=_kind(given), hint=hint))
    if not isinstance(given, Iterable):
        raise WrongTypeError(tr("{kind}: cannot be tagged; give a text, a Path, or many of either", kind=_kind(given)))
    items = list(given)
    kinds = str if items and isinstance(items[0], str) else os.PathLike
    for number, item in enumerate(items):
        _check(item, number, kinds)
    return items


def _check(item: object, number: int, kinds: type) -> None:
    """Raise WrongTypeError for what is neither, or unlike the first, and for a text that is damaged or the name of a file."""
    if not isinstance(item, str | os.PathLike):
        hint = tr("leave the rows without a text out (frame['text'].dropna()), or fill them with ''")
        raise WrongTypeError(
            tr("item {number} is {kind}, and neither a text nor a Path; {hint}", number=number, kind=_kind(item), hint=hint)
        )
    if not isinstance(item, kinds):
        raise WrongTypeError(
            tr(
                "item {number} is {kind}, unlike the first; tag texts and files one after the other",
                number=number,
                kind=_kind(item),
            )
        )
    if isinstance(item, str) and not _can_be_written(item):
        raise WrongTypeError(
            tr("item {number} holds half a character; repair it (text.encode('utf-8', 'replace').decode())", number=number)
        )
    if isinstance(item, str) and "." in item[-8:] and len(item) < _LONGEST_PATH and _is_report(item):
        raise WrongTypeError(
            tr("item {number}, {item!r}, is the name of a file; give Path({item!r}) to tag what is in it", number=number, item=item)
        )


def _can_be_written(text: str) -> bool:
    """Tell whether a text can stand in a file: one that was cut in the middle of a character cannot."""
    try:
        return text.isascii() or text.encode() is not None
    except UnicodeEncodeError:
        return False


def _is_report(name: str) -> bool:
    """Tell whether a text is the name of a file that a reader takes."""
    from pipeline.read import suffix_of, suffixes  # noqa: PLC0415 - hardly any text has an ending

    try:
        return suffix_of(name) in suffixes() and Path(name).is_file()
    except (OSError, ValueError):  # no name that the system could hold
        return False


def _kind(value: object) -> str:
    """Return a value as a message shows it: None and NaN as they are, of all else the type."""
    return str(value) if value is None or (isinstance(value, float) and isnan(value)) else f"a {type(value).__name__}"


def _are_texts(items: list[Any]) -> TypeGuard[list[str]]:
    return not items or isinstance(items[0], str)
