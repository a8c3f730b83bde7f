#!/usr/bin/env bash
# Many Chinese PDFs name SimSun or STSong and do not hold it; which characters they show is told by the codes in the page, and the font
# of the machine gives only their shapes. One would expect the text that PDFium extracts to be the same on every machine. It is not: a
# character that a program has drawn by itself, as many draw figures, marks of notes and justified lines, is left out where the fonts
# at hand have no shape for it, while one that is drawn together with others stays. No call reports it: the page has fewer characters,
# and that is all. It matters here because a server often has no Chinese font at all, or one that lacks ① and other
# signs: the same report is whole on the desk and has holes on the server. Guess written down first: the fonts of the machine make no difference to the
# text. Seen: of 第三号 drawn in three pieces nothing is left, of 通知如下 drawn in one all (pypdfium2 5.15.2 with an empty folder of fonts; pdfminer.six
# 20260107 reads both).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pypdfium2==5.15.2' 'pdfminer.six==20260107'
mkdir "$folder/fonts"
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
import ctypes
from importlib.metadata import version

import pypdfium2_raw as pdfium
from pdfminer.high_level import extract_text


def drawn(text: str, left: int, top: int) -> bytes:
    return b"BT /F 12 Tf 1 0 0 1 %d %d Tm <%s> Tj ET\n" % (left, top, text.encode("utf-16-be").hex().encode())


content = drawn("第", 72, 760) + drawn("三", 84, 760) + drawn("号", 96, 760) + drawn("通知如下", 72, 740)
objects = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>/Contents 7 0 R>>",
    b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/FontDescriptor 6 0 R/DW 1000"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
    b"<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 859/Descent -141>>",
    b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
]
data, places = b"%PDF-1.7\n", []
for number, made in enumerate(objects, start=1):
    places.append(len(data))
    data += b"%d 0 obj\n%s\nendobj\n" % (number, made)
table = b"".join(b"%010d 00000 n \n" % place for place in places)
data += b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
    len(objects) + 1, table, len(objects) + 1, len(data),
)
with open("report.pdf", "wb") as file:
    file.write(data)

folders = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(ctypes.create_string_buffer(b"fonts"), ctypes.POINTER(ctypes.c_char)), None)
config = pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=folders, m_pIsolate=None, m_v8EmbedderSlot=0)
pdfium.FPDF_InitLibraryWithConfig(config)
document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
page = pdfium.FPDF_LoadPage(document, 0)
text = pdfium.FPDFText_LoadPage(page)
seen = "".join(chr(pdfium.FPDFText_GetUnicode(text, i)) for i in range(pdfium.FPDFText_CountChars(text))).split()
other = extract_text("report.pdf").split()
print(f"pypdfium2 {version('pypdfium2')} without fonts: {seen}; pdfminer.six {version('pdfminer.six')}: {other}")
assert seen == ["通知如下"], seen
assert other == ["第三号", "通知如下"], other
PY
