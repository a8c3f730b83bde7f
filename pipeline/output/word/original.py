"""A report's own Word file with comments on its passages: its text, formatting, pictures and parts stay as they are.

Nothing in the file is run and nothing that it refers to is opened; all parts but those with the text and the comments are copied
byte for byte. ``apart.py`` does this in a process of its own.
"""

import hashlib
import zipfile
from typing import BinaryIO

from pipeline.core.config import ReadConfig
from pipeline.core.names import on_disk
from pipeline.core.records import FinishedReport
from pipeline.output import RunFacts
from pipeline.output.colours import shades
from pipeline.output.layout import passages, shares
from pipeline.output.word.anchors import Anchors
from pipeline.output.word.markup import Markup
from pipeline.output.word.package import (
    TYPES,
    comment_on,
    comment_on_all,
    first_free,
    serialised,
    take_earlier,
    with_comments,
    write_package,
)
from pipeline.read.formats.docx import WordBody, walk
from pipeline.read.office.packages import parse_xml, read_member

LARGEST = 64 * 2**20  # bytes of a file, packed or not; a larger one gets a composed document
DOCX = "docx"
# Of a plain document; one with macros or a template would have to be named by another ending.
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def find_original(report: FinishedReport) -> bytes | None:
    """Return the bytes of the Word file that a report was read from; None where it was none, has changed, is gone or too large."""
    if report.encoding != DOCX:
        return None
    try:
        path = on_disk(report.source)
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):  # a name that is no path here
        return None
    return data if hashlib.sha256(data).hexdigest() == report.sha256 else None


def annotate(data: bytes, report: FinishedReport, stream: BinaryIO, run: RunFacts, options: ReadConfig) -> bool:
    """Write a Word file with comments on a report's passages; return False, with nothing written, for one with macros.

    Raises InputError for a file that cannot be read within the limits.
    """
    original = walk(data, report.source, options)
    if not _is_plain(original.package, original.main, report.source):
        return False
    write_annotated(original, report, stream, run)
    return True


def write_annotated(original: WordBody, report: FinishedReport, stream: BinaryIO, run: RunFacts) -> tuple[int, int]:
    """Write a document with a comment on each passage; return how many passages have one, and how many stand at their runs."""
    markup = Markup(str(original.root.tag)[1:].partition("}")[0])
    tags, source = passages(report), report.source
    first = first_free(original.package, original.main, source)
    earlier = take_earlier(original.package, original.main, original.root, source)
    comments = {number: comment_on(tag, run) for number, tag in enumerate(tags, start=first)}
    anchors, colours = Anchors(original, report.text, markup), dict(zip(run.labels.names, shades(run.labels), strict=True))
    if earlier:
        markup.take_shades(original.root, colours.values())
    found = 0
    for number, tag in reversed([*enumerate(tags, start=first)]):
        runs, is_found = anchors.anchor(tag.start, tag.end, number)
        found += is_found
        for part in runs:
            markup.shade(part, colours[tag.shown_theme])
    if tags:
        whole = first + len(tags)
        anchors.anchor_paragraph(tags[0].start, whole)
        comments = {whole: comment_on_all(shares(tags, run.labels), len(report.noise), run), **comments}
    changed = with_comments(original.package, original.main, comments, run, markup, source, earlier) if comments else {}
    write_package(original.package, {**changed, original.main: serialised(original.root)}, stream, run, source)
    return len(tags), found


def _is_plain(package: zipfile.ZipFile, main: str, source: str) -> bool:
    types = parse_xml(read_member(package, TYPES, source) or b"", TYPES, source)
    return any(entry.get("PartName") == f"/{main}" and entry.get("ContentType") == _MAIN_TYPE for entry in types)
