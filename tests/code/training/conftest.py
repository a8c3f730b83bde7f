"""What the tests of training share: the seeds, trained on once in this process, so that who looks at the result is quick."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from pipeline.core.config import load_config
from pipeline.core.locations import find
from pipeline.flow import train_model
from pipeline.model.folder import load_model


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory):
    """The model folder of a training on the seeds without a record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MISSION_THEMES_HOME", str(tmp_path_factory.mktemp("seeds")))
        return train_model(load_config(find("configs/seeds.toml"), ("track.enabled=false",)), lambda _: None).folder


@pytest.fixture(scope="session")
def model(seeds_folder):
    """The model of the seeds."""
    return load_model(seeds_folder)


@pytest.fixture(scope="session")
def plain_solver():
    """What the compiled solver does, in numpy and slowly (Hsieh et al. 2008), to test what calls it where nothing is compiled."""

    def pattern(left_starts, left_columns, right_starts, right_columns, width):
        left = csr_matrix(
            (np.ones(len(left_columns)), left_columns, left_starts), shape=(len(left_starts) - 1, len(right_starts) - 1)
        )
        right = csr_matrix((np.ones(len(right_columns)), right_columns, right_starts), shape=(len(right_starts) - 1, width))
        return (left @ right).tocsr()

    def product_starts(*arguments):
        *places, starts, often = arguments
        found = pattern(*places, len(often))
        starts[:], often[:] = found.indptr, np.bincount(found.indices, minlength=len(often))

    def product_columns(*arguments):
        *places, starts, names, columns = arguments
        found = pattern(*places, len(names))
        for start, end in pairwise(starts):
            columns[start:end] = np.sort(names[found.indices[start:end]])

    def product(*arguments):
        left_starts, left_columns, left_values, right_starts, right_columns, right_values, *others = arguments
        starts, columns, values, wanted, width = others
        left = csr_matrix((left_values, left_columns, left_starts), shape=(len(left_starts) - 1, len(right_starts) - 1))
        right = csr_matrix((right_values, right_columns, right_starts), shape=(len(right_starts) - 1, width))
        rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        values[:] = np.where(wanted[rows], (left @ right).toarray()[rows, columns], 0)

    def solve(*arguments):
        starts, columns, values, rows, classes, costs, cost, tolerance, most_passes, seed, weights, duals = arguments
        assert ((classes >= -1) & (classes < len(costs))).all()
        features = csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(weights) - 1)).toarray()
        features = np.hstack([features, np.ones((len(features), 1))])
        signs = np.where(classes[:, None] == np.arange(8), 1.0, -1.0)
        half = 0.5 / np.where(signs > 0, np.append(costs, np.ones(8 - len(costs))), cost)
        found, order = features.T @ (signs * duals), np.random.default_rng(seed)
        passes, largest = 0, np.inf
        while largest >= tolerance and passes < most_passes:
            passes, largest = passes + 1, 0.0
            for row in order.permutation(rows):
                gradient = signs[row] * (features[row] @ found) - 1 + duals[row] * half[row]
                new = np.maximum(duals[row] - gradient / (features[row] @ features[row] + half[row]), 0)
                largest = max(largest, np.abs(new - duals[row]).max())
                found += np.outer(features[row], signs[row] * (new - duals[row]))
                duals[row] = new
        weights[:] = found
        return passes

    return SimpleNamespace(product=product, product_starts=product_starts, product_columns=product_columns, solve=solve)
