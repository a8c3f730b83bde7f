"""Pictures of a run, as SVG files in which every character is an outline.

They look the same everywhere, on a machine without a Chinese font too: the outlines come from the font beside this module,
the characters of GB 2312 from Noto Sans CJK SC (SIL Open Font License 1.1). A character outside it is drawn as 〓, the
printer's sign for a missing type. The same values give the same bytes.
"""

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pipeline.core.config import LabelSet
from pipeline.model.model import Model
from pipeline.training.curve import CurvePoint
from pipeline.training.evaluate import CalibrationData, Confusion, coverage_curve, precision_recall, reliability
from pipeline.training.gate import Comparison

FAMILY = "Mission Themes Sans SC"
FONT = Path(__file__).parent / "fonts" / "MissionThemesSansSC.otf"
GETA = "〓"
BLUE, RED, GREY = "#2471a3", "#c0392b", "#95a5a6"
_STYLE: Any = {
    "font.family": FAMILY,
    "font.size": 10,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "mission-themes",
}


def confusion_picture(confusion: Confusion, labels: LabelSet) -> str:
    """Return the confusion matrix: for each label, the share of its characters by tag, and their number."""
    names = [drawable(name) for name in labels.names]
    counts = np.array([[confusion[label, theme] for theme in labels.names] for label in labels.names], float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes = figure.subplots()
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(names)), names)
        axes.set_yticks(range(len(names)), names)
        for row, column in np.ndindex(*counts.shape):
            shade = "white" if shares[row, column] > 0.6 else "black"
            text = f"{shares[row, column]:.0%}\n{counts[row, column]:,.0f}"
            axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=8)
        axes.set(xlabel="tag 标签", ylabel="label 标注", title="Confusion matrix, characters 混淆矩阵（字数）")

    return _svg(draw, (7, 6.2))


def precision_recall_picture(confusion: Confusion, labels: LabelSet) -> str:
    """Return precision and recall of each label as bars."""
    values = np.array([precision_recall(confusion, name) for name in labels.names])

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes = figure.subplots()
        places = np.arange(len(values))
        for shift, column, color, name in ((-0.2, 0, BLUE, "precision 精确率"), (0.2, 1, GREY, "recall 召回率")):
            axes.bar_label(axes.bar(places + shift, values[:, column], 0.4, color=color, label=name), fmt="%.2f", fontsize=8)
        axes.set_xticks(places, [drawable(name) for name in labels.names])
        axes.set(ylim=(0, 1.2), title="Precision and recall 精确率与召回率")
        axes.legend(loc="upper right", ncols=2)

    return _svg(draw, (8, 4.2))


def reliability_picture(judged: CalibrationData) -> str:
    """Return the reliability diagram: how much is right among tags of each score, and how many characters these have."""
    bins = reliability(judged)

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--")
        axes.plot([some.confidence for some in bins], [some.accuracy for some in bins], color=BLUE, marker="o")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="right 正确率", title="Reliability, out of fold 可靠性")
        below.bar([some.confidence for some in bins], [some.characters for some in bins], 0.04, color=GREY)
        below.set(xlabel="score 得分", ylabel="characters 字数")

    return _svg(draw, (6, 5.5))


def coverage_picture(judged: CalibrationData, chosen: tuple[float, float]) -> str:
    """Return how much is right among what needs no review, against how much that is, with what the model's thresholds chose."""
    covered, right = coverage_curve(judged)

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes = figure.subplots()
        axes.plot(covered, right, color=BLUE)
        axes.plot(*chosen, color=RED, marker="o")
        axes.annotate("by label 各标签阈值", chosen, xytext=(-10, -18), textcoords="offset points", ha="right")
        axes.set(xlim=(0, 1.01), xlabel="share without review 免复核比例", ylabel="right 正确率")
        axes.set_title("Coverage against accuracy 覆盖率与正确率")

    return _svg(draw, (6, 4.2))


def curve_picture(points: Sequence[CurvePoint]) -> str:
    """Return the learning curve: macro-F1 and accuracy on left-out reports against the number of reports trained on."""
    sizes = [point.reports for point in points]

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes = figure.subplots()
        axes.plot(sizes, [point.figures.macro_f1 for point in points], color=BLUE, marker="o", label="macro-F1")
        axes.plot(sizes, [point.figures.accuracy for point in points], color=GREY, marker="o", label="accuracy 正确率")
        axes.set(xlabel="reports trained on 训练报告数", title="Learning curve, left-out reports 学习曲线")
        axes.set_xlim(left=0)
        axes.legend(loc="lower right")

    return _svg(draw, (6, 4.2))


def strongest_picture(model: Model, count: int = 15) -> str:
    """Return the words that weigh most for each label as bars, in the colour of the label."""
    words = model.vocabulary.words
    columns = [(label, column[: len(words)]) for label, column in zip(model.labels.labels, model.weights.T, strict=True)]

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        figure.subplots_adjust(left=0.06, right=0.99, bottom=0.06, top=0.86, wspace=0.75)
        for axes, (label, weights) in zip(figure.subplots(1, len(columns), squeeze=False)[0], columns, strict=True):
            best = (-weights).argsort(kind="stable")[:count][::-1]
            axes.barh(range(len(best)), weights[best], color=label.color)
            axes.set_yticks(range(len(best)), [drawable(words[i]) for i in best])
            axes.set_title(drawable(label.name))
        figure.suptitle("Strongest words of each label 各主题最强词")

    # Measuring so many words to lay them out would take as long as all other pictures together.
    return _svg(draw, (2.4 * len(columns), 0.3 * count + 1), layout=None)


def difference_picture(comparison: Comparison, count: int = 20) -> str:
    """Return what a model gains and loses against the champion: F1 by label, and accuracy on the reports that differ most."""
    first, second = comparison.first.f1, comparison.second.f1
    rows = [(name, first[name] - second[name]) for name in first if name in second]
    rows += [(Path(pair.source).stem, pair.first - pair.second) for pair in comparison.reports[:count]]

    def draw(figure: Any) -> None:  # noqa: ANN401 - matplotlib's types are not complete
        axes = figure.subplots()
        differences = [difference for _, difference in rows]
        bars = axes.barh(range(len(rows)), differences, color=[BLUE if value >= 0 else RED for value in differences])
        axes.bar_label(bars, fmt="%+.3f", fontsize=8)
        axes.set_yticks(range(len(rows)), [drawable(name) for name, _ in rows], fontsize=8)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.margins(x=0.2)
        axes.invert_yaxis()
        axes.set_title("Difference to champion 与现用模型之差")

    return _svg(draw, (7, 0.24 * len(rows) + 1.2))


def drawable(text: str) -> str:
    """Return a text with every character that the font has not replaced by 〓."""
    known = _characters()
    return "".join(character if character in known else GETA for character in text)


@cache
def _characters() -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - half a second, only where a run is recorded

    return frozenset(map(chr, FT2Font(str(FONT)).get_charmap()))


def _svg(draw: Callable[[Any], None], size: tuple[float, float], layout: Literal["constrained"] | None = "constrained") -> str:
    import matplotlib as mpl  # noqa: PLC0415 - half a second, only where a run is recorded
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    if FAMILY not in {font.name for font in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(FONT)
    with mpl.rc_context(_STYLE), io.StringIO() as page:
        figure = Figure(figsize=size, layout=layout)
        draw(figure)
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
        return page.getvalue()
