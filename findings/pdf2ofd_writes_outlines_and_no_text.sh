#!/usr/bin/env bash
# OFD keeps characters in TextCode, beside their glyphs where need be, so that documents can be searched and quoted. One would
# expect a converter from PDF to OFD to keep the characters that the PDF has. pdf2ofd draws each of them as the outline of its
# glyph: the OFD looks the same, and holds no text at all, no picture either that text could be recognised in. It matters here
# because such a file is a report to whoever opens it; it is refused with a line of its own, that its pages are drawn without
# characters, and is not called a scan. Guess written down first: the page has TextObjects, and their TextCode is the text of the
# PDF. Seen: only PathObjects (pdf2ofd 0.1.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pdf2ofd==0.1.0' 'PyMuPDF==1.24.14' 'lxml==6.1.3' 'pillow'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import subprocess
import sys
import zipfile
from importlib.metadata import version

import fitz

document = fitz.open()
document.new_page().insert_text((72, 72), "全县宣传工作总结", fontname="china-s", fontsize=14)
assert document[0].get_text().strip() == "全县宣传工作总结"
document.save("report.pdf")
subprocess.run([sys.executable, "-m", "pdf2ofd", "report.pdf", "report.ofd"], check=True, stdout=subprocess.DEVNULL)
with zipfile.ZipFile("report.ofd") as package:
    pages = "".join(package.read(name).decode() for name in package.namelist() if name.endswith("Content.xml"))
counts = {name: pages.count(f"<ofd:{name}") for name in ("TextObject", "TextCode", "PathObject", "ImageObject")}
print(f"pdf2ofd {version('pdf2ofd')}: {counts}")
assert counts["TextCode"] == counts["TextObject"] == counts["ImageObject"] == 0 < counts["PathObject"]
PY
