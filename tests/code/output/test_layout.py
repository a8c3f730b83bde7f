import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import FinishedReport, Noise, OutlineEntry, Tag
from pipeline.output.layout import asides, blocks, emphasised, set_aside, shares


def tag(start, end, text, theme="其他", review=False):
    return Tag("a", start, start, end, text[start:end], "", theme, 0.9, {}, (), review, (), "m")


def laid_out(report):
    return [("".join(piece.text_of(report) for piece in block.pieces), block.rank) for block in blocks(report)]


def test_paragraphs_and_headings_are_those_of_the_source(small):
    assert laid_out(small) == [
        ("首页 > 新闻", None),
        ("临溪县宣传工作总结", 0),
        ("一、理论学习", 1),
        ("学习理论，宣讲理论。", None),
        ("（一）书房", 2),
        ("新建书房六座。媒体作了报道。", None),
        ("记者：王一", None),
    ]


def test_a_line_end_inside_a_passage_begins_no_paragraph():
    text = "断开的\n一行。下一句。\n新段。"
    report = FinishedReport("a", "", "utf-8", text, (tag(0, 7, text), tag(7, 11, text), tag(12, 15, text)), (), ())
    assert laid_out(report) == [("断开的\n一行。下一句。", None), ("新段。", None)]


def test_a_heading_with_text_behind_it_on_its_line_is_a_paragraph():
    text = "一、学习。学习。"
    report = FinishedReport("a", "", "utf-8", text, (tag(0, 5, text), tag(5, 8, text)), (), (OutlineEntry(0, 3),))
    assert laid_out(report) == [(text, None)]


def test_noise_that_overlaps_a_passage_gives_way_to_it():
    text = "甲乙丙丁戊己"
    noise = (Noise(0, 3, "syntax"), Noise(3, 4, "syntax"), Noise(3, 6, "syntax"))
    report = FinishedReport("a", "", "utf-8", text, (tag(2, 4, text),), noise, ())
    (block,) = blocks(report)
    assert [(piece.start, piece.end, piece.reason) for piece in block.pieces] == [(0, 2, "syntax"), (2, 4, None), (4, 6, "syntax")]


def test_lines_set_aside_side_by_side_belong_together(build):
    report = build([("图1：甲", "caption"), ("图2：乙", "caption"), ("正文。", "其他"), ("完", "furniture")])
    assert [(is_aside, len(group)) for is_aside, group in asides(blocks(report))] == [(True, 2), (False, 1), (True, 1)]


@st.composite
def reports(draw):
    text = draw(st.text(st.sampled_from("甲乙丙 \n\u3000\u2028\x0b\u200b"), max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    kinds = draw(st.lists(st.booleans(), min_size=len(spans), max_size=len(spans)))
    tags = tuple(tag(*span, text) for span, is_tag in zip(spans, kinds, strict=True) if is_tag)
    noise = tuple(Noise(*span, "byline") for span, is_tag in zip(spans, kinds, strict=True) if not is_tag)
    return FinishedReport("a", "", "utf-8", text, tags, noise, ())


@given(reports())
def test_only_white_space_between_paragraphs_is_left_out(report):
    pieces = [piece for block in blocks(report) for piece in block.pieces]
    assert all(first.end <= second.start for first, second in itertools.pairwise(pieces))
    assert re.sub(r"\s", "", "".join(piece.text_of(report) for piece in pieces)) == re.sub(r"\s", "", report.text)
    assert [piece.tag for piece in pieces if piece.tag] == list(report.tags)


def test_evidence_is_marked_longest_first_and_the_text_stays():
    runs = list(emphasised("公共文化与文化（a+b）", ["文化", "公共文化", "a+b", ""]))
    assert runs == [("公共文化", True), ("与", False), ("文化", True), ("（", False), ("a+b", True), ("）", False)]
    assert list(emphasised("无", [])) == [("无", False)]


def test_shares_count_characters_of_every_label(facts):
    text = "甲" * 10
    found = shares([tag(0, 6, text, "举旗帜", review=True), tag(6, 10, text, "兴文化")], facts.labels)
    assert [(share.theme, share.characters, share.share) for share in found if share.characters] == [
        ("举旗帜", 6, 0.6),
        ("兴文化", 4, 0.4),
    ]
    assert (found[0].passages, found[0].review) == (1, 1)
    assert len(found) == len(facts.labels.names)
    assert {share.share for share in shares([], facts.labels)} == {0}


def test_signs_of_markdown_between_passages_are_not_laid_out():
    text = "# 总结\n- **学习**。\n\n[x]: y\n"
    tags = (tag(2, 4, text), tag(9, 14, text))
    noise = (Noise(0, 1, "syntax"), Noise(5, 9, "syntax"), Noise(16, 22, "related links"))
    report = FinishedReport("a.md", "", "utf-8", text, tags, noise, (OutlineEntry(2, 0),))
    assert laid_out(report) == [("总结", 0), ("学习**。", None), ("[x]: y", None)]
    assert [each.reason for each in set_aside(report)] == ["related links"]
    other = FinishedReport("a.txt", "", "utf-8", text, tags, noise, (OutlineEntry(2, 0),))
    assert len(set_aside(other)) == 3
    assert laid_out(other) == [("# 总结", 0), ("- **学习**。", None), ("[x]: y", None)]
