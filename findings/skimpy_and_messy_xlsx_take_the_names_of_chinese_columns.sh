#!/usr/bin/env bash
# Headings of tables are typed by people, and libraries tidy them into names that one can program with: skimpy's clean_columns does that, and so does
# messy-xlsx while it reads a workbook. One would expect 主题, 段落 and 得分（%） (theme, passage, score) to be names already, as they are in Python and
# in every database, or to become other names that tell them apart by what they mean. Both take out whatever is no letter of ASCII: skimpy calls the
# columns header, header_1 and %, and one with a space in it has the empty name; messy-xlsx calls them unnamed, unnamed_1, unnamed_2, and so
# says that the sheet has no headings. It matters here because tables of tagged passages have such headings: which column holds the theme
# and which the theme that a person put right is told by the order alone, which differs from file to file. Guess written down first: 主题 and
# 段落 stay. Seen: header, header_1, %, and the empty name; unnamed to unnamed_3 (skimpy 0.0.21, messy-xlsx 0.10.0; pyjanitor 0.32.60 keeps them).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'skimpy==0.0.21' 'messy-xlsx==0.10.0' 'pyjanitor==0.32.60' \
  'pandas==3.1.1' 'openpyxl==3.1.5'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import janitor
import messy_xlsx
import pandas as pd
import skimpy

NAMES = ["主题", "段落", "得分（%）", "审核 主题"]

table = pd.DataFrame([["文化", "建成书房", 95, "文明"], ["文明", "移风易俗", 80, "文明"]], columns=NAMES)
table.to_excel("tags.xlsx", index=False)
by_skimpy = list(skimpy.clean_columns(table).columns)
by_messy = list(messy_xlsx.read_excel("tags.xlsx").columns)
by_janitor = list(janitor.clean_names(table).columns)
print(f"{NAMES}\nskimpy {version('skimpy')}: {by_skimpy}\nmessy-xlsx {version('messy-xlsx')}: {by_messy}")
print(f"pyjanitor {version('pyjanitor')}: {by_janitor}")
assert by_skimpy == ["header", "header_1", "%", ""], by_skimpy
assert by_messy == ["unnamed", "unnamed_1", "unnamed_2", "unnamed_3"], by_messy
assert by_janitor == ["主题", "段落", "得分（%）", "审核_主题"], by_janitor
PY
