"""Wrap reports in every format by real programs, read them back, and compare with the plain text: `make bench-formats`.

For each format: the share of the characters of the plain text's body that come back in order, and the share of those that
carry the theme which the plain text gives them.

OFDRW in the environment is the class path of ofdrw, which writes OFD files: org.ofdrw:ofdrw-layout:2.4.0 with what it needs,
for a Java of at least version 11. Without it, and without LibreOffice or Chromium, their rows are missing.
"""

import argparse
import csv
import html
import io
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import handmade
import scans
from docx import Document as WordDocument
from docx.shared import Pt
from openpyxl import Workbook

from pipeline import flow
from pipeline.core.config import ReadConfig, load_config
from pipeline.core.records import Document, Tag
from pipeline.model.model import Model
from pipeline.preprocess.clean import clean, normalise
from pipeline.preprocess.headings import line_level
from pipeline.read import read_report
from pipeline.read.isolated import IsolatedReader
from pipeline.track.locate import open_model

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = 12
SCANNED = 15  # the seeds and ten written reports
Browser = Callable[[str, Path, Path], Path]
Convert = Callable[[list[Path], str, Path], list[Path]]
PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{charset}"><title>{title}</title>
<style>body{{font-family:serif}} .text p{{text-indent:2em;line-height:1.8}}</style></head><body>
<div class="top"><a href="/">首页</a> <a href="/xw">新闻中心</a> <a href="/zw">政务公开</a> <a href="/hd">互动交流</a></div>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/xw">新闻中心</a> &gt; 正文</div>
<div class="article"><h1>{title}</h1><div class="info">发布时间：2024-01-08 09:12 来源：本站 字号：[大 中 小]</div>
<div class="share"><a href="#">微信</a> <a href="#">微博</a> <a href="#">打印</a></div><div class="text">
{body}
</div><div class="editor">责任编辑：王一</div></div>
<div class="more"><ul><li><a href="/1">全市召开春季造林现场会</a></li><li><a href="/2">我市三条公交线路调整</a></li></ul></div>
<div class="footer">版权所有：某市人民政府办公室 ICP备00000000号 地址：某市人民路1号</div></body></html>"""


@dataclass(frozen=True)
class Row:
    """A format with the shares of characters back and of themes kept, over all reports, and the worst report of each."""

    name: str
    back: float
    kept: float
    worst_back: float
    worst_kept: float


def reports() -> list[Path]:
    """Return the seeds and some written reports of different genres."""
    seeds = sorted((ROOT / "seeds" / "reports").iterdir())
    genres = sorted(path for path in (ROOT / "seeds" / "written").iterdir() if path.is_dir())
    step = len(genres) / WRITTEN
    return [*seeds, *(min(genres[int(i * step)].iterdir()) for i in range(WRITTEN))]


def plain(paths: list[Path]) -> dict[str, str]:
    """Return the text of each report by its stem, as a person copies it: normal characters, without the noise."""
    config = load_config()
    texts = {}
    for path in paths:
        document = read_report(path, config.read)
        body = clean(document, config.clean)
        texts[path.stem] = "\n".join(body.text[line.start : line.end] for line in body.lines)
    return texts


def wrap(
    texts: dict[str, str], folder: Path, model: Model, office: Convert | None = None, browser: Browser | None = None
) -> dict[str, dict[str, Path]]:
    """Return the files by format and stem; those of LibreOffice and Chromium where functions that run these are given."""
    folder.mkdir(exist_ok=True)
    made: dict[str, dict[str, Path]] = {}

    def add(name: str, suffix: str, data: Callable[[str], bytes]) -> list[Path]:
        place = folder / name.replace(" ", "-")
        place.mkdir()
        for stem, text in texts.items():
            (place / f"{stem}{suffix}").write_bytes(data(text))
        made[name] = {stem: place / f"{stem}{suffix}" for stem in texts}
        return list(made[name].values())

    def convert(name: str, sources: list[Path], target: str) -> None:
        made[name] = {path.stem: path for path in office(sources, target, folder / name.replace(" ", "-"))}

    add("txt utf-8", ".txt", str.encode)
    add("txt gb18030", ".txt", lambda text: text.encode("gb18030"))
    add("txt wrapped", ".txt", lambda text: broken(text).encode())
    add("md", ".md", lambda text: text.replace("\n", "\n\n").encode())
    word = add("docx python-docx", ".docx", lambda text: docx(text, styled=False))
    add("docx headings", ".docx", lambda text: docx(text, styled=True))
    pages = add("html", ".html", lambda text: page(text, "utf-8"))
    add("html gb18030", ".html", lambda text: page(text, "gb2312"))
    add("csv", ".csv", lambda text: table(text, model).encode("utf-8-sig"))
    add("xlsx openpyxl", ".xlsx", lambda text: workbook(text, model))
    add("zip", ".zip", archive)
    add("ofd", ".ofd", handmade.ofd)
    add("ofd glyphs", ".ofd", lambda text: handmade.ofd(text, apart=True))
    add("eml", ".eml", handmade.mail)
    add("epub", ".epub", handmade.epub)
    slides = add("pptx", ".pptx", handmade.pptx)
    for target in ("docx", "odt", "rtf", "doc", "pdf", "uot") if office else ():
        convert(f"{target} LibreOffice", word, target)
    for target in ("ppt", "odp", "uop") if office else ():
        convert(f"{target} LibreOffice", slides, target)
    for kind in ("pdf", "mhtml") if browser else ():
        place = folder / f"{kind}-chromium"
        place.mkdir()
        made[f"{kind} Chromium"] = {path.stem: browser(kind, path, place / f"{path.stem}.{kind}") for path in pages}
    return made


def by_ofdrw(texts: dict[str, Path], folder: Path, classes: str) -> dict[str, Path]:
    """Return OFD files that ofdrw writes, by stem; ``classes`` is its class path."""
    folder.mkdir()
    program = Path(__file__).with_name("OfdWriter.java")
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", classes, str(program), str(next(iter(texts.values())).parent), str(folder)]
    subprocess.run(command, check=True, timeout=300)
    return {stem: folder / f"{stem}.ofd" for stem in texts}


def scanned(printed: dict[str, Path], texts: dict[str, str], folder: Path) -> dict[str, dict[str, Path]]:
    """Return scans of printed reports by how they were made and stem: clean and rough, in two resolutions."""
    made: dict[str, dict[str, Path]] = {}
    for dots, rough in ((150, False), (200, False), (150, True), (200, True)):
        name = f"scan {dots} dpi{' rough' if rough else ''}"
        place = folder / name.replace(" ", "-")
        place.mkdir()
        made[name] = {stem: scans.scan(printed[stem], place / f"{stem}.pdf", dots, rough) for stem in texts}
    return made


def broken(text: str) -> str:
    """Return a text with each paragraph indented and broken at 36 characters."""
    lines = [line if line_level(line, 42) is not None else f"\u3000\u3000{line}" for line in text.splitlines()]
    return "\n".join(line[i : i + 36] for line in lines for i in range(0, len(line), 36))


def docx(text: str, styled: bool) -> bytes:
    """Return a Word file: all in one style, or with Word's own styles for title and headings."""
    document = WordDocument()
    for number, line in enumerate(text.splitlines()):
        heading = styled and line_level(line, 42) is not None
        style = ("Title" if number == 0 else "Heading 1") if heading else "Normal"
        paragraph = document.add_paragraph(line, style=style)
        if not heading and line_level(line, 42) is None:
            paragraph.paragraph_format.first_line_indent = Pt(22)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def page(text: str, charset: str) -> bytes:
    """Return a web page with navigation, share buttons, links and a foot around the report."""
    first, *rest = text.splitlines() or [""]
    title, lines = (first, rest) if line_level(first, 60) is not None else ("", [first, *rest])
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
    filled = PAGE.format(charset=charset, title=html.escape(title), body=body)
    return filled.encode("gb18030" if charset == "gb2312" else charset)


