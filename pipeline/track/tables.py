"""Tables of a run, in the form that the MLflow UI shows as tables, and as CSV."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from pipeline.training.correction_effect import CorrectedPassage
from pipeline.training.measure import Measurement

OUT_OF_FOLD, WRONG, REPORTS, LABELS = (f"tables/{name}.json" for name in ("out_of_fold", "wrong_tags", "reports", "labels"))
CORRECTIONS = "tables/corrections.json"
_OF_TAG = ("source", "start", "end", "theme", "score", "review", "text")
_OF_WRONG = ("source", "start", "end", "label", "theme", "score", "text")


def tables(measurement: Measurement, corrected: Sequence[CorrectedPassage] = ()) -> dict[str, str]:
    """Return each table by its path in a run: out-of-fold tags, wrong tags, figures by report and by label, corrections."""
    by_report = [[source, each.macro_f1, each.accuracy, each.characters] for source, each in measurement.by_report.items()]
    by_label = [[name, *values] for name, values in measurement.label_figures().items()]
    return {
        OUT_OF_FOLD: _table(_OF_TAG, _rows(measurement.tags, _OF_TAG)),
        WRONG: _table(_OF_WRONG, _rows(measurement.wrong, _OF_WRONG)),
        REPORTS: _table(("report", "macro_f1", "accuracy", "characters"), by_report),
        LABELS: _table(("label", "precision", "recall", "f1"), by_label),
        **({CORRECTIONS: _corrections(corrected)} if corrected else {}),
    }


def listing(corrected: Sequence[CorrectedPassage] = ()) -> str:
    """Return the value of the run's tag by which the MLflow UI knows the tables."""
    paths = (OUT_OF_FOLD, WRONG, REPORTS, LABELS, *([CORRECTIONS] if corrected else []))
    return json.dumps([{"path": path, "type": "table"} for path in paths])


def _corrections(corrected: Sequence[CorrectedPassage]) -> str:
    columns = ("source", "start", "end", "annotator", "label", "suggestion", "left_out", "trained", "text")
    rows = [
        [each.label.source, each.label.start, each.label.end, each.label.annotator, each.label.label,
         each.suggestion, each.left_out, each.trained, each.text]
        for each in corrected
    ]  # fmt: skip
    return _table(columns, rows)


def wrong_csv(measurement: Measurement) -> str:
    """Return the wrong out-of-fold tags as CSV."""
    with io.StringIO(newline="") as page:
        csv.writer(page, lineterminator="\n").writerows([_OF_WRONG, *_rows(measurement.wrong, _OF_WRONG)])
        return page.getvalue()


def _rows(items: Sequence[object], fields: Sequence[str]) -> list[list[Any]]:
    return [[getattr(item, field) for field in fields] for item in items]


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    # MLflow's own log_table writes each Chinese character as six ASCII ones.
    return json.dumps({"columns": columns, "data": rows}, ensure_ascii=False)
