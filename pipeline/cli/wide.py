"""Help in characters that take two columns and have no blanks between words: click counts characters and breaks at blanks."""

import re
from collections.abc import Iterable, Iterator

import click

# What stays on one line: a word, or one character with the marks that open before it and close behind it.
_PIECE = r"[（《“「]*(?:[!-~]+|[^\s])[，。；：、！？）》”」…]*\s?|\s"


class WideFormatter(click.HelpFormatter):
    """Writes texts and lists by the columns that they take."""

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{'':{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; those that begin with ``\\b`` keep their lines."""
        indent = " " * self.current_indent
        paragraphs = [list(self._lines(paragraph)) for paragraph in text.split("\n\n")]
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def _lines(self, paragraph: str) -> Iterable[str]:
        if paragraph.startswith("\b"):
            return paragraph.split("\n")[1:]
        return wrapped(paragraph, self.width - self.current_indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of two columns."""
        from wcwidth import wcswidth  # noqa: PLC0415 - only where help is asked for

        rows, indent = list(rows), " " * self.current_indent
        column = min(max(wcswidth(first) for first, _ in rows), col_max) + col_spacing
        for first, second in rows:
            fits = wcswidth(first) + col_spacing <= column
            head = first + " " * (column - wcswidth(first)) if fits else f"{first}\n{indent}{' ' * column}"
            lines = wrapped(second, self.width - self.current_indent - column)
            self.write(indent + head + f"\n{indent}{' ' * column}".join(lines) + "\n")


class WideContext(click.Context):
    """The context of a command whose help is in Chinese."""

    formatter_class = WideFormatter


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a text that take no more than so many columns; a word that is longer has a line of its own.

    >>> list(wrapped("标注报告，写出 Word 文件", 10))
    ['标注报', '告，写出', 'Word 文件']
    """
    from wcwidth import wcswidth  # noqa: PLC0415 - only where help is asked for

    line = ""
    for piece in re.findall(_PIECE, " ".join(text.split())):
        if line and wcswidth(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()
