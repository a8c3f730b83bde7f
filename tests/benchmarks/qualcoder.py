"""Through QualCoder and back: its own code takes a project of ours in and gives it out; every code stays at its characters.

Usage: python tests/benchmarks/qualcoder.py --python PYTHON --source FOLDER [--schema Project.xsd]

FOLDER is ``src`` of a checkout of https://github.com/ccbogel/QualCoder, PYTHON that of an environment with PyQt6, Pillow, PyMuPDF,
python-vlc and qtawesome. QualCoder is on no package registry, so this is run by hand; docs/researchers.md holds what it said.
Exits with 1 where something is lost that that page says is kept.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from lxml import etree

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.records import Document, Label
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.refi_qda import export_project, read_project

LABELS, READ = load_label_set(locations.find("configs/labels.toml")), load_config().read
DRIVER = Path(__file__).with_name("qualcoder_driver.py")
NOTED = "兴文化 › 文化产业\n存疑：<市场> & “演艺”"
# A report's text, and of its passages each with the theme, further themes, and the note.
TEXTS = {
    "甲/报告.docx": (
        "𠮷林省学理论。\r\n建设𣲗水书房。\r\n\r\n对外讲故事😀。",
        [("𠮷林省学理论。", "举旗帜", (), ""), ("建设𣲗水书房。", "兴文化", (), NOTED), ("对外讲故事😀。", "展形象", (), "")],
    ),
    "乙/报告.docx": (
        "\n办好书房。对外讲故事。",
        [("办好书房。", "兴文化", ("举旗帜", "聚民心"), ""), ("对外讲故事。", "展形象", (), "展形象 › 文化产业")],
    ),
    "通知.txt": (
        "老Mac\r行尾\n混排\r\n学理论。",
        [("老Mac\r", "其他", (), "只有备注"), ("行尾", "育新人", (), ""), ("学理论。", "举旗帜", (), "")],
    ),
}


def corpus() -> Corpus:
    """Return reports by hand: characters beyond U+FFFF, all line ends, sub-codes of one name, memos, second themes, two people."""
    reports = []
    for name, (text, passages) in TEXTS.items():
        labels = []
        for part, theme, second, note in passages:
            start = text.index(part)
            who = "王一" if start else "Li & Co"
            labels.append(Label(name, "0" * 64, start, start + len(part), theme, second, who, note=note))
        reports.append(LabelledDocument(Document(name, text, "0" * 64, "utf-8"), tuple(labels)))
    return Corpus(tuple(reports), LABELS)


def said(given: Corpus) -> set[tuple[object, ...]]:
    """Return what the labels say, with the text that they are of."""
    return {
        (one.source, report.document.text[one.start : one.end].replace("\r\n", "\n").replace("\r", "\n"), one.label, one.secondary,
         one.annotator, one.note or "")
        for report in given.reports for one in report.labels
    }  # fmt: skip


def said_in(path: Path) -> set[tuple[object, ...]]:
    """Return what the passages of a project say."""
    taken = read_project(path, LABELS, READ)
    for each in taken.refused:
        print("   not taken:", each)
    return {
        (report.name, report.text[one.start : one.end], one.label, one.secondary, one.who, one.note)
        for report in taken.reports
        for one in report.passages
    }


class Bench:
    """Runs the driver, and counts what did not hold."""

    def __init__(self, python: str, source: str, schema: str, folder: Path) -> None:
        self._command, self._folder, self._runs, self.failed = [python, str(DRIVER), source], folder, 0, 0
        self._schema = etree.XMLSchema(etree.parse(schema)) if schema else None

    def through(self, data: bytes, *memos: str) -> dict[str, object]:
        """Return what QualCoder said of a project."""
        self._runs += 1
        given, folder = self._folder / f"{self._runs}.qdpx", self._folder / str(self._runs)
        given.write_bytes(data)
        ran = subprocess.run([*self._command, given, folder, *memos], capture_output=True, text=True, timeout=300, check=False)
        if ran.returncode:
            return {"error": ran.stderr.strip().rpartition("\n")[2]}
        found: dict[str, object] = json.loads(ran.stdout.strip().rpartition("\n")[2])
        return found

    def hold(self, what: str, is_so: bool) -> None:
        """Print whether something is so."""
        self.failed += not is_so
        print("ok  " if is_so else "LOST", what)

    def valid(self, what: str, package: io.BytesIO | str) -> None:
        """Print whether a project is valid by the standard's schema, if that was given."""
        if self._schema is None:
            return
        data = zipfile.ZipFile(package).read("project.qde")
        try:
            is_valid = self._schema.validate(etree.fromstring(data))
            print("valid  " if is_valid else "INVALID", what, *[f"\n   {each.message}" for each in self._schema.error_log][:3])
        except etree.XMLSyntaxError as error:
            print("INVALID", what, f"\n   not well-formed: {error}")


