#!/usr/bin/env bash
# Babel writes and reads dates, numbers and times as each language has them. One would expect parse_time to read what format_time has written in the
# same language and format: 下午3:30 is half past three in the afternoon, in zh_TW and zh_HK (whose own format it is) and wherever the format ah:mm
# is asked for. It is read as 03:30, in the night, and 上午12:30 as half past noon, without an error. The format is known to have a half of
# the day (a), but of the words for it only am and pm are looked for, in every language; Babel's own tables have 上午 and 下午. It matters
# here because reports and minutes give times so: meetings of the afternoon are put before those of the morning. Guess written down first: 15:30.
# Seen: 03:30 for what format_time made of 15:30, in five of six locales; English comes back right (Babel 2.19.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'babel==2.19.0'
"$folder/venv/bin/python" - <<'PY'
from datetime import time
from importlib.metadata import version

from babel.dates import format_time, parse_time

FORMATS = {"zh_Hans_CN": "ah:mm", "zh_Hant_TW": "short", "zh_Hant_HK": "short", "ko_KR": "short", "ja_JP": "ah:mm", "en_US": "h:mm a"}
print(f"Babel {version('babel')}")
wrong = []
for locale, form in FORMATS.items():
    for given in (time(9, 30), time(15, 30), time(0, 30)):
        text = format_time(given, form, locale=locale)
        read = parse_time(text, locale=locale, format=form)
        print(f"{locale}: {given:%H:%M} written {text}, read {read:%H:%M}")
        if read != given:
            wrong.append((locale, given.hour, read.hour))
assert [(locale, hour, read) for locale in FORMATS if locale != "en_US" for hour, read in ((15, 3), (0, 12))] == wrong, wrong
PY
