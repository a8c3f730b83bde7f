"""What the tests of digests share: reports by hand, digests of them, and a digest of an attack."""

import io
from pathlib import Path

import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import FinishedReport, Noise, OutlineEntry, Tag
from pipeline.output import RunFacts
from pipeline.output.digest import writer_for
from pipeline.output.digest.gather import gather
from pipeline.output.digest.records import DigestOptions

LABELS = load_label_set(locations.find("configs/labels.toml"))
FIRST, SECOND, THIRD, *_ = LABELS.themes
READING = (
    "全县新建城市书房十二座，全年开展阅读活动三百余场，各族群众踊跃参加，书香社会建设取得新的成效，"
    "农家书屋全部完成提档升级，村村都有了借书还书的地方。"
)
HOSTILE = (
    "<script>document.title='hit'</script>",
    '=HYPERLINK("http://192.0.2.1/","x")',
    "\u202e翻转的文字\u2066隔离",
    "铃\x07声\x00转义\x1b[31m半个\ud800字\ufffe",
    "# 不是标题\n- 不是列表\n1. 不是编号\n[链接](http://192.0.2.1/) | 表 | *重* `码` ![图](x.png)",
    "{{ 7*7 }} ]]> &lt;b&gt; </p></w:t>",
)  # fmt: skip


def make(source, title, passages, lead=""):
    """Return a report of a title and passages, each a text with a theme and further fields of its tag."""
    text, tags, outline = lead, [], []
    if title:
        outline.append(OutlineEntry(len(text), 0))
        tags.append(Tag(source, 0, len(text), len(text) + len(title), title, "", FIRST, 0.9, {}, (), False, (), "demo 1"))
        text += f"{title}\n"
    for words, theme, *rest in passages:
        fields = {"heading": "", "score": 0.9, "review": False, "secondary": (), **(rest[0] if rest else {})}
        heading, score, secondary, review = (fields.pop(name) for name in ("heading", "score", "secondary", "review"))
        start = len(text)
        text += f"{words}\n"
        tags.append(
            Tag(
                source,
                len(tags),
                start,
                start + len(words),
                words,
                heading,
                theme,
                score,
                {},
                secondary,
                review,
                (),
                "demo 1",
                **fields,
            )
        )
    return FinishedReport(source, "0" * 64, "utf-8", text, tuple(tags), (Noise(0, 0, "byline"),), tuple(outline))


@pytest.fixture(scope="session")
def build():
    """Return the function that makes a report."""
    return make


@pytest.fixture(scope="session")
def run():
    return RunFacts(LABELS, "demo 0123", dict.fromkeys(LABELS.names, 0.6), {}, ("坏<b>.pdf: \u202e损坏",), "2026-11-22")


@pytest.fixture(scope="session")
def digest_of():
    """Return a function that makes the digest of reports."""

    def of(*reports, by="report", themes=LABELS.themes, least_score=0.0, most=None, resemblance=0.8, said=None):
        return gather(reports, DigestOptions(by, themes, least_score, most, resemblance), said or {})

    return of


@pytest.fixture(scope="session")
def written(run):
    """Return a function that writes a digest in a format and returns the bytes."""

    def write(name, digest, facts=run):
        stream = io.BytesIO()
        writer_for(Path(f"x.{name}")).write(digest, stream, facts)
        return stream.getvalue()

    return write


@pytest.fixture
def small(digest_of):
    """Four reports of two places and two years, with a repeated passage, pages, a second theme and a review."""
    return digest_of(
        make("甲/2022.docx", "临溪县2022年工作总结", [
            ("中心组集中学习十二次。", FIRST, {"heading": "临溪县2022年工作总结 > 一、理论学习", "page": 3, "score": 0.93}),
            (READING, SECOND, {"page": 4}),
            ("本单位有干部十七名。", LABELS.other),
        ]),
        make("甲/2023.docx", "临溪县2023年工作总结", [
            ("中心组集中学习十八次。", FIRST, {"page": 1, "score": 0.4, "review": True, "secondary": (THIRD,)}),
            (READING.replace("踊跃参加", "积极参加"), SECOND, {"page": 2}),
        ]),
        make("乙/a.xlsx", "", [("表中的一行说的是媒体。", THIRD, {"sheet": "汇总", "row": 7})]),
        make("乙/青石市2023年工作总结.txt", "青石市2023年工作总结", [("对外推介三场。", THIRD)]),
    )  # fmt: skip


@pytest.fixture
def attack(digest_of):
    """Reports whose name, headings and passages try to be something else."""
    passages = [(text, FIRST, {"heading": text}) for text in HOSTILE]
    return digest_of(
        make('<b onclick="x">\u202etxt.exe"', HOSTILE[0], passages),
        make("长.txt", HOSTILE[1], [("长" * 40_000, SECOND), ("=1+1", SECOND)]),
    )
