import numpy as np
from numpy.typing import NDArray

SOURCE: str

def product_starts(
    left_starts: NDArray[np.int64],
    left_columns: NDArray[np.int32],
    right_starts: NDArray[np.int64],
    right_columns: NDArray[np.int32],
    starts: NDArray[np.int64],
    often: NDArray[np.int64],
) -> None: ...
def product_columns(
    left_starts: NDArray[np.int64],
    left_columns: NDArray[np.int32],
    right_starts: NDArray[np.int64],
    right_columns: NDArray[np.int32],
    starts: NDArray[np.int64],
    names: NDArray[np.int32],
    columns: NDArray[np.int32],
) -> None: ...
def product(
    left_starts: NDArray[np.int64],
    left_columns: NDArray[np.int32],
    left_values: NDArray[np.float64],
    right_starts: NDArray[np.int64],
    right_columns: NDArray[np.int32],
    right_values: NDArray[np.float32],
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    wanted: NDArray[np.uint8],
    width: int,
) -> None: ...
def solve(
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    rows: NDArray[np.int32],
    classes: NDArray[np.int32],
    costs: NDArray[np.float64],
    cost: float,
    tolerance: float,
    most_passes: int,
    seed: int,
    weights: NDArray[np.float32],
    duals: NDArray[np.float32],
) -> int: ...
