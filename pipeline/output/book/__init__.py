"""A workbook for people: tagged passages to read, sort, filter and correct, and enough in it to take the corrections back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from pipeline.core.process import Scratch

if TYPE_CHECKING:
    from xlsxwriter import Workbook


@contextmanager
def new_book(stream: BinaryIO, **properties: object) -> Iterator["Workbook"]:
    """Give a workbook with some properties of its document; it is in the stream at the end.

    Its rows wait in files, which go with this process however it ends, so that memory does not grow with them.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only where a workbook is made

    with Scratch() as folder:
        safe = {"strings_to_formulas": False, "strings_to_urls": False}
        book = Workbook(stream, {**safe, "constant_memory": True, "tmpdir": str(folder)})
        book.set_properties(properties)
        yield book
        book.close()
