import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.read.formats.rtf import read

FONTS = r"{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fcharset0 Arial;}{\f2\fcharset2 Wingdings;}{\f3\fcharset136 Ming;}}"
STYLES = (
    r"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 heading 1;}{\s2\sbasedon1 mine;}{\s3 Title;}{\s4 toc 1;}{\s5\sbasedon5 loop;}"
    r"{\*\cs10 Default Font;}}"
)


def encoded(text, encoding="gb18030"):
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def points(text, fallback="?"):
    codes = text.encode("utf-16-le")
    values = [int.from_bytes(codes[i : i + 2], "little", signed=True) for i in range(0, len(codes), 2)]
    return "".join(f"\\u{value}{fallback}" for value in values)


def rtf(body):
    return (r"{\rtf1\ansi\ansicpg936\deff0" + FONTS + STYLES + r"{\info{\title secret}}" + "\n" + body + "}").encode("ascii")


@pytest.fixture
def lines(config):
    return lambda body: read(rtf(body), "x.rtf", config.read).text.split("\n")


def test_text_comes_in_code_pages_and_in_code_points(lines):
    assert lines(
        r"\f0 " + encoded("宣传工作") + r"\par " + points("龘𠮷乡") + r"\par {\f3 " + encoded("報告", "cp950") + r"}\par"
    ) == [
        *("宣传工作", "龘𠮷乡", "報告"),
    ]


def test_a_character_may_end_in_a_plain_byte(lines):
    assert "乗".encode("gb18030") == b"\x81\x5c"
    assert lines(r"\f0 \'81\'5c\'81A\par") == ["乗丄"[:1] + b"\x81A".decode("gb18030")]


def test_stand_ins_of_code_points_are_skipped(lines):
    assert lines(r"\uc2\u23459\'d0\'fb\u20256\'b4\'ab" + r"{\uc1\u24037?}" + r"\uc0\u20316 a\par") == ["宣传工作a"]


def test_signs_and_symbols(lines):
    assert lines(r"a\emdash\endash\ldblquote b\rdblquote\~\{\}\\\tab c\line d{\f2\'fe}\par") == ["a—–“b”\xa0{}\\\tc", "d☑"]


def test_bytes_that_fit_no_code_page_show(lines):
    assert lines(r"{\f1 caf\'e9}\par\f0 \'ff\par") == ["café", "ÿ"]


def test_a_damaged_byte_costs_no_more_than_itself(lines):
    text = "全县开展理论宣讲一百二十场受众三万人次"
    assert lines(r"\pard " + encoded(text) + r"\'a3 on\par") == [text + "\ufffd on"]
    assert lines(r"\pard " + encoded(text)[:-4]) == [text[:-1] + "\ufffd"]
    assert lines(r"\pard caf\'e9\par") == ["café"]  # of another code page
    assert lines(r"\pard caf\'e9 is good and long enough text here\par") == ["café is good and long enough text here"]


def test_pictures_instructions_and_hidden_text_are_passed_over(config):
    body = rb"{\rtf1 a{\pict\pngblip 89504e47}{\*\shppict{\pict\bin7 }}{\par}}{\field{\*\fldinst DATE}{\fldrslt 2024}}"
    assert read(body + rb"{\v hidden}{\deleted gone}{\*\unknown x}b\par}", "x.rtf", config.read).text == "a2024b"


def test_headings_have_marks(config):
    body = r"\pard\s3 Title A\par\pard\s1 One\par\pard\s2 Two\par\pard\outlinelevel1 Three\par\pard\s4 One 1\par\pard\s5 Body\par"
    content = read(rtf(body), "x.rtf", config.read)
    marks = [(content.text[mark.start : mark.end], mark.kind, mark.level) for mark in content.marks]
    assert marks == [
        ("Title A", "heading", 0),
        ("One", "heading", 1),
        ("Two", "heading", 1),
        ("Three", "heading", 2),
        ("One 1", "noise", 0),
    ]


def test_numbers_of_lists_stand_before_their_paragraphs(lines):
    assert lines(r"{\listtext\f0 " + encoded("一、") + r"\tab}\f0 " + encoded("学习") + r"\par{\pntext 1.\tab}2024\par") == [
        "一、学习",
        "1. 2024",
    ]


