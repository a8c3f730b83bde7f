#!/usr/bin/env bash
# qdapy takes codings out of a REFI-QDA project for measures of agreement. By the standard (REFI-QDA 1.5, 10.3) a text selection in a PDF
# is one in its plain text, the Representation inside PDFSource. One would expect these codings among the others, or a word that they are
# not read. qdapy looks for PlainTextSelection right below PDFSource, where the schema allows none, so that every text coding of a PDF is
# left out, and the source itself counts as read. It matters because most reports are coded as PDF: agreement is then of the areas only.
# Guess written down first: one text coding of a TextSource is read, the same one of a PDFSource's Representation is not, and nothing is
# said of it. Seen: so it is (qdapy 0.1.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'qdapy==0.1.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import warnings
import zipfile
from importlib.metadata import version

from qdapy import qdpx

guid = "00000000-0000-4000-8000-0000000000{:02}".format
coding = (
    '<PlainTextSelection guid="{}" startPosition="0" endPosition="4"><Coding guid="{}">'
    f'<CodeRef targetGUID="{guid(1)}"/></Coding></PlainTextSelection>'
)
text = "<PlainTextContent>abcd efgh</PlainTextContent>"
xml = f"""<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="p">
<CodeBook><Codes><Code guid="{guid(1)}" name="c" isCodable="true"/></Codes></CodeBook><Sources>
<TextSource guid="{guid(2)}" name="a.txt">{text}{coding.format(guid(3), guid(4))}</TextSource>
<PDFSource guid="{guid(5)}" name="b.pdf" path="internal://{guid(5)}.pdf">
<Representation guid="{guid(6)}">{text}{coding.format(guid(7), guid(8))}</Representation></PDFSource></Sources></Project>"""
with zipfile.ZipFile("p.qdpx", "w") as package:
    package.writestr("project.qde", xml)
    package.writestr(f"sources/{guid(5)}.pdf", "%PDF-1.4")

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    found = qdpx.read_qdpx("p.qdpx")
said = " ".join(str(each.message) for each in caught)
read = found.fragments[["title", "code", "text"]].values.tolist()
print(f"qdapy {version('qdapy')}: sources {found.sources}, skipped {found.skipped}, codings {read}")
print("its warning speaks of PDF or of a representation:", "PDF" in said or "epresentation" in said)
assert found.sources == ["a.txt", "b.pdf"], found.sources
assert read == [["a.txt", "c", "abcd"]], read
assert not found.skipped, found.skipped
assert "PDF" not in said and "epresentation" not in said, said
PY
