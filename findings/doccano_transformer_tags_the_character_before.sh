#!/usr/bin/env bash
# doccano is where people mark passages; doccano-transformer turns what they marked into tags for words or characters (B-, I-, O), which models of
# sequences are trained with. How the text is parted is a function of one's own, list for characters. One would expect a tag on the characters that
# were marked. Wherever something stands before the marked passage, the character before it gets the tag as well, and begins the passage: 在县图书馆举办,
# marked 县图书馆, comes out as 在县图书馆. A token that ends just where a passage begins counts as part of it, which in English never happens, since
# a space is between them. It matters here because Chinese has no spaces: every passage that does not begin its line is one token too long at
# the front, and nothing tells of it but a model that learns to name what stands before. Guess written down first: the tags are right. Seen: B- one
# token early, for characters and for words (create_bio_tags of doccano-transformer 1.0.2, which its to_conll2003 takes the tags from).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# The tags need nothing of what the package asks for (spaCy 2 and others).
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install --no-deps 'doccano-transformer==1.0.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from doccano_transformer.utils import create_bio_tags, get_offsets


def tagged(text: str, tokens: list[str], passage: str) -> str:
    start = text.index(passage)
    tags = create_bio_tags(tokens, get_offsets(text, tokens), [(start, start + len(passage), "地")])
    return " ".join(f"{token}/{tag}" for token, tag in zip(tokens, tags, strict=True))


chinese, english = "在县图书馆举办", "held at county library today"
seen = {
    "characters": tagged(chinese, list(chinese), "县图书馆"),
    "words": tagged(chinese, ["在", "县", "图书馆", "举办"], "县图书馆"),
    "one word": tagged(chinese, ["在", "县图书馆", "举办"], "县图书馆"),
    "at the beginning": tagged(chinese, list(chinese), "在县"),
    "English": tagged(english, english.split(), "county library"),
}
print(f"doccano-transformer {version('doccano-transformer')}")
for name, line in seen.items():
    print(f"{name}: {line}")
assert seen["characters"] == "在/B-地 县/I-地 图/I-地 书/I-地 馆/I-地 举/O 办/O", seen
assert seen["words"] == "在/B-地 县/I-地 图书馆/I-地 举办/O", seen
assert seen["one word"] == "在/B-地 县图书馆/I-地 举办/O", seen
assert seen["at the beginning"] == "在/B-地 县/I-地 图/O 书/O 馆/O 举/O 办/O", seen
assert seen["English"] == "held/O at/O county/B-地 library/I-地 today/O", seen
PY
