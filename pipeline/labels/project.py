"""A project of one's own, made in a folder: its settings, its labels, and where reports and label files go."""

import json
from collections.abc import Sequence
from pathlib import Path

from pipeline.core import locations
from pipeline.core.config import LabelDefinition, LabelSet, load_label_set
from pipeline.core.errors import UsageError
from pipeline.core.messages import mark, system_reason, tr
from pipeline.core.outputs import write_file

LABEL_SET, REPORTS, LABELS, REVIEW = "configs/labels.toml", "reports", "labels", "labels/review.jsonl"
OTHER = "其他"
MOST_LABELS = 200
LONGEST_LABEL = 60  # characters
_OTHERS = ("其他", "其它", "other", "others")
_COLOURS = ("#c0392b", "#d68910", "#1e8449", "#2471a3", "#7d3c98", "#b03a6f", "#117a65", "#6e4b1f", "#4a5fc1", "#8a7a00")
_GREY = "#707b7c"
_SETTINGS = mark("""\
# The settings of this project, over the defaults of mission-themes (configs/default.toml there says what each does).
# `pipeline` takes the current folder for its project where this file is in it.

[corpus]
reports = ["reports"]
labels = ["labels"]          # a folder: all .jsonl files in it
reviewed = "reviewed"        # corrected reports that are not among those above
review = "labels/review.jsonl"
label_set = "configs/labels.toml"

[features]
gazetteers = ""              # a folder with lists of terms, where you have some
min_df = 1                   # a word counts from its first sentence on: own corpora are small
characters = true            # and so does each character by itself: own texts may be short

[model]                      # chosen on half of 20,000 news titles (docs/own-labels.md); `pipeline train --search` tries others
C = 1.0
naive_bayes = 0.1

[evaluate]
grouped = []
folds = 10                   # groups of reports that are left out in turn
learning_curve = []

[gate]                       # what a model must reach to become champion; raise it when you know what is good
least_macro_f1 = 0.5
least_f1 = 0.0
most_calibration_error = 0.2
least_coverage = 0.0

[track]
experiment = "own-labels"
registered_model = "own-labels"
""")
_README = mark("""\
# Own labels

1. The labels: `configs/labels.toml`. Say there what each means, and choose its colour.
2. Take labelled texts in: `pipeline labels import FILE` (.csv, .tsv, .xlsx, .jsonl: columns text and label; Label Studio's .json).
3. Train: `pipeline train` writes `models/default/` and a run into `mlruns/`. Look at it: `pipeline ui`.
4. Tag: `pipeline tag FILE… -o tags.xlsx` (files, folders, tables; .jsonl, .csv, .html, .docx, .parquet too).
5. Correct in the workbook, `pipeline labels import tags.xlsx --annotator NAME`, and train again; or `pipeline serve`.

All commands are run in this folder. `mission-themes.toml` has its settings.
""")


def label_set_of(names: Sequence[str]) -> LabelSet:
    """Return labels of these names, in their order, with colours; what belongs to none is 其他 where no name says so.

    Raises UsageError for fewer than two, for more than MOST_LABELS, and for a name that cannot be shown.
    """
    for name in names:
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_LABEL:
            raise UsageError(
                tr(
                    "label {name!r}: give a name of at most {longest_label} printable characters",
                    name=name[:LONGEST_LABEL],
                    longest_label=LONGEST_LABEL,
                )
            )
    unique = list(dict.fromkeys(name.strip() for name in names))
    other = next((name for name in unique if name.lower() in _OTHERS), OTHER)
    if not 2 <= len(unique) <= MOST_LABELS:
        hint = tr("give 2 to {most_labels}, or name the column that holds them with --label-column", most_labels=MOST_LABELS)
        raise UsageError(tr("{count} labels ({unique}…): {hint}", count=len(unique), unique=", ".join(unique[:5]), hint=hint))
    if other not in unique:
        unique.append(other)
    themes = [name for name in unique if name != other]
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(themes)} | {other: _GREY}
    return LabelSet(other, tuple(LabelDefinition(name, "", colours[name]) for name in unique))


def make_project(folder: Path, labels: LabelSet | None) -> None:
    """Make a project in a folder, with the shipped labels for None; raises UsageError where one of its files is there already."""
    labels = labels or load_label_set(locations.shipped("configs") / "labels.toml")
    files = {locations.PROJECT_FILE: tr(_SETTINGS), LABEL_SET: label_lines(labels), "README.md": tr(_README)}
    there = next((name for name in files if (folder / name).exists()), None)
    if there:
        raise UsageError(
            tr("{folder}: is there already, and nothing is overwritten; name a new or empty folder", folder=folder / there)
        )
    try:
        for name in (REPORTS, LABELS, Path(LABEL_SET).parent):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            tr("{folder}: cannot be made ({reason}); check the path", folder=folder, reason=system_reason(error))
        ) from None
    for name, content in files.items():
        write_file(folder / name, content.encode())


def label_lines(labels: LabelSet) -> str:
    """Return the TOML file that defines some labels; a string of JSON is one of TOML."""
    lines = [
        tr("# The labels, in the fixed order that every model, table and figure uses; `other` is that of what belongs to none."),
        "",
        f"other = {_quoted(labels.other)}",
    ]
    for label in labels.labels:
        lines += ["", "[[labels]]", *(f"{key} = {_quoted(getattr(label, key))}" for key in ("name", "definition", "color"))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
