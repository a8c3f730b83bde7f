"""Whether text is to be recognised, and the pages of pictures that stand for a document or lie in one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr
from pipeline.read.decode import ReadText
from pipeline.read.ocr.engine import INSTALL, is_installed
from pipeline.read.ocr.pages import UNREADABLE, RecognisedPage, recognised_page
from pipeline.read.ocr.pictures import pages_of
from pipeline.read.page.text import Recognition, text_of_pages
from pipeline.read.steps import tell

# A picture is taken to be as wide as a page of A4, in points.
_WIDTH = 595.0
_NOT_INSTALLED = mark("its text is in pictures; {install} reads them, or recognise the text with another program")
_NEVER = mark("its text is in pictures, and read.ocr is never; set it to auto")
_NOTHING = mark("a picture without text that can be read; get one that is straight, evenly lit and has 200 to 300 dots an inch")


def may_recognise(options: ReadConfig) -> bool:
    """Tell whether text is recognised where a page has none."""
    return options.ocr != "never" and is_installed()


def require_recognition(source: str, options: ReadConfig | None = None) -> None:
    """Raise InputError where text cannot be recognised, or is not to be."""
    if options is not None and options.ocr == "never":
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_NEVER)), code="scanned")
    if not is_installed():
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_NOT_INSTALLED, install=INSTALL)), code="scanned")


@dataclass(slots=True)
class _Seen:
    """The pages of pictures on the way: those that were read, the numbers of those that gave nothing, and what is damaged."""

    pages: list[RecognisedPage] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many pages there were so far."""
        return len(self.pages) + len(self.unread)


def text_of_pictures(pictures: Sequence[bytes | InputError], name: str, source: str, options: ReadConfig) -> ReadText:
    """Return the text of pictures that are a document, page by page; ``name`` is that of the format they came in.

    For a picture file, and for documents of Word or OFD that hold nothing but the scans of their pages; a scan that could not be
    unpacked stands there as its error. A page that gives nothing is named in the note of the format. Raises InputError where text
    is not to be recognised, and where all pictures are damaged, too large, or without text.
    """
    require_recognition(source, options)
    seen = _Seen()
    for i, picture in enumerate(pictures, 1):
        _look_at(picture, seen, source, options)
        tell(i, len(pictures))
    if not seen.pages:
        raise (
            seen.errors[0]
            if seen.errors
            else InputError(tr("{source}: {reason}", source=source, reason=tr(_NOTHING)), code="scanned")
        )
    certainty = {page.page.number: page.certainty for page in seen.pages}
    recognition = Recognition(certainty, options.ocr_certainty, is_asked=True, unread=seen.unread)
    return text_of_pages([page.page for page in seen.pages], [], set(), name, source, recognition=recognition)


def _look_at(data: bytes | InputError, seen: _Seen, source: str, options: ReadConfig) -> None:
    """Read the pages of one picture; what is damaged counts as one page more that gives nothing."""
    try:
        if isinstance(data, InputError):
            raise data
        for picture in pages_of(data, source, options):
            page = recognised_page(picture, seen.count + 1, _WIDTH, _WIDTH * picture.shape[0] / picture.shape[1])
            if page.certainty >= UNREADABLE:
                seen.pages.append(page)
            else:
                seen.unread.append(page.page.number)
    except InputError as error:
        seen.unread.append(seen.count + 1)
        seen.errors.append(error)
