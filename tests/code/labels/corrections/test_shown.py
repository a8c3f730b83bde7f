"""What people corrected, as every output shows it; what the model said stays beside it."""

import csv as csv_module
import hashlib
import io
import json
import zipfile

import docx
import msgspec
import openpyxl
import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.records import FinishedReport, HumanLabel, Label, OutlineEntry, Tag
from pipeline.labels.corrections.shown import Corrections, apply
from pipeline.labels.corrections.workbook import read_returned
from pipeline.output import FORMATS, RunFacts, composer_of, writer_of
from pipeline.output.book import originals
from pipeline.output.digest.gather import gather
from pipeline.output.digest.records import DigestOptions
from pipeline.output.digest.wording import notes, source_line
from pipeline.output.layout import shares
from pipeline.output.page import render_report

KNOWN = load_label_set(locations.find("configs/labels.toml"))
RUN = RunFacts(KNOWN, "m 1", dict.fromkeys(KNOWN.names, 0.8), {}, (), "2026-11-22")
SENTENCES = ("县里办书房，送戏下乡。", "讲好故事，走向海外。", "学理论，讲党课。")


def tag(number, start, text, theme, score):
    return Tag(
        "甲.txt", number, start, start + len(text), text, "", theme, score, {theme: score}, (), score < 0.8, (("书房", 1),), "m 1"
    )


def report(*more):
    text, tags = "\n".join(SENTENCES), []
    for number, (words, theme, score) in enumerate(zip(SENTENCES, ("聚民心", "展形象", "举旗帜"), (0.51, 0.9, 0.95), strict=True)):
        tags.append(tag(number, text.index(words), words, theme, score))
    return FinishedReport("甲.txt", "9" * 64, "utf-8", text, (*tags, *more), (), ())


def label(start=0, end=11, name="育新人", **fields):
    return Label("甲.txt", "9" * 64, start, end, name, annotator=fields.pop("annotator", "王一"), origin="review", **fields)


def corrected(**fields):
    return apply(report(), [label(**{"secondary": ("兴文化",), "note": "=讲的是育人", **fields})])


def made(report, name):
    stream = io.BytesIO()
    if FORMATS[name].composed:
        composer_of(name).write([report], stream, RUN)
    else:
        writer_of(name).write(iter([report]), stream, KNOWN)
    return stream.getvalue()


# ---- which tag a correction is of


def test_what_the_person_says_stands_beside_what_the_model_said():
    first, *rest = corrected().tags
    assert first.correction == HumanLabel("育新人", "王一", ("兴文化",), "=讲的是育人")
    assert (first.theme, first.score, first.review) == ("聚民心", 0.51, True)
    assert (first.shown_theme, first.asks_review) == ("育新人", False)
    assert rest == list(report().tags[1:])
    assert [
        (share.theme, share.characters) for share in shares(corrected().tags, KNOWN) if share.theme in ("育新人", "聚民心")
    ] == [
        ("聚民心", 0),
        ("育新人", 11),
    ]


def test_a_correction_without_more_is_short_and_a_tag_without_one_is_as_it_was():
    assert json.loads(msgspec.json.encode(apply(report(), [label(annotator="")]).tags[0]))["correction"] == {"label": "育新人"}
    assert b"correction" not in msgspec.json.encode(report().tags[0])
    assert apply(report(), []) == report()


def test_the_later_one_wins_whoever_said_it():
    said = [label(), label(name="兴文化", annotator="李二")]
    assert apply(report(), said).tags[0].correction == HumanLabel("兴文化", "李二")
    assert apply(report(), said[::-1]).tags[0].correction == HumanLabel("育新人", "王一")


@pytest.mark.parametrize(
    ("start", "end", "themes", "not_shown"),
    [
        (0, 22, ["育新人", "育新人", "举旗帜"], 0),  # two passages of today were one
        (5, 31, ["聚民心", "育新人", "育新人"], 0),  # the first is covered in part only
        (0, 5, ["聚民心", "展形象", "举旗帜"], 1),
        (5, 11, ["聚民心", "展形象", "举旗帜"], 1),
        (11, 12, ["聚民心", "展形象", "举旗帜"], 1),
    ],
)
def test_where_the_model_cuts_in_another_way_what_is_covered_wholly_counts(start, end, themes, not_shown):
    found = apply(report(), [label(start, end)])
    assert [tag.shown_theme for tag in found.tags] == themes
    assert found.not_shown == not_shown


