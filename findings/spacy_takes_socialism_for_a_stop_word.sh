#!/usr/bin/env bash
# spaCy marks stop words, the words that say nothing about what a text is about; leaving out what is_stop is the first step of counting
# words with it. One would expect its Chinese list, as its English one, to have words such as of, this and very. It has 1,891 entries, and among them are
# 社会主义 (socialism), 人民 (the people), 战斗 (combat), 加强 (strengthen), 巩固 (consolidate), 开展 (carry out) and 召开 (convene), which are what
# the sentences of a report are made of, and 老大, 练习 and ＺＸＦＩＴＬ. In English socialism, people and combat are none. It matters here because
# what is counted as the key words of themes lacks these without a sign: 加强社会主义文化建设 is left with 文化 and 建设, and 人民 is in no
# list of frequent words of any speech. Guess written down first: none of eleven such words is in the list. Seen: 社会主义, 战斗 and 巩固 are;
# then those above (spaCy 3.8.18; stopwordsiso 0.7.1 has none of them among its 794).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'spacy==3.8.18' 'stopwordsiso==0.7.1'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import spacy
import stopwordsiso
from spacy.tokens import Doc

WORDS = ["社会主义", "人民", "战斗", "加强", "巩固", "开展", "召开"]
SENTENCE, ENGLISH = ["加强", "社会主义", "文化", "建设"], ["socialism", "people", "combat", "strengthen"]


def kept(language: str, words: list[str]) -> list[str]:
    return [token.text for token in Doc(spacy.blank(language).vocab, words=words) if not token.is_stop]


chinese, sentence, english = kept("zh", WORDS), kept("zh", SENTENCE), kept("en", ENGLISH)
number = len(spacy.blank("zh").Defaults.stop_words)
others = [word for word in WORDS if word in stopwordsiso.stopwords("zh")]
print(f"spaCy {version('spacy')}, {number} stop words: {WORDS} -> {chinese}; {SENTENCE} -> {sentence}; {ENGLISH} -> {english}")
print(f"stopwordsiso {version('stopwordsiso')}, {len(stopwordsiso.stopwords('zh'))} stop words, of these {others}")
assert chinese == [], chinese
assert sentence == ["文化", "建设"], sentence
assert english == ENGLISH, english
assert others == [], others
assert number == 1891, number
PY
