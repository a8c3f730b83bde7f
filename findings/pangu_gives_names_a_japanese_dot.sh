#!/usr/bin/env bash
# pangu puts a space between Chinese and Latin letters or digits, for ease of reading. One would expect it to add spaces and nothing else: taken out
# again, the text is what it was. The mark that parts a foreign name, U+00B7, which GB/T 15834 has for it and every Chinese keyboard writes, becomes
# U+30FB, the mark of Japanese katakana: 卡尔·马克思 comes out as 卡尔・马克思, and “扫黄打非”·护苗2025 and 党史·今日 likewise. They look nearly the
# same. It matters here because texts of the web are tidied with it before they are labelled, and the name is then in no dictionary and found by no search,
# a passage is not in its document any more, and a list of campaigns has each name twice. Guess written down first: only spaces are
# added. Seen: U+30FB in all three (pangu 6.1.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pangu==6.1.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pangu

TEXTS = ["卡尔·马克思", "“扫黄打非”·护苗2025", "党史·今日"]

print(f"pangu {version('pangu')}; expected: nothing but spaces added")
for text in TEXTS:
    spaced = pangu.space_text(text)
    print(f"{text} -> {spaced} ({', '.join(f'U+{ord(mark):04X}' for mark in spaced if mark in '·・')})")
    assert "·" in text and "·" not in spaced, spaced
    assert spaced.replace(" ", "") == text.replace("·", "\u30fb"), spaced
other = "全县投入20万元，建成书房25个"
assert pangu.space_text(other).replace(" ", "") == other
PY
