#!/usr/bin/env bash
# odfpy's teletype.extractText gives the text of a part of an OpenDocument file, with its spaces and tabs. One would expect the text of the document,
# extractText(document.text), to be what one reads in it. A document whose changes are tracked keeps what was deleted in a list before its first
# paragraph, with who did it and when. That list is read as text: the document begins with the name of the person, the second, and the
# deleted sentence, all run together with the first paragraph; and getElementsByType(P), which is how paragraphs are listed, gives the deleted ones
# first, as if they were paragraphs of their own. It matters here because drafts of reports go round with such changes: what was
# struck out is tagged and quoted, and a colleague's name stands in the table of passages. Guess written down first: 正文一句。
# alone. Seen: 某人2025-03-05T00:00:00删去一句。正文一句。 (odfpy 1.4.1; odfdo 3.27.3 leaves the list out of its text).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'odfpy==1.4.1' 'odfdo==3.27.3' 'setuptools==80.9.0'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import odfdo
from odf import dc, namespaces, office, opendocument, teletype, text

draft = opendocument.OpenDocumentText()
changes, deletion, info = text.TrackedChanges(), text.Deletion(), office.ChangeInfo()
region = text.ChangedRegion(qattributes={(namespaces.XMLNS, "id"): "c1"})
info.addElement(dc.Creator(text="某人"))
info.addElement(dc.Date(text="2025-03-05T00:00:00"))
deletion.addElement(info)
deletion.addElement(text.P(text="删去一句。"))
region.addElement(deletion)
changes.addElement(region)
draft.text.addElement(changes)
body = text.P()
body.addElement(text.Change(changeid="c1"))
body.addText("正文一句。")
draft.text.addElement(body)
draft.save("draft.odt")

read = opendocument.load("draft.odt")
whole = teletype.extractText(read.text)
paragraphs = [teletype.extractText(paragraph) for paragraph in read.getElementsByType(text.P)]
other = odfdo.Document("draft.odt").get_formatted_text().strip()
print(f"odfpy {version('odfpy')}: {whole!r}, {paragraphs}; expected: 正文一句。 alone")
print(f"odfdo {version('odfdo')}: {other!r}")
assert whole == "某人2025-03-05T00:00:00删去一句。正文一句。", whole
assert paragraphs == ["删去一句。", "正文一句。"], paragraphs
assert other == "正文一句。", other
PY