def test_what_was_set_aside_gets_no_theme():
    aside = msgspec.structs.replace(report().tags[2], segment=-1, noise="byline")
    found = apply(msgspec.structs.replace(report(), tags=(*report().tags[:2], aside)), [label(23, 31)])
    assert found.tags[2] == aside
    assert found.not_shown == 1


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
def test_a_report_is_known_by_its_file_or_its_text(prefix):
    by_text = msgspec.structs.replace(label(), sha256=hashlib.sha256(prefix + report().text.encode()).hexdigest())
    assert Corrections([by_text]).over(report()).tags[0].shown_theme == "育新人"
    assert Corrections([label()]).over(report()).tags[0].shown_theme == "育新人"
    assert Corrections([by_text, label(name="兴文化")]).over(report()).tags[0].shown_theme == "兴文化"
    other = msgspec.structs.replace(report(), sha256="8" * 64, text=report().text + "。")
    assert Corrections([by_text, label()]).over(other) == other
    broken = msgspec.structs.replace(report(), text="\ud800" + report().text[1:])
    assert Corrections([by_text]).over(broken) == broken


# ---- how it shows


def test_html_shows_the_theme_of_the_person_and_what_the_model_had_said():
    page = render_report(corrected(), RUN, "r1")
    place = KNOWN.names.index("育新人")
    assert f'class="passage theme-{place}" id="r1-p0"' in page
    said = "育新人，已更正（原：聚民心 51%）（王一），模型把握 51%"
    assert f'data-theme="{place}" data-score="0.51" data-corrected aria-label="{said}"' in page
    assert '<span class="theme">育新人</span><span class="said">已更正（原：聚民心 51%）</span>' in page
    assert 'aria-description="模型 聚民心，把握 51% · 更正次要主题 兴文化 · 批注 =讲的是育人 · 校对人 王一' in page
    assert "3 段 · 0 段待复核 · 1 段已校正 · " in page
    assert "待复核</span>" not in page
    confirmed = render_report(corrected(name="聚民心"), RUN, "r1")
    assert '<span class="theme">聚民心</span><span class="said">已确认</span>' in confirmed
    missed = render_report(apply(report(), [label(0, 5)]), RUN, "r1")
    assert "1 处更正的段落已变，未能显示" in missed
    assert "data-corrected" not in missed


def test_hostile_notes_stay_text_in_html():
    page = render_report(corrected(note='"><script>x</script>\u202e', annotator="<b>"), RUN, "r1")
    assert "<script>" not in page
    assert "<b>" not in page
    assert "\u202e" not in page


def test_word_has_it_in_chip_and_comment():
    document = docx.Document(io.BytesIO(made(corrected(), "docx")))
    (first, *_) = [comment.text for comment in document.comments]
    assert first.splitlines() == [
        "更正：育新人（王一）",
        "模型：聚民心，把握 51%",
        "更正次要主题：兴文化",
        "批注：=讲的是育人",
        "依据：书房",
    ]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert any(" 育新人 ✎ " in text for text in texts)
    assert any("0 段待复核 · 1 段已校正（✎）" in text for text in texts)
    confirmed = docx.Document(io.BytesIO(made(corrected(name="聚民心", annotator=""), "docx")))
    assert next(iter(confirmed.comments)).text.startswith("已确认：聚民心\n模型：聚民心，把握 51%\n")


def test_csv_has_columns_of_its_own_for_it():
    rows = list(csv_module.DictReader(io.StringIO(made(corrected(), "csv").decode("utf-8-sig"), newline="")))
    names = ("主题", "把握", "待复核", "更正主题", "更正次要主题", "批注", "校对人")
    assert [rows[0][name] for name in names] == ["聚民心", "0.51", "", "育新人", "兴文化", "'=讲的是育人", "王一"]
    assert [rows[1][name] for name in names[3:]] == [""] * 4


def test_json_lines_have_the_fields():
    lines = [json.loads(line) for line in made(corrected(), "jsonl").splitlines()]
    assert lines[0]["correction"] == {"label": "育新人", "who": "王一", "secondary": ["兴文化"], "note": "=讲的是育人"}
    assert (lines[0]["theme"], lines[0]["score"], lines[0]["review"]) == ("聚民心", 0.51, True)
    assert "correction" not in lines[1]


def test_the_table_marks_it():
    lines = made(corrected(), "table").decode().splitlines()
    assert lines[1].startswith("  育新人  0.51 ✎  县里办书房")
    assert lines[-2] == "3 passages · 0 to review (?) · 1 corrected (✎) · 0 set aside"
    assert "✎" not in made(report(), "table").decode()


def rows_of(sheet):
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_workbook_is_filled_in_and_counts_by_what_the_person_said():
    two = apply(report(), [label(secondary=("兴文化",), note="=讲的是育人")])
    two = msgspec.structs.replace(
        two, tags=(two.tags[0], msgspec.structs.replace(two.tags[1], score=0.3, review=True), two.tags[2])
    )
    book = openpyxl.load_workbook(io.BytesIO(made(two, "xlsx")))
    first = rows_of(book["段落"])[0]
    names = ("主题", "把握", "待复核", "更正主题", "更正次要主题", "批注", "校对人")
    assert [first[name] for name in names] == ["聚民心", 0.51, None, "育新人", "兴文化", "=讲的是育人", "王一"]
    assert [row["编号"] for row in rows_of(book["待复核"])] == ["1·2"]
    head, figures = (list(row) for row in book["报告"].iter_rows(min_row=2, max_row=3, values_only=True))
    assert figures[head.index("育新人")] == pytest.approx(11 / 29)
    assert figures[head.index("聚民心")] == 0
    assert "已校正 1 段" in "".join(str(row[1]) for row in book["说明"].iter_rows(values_only=True))


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_what_was_filled_in_is_no_correction_of_who_hands_it_in(tmp_path):
    assert returned(tmp_path, corrected(), {}) == []


