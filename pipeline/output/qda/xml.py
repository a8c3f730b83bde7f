"""Write XML piece by piece, so that a project of many reports is never in memory as a whole."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from pipeline.output.visible import visible

_NONE: Mapping[str, str] = {}


class Xml:
    """Writes elements into a stream; what XML cannot hold is written as it can be seen, and an empty attribute not at all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._out = XMLGenerator(stream, "utf-8", short_empty_elements=True)
        self._out.startDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] = _NONE) -> Iterator[None]:
        """Write an element around what is written within."""
        self._out.startElement(name, AttributesImpl({key: visible(value) for key, value in attributes.items() if value}))
        yield
        self._out.endElement(name)

    def leaf(self, name: str, attributes: Mapping[str, str] = _NONE, text: str = "") -> None:
        """Write an element that holds text or nothing."""
        with self.element(name, attributes):
            if text:
                self._out.characters(visible(text))
