#!/usr/bin/env bash
# A PDF may name its text's encoding by one of the character maps that the standard lists, and then has no table of its own; for Chinese there are
# GBK-EUC-H and GBKp-EUC-H, which differ in the width of Latin letters alone: the bytes are those of GBK in both. One would expect the same text of both,
# or a note that a map is unknown. pypdf knows the first and not the second, takes each two bytes for a number in Unicode, and gives 탻뒫쮼쿫 for
# 宣传思想: Korean syllables, and Chinese characters for pairs of figures (2025 becomes ㈰㈵). No error is raised, even with
# strict=True. pdfminer.six and PDFium give the right text of both. It matters here because it is no garbage that a check for odd signs
# would find: it is letters, as many as half of the bytes, which a tagger takes for a page in Korean or for words that it has never seen. Guess written
# down first: 宣传思想文化2025年 for both. Seen: 탻뒫쮼쿫컄뮯㈰㈵쓪 for the second (pypdf 7.1.1; pdfminer.six 20260107, pypdfium2 5.15.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pypdf==7.1.1' 'pdfminer.six==20260107' 'pypdfium2==5.15.2'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import pypdf
import pypdfium2
from pdfminer.high_level import extract_text

TEXT = "宣传思想文化2025年"


def write(name: str, encoding: str) -> None:
    content = f"BT /F1 14 Tf 72 700 Td <{TEXT.encode('gbk').hex()}> Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        f"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-{encoding} /Encoding /{encoding} /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 "
        "/Descent -120 /CapHeight 880 /StemV 93 >>",
    )
    file, places = "%PDF-1.5\n", []
    for number, part in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    with open(name, "wb") as target:
        target.write((file + end).encode("ascii"))


print(f"pypdf {version('pypdf')}, pdfminer.six {version('pdfminer.six')}, pypdfium2 {version('pypdfium2')}")
korean = TEXT.encode("gbk").decode("utf-16-be")
for encoding, expected in (("GBK-EUC-H", TEXT), ("GBKp-EUC-H", korean)):
    write("report.pdf", encoding)
    seen = pypdf.PdfReader("report.pdf", strict=True).pages[0].extract_text()
    miner = extract_text("report.pdf").strip()
    pdfium = pypdfium2.PdfDocument("report.pdf")[0].get_textpage().get_text_range()
    print(f"{encoding}: pypdf {seen}, pdfminer.six {miner}, PDFium {pdfium}")
    assert seen == expected, seen
    assert miner == pdfium == TEXT, (miner, pdfium)
PY
