#!/usr/bin/env bash
# fpdf2 writes PDF with any font; the free Chinese ones (Noto, Source Han) are OpenType fonts whose glyphs have CIDs. It numbers the
# characters of a document in the order in which they come, and adds to the font a CMap of its own that leads from these numbers to the
# CIDs, and a ToUnicode table that leads to the characters. The standard allows for both, and PDFium reads the text. One would expect the
# same of pdfminer.six and pypdf, which know ToUnicode. pdfminer.six looks for the CMap by its name among those that it brings, does not
# find it, and gives no character at all, and so does pdfplumber: the page is empty, without an error. pypdf takes each byte for a number by
# itself: U+0000 stands before every character, and from the 256th different character on it gives two others in place of each. It matters
# here because a report of this kind passes for a scan in the one, and in the other no word of two characters is found, and a long report
# has words that nobody wrote. Guess written down first: the text comes back. Seen: "", and 文化 with U+0000 before each, behind 255 other
# characters two of those (fpdf2 2.8.9, pdfminer.six 20260107, pdfplumber 0.11.10, pypdf 7.1.1; pypdfium2 5.15.2 gives the text).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'fpdf2==2.8.9' 'pdfminer.six==20260107' 'pdfplumber==0.11.10' 'pypdf==7.1.1' \
    'pypdfium2==5.15.2'
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" @embedpdf/fonts-sc@1.0.0
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import pdfplumber
import pypdf
import pypdfium2
from fpdf import FPDF
from pdfminer.high_level import extract_text


def read(text: str) -> dict[str, str]:
    """Return what each reader gives of a page that fpdf2 has written, without the ends of its lines."""
    document = FPDF()
    document.add_page()
    document.add_font("noto", "", "node_modules/@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf")
    document.set_font("noto", size=14)
    document.multi_cell(0, text=text, wrapmode="CHAR")
    document.output("report.pdf")
    with pdfplumber.open("report.pdf") as opened:
        characters = "".join(one["text"] for one in opened.pages[0].chars)
    texts = {
        "pypdfium2": pypdfium2.PdfDocument("report.pdf")[0].get_textpage().get_text_range(),
        "pdfminer.six": extract_text("report.pdf"),
        "pdfplumber": characters,
        "pypdf": pypdf.PdfReader("report.pdf").pages[0].extract_text(),
    }
    return {reader: "".join(found.split()) for reader, found in texts.items()}


short = read("全县文化书房25个")
print({name: version(name) for name in ("fpdf2", *short)})
print(short)
assert short["pypdfium2"] == "全县文化书房25个"
assert short["pdfminer.six"] == short["pdfplumber"] == ""
assert short["pypdf"] == "".join(f"\0{one}" for one in "全县文化书房25个")
others = "".join(chr(0x5000 + number) for number in range(255))
long = read(others + "文化")
end = long["pypdf"][-4:]
print(f"behind 255 other characters: pypdfium2 {long['pypdfium2'][-2:]}, pypdf {end!r}")
assert long["pypdfium2"] == others + "文化"
assert "文" not in long["pypdf"] and "化" not in long["pypdf"], end
assert set(end) <= {"\0", *others}, end
PY
