#!/usr/bin/env bash
# Two people rate passages, and have not come to all of them yet: what is missing is NaN, as pandas has it. statsmodels makes a table of
# counts of the ratings (aggregate_raters), and Fleiss' kappa of the table. One would expect missing ratings to be left out, or an error: the
# coefficient itself is defined for full tables only. They become a label of their own, nan, and two people who have both not rated a passage agree
# on it. It matters here because agreement is looked at while the rating goes on, to stop in time if the codebook is bad: the less is rated, the
# better it seems. Guess written down first: the table has the two labels that were given, or there is an error. Seen: three labels; 0.65 where it
# is 0.00 for the passages that both rated, with no warning (statsmodels 0.15.0; Krippendorff's alpha by irrCAC 0.4.4 is 0.04 with and without them).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'statsmodels==0.15.0' 'irrCAC==0.4.4' 'pandas==2.3.3' 'numpy==1.26.4' 'scipy==1.12.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

rated = pd.DataFrame({"first": [0, 0, 1, 1] * 3, "second": [0, 1, 0, 1] * 3}, dtype=float)
unrated = pd.DataFrame(np.nan, index=range(20), columns=rated.columns)


def kappa(table: pd.DataFrame) -> tuple[float, list[float], list[str]]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        counts, labels = aggregate_raters(table.to_numpy())
        value = round(float(fleiss_kappa(counts)), 2)
    return value, labels.tolist(), [str(warning.message) for warning in told]


def alpha(table: pd.DataFrame) -> float:
    return round(float(CAC(table.copy()).krippendorff()["est"]["coefficient_value"]), 2)


tables = {"12 passages rated by both": rated, "and 20 rated by nobody": pd.concat([rated, unrated], ignore_index=True)}
seen = [(*kappa(table), alpha(table)) for table in tables.values()]
print(f"statsmodels {version('statsmodels')}, irrCAC {version('irrCAC')}")
for name, (value, labels, told, other) in zip(tables, seen, strict=True):
    print(f"{name}: kappa {value} of labels {labels}, warnings {told}; alpha {other}")
full, partial = seen
assert full[:3] == (0.0, [0.0, 1.0], []), full
assert partial[0] == 0.65 and len(partial[1]) == 3 and np.isnan(partial[1][2]) and partial[2] == [], partial
assert full[3] == partial[3], seen
PY