def test_tables_are_rows_or_paragraphs(config):
    body = r"\trowd\intbl a\cell b\cell\row\pard\trowd\intbl one\par two\cell c\cell\row"
    body += r"\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\nestrow}{\nonesttables\par}"
    body += r"\pard\intbl out\cell\row\pard end\par"
    content = read(rtf(body), "x.rtf", config.read)
    assert content.text.split("\n") == ["a\tb", "one two\tc", "x\ty", "out", "end"]
    assert [mark.kind for mark in content.marks] == ["row", "row", "row"]


def test_a_table_that_is_never_ended_is_not_lost(lines):
    assert lines(r"\intbl a\cell b\cell\pard end") == ["a", "b", "end"]


def test_notes_and_boxes_follow_and_margins_stand_at_the_end(config):
    body = r"{\header\pard page head\par}{\footer foot}{\headerl page head\par}text{\footnote\pard note\par}"
    body += r"{\shp{\*\shpinst\shpleft0{\sp{\sn a}{\sv b}}{\shptxt\pard box\par}}{\shprslt box}} on\par next\par"
    content = read(rtf(body), "x.rtf", config.read)
    assert content.text.split("\n") == ["text on", "note", "box", "next", "page head", "foot"]
    assert [mark.reason for mark in content.marks] == ["page header", "page footer"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"plain text", "not an RTF document"),
        (rtf(r"text\par")[:-20], "damaged or cut short"),
        (b"{\\rtf1" + b"{" * 20_000, "nested too deep"),
        (b"{\\rtf1 a\\bin9999999999 b}", "damaged or cut short"),
    ],
)
def test_what_is_no_rtf_is_refused(data, message, config):
    with pytest.raises(InputError, match=message):
        read(data, "x.rtf", config.read)


def test_a_large_picture_costs_little(config):
    picture = rb"{\pict\pngblip " + (b"89504e47" * 16 + b"\n") * 150_000 + rb"}{\pict\bin5000000 " + b"{}\\" * 1_666_666 + b"  }"
    started = time.perf_counter()
    assert read(b"{\\rtf1 a" + picture + b"b\\par}", "x.rtf", config.read).text == "ab"
    assert time.perf_counter() - started < 5


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=40))
def test_any_text_comes_back(config, text):
    assert read(rtf(points(text) + r"\par end"), "x.rtf", config.read).text == "\n".join(filter(None, [text, "end"]))


@given(
    st.lists(
        st.sampled_from(
            [
                r"{",
                r"}",
                r"\par ",
                r"\cell ",
                r"\row ",
                r"\nestrow ",
                r"\itap3 ",
                r"\footnote ",
                r"\header ",
                r"\u65 ",
                r"\'b0",
                "x",
                r"\s1 ",
                r"\ls1 ",
                r"\ilvl1 ",
                r"{\*\listtable ",
                r"{\list ",
                r"{\listlevel ",
                r"{\leveltext ",
                r"\'05",
                r"\u-10179 ",
                r"\u-1 ",
                r"\listid1 ",
                r"{\*\listoverridetable ",
                r"{\listoverride ",
                r"{\lfolevel ",
                r"\levelstartat-3 ",
                r"{\*\pn ",
                r"\pnlvlblt ",
                r"{\pntxtb ",
            ]
        )
    )
)
def test_damaged_rtf_gives_text_or_an_error_of_one_line(config, tokens):
    try:
        content = read(rtf("".join(tokens)), "x.rtf", config.read)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert content.text.count("x") <= tokens.count("x") * (1 + len(tokens)) + 1  # a level's text stands at each of its items


def field(instruction, result="", extra=""):
    return r"{\field{\*\fldinst{" + instruction + extra + r"}}{\fldrslt{" + result + "}}}"


@pytest.mark.parametrize(
    ("instruction", "shown"),
    [
        (r" EQ \\* jc0 \\o\\ad(\\s\\up 9(x\u257?n)," + points("宣") + ")", "宣"),
        (r"eq \\o\\ac(" + points("○,印") + ")", "印"),
        (r"eq \\o\\ac(" + points("○") + r",\\s\\up 2(" + points("密") + "))", "密"),
        (r" EQ \\f(1,2)", "1/2"),
    ],
)
def test_equations_show_their_characters_without_pinyin_and_circles(lines, instruction, shown):
    assert lines(points("前") + field(instruction) + points("后") + r"\par") == [f"前{shown}后"]
    assert lines(points("前") + field(instruction, points("旧值")) + points("后") + r"\par") == [f"前{shown}后"]