def table(text: str, model: Model) -> str:
    """Return a table with a passage a row: a row is one segment with one theme, so this is what a table of passages holds."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["编号", "报告", "正文"])
    writer.writerows([tag.segment, "甲", tag.text] for tag in tags(Document("x", text, "0", "utf-8"), model))
    return stream.getvalue()


def workbook(text: str, model: Model) -> bytes:
    """Return a workbook with a passage a row."""
    book = Workbook()
    for row in csv.reader(io.StringIO(table(text, model))):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(text: str) -> bytes:
    """Return a zip with the report in a folder."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("二〇二四年/总结.txt", text)
    return stream.getvalue()


def compare(made: dict[str, dict[str, Path]], texts: dict[str, str], model: Model, read: ReadConfig) -> Iterator[Row]:
    """Yield a row for each format."""
    expected = {stem: list(themes(tags(Document(stem, text, "0", "utf-8"), model))) for stem, text in texts.items()}
    with IsolatedReader(read) as reader:
        for name, files in made.items():
            counts = {stem: count(expected[stem], reader.read(str(files[stem])), model) for stem in expected}
            total, back, kept = (sum(column) for column in zip(*counts.values(), strict=True))
            worst_back = min(found / size for size, found, _ in counts.values())
            worst_kept = min(same / max(1, found) for _, found, same in counts.values())
            yield Row(name, back / total, kept / max(1, back), worst_back, worst_kept)


