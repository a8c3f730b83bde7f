#!/usr/bin/env bash
# XlsxWriter makes columns as wide as what is in them (autofit), by a table of the widths of characters; pandas and polars write with it. One would
# expect a Chinese character to count as two Latin ones, as it does in every font. It is not in the table and counts as little more than one: a
# column of nine characters is 11 wide where 18 small letters get 19, and the last two are covered by the next cell. A date or a
# number is given the width that it has in English, whatever its format adds in Chinese, and what does not fit is not cut there but shown
# as ###: 2025年12月31日 and 1,234,567万元 are (LibreOffice 7.4 was looked at). It matters here because tables for review have names of themes,
# dates and sums in their columns, and autofit is called so that nobody has to widen them. Guess written down first: at least two a
# character. Seen: 11.3 for nine; 10.7 for a date that takes 14, 8 for a sum that takes 13 (XlsxWriter 3.3.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'XlsxWriter==3.3.1'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import re
import unicodedata
import zipfile
from datetime import date
from importlib.metadata import version

import xlsxwriter

book = xlsxwriter.Workbook("table.xlsx")
sheet = book.add_worksheet()
sheet.write_string(0, 0, "新时代文明实践中心")
sheet.write_string(0, 1, "abcdefghijklmnopqr")
sheet.write_datetime(0, 2, date(2025, 12, 31), book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
sheet.write_number(0, 3, 1234567, book.add_format({"num_format": '#,##0"万元"'}))
sheet.autofit()
book.close()
columns = zipfile.ZipFile("table.xlsx").read("xl/worksheets/sheet1.xml").decode()
widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', columns)]
shown = ["新时代文明实践中心", "abcdefghijklmnopqr", "2025年12月31日", "1,234,567万元"]
needed = [sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text) for text in shown]
print(f"XlsxWriter {version('XlsxWriter')}")
for text, width, need in zip(shown, widths, needed, strict=True):
    print(f"{text}: {width:.1f} wide, takes {need}")
assert [round(width, 1) for width in widths] == [11.3, 18.9, 10.7, 8.0], widths
assert needed == [18, 18, 14, 13], needed
PY
