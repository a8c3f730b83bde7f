"""The scans in a document of Word, OpenDocument or OFD that holds nothing but them, a picture a page."""

import io
import re
import zipfile
from collections.abc import Iterator

from pipeline.core.config import ReadConfig
from pipeline.read.decode import ReadText
from pipeline.read.ocr.use import text_of_pictures
from pipeline.read.office.packages import DAMAGE

KINDS = ("docx", "odt", "ofd")
_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
# Pixels of the shorter side of a picture that may be a page, and the least bytes of one.
_LEAST_SIDE, _LEAST_BYTES = 600, 4_096
_NUMBER = re.compile(r"(\d+)")


def text_of_scans(data: bytes, kind: str, source: str, options: ReadConfig) -> ReadText | None:
    """Return the text of the pictures in a package that are large enough to be pages, or None where it has none.

    They are read in the order of the numbers in their names. Raises InputError where text is not to be recognised.
    """
    pictures = list(_pictures(data, options))
    return text_of_pictures(pictures, kind, source, options) if pictures else None


def _pictures(data: bytes, options: ReadConfig) -> Iterator[bytes]:
    left = options.max_unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for info in sorted(package.infolist(), key=lambda info: _in_order(info.filename)):
                if not info.filename.lower().endswith(_ENDINGS) or not _LEAST_BYTES <= info.file_size <= left:
                    continue
                left -= info.file_size
                picture = package.open(info).read(info.file_size)
                if _is_large(picture):
                    yield picture
    except DAMAGE:
        return


def _in_order(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part.lower()) for part in _NUMBER.split(name))


def _is_large(picture: bytes) -> bool:
    """Tell by its head whether a picture is as large as a page; without Pillow, by its bytes."""
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - comes with the extra
    except ImportError:
        return len(picture) > 10 * _LEAST_BYTES
    try:
        with Image.open(io.BytesIO(picture)) as image:
            return min(image.size) >= _LEAST_SIDE
    except (UnidentifiedImageError, OSError, ValueError):
        return False
