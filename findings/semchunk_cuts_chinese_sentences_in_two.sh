#!/usr/bin/env bash
# semchunk parts a text into pieces of a given size, at the best place there is: between paragraphs, sentences, clauses, and in the midst of a word only
# where nothing else is left. One would expect it to part Chinese behind 。 and ！, or behind ，, as it parts English behind a full stop. It knows
# the marks of English only; to it, Chinese is one long word, which is cut wherever the size is reached: 意！各单位高度重视。志愿 / 者进村入户宣讲。 With full
# stops of ASCII in their place the same sentences stay whole. It matters here because pieces of a size are what a long report is
# scored, searched and embedded in: half a sentence goes to one theme and half to another, and what is quoted begins in the midst of a word. Guess
# written down first: every piece ends with a mark. Seen: two of three do not (semchunk 4.1.1, counted by characters).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'semchunk==4.1.1'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import semchunk

CHINESE = "全县建成书房。群众都很满意！各单位高度重视。志愿者进村入户宣讲。"
ASCII = CHINESE.replace("。", ". ").replace("！", "! ")
SIZE = 12


def pieces(text: str) -> list[str]:
    return semchunk.chunk(text, SIZE, len, memoize=False)


chinese, ascii_marks = pieces(CHINESE), pieces(ASCII)
print(f"semchunk {version('semchunk')}; expected: no piece ends within a sentence")
print(f"Chinese marks: {chinese}\nASCII marks: {ascii_marks}")
assert max(len(sentence) for sentence in CHINESE.replace("！", "。").split("。")) < SIZE
assert "".join(chinese) == CHINESE, chinese
assert [piece for piece in chinese if piece[-1] not in "。！"] == chinese[:2], chinese
assert all(piece.strip()[-1] in ".!" for piece in ascii_marks), ascii_marks
PY
