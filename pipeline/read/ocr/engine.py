"""RapidOCR: the lines of text in a picture, each with its corners and how certain the engine is of it.

An extra, ``pip install 'mission-themes[ocr]'``: RapidOCR (Apache-2.0) runs the models of PP-OCRv6 (Apache-2.0) with
onnxruntime (MIT) and OpenCV (Apache-2.0), and its wheel carries these models: nothing is downloaded when it runs, and no
picture leaves the machine. Tesseract is a program of its own with models apart and knows less Chinese; PaddleOCR brings a
framework of its own and downloads its models. The classifier of upside-down lines is not asked line by line, where it turns
long ones that are upright; it is asked of the beginnings of some lines, which tell of the page.
"""

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.core.extras import command, missing_modules

if TYPE_CHECKING:
    from numpy.typing import NDArray

INSTALL = command("ocr")
# Of a batch of lines all are as wide as the widest; one by one they are read more exactly, and no more slowly.
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Global.text_score": 0.0,
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_MOST_THREADS = 2
# So many lines are asked for how they stand, each by a part that is so many times as wide as it is high.
_JUDGED, _CLASSIFIED = 7, 4


class Recognised(msgspec.Struct, frozen=True):
    """A line of text in a picture: its four corners in pixels from the upper left, clockwise, and its certainty, 0 to 1."""

    text: str
    corners: tuple[tuple[float, float], ...]
    certainty: float


@cache
def is_installed() -> bool:
    """Tell whether the extra is there; nothing of it is loaded."""
    return not missing_modules("ocr")


def recognise(picture: "NDArray[Any]") -> list[Recognised]:
    """Return the lines of text in a picture of shape (height, width, 3), blue first, in no order that counts.

    Raises MemoryError where the engine gets too little memory.
    """
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError  # noqa: PLC0415 - loaded when a picture is read

    try:
        found = _engine()(picture, use_det=True, use_cls=False, use_rec=True)  # it keeps what it was told last
    except ONNXRuntimeError:
        raise MemoryError from None  # an array of numbers is nothing that it could refuse otherwise
    if found.boxes is None or found.txts is None:
        return []
    return [
        Recognised(text, tuple((float(x), float(y)) for x, y in box), float(score))
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if text.strip()
    ]


def is_upside_down(picture: "NDArray[Any]", found: Sequence[Recognised]) -> bool:
    """Tell whether most of the longest lines of a picture stand on their heads, which the engine reads all the same."""
    longest = sorted(found, key=lambda line: -len(line.text))[:_JUDGED]
    pieces = [piece for line in longest if (piece := _piece(picture, line)).size]
    labels = [_engine()(piece, use_det=False, use_cls=True, use_rec=False).cls_res[0][0] for piece in pieces]
    return sum("180" in str(label) for label in labels) * 2 > len(labels)


def _piece(picture: "NDArray[Any]", line: Recognised) -> "NDArray[Any]":
    """Return a part of a line that is four times as wide as it is high, as the classifier takes it; it may be empty."""
    xs, ys = [int(x) for x, _ in line.corners], [int(y) for _, y in line.corners]
    left, top, bottom = max(0, min(xs)), max(0, min(ys)), max(ys)
    return picture[top:bottom, left : left + max(1, _CLASSIFIED * (bottom - top))]


@cache
def _engine() -> Any:  # noqa: ANN401 - RapidOCR has no types
    import onnxruntime  # noqa: PLC0415 - loaded when a picture is read
    from rapidocr import RapidOCR  # noqa: PLC0415

    onnxruntime.disable_telemetry_events()  # the builds for Windows have some
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": min(_MOST_THREADS, os.cpu_count() or 1)}
    return RapidOCR(params=_SETTINGS | threads)
