#!/usr/bin/env bash
# ReportLab writes PDF; for Chinese a paragraph has wordWrap="CJK", which breaks lines between any two characters but keeps the rules of marks: no line
# begins with a comma, a full stop or a closing mark, and none ends with an opening one. One would expect the rules for all common marks, since some
# are kept. 。 and 、 do not begin a line, but ” and ， do, and “ 《 and （ end one. It
# matters here because reports and review sheets are printed so: GB/T 15834 forbids it, and whoever reads the PDF back by lines finds a
# passage that begins with ” and one that ends in the midst of a title 《. Guess written down first: no line begins with one of ，。”；、）》 or ends
# with one of “《（, at any width. Seen: ” and ， at beginnings, “ 《 （ at ends, at 9 of 11 widths (reportlab 5.1.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'reportlab==5.1.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
STYLE = ParagraphStyle("body", fontName="STSong-Light", fontSize=10, leading=12, wordWrap="CJK")
TEXT = "会议要求：“要抓好落实。”（记者）按照《要点》推进，全县投入1234567万元，书房、讲堂全天开放、群众满意；各单位重视。"


def lines(width: int) -> list[str]:
    paragraph = Paragraph(TEXT, STYLE)
    paragraph.wrap(width, 1000)
    return ["".join(line[1]) for line in paragraph.blPara.lines]


broken = {width: lines(width) for width in range(50, 160, 10)}
assert all("".join(rows) == TEXT for rows in broken.values()), broken
first = {row[0] for rows in broken.values() for row in rows} & set("，。”；、）》")
last = {row[-1] for rows in broken.values() for row in rows[:-1]} & set("“《（")
wrong = [width for width, rows in broken.items() if any(row[0] in first for row in rows) or any(row[-1] in last for row in rows[:-1])]
print(f"reportlab {version('reportlab')}; expected: no such marks at all")
print(f"lines begin with {sorted(first)} and end with {sorted(last)}, at {len(wrong)} of {len(broken)} widths; 60 points: {broken[60]}")
assert {"”", "，"} <= first, first
assert not first & set("。、"), first
assert {"“", "《", "（"} <= last, last
PY
