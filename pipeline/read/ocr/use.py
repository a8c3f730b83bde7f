"""Whether text is to be recognised, and the pages of pictures that stand for a document or lie in one."""

from collections.abc import Iterator, Sequence

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText
from pipeline.read.ocr.engine import INSTALL, is_installed
from pipeline.read.ocr.pages import UNREADABLE, RecognisedPage, recognised_page
from pipeline.read.ocr.pictures import pages_of
from pipeline.read.page.text import Recognition, text_of_pages
from pipeline.read.steps import tell

# A picture is taken to be as wide as a page of A4, in points.
_WIDTH = 595.0
_NOT_INSTALLED = f"its text is in pictures; {INSTALL} reads them, or recognise the text with another program"
_NEVER = "its text is in pictures, and read.ocr is never; set it to auto"
_NOTHING = "a picture without text that can be read; get one that is straight, evenly lit and has 200 to 300 dots an inch"


def may_recognise(options: ReadConfig) -> bool:
    """Tell whether text is recognised where a page has none."""
    return options.ocr != "never" and is_installed()


def require_recognition(source: str, options: ReadConfig | None = None) -> None:
    """Raise InputError where text cannot be recognised, or is not to be."""
    if options is not None and options.ocr == "never":
        raise InputError(f"{source}: {_NEVER}", code="scanned")
    if not is_installed():
        raise InputError(f"{source}: {_NOT_INSTALLED}", code="scanned")


def text_of_pictures(pictures: Sequence[bytes], name: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text of pictures that are a document, page by page; ``name`` is that of the format they came in.

    For a picture file, and for documents of Word or OFD that hold nothing but the scans of their pages. Raises InputError
    where text is not to be recognised, and for pictures that are damaged, too large, or without text.
    """
    require_recognition(source, options)
    found = [page for page in _recognised(pictures, source, options) if page.certainty >= UNREADABLE]
    if not found:
        raise InputError(f"{source}: {_NOTHING}", code="scanned")
    recognition = Recognition({page.page.number: page.certainty for page in found}, options.ocr_certainty, is_asked=True)
    return text_of_pages([page.page for page in found], [], set(), name, source, recognition=recognition)


def _recognised(pictures: Sequence[bytes], source: str, options: ReadConfig) -> Iterator[RecognisedPage]:
    number = 0
    for i, data in enumerate(pictures, 1):
        for picture in pages_of(data, source, options):
            number += 1
            yield recognised_page(picture, number, _WIDTH, _WIDTH * picture.shape[0] / picture.shape[1])
            tell(i, len(pictures))
