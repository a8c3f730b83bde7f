#!/usr/bin/env bash
# Word's Insert > Symbol writes a character of a symbol font as w:sym: the ticked and empty boxes of forms, arrows, numbers in
# circles. One would expect paragraph.text to hold some character for it, as it does for tabs, breaks and hyphens that are elements
# too. python-docx leaves it out without a trace, so that the answer to a question in a form, one box ticked and the other empty,
# reads the same either way. It matters here because forms and plans are reports as well; the reader maps the common symbol fonts.
# Guess written down first: the text of the two forms differs. Seen: it is equal (python-docx 1.2.0; mammoth 1.13.0 tells them
# apart).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'python-docx==1.2.0' 'mammoth==1.13.0' 'lxml==6.1.3'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import docx
import mammoth
from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def form(first: str, second: str) -> io.BytesIO:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for code, answer in ((first, "同意"), (second, "不同意")):
        symbol = OxmlElement("w:sym")
        symbol.set(qn("w:font"), "Wingdings")
        symbol.set(qn("w:char"), code)
        paragraph.add_run()._r.append(symbol)
        paragraph.add_run(answer)
    stream = io.BytesIO()
    document.save(stream)
    stream.seek(0)
    return stream


yes, no = form("F0FE", "F0A8"), form("F0A8", "F0FE")
by_docx = [docx.Document(stream).paragraphs[0].text for stream in (yes, no)]
by_mammoth = [mammoth.extract_raw_text(stream).value.strip() for stream in (yes, no)]
print(f"python-docx {version('python-docx')}: {by_docx}; mammoth {version('mammoth')}: {by_mammoth}")
assert by_docx == ["同意不同意", "同意不同意"]
assert by_mammoth[0] != by_mammoth[1]
PY
