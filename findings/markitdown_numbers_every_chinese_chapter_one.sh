#!/usr/bin/env bash
# The chapters of a report are numbered 一、 二、 三、 by Word, with paragraphs below each, and articles 第一条 第二条; the number is in no paragraph's
# text, it follows from the list that the paragraph belongs to. One would expect a reader to give that number, or none. markitdown and
# doc-files begin anew behind every paragraph that is not in the list: all chapters are 1., and Markdown has no other number to say that the
# second is meant; two lists that follow each other are one to them, so that 第一条 behind 三、 is 2. all2md and docx-parser-converter count
# right and write the number of another kind: 1、 for 一、 and 第1条 for 第一条, which no document is cited by. None warns. It matters here because
# 一、 is what tells a chapter from an item (1.) below it, and a passage is cited by its chapter or article: all of a report stands in chapter
# 1, or article 12 is to be looked for as 第12条. Guess written down first: the right number, or none. Seen: 1. 1. 1. 2., and 1、 2、 3、 第1条
# (markitdown 0.1.9, doc-files 0.1.0, all2md 1.18.0, docx-parser-converter 1.0.3; kreuzberg 4.10.4 gives no number).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'markitdown[docx]==0.1.9' 'doc-files==0.1.0' 'all2md==1.18.0' \
    'docx-parser-converter==1.0.3' 'kreuzberg==4.10.4' 'python-docx==1.2.0'
cd "$folder"
export PYTHONUTF8=1
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import all2md
import doc_files
import docx
import kreuzberg
from docx.oxml import parse_xml
from docx_parser_converter import docx_to_text
from markitdown import MarkItDown

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CHAPTER, ARTICLE = 1, 2


def write(paragraphs: list[tuple[str, int]]) -> None:
    """Write a document of paragraphs, each with the list that it belongs to (0: none)."""
    document = docx.Document()
    lists = document.part.numbering_part.element
    for old in list(lists):
        lists.remove(old)
    for number, mark in ((CHAPTER, "%1、"), (ARTICLE, "第%1条")):
        level = f'<w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="{mark}"/>'
        lists.append(parse_xml(f'<w:abstractNum {NAMESPACE} w:abstractNumId="{number}"><w:lvl w:ilvl="0">{level}</w:lvl></w:abstractNum>'))
    for number in (CHAPTER, ARTICLE):
        lists.append(parse_xml(f'<w:num {NAMESPACE} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'))
    for text, number in paragraphs:
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        if number:
            properties.append(parse_xml(f'<w:numPr {NAMESPACE}><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'))
    document.save("report.docx")


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and "落实" not in line]


body = ("全县抓好落实。", 0)
write([("理论学习", CHAPTER), body, ("文化服务", CHAPTER), body, ("队伍建设", CHAPTER), ("总则", ARTICLE)])
seen = {
    "markitdown": lines(MarkItDown().convert("report.docx").text_content),
    "doc-files": lines(doc_files.to_markdown(doc_files.read("report.docx"))),
    "all2md": lines(all2md.to_markdown("report.docx")),
    "docx-parser-converter": lines(docx_to_text("report.docx")),
    "kreuzberg": lines(kreuzberg.extract_file_sync("report.docx").content),
}
for reader, read in seen.items():
    print(f"{reader} {version(reader)}: {read}")
begun_anew = ["1. 理论学习", "1. 文化服务", "1. 队伍建设", "2. 总则"]
other_kind = ["1、 理论学习", "2、 文化服务", "3、 队伍建设", "第1条 总则"]
assert seen["markitdown"] == seen["doc-files"] == begun_anew
assert seen["all2md"] == seen["docx-parser-converter"] == other_kind
assert seen["kreuzberg"] == ["理论学习", "文化服务", "队伍建设", "总则"]
PY
