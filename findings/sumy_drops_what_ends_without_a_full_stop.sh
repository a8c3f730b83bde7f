#!/usr/bin/env bash
# sumy picks the sentences that say most of a text, in Chinese too. One would expect its sentences to be all of the text, parted. For Chinese, what does
# not end in 。！ or ？ is left out: a heading, an item of a list that ends in a semicolon or in nothing, and the rest of any paragraph behind
# its last full stop. The same text in English keeps its last sentence, stop or none. It matters here because measures stand in lists, and lists end
# so: a list of three measures is no sentence at all, can be in no summary, and a text of headings and lists is empty to it, without an error.
# Expected: every character of the line is in one of its sentences. Seen: of a paragraph and three items, the one sentence
# that ends in 。 (sumy 0.13.0 with jieba 0.42.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'sumy==0.13.0' 'jieba==0.42.1' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from sumy.nlp.tokenizers import Tokenizer
from sumy.parsers.plaintext import PlaintextParser

TEXT = "全县开展志愿服务。主要做法如下：\n建成书房二十个；\n举办讲座三十场；\n群众参与一千人次"
ITEM = "举办讲座三十场"


def sentences(text: str) -> list[str]:
    return [str(sentence) for sentence in PlaintextParser.from_string(text, Tokenizer("chinese")).document.sentences]


seen, alone, ended = sentences(TEXT), sentences(ITEM), sentences(ITEM + "。")
parted = list(Tokenizer("chinese").to_sentences("第一句。第二句没有句号"))
print(f"sumy {version('sumy')}, jieba {version('jieba')}; expected: all of the text, in sentences")
print(f"{TEXT!r}: {seen}\n{ITEM}: {alone}\n{ITEM}。: {ended}\nthe tokenizer alone: {parted}")
assert seen == ["全县开展志愿服务。"], seen
assert alone == [], alone
assert ended == [ITEM + "。"], ended
assert parted == ["第一句。"], parted
PY
