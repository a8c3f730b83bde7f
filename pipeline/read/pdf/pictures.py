"""A PDF page as the picture that it shows, for what is to be recognised, and how much of it pictures take."""

from typing import TYPE_CHECKING, Any

from pipeline.read.ocr.pictures import LONGEST_SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pypdfium2 import PdfPage

# Pixels for each point of the page: 200 to an inch, and no more than a picture may have on its longer side.
_SCALE = 200 / 72


def picture_of(page: "PdfPage") -> "NDArray[Any]":
    """Return the picture of a page, of shape (height, width, 3), blue first."""
    scale = min(_SCALE, LONGEST_SIDE / max(*page.get_size(), 1.0))
    picture: NDArray[Any] = page.render(scale=scale, rev_byteorder=False).to_numpy()
    return picture[..., :3]


def pictured_share(page: "PdfPage") -> float:
    """Return which share of a page its largest picture takes."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE  # noqa: PLC0415 - loaded when a PDF is read

    left, bottom, right, top = page.get_bbox()
    area = max((right - left) * (top - bottom), 1.0)
    shares = [0.0]
    for item in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x1, y1, x2, y2 = item.get_bounds()
        shares.append(max(0.0, min(x2, right) - max(x1, left)) * max(0.0, min(y2, top) - max(y1, bottom)) / area)
    return max(shares)
