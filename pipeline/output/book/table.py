"""A sheet that is a table: frozen header, filters, sane widths, no column that nothing fills, as many sheets as its rows need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipeline.output.book.cells import cell_text
from pipeline.output.book.styles import BAR, HEAD_OF, WRAPPED, Look, Styles
from pipeline.output.rows import FORMULA, Cell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 1_048_575  # of a sheet, counted from 0
LABELS_SHEET = "标签"
HIGHEST, LINE_HEIGHT, UNIT = 409.0, 14.5, 0.95  # points, points, and the width of half a Chinese character in units of a column
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """A column: its name, its width in characters, what it holds and how; ``is_technical`` ones are not shown."""

    name: str
    width: float
    look: Look
    cell: Callable[[Item], Cell]
    is_technical: bool = False
    chooses_label: bool = False


class SheetWriter(Generic[Item]):
    """Writes rows to a sheet, and where it is full to a further one of the same columns."""

    def __init__(self, book: "Workbook", name: str, columns: Sequence[Column[Item]], styles: Styles, printed: int = 0) -> None:
        """``printed`` is how many columns go on paper; 0: all."""
        self._book, self._name, self._columns, self._styles = book, name, columns, styles
        self._printed = printed or len(columns)
        self._sheets: list[Worksheet] = []
        self._filled: set[str] = set()
        self.rows = 0
        self._begin()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sheets."""
        return tuple(sheet.get_name() for sheet in self._sheets)

    def add(self, item: Item, theme: str | None = None) -> None:
        """Write a row; ``theme`` colours the cell of its theme."""
        if self._row == LAST_ROW:
            self._end()
            self._begin()
        self._row += 1
        self.rows += 1
        cells = [column.cell(item) for column in self._columns]
        self._sheets[-1].set_row(self._row, _height(self._columns, cells))
        for place, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            if cell not in (None, ""):
                self._filled.add(column.name)
            put(self._sheets[-1], self._row, place, cell, self._styles, column.look, theme if column.look == "theme" else None)

    def close(self, is_shown: bool = False) -> None:
        """Give the sheets their widths, and hide them where there is no row, unless they are to be shown all the same."""
        self._end()
        for sheet in self._sheets:
            for place, column in enumerate(self._columns):
                is_input = column.look == "input"
                hidden = column.is_technical or not (is_input or column.name in self._filled)
                sheet.set_column(place, place, column.width, None, {"hidden": hidden})
            if not (self.rows or is_shown):
                sheet.hide()

    def _begin(self) -> None:
        number = len(self._sheets) + 1
        sheet = self._book.add_worksheet(self._name if number == 1 else f"{self._name} {number}")
        sheet.set_row(0, 24)
        for place, column in enumerate(self._columns):
            put(sheet, 0, place, column.name, self._styles, HEAD_OF.get(column.look, "head"))
        sheet.freeze_panes(1, 0)
        printed(sheet, self._name)
        sheet.repeat_rows(0)
        self._sheets.append(sheet)
        self._row = 0

    def _end(self) -> None:
        sheet, last = self._sheets[-1], max(1, self._row)
        sheet.autofilter(0, 0, last, len(self._columns) - 1)
        sheet.print_area(0, 0, last, self._printed - 1)
        for place, column in enumerate(self._columns):
            if column.look == "score":
                sheet.conditional_format(1, place, last, place, _bar())
            if column.chooses_label:
                self._offer_labels(sheet, last, place)

    def _offer_labels(self, sheet: "Worksheet", last: int, place: int) -> None:
        names = self._styles.labels.names
        wrong = {"error_title": "没有这个主题", "error_message": "请从下拉列表中选择一个主题，或按取消。"}
        choice = {"validate": "list", "source": f"={LABELS_SHEET}!$A$1:$A${len(names)}", **wrong}
        sheet.data_validation(1, place, last, place, choice)
        for number, name in enumerate(names, 1):
            rule = {"type": "cell", "criteria": "==", "value": f"={LABELS_SHEET}!$A${number}", "format": self._styles.tint(name)}
            sheet.conditional_format(1, place, last, place, rule)


def printed(sheet: "Worksheet", name: str) -> None:
    """Set a sheet up for paper: A4, landscape, as wide as the page, with its name and the page's number below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&9{name}&R&9第 &P 页，共 &N 页")


def put(sheet: "Worksheet", row: int, column: int, cell: Cell, styles: Styles, look: Look, theme: str | None = None) -> None:
    """Write one cell: text as text, whatever it begins with."""
    if cell is None or cell == "":
        sheet.write_blank(row, column, None, styles.of("text" if look == "flag" else look))
    elif isinstance(cell, str):
        text = cell_text(cell)
        sheet.write_string(row, column, text, styles.of(look, theme, quoted=text.startswith(FORMULA)))
    else:
        sheet.write_number(row, column, cell, styles.of(look))


def _height(columns: Sequence[Column[Item]], cells: Sequence[Cell]) -> float:
    """Return the height of a row in points, so that its text can be read; not every program finds it by itself."""
    lines = [
        _lines(str(cell), column.width) for column, cell in zip(columns, cells, strict=True) if cell and column.look in WRAPPED
    ]
    return min(HIGHEST, max(lines, default=1) * LINE_HEIGHT + 4)


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes: a Chinese character is as wide as two others, and two of these as a unit and a bit."""
    units = (2 * len(line) - len(line.encode("ascii", "ignore")) for line in text.split("\n"))
    return sum(1 + int(count * UNIT // width) for count in units)


def _bar() -> dict[str, Any]:
    limits = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    return {"type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_color": BAR, **limits}
