#!/usr/bin/env bash
# pysbd parts text into sentences by the rules of many languages, Chinese among them. Chinese puts the full stop of what is quoted before the closing
# quotation mark: 会议要求：“要抓好落实。”各地随即行动。 One would expect the mark to stay with its sentence, as it does in pysbd's English. It
# begins the next one: ”各地随即行动。, and the sentence that is quoted is never closed. Brackets behave the same way; 「」, which the mainland hardly uses,
# keep the next sentence within theirs. It matters here because reports quote their leaders in every other paragraph: passages that are
# shown and counted begin with a mark that is not theirs, and whoever looks for what was said by pairs of marks finds none. Guess written
# down first: “要抓好落实。” is whole. Seen: ”各地随即行动。 and ）随后讨论。 (pysbd 0.3.4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pysbd==0.3.4'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import pysbd

cases = {
    ("zh", "会议要求：“要抓好落实。”各地随即行动。"): ["会议要求：“要抓好落实。", "”各地随即行动。"],
    ("zh", "大家问：“怎么办？”随后讨论。"): ["大家问：“怎么办？", "”随后讨论。"],
    ("zh", "（议程略。）随后讨论。"): ["（议程略。", "）随后讨论。"],
    ("zh", "会议要求：「要抓好落实。」各地随即行动。"): ["会议要求：「要抓好落实。」各地随即行动。"],
    ("en", "They asked: “What is to be done?” Then they talked."): ["They asked: “What is to be done?”", "Then they talked."],
    ("en", "He said: “We must act.” The meeting ended."): ["He said: “We must act.”", "The meeting ended."],
}
for (language, text), expected in cases.items():
    found = [sentence.strip() for sentence in pysbd.Segmenter(language=language, clean=False).segment(text)]
    print(f"pysbd {version('pysbd')}, {language}: {' | '.join(found)}")
    assert found == expected, found
PY
