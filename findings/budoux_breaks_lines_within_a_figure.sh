#!/usr/bin/env bash
# BudouX, by Google, says where a line of Chinese may be broken so that no phrase is torn: it parts the text into phrases, and makes HTML in which lines
# break between these only. One would expect a figure to stay whole, since even a browser that knows no word of Chinese keeps 95.6% and 3.5 on one line.
# It parts 95.6% and 3.5件 behind the point, and a year, 二〇二五年, in three: with its mark, a line break that the browser by itself would never
# make is allowed there, 占比95. at the end of a line and 6%。 on the next. It matters here because review sheets and cards with passages are made
# readable so: 6% at the beginning of a line is read as a figure of its own. Guess written down first: no phrase ends within a number or a year.
# Seen: 占比95. | 6%。, 3. | 5件, 二 | 〇二 | 五 | 年 (budoux 0.10.1, simplified Chinese).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'budoux==0.10.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import budoux

parser = budoux.load_default_simplified_chinese_parser()
FIGURES = {"推进“扫黄打非”工作，查处案件3.5件、占比95.6%。": ["3.", "占比95."], "二〇二五年，全县投入20万元。": ["二", "〇二", "五"]}

print(f"budoux {version('budoux')}; expected: no break within a figure or a year")
for text, torn in FIGURES.items():
    phrases = parser.parse(text)
    print(" | ".join(phrases))
    assert "".join(phrases) == text
    assert all(part in phrases for part in torn), phrases
page = parser.translate_html_string("占比95.6%。")
print(ascii(page))
assert "95.\u200b6%" in page, ascii(page)
PY
