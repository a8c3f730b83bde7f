"""Paragraphs are whole whatever their spacing, indent and column; words are whole whatever is drawn beside or between them."""

import pytest
from printed import lines, pdf, shown

from pipeline.read.formats.pdf import read

STOCK = "村图书室新年里请老师写春联办讲座唱大戏演电影放映队下乡送书上门孩子们借阅读物记录家训评选好邻居活动热闹"


def text(count, start=0):
    """Return that many characters without punctuation, another run of them for another start."""
    repeated = STOCK * (count // len(STOCK) + 2)
    return repeated[start % len(STOCK) :][:count]


def paragraph(count, width, start, indent=2, end="。"):
    """Return the lines of a justified paragraph of ``count`` characters in a column of ``width`` characters."""
    whole = "　" * indent + text(count - 1, start) + end
    return [whole[i : i + width] for i in range(0, len(whole), width)]


def body(data, config):
    found = read(data, "x.pdf", config.read)
    noise = {mark.start for mark in found.marks if mark.kind == "noise"}
    position, kept = 0, []
    for line in found.text.split("\n"):
        if line and position not in noise:
            kept.append(line)
        position += len(line) + 1
    return kept


def drawn(rows, x=60, y=770, pitch=18.0, size=12):
    """Return the drawing of lines; ideographic spaces at a line's start only move it."""
    parts = []
    for i, row in enumerate(rows):
        moved = len(row) - len(row.lstrip("　"))
        parts.append(shown(row.lstrip("　"), x + moved * size, y - pitch * i, size))
    return b"".join(parts)


def whole(rows):
    return "".join(rows).replace("　", "")


@pytest.mark.parametrize("pitches", [(18.0, 21.5), (18.0, 28.0), (24.0, 16.0)])
def test_pages_of_two_line_spacings_have_whole_paragraphs(config, pitches):
    paragraphs = [[paragraph(170 + 9 * i, 39, 7 * i + page) for i in range(5)] for page in range(2)]
    pages = [drawn([row for one in page for row in one], pitch=pitch) for page, pitch in zip(paragraphs, pitches, strict=True)]
    short = drawn([f"{text(5, i)}：{text(9, i + 5)}" for i in range(30)])
    assert body(pdf(short, *pages), config)[30:] == [whole(one) for page in paragraphs for one in page]


@pytest.mark.parametrize("indent", [0, 2], ids=["flush", "indented"])
@pytest.mark.parametrize(("left", "width"), [(89, 35), (108, 32), (84, 36)])
def test_text_that_is_set_in_as_a_whole_has_whole_paragraphs(config, indent, left, width):
    around = [paragraph(150, 39, i) for i in range(4)]
    inside = [paragraph(52 + i, width, 11 * i, indent=indent, end="；") for i in range(6)]
    inside = [
        [f"{'一二三四五六'[i]}、{row}" if not j and not indent else row for j, row in enumerate(one)]
        for i, one in enumerate(inside)
    ]
    first = drawn([row for one in around for row in one], pitch=20)
    second = drawn([row for one in inside for row in one], x=left, pitch=20)
    third = drawn([row for one in around for row in one], y=770 - 20 * sum(map(len, inside)), pitch=20)
    expected = [whole(one) for one in (*around, *inside, *around)]
    assert body(pdf(first, second + third), config) == expected


@pytest.mark.parametrize("sign", ["［1］", "[12]", "①"])
def test_the_sign_of_a_note_behind_punctuation_stays_in_its_column(config, sign):
    columns = []
    for x in (56, 308):
        rows = [row for i in range(8) for row in paragraph(98, 22, i + x)]
        columns.append((x, rows))
    content = b"".join(drawn(rows, x=x, y=640, pitch=16, size=10.5) for x, rows in columns)
    ends = [i for i, row in enumerate(columns[0][1]) if row.endswith("。")]
    at = ends[3]
    inserted = shown(sign, 56 + 10.5 * (len(columns[0][1][at]) - 0.6), 640 - 16 * at + 5.3, 6)
    parts = content.split(b"\n")
    parts.insert(at + 1, inserted.strip())
    found = body(pdf(b"\n".join(parts)), config)
    assert len(found) == 16
    assert found[3] == whole(columns[0][1][ends[2] + 1 : at + 1]) + sign


@pytest.mark.parametrize("lefts", [((82, 334), (56, 308)), ((50, 200, 350), (80, 230, 380))], ids=["two", "three"])
def test_columns_stay_columns_where_margins_change_sides(config, lefts):
    width = 22 if len(lefts[0]) == 2 else 12
    pages, expected = [], []
    for number in range(4):
        content = b""
        for column, x in enumerate(lefts[number % 2]):
            ones = [paragraph(4 * width + 3, width, 3 * i + column + number) for i in range(6)]
            content += drawn([row for one in ones for row in one], x=x, pitch=16, size=10.5)
            expected += [whole(one) for one in ones]
        pages.append(content)
    assert body(pdf(*pages), config) == expected


def test_a_long_cell_keeps_its_paragraphs_and_a_short_row_stays_a_row(config):
    content, y, expected = b"", 770, []
    for label in ("预期成果", "活动计划", "组织方式"):
        items = [f"{i}.{text(75 + 9 * i, 5 * i)}。" for i in (1, 2, 3)]
        rows = [item[j : j + 30] for item in items for j in range(0, len(item), 30)]
        content += shown(label, 70, y) + drawn(rows, x=150, y=y, pitch=20)
        y -= 20 * len(rows) + 20
        expected += [label, *items]
    for i, name in enumerate(("甲", "乙")):
        content += shown(f"单位{name}", 70, y - 20 * i) + shown(f"场次{i}", 150, y - 20 * i) + shown("完成", 260, y - 20 * i)
    assert body(pdf(content), config) == [*expected, "单位甲\t场次0\t完成", "单位乙\t场次1\t完成"]


def test_a_larger_title_right_above_a_table_is_no_part_of_its_first_cell(config):
    content = shown("做法汇总", 70, 770, 14)
    rows = [("单位", "主要做法"), ("甲镇", text(30)), ("乙镇", text(30, 7))]
    for i, (name, said) in enumerate(rows):
        content += shown(name, 70, 748 - 20 * i, 11) + drawn([said[:18], said[18:]][: 1 + (i > 0)], x=150, y=748 - 20 * i, size=11)
    assert body(pdf(content), config)[0] == "做法汇总"


def test_a_label_written_one_under_the_other_in_a_cell_is_one_word(config):
    rows = [text(28, 3 * i) for i in range(4)]
    content = drawn(list("策划说明"), x=70, pitch=20) + drawn([*rows, f"{text(6)}。"], x=150, pitch=20)
    content += shown("组织者", 70, 640) + shown("县委宣传部", 150, 640)
    assert body(pdf(content), config)[0].split("\t")[0] == "策划说明"


def test_a_first_line_that_comes_again_on_another_page_is_text_where_it_runs_on(config):
    page = [row for i in range(8) for row in paragraph(170, 39, 0)]
    assert len(body(pdf(drawn(page, pitch=18), drawn(page, pitch=18)), config)) == 16


@pytest.mark.parametrize("names", [("县委宣传部", "教育局", "文化和旅游局"), ("总工会", "文联"), ("档案馆",)])
def test_words_that_are_spread_over_a_line_have_no_gaps(config, names):
    content = b""
    for i, name in enumerate(names):
        step = (300 - 12) / (len(name) - 1)
        content += b"".join(shown(c, 90 + step * j, 770 - 20 * i) for j, c in enumerate(name))
    rows = paragraph(90, 35, 3)
    found = body(pdf(content + drawn(rows, x=90, y=770 - 20 * len(names) - 10)), config)
    assert found == [*names, whole(rows)]


def test_a_table_of_single_ideographs_stays_a_table(config):
    content = b"".join(
        shown(c, 90 + 60 * j, 770 - 20 * i) for i, row in enumerate(("优良中差", "甲乙丙丁")) for j, c in enumerate(row)
    )
    content += b"".join(shown(f"{n}人", 86 + 60 * j, 730) for j, n in enumerate((31, 42, 53, 64)))
    assert body(pdf(content), config)[1:] == ["甲\t乙\t丙\t丁", "31人\t42人\t53人\t64人"]


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<ruby>宣传<rt>xuān chuán</rt></ruby>", "宣传"),
        ("<ruby>宣<rt>xuān</rt>传<rt>chuán</rt></ruby>", "宣传"),
        ("<ruby>宣传<rt>ㄒㄩㄢ ㄔㄨㄢˊ</rt></ruby>", "宣传"),
        ("<span style='text-emphasis:filled dot'>宣传</span>", "宣传"),
        ("<span style='text-emphasis:open circle;text-emphasis-position:under right'>宣传</span>", "宣传"),
        ("<span style='text-emphasis:filled sesame'>宣传</span>", "宣传"),
        ("<span style='text-shadow:2px 2px 1px #888'>宣传</span>", "宣传"),
        ("<span style='-webkit-text-stroke:1px red'>宣传</span>", "宣传"),
    ],
)
def test_what_chromium_draws_at_words_is_not_in_their_sentence(chromium, tmp_path, config, inner, said):
    source = tmp_path / "page.html"
    sentence = "全县{}思想工作会议召开，各单位各乡镇主要负责人参加会议，会议部署下一年度重点工作。" * 3
    source.write_text(
        f"<meta charset=utf-8><p>{sentence.format(inner, inner, inner)}</p><p>{sentence.format(*[inner] * 3)}</p>", "utf-8"
    )
    found = body(chromium("pdf", source, tmp_path / "page.pdf").read_bytes(), config)
    assert found == [sentence.format(*[said] * 3)] * 2


