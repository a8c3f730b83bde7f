"""The names of figures: what MLflow refuses is mapped, and no two are alike."""

import doctest
import re

import pytest

from pipeline.training import measure
from pipeline.training.measure import metric_names

TAKEN = re.compile(r"[\w.\- ]+")


def test_the_example():
    assert doctest.testmod(measure).attempted == 1
    assert doctest.testmod(measure).failed == 0


@pytest.mark.parametrize(
    "name",
    ["2024年宣传工作总结（定稿）", "《讲话》学习·小结", "学习、宣讲，落实", "１２％＋α", "a/b", "/", "..", ".", " ", "", "a:b",
     "👏", "长" * 400, "＃１", "x\ny", "總結【终】", "Ⅲ期～", "“双减”"],
)  # fmt: skip
def test_every_name_becomes_one_that_mlflow_takes(name):
    (made,) = metric_names({"x": name}).values()
    assert TAKEN.fullmatch(made)
    assert made.strip("._ ") or made == "_"
    assert len(made) <= measure.LONGEST_NAME


def test_names_that_are_sound_stay():
    assert metric_names({"x": "000_05cee4bd61fb810e", "y": "兴文化", "z": "a-b.c d"}) == {
        "x": "000_05cee4bd61fb810e", "y": "兴文化", "z": "a-b.c d",
    }  # fmt: skip


def test_no_figure_takes_the_place_of_another():
    made = metric_names({str(number): name for number, name in enumerate(["（a）", "(a)", "_A_", "_a_-2", "_a_"])})
    assert len({name.lower() for name in made.values()}) == 5


def test_mlflow_takes_them():
    """The names go through MLflow's own check, whatever it is in the version at hand."""
    from mlflow.entities import Metric
    from mlflow.utils.validation import _validate_batch_log_data

    names = metric_names({name: name for name in ("总结（定稿）", "《讲话》·学习", "..", "a/b", "，。；", "长" * 300)})
    _validate_batch_log_data([Metric(f"left_out/{name}/macro_f1", 0.5, 0, 0) for name in names.values()], [], [])
    with pytest.raises(Exception, match="Invalid value"):
        _validate_batch_log_data([Metric("left_out/总结（定稿）/macro_f1", 0.5, 0, 0)], [], [])
