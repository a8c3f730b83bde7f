#!/usr/bin/env bash
# pyreadstat writes tables with value labels for SPSS. One would expect a label of 60 Chinese characters to come back whole, or an error.
# SPSS allows 120 bytes a label, and pyreadstat cuts there without a word: 40 characters are left, and of a variable's label 85. The same
# labels come back whole from a Stata file by the same library. It matters here because researchers keep a codebook (a theme and its definition)
# as value labels: two definitions that differ behind the 40th character become the same. Guess written down first: it comes back whole.
# Seen: 40 of 60 and 85 of 100 characters in .sav, 60 of 60 in .dta (pyreadstat 1.3.7).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pyreadstat==1.3.7' 'pandas==3.0.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pandas as pd
import pyreadstat

table = pd.DataFrame({"theme": [1.0]})
options = {"variable_value_labels": {"theme": {1.0: "新" * 60}}, "column_labels": {"theme": "题" * 100}}
pyreadstat.write_sav(table, "a.sav", **options)
_, spss = pyreadstat.read_sav("a.sav")
pyreadstat.write_dta(table, "a.dta", variable_value_labels={"theme": {1: "新" * 60}})
_, stata = pyreadstat.read_dta("a.dta")
of_value, of_column = len(spss.variable_value_labels["theme"][1.0]), len(spss.column_labels[0])
in_stata = len(stata.variable_value_labels["theme"][1])
print(f"pyreadstat {version('pyreadstat')}: value label {of_value} of 60 in .sav, {in_stata} of 60 in .dta; variable label {of_column} of 100")
assert (of_value, of_column, in_stata) == (40, 85, 60)
PY
