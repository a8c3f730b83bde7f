#!/usr/bin/env bash
# A text box hangs on a paragraph, which mostly has words of its own, before the box and behind it. One would expect a reader to give the words of
# the paragraph, and those of the box or not. kreuzberg gives those of the box in place of the paragraph: 前文一句。 and 后文一句。, on the page as large
# as everything else, are gone, and nothing tells of it. A box that hangs on an empty paragraph loses nothing, which is how one would try it. It matters
# here because Word and WPS hang a box on whatever paragraph the cursor stands in: of a bulletin with a box of figures, the very paragraph that they
# belong to is missing, gets no theme and is in no count. Expected: the paragraph is there, and the box once.
# Seen: the box alone (kreuzberg 4.10.4; mammoth 1.13.0 gives both).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'kreuzberg==4.10.4' 'mammoth==1.13.0' 'python-docx==1.2.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import docx
import kreuzberg
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


def written(name: str, before: str, behind: str) -> str:
    document = docx.Document()
    paragraph = document.add_paragraph(before)
    paragraph._p.append(parse_xml(BOX))
    paragraph.add_run(behind)
    document.add_paragraph("另段。")
    document.save(name)
    return name


name = written("box.docx", "前文一句。", "后文一句。")
seen = kreuzberg.extract_file_sync(name).content.split()
empty = kreuzberg.extract_file_sync(written("empty.docx", "", "")).content.split()
with open(name, "rb") as file:
    other = mammoth.extract_raw_text(file).value.split()
print(f"kreuzberg {version('kreuzberg')}: {seen}, on an empty paragraph: {empty}; expected: 前文一句。 and 后文一句。 as well")
print(f"mammoth {version('mammoth')}: {other}")
assert seen == empty == ["框内措施", "另段。"], (seen, empty)
assert other == ["前文一句。后文一句。", "框内措施", "另段。"], other
PY
