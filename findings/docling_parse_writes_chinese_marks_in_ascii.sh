#!/usr/bin/env bash
# docling-parse gives the text of a PDF with its places; docling, which turns documents into Markdown for language models, reads PDF with
# it. One would expect the characters that the page has, since there is nothing to guess where the file says them. It puts signs of ASCII in
# place of some: “三农” comes out as "三农", ‘好’ as 'good' would, the dash —— as two hyphens and — as one, while 《》 ， 。 …… · and 〔〕 stay.
# Neither the line nor the word nor the single character keeps what the page has, and nothing says that text was changed. In English a
# straight quotation mark is as good; in Chinese the opening and the closing one are no longer to be told apart, and GB/T 15834 knows no
# straight ones. It matters here because passages are quoted and found again character for character, and sentences are parted by the
# closing mark: “要抓好落实。” ends one, and with two equal signs nobody knows on which side it stands; 3—5月 looks like 3-5. Guess written down
# first: all as they are. Seen: four kinds of marks in ASCII (docling-parse 7.23.1; pypdfium2 5.15.2 keeps them).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install --no-compile 'docling-parse==7.23.1' 'docling-core==2.104.0' 'pypdfium2==5.15.2' 'reportlab==5.1.0'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import pypdfium2
from docling_core.types.doc.page import TextCellUnit
from docling_parse.pdf_parser import DoclingPdfParser
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

LINES = {
    "他说：“要抓好落实。”各地行动，聚焦‘三农’。": "他说：\"要抓好落实。\"各地行动，聚焦'三农'。",
    "做法——要点，3—5月。": "做法--要点，3-5月。",
    "《条例》、卡尔·马克思……〔2025〕3号（一）": "《条例》、卡尔·马克思……〔2025〕3号（一）",
}
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
canvas = Canvas("report.pdf")
canvas.setFont("STSong-Light", 14)
for row, line in enumerate(LINES):
    canvas.drawString(72, 700 - 40 * row, line)
canvas.save()


def lines(text: str) -> list[str]:
    return [line for line in text.split() if line]


def units(unit: TextCellUnit) -> str:
    _, page = next(iter(DoclingPdfParser().load("report.pdf").iterate_pages()))
    return "".join(cell.text for cell in page.iterate_cells(unit_type=unit))


print(f"docling-parse {version('docling-parse')}")
for unit in (TextCellUnit.CHAR, TextCellUnit.WORD, TextCellUnit.LINE):
    print(f"{unit}: {units(unit)}")
    assert "".join(units(unit).split()) == "".join(LINES.values())
assert lines(pypdfium2.PdfDocument("report.pdf")[0].get_textpage().get_text_range()) == list(LINES)
PY
