#!/usr/bin/env bash
# Chinese Excel lists 星期三 and 周三 among its formats of dates: [$-804]aaaa;@ and [$-804]aaa;@ show a date by its day of the week (aaaa is dddd
# in the language of China). A cell of a date holds a number of days, and what is a date is told by the format alone. One would expect a
# reader that tells dates by their formats to know one that Excel itself lists among them. openpyxl, calamine and ExcelJS give 45717 for
# 2025年3月1日 shown as 星期六; in the same column they give dates for cells whose format says dddd, which shows the same day in English. Nothing
# warns of it. It matters here because plans of a week and duty lists have a column of days made so: it holds dates in one file and figures
# of five digits, which pass for a number of visitors, in the next. Guess written down first: a date. Seen: 45717 by all three for aaaa and
# aaa (openpyxl 3.1.5, python-calamine 0.9.1, exceljs 4.4.0; numfmt 4.0.1 says that it is a format of dates and shows 星期六).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'openpyxl==3.1.5' 'python-calamine==0.9.1'
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" exceljs@4.4.0 numfmt@4.0.1
cat > read.mjs <<'JS'
import ExcelJS from "exceljs";
import { format, isDateFormat } from "numfmt";

const workbook = new ExcelJS.Workbook();
await workbook.xlsx.readFile("plan.xlsx");
const values = workbook.worksheets[0].getColumn(1).values.slice(1);
const codes = workbook.worksheets[0].getColumn(2).values.slice(1);
console.log(JSON.stringify({
  exceljs: values.map((value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value)),
  numfmt: codes.map((code) => [isDateFormat(code), format(code, 45717)]),
}));
JS
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
import json
import subprocess
from datetime import date, datetime
from importlib.metadata import version

import openpyxl
from python_calamine import CalamineWorkbook

CODES = ["[$-804]aaaa;@", "[$-804]aaa;@", "aaaa", "[$-804]dddd;@", 'yyyy"年"m"月"d"日";@']
DAY = "2025-03-01"
workbook = openpyxl.Workbook()
for row, code in enumerate(CODES, 1):
    workbook.active.cell(row, 1, 45717).number_format = code
    workbook.active.cell(row, 2, code)
workbook.save("plan.xlsx")


def plain(value: object) -> object:
    return str(value)[:10] if isinstance(value, (date, datetime)) else int(value)


sheet = openpyxl.load_workbook("plan.xlsx").active
seen = {
    "openpyxl": [plain(sheet.cell(row, 1).value) for row in range(1, len(CODES) + 1)],
    "python-calamine": [plain(row[0]) for row in CalamineWorkbook.from_path("plan.xlsx").get_sheet_by_index(0).to_python()],
}
done = subprocess.run(["node", "read.mjs"], check=True, capture_output=True, encoding="utf-8")
other = json.loads(done.stdout)
print(f"openpyxl {version('openpyxl')}, python-calamine {version('python-calamine')}")
for column, code in enumerate(CODES):
    print(f"{code}: {[read[column] for read in seen.values()]}, exceljs {other['exceljs'][column]}, numfmt {other['numfmt'][column]}")
assert all(read == [45717, 45717, 45717, DAY, DAY] for read in [*seen.values(), other["exceljs"]])
assert other["numfmt"][0] == [True, "星期六"]
PY
