#!/usr/bin/env bash
# jieba.cut gives the words of a text, jieba.posseg.cut the words with their parts of speech. One would expect the same words of both, from the
# same dictionary: the second adds a column to the first. They are not. Where the dictionary has no word, the two guess with different models: 我县
# (our county) and 二是 (secondly) are one word to cut and two to posseg, 入脑入心 (to take to heart) is parted at another place. It matters here
# because the words of a model are made with one and chosen with the other: nouns picked by posseg are then looked for in a vocabulary
# that was learnt with cut, and some are not in it, without an error. Guess written down first: the same words for each of six phrases. Seen:
# other words for three of them; without the hidden Markov model (HMM=False) they are the same for all (jieba 0.42.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'jieba==0.42.1' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import jieba
import jieba.posseg

jieba.setLogLevel(60)
OTHER = ("我县创建全国文明城市", "二是广泛开展群众性文化活动", "推动理论学习入脑入心")
SAME = ("农家书屋管理员培训", "志愿者进村入户宣讲", "各乡镇综合文化站免费开放")


def both(text: str, hmm: bool) -> tuple[list[str], list[str]]:
    return jieba.lcut(text, HMM=hmm), [pair.word for pair in jieba.posseg.cut(text, HMM=hmm)]


print(f"jieba {version('jieba')}; expected: the same words of both")
for text in (*OTHER, *SAME):
    plain, tagged = both(text, hmm=True)
    print(f"cut: {plain}, posseg: {tagged}")
    assert (plain == tagged) == (text in SAME), (plain, tagged)
    assert len(set(map(tuple, both(text, hmm=False)))) == 1, both(text, hmm=False)
PY