def there_and_back(bench: Bench) -> None:
    """Hold what comes back against what went out."""
    given = corpus()
    data = export_project(given)
    bench.valid("what we write", io.BytesIO(data))
    found = bench.through(data, "片段备注")
    assert "error" not in found, found
    held: dict[str, list[list[object]]] = found["held"]  # type: ignore[assignment]
    texts = {row[0]: str(row[2]) for row in held["sources"]}
    bench.hold(
        "its database holds each coding at its characters", all(texts[row[0]][row[1] : row[2]] == row[3] for row in held["codings"])
    )  # type: ignore[index, misc]
    wanted = sorted(text for _, text, _, second, *_ in said(given) for _ in range(1 + len(second)))  # type: ignore[arg-type]
    bench.hold("and they are the characters that went out", sorted(str(row[3]) for row in held["codings"]) == wanted)
    made = str(found["made"])
    bench.valid("what QualCoder writes of it", made)
    back = said_in(Path(made))
    first = {(*row[:5], str(row[5]).removesuffix("\n片段备注").removesuffix("片段备注")) for row in back}
    bench.hold("what it writes says the same: themes, second themes, sub-codes, memos, people", first == said(given))
    for row in sorted(map(str, first ^ said(given))):
        print("   ", row)
    bench.hold(
        "a memo that was put on two characters there stands in the note of the passage",
        any("片段备注" in str(row[5]) for row in back),
    )


def surprises(bench: Bench) -> None:
    """Print what QualCoder does with valid projects by others; nothing here depends on it."""
    plain = dict(text("学\r\n理论。".encode(), 3, 5))
    cases: list[tuple[str, dict[str, bytes], tuple[str, ...]]] = [
        ("a text in the XML (PlainTextContent)", text(None, 0, 2), ()),
        ("no origin", text(b"abcd", 0, 2, origin=""), ()),
        ("a byte order mark", text(b"\xef\xbb\xbfabcd", 0, 2), ()),
        ("CR LF", plain, ()),
        ("LF, then CR LF", text(b"a\nb\r\ncd", 5, 7), ()),
        ("a memo with &", text(b"abcd", 0, 2), ("a & b",)),
        ("two memos on spans", text(b"abcd", 0, 2), ("one", "two")),
        ("a plain text named a.pdf", text(b"abcd", 0, 2, name="a.pdf"), ()),
        ("a plain text named a.docx", text(b"abcd", 0, 2, name="a.docx"), ()),
    ]
    for what, members, memos in cases:
        found = bench.through(packed(members), *memos)
        print(f"-- {what}:", found.get("error") or coded(found))
        if "error" not in found:
            bench.valid(f"what it writes of {what}", str(found["made"]))
            with zipfile.ZipFile(str(found["made"])) as package:
                names = sorted(name.rpartition(".")[2] for name in package.namelist() if not name.endswith("/"))
            again = bench.through(Path(str(found["made"])).read_bytes())
            print("   members:", *names, "| its own project taken in again:", again.get("error") or coded(again))


def coded(found: dict[str, object]) -> object:
    """Return the text of the codings in its database."""
    held: dict[str, list[list[object]]] = found["held"]  # type: ignore[assignment]
    return [row[3] for row in held["codings"]], f"{len(held['annotations'])} memos"


def text(content: bytes | None, start: int, end: int, origin: str = "other", name: str = "a") -> dict[str, bytes]:
    """Return the members of a project with one text and one coding, valid by the standard."""
    guid = "00000000-0000-4000-8000-00000000000{}".format
    inside = "<PlainTextContent>abcd</PlainTextContent>" if content is None else ""
    path = "" if content is None else f' plainTextPath="internal://{guid(2)}.txt"'
    project = f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="p"{f' origin="{origin}"' if origin else ""}>
<CodeBook><Codes><Code guid="{guid(1)}" name="兴文化" isCodable="true"/></Codes></CodeBook>
<Sources><TextSource guid="{guid(2)}" name="{name}"{path}>{inside}
<PlainTextSelection guid="{guid(3)}" startPosition="{start}" endPosition="{end}">
<Coding guid="{guid(4)}"><CodeRef targetGUID="{guid(1)}"/></Coding></PlainTextSelection></TextSource></Sources></Project>"""
    return {"project.qde": project.encode()} | ({} if content is None else {f"sources/{guid(2)}.txt": content})


def packed(members: dict[str, bytes]) -> bytes:
    """Return members as a package."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return stream.getvalue()


def main() -> None:
    """Run both."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--python", required=True)
    asked.add_argument("--source", required=True)
    asked.add_argument("--schema", default="")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.python, given.source, given.schema, Path(folder))
        there_and_back(bench)
        surprises(bench)
    sys.exit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