def test_an_instruction_shows_nothing_and_a_result_does(lines):
    inner = field("DOCPROPERTY x", points("内层"))
    assert lines(field(" IF " + inner + ' = "" "a" "b" ', points("三百场")) + points("。") + r"\par") == ["三百场。"]


def test_lists_and_boxes_of_forms_show_what_is_chosen(lines):
    entries = r"{\*\ffl " + points("理论宣讲") + r"}{\*\ffl " + points("群众文化") + "}"
    for result, chosen in ((r"\ffres1", "群众文化"), (r"\ffres25\ffdefres0", "理论宣讲"), (r"\ffdefres1", "群众文化")):
        form = r"{\*\formfield{\fftype2" + result + r"{\*\ffname Type}" + entries + "}}"
        assert lines(points("类型：") + field("FORMDROPDOWN", "", form) + points("活动") + r"\par") == [f"类型：{chosen}活动"]
    for result, box in ((r"\ffres1", "☑"), (r"\ffres25\ffdefres1", "☑"), (r"\ffres0\ffdefres1", "□")):
        form = r"{\*\formfield{\fftype1" + result + "}}"
        assert lines(points("完成：") + field("FORMCHECKBOX", "", form) + r"\par") == [f"完成：{box}"]


def test_a_drop_cap_and_a_hidden_end_go_on_in_the_next_paragraph(lines):
    assert lines(r"\pard\dropcapli3\dropcapt1 " + points("春") + r"\par\pard " + points("风化雨。") + r"\par") == ["春风化雨。"]
    assert lines(points("一是学习。") + r"{\v\spv\par}\pard " + points("全年三十场。") + r"\par") == ["一是学习。全年三十场。"]
    assert lines(r"{\v " + points("隐藏") + r"\par}" + points("正文") + r"\par") == ["正文"]
    assert lines(points("正文") + r"\par\pard\dropcapt1 " + points("末") + r"\par") == ["正文", "末"]


def test_the_text_of_word_art_stands_before_its_paragraph(lines):
    art = r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 136}}{\sp{\sn gtextUNICODE}{\sv " + points("某县文件") + "}}}}"
    assert lines(art + points("正文") + r"\par") == ["某县文件", "正文"]


def test_the_indent_of_a_first_line_tells_where_a_sentence_was_broken(lines):
    full = points("今年以来，全县新建城市书房六座，开放时间延长。")
    body = r"\pard\fi480 " + full + r"\par " + points("县文明办组织志愿者，开") + r"\par\pard " + points("展活动四十场。") + r"\par"
    assert lines(body + r"\pard\cufi200 " + full + r"\par")[1] == "县文明办组织志愿者，开展活动四十场。"


def test_the_style_of_a_heading_of_contents_is_told_from_its_entries(config):
    styles = STYLES.replace(r"{\s4 toc 1;}", r"{\s4 toc 1;}{\s6 TOC Heading;}")
    data = rtf(r"\pard\s6 " + points("会议纪要") + r"\par\pard " + points("会议研究了书屋。") + r"\par").replace(
        STYLES.encode(), styles.encode()
    )
    assert [(mark.kind, mark.level) for mark in read(data, "x.rtf", config.read).marks] == [("heading", 0)]


def level(form, text, more=""):
    shown = rf"{{\leveltext\leveltemplateid9{text};}}{{\levelnumbers\'01;}}\fi-420"
    return rf"{{\listlevel\levelnfc{form}\levelnfcn{form}\leveljc0\levelstartat1{more}{shown}}}"


def table(*lists, uses=r"{\listoverride\listid7\listoverridecount0\ls1}"):
    found = "".join(
        rf"{{\list\listtemplateid{i}\listhybrid{''.join(levels)}{{\listname ;}}\listid{7 + i}}}" for i, levels in enumerate(lists)
    )
    return rf"{{\*\listtable{{\*\listpicture x}}{found}}}{{\*\listoverridetable{uses}}}"


def item(text, depth=0, number=1):
    return rf"\pard\plain\ls{number}\ilvl{depth}\f0 {encoded(text)}\par"


OUTLINE = (
    level(39, r"\'02\'00" + points("、")),
    level(39, r"\'03" + points("（") + r"\'01" + points("）")),
    level(0, r"\'02\'02."),
    level(28, r"\'01\'03"),
    level(23, r"\'01" + points("\uf0b7")),
)


