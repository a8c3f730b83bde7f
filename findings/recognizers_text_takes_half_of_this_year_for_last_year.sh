#!/usr/bin/env bash
# Microsoft's Recognizers-Text finds expressions of time in many languages, Chinese among them, and gives their first and last day. One would expect
# 上半年 (the first half of the year) to be January to June of this year, or not to be found, as 一季度 is not. It reads 上 and 年 as in 上年, last
# year, with the half left out: the first half is the whole of last year, the second the whole of next year. The year that is named beside
# it makes no odds: 今年上半年, "of this year" in so many words, is found as one expression, and is last year. It matters here because every report
# of a half year says 上半年 in its first line: what was done this spring is put down under last year, a year of it, with no error. Expected:
# a half of this year, or nothing. Seen, for a reader on 29 November 2025: 2024-01-01 to 2025-01-01, and 2026 for 下半年; 第一季度
# is right (recognizers-text-date-time 1.0.2a2, with the emoji 1.7.0 that it does not start without).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'recognizers-text-suite==1.0.2a2' 'emoji==1.7.0' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import datetime
from importlib.metadata import version

from recognizers_date_time import Culture, recognize_datetime

TODAY = datetime(2025, 11, 29)
LAST, NEXT = ("2024-01-01", "2025-01-01"), ("2026-01-01", "2027-01-01")
EXPECTED = {
    "上半年全县投入20万元": ("上半年", *LAST),
    "今年上半年": ("今年上半年", *LAST),
    "下半年工作打算": ("下半年", *NEXT),
    "第一季度": ("第一季度", "2025-01-01", "2025-04-01"),
}

print(f"recognizers-text-date-time {version('recognizers-text-date-time')}; expected: a half of 2025, or nothing")
for text, expected in EXPECTED.items():
    (found,) = recognize_datetime(text, Culture.Chinese, reference=TODAY)
    (value,) = found.resolution["values"]
    seen = (found.text, value["start"], value["end"])
    print(f"{text}: {seen}")
    assert seen == expected, seen
assert recognize_datetime("一季度", Culture.Chinese, reference=TODAY) == []
PY
