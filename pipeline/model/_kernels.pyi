from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

SOURCE: str

def lower_ascii(text: str) -> str | None: ...
def gather(sources: list[str], counts: NDArray[np.int64], spans: NDArray[np.int64], headings: list[str]) -> Characters | None: ...
def row_room(size: int) -> int: ...
def word_ends(dictionary: Dictionary, text: str, ends: NDArray[np.int64]) -> int: ...

class Characters:
    def __init__(self, text: str) -> None: ...
    def __len__(self) -> int: ...

class Dictionary:
    def __init__(self, lines: bytes, bits: int = 20) -> None: ...
    @property
    def total_frequency(self) -> int: ...
    def add(self, word: str, frequency: int) -> None: ...
    def frequency(self, word: str) -> int: ...
    def cut(self, text: str) -> list[str]: ...

class Terms:
    def __init__(self, terms: Sequence[str], classes: Sequence[int]) -> None: ...
    def find(self, text: str, places: NDArray[np.int64], classes: NDArray[np.int64]) -> int: ...

class Weights:
    def __init__(self, neighbour: float, segment: float, heading: float, switch: float) -> None: ...

class Scorer:
    def __init__(
        self,
        dictionary: Dictionary,
        words: tuple[str, ...],
        bigrams: str,
        idf: NDArray[np.float64],
        weights: NDArray[np.float32],
        telling: NDArray[np.uint8],
        names: list[bytes],
        gazetteer: Terms | None = None,
        unknown_square: float = 0.0,
    ) -> None: ...
    def score(
        self,
        texts: Characters,
        starts: NDArray[np.int64],
        ranks: NDArray[np.int64],
        values: NDArray[np.float64],
        scores: NDArray[np.float64],
        terms: NDArray[np.int64],
    ) -> int: ...
    @staticmethod
    def of_tables(data: memoryview, names: list[bytes]) -> Scorer: ...
    def word(self, column: int) -> str: ...
    @property
    def columns_in_all(self) -> int: ...
    def write(self, stream: BinaryIO) -> None: ...
    def cut(self, text: str) -> list[str]: ...
    def columns(self, ranks: NDArray[np.int64]) -> list[int]: ...
    def in_context(
        self,
        sums: NDArray[np.float64],
        bounds: NDArray[np.int64],
        above_starts: NDArray[np.int64],
        above: NDArray[np.int64],
        apart: NDArray[np.uint8],
        weights: Weights,
        scores: NDArray[np.float64],
    ) -> None: ...
    def decode(
        self,
        scores: NDArray[np.float64],
        bounds: NDArray[np.int64],
        whole: NDArray[np.uint8],
        bias: NDArray[np.float64],
        weights: Weights,
        runs: NDArray[np.int64],
        means: NDArray[np.float64],
    ) -> int: ...
    def strongest(
        self,
        firsts: NDArray[np.int64],
        lasts: NDArray[np.int64],
        labels: NDArray[np.int64],
        starts: NDArray[np.int64],
        ranks: NDArray[np.int64],
        values: NDArray[np.float64],
        words: NDArray[np.int64],
        shares: NDArray[np.float64],
    ) -> None: ...
    def lines(
        self,
        source: Source,
        spans: NDArray[np.int64],
        number: int,
        headings: list[bytes],
        labels: NDArray[np.int64],
        probabilities: NDArray[np.float64],
        review: NDArray[np.uint8],
        secondary: dict[int, bytes],
        words: NDArray[np.int64],
        shares: NDArray[np.float64],
    ) -> bytes: ...

class Source:
    def __init__(
        self,
        text: str,
        clean: str,
        clean_starts: NDArray[np.int64],
        source_starts: NDArray[np.int64],
        head: bytes,
        tail: bytes,
    ) -> None: ...
