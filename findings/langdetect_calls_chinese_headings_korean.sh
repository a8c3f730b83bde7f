#!/usr/bin/env bash
# langdetect names the language of a text. Chinese and Korean have scripts of their own, and Korean has been written without Chinese characters
# for decades: one would expect text of nothing but Chinese characters to be Chinese (zh-cn or zh-tw), or Japanese at the worst, and never Korean.
# It is Korean, with a probability of 0.999, for 意识形态工作, 精神文明建设, 文化旅游 and 主要做法: each character counts as one that stands for a class
# of them, and the profile of Korean, made of text with such characters, has some classes more often. A sentence of 20 characters comes out Chinese.
# It matters here because paragraphs are asked for their language to leave out the English and the Japanese ones of a bulletin, and the headings
# of the themes themselves are among those that are dropped. Guess written down first: zh-cn for all nine. Seen: ko for six of them, by three
# seeds (langdetect 1.0.9).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'langdetect==1.0.9' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from langdetect import DetectorFactory, detect_langs

KOREAN = ("意识形态工作", "精神文明建设", "文化旅游", "主要做法", "基本情况", "文明创建")
CHINESE = ("网络安全", "二、存在问题", "全县各乡镇组织志愿者开展文明实践活动，群众踊跃参加。")

print(f"langdetect {version('langdetect')}; expected: zh-cn for all")
for text in (*KOREAN, *CHINESE):
    seen = set()
    for seed in (0, 1, 2):
        DetectorFactory.seed = seed
        best = detect_langs(text)[0]
        seen.add(best.lang)
        assert text in CHINESE or best.prob > 0.99, best
    print(f"{text}: {best}")
    assert seen == {"ko" if text in KOREAN else "zh-cn"}, (text, seen)
PY
