"""Plain text."""

from pipeline.core.config import ReadConfig
from pipeline.read.decode import ReadText, decode


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return decoded plain text; raises InputError."""
    return decode(data, source, options.encoding)
