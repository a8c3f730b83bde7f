#!/usr/bin/env bash
# Reports set the gist of a paragraph in bold, up to and with its colon, full stop or quotation marks: 主要做法：, “三农”. One would expect pandoc to
# write Markdown of it that pandoc, at least, reads as bold again. It writes **主要做法：**各乡镇, and by the rules of CommonMark stars behind a
# punctuation mark do not end bold when a letter follows at once. English has a space there, Chinese has none. So what comes back, and what every
# page that shows CommonMark shows, is plain text with stars in it. It matters here because documents are turned into Markdown before they are
# labelled, searched or shown: the stars are in the quoted passage, and 主要做法： is no longer what it is marked to be. pandoc writes its own dialect
# the same way, and reads that. Guess written down first: bold, and no stars. Seen: stars in all three (pandoc 3.9 of pypandoc_binary 1.17).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'pypandoc_binary==1.17' 'python-docx==1.2.0' 'lxml==6.1.3'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import docx
import pypandoc

PARTS = (("", "主要做法：", "各乡镇开展宣讲。"), ("服务", "“三农”", "工作。"), ("印发", "《条例》", "解读。"), ("The ", "gist:", " plays"))
report = docx.Document()
for before, bold, after in PARTS:
    paragraph = report.add_paragraph(before)
    paragraph.add_run(bold).bold = True
    paragraph.add_run(after)
report.save("report.docx")


def there_and_back(dialect: str) -> tuple[list[str], list[str]]:
    markdown = pypandoc.convert_file("report.docx", dialect, extra_args=["--wrap=none"])
    page = pypandoc.convert_text(markdown, "html", format=dialect, extra_args=["--wrap=none"])
    return markdown.split("\n\n"), page.split("\n")


print(f"pandoc {pypandoc.get_pandoc_version()}")
for dialect in ("commonmark", "gfm", "markdown"):
    markdown, page = there_and_back(dialect)
    lines = [line for line in page if line.startswith("<p>")]
    print(f"{dialect}: {markdown} -> {lines}")
    kept = ["<strong>" in line and "*" not in line for line in lines]
    assert kept == ([True] * 4 if dialect == "markdown" else [False] * 3 + [True]), lines
PY
