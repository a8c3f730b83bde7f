import sys
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Document
from pipeline.preprocess import lines as module
from pipeline.preprocess.clean import clean, normalise
from pipeline.preprocess.lines import broken_ends, find_lines, line_forms, wrapping_by, wrapping_of
from pipeline.read import read_report


def wrapped(text, width, indent):
    """Return a text with its lines cut at a width, as a mail program or a text recognition leaves them."""
    lines = []
    for line in text.splitlines():
        body = indent + line.strip() if line.strip() and line.strip()[-1] in "。！？；" else line.strip()
        lines += [body[i : i + width] for i in range(0, len(body), width)] or [""]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def reports(root, config):
    paths = islice(sorted((root / "seeds" / "written").glob("*/0[12]_*.txt")), 0, None, 5)
    return [read_report(path, config.read) for path in paths]


@pytest.mark.parametrize(("width", "indent", "least"), [(28, "\u3000\u3000", 0.88), (40, "\u3000\u3000", 0.88), (36, "", 0.85)])
def test_reports_wrapped_at_a_width_come_back(reports, config, width, indent, least):
    assert len(reports) > 10
    kept = total = 0
    for report in reports:
        whole = {line.strip() for line in normalise(report.text)[0].splitlines()}
        cleaned = clean(Document("t", wrapped(report.text, width, indent), "0", "utf-8"), config.clean)
        lines = [cleaned.text[line.start : line.end] for line in cleaned.lines]
        total += sum(map(len, lines))
        kept += sum(len(line) for line in lines if line in whole)
    assert kept / total > least


def test_reports_as_they_are_stay_as_they_are(root, config):
    for path in (root / "seeds").glob("*/**/*.txt"):
        text, _ = normalise(read_report(path, config.read).text)
        (lines,) = find_lines([text])
        assert broken_ends(text, lines, wrapping_of(text, lines)) == [], path.name


characters = st.one_of(st.sampled_from("字。， \n\n\t\u3000"), st.characters())


def known(found):
    """Return all that is known of the lines of texts, which can be compared."""
    assert all(lines.columns[:2].T.tolist() == [list(span) for span in lines.spans] for lines in found)
    return [(lines.spans, lines.doubtful, lines.open, lines.wide) for lines in found]


@given(st.lists(st.text(characters, max_size=40), min_size=1, max_size=4))
def test_lines_of_many_texts_are_those_of_each(texts):
    for text, lines in zip(texts, find_lines(texts), strict=True):
        assert [text[start:end] for start, end in lines.spans] == [line.strip() for line in text.split("\n") if line.strip()]
        assert known(find_lines([text])) == known([lines])


def test_a_long_text_is_gone_through_in_pieces(monkeypatch):
    text = "\n".join(["一、理论学习", "　全县举办宣讲活动，", "覆盖各镇。", "△现场 "] * 20)
    whole = known(find_lines([text]))
    monkeypatch.setattr(module, "_AT_ONCE", 16)
    assert known(find_lines([text])) == whole


def test_every_white_space_is_known():
    known = {chr(code) for code in range(sys.maxunicode + 1) if module._look_of()[code] & module._SPACE}
    assert known == {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("全县举办宣讲活动，\n覆盖各镇。", ["全县举办宣讲活动，覆盖各镇。"]),
        ("全县举办宣讲活动\n，覆盖各镇。", ["全县举办宣讲活动，覆盖各镇。"]),
        ("全县举办《宣讲\n》活动。", ["全县举办《宣讲》活动。"]),
        ("一、理论学习\n全县举办宣讲。", ["一、理论学习", "全县举办宣讲。"]),
        ("学习，\n一、理论", ["学习，", "一、理论"]),
        ("全县举办宣讲，\n\n覆盖各镇。", ["全县举办宣讲，", "覆盖各镇。"]),
        ("图书馆引进 AI，\nVR 设备。", ["图书馆引进 AI，VR 设备。"]),
        ("宣 传 思 想 文 化 工 作", ["宣传思想文化工作"]),
        ("总 结", ["总 结"]),
        ("党建引领 文化惠民 宣讲入户", ["党建引领 文化惠民 宣讲入户"]),
    ],
)
def test_breaks_in_mid_sentence(config, text, lines):
    cleaned = clean(Document("t", text, "0", "utf-8"), config.clean)
    assert [cleaned.text[line.start : line.end] for line in cleaned.lines] == lines


