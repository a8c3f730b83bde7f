#!/usr/bin/env bash
# An EPUB lists its files in a manifest, in any order, and in its spine the order in which they are read. One would expect a library
# that reads books to give the documents of a book in reading order: get_items_of_type(ITEM_DOCUMENT) is what its own examples take
# text from. It gives them in the order of the manifest, so that a book whose third chapter is listed first begins with it. It
# matters here because the headings above a passage, and the neighbours that weigh in its tag, come from the order; the reader goes
# by the spine. Guess written down first: first, second, third. Seen: third, first, second (EbookLib 0.20).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'EbookLib==0.20' 'lxml==6.1.3'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import zipfile
from importlib.metadata import version

import ebooklib
from ebooklib import epub

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="b.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>'
)
items = "".join(f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in ("third", "first", "second"))
spine = "".join(f'<itemref idref="{name}"/>' for name in ("first", "second", "third"))
head = '<dc:identifier id="u">x</dc:identifier><dc:title>t</dc:title><dc:language>zh</dc:language>'
with zipfile.ZipFile("book.epub", "w") as book:
    book.writestr("mimetype", "application/epub+zip")
    book.writestr("META-INF/container.xml", CONTAINER)
    book.writestr(
        "b.opf",
        '<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="u"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{head}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>',
    )
    for name in ("first", "second", "third"):
        book.writestr(f"{name}.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{name}</p></body></html>')
read = epub.read_epub("book.epub")
given = [item.file_name.removesuffix(".xhtml") for item in read.get_items_of_type(ebooklib.ITEM_DOCUMENT)]
print(f"EbookLib {version('ebooklib')}: spine {[name for name, _ in read.spine]}, items {given}")
assert [name for name, _ in read.spine] == ["first", "second", "third"]
assert given == ["third", "first", "second"]
PY
