"""Tables of a run as pages that need no font of their own to show Chinese."""

import html
import io

from pipeline.model.model import Model
from pipeline.training.measure import Measurement


def confusion_html(measurement: Measurement, names: tuple[str, ...]) -> str:
    """Return the confusion matrix, in characters, as a page that needs no font of its own to show Chinese."""
    rows = [
        [name, *(f"{measurement.confusion[name, said]:,}" for said in names), f"{measurement.figures.f1[name]:.3f}"]
        for name in names
    ]
    return _table_page("Confusion matrix, characters (rows: label, columns: tag)", ["", *names, "F1"], rows)


def wrong_html(measurement: Measurement) -> str:
    """Return the wrong out-of-fold tags as a page, the longest passages first."""
    rows = [
        [tag.source, f"{tag.start}-{tag.end}", tag.label, tag.theme, f"{tag.score:.2f}", tag.text.strip()]
        for tag in measurement.wrong
    ]
    return _table_page("Wrong out-of-fold tags", ["source", "span", "label", "tag", "score", "text"], rows)


def strongest_html(model: Model, count: int = 25) -> str:
    """Return the words that weigh most for each label as a page."""
    words = model.vocabulary.words
    ranked = [[words[i] for i in (-column[: len(words)]).argsort(kind="stable")[:count]] for column in model.weights.T]
    rows = [list(row) for row in zip(*ranked, strict=True)]
    return _table_page("Strongest terms of each label", list(model.labels.names), rows)


def _table_page(title: str, header: list[str], rows: list[list[str]]) -> str:
    page = io.StringIO()
    page.write(f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{html.escape(title)}</title>')
    page.write("<style>body{font:14px sans-serif}table{border-collapse:collapse}")
    page.write("td,th{border:1px solid #ccc;padding:4px 8px}</style>")
    page.write(f"<h1>{html.escape(title)}</h1><table><tr>")
    page.writelines(f"<th>{html.escape(cell)}</th>" for cell in header)
    for row in rows:
        page.write("</tr><tr>")
        page.writelines(f"<td>{html.escape(cell)}</td>" for cell in row)
    page.write("</tr></table></html>\n")
    return page.getvalue()
