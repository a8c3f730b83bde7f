#!/usr/bin/env bash
# Word and WPS write a text box in two forms, one for programs that know the newer drawings (mc:Choice) and one for those that do not (mc:Fallback):
# a program takes one of them. One would expect a reader of text to take one as well, or to leave boxes out, as many do. docx2txt gives both, so
# that what stands in a box stands in the text twice, the second time run together with what follows it. It matters here because bulletins put their
# measures and figures in boxes: a passage is scored, counted and quoted twice, the paragraph behind it begins with words that are not
# its own, and a search for repeated passages finds plagiarism where there is a box. Guess written down first: 框内措施 stands once.
# Seen: twice, and the second joined to 后文 (docx2txt 0.9; mammoth 1.13.0 gives it once).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'docx2txt==0.9' 'mammoth==1.13.0' 'python-docx==1.2.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import docx
import docx2txt
import mammoth
from docx.oxml import parse_xml

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
INSIDE = "<w:txbxContent><w:p><w:r><w:t>框内措施</w:t></w:r></w:p></w:txbxContent>"
BOX = (
    f"<w:r {SPACES}><mc:AlternateContent>"
    '<mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="900000" cy="300000"/><wp:docPr id="1" name="框"/><a:graphic>'
    '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/>'
    f"<wps:txbx>{INSIDE}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
    f"<mc:Fallback><w:pict><v:shape><v:textbox>{INSIDE}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
document = docx.Document()
paragraph = document.add_paragraph("前文")
paragraph._p.append(parse_xml(BOX))
paragraph.add_run("后文")
document.save("box.docx")

seen = docx2txt.process("box.docx")
with open("box.docx", "rb") as file:
    other = mammoth.extract_raw_text(file).value
print(f"docx2txt {version('docx2txt')}: {seen.split()}; expected: 框内措施 once or not at all")
print(f"mammoth {version('mammoth')}: {other.split()}")
assert seen.split() == ["前文", "框内措施", "框内措施后文"], seen
assert other.count("框内措施") == 1, other
PY
