#!/usr/bin/env bash
# dateparser knows Chinese and searches texts for dates. One would expect 3月15日 (15 March) to be that day of this year, as it is
# when the language is left to be guessed, and as "15 March" is in English. When the language is said to be Chinese, 月 and 日 are
# taken for lengths of time: 3月15日召开会议 (the meeting of 15 March) is three months and 15 days before today, and a term,
# 12月31日前完成 (to be done by 31 December), lies in the past. It matters here because reports name days without the year, and their
# language is known, so it is given: a wrong day is written beside the passage with no error. Guess written down first: 3月1日 is the day
# in this year. Seen: 15 March and 31 December, looked for on 29 November 2025, are 14 August 2025 and 29 October 2024 (dateparser 1.5.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'dateparser==1.5.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import datetime
from importlib.metadata import version

from dateparser.search import search_dates

options = {"RELATIVE_BASE": datetime(2025, 11, 29)}


def days(text: str, language: str | None) -> list[str]:
    found = search_dates(text, languages=[language] if language else None, settings=options) or []
    return [day.date().isoformat() for _, day in found]


cases = (("3月15日召开会议", "zh"), ("3月15日召开会议", None), ("12月31日前完成", "zh"), ("the meeting of 15 March", "en"))
seen = {(text, language): days(text, language) for text, language in cases}
for (text, language), found in seen.items():
    print(f"dateparser {version('dateparser')}: {text} ({language}): {found}")
assert list(seen.values()) == [["2025-08-14"], ["2025-03-15"], ["2024-10-29"], ["2025-03-15"]], seen
PY