def count(expected: list[tuple[str, str]], outcomes: Iterator[object], model: Model) -> tuple[int, int, int]:
    """Return how many characters were expected, came back in order, and carry the expected theme."""
    found = [pair for item in outcomes if isinstance(item, Document) for pair in themes(tags(item, model))]
    matcher = SequenceMatcher(None, "".join(c for c, _ in expected), "".join(c for c, _ in found), autojunk=False)
    blocks = matcher.get_matching_blocks()
    same = sum(expected[a + i][1] == found[b + i][1] for a, b, size in blocks for i in range(size))
    return len(expected), sum(block.size for block in blocks), same


def tags(document: Document, model: Model) -> Iterator[Tag]:
    """Return the tags of a document."""
    return flow.tag_document(document, model).tags


def themes(found: Iterator[Tag]) -> Iterator[tuple[str, str]]:
    """Yield each character of the body that is not white space, normalised, with its theme."""
    for tag in found:
        for character in normalise(tag.text)[0]:
            if not character.isspace():
                yield character, tag.theme


def table_of(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| format and its maker | characters back | worst report | themes kept | worst report |", "|---|---|---|---|---|"]
    lines += [f"| {row.name} | {row.back:.2%} | {row.worst_back:.2%} | {row.kept:.2%} | {row.worst_kept:.2%} |" for row in rows]
    return "\n".join(lines)


def libreoffice(program: str, profile: Path) -> Convert:
    """Return a function that converts files with LibreOffice, all in one start."""

    def convert(paths: list[Path], target: str, folder: Path) -> list[Path]:
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(folder),
        ]
        done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, timeout=300, check=False)
        made = [folder / f"{path.stem}.{target.partition(':')[0]}" for path in paths]
        assert all(path.is_file() for path in made), done.stderr
        return made

    return convert


def chromium(program: str) -> Browser:
    """Return a function that prints a page to pdf, or saves it as mhtml, with Chromium."""
    from playwright.sync_api import sync_playwright

    def save(kind: str, page: Path, target: Path) -> Path:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            save_page(browser, kind, page, target)
            browser.close()
        return target

    return save


def save_page(browser: Any, kind: str, page: Path, target: Path) -> Path:
    """Print a page to pdf, or save it as mhtml, in a browser that is open; give the file."""
    tab = browser.new_page()
    tab.goto(page.as_uri())
    if kind == "pdf":
        tab.pdf(path=target, format="A4", display_header_footer=True)
    else:
        snapshot = tab.context.new_cdp_session(tab).send("Page.captureSnapshot", {"format": "mhtml"})
        target.write_bytes(snapshot["data"].encode())
    tab.close()
    return target


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-scans", action="store_true", help="leave out the scans, whose text takes an hour to recognise")
    has_scans = not parser.parse_args().no_scans
    config = load_config()
    model = open_model("default")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = plain(reports())
        made = wrap(texts, folder, model, libreoffice("soffice", folder / "profile"), chromium("/usr/bin/chromium"))
        if classes := os.environ.get("OFDRW"):
            made["ofd ofdrw"] = by_ofdrw(made["txt utf-8"], folder / "ofdrw", classes)
        rows = list(compare(made, texts, model, config.read))
        few = dict(list(texts.items())[:SCANNED])  # a page takes seconds
        rows += [] if not has_scans else compare(scanned(made["pdf LibreOffice"], few, folder), few, model, config.read)
    print(table_of(rows))
    print(json.dumps({"reports": len(texts), "model": model.version}))


if __name__ == "__main__":
    main()
