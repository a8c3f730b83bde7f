#!/usr/bin/env bash
# Word for Chinese puts a character into a ring or a box (带圈字符): an item beyond ⑳, or a word such as 密 on a mark. It keeps this as a field,
# EQ \o\ac(○,三), which draws the ring and the character over each other; a field of this kind has no result beside it, since Word draws it anew each
# time. One would expect a reader to give 三, with or without its ring, as it gives the text of other fields. Six readers leave it out: 按照第三号
# is 按照第号, with nothing in its place. None warns, and none has the character in another place. It matters here because what is in a ring is mostly a
# number: 第号 is no number of a document, item 21 has none, and two sentences that differ only in it become the same. Guess written down first:
# docx2python and word-extractor give 三. Seen: none does (python-docx 1.2.0, docx2python 3.7.1, docx2txt 0.9, pandoc 3.9 of
# pypandoc_binary 1.17, mammoth 1.13.0 and word-extractor 1.0.4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'python-docx==1.2.0' 'docx2python==3.7.1' 'docx2txt==0.9' 'pypandoc_binary==1.17'
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" mammoth@1.13.0 word-extractor@1.0.4
cat > read.js <<'JS'
const mammoth = require("mammoth");
const WordExtractor = require("word-extractor");
(async () => {
  const raw = await mammoth.extractRawText({ path: "report.docx" });
  const extracted = await new WordExtractor().extract("report.docx");
  console.log(JSON.stringify({ mammoth: raw.value.trim(), "word-extractor": extracted.getBody().trim() }));
})();
JS
export PYTHONUTF8=1
"$folder/venv/bin/python" -W ignore - <<'PY'
import json
import subprocess
from importlib.metadata import version

import docx
import docx2txt
import pypandoc
from docx2python import docx2python

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def write(parts: list[str]) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("按照第")
    for part in parts:
        run = docx.oxml.parse_xml(f'<w:r xmlns:w="{NAMESPACE}">{part}</w:r>')
        paragraph._p.append(run)
    paragraph.add_run("号文件抓好落实")
    document.save("report.docx")


def texts() -> dict[str, str]:
    with docx2python("report.docx") as read:
        seen = {"docx2python": read.text.strip()}
    seen["python-docx"] = docx.Document("report.docx").paragraphs[0].text
    seen["docx2txt"] = docx2txt.process("report.docx").strip()
    seen["pandoc"] = pypandoc.convert_file("report.docx", "plain").strip()
    done = subprocess.run(["node", "read.js"], check=True, capture_output=True, encoding="utf-8")
    return seen | json.loads(done.stdout)


def character(kind: str) -> str:
    return f'<w:fldChar w:fldCharType="{kind}"/>'


def code(text: str) -> str:
    return f'<w:instrText xml:space="preserve">{text}</w:instrText>'


print({name: version(name) for name in ("python-docx", "docx2python", "docx2txt", "pypandoc_binary")})
write([character("begin"), *(code(text) for text in (r" eq \o\ac(", "○", ",", "三", ")")), character("end")])
ring = texts()
write([character("begin"), code(" DOCPROPERTY 号 "), character("separate"), "<w:t>三</w:t>", character("end")])
other = texts()
print(f"in a ring: {ring}")
print(f"another field: {other}")
assert set(ring.values()) == {"按照第号文件抓好落实"}, ring
assert set(other.values()) == {"按照第三号文件抓好落实"}, other
PY
