"""What the tests of outputs share: a report by hand, facts of a run, pages in a browser that may ask nothing of any machine."""

import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import FinishedReport, Noise, OutlineEntry, Tag
from pipeline.output import RunFacts

LABELS = load_label_set(locations.find("configs/labels.toml"))
ATTACK = (
    "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">\n"
    "\u202e翻转的文字\u2066隔离 =HYPERLINK(\"http://192.0.2.1/\") \"' onmouseover='document.title=1' 结束。\n"
    "铃\x07声\x00与转义\x1b[31m和半个\ud800字 &lt;b&gt; </u></span></p> {{ 7*7 }} ]]>"
)  # fmt: skip


@pytest.fixture(scope="session")
def facts():
    return RunFacts(LABELS, "demo 0123", dict.fromkeys(LABELS.names, 0.6), {}, ("坏<b>.pdf: 损坏",), "2026-11-22")


def make(lines, source="目录/报告.txt", digest="0" * 64):
    """Return a finished report of lines: a text with its theme, or a level and a theme for a heading, or a reason for noise."""
    text, tags, noise, outline = "", [], [], []
    names = LABELS.names
    for line, theme, *rest in lines:
        for number, part in enumerate(line if isinstance(line, tuple) else (line,)):
            start = len(text)
            text += part
            if theme in names:
                name = theme if number == 0 else names[(names.index(theme) + number) % len(names)]
                scores = {name: 0.5, names[0] if name != names[0] else names[1]: 0.3}
                extra = rest[0] if rest else {}
                tags.append(
                    Tag(
                        source,
                        len(tags),
                        start,
                        len(text),
                        part,
                        "",
                        name,
                        0.5,
                        scores,
                        tuple(scores)[1:],
                        extra.get("review", False),
                        tuple(extra.get("evidence", ())),
                        "demo 0123",
                    )
                )
                if "level" in extra:
                    outline.append(OutlineEntry(start, extra["level"]))
            else:
                noise.append(Noise(start, len(text), theme))
        text += "\n"
    return FinishedReport(source, digest, "utf-8", text, tuple(tags), tuple(noise), tuple(outline))


@pytest.fixture(scope="session")
def build():
    """Return the function that makes a report from lines."""
    return make


@pytest.fixture(scope="session")
def small():
    """A report with a title, headings, passages side by side, noise and evidence."""
    return make(
        [
            ("首页 > 新闻", "navigation"),
            ("临溪县宣传工作总结", "其他", {"level": 0}),
            ("一、理论学习", "举旗帜", {"level": 3}),
            ("学习理论，宣讲理论。", "举旗帜", {"evidence": [("理论", 0.3), ("宣讲", 0.1)]}),
            ("（一）书房", "兴文化", {"level": 4}),
            (("新建书房六座。", "媒体作了报道。"), "兴文化", {"review": True, "evidence": [("书房", 0.4)]}),
            ("记者：王一", "byline"),
        ]
    )


@pytest.fixture(scope="session")
def attack():
    """A report whose every line tries to be something else."""
    lines = ATTACK.split("\n")
    return make(
        [(lines[0], "举旗帜", {"level": 0, "evidence": [("<script>", 0.3)]}), (lines[1], "兴文化"), (lines[2], "育新人")],
        source='<b onclick="x">\u202etxt.exe"',
    )


@pytest.fixture(scope="session")
def seed_reports(root, default_model):
    """The five seeds, tagged by the shipped model."""
    from pipeline.batch.engine import tag_documents
    from pipeline.core.config import load_config
    from pipeline.read.isolated import read_files

    files = [path.relative_to(root).as_posix() for path in sorted((root / "seeds" / "reports").glob("*.txt"))]
    errors = []
    found = [report.finish() for report in tag_documents(read_files(files, load_config().read, errors.append), default_model)]
    assert errors == []
    return found