def test_who_confirms_a_whole_workbook_confirms_what_was_filled_in_too(tmp_path):
    found = returned(tmp_path, corrected(), {}, whole=True)
    assert [(each.start, each.label) for each in found] == [(0, "育新人"), (12, "展形象"), (23, "举旗帜")]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"更正主题": "举旗帜"}, ("举旗帜", ("兴文化",), "=讲的是育人")),
        ({"更正次要主题": "兴文化 展形象"}, ("育新人", ("兴文化", "展形象"), "=讲的是育人")),
        ({"批注": "再看"}, ("育新人", ("兴文化",), "再看")),
    ],
)
def test_what_is_changed_in_a_row_that_was_filled_in_is_one(tmp_path, change, label):
    (found,) = returned(tmp_path, corrected(), change)
    assert (found.label, found.secondary, found.note) == label
    assert found.suggestion.label == "聚民心"


def test_a_note_of_many_lines_and_signs_comes_back_unchanged(tmp_path):
    assert returned(tmp_path, corrected(note=" 一\r\n二\u202e\x07 _x0041_ ", secondary=("兴文化", "举旗帜")), {}) == []


def returned(tmp_path, some, change, whole=False):
    """Return the corrections of a workbook in which the first row was changed."""
    path = tmp_path / "corrected.xlsx"
    path.write_bytes(made(some, "xlsx"))
    if change:
        book = openpyxl.load_workbook(path)
        heads = [cell.value for cell in book["段落"][1]]
        for name, value in change.items():
            book["段落"].cell(2, heads.index(name) + 1).value = value
        for row in book["段落"].iter_rows():
            for cell in row:
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        book.save(path)
    found = read_returned(path, KNOWN, load_config().read, whole).reports
    return [each for report in found for each in report.corrections]


def test_a_workbook_of_the_earlier_format_is_still_read():
    line = "".join(originals.encode(report())).replace('"format":2', '"format":1').replace(",null]", "]")
    found = originals.decode(line, "earlier.xlsx")
    assert found.format == 1
    assert [(span.theme, span.said) for span in found.spans] == [("聚民心", None), ("展形象", None), ("举旗帜", None)]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_corrections_give_the_same_bytes(name):
    assert made(corrected(), name) == made(corrected(), name)
    assert made(corrected(), name) != made(report(), name)


def test_the_comments_of_a_documents_own_file_have_it_too(tmp_path):
    document, path = docx.Document(), tmp_path / "甲.docx"
    document.add_paragraph(SENTENCES[0])
    document.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    own = FinishedReport(str(path), digest, "docx", SENTENCES[0] + "\n", (report().tags[0],), (), ())
    data = made(apply(own, [label()]), "docx")
    assert "更正：育新人（王一）" in "".join(comment.text for comment in docx.Document(io.BytesIO(data)).comments)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert "主题占比" in package.read("word/comments.xml").decode()


# ---- a digest


def digest_of(some, **options):
    return gather(
        [some],
        DigestOptions(**{"by": "report", "themes": KNOWN.themes, "least_score": 0.0, "most": None, "resemblance": 0.9, **options}),
        {},
    )


def test_a_digest_gathers_by_what_the_person_said_and_takes_it_for_sure():
    made = digest_of(corrected(), least_score=0.92)
    by_theme = {section.theme: [passage.text for passage in section.passages] for section in made.sections}
    assert by_theme["育新人"] == [SENTENCES[0]]
    assert by_theme["聚民心"] == by_theme["展形象"] == []
    assert (made.unsure, made.review) == (1, 0)
    assert made.total.of("育新人") == pytest.approx(11 / 29)
    (passage,) = next(section for section in made.sections if section.theme == "育新人").passages
    assert source_line(passage, made.reports) == "〔来源：《甲》 · 已校正 · 兼及兴文化〕"
    assert "标有“已校正”的段落，主题是人工更正或确认的。" in notes(made, RUN)
    assert not [line for line in notes(digest_of(report()), RUN) if "已校正" in line]


def test_of_the_surest_passages_those_that_a_person_judged_come_first():
    both = apply(report(), [label(name="举旗帜")])
    made = digest_of(both, most=1, themes=("举旗帜",))
    assert [passage.text for passage in made.sections[0].passages] == [SENTENCES[0]]


def test_a_heading_that_was_corrected_is_still_none_of_the_passages():
    titled = msgspec.structs.replace(corrected(), outline=(OutlineEntry(0, 0),))
    assert [len(section.passages) for section in digest_of(titled, themes=("育新人",)).sections] == [0]
