#!/usr/bin/env bash
# A draft marks what was added to it (w:ins) and what was taken out (w:del). A reader that knows nothing of such marks gives the text with the
# additions, as it will be; one that is careful asks. One would expect either, and never a text that has neither what was added nor what was
# taken out. That is what aspose-words-foss gives for .docx, in its text and in its Markdown, and docx-parser-converter as well: a version that
# nobody wrote, where 全县共建成25个书房 stands as 全县共建成个书房. It matters here because drafts go round with such marks, and a reviewer's additions
# are often whole measures: these get no theme, and a sentence loses its figure. Guess written down first: the added figure is there, the one
# that was taken out is not. Seen: neither (aspose-words-foss 26.7.0, docx-parser-converter 1.0.3; mammoth 1.13.0 gives the added one).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'aspose-words-foss==26.7.0' 'docx-parser-converter==1.0.3' \
    'mammoth==1.13.0' 'python-docx==1.2.0' 'lxml==6.1.3'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version
from pathlib import Path

import docx
import mammoth
from aspose.words_foss import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx_parser_converter import docx_to_text


def mark(tag: str, number: int, text: str, text_tag: str = "w:t"):
    change, run, content = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
    for name, value in (("w:id", str(number)), ("w:author", "x"), ("w:date", "2025-01-01T00:00:00Z")):
        change.set(qn(name), value)
    content.text = text
    run.append(content)
    change.append(run)
    return change


draft = docx.Document()
paragraph = draft.add_paragraph("全县共建成")
paragraph._p.append(mark("w:del", 1, "20", "w:delText"))
paragraph._p.append(mark("w:ins", 2, "25"))
paragraph.add_run("个书房。")
draft.add_paragraph()._p.append(mark("w:ins", 3, "志愿者清扫街道。"))
draft.save("draft.docx")

document = Document("draft.docx")
document.save("draft.md")
with open("draft.docx", "rb") as file:
    other = mammoth.extract_raw_text(file).value.split()
seen = {
    "aspose-words-foss, text": document.get_text().split(),
    "aspose-words-foss, Markdown": Path("draft.md").read_text(encoding="utf-8").split(),
    "docx-parser-converter": docx_to_text("draft.docx").split(),
}
print({name: version(name) for name in ("aspose-words-foss", "docx-parser-converter", "mammoth")})
for name, words in seen.items():
    print(f"{name}: {words}")
print(f"mammoth: {other}")
assert all(words == ["全县共建成个书房。"] for words in seen.values()), seen
assert other == ["全县共建成25个书房。", "志愿者清扫街道。"], other
PY
