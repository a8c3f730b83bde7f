#!/usr/bin/env bash
# REFI-QDA (.qdpx) is what programs for coding interviews and reports exchange; its project file and its texts are UTF-8. qdpxlib reads
# it and lists the coded passages. One would expect a Chinese passage with its code, as there is for an English one. Every character
# beyond ASCII is taken out: all Chinese codes are named "" and are one code, the Chinese passage is not in the list, and no error
# or warning says so. It matters here because the codings of people are what a tagger is taught by: half of a project in two languages is
# gone, and the other half passes for the whole. Guess written down first: two passages, with the codes 文化 and virtue. Seen: one
# passage, and the codes "", "" and virtue (qdpxlib 0.1.4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'qdpxlib==0.1.4' 'numpy==2.3.4' 'tqdm==4.67.1'
cd "$folder"
export PYTHONUTF8=1 TMPDIR="$folder"
"$folder/venv/bin/python" - <<'PY'
import zipfile
from importlib.metadata import version

from qdpxlib import QDPXFile


def guid(number: int) -> str:
    return f"{number:08d}-0000-4000-8000-000000000000"


# The Chinese comes last, so that no place in the text depends on what a place counts.
ENGLISH, CHINESE = "Volunteers swept the streets of the town.", "县图书馆新开书房，全天免费开放，方便群众就近读书。"
TEXT = ENGLISH + CHINESE
made = f'creatingUser="{guid(1)}" creationDateTime="2025-01-01T00:00:00Z"'


def selection(number: int, passage: str, code: int) -> str:
    start = TEXT.index(passage)
    coding = f'<Coding guid="{guid(number + 1)}" {made}><CodeRef targetGUID="{guid(code)}"/></Coding>'
    places = f'startPosition="{start}" endPosition="{start + len(passage)}"'
    return f'<PlainTextSelection guid="{guid(number)}" {places} {made}>{coding}</PlainTextSelection>'


codes = "".join(f'<Code guid="{guid(n)}" name="{name}" isCodable="true"/>' for n, name in ((2, "文化"), (3, "党建"), (4, "virtue")))
project = (
    f'<?xml version="1.0" encoding="utf-8"?><Project name="p" origin="x" creatingUserGUID="{guid(1)}" '
    f'creationDateTime="2025-01-01T00:00:00Z" xmlns="urn:QDA-XML:project:1.0"><Users><User guid="{guid(1)}" name="a"/></Users>'
    f'<CodeBook><Codes>{codes}</Codes></CodeBook><Sources><TextSource guid="{guid(5)}" name="report" '
    f'plainTextPath="internal://{guid(5)}.txt" {made}>{selection(10, ENGLISH, 4)}{selection(20, CHINESE, 2)}</TextSource>'
    "</Sources></Project>"
)
with zipfile.ZipFile("study.qdpx", "w") as archive:
    archive.writestr("project.qde", project)
    archive.writestr(f"sources/{guid(5)}.txt", TEXT)

read = QDPXFile("study.qdpx")
passages = [(passage, labels) for _, passage, _, _, labels in read.codings]
print(f"qdpxlib {version('qdpxlib')}: codes {list(read.codes.values())}, passages {passages}")
assert list(read.codes.values()) == ["", "", "virtue"]
assert passages == [(ENGLISH, ["virtue"])], passages
PY