def test_a_small_line_above_a_heading_is_no_pronunciation(config):
    content = shown("Lesson 3: nǐ hǎo and other greetings of the county", 72, 786, 9) + lines("汉语课堂", f"{text(30)}。", size=14)
    assert any("greetings" in line for line in body(pdf(content), config))


def test_a_mark_that_hangs_over_the_margin_does_not_move_it(config):
    paragraphs = [paragraph(36 * 3 + 20, 36, 9 * i) for i in range(10)]
    paragraphs = [[rows[0], rows[1] + "：“", *rows[2:]] for rows in paragraphs]
    assert body(pdf(drawn([row for one in paragraphs for row in one])), config) == [whole(one) for one in paragraphs]


@pytest.mark.parametrize("indent", [0, 2])
@pytest.mark.parametrize(
    "signed",
    [
        ["某县委宣传部", "某县文化和旅游局", "二〇二四年十二月三十日"],
        ["某县委宣传部", "某县文旅广局", "二〇二四年十二月三十日"],  # names of one length begin at one place
        ["某县委宣传部", "某县文旅广局", "某县教体育局", "某县总工会会"],
    ],
)
def test_who_signs_at_the_right_edge_runs_into_nothing(config, signed, indent):
    size, right = 12, 72 + 36 * 12
    text = [row for i in range(4) for row in paragraph(98, 36, i, indent=indent)]
    drawing = drawn(text, y=760, pitch=20)
    below = 760 - 20 * len(text)
    drawing += b"".join(shown(line, right - size * len(line), below - 20 * i, size) for i, line in enumerate(signed))
    drawing += shown("附件：活动统计表", 72 + indent * size, below - 20 * len(signed), size)
    assert body(pdf(drawing), config)[4:] == [*signed, "附件：活动统计表"]


@pytest.mark.parametrize("date", ["2024年12月30日", "二〇二四年十二月"])
@pytest.mark.parametrize("second", ["某县文化和旅游局", "某县文旅广局"])
def test_who_signs_beside_another_does_not_run_into_the_date_below(config, second, date):
    text = [row for i in range(4) for row in paragraph(98, 36, i, indent=0)]
    below = 740 - 20 * len(text)
    drawing = drawn(text, y=760, pitch=20) + shown("某县委宣传部", 90, below, 12) + shown(second, 340, below, 12)
    found = body(pdf(drawing + shown(date, 352, below - 20, 12)), config)[4:]
    assert found == ["某县委宣传部", second, date]


def test_a_sentence_in_the_right_half_of_a_page_stays_whole(config):
    text = [row for i in range(4) for row in paragraph(98, 36, i, indent=0)]
    aside = ["（本表由各镇逐月报送，数据", "截至十二月三十日，以县局为", "准。）"]
    drawing = drawn(text, y=760, pitch=20)
    drawing += b"".join(shown(line, 72 + 23 * 12, 760 - 20 * (len(text) + i), 12) for i, line in enumerate(aside))
    assert body(pdf(drawing), config)[4:] == ["".join(aside)]
