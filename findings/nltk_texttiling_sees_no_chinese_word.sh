#!/usr/bin/env bash
# TextTiling parts a text where its topic changes, by which words come again from one stretch to the next; NLTK has it, and asks for text
# whose paragraphs are parted by empty lines. Chinese is given to it as to most of NLTK, with its words parted by spaces. One would expect a
# break where other words begin. It takes out whatever is no letter from a to z before it looks, so that Chinese has no word at all: the
# text ends with "Input vector (0) needs to be bigger than window size (3)", which names neither the language nor the cause. Where there are
# words in Latin letters, as GDP, VR or App in a report, the breaks are told by these alone, without an error: with other Chinese words in
# all of the paragraphs, or the same in all, they stay where they were. It matters here because reports are parted by topic before they are
# scored, and this is the method at hand: a report is parted by where its abbreviations stand. Guess written down first: a break between the
# two topics. Seen: ValueError; with abbreviations, breaks that are the same whatever the Chinese says (nltk 3.10.4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'nltk==3.10.4' 'numpy==2.2.6'
PYTHONUTF8=1 "$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

from nltk.tokenize import TextTilingTokenizer

STUDY = "会议 强调 守正 创新 抓好 理论 学习 深入 宣讲 党员 干部 集中 学习 知识 。 " * 3
CULTURE = "建成 书房 开展 阅读 活动 群众 文化 演出 下乡 惠民 文艺 节目 丰富 生活 。 " * 3
FIRST, SECOND = "GDP App VR MR AI QQ CCTV " * 3, "PPT WPS OFD PDF KTV MTV USB " * 3


def paragraphs_a_part(paragraphs: list[str]) -> list[int]:
    """Return how many paragraphs each part of the text has."""
    parts = TextTilingTokenizer(stopwords=["的"]).tokenize("\n\n".join(paragraphs))
    return [len([one for one in part.split("\n\n") if one.strip()]) for part in parts]


print(f"nltk {version('nltk')}")
try:
    paragraphs_a_part([STUDY * 2] * 5 + [CULTURE * 2] * 5)
except ValueError as error:
    message = str(error)
print(message)
assert message == "Input vector (0) needs to be bigger than window size (3)."
seen = {}
for name, topics in (
    ("topics 5 and 5", [STUDY] * 5 + [CULTURE] * 5),
    ("topics 8 and 2", [STUDY] * 8 + [CULTURE] * 2),
    ("one topic", [STUDY] * 10),
):
    letters = [FIRST] * 4 + [SECOND] * 6
    seen[name] = paragraphs_a_part([topic + abbreviations for topic, abbreviations in zip(topics, letters, strict=True)])
    print(f"{name}: parts of {seen[name]} paragraphs")
assert len(set(map(tuple, seen.values()))) == 1 and len(seen["one topic"]) > 1, seen
PY
