#!/usr/bin/env bash
# Series.str.isnumeric and str.isdigit of pandas say of each text in a column whether it is a number; they are told to be those of Python. One would
# expect the same program to find the same numbers wherever it runs. Since version 3 pandas keeps text with PyArrow if that happens to be installed,
# and by itself if it is not, and PyArrow has other tables: 三, 十 and 二〇 are numeric in one environment and not in the other, and ½ is no digit in
# one and a digit in the other, where int("½") still fails. It matters here because whoever parts the numbers of chapters or quantities (三、十) from
# other cells of a table gets all of them on one computer and those in ASCII on the next, with no error, and installing a reader of Parquet
# is what changes it. Guess written down first: both give the answers of Python. Seen: with PyArrow isnumeric is False for 三, 十 and 二〇, isdigit
# is True for ½; without it both are as in Python (pandas 3.1.1, pyarrow 26.0.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for kind in without with; do
  python3 -m venv "$folder/$kind"
  "$folder/$kind/bin/pip" --quiet --disable-pip-version-check install 'pandas==3.1.1'
done
"$folder/with/bin/pip" --quiet --disable-pip-version-check install 'pyarrow==26.0.1'
cat >"$folder/cells.py" <<'PY'
import json
from importlib.metadata import version

import pandas as pd

CELLS = ["三", "十", "二〇", "3", "３", "½", "三、"]

column = pd.Series(CELLS)
numeric, digit = column.str.isnumeric().tolist(), column.str.isdigit().tolist()
print(json.dumps([version("pandas"), str(column.dtype), numeric, digit, [c.isnumeric() for c in CELLS], [c.isdigit() for c in CELLS]]))
PY
"$folder/without/bin/python" "$folder/cells.py" >"$folder/without.json"
"$folder/with/bin/python" "$folder/cells.py" >"$folder/with.json"
"$folder/with/bin/python" - "$folder" <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

seen = {kind: json.loads(Path(sys.argv[1], f"{kind}.json").read_text()) for kind in ("without", "with")}
for kind, (pandas, dtype, numeric, digit, by_python, digit_by_python) in seen.items():
    print(f"pandas {pandas} {kind} pyarrow {version('pyarrow')}, dtype {dtype}: isnumeric {numeric}, isdigit {digit}")
    print(f"  Python: isnumeric {by_python}, isdigit {digit_by_python}")
assert seen["without"][1] == seen["with"][1] == "str", seen
assert seen["without"][2:4] == seen["without"][4:] == seen["with"][4:], seen
assert seen["with"][2] == [False, False, False, True, True, True, False], seen
assert seen["with"][3] == [False, False, False, True, True, True, False], seen
assert seen["without"][2] == [True, True, True, True, True, True, False], seen
assert seen["without"][3] == [False, False, False, True, True, False, False], seen
PY
