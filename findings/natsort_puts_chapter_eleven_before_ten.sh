#!/usr/bin/env bash
# natsort sorts names as people count, 第2章 before 第10章, and knows the digits of other scripts. Chinese numerals have numeric values in
# Unicode: 十 is 10. One would expect realsorted to take 十一 for 11, or for no number at all, as natsorted does. It takes each numeral for a
# number of its own: from one to ten the order is right, which is how one would try it; 第十一章 to 第十九章 stand before 第十章, and 第二十章 before 第二章,
# since it begins with 2. 一百 is before 二. No error or warning says that anything is guessed; int() and float() of Python refuse these
# characters. It matters here because files of chapters and articles are named so, and read in the order of their names: a document of
# twelve chapters is put together as 1 to 9, 11, 12, 10, and neighbours, which weigh in a passage's theme, are the wrong ones. Guess written
# down first: 十 is text to it. Seen: 一 to 九, 十一, 十二, 十 (natsort 8.4.0; natsort with default settings sorts by code points, 一 七 三).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'natsort==8.4.0'
PYTHONUTF8=1 "$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from natsort import natsorted, realsorted


def chapters(numerals: str) -> list[str]:
    return [f"第{numeral}章.txt" for numeral in numerals.split()]


print(f"natsort {version('natsort')}")
for right, seen in (
    ("一 二 三 四 五 六 七 八 九 十", "一 二 三 四 五 六 七 八 九 十"),
    ("八 九 十 十一 十二", "八 九 十一 十二 十"),
    ("一 二 三 二十", "一 二十 二 三"),
    ("二 三 一百", "一百 二 三"),
):
    found = realsorted(chapters(right))
    print(f"{right}: {' '.join(name[1:-5] for name in found)}")
    assert found == chapters(seen), found
assert realsorted(["第10章", "第2章", "第11章"]) == ["第2章", "第10章", "第11章"]
assert natsorted(chapters("一 二 三 七")) == chapters("一 七 三 二")
PY