def test_numbers_of_lists_are_counted_where_none_is_written(lines):
    body = item("学习") + item("理论", 1) + item("宣讲", 1) + item("进村", 2) + item("入户", 3) + item("见面", 3) + item("发书", 4)
    assert lines(
        table(OUTLINE) + body + item("活动") + item("展览", 1) + r"\pard\f0 " + encoded("说明") + r"\par" + item("队伍")
    ) == [
        *(
            "一、学习",
            "（一）理论",
            "（二）宣讲",
            "1. 进村",
            "①入户",
            "②见面",
            "• 发书",
            "二、活动",
            "（一）展览",
            "说明",
            "三、队伍",
        ),
    ]


def test_a_number_that_is_written_goes_before_the_one_that_is_counted(lines):
    written = r"\pard\plain{\listtext\f0 " + encoded("（十）") + r"\tab}\ls1\ilvl0\f0 " + encoded("学习") + r"\par"
    assert lines(table(OUTLINE) + written + item("活动")) == ["（十）学习", "二、活动"]


@pytest.mark.parametrize(
    ("form", "text", "shown"),
    [
        (0, r"\'04" + points("第") + r"\'00" + points("章") + r" ", "第1章 甲"),
        (1, r"\'02\'00.", "I. 甲"),
        (4, r"\'02\'00)", "a) 甲"),
        (11, r"\'02\'00" + encoded("、"), "一、甲"),
        (18, r"\'01\'00", "①甲"),
        (22, r"\'01\'00", "01 甲"),
        (30, r"\'02\'00" + points("、"), "甲、甲"),
        (38, r"\'02\'00" + points("、"), "壹、甲"),
        (255, r"\'02" + points("注："), "注：甲"),
        (23, r"\'01\'b7", "• 甲"),
        (77, r"\'01\'00", "1 甲"),
        (0, "", "甲"),
        (0, r"\'05" + points("𠮷") + r"\'00\u-1 ?\u-10179 ?", "𠮷1� 甲"),
    ],
)
def test_the_text_of_a_level_stands_around_its_number(lines, form, text, shown):
    assert lines(table([level(form, text)]) + item("甲")) == [shown]


def test_a_list_may_start_elsewhere_and_take_other_levels(lines):
    uses = (
        r"{\listoverride\listid7\listoverridecount0\ls1}"
        r"{\listoverride\listid7\listoverridecount1{\lfolevel\listoverridestartat\levelstartat5}\ls2}"
        r"{\listoverride\listid7\listoverridecount1{\lfolevel\listoverrideformat" + level(3, r"\'02\'00.") + r"}\ls3}"
    )
    found = lines(
        table(OUTLINE, uses=uses)
        + item("甲")
        + item("乙", number=2)
        + item("丙", number=2)
        + item("丁", number=3)
        + item("戊", number=9)
    )
    assert found == ["一、甲", "五、乙", "六、丙", "G. 丁", "戊"]


def test_a_level_may_count_on_and_show_figures_of_the_levels_above(lines):
    levels = [level(39, r"\'01\'00"), level(0, r"\'03\'00.\'01", r"\levellegal1\levelnorestart1")]
    body = item("甲") + item("子", 1) + item("乙") + item("丑", 1)
    assert lines(table(levels) + body) == ["一 甲", "1.1 子", "二 乙", "2.2 丑"]


def test_what_is_hidden_or_in_a_note_does_not_count(lines):
    hidden = r"\pard\plain\ls1\ilvl0\v\f0 " + encoded("无") + r"\par\v0"
    noted = r"\pard\plain\ls1\ilvl0\f0 " + encoded("乙") + r"{\footnote\f0 " + encoded("附注") + r"}\par"
    assert lines(table(OUTLINE) + item("甲") + hidden + noted + item("丙")) == ["一、甲", "二、乙", "附注", "三、丙"]


