import io
import json
import pkgutil
import zipfile
from pathlib import Path

import pytest
from wcwidth import wcswidth

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.errors import UsageError
from pipeline.core.records import Document, MadeTags, Noise, Tag, TaggedReport
from pipeline.output import FORMATS, composer_of, format_for, formats, writer_of
from pipeline.output.formats.table import fit, printable

LABELS = load_label_set(locations.find("configs/labels.toml"))


def tag(text, theme, review=False, noise=None):
    return Tag("a.txt", 0, 0, len(text), text, "", theme, 0.876, {}, (), review, (), "m 1", noise=noise)


def written(name, tags):
    stream = io.BytesIO()
    writer_of(name).write(
        iter([TaggedReport(Document("a.txt", "", "", "utf-8"), iter([MadeTags(tuple(tags), (Noise(0, 1, "byline"),))]))]),
        stream,
        LABELS,
    )
    return stream.getvalue().decode()


def test_the_format_comes_from_name_ending_or_terminal():
    assert format_for(None, None, is_terminal=True) == "table"
    assert format_for(None, None, is_terminal=False) == "jsonl"
    assert format_for(None, Path("x.JSONL"), is_terminal=True) == "jsonl"
    assert format_for("table", Path("x.jsonl"), is_terminal=False) == "table"
    with pytest.raises(UsageError, match=r"x\.pdf: no format for \.pdf; use \.jsonl \.ndjson \.table .*, or --format"):
        format_for(None, Path("x.pdf"), is_terminal=True)
    with pytest.raises(UsageError, match="--format pdf: unknown; known: jsonl table csv"):
        format_for("pdf", None, is_terminal=True)


def test_every_module_is_a_format():
    assert sorted(FORMATS) == sorted(module.name for module in pkgutil.iter_modules(formats.__path__))


def test_jsonl_is_one_object_a_line_in_utf8():
    lines = written("jsonl", [tag("办好\n书房", "兴文化"), tag("学理论", "举旗帜")]).splitlines()
    assert [json.loads(line)["theme"] for line in lines] == ["兴文化", "举旗帜"]
    assert "办好" in lines[0]


def test_the_table_shows_themes_scores_beginnings_and_shares(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    text = written("table", [tag("学" * 90, "举旗帜"), tag("办" * 30, "兴文化", review=True), tag("记者", "其他", noise="byline")])
    lines = text.splitlines()
    assert lines[0] == "a.txt  [utf-8]"
    assert lines[1].startswith("  举旗帜  0.88    学学")
    assert lines[1].endswith("…")
    assert "兴文化  0.88 ?  办" in lines[2]
    assert "(byline)" in lines[3]
    assert "  举旗帜   75.0%  " in text
    assert "  兴文化   25.0%  " in text
    assert "2 passages · 1 to review (?) · 1 set aside\n" in text


def test_the_table_is_in_the_language_of_the_process(monkeypatch):
    monkeypatch.setenv("MISSION_THEMES_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "40")
    tags = [tag("学" * 90, "举旗帜"), tag("办" * 30, "兴文化", review=True), tag("记" * 40, "其他", noise="byline")]
    lines = written("table", tags)
    assert "2 个段落 · 1 处待复核 (?) · 1 处已剔除\n" in lines
    assert "set aside" not in lines
    (aside,) = (line for line in lines.splitlines() if "(署名)" in line)
    assert wcswidth(aside) <= 40


def test_a_row_never_steers_the_terminal():
    text = written("table", [tag("红\x1b[31m字\r\n二行\u202e倒", "其他")])
    assert not {"\x1b", "\r", "\u202e"} & set(text)
    assert printable("a\x07b") == "a b"


def test_texts_are_cut_to_columns():
    assert fit("学习", 4) == "学习"
    assert fit("学习理论", 5) == "学习…"
    assert fit("abcdef", 4) == "abc…"


SHOWN = "抓学习强基础，见县政府网。"


@pytest.mark.parametrize("name", ["csv", "xlsx", "html", "docx"])
def test_people_read_no_sign_of_markdown_and_programs_have_the_source(name, facts, build):
    report = build([("抓学习**强基础**，见[县政府网](http://example.org/)。", "举旗帜")], source="工作.md")
    stream = io.BytesIO()
    composer_of(name).write([report], stream, facts)
    text = stream.getvalue().decode("utf-8-sig") if name in ("csv", "html") else "".join(_parts(stream))
    assert (SHOWN in text) == (name != "csv")
    assert ("学习**强" in text) == (name == "csv")


def _parts(stream):
    with zipfile.ZipFile(stream) as package:
        for part in package.namelist():
            if part.endswith(".xml"):
                yield package.read(part).decode()


def test_the_table_of_a_terminal_shows_no_sign_of_markdown():
    marked = Tag("a.md", 0, 0, 6, "**学习**", "", "举旗帜", 0.876, {}, (), False, (), "m 1")
    assert "0.88    学习\n" in written("table", [marked])
