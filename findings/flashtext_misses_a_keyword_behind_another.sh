#!/usr/bin/env bash
# FlashText finds the keywords of a list in one pass over a text, however long the list. It knows that words end where no letter of
# English, digit or underscore follows, so a Chinese keyword is found in the midst of a sentence. One would expect it to find both of two keywords
# that stand side by side, as 文化 and 旅游 in 文化旅游融合. It finds the first: the character behind a keyword is passed over when the next is looked
# for, and in English that is always a space. With a comma between them, both are found; of three in a row, the second is missed and the third is
# there. And a digit or a letter beside a keyword hides it: 5G文化 and 文化5项 have none. It matters here because themes are told by such lists,
# and the terms of reports are built of each other: half of a pair is counted, and which half depends on the order. Guess written down first:
# 文化 and 旅游. Seen: 文化 (flashtext 2.7; flashtext2 1.1.0 gives both).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'flashtext==2.7' 'flashtext2==1.1.0' 'setuptools==80.9.0'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import flashtext
import flashtext2

WORDS = ("文明", "文化", "旅游")


def found(processor, text: str) -> list[str]:
    for word in WORDS:
        processor.add_keyword(word)
    return processor.extract_keywords(text)


TEXTS = ("推进文化旅游融合", "推进文化、旅游融合", "文明文化旅游", "5G文化", "文化5项")
seen = {text: found(flashtext.KeywordProcessor(), text) for text in TEXTS}
second = found(flashtext2.KeywordProcessor(case_sensitive=False), TEXTS[0])
print(f"flashtext {version('flashtext')}; expected in each: all of {WORDS} that stand in it")
for text, words in seen.items():
    print(f"{text}: {words}")
print(f"flashtext2 {version('flashtext2')}, {TEXTS[0]}: {second}")
assert seen["推进文化旅游融合"] == ["文化"], seen
assert seen["推进文化、旅游融合"] == ["文化", "旅游"], seen
assert seen["文明文化旅游"] == ["文明", "旅游"], seen
assert seen["5G文化"] == seen["文化5项"] == [], seen
assert second == ["文化", "旅游"], second
PY
