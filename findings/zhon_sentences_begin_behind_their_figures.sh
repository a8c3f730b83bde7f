#!/usr/bin/env bash
# zhon has patterns for Chinese text, among them zhon.hanzi.sentence, of which it says that it finds a sentence. One would expect a sentence from
# the first character behind the last full stop to its own, whatever is in it. Digits and letters are not in the pattern, so a sentence begins
# only behind the last of them: of 全县投入20万元建设书房。 (the county put 200,000 yuan into reading rooms) it gives 万元建设书房。, and of a
# sentence that ends in figures the stop alone. It matters here because nearly every sentence of a report has a date or a sum: what is left
# has no subject and no sum, still reads like a sentence, and gets a theme. Guess written down first: the four sentences, whole. Seen: the
# one without figures, and the ends of the other three (zhon 2.1.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'zhon==2.1.1'
"$folder/venv/bin/python" - <<'PY'
import re
from importlib.metadata import version

import zhon.hanzi

written = ["全县投入20万元建设书房。", "会议指出，要抓好落实。", "2025年3月1日开馆。", "服务热线为12345。"]
found = re.findall(zhon.hanzi.sentence, "".join(written))
print(f"zhon {version('zhon')}: {written} -> {found}")
assert found == ["万元建设书房。", "会议指出，要抓好落实。", "日开馆。", "。"], found
PY
