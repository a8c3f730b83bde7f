#!/usr/bin/env bash
# docxcompose joins documents, the reports of ten townships to one, say. A style has a name, which a person chose, and an id, which is the program's
# own: Chinese Word and WPS number them (1, 2, 10, a, a1), in each document anew. One would expect a paragraph to keep the style of its name, and
# a style that the first document lacks to be brought along. It is brought along only if its id is free: where 10 is 公文正文 in the first and 公文标题 in the
# second, headings of the second become body text, and 公文标题 is nowhere. With an id of its own it is brought. It matters here because
# headings say what the paragraphs below them are about, and are known by their style: the same report is one of three chapters alone, and of
# none in the joined file, with nothing that tells of it. Guess written down first: the heading keeps its style. Seen: it has that of the
# text (docxcompose 2.2.0 with python-docx 1.2.0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'docxcompose==2.2.0' 'python-docx==1.2.0' 'setuptools==80.9.0'
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import docx
from docx.enum.style import WD_STYLE_TYPE
from docxcompose.composer import Composer


def written(name: str, text: str, style: str, number: str) -> str:
    document = docx.Document()
    added = document.styles.add_style(style, WD_STYLE_TYPE.PARAGRAPH)
    added.element.styleId = number
    document.add_paragraph(text).style = added
    document.save(name)
    return name


def joined(number: str) -> tuple[list[tuple[str, str]], bool]:
    composer = Composer(docx.Document(written("first.docx", "全县建成书房。", "公文正文", "10")))
    composer.append(docx.Document(written("second.docx", "一、主要做法", "公文标题", number)))
    composer.save("joined.docx")
    document = docx.Document("joined.docx")
    return [(p.text, p.style.name) for p in document.paragraphs], "公文标题" in [style.name for style in document.styles]


alone = docx.Document(written("second.docx", "一、主要做法", "公文标题", "10")).paragraphs[0].style.name
same, other = joined("10"), joined("11")
print(f"docxcompose {version('docxcompose')}, python-docx {version('python-docx')}; expected: 一、主要做法 is 公文标题 in each")
print(f"alone: {alone}\njoined, both ids 10: {same}\njoined, ids 10 and 11: {other}")
assert alone == "公文标题", alone
assert same == ([("全县建成书房。", "公文正文"), ("一、主要做法", "公文正文")], False), same
assert other == ([("全县建成书房。", "公文正文"), ("一、主要做法", "公文标题")], True), other
PY
