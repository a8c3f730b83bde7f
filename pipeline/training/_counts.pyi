import numpy as np
from numpy.typing import NDArray

SOURCE: str

class TermCounter:
    def __init__(self, has_pairs: bool, has_singles: bool) -> None: ...
    @property
    def shape(self) -> tuple[int, int, int]: ...
    def add(
        self,
        codes: NDArray[np.uint32],
        ends: NDArray[np.int64],
        places: NDArray[np.int64],
        classes: NDArray[np.int64],
        are_sentences: bool,
    ) -> None: ...
    def write_terms(self, kinds: NDArray[np.uint8], codes: NDArray[np.int64], frequencies: NDArray[np.int64]) -> None: ...
    def word(self, number: int) -> str: ...
    def write_entries(
        self,
        columns: NDArray[np.int32],
        are_pairs_terms: bool,
        starts: NDArray[np.int64],
        kept: NDArray[np.int32],
        amounts: NDArray[np.float32],
        unknown: NDArray[np.int64],
    ) -> int: ...
