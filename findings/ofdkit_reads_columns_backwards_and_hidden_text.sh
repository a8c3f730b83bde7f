#!/usr/bin/env bash
# OFD (GB/T 33190) can write text in columns from top to bottom, which Chinese reads from right to left, and can mark an object as not
# visible. ofdkit says that it gives the visible text of a page in reading order. One would expect the right column first, each column
# on a line of its own, and hidden text left out, as a viewer does. It gives the left column first and the right one behind it on the
# same line, and the hidden text as if it could be seen. It matters here because mottoes, titles and reprints are set in columns, and
# hidden objects are leftovers of forms: a sentence begins with its end, and a passage is quoted that nobody sees on the page. Guess written
# down first: 第一列文字 before 第二列内容, and no 隐藏文字. Seen: the reverse, and the hidden text (ofdkit 0.2.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'ofdkit==0.2.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import zipfile

import ofdkit

HEAD, SPACE = '<?xml version="1.0" encoding="UTF-8"?>', 'xmlns:ofd="http://www.ofdspec.org/2016"'
BOX = "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"


def words(number: int, place: tuple[int, int], text: str, down: bool = False, more: str = "") -> str:
    steps = f"g {len(text) - 1} 5"
    size, delta = (f"5 {5 * len(text)}", f'DeltaY="{steps}"') if down else (f"{5 * len(text)} 5", f'DeltaX="{steps}"')
    more += ' ReadDirection="90"' if down else ""
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{place[0]} {place[1]} {size}" Font="3" Size="5"{more}>'
        f'<ofd:TextCode X="0" Y="4.3" {delta}>{text}</ofd:TextCode></ofd:TextObject>'
    )


def text_of(name: str, objects: str) -> str:
    parts = {
        "OFD.xml": f'<ofd:OFD {SPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{"0" * 32}</ofd:DocID>'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID><ofd:PageArea>{BOX}"
        "</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": f'<ofd:Res {SPACE} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {SPACE}><ofd:Area>{BOX}</ofd:Area><ofd:Content>"
        f'<ofd:Layer ID="2" Type="Body">{objects}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    with zipfile.ZipFile(name, "w") as package:
        for part, content in parts.items():
            package.writestr(part, HEAD + content)
    return ofdkit.extract_text(name)


columns = text_of("columns.ofd", words(10, (100, 20), "第一列文字", down=True) + words(11, (90, 20), "第二列内容", down=True))
hidden = text_of("hidden.ofd", words(10, (20, 20), "可见文字") + words(11, (20, 40), "隐藏文字", more=' Visible="false"'))
print(f"ofdkit {ofdkit.__version__}: {columns!r}, {hidden!r}")
assert columns.strip() == "第二列内容第一列文字", columns
assert hidden.split() == ["可见文字", "隐藏文字"], hidden
PY
