#!/usr/bin/env bash
# ODT, the format of LibreOffice and of offices that must use an open one, has footnotes, text boxes, sections (text in columns, or locked)
# and ruby (pinyin above a character). One would expect a converter to Markdown to keep the words of them all; that it keeps no
# layout is its purpose. all2md keeps paragraphs, headings, lists and tables that stand in the body itself, and leaves out all that stands
# in one of those: a document whose whole text is in one section comes out empty, without an error. It matters here because
# measures stand in boxes, figures in notes, and columns are common in bulletins: the missing passages get no theme, and nobody is told. Guess
# written down first: note, box and character are there. Seen: none of them, and nothing of a section (all2md 1.18.0; pandoc 3.9 keeps
# the note and the section, odfpy 1.4.1, which all2md reads with, gives all four).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'all2md==1.18.0' 'odfpy==1.4.1'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import zipfile
from importlib.metadata import version

import all2md
from odf import teletype
from odf.opendocument import load

SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("text", "text"), ("draw", "drawing"))
)
MEDIA = "application/vnd.oasis.opendocument.text"
ENTRIES = "".join(
    f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
    for path, media in (("/", MEDIA), ("content.xml", "text/xml"), ("styles.xml", "text/xml"))
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f"{ENTRIES}</manifest:manifest>"
)


def read(name: str, body: str) -> tuple[str, str]:
    with zipfile.ZipFile(name, "w") as package:
        package.writestr("mimetype", MEDIA)
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr("styles.xml", f'<office:document-styles {SPACES} office:version="1.2"/>')
        package.writestr(
            "content.xml",
            f'<office:document-content {SPACES} office:version="1.2"><office:body><office:text>{body}</office:text>'
            "</office:body></office:document-content>",
        )
    return all2md.to_markdown(name).strip(), teletype.extractText(load(name).text)


note = '<text:note text:id="n" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>' \
    "<text:p>脚注</text:p></text:note-body></text:note>"
box = '<draw:frame text:anchor-type="paragraph"><draw:text-box><text:p>框内</text:p></draw:text-box></draw:frame>'
ruby = "<text:ruby><text:ruby-base>临</text:ruby-base><text:ruby-text>lín</text:ruby-text></text:ruby>"
found = {
    "footnote": read("note.odt", f"<text:p>正文{note}继续</text:p>"),
    "text box": read("box.odt", f"<text:p>正文{box}继续</text:p>"),
    "ruby": read("ruby.odt", f"<text:p>在{ruby}溪召开</text:p>"),
    "section": read("section.odt", '<text:section text:name="s"><text:p>节内正文</text:p></text:section>'),
}
for kind, (markdown, text) in found.items():
    print(f"{kind}: all2md {version('all2md')} {markdown!r}, odfpy {version('odfpy')} {text!r}")
assert [markdown for markdown, _ in found.values()] == ["正文继续", "正文继续", "在溪召开", ""], found
words = {"footnote": "脚注", "text box": "框内", "ruby": "临", "section": "节内正文"}
assert all(words[kind] in text for kind, (_, text) in found.items()), found
PY
