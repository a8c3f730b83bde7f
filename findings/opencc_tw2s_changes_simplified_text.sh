#!/usr/bin/env bash
# OpenCC's tw2s is told to make simplified characters of Taiwan's. One would expect that text which is simplified already comes out as it
# went in, as it does with t2s. It does not: 著, a character of both, becomes 着 wherever a phrase list does not say otherwise, so that
# 显著 (remarkable), 卓著 and 原著 of a report in simplified characters turn into words that do not exist, while 名著 and 著作 stay.
# It matters here because reports of unknown origin are simplified before they are scored: a file that mixes both scripts cannot be
# given to tw2s as a whole. Guess written down first: tw2s("显著成效") == "显著成效". Seen: "显着成效" (OpenCC 1.4.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'opencc==1.4.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import opencc

text = "显著成效"
changed, kept = opencc.OpenCC("tw2s").convert(text), opencc.OpenCC("t2s").convert(text)
print(f"OpenCC {version('opencc')}: {text} -> tw2s {changed}, t2s {kept}")
assert kept == text
assert changed == "显着成效", changed
PY
