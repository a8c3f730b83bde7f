#!/usr/bin/env bash
# JioNLP reads Chinese expressions of time and gives their first and last second; ChineseDateTimeNLP does the like. One would expect
# 2025年3月至5月 (March to May 2025) to end with May. JioNLP ends it with March, calls it a point in time, and gives no error; 2025年1—10月
# is the whole of 2025 to it, November and December too. Years and days it does read: 2023年至2025年 and 3月1日至5月15日 are right.
# ChineseDateTimeNLP takes the 3 of March and the 5 of May for 5 March, and ends on 1 May. It matters here because reports count by months
# (visitors from January to October): figures that are laid out along time stand in the wrong months, and two reports that name the same
# months in two ways do not match. Guess written down first: 1 March to 31 May. Seen: to 31 March; and 5 March to 1 May (jionlp 1.5.31,
# ChineseDateTimeNLP 1.0.5).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'jionlp==1.5.31' 'jiojio==1.2.8' \
    'ChineseDateTimeNLP==1.0.5' 'setuptools==80.9.0' 'typing_extensions==4.15.0'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import jionlp
from ChineseDateTimeNLP import TimeNormalizer

today = {"year": 2025, "month": 11, "day": 29}


def days(text: str) -> list[str]:
    return [moment.split()[0] for moment in jionlp.parse_time(text, time_base=today)["time"]]


expected = {
    "2025年3月至5月": ["2025-03-01", "2025-03-31"],
    "2025年3月—5月": ["2025-03-01", "2025-03-31"],
    "2025年1—10月": ["2025-01-01", "2025-12-31"],
    "2023年至2025年": ["2023-01-01", "2025-12-31"],
    "3月1日至5月15日": ["2025-03-01", "2025-05-15"],
}
seen = {text: days(text) for text in expected}
for text, found in seen.items():
    print(f"jionlp {version('jionlp')}: {text}: {found}")
other = TimeNormalizer().parse("2025年3月至5月", "2025-11-29 09:00:00")
span = [moment.split()[0] for moment in other["timespan"]]
print(f"ChineseDateTimeNLP {version('ChineseDateTimeNLP')}: 2025年3月至5月: {span}")
assert seen == expected, seen
assert span == ["2025-03-05", "2025-05-01"], other
PY
