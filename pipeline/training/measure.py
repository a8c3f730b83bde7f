"""Gather the figures of tagged reports: overall, for each report, for each origin, and the list of wrong tags."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from pipeline.core.config import LabelSet
from pipeline.core.records import Tag
from pipeline.training.counts import Prepared
from pipeline.training.evaluate import Confusion, Figures, WrongTag, confusion_of, figures_of, precision_recall, wrong_tags
from pipeline.training.fit import left_out_with

MOST_REPORTS = 50  # that are shown one by one: the table of a run has them all
LONGEST_NAME = 150  # characters of a name in that of a metric, of which MLflow takes 250
_NOT_IN_NAMES = re.compile(r"[^\w.\- ]")


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of some tagged reports against their labels."""

    figures: Figures
    by_report: dict[str, Figures]
    by_origin: dict[str, Figures]
    by_group: dict[str, Figures]
    confusion: Confusion
    wrong: tuple[WrongTag, ...]
    tags: tuple[Tag, ...]
    calibration: dict[str, float]

    def label_figures(self) -> dict[str, tuple[float, float, float]]:
        """Return precision, recall and F1 by label."""
        return {name: (*precision_recall(self.confusion, name), f1) for name, f1 in self.figures.f1.items()}

    def shown_groups(self) -> dict[str, Figures]:
        """Return the figures of genres, and of reports that were left out alone, where these are not many."""
        genres = {group: figures for group, figures in self.by_group.items() if group not in self.by_report}
        return self.by_group if len(self.by_group) - len(genres) <= MOST_REPORTS else genres

    def sample(self, reports: int) -> dict[str, int]:
        """Return how many of so many reports were measured, or nothing where all were."""
        return {"reports": len(self.by_report), "of": reports} if len(self.by_report) < reports else {}

    def summary(self, reports: int) -> dict[str, Any]:
        """Return the figures as plain values, as a model's manifest holds them, and whether they are of all reports or a sample."""
        sample = self.sample(reports)
        return {
            **({"sample": sample} if sample else {}),
            **self.figures.as_dict(),
            **self.calibration,
            "by_origin": {origin: figures.as_dict() for origin, figures in self.by_origin.items()},
            "by_group": {group: figures.as_dict() for group, figures in self.shown_groups().items()},
        }


def measure(
    tagged: Sequence[tuple[Prepared, tuple[Tag, ...]]],
    label_set: LabelSet,
    calibration: dict[str, float],
    grouped: Sequence[str] = (),
) -> Measurement:
    """Return the figures of reports with their tags; reports below ``grouped`` also by their folder."""
    by_report: dict[str, Confusion] = {}
    by_origin: dict[str, Confusion] = defaultdict(Counter)
    by_group: dict[str, Confusion] = defaultdict(Counter)
    wrong: list[WrongTag] = []
    ordered = sorted(tagged, key=lambda pair: pair[0].cleaned.document.source)
    for report, tags in ordered:
        document = report.cleaned.document
        by_report[document.source] = confusion_of(report.labels, tags, label_set.other)
        by_group[left_out_with(document.source, grouped)] += by_report[document.source]
        for origin in {label.origin for label in report.labels}:
            of_origin = (label for label in report.labels if label.origin == origin)
            by_origin[origin] += confusion_of(of_origin, tags, label_set.other)
        wrong += wrong_tags(report.labels, tags, document.text, label_set.other)
    total: Confusion = sum(by_report.values(), Counter())
    return Measurement(
        figures=figures_of(total, label_set),
        by_report={source: figures_of(confusion, label_set) for source, confusion in by_report.items()},
        by_origin={origin: figures_of(confusion, label_set) for origin, confusion in sorted(by_origin.items())},
        by_group={group: figures_of(confusion, label_set) for group, confusion in sorted(by_group.items())},
        confusion=total,
        wrong=tuple(sorted(wrong, key=lambda tag: -(tag.end - tag.start))),
        tags=tuple(tag for _, tags in ordered for tag in tags),
        calibration=calibration,
    )


def metric_names(shown: Mapping[str, str]) -> dict[str, str]:
    """Return for each key a name like the one shown that MLflow accepts, no two alike: of （）《》· and their like it makes ``_``.

    >>> metric_names({"a/x.txt": "总结（定稿）", "b/x.txt": "总结《定稿》"})
    {'a/x.txt': '总结_定稿_', 'b/x.txt': '总结_定稿_-2'}
    """
    names: dict[str, str] = {}
    taken = set[str]()
    for key, text in shown.items():
        name = _NOT_IN_NAMES.sub("_", text[:LONGEST_NAME].strip())
        name = name if name.strip("._ ") else "_"
        further = (f"{name}-{number}" for number in count(2))
        names[key] = next(candidate for candidate in (name, *islice(further, len(taken))) if candidate.lower() not in taken)
        taken.add(names[key].lower())
    return names


def figure_metrics(measurement: Measurement) -> dict[str, float]:
    """Return the figures by names that MLflow accepts: Chinese letters are, and a report or genre is its own name."""
    metrics = {"macro_f1": measurement.figures.macro_f1, "accuracy": measurement.figures.accuracy, **measurement.calibration}
    labels = measurement.label_figures()
    names = metric_names({name: name for name in labels})
    for name, (precision, recall, f1) in labels.items():
        metrics |= {f"f1/{names[name]}": f1, f"precision/{names[name]}": precision, f"recall/{names[name]}": recall}
    shown = measurement.shown_groups()
    reports = metric_names({group: Path(group).stem for group in shown if group in measurement.by_report})
    genres = metric_names({group: Path(group).name for group in shown if group not in measurement.by_report})
    for kind, groups in (("left_out", reports), ("genre", genres)):
        for group, name in groups.items():
            metrics |= figure_pair(f"{kind}/{name}", measurement.by_group[group])
    for origin, figures in measurement.by_origin.items():
        metrics |= figure_pair(f"origin/{origin}", figures)
    return metrics


def figure_pair(name: str, figures: Figures) -> dict[str, float]:
    """Return macro-F1 and accuracy below a name."""
    return {f"{name}/macro_f1": figures.macro_f1, f"{name}/accuracy": figures.accuracy}
