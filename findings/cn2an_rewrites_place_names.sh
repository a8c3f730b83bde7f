#!/usr/bin/env bash
# cn2an's transform turns the Chinese numerals of a sentence into digits. One would expect names that hold a numeral to stay, at least those of a
# province. 四川 becomes 4川, 一带一路 1带1路, 万无一失 万无1失. It matters here because a report whose numerals were made comparable that way has
# lost the names that say where and what it is about.
# Seen: all change (cn2an 0.5.24).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'cn2an==0.5.24' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import cn2an

seen = {text: cn2an.transform(text, "cn2an") for text in ("宣讲三百场", "四川", "一带一路", "万无一失")}
print(f"cn2an {version('cn2an')}: {seen}")
assert seen == {"宣讲三百场": "宣讲300场", "四川": "4川", "一带一路": "1带1路", "万无一失": "万无1失"}
PY
