#!/usr/bin/env bash
# humanize writes numbers and dates as people say them, and speaks Chinese (activate("zh_CN")). Chinese counts in 万 (ten thousand) and 亿 (a hundred
# million): 200,000 is 20万, and Babel says so. One would expect 20.0 万 of intword. It gives 200.0 千, "200 thousands", and 120.0 百万 where 1.2亿
# is meant: English steps with Chinese words, which nobody writes and which readers take for another size at a glance. Of ordinal(3) it makes 3第,
# the word on the wrong side, of "a month ago" 1月之前, which is "before January", and naturaldate of another year stays English, Mar 01 2020. No
# warning says that anything is missing; the translation is complete as far as the library is concerned. It matters here because reports, and the
# summaries made of them, are full of sums, counts and dates, and a wrong size is the worst mistake in them. Guess written down first: 20.0 万 and
# right dates. Seen: 200.0 千, 3第, 1月之前 (humanize 4.17.0; Babel 2.18.0 gives 20万 and 1.2亿).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'humanize==4.17.0' 'Babel==2.18.0'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
from datetime import date, timedelta
from importlib.metadata import version

import humanize
from babel.numbers import format_compact_decimal

humanize.activate("zh_CN")
print(f"humanize {version('humanize')}, Babel {version('Babel')}")
expected = {12_000: ("12.0 千", "1.2万"), 200_000: ("200.0 千", "20万"), 120_000_000: ("120.0 百万", "1.2亿")}
for number, pair in expected.items():
    seen = humanize.intword(number), format_compact_decimal(number, locale="zh_Hans_CN", fraction_digits=1)
    print(f"{number:,}: humanize {seen[0]}, Babel {seen[1]}")
    assert seen == pair, seen
third = humanize.ordinal(3)
ago = humanize.naturaltime(timedelta(days=40))
day = humanize.naturaldate(date(2020, 3, 1))
print(f"third: {third}; a month ago: {ago}; 1 March 2020: {day}")
assert (third, ago, day) == ("3第", "1月之前", "Mar 01 2020"), (third, ago, day)
PY
