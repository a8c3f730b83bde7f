#!/usr/bin/env bash
# Two people rate the same passages 差, 中, 良, 优 (poor, fair, good, excellent), and weighted kappa counts a difference of one step less than one of
# three. The columns are categories of pandas that say their order themselves. One would expect cohen_kappa_score to take it, or to refuse
# words that it cannot order. It sorts them by code point, 中 < 优 < 差 < 良, so that from fair to excellent is one step and from fair to good three,
# and gives a number that looks like any other. irrCAC does the same. It matters here because agreement decides whether a codebook is good
# enough: people who never differ by more than one step, at 0.85, seem to hardly agree. In English the alphabet is wrong as well, which one sees;
# nobody knows the order of code points. Guess written down first: the same as with the numbers of the ordered categories. Seen: 0.15 for 0.85 with
# quadratic weights and 0.30 for 0.70 with linear ones (scikit-learn 1.9.1, irrCAC 0.4.4, pandas 2.3.3).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'scikit-learn==1.9.1' 'irrCAC==0.4.4' 'pandas==2.3.3' 'numpy==1.26.4' 'scipy==1.12.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score

ORDER = pd.CategoricalDtype(["差", "中", "良", "优"], ordered=True)
table = pd.DataFrame({"first": list("差中良优差中良优"), "second": list("差良良优中中优优")}).astype(ORDER)
codes = table.apply(lambda column: column.cat.codes)
assert (codes["first"] - codes["second"]).abs().max() == 1
print(f"scikit-learn {version('scikit-learn')}, irrCAC {version('irrCAC')}, pandas {version('pandas')}; sorted: {sorted(ORDER.categories)}")
for weights, right, wrong in (("linear", 0.7, 0.3), ("quadratic", 0.85, 0.15)):
    given = cohen_kappa_score(table["first"], table["second"], weights=weights)
    by_codes = cohen_kappa_score(codes["first"], codes["second"], weights=weights)
    listed = cohen_kappa_score(table["first"], table["second"], weights=weights, labels=list(ORDER.categories))
    other = CAC(table, weights=weights).conger()["est"]["coefficient_value"]
    print(f"{weights}: scikit-learn {given:.2f}, irrCAC {other:.2f}; by the numbers of the categories {by_codes:.2f}, with labels= {listed:.2f}")
    assert abs(given - wrong) < 1e-6 and abs(other - wrong) < 1e-3, (given, other)
    assert abs(by_codes - right) < 1e-6 and abs(listed - right) < 1e-6, (by_codes, listed)
PY
