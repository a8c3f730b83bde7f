"""How cells look: calm, in one font that every Chinese Office has, the colours of the themes as tints below dark names."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pipeline.core.config import LabelSet
from pipeline.output.colours import TEXT, shades

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FONT = "微软雅黑"
LINE, HEAD, INPUT, INPUT_HEAD, QUIET = "#e3e6ea", "#eef1f4", "#fffdf2", "#fbf0cd", "#6b7280"
WARN, WARN_TINT, BAR = "#8a4b00", "#fdebd3", "#dde6f0"
Look = Literal[
    "text", "quiet", "name", "number", "figure", "share", "score", "theme", "flag", "input", "title",
    "head", "number head", "middle head", "input head", "total", "total name", "total share",
]  # fmt: skip
WRAPPED: tuple[Look, ...] = ("text", "quiet")
_HEAD = {"bg_color": HEAD, "bold": True, "valign": "vcenter", "bottom": 2, "bottom_color": QUIET, "text_wrap": True}
_TOTAL = {"bg_color": HEAD, "bold": True, "top": 1, "top_color": QUIET}
HEAD_OF: dict[Look, Look] = {
    "input": "input head", "number": "number head", "figure": "number head", "score": "number head", "share": "number head",
    "theme": "middle head", "flag": "middle head",
}  # fmt: skip
_LOOKS: dict[Look, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "quiet": {"font_color": QUIET, "text_wrap": True},
    "name": {"font_color": QUIET},
    "number": {"num_format": "#,##0", "align": "right"},
    "figure": {"align": "right"},  # 3900 and 2.5 alike; a format with commas leaves a dot behind 3900
    "share": {"num_format": "0.0%", "align": "right"},
    "score": {"num_format": "0%", "align": "right"},
    "theme": {"align": "center", "bold": True},
    "flag": {"align": "center", "font_color": WARN, "bg_color": WARN_TINT, "bold": True},
    "input": {"bg_color": INPUT, "border": 1, "border_color": LINE, "text_wrap": True},
    "title": {"font_size": 16, "bold": True, "bottom": 0},
    "head": _HEAD,
    "number head": {**_HEAD, "align": "right"},
    "middle head": {**_HEAD, "align": "center"},
    "input head": {**_HEAD, "bg_color": INPUT_HEAD},
    "total": {**_TOTAL, "num_format": "#,##0", "align": "right"},
    "total name": _TOTAL,
    "total share": {**_TOTAL, "num_format": "0.0%", "align": "right"},
}
_BASE = {"font_name": FONT, "font_size": 10, "font_color": TEXT, "valign": "top", "bottom": 1, "bottom_color": LINE}


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook, each made when it is first asked for."""

    book: "Workbook"
    labels: LabelSet

    def of(self, look: Look, theme: str | None = None, quoted: bool = False) -> Any:  # noqa: ANN401 - XlsxWriter's
        """Return the format of a look, in the colours of a theme; ``quoted`` keeps text from ever becoming a formula."""
        key = (look, theme, quoted)
        if key not in self._made:
            colours = {}
            if theme in self._shades:
                colours = {"bg_color": self._shades[theme].tint, "font_color": self._shades[theme].ink}
            self._made[key] = self.book.add_format({**_BASE, **_LOOKS[look], **colours, "quote_prefix": quoted})
        return self._made[key]

    def tint(self, theme: str) -> Any:  # noqa: ANN401 - XlsxWriter's
        """Return the format that a rule lays over a cell in which a theme was chosen."""
        shade = self._shades[theme]
        return self.book.add_format({"bg_color": shade.tint, "font_color": shade.ink, "bold": True})

    @cached_property
    def _made(self) -> dict[tuple[Look, str | None, bool], Any]:
        return {}

    @cached_property
    def _shades(self) -> dict[Any, Any]:
        return dict(zip(self.labels.names, shades(self.labels), strict=True))
