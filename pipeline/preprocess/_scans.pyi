from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.preprocess.series import Series

_Kind = TypeVar("_Kind", np.uint8, np.uint16)
SOURCE: str

def keep_memory(block: int, all_blocks: int) -> bool: ...
def kinds_of(text: str, table: NDArray[_Kind], kinds: NDArray[_Kind]) -> int: ...
def control_characters(data: bytes) -> int: ...
def count(kinds: NDArray[_Kind], wanted: int) -> int: ...
def places(kinds: NDArray[_Kind], wanted: int, found: NDArray[np.int64]) -> None: ...
def around(kinds: NDArray[_Kind], wanted: int, bounds: int, found: NDArray[np.int64]) -> int: ...
def trim(texts: list[str], counts: NDArray[np.int64], spans: NDArray[np.int64]) -> None: ...
def leads(
    text: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    found: NDArray[np.uint8],
    barred: str,
    behind: str,
) -> None: ...

class Looks:
    def __init__(
        self,
        table: NDArray[np.uint16],
        space: int,
        plain: int,
        ends: int,
        within: int,
        open_end: int,
        closed_start: int,
        numeral: int,
        point: int,
        opener: int,
        closer: int,
        digit: int,
        counted: int,
        word: int,
        soon: int,
        longest: int,
    ) -> None: ...
    def lines(
        self,
        text: str,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        doubtful: NDArray[np.uint8],
        opens: NDArray[np.uint8],
        closes: NDArray[np.uint8],
    ) -> int: ...

class Splitter:
    def __init__(self, stop: int, closing: int, shift: int, line_end: int, longest: NDArray[np.int64]) -> None: ...
    def split(
        self,
        kinds: NDArray[np.uint16],
        bounds: NDArray[np.int64],
        breaks: NDArray[np.int64],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        passages: NDArray[np.int64],
    ) -> int: ...

def signs(
    text: str,
    kinds: NDArray[np.uint16],
    paragraphs: NDArray[np.int64],
    is_text: NDArray[np.uint8],
    sign_start: int,
    before: int,
    stop: int,
    closing: int,
    found: NDArray[np.int64],
) -> int: ...
def levels(text: str, lines: NDArray[np.int64], longest: int) -> None: ...

class Cutter:
    levels: list[int]
    texts: list[str]
    parents: list[int]
    symbols: list[tuple[int, int]]
    sentence_count: int
    def __init__(self, text: str, barred: str, behind: str, series: Series) -> None: ...
    def move(self, text: str, by: int) -> None: ...
    def add(
        self,
        lines: NDArray[np.int64],
        given: NDArray[np.int64],
        paragraphs: NDArray[np.int64],
        is_first: NDArray[np.uint8],
        segments: NDArray[np.int64],
        sentences: NDArray[np.int64],
    ) -> int: ...
    def add_each(
        self,
        texts: list[str],
        goes_on: NDArray[np.uint8],
        lines: NDArray[np.int64],
        line_bounds: NDArray[np.int64],
        given: NDArray[np.int64],
        paragraphs: NDArray[np.int64],
        is_first: NDArray[np.uint8],
        bounds: NDArray[np.int64],
        segments: NDArray[np.int64],
        sentences: NDArray[np.int64],
        found: NDArray[np.int64],
    ) -> list[tuple[list[int], list[str], list[int], list[tuple[int, int]]] | None]: ...
