#!/usr/bin/env bash
# Excel shows a date as 二〇二五年三月一日 by the format [DBNum1][$-804]yyyy"年"m"月"d"日";@, which is in its own list of Chinese dates, and as
# 2025年3月1日 by the same without the first mark. One would expect xlsx2csv, which applies date formats, to give both as dates, in
# whatever digits. The first comes out as 45717, the count of days since 1900, and the second with the quotation marks that in a format
# only say that a letter is no code: 2025"年"03"月"01"日". It matters here because tables of activities are turned into CSV with it before
# they are labelled: a date becomes a figure that may pass for a number of visitors. Guess written down first: 2025年3月1日 or an ISO date
# for both, no number. Seen: 45717 and the quotation marks (xlsx2csv 0.8.6; openpyxl 3.1.5 and python-calamine 0.9.1 give dates).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'xlsx2csv==0.8.6' 'openpyxl==3.1.5' 'python-calamine==0.9.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import csv
import io
from datetime import date, datetime
from importlib.metadata import version

import openpyxl
from python_calamine import CalamineWorkbook
from xlsx2csv import Xlsx2csv

book = openpyxl.Workbook()
for row, code in enumerate(('[DBNum1][$-804]yyyy"年"m"月"d"日";@', 'yyyy"年"m"月"d"日"'), 1):
    book.active.cell(row, 1, datetime(2025, 3, 1)).number_format = code
book.save("dates.xlsx")

output = io.StringIO()
Xlsx2csv("dates.xlsx").convert(output)
seen = [row[0] for row in csv.reader(io.StringIO(output.getvalue())) if row]
by_openpyxl = [row[0] for row in openpyxl.load_workbook("dates.xlsx").active.values]
by_calamine = [row[0] for row in CalamineWorkbook.from_path("dates.xlsx").get_sheet_by_index(0).to_python()]
print(f"xlsx2csv {version('xlsx2csv')}: {seen}")
print(f"openpyxl {version('openpyxl')}: {by_openpyxl}, python-calamine {version('python-calamine')}: {by_calamine}")
assert seen == ["45717", '2025"年"03"月"01"日"'], seen
assert by_openpyxl == [datetime(2025, 3, 1)] * 2
assert [value.date() if isinstance(value, datetime) else value for value in by_calamine] == [date(2025, 3, 1)] * 2
PY
