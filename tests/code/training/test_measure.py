"""The names of figures: what MLflow refuses is mapped, and no two are alike."""

import doctest
import re
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.core.records import Label, Tag
from pipeline.training import measure as measure_module
from pipeline.training.measure import MOST_REPORTS, figure_metrics, measure, metric_names

TAKEN = re.compile(r"[\w.\- ]+")


def test_the_example():
    found = doctest.testmod(measure_module)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    "name",
    ["2024年宣传工作总结（定稿）", "《讲话》学习·小结", "学习、宣讲，落实", "１２％＋α", "a/b", "/", "..", ".", " ", "", "a:b",
     "👏", "长" * 400, "＃１", "x\ny", "總結【终】", "Ⅲ期～", "“双减”"],
)  # fmt: skip
def test_every_name_becomes_one_that_mlflow_takes(name):
    (made,) = metric_names({"x": name}).values()
    assert TAKEN.fullmatch(made)
    assert made.strip("._ ") or made == "_"
    assert len(made) <= measure_module.LONGEST_NAME


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


LABELS = LabelSet("o", tuple(map(LabelDefinition, ("甲", "乙", "o"))))


def report(source, labels, tags):
    """Return a report of passages of ten characters by their labels, and its tags; a label may be ``(name, origin)``."""
    text = "字" * 10 * len(labels)
    pairs = [(each, "seed") if isinstance(each, str) else each for each in labels]
    given = [Label(source, "s", 10 * i, 10 * i + 10, name, (), "a", origin) for i, (name, origin) in enumerate(pairs)]
    document = SimpleNamespace(source=source, text=text)
    made = tuple(Tag(source, i, 10 * i, 10 * i + 10, "", "", theme, 0.9, {}, (), False, (), "m") for i, theme in enumerate(tags))
    return SimpleNamespace(cleaned=SimpleNamespace(document=document), labels=given), made


@pytest.fixture
def measured():
    tagged = [
        report("seeds/written/b/2.txt", ["甲", "乙"], ["甲", "甲"]),
        report("seeds/written/b/1.txt", ["甲", ("乙", "review")], ["甲", "乙"]),
        report("seeds/reports/x.txt", ["乙", "乙", "甲"], ["o", "乙", "乙"]),
    ]
    return measure(tagged, LABELS, {"calibration_error": 0.02}, ("seeds/written",))


def test_the_figures_of_all_of_each_report_and_of_groups(measured):
    assert [*measured.by_report] == ["seeds/reports/x.txt", "seeds/written/b/1.txt", "seeds/written/b/2.txt"]
    assert measured.confusion == {("甲", "甲"): 20, ("乙", "甲"): 10, ("乙", "乙"): 20, ("乙", "o"): 10, ("甲", "乙"): 10}
    assert (measured.figures.accuracy, measured.figures.characters) == (40 / 70, 70)
    assert [figures.accuracy for figures in measured.by_report.values()] == pytest.approx([1 / 3, 1.0, 0.5])
    assert {group: figures.characters for group, figures in measured.by_group.items()} == {
        "seeds/reports/x.txt": 30, "seeds/written/b": 40,
    }  # fmt: skip
    assert {origin: (figures.characters, figures.accuracy) for origin, figures in measured.by_origin.items()} == {
        "review": (10, 1.0), "seed": (60, 0.5),
    }  # fmt: skip
    assert [tag.source for tag in measured.tags][2:5] == ["seeds/reports/x.txt", *["seeds/written/b/1.txt"] * 2]
    assert len(measured.tags) == 7


def test_what_is_wrong_is_told_the_longest_first(measured):
    assert [(wrong.source, wrong.start, wrong.label, wrong.theme) for wrong in measured.wrong] == [
        ("seeds/reports/x.txt", 0, "乙", "o"),
        ("seeds/reports/x.txt", 20, "甲", "乙"),
        ("seeds/written/b/2.txt", 10, "乙", "甲"),
    ]
    first, second = report("a", ["乙"], ["甲"]), report("b", ["乙"], ["甲"])
    longer = replace(second[0].labels[0], end=20)
    second[0].cleaned.document.text = "字" * 20
    second[0].labels[0] = longer
    found = measure([first, (second[0], (replace(second[1][0], end=20),))], LABELS, {})
    assert [wrong.end for wrong in found.wrong] == [20, 10]


def test_figures_have_names_for_mlflow(measured):
    figures = figure_metrics(measured)
    assert (figures["precision/甲"], figures["recall/甲"]) == (20 / 30, 20 / 30)
    assert (figures["precision/乙"], figures["recall/乙"], figures["f1/o"]) == (20 / 30, 0.5, 0.0)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 4 / 7) / 2)
    assert (figures["accuracy"], figures["calibration_error"]) == (40 / 70, 0.02)
    assert figures["left_out/x/accuracy"] == pytest.approx(1 / 3)
    assert (figures["genre/b/accuracy"], figures["origin/review/macro_f1"]) == (0.75, 1.0)
    assert len(figures) == 2 + 1 + 3 * 3 + 2 + 2 + 2 * 2


def test_a_summary_holds_figures_as_plain_values(measured):
    summary = measured.summary(len(measured.by_report))
    assert [*summary] == ["macro_f1", "accuracy", "f1", "characters", "calibration_error", "by_origin", "by_group"]
    assert summary["by_group"]["seeds/written/b"]["characters"] == 40
    assert summary["by_origin"]["seed"]["accuracy"] == 0.5


@pytest.mark.parametrize(("alone", "shown"), [(MOST_REPORTS, True), (MOST_REPORTS + 1, False)])
def test_many_reports_that_were_left_out_alone_are_not_shown_one_by_one(alone, shown):
    tagged = [report(f"{i}.txt", ["甲"], ["甲"]) for i in range(alone)] + [report("w/g/1.txt", ["甲"], ["甲"])]
    found = measure(tagged, LABELS, {}, ("w",)).shown_groups()
    assert len(found) == (alone + 1 if shown else 1)
    assert "w/g" in found
