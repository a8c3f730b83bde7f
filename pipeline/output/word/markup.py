"""Elements of a Word document, in the namespace of the document that they go into (the strict form of the standard has its own)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.output.colours import Shades
from pipeline.output.visible import on_one_line
from pipeline.read.office.ooxml import local

if TYPE_CHECKING:
    from lxml.etree import _Element

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What may stand behind the shading among the properties of a run, by the order of the standard.
_BEHIND_SHADING = frozenset(
    ["fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange"]
)


class Markup:
    """Makes elements of one namespace."""

    def __init__(self, namespace: str = WORD) -> None:
        from lxml import etree  # noqa: PLC0415 - only where a Word document is made

        self._etree = etree
        self.namespace = namespace
        self._prefixes = {"w": namespace}

    def element(self, name: str, /, *children: "_Element", **attributes: object) -> "_Element":
        """Return an element with attributes of the same namespace and with its children."""
        named = {self.name(key): str(value) for key, value in attributes.items()}
        made = self._etree.Element(self.name(name), named, self._prefixes)
        made.extend(children)
        return made

    def name(self, plain: str) -> str:
        """Return a name with the namespace."""
        return f"{{{self.namespace}}}{plain}"

    def text(self, text: str) -> "_Element":
        """Return text of a run; white space at its ends stays."""
        made = self.element("t")
        made.text = text
        made.set(SPACE, "preserve")
        return made

    def run(self, text: str, *properties: "_Element") -> "_Element":
        """Return a run of text, as it may be seen, with properties, which stand in the order of the standard."""
        first, *rest = on_one_line(text).split("\t")
        parts = [self.text(first), *(part for text in rest for part in (self.element("tab"), self.text(text)))]
        return self.element("r", *([self.element("rPr", *properties)] if properties else []), *parts)

    def shading(self, colour: str) -> "_Element":
        """Return the shading of a run or a cell."""
        return self.element("shd", val="clear", color="auto", fill=colour.removeprefix("#").upper())

    def colour(self, colour: str) -> "_Element":
        """Return the colour of a run."""
        return self.element("color", val=colour.removeprefix("#").upper())

    def range_start(self, number: int) -> "_Element":
        """Return the mark where the range of a comment starts."""
        return self.element("commentRangeStart", id=number)

    def range_end(self, number: int) -> "tuple[_Element, _Element]":
        """Return the mark where the range of a comment ends, and the run that refers to the comment."""
        return self.element("commentRangeEnd", id=number), self.element("r", self.element("commentReference", id=number))

    def shade(self, run: "_Element", shade: Shades) -> None:
        """Lay a theme's tint below a run, unless it has a colour of its own there."""
        properties = run.find(self.name("rPr"))
        if properties is None:
            properties = self.element("rPr")
            run.insert(0, properties)
        if any(properties.find(self.name(name)) is not None for name in ("shd", "highlight")):
            return
        at = next((at for at, found in enumerate(properties) if local(found) in _BEHIND_SHADING), len(properties))
        properties.insert(at, self.shading(shade.tint))

    def take_shades(self, root: "_Element", shades: Iterable[Shades]) -> None:
        """Take the tints of themes, which an earlier run laid, from below the runs of a document."""
        fills = {shade.tint.removeprefix("#").upper() for shade in shades}
        for properties in root.iter(self.name("rPr")):
            for shading in properties.findall(self.name("shd")):
                if shading.get(self.name("fill")) in fills:
                    properties.remove(shading)
