#!/usr/bin/env bash
# Great Tables makes tables for reports, and takes a locale for its dates, times and numbers. One would expect of locale="zh" the date as Chinese writes
# it, 2025年3月5日, or the date in English if Chinese is not known. The names of months and days are put into Chinese and the order is left in English:
# 5 3月 2025 (which reads "5, in March, 2025"), 3月 5, 2025, 星期三 5 三月 2025, and 3:30 下午 for 下午3:30. None of the nine styles that name month
# and day has 年 or 日; the others are in figures alone. Large numbers stay in thousands, 12.3K, where Chinese counts in 万. It matters here because a table of
# passages by theme with dates and counts is what goes into a report: nobody can hand it in so, although the locale was given. Guess written
# down first: 2025年3月5日, 下午3:30, 1.2万. Seen: the words in Chinese in English order (great-tables 1.1.0; Babel 2.19.0 has the right forms
# for the same locale).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'great-tables==1.1.0' 'babel==2.19.0' 'pandas==2.3.3'
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import date, time
from importlib.metadata import version

from babel.dates import format_date, format_time
from babel.numbers import format_compact_decimal
from great_tables import vals

STYLES = ["wday_month_day_year", "wd_m_day_year", "wday_day_month_year", "month_day_year", "m_day_year", "day_month_year", "day_m_year", "day_month", "day_m"]
print(f"great-tables {version('great-tables')}")
dates = {style: vals.fmt_date(["2025-03-05"], date_style=style, locale="zh")[0] for style in STYLES}
for style, text in dates.items():
    print(f"{style}: {text}")
clock = vals.fmt_time(["15:30:00"], time_style="h_m_p", locale="zh")[0]
count = vals.fmt_number([12345], compact=True, decimals=1, locale="zh")[0]
right = (
    format_date(date(2025, 3, 5), locale="zh"),
    format_time(time(15, 30), "ah:mm", locale="zh"),
    format_compact_decimal(12345, locale="zh", fraction_digits=1),
)
print(f"time {clock}, number {count}; Babel: {right}")
assert right == ("2025年3月5日", "下午3:30", "1.2万")
assert list(dates.values()) == [
    *["星期三, 三月 5, 2025", "周三, 3月 5, 2025", "星期三 5 三月 2025", "三月 5, 2025", "3月 5, 2025"],
    *["5 三月 2025", "5 3月 2025", "5 三月", "5 3月"],
], dates
assert clock == "3:30 下午" and count == "12.3K", (clock, count)
PY