def test_numbers_of_word_6_are_counted_where_none_is_written(lines):
    number = r"{\*\pn\pnlvlbody\pnf0\pnindent0\pnstart3\pndbnum{\pntxtb " + points("（") + r"}{\pntxta " + points("）") + r"}}"
    body = r"\pard" + number + r"\f0 " + encoded("甲") + r"\par " + encoded("乙") + r"\par"
    going_on = rf"\pard{{\*\pn\pnlvlcont}}\f0 {encoded('续')}\par\pard{number}{encoded('丙')}\par\pard {encoded('文')}\par"
    bullets = r"\pard{\*\pn\pnlvlblt\pnf1{\pntxtb\'B7}}" + points("丁") + r"\par"
    assert lines(body + going_on + r"\pard" + number + encoded("戊") + r"\par" + bullets) == [
        *("（三）甲", "（四）乙", "续", "（五）丙", "文", "（三）戊", "• 丁"),
    ]


def test_symbols_without_a_result_show_what_word_draws_of_them(lines):
    ticked = field(r'SYMBOL 252 \\f "Wingdings" \\s 12', r"\f2\fs24") + r"\f0 " + encoded("已办结") + r"\par"
    assert lines(ticked + r"{\f2 n\'fc}\f0 " + encoded("合格") + r"\par") == ["✓已办结", "■✓合格"]


def test_letters_in_a_font_of_symbols_are_signs_by_its_name(lines):
    fonts = r"{\fonttbl{\f7\fnil\fcharset0 Wingdings 2{\*\falt Arial};}{\f8\fnil\fcharset2 Wingdings;}{\f9\fnil\fcharset2 Symbol;}}"
    body = r"{\f7 R}{\f7\u82 R}{\f7\u-4016 ?}{\f8 n\'fe}{\f9\'b3}{\f0 " + encoded("合格R") + r"}\par"
    assert lines(fonts + body) == ["☑☑✓■☑≥合格R"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("全县宣传工作总结。".encode("gb18030"), "全县宣传工作总结。"),  # as programs of Chinese Windows write
        ("全县宣传工作总结。".encode(), "全县宣传工作总结。"),
        (b"2024\\'c4\\'ea\\'c8\\'ab\\'cf\\'d8", "2024年全县"),
        (b"caf\\'e9 cr\xe8me", "café crème"),
    ],
)
def test_a_file_that_names_no_code_page_is_of_the_one_in_which_it_gives_ideographs(config, body, shown):
    assert read(b"{\\rtf1\\ansi " + body + b"\\par}", "x.rtf", config.read).text == shown
    assert read(b"{\\rtf1\\ansi\\ansicpg1252 \xe9t\xe9\\par}", "x.rtf", config.read).text == "été"


def shape(inside, *properties, behind=None):
    told = "".join(f"{{\\sp{{\\sn {name}}}{{\\sv {value}}}}}" for name, value in properties)
    below = "" if behind is None else f"\\shpfblwtxt{behind}"
    return f"{{\\shp{{\\*\\shpinst\\shpleft0{below}{told}{inside}}}}}"


DRAFT, BOX = points("送审稿"), r"{\shptxt\pard " + points("送审稿") + r"\par}"


@pytest.mark.parametrize(
    ("drawn", "is_aside"),
    [
        (shape(BOX, ("rotation", 20643840), behind=1), True),  # 315 degrees
        (shape(BOX, ("rotation", -2949120), ("fBehindDocument", 1)), True),
        (shape(BOX, ("wzName", "PowerPlusWaterMarkObject3")), True),
        (shape("", ("gtextUNICODE", DRAFT), ("rotation", 20643840), behind=1), True),  # told behind the text
        (shape("", ("wzName", "PowerPlusWaterMarkObject1"), ("gtextUNICODE", DRAFT)), True),
        (shape(BOX, ("rotation", 5898240), behind=1), False),  # upright
        (shape(BOX, ("rotation", 20643840), behind=0), False),  # above the text
        (shape(BOX, behind=1), False),
        (shape("", ("gtextUNICODE", DRAFT), behind=1), False),
        (shape(BOX, ("rotation", "x"), behind=1), False),
    ],
)
def test_what_stands_askew_behind_the_text_is_a_watermark(config, drawn, is_aside):
    found = read(rtf(points("全县建了书房。") + drawn + r"\par " + points("后文。") + r"\par"), "x.rtf", config.read)
    assert sorted(found.text.split("\n")) == sorted(["全县建了书房。", "送审稿", "后文。"])
    told = [(found.text[mark.start : mark.end], mark.reason) for mark in found.marks]
    assert told == ([("送审稿", "watermark")] if is_aside else [])


