#!/usr/bin/env bash
# Pages for schools and about names put pinyin above a character with ruby, the element that HTML has for it. One would expect the
# paragraph to stay one, with the pinyin in brackets or left out. trafilatura makes four lines of it: the character, the bracket,
# the pinyin and the bracket each stand by themselves, between the two halves of the sentence. It matters here because a half
# sentence gets a theme of its own, and the sentence is quoted with a hole; the reader takes the pinyin out of the tree before
# trafilatura sees it. Guess written down first: one line that begins with 全县 and ends with 落实。 Seen: five lines (trafilatura
# 2.3.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'trafilatura==2.3.1' 'lxml==6.1.3' 'lxml_html_clean==0.4.6'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import trafilatura

ruby = "<ruby>临<rp>(</rp><rt>lín</rt><rp>)</rp></ruby>"
first = f"全县宣传工作会议在{ruby}溪召开，部署全年工作，各乡镇汇报情况，会议要求抓好落实。"
second = "会议指出，要坚持守正创新，推动文化惠民工程走深走实，把成效体现到群众身边。"
page = f"<html><body><article><p>{first}</p><p>{second}</p></article></body></html>"
lines = trafilatura.extract(page).splitlines()
print(f"trafilatura {trafilatura.__version__}: {lines}")
assert lines[-1] == second
assert lines[:-1] == ["全县宣传工作会议在", "临", "(", "lín", ")", "溪召开，部署全年工作，各乡镇汇报情况，会议要求抓好落实。"]
PY
