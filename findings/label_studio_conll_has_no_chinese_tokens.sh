#!/usr/bin/env bash
# Label Studio's SDK exports labelled spans as CoNLL 2003, a token a line. One would expect the characters or the words of a Chinese text as
# tokens, or a refusal. The export takes white space for the only border of tokens: a sentence of two labelled spans is one token that
# bears the label of the first; the second label and both places are gone, without a word. It matters here because people who label reports
# in Label Studio reach for CoNLL to train other taggers, and would train on whole sentences with a wrong label.
# Guess written down first: tokens are characters or words. Seen: one line (label-studio-sdk 2.1.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'label-studio-sdk==2.1.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import json
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk.converter import Converter

text = "县图书馆新开书房，志愿者清扫街道。"
config = (
    '<View><Labels name="label" toName="text"><Label value="culture"/><Label value="virtue"/></Labels>'
    '<Text name="text" value="$text"/></View>'
)


def region(start, end, label):
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}


task = {"id": 1, "data": {"text": text}, "annotations": [{"id": 1, "result": [region(0, 8, "culture"), region(9, 16, "virtue")]}]}
Path("tasks.json").write_text(json.dumps([task]), encoding="utf-8")
Path("out").mkdir()
Converter(config, ".").convert_to_conll2003("tasks.json", "out", is_dir=False)
(made,) = Path("out").iterdir()
lines = [line for line in made.read_text(encoding="utf-8").splitlines() if line.strip()]
print(f"label-studio-sdk {version('label-studio-sdk')}:", *lines, sep="\n")
assert lines[1:] == [f"{text} -X- _ B-culture"], lines
PY
