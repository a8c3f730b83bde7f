#!/usr/bin/env bash
# Tables of tasks merge cells downwards: one theme in the first column stands for several rows. Markdown has no merged cells, so one
# would expect a converter to leave the place of a merged cell empty, or to repeat its text, in the rows below. markitdown writes those
# rows one cell short: what stands in the second column of the document moves into the first, under another heading. It matters here
# because the first column is the theme or the unit that is responsible: a task becomes the name of a theme, and whoever reads the
# table by column takes measures for themes. Guess written down first: the second row is "|  | 送戏下乡 |". Seen: "| 送戏下乡 |"
# (markitdown 0.1.9), although mammoth 1.13.0, which it reads the document with, says rowspan="2".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'markitdown[docx]==0.1.9' 'mammoth==1.13.0' 'python-docx==1.2.0'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import docx
import mammoth
from markitdown import MarkItDown

document = docx.Document()
table = document.add_table(rows=3, cols=2)
for row, texts in enumerate((("主题", "措施"), ("文化惠民", "开放书房"), ("", "送戏下乡"))):
    for column, text in enumerate(texts):
        table.cell(row, column).text = text
table.cell(1, 0).merge(table.cell(2, 0)).text = "文化惠民"
document.save("tasks.docx")

with open("tasks.docx", "rb") as file:
    html = mammoth.convert_to_html(file).value
lines = [line for line in MarkItDown().convert("tasks.docx").text_content.splitlines() if line.strip("|- ")]
print(f"markitdown {version('markitdown')}: {lines}")
print(f"mammoth {version('mammoth')}: {html}")
assert 'rowspan="2"' in html
assert lines == ["| 主题 | 措施 |", "| 文化惠民 | 开放书房 |", "| 送戏下乡 |"], lines
PY
