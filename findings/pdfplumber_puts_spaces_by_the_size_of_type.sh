#!/usr/bin/env bash
# Word and WPS leave a quarter of a character free between Chinese and figures (it is on by default), and a PDF of theirs has this gap
# without a space in it. One would expect pdfplumber to give the same text for a sentence whatever its size of type, with spaces or without.
# It measures gaps in points, and calls a space what is wider than three: at 12 points, the size of plain documents, 全县共建成25个书房 is whole, at
# 16 points, which GB/T 9704 asks for in official ones, it is 全县共建成 25 个书房, and only there three words to extract_words. With layout=True,
# which keeps things where they are on the page, there are seven spaces before 25: a Chinese character is as wide as two or more of the
# columns that it counts in, and takes one, and what is left over comes where a word ends. pdfminer.six, which it stands on, measures gaps
# by the size of type and has a space at both sizes. It matters here because one sentence is two texts, by where it was printed: reports
# that repeat each other are not found, a phrase with its figure is in half of the files only, and with the layout a sentence looks like a
# row of a table. Guess written down first: the same text at both sizes, and no more than a space in the layout. Seen: none at 12, one at
# 16, seven with the layout (pdfplumber 0.11.10, pdfminer.six 20260107).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pdfplumber==0.11.10' 'pdfminer.six==20260107' 'reportlab==5.1.0'
cd "$folder"
PYTHONUTF8=1 "$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import pdfplumber
from pdfminer.high_level import extract_text
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

PIECES = ("全县共建成", "25", "个书房")
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def write(size: int) -> None:
    """Write the sentence as Word draws it, with a gap of a quarter of the size between Chinese and figures."""
    canvas = Canvas("report.pdf")
    canvas.setFont(FONT, size)
    place = 80.0
    for piece in PIECES:
        canvas.drawString(place, 700, piece)
        place += pdfmetrics.stringWidth(piece, FONT, size) + size / 4
    canvas.save()


print(f"pdfplumber {version('pdfplumber')}")
for size, plain, words, spaces in ((12, "".join(PIECES), 1, 0), (16, " ".join(PIECES), 3, 7)):
    write(size)
    with pdfplumber.open("report.pdf") as opened:
        page = opened.pages[0]
        seen = page.extract_text(), len(page.extract_words()), page.extract_text(layout=True).strip()
    print(f"{size} points: {seen}, pdfminer.six {extract_text('report.pdf').strip()!r}")
    assert seen[:2] == (plain, words), seen
    assert seen[2].startswith(PIECES[0] + " " * spaces + PIECES[1]), seen
    assert extract_text("report.pdf").strip() == " ".join(PIECES)
PY