def test_latin_words_on_both_sides_of_a_break_stay_two(config):
    text = "\n".join(
        ["　　全县举办宣讲活动覆盖各个乡镇并且启用了全新的 smart"] + ["city 平台以及其他各类媒体的平台账号矩阵工程和服务群众"] * 4
    )
    cleaned = clean(Document("t", text, "0", "utf-8"), config.clean)
    assert "smart city 平台" in cleaned.text


def test_offsets_lead_back_over_a_joined_line(config):
    text = "全县举办宣讲活动，\n　　覆盖各镇。"
    cleaned = clean(Document("t", text, "0", "utf-8"), config.clean)
    line = cleaned.lines[0]
    assert cleaned.offsets.span(line.start, line.end) == (0, len(text))


def of(*lengths, width=20, stop="", indent=""):
    """Return lines of so many characters, each ended by ``stop``, and what was found of them."""
    text = "\n".join(indent + "字" * (length - len(stop)) + stop for length in lengths)
    return text, find_lines([text])[0]


@pytest.mark.parametrize(
    ("lengths", "is_wrapped"),
    [
        ((20, 20, 20, 9), True), ((20, 20, 20), False), ((18, 18, 18, 18), True), ((17, 17, 17, 17), False),
        ((120, 120, 120, 120), True), ((121, 121, 121, 121), False), ((20, 17, 17, 9), True), ((20, 16, 16, 9), False),
        ((20, 20, 9, 9, 9), True), ((20, 9, 9, 9), False),
    ],
)  # fmt: skip
def test_a_text_was_wrapped_where_two_fifths_of_its_lines_are_full(lengths, is_wrapped):
    """A full line has 85 % of the width, which is from 18 to 120 characters."""
    wrapping = wrapping_of(*of(*lengths))
    assert (wrapping is not None) == is_wrapped
    if wrapping:
        assert wrapping == module.Wrapping(0.85 * max(lengths), indented=False)


def test_lines_that_end_sentences_were_not_wrapped():
    assert wrapping_of(*of(*[20] * 6, stop="。")) is None
    text, lines = of(20, 20, 20, 20, 20)
    for ended, is_wrapped in ((3, True), (4, False)):  # two of five go on, or one
        some = text
        for _, end in lines.spans[:ended]:
            some = some[: end - 1] + "。" + some[end:]
        assert (wrapping_of(some, lines) is not None) == is_wrapped


@pytest.mark.parametrize(("indented", "lines", "says"), [(1, 20, True), (1, 21, False), (2, 21, True)])
def test_a_twentieth_of_its_lines_tells_that_paragraphs_are_indented(indented, lines, says):
    text = "首" * 20 + "\n" + "\n".join(("\u3000" if i < indented else "") + "字" * 20 for i in range(lines - 1))
    assert wrapping_of(text, find_lines([text])[0]).indented is says


def test_the_width_is_that_of_the_line_at_the_longest_fiftieth():
    assert wrapping_of(*of(*[20] * 99, 30)).full == pytest.approx(0.85 * 20)
    assert wrapping_of(*of(*[20] * 98, 30, 30)) is None  # two of a hundred: too few are full beside them
    assert wrapping_of(*of(*[20] * 48, 30)) is None


@given(
    st.lists(
        st.sampled_from(["字" * 20, "字" * 19 + "。", "　字。", "字" * 18 + "。”", "字” ", "字" * 30, ""]), min_size=1, max_size=40
    )
)
def test_lines_some_at_a_time_tell_how_all_were_wrapped(lines):
    text = "\n".join(lines)
    forms = []
    for first in range(0, len(lines), 7):
        some = "\n".join(lines[first : first + 7])
        forms.append(line_forms(some, find_lines([some])[0]))
    assert wrapping_by(forms) == wrapping_of(text, find_lines([text])[0])
