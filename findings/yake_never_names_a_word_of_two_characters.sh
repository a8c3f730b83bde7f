#!/usr/bin/env bash
# YAKE names the keywords of a text by itself, without a corpus, in many languages; it has a list of stop words for Chinese. One would expect of text whose
# words are parted by spaces, as it must be given, that 文明 and 实践, which are in each of its sentences, are keywords, or 文明 实践 as a phrase. There are
# none at all: a word of fewer than three letters counts as a stop word, which in English takes out "of" and "it", and most Chinese words have two
# characters. What has three is named, however rare: 新时代, once. It matters here because themes have names of two and of twice two
# characters: the keywords of a report are those of its words that happen to be long, or there are none, with no error. Guess written down
# first: 文明 and 实践, or the phrase. Seen: [] for one word and for two; 志愿者 where there is one of three characters (yake 0.7.3).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'yake==0.7.3'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import yake

TWO = "全县 推进 文明 实践 ， 文明 实践 中心 组织 志愿 服务 。 文明 实践 进村 。"
THREE = "全县 推进 文明 实践 ， 志愿者 组织 活动 。 文明 实践 进村 。 新时代 文明 实践 。"
ENGLISH = "The county promotes civic practice , the centre of civic practice organises service . Civic practice visits villages ."


def keywords(text: str, language: str, words: int) -> list[str]:
    return [word for word, _ in yake.KeywordExtractor(lan=language, n=words, top=5).extract_keywords(text)]


seen = {words: keywords(TWO, "zh", words) for words in (1, 2)}
long, english = keywords(THREE, "zh", 2), keywords(ENGLISH, "en", 2)
print(f"yake {version('yake')}; expected: 文明 and 实践 among the keywords")
print(f"{TWO}: {seen}\n{THREE}: {long}\n{ENGLISH}: {english}")
assert seen == {1: [], 2: []}, seen
assert set(long) == {"志愿者", "新时代"}, long
assert english[0].lower() == "civic practice", english
PY
