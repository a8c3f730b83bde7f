#!/usr/bin/env bash
# Characters of names and places outside the first plane of Unicode, as 𠮷 or 𬭎, are single characters to Python. One would expect of
# pypdfium2 that count_chars() is the length of the text, and that get_text_range(i, 1) is its i-th character, so that places on a
# page can be matched with the text. PDFium counts UTF-16 units: a rare character has two places, each of which gives an empty
# string when it is asked for alone, and everything behind it is moved by one. It matters here because text and boxes are matched by
# number; a loop over single characters loses the rare ones without a sign. Guess written down first: 4 characters, and the second
# is 𠮷. Seen: 5, and the second and third are empty (pypdfium2 5.15.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pypdfium2==5.15.2'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pypdfium2

TEXT = "甲𠮷乙丙"
codes = {i: character for i, character in enumerate(TEXT, 1)}
rows = "".join(f"<{code:04x}> <{character.encode('utf-16-be').hex()}>\n" for code, character in codes.items())
cmap = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
    f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(codes)} beginbfchar\n{rows}endbfchar endcmap end end"
)
drawing = f"BT /F 12 Tf 72 700 Td <{''.join(f'{code:04x}' for code in codes)}> Tj ET"
font = "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000"
objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>/Contents 7 0 R>>",
    "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 6 0 R>>",
    font + "/FontDescriptor 8 0 R>>",
    f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    f"<</Length {len(drawing)}>>stream\n{drawing}\nendstream",
    "<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 859/Descent -141>>",
]
data, places = b"%PDF-1.7\n", []
for number, item in enumerate(objects, 1):
    places.append(len(data))
    data += f"{number} 0 obj\n{item}\nendobj\n".encode()
table = "".join(f"{place:010d} 00000 n \n" for place in places)
data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n".encode()
data += f"startxref\n{data.rindex(b'xref')}\n%%EOF".encode()
page = pypdfium2.PdfDocument(data)[0].get_textpage()
count, singles = page.count_chars(), [page.get_text_range(i, 1) for i in range(page.count_chars())]
print(f"pypdfium2 {version('pypdfium2')}: {page.get_text_range()!r} of {len(TEXT)} characters has {count} places: {singles}")
assert page.get_text_range() == TEXT
assert count == 5
assert singles == ["甲", "", "", "乙", "丙"]
PY
