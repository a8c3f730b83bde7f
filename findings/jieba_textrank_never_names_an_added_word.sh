#!/usr/bin/env bash
# jieba takes words of one's own (add_word, load_userdict), and names the keywords of a text in two ways, by TF-IDF and by TextRank. One would expect
# a term that was added so that it stays whole to be a keyword of a text that says it in every sentence, by both. TF-IDF puts it first; TextRank
# does not name it at all, and no part of it. It looks at nouns and verbs only, and a word that was added without a part of speech (which may be
# left out, and mostly is) is of kind x, that of punctuation. It matters here because such lists hold the very terms that tell a theme,
# 新时代文明实践中心 for one: adding a term takes it, and the shorter words in it that were keywords before, out of the result. Guess written
# down first: it is among the keywords of both. Seen: first by TF-IDF, absent by TextRank; added with tag="n" it is there (jieba 0.42.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'jieba==0.42.1' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import jieba
import jieba.analyse
import jieba.posseg

jieba.setLogLevel(60)
TERM = "新时代文明实践中心"
TEXT = f"全县推进{TERM}建设，{TERM}组织志愿服务，书房向群众开放。志愿者走进{TERM}宣讲。"

before = jieba.analyse.textrank(TEXT, 20)
jieba.add_word(TERM)
kind = [pair.flag for pair in jieba.posseg.cut(TEXT) if pair.word == TERM]
by_weight, by_rank = jieba.analyse.extract_tags(TEXT, 3), jieba.analyse.textrank(TEXT, 20)
jieba.add_word(TERM, tag="n")
tagged = jieba.analyse.textrank(TEXT, 3)
print(f"jieba {version('jieba')}; expected: {TERM} by both")
print(f"TF-IDF: {by_weight}\nTextRank: {by_rank}\nTextRank before it was added: {before}\nTextRank with tag n: {tagged}; kind without: {kind}")
assert by_weight[0] == TERM, by_weight
assert kind == ["x"] * 3, kind
assert not any(word in TERM for word in by_rank), by_rank
assert {"时代", "实践"} <= set(before), before
assert TERM in tagged, tagged
PY
