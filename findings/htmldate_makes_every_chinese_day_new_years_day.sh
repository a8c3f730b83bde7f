#!/usr/bin/env bash
# htmldate finds the day on which a page was published; trafilatura dates its articles with it. Where a page says it in no tag, it is looked for
# in the text. One would expect 发布时间：2025年3月5日 to be 5 March 2025, as 5 March 2025, 5. März 2025, and 2025년 3월 5일 (the same in Korean) are, or
# nothing at all, since nothing is what a page without a date gets. It is 2025-01-01: year, month and day are not read in Chinese, the
# year alone is found last, and is filled up to New Year's Day. A page of any day of the year is so dated, with nothing that tells the day is
# made up; 2025-3-5 and 2025.3.5 are read. It matters here because pages of public bodies write their day so: articles are put in order,
# counted by quarter and cited by a day that nobody wrote. Guess written down first: 2025-03-05, or None. Seen: 2025-01-01 for
# every form with 年月日 (htmldate 1.11.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'htmldate==1.11.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from htmldate import find_date


def day(words: str) -> str | None:
    text = "<p>全县各乡镇组织志愿者开展文明实践活动，群众踊跃参加。</p>"
    return find_date(f'<html><head><meta charset="utf-8"><title>书房开放</title></head><body><p>{words}</p>{text}</body></html>')


CHINESE = ("发布时间：2025年3月5日", "发布时间：2025年03月05日 10:20", "2025年12月31日")
READ = ("5 March 2025", "5. März 2025", "2025년 3월 5일", "发布时间：2025-3-5", "发布时间：2025.3.5")
seen = {words: day(words) for words in (*CHINESE, *READ, "书房全年开放")}
print(f"htmldate {version('htmldate')}; expected: the day that is written, or None")
for words, found in seen.items():
    print(f"{words}: {found}")
assert all(seen[words] == "2025-01-01" for words in CHINESE), seen
assert all(seen[words] == "2025-03-05" for words in READ), seen
assert seen["书房全年开放"] is None, seen
PY
