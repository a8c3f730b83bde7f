"""Pictures of pages as arrays: decoded by Pillow, within bounds, upright, and cut where they are much longer than a page.

Pillow (MIT-CMU) comes with the extra. It reads the size of a picture before it decodes it, so that one that would unpack to
too much is refused.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
# Pixels of a picture, and of its longer side when it is read: a page of A4 at 200 dots an inch has 2,339.
MOST_PIXELS, LONGEST_SIDE = 120_000_000, 2_600
# What Pillow raises for damage: for a file that is none or ends too soon, for values that cannot be, for a broken chunk of a PNG.
DAMAGE = (OSError, ValueError, SyntaxError, EOFError, ArithmeticError)
# A picture smaller than this in either direction is an ornament.
LEAST_SIDE = 40
# A picture longer than this, in widths, is cut into pages of the next, at the row with the least ink within a tenth.
_LONGEST, _CUT = 2.0, 1.4
_DAMAGED = mark("a damaged picture ({reason}); open it in a picture program and save it again as .png or .jpg")


def pages_of(data: bytes, source: str, options: ReadConfig) -> Iterator["NDArray[Any]"]:
    """Yield the pages of a picture file, each of shape (height, width, 3), blue first; raises InputError."""
    try:
        with _opened(data) as image:
            for frame in range(_frames(image, source, options)):
                image.seek(frame)
                _check(image, source)
                yield from _cut(_array(image))
    except InputError:
        raise
    except DAMAGE as error:
        # Pillow's words for what it cannot identify hold the address of an object in memory.
        what = type(error).__name__ if " object at 0x" in str(error) else " ".join(str(error).split())[:80] or type(error).__name__
        raise InputError(tr("{source}: {reason}", source=source, reason=tr(_DAMAGED, reason=what)), code="damaged") from None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels that the head of a picture tells, or None where it is damaged or Pillow is missing."""
    try:
        with _opened(data) as image:
            return image.size
    except (ImportError, *DAMAGE):
        return None


def _opened(data: bytes) -> "Image":
    """Return a picture whose pixels are not decoded yet; raises one of DAMAGE. Every picture is opened here, under one bound."""
    from PIL import Image  # noqa: PLC0415 - loaded when a picture is read

    Image.MAX_IMAGE_PIXELS = None  # the bound is _check's, whose message can name the file
    return Image.open(io.BytesIO(data), formats=FORMATS)


def _frames(image: "Image", source: str, options: ReadConfig) -> int:
    """Return how many pages a picture has: only a TIFF is more than one."""
    frames = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
    if frames > options.max_pages:
        raise InputError(
            tr(
                "{source}: {frames:,} pages; the limit is {max_pages:,} (read.max_pages)",
                source=source,
                frames=frames,
                max_pages=options.max_pages,
            ),
            code="too_large",
        )
    return frames


def _check(image: "Image", source: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InputError(
            tr(
                "{source}: a picture of {width:,} by {height:,} pixels, more than can be read; save it smaller",
                source=source,
                width=width,
                height=height,
            ),
            code="too_large",
        )
    if min(width, height) < LEAST_SIDE:
        raise InputError(
            tr(
                "{source}: a picture of {width} by {height} pixels, too small for text; get the original",
                source=source,
                width=width,
                height=height,
            ),
            code="scanned",
        )


def _array(image: "Image") -> "NDArray[Any]":
    import numpy as np  # noqa: PLC0415 - loaded when a picture is read
    from PIL import Image as Images  # noqa: PLC0415
    from PIL import ImageOps  # noqa: PLC0415

    ratio = max(image.size) / min(image.size)
    side = LONGEST_SIDE * (ratio if ratio > _LONGEST else 1)  # of what is cut into pages each may be as long
    image.draft("RGB", (int(side), int(side)))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        ground = Images.new("RGBA", upright.size, "white")
        ground.alpha_composite(upright.convert("RGBA"))
        upright = ground
    upright = upright.convert("RGB")
    upright.thumbnail((int(side), int(side)))
    return np.ascontiguousarray(np.asarray(upright)[..., ::-1])


def _cut(picture: "NDArray[Any]") -> Iterator["NDArray[Any]"]:
    """Yield a long picture, such as that of a whole web page, in pieces, cut between its lines."""
    height, width = picture.shape[:2]
    start = 0
    while height - start > _LONGEST * width:
        at = start + int(_CUT * width)
        slack = max(1, width // 10)
        ink = picture[at - slack : at + slack].std(axis=(1, 2))
        end = at - slack + int(ink.argmin())
        yield picture[start:end]
        start = end
    yield picture[start:]
