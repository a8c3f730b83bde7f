#!/usr/bin/env bash
# sentencex, of the people behind Wikipedia, parts text into sentences by the rules of some 300 languages, Chinese among them. One would
# expect 。 and ！ to end a sentence whatever comes next: 。 is no point of a number or an abbreviation, it has no other use. Where a digit follows,
# it ends nothing: 全县投入20万元。2025年建成书房。 is one sentence. In English there is a space between, and "Rooms were built. 2025 saw more." is two.
# With a letter, a Chinese character or a quotation mark behind it, 。 does end one. It matters here because sentences of reports begin with
# a year, a day or a number of the list more often than with anything else: a paragraph of five dated measures is one sentence,
# which gets one theme. Guess written down first: two sentences. Seen: one, for 。 ！ and 。” (sentencex 1.0.32).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'sentencex==1.0.32'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import sentencex

ONE = ["全县投入20万元。2025年建成书房。", "全县投入20万元！2025年建成书房。", "会议强调：“抓落实。”2025年建成。"]
TWO = ["全县投入20万元。今年建成书房。", "全县投入20万元。“十四五”以来建成书房。", "全县投入20万元。A县建成书房。"]

print(f"sentencex {version('sentencex')}; expected: two sentences each")
for text in [*ONE, *TWO]:
    found = [part.strip() for part in sentencex.segment("zh", text)]
    print(f"{text}: {found}")
    assert len(found) == (1 if text in ONE else 2), found
english = [part.strip() for part in sentencex.segment("en", "Rooms were built. 2025 saw more.")]
print(english)
assert english == ["Rooms were built.", "2025 saw more."], english
PY
