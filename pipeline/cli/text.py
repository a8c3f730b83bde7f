"""`pipeline text`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import config_options, ocr_option, read_config, reading, say_error
from pipeline.core.messages import tr

if TYPE_CHECKING:
    from pipeline.core.records import Document


@click.command()
@click.argument("file")
@click.option("--encoding", help="The encoding of a text file, such as gb18030 or big5; found out without it.")
@ocr_option
@config_options("read")
def text(file: str, encoding: str | None, ocr: str | None, config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Print the text of a report as its reader produces it: what the offsets of a tag count in.

    The reports of a zip file are printed one after the other, each below a line with its name.

    \b
    Examples:
      pipeline text report.docx > report.txt
      pipeline text scan.pdf | less
    """
    from pipeline.core.names import readable  # noqa: PLC0415
    from pipeline.core.outputs import check_standard_output  # noqa: PLC0415
    from pipeline.read.isolated import read_files  # noqa: PLC0415 - help must not load the program

    check_standard_output([file])
    config = read_config(config_file, (*settings, *reading(encoding, ocr)))
    failures: list[Exception] = []
    for document in read_files([file], config.read, failures.append):
        if document.source not in (readable(file), "stdin"):
            click.echo(f"==> {document.source} <==")
        for note in _recognised(document):
            click.echo(note, err=True)
        sys.stdout.buffer.write(document.text.encode() + b"\n")
    sys.stdout.buffer.flush()
    for failure in failures:
        say_error(failure)
    sys.exit(1 if failures else 0)


def _recognised(document: "Document") -> Iterator[str]:
    """Yield a line for each page whose text was recognised in a picture, with how certain that is, and one for those without."""
    from pipeline.read.page.text import NOTHING_ON  # noqa: PLC0415 - as above

    certainty = {there.page: there for there in document.places if there.certainty is not None}
    for page, there in certainty.items():
        doubt = tr(", below read.ocr_certainty: check it") if there.doubtful else ""
        yield tr(
            "{source}: page {page} by OCR, {certainty:.1%} certain{doubt}",
            source=document.source,
            page=page,
            certainty=there.certainty,
            doubt=doubt,
        )
    if NOTHING_ON in document.encoding:
        yield f"{document.source}: {document.encoding}"
