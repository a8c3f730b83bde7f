"""The compiled solver against scikit-learn's LinearSVC, its reference."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from pipeline.core.config import load_config
from pipeline.core.locations import find
from pipeline.core.native import SOLVER, compiled
from pipeline.labels.corpus import read_corpus, read_lexicon
from pipeline.training import fit
from pipeline.training.fit import ABSENT, TOLERANCE, Fitter, prepare_corpus

pytestmark = pytest.mark.compiled
solver = pytest.importorskip("pipeline.training._solver", reason="not compiled; CI installs a compiler")
pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module")
def config():
    """The configuration of the seeds, whose five reports are soon prepared."""
    return load_config(find("configs/seeds.toml"))


def solved(matrix, targets, costs, cost=1.0, tolerance=1e-5, duals=None, rows=None):
    duals = np.zeros((matrix.shape[0], 8), np.float32) if duals is None else duals
    weights = np.empty((matrix.shape[1] + 1, 8), np.float32)
    passes = solver.solve(
        matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32),
        np.arange(matrix.shape[0], dtype=np.int32) if rows is None else rows, targets.astype(np.int32), np.asarray(costs, float),
        cost, tolerance, 5000, 1, weights, duals,
    )  # fmt: skip
    return weights[:, : len(costs)], duals, passes


@pytest.fixture(params=[3, 6, 8])
def problem(request):
    random = np.random.default_rng(request.param)
    matrix = csr_matrix(random_array((400, 60), density=0.2, rng=random))
    return matrix, (matrix[:, : request.param].toarray().argmax(axis=1)), request.param


@pytest.mark.parametrize("cost", [0.3, 1.0, 4.0])
def test_weights_are_those_of_scikit_learn(problem, cost):
    matrix, targets, labels = problem
    weights, _, _ = solved(matrix, targets, np.full(labels, cost), cost)
    reference = LinearSVC(C=cost, tol=1e-8, max_iter=100_000).fit(matrix, targets)
    assert np.abs(weights[:-1].T - reference.coef_).max() < 2e-3
    assert np.abs(weights[-1] - reference.intercept_).max() < 2e-3


def test_an_error_on_a_rare_label_may_cost_more(problem):
    matrix, targets, labels = problem
    by_label = {label: 1.0 + label for label in range(labels)}
    weights, _, _ = solved(matrix, targets, list(by_label.values()))
    reference = LinearSVC(tol=1e-8, max_iter=100_000, class_weight=by_label).fit(matrix, targets)
    assert np.abs(weights[:-1].T - reference.coef_).max() < 2e-3


def test_a_start_from_the_duals_of_all_rows_takes_fewer_passes_to_the_same_end(problem):
    matrix, targets, labels = problem
    rows = np.flatnonzero(np.arange(len(targets)) % 10).astype(np.int32)
    _, duals, _ = solved(matrix, targets, np.ones(labels))
    duals[::10] = 0
    warm, _, passes = solved(matrix, targets, np.ones(labels), duals=duals, rows=rows, tolerance=1e-3)
    cold, _, more = solved(matrix, targets, np.ones(labels), rows=rows, tolerance=1e-3)
    assert np.abs(warm - cold).max() < 5e-3
    assert passes < more


def test_scores_are_those_of_scikit_learn_as_exactly_as_a_training_asks_for():
    random = np.random.default_rng(9)
    matrix = csr_matrix(random_array((3000, 900), density=0.02, rng=random))
    matrix = normalize(matrix)  # as rows of TF-IDF are
    targets = (matrix[:, :300] @ random.normal(size=(300, 6)) + random.normal(size=(3000, 6)) / 4).argmax(axis=1)
    weights, _, _ = solved(matrix, targets, np.full(6, 0.5), 0.5, TOLERANCE)
    reference = LinearSVC(C=0.5, tol=1e-8, max_iter=100_000).fit(matrix, targets)
    scores, expected = matrix @ weights[:-1] + weights[-1], reference.decision_function(matrix)
    assert np.abs(scores - expected).max() < 3e-4


def test_the_same_seed_gives_the_same_bytes(problem):
    matrix, targets, labels = problem
    first, again = (solved(matrix, targets, np.ones(labels))[0].tobytes() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("starts", np.array([0, 3]), "do not agree"),
        ("starts", np.array([0, 2, 1]), "do not agree"),
        ("columns", np.array([0, 9], np.int32), "outside the width"),
        ("rows", np.array([2], np.int32), "a row or its label lies outside"),
        ("rows", np.array([], np.int32), "nothing to fit"),
        ("classes", np.array([0, 2], np.int32), "a row or its label lies outside"),
        ("costs", np.array([1.0, 0.0]), "not above zero"),
        ("costs", np.ones(9), "labels do not agree"),
        ("weights", np.zeros((3, 6), np.float32), "labels do not agree"),
        ("duals", np.zeros((1, 8), np.float32), "rows do not agree"),
    ],
)
def test_what_does_not_agree_is_refused(name, value, message):
    given = {
        "starts": np.array([0, 1, 2]), "columns": np.array([0, 1], np.int32), "values": np.ones(2, np.float32),
        "rows": np.array([0, 1], np.int32), "classes": np.array([0, 1], np.int32), "costs": np.ones(2), "cost": 1.0,
        "tolerance": 1e-3, "most_passes": 100, "seed": 1, "weights": np.zeros((3, 8), np.float32),
        "duals": np.zeros((2, 8), np.float32),
    }  # fmt: skip
    assert solver.solve(*given.values()) > 0
    with pytest.raises(ValueError, match=message):
        solver.solve(*(given | {name: value}).values())


def test_a_product_is_that_of_scipy_and_wrong_places_are_refused():
    random = np.random.default_rng(3)
    left, right = (csr_matrix(random_array(shape, density=0.3, rng=random)) for shape in ((7, 5), (5, 9)))
    product = (left @ right).tocsr()
    product.sort_indices()
    arguments = [
        left.indptr.astype(np.int64), left.indices.astype(np.int32), left.data, right.indptr.astype(np.int64),
        right.indices.astype(np.int32), right.data.astype(np.float32), product.indptr.astype(np.int64),
        product.indices.astype(np.int32), np.zeros(product.nnz, np.float32), np.ones(7, np.uint8), 9,
    ]  # fmt: skip
    solver.product(*arguments)
    assert np.abs(arguments[8] - product.data).max() < 1e-6
    with pytest.raises(ValueError, match="outside the width"):
        solver.product(*arguments[:-1], 3)
    with pytest.raises(ValueError, match="rows do not agree"):
        solver.product(*arguments[:9], np.ones(6, np.uint8), 9)


def test_the_pattern_of_a_product_is_that_of_scipy_and_wrong_places_are_refused():
    random = np.random.default_rng(4)
    left, right = (csr_matrix(random_array(shape, density=0.02, rng=random)) for shape in ((70, 300), (300, 9000)))
    product = (left @ right).tocsr()
    product.sort_indices()
    places = [some for factor in (left, right) for some in (factor.indptr.astype(np.int64), factor.indices.astype(np.int32))]
    starts, often, columns = np.empty(71, np.int64), np.zeros(9000, np.int64), np.empty(product.nnz, np.int32)
    solver.product_starts(*places, starts, often)
    assert starts.tolist() == product.indptr.tolist()
    assert often.tolist() == np.bincount(product.indices, minlength=9000).tolist()
    solver.product_columns(*places, starts, np.arange(9000, 0, -1, dtype=np.int32), columns)
    assert columns.tolist() == (9000 - product.indices).tolist()
    with pytest.raises(ValueError, match="rows do not agree"):
        solver.product_starts(*places, starts[1:], often)
    with pytest.raises(ValueError, match="outside the width"):
        solver.product_starts(*places, starts, often[:5])
    with pytest.raises(ValueError, match="rows do not agree"):
        solver.product_columns(*places, starts, np.zeros(9000, np.int32), columns[1:])
    wrong = starts.copy()
    wrong[1] += 1
    with pytest.raises(ValueError, match="rows do not start where"):
        solver.product_columns(*places, wrong, np.zeros(9000, np.int32), columns)
    with pytest.raises(ValueError, match="outside the width"):
        solver.product_columns(*places, starts, np.zeros(5, np.int32), columns)


def test_both_solvers_give_the_model_of_the_seeds_and_of_a_part_of_them(config):
    from msgspec.structs import replace

    from pipeline.labels.corpus import read_corpus

    assert compiled(SOLVER) is solver
    corpus = read_corpus(config, lambda _: None)
    reports = prepare_corpus(corpus, config)
    reference = replace(config, model=replace(config.model, solver="liblinear"))
    own, other = (Fitter(reports, corpus.label_set, some, read_lexicon(some)) for some in (config, reference))
    for numbers in (range(5), [0, 1, 3, 4]):
        first, second = own.fit(numbers), other.fit(numbers)
        assert first.vocabulary.words == second.vocabulary.words
        assert np.abs(first.weights - second.weights).max() < 3e-3
        assert np.abs(first.bias - second.bias).max() < 3e-3


def test_a_label_that_is_not_there_is_never_given(config):
    from pipeline.labels.corpus import read_corpus

    corpus = read_corpus(config, lambda _: None)
    reports = prepare_corpus(corpus, config)
    for report in reports:
        report.targets[report.targets == 2] = -1
    model = Fitter(reports, corpus.label_set, config, read_lexicon(config)).fit(range(5))
    assert model.bias[2] == ABSENT
    assert not model.weights[:, 2].any()


def test_a_fit_that_does_not_settle_warns_as_scikit_learn_does(config, monkeypatch):
    corpus = read_corpus(config, lambda _: None)
    prepared = prepare_corpus(corpus, config)
    monkeypatch.setattr(fit, "MOST_PASSES", 1)
    with pytest.warns(ConvergenceWarning, match="did not settle within 1 passes over the corpus; lower model.C"):
        Fitter(prepared, corpus.label_set, config, read_lexicon(config)).fit(range(len(prepared)))
