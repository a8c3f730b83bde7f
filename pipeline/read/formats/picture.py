"""Pictures of pages (PNG, JPEG, TIFF, BMP, WebP): their text is recognised; see ``pipeline.read.ocr``."""

from pipeline.core.config import ReadConfig
from pipeline.read.decode import ReadText
from pipeline.read.ocr.use import text_of_pictures


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of a picture, page by page; raises InputError."""
    return text_of_pictures([data], "picture", source, options)