def test_only_the_shape_itself_is_a_watermark(config):
    mark = shape(BOX, ("rotation", 20643840), behind=1)
    other = shape(r"{\shptxt\pard " + points("框中文字。") + r"\par}", behind=1)
    found = read(rtf(other + mark + other + points("正文。") + r"\par"), "x.rtf", config.read)
    assert found.text.split("\n") == ["正文。", "框中文字。", "送审稿", "框中文字。"]
    assert [found.text[m.start : m.end] for m in found.marks] == ["送审稿"]


def test_what_is_written_twice_is_read_in_unicode_once(lines):
    twice = r"{\upr{?? \par ??}{\*\ud{" + points("统一", "") + r"}}}"
    assert lines(points("前文") + twice + points("后文") + r"\par") == ["前文统一后文"]
    assert lines(
        r"{\*\ud " + points("不读") + r"}{\*\bkmkstart{\upr{a}{\*\ud " + points("书签") + r"}}}" + points("正文") + r"\par"
    ) == ["正文"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"{\mr\mscr0\msty2 {\f0 x=}}{\mr 12}", "x=12"),
        (r"{\mf{\mfPr{\mctrlPr\f0 z}}{\mnum{\mr 1}}{\mden{\mr 2}}}", "1/2"),
        (r"{\mf{\*\mfPr}{\mnum{\mr " + points("完成数") + r"}}{\mden{\mr " + points("总数") + r"}}}", "完成数/总数"),
        (r"{\msSup{\me{\mr 10}}{\msup{\mr 2}}}", "10²"),
        (r"{\mrad{\mradPr{\mdegHide on}}{\mdeg}{\me{\mr 2}}}", "√2"),
        (r"{\md{\mdPr{\mbegChr [}{\mendChr ]}}{\me{\mr a}}}", "[a]"),
        (r"{\mnary{\mnaryPr{\mchr " + points("∑") + r"}}{\msub{\mr i}}{\msup{\mr n}}{\me{\mr x}}}", "∑_iⁿ x"),
    ],
)
@pytest.mark.parametrize(
    "around", [r"{{\mmath{{\*\moMath {}}}{{\mmathPict{{\pict 00}}}}}}", r"{{\mmath{{\*\moMathPara{{\*\moMath {}}}}}}}"]
)
def test_formulas_are_a_line_of_text(lines, formula, expected, around):
    assert lines(points("共") + around.format(formula) + points("以上。") + r"\par") == [f"共{expected}以上。"]


def test_a_cell_below_one_that_spans_rows_shows_nothing(lines):
    first = r"\trowd\clvmgf\cellx1\cellx2\intbl " + points("河湾镇") + r"\cell " + points("讲座") + r"\cell\row"
    below = r"\trowd\clvmrg\cellx1\cellx2\intbl " + points("藏着的") + r"\cell " + points("演出") + r"\cell\row"
    last = r"\trowd\cellx1\cellx2\intbl " + points("山前镇") + r"\cell " + points("展览") + r"\cell\row\pard"
    assert lines(first + below + last) == ["河湾镇\t讲座", "演出", "山前镇\t展览"]
    inner = r"{\itap2\intbl " + points("内层") + r"\nestcell{\*\nesttableprops\trowd\clvmrg\cellx1\nestrow}}"
    outer = r"\trowd\cellx1\cellx2\intbl " + points("外层") + r"\cell\intbl " + inner + points("后文") + r"\cell\row\pard"
    assert lines(outer) == ["外层\t内层后文"]  # what is said of the inner row is not of the outer


def test_a_page_may_break_within_a_paragraph(lines):
    assert lines(points("前页") + r"\page " + points("后页") + r"\column " + points("后栏") + r"\par") == ["前页", "后页", "后栏"]


def test_raised_figures_behind_figures_are_told_from_these(lines):
    body = (
        points("共")
        + r"10{\super 2}"
        + points("次")
        + r"12m{\super 2}"
        + points("，")
        + r"30{\super\nosupersub 5}4{\super\plain 6}{\sub 7}\par"
    )
    assert lines(body) == ["共10²次12m2，305467"]


@pytest.mark.parametrize(
    "deep", [r"{\*\moMath " + r"{\mf{\mnum" * 2000 + " x" + "}}" * 2000 + "}", r"{\*\moMath " + r"\mr" * 9000 + " x}"]
)
def test_a_formula_nests_only_so_deep(lines, deep):
    assert "x" in lines(points("共") + deep + points("以上。") + r"\par")[0]
