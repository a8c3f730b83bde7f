import pytest

from pipeline.read.office.fields import check_box_text, drawn_text, drop_down_text, equation_text


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        ("PAGE", None),
        ("EQUATION", None),
        ("EQ", ""),
        (r"EQ \o\ac(○,甲)", "甲"),
        (r"eq \o\ac(□,A)", "A"),
        (r"EQ \o(○,△)", "○△"),
        (r"EQ \* jc2 \* hps21 \o\ad(\s\up 8(wén míng),文明)", "文明"),
        (r"EQ \o(\s\up 8(x))", "x"),
        (r"EQ x\s\up8(2)+\f(a,b)", "x2+a/b"),
        (r"EQ \b(\a\al(甲,乙))", "(甲 乙)"),
        (r"EQ a\,b\(c\)", "a,b(c)"),
        (r"EQ \f(1", "1"),
    ],
)
def test_an_equation_is_read_from_its_instruction(instruction, text):
    assert equation_text(instruction) == text


def test_equations_nested_too_deep_end_somewhere():
    assert "甲" in (equation_text("EQ " + r"\o(" * 200 + "甲" + ")" * 200) or "")


def test_forms_show_what_is_chosen():
    assert [drop_down_text(["甲", "乙"], chosen) for chosen in (None, 0, 1, 2, -1)] == ["甲", "甲", "乙", "", ""]
    assert (check_box_text(True), check_box_text(False)) == ("☑", "□")


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        (r' SYMBOL 252 \f "Wingdings" \s 12 ', "✓"),
        (r"SYMBOL 0xFE \f Wingdings", "☑"),
        (r'symbol 82 \f "Wingdings 2"', "☑"),
        (r'SYMBOL 183 \f "Symbol" \s 10 \h', "•"),
        (r'SYMBOL 9 \f "Wingdings"', "□"),
        (r'SYMBOL 165 \f "Arial"', "¥"),
        (r"SYMBOL 163", "£"),
        (r"SYMBOL 8364 \u", "€"),
        (r'SYMBOL 9999 \f "Wingdings"', ""),
        ("SYMBOL 999999", ""),
        ("MACROBUTTON NoMacro 请填写单位", "请填写单位"),
        ("GOTOBUTTON mark 见附表", "见附表"),
        ("MACROBUTTON NoMacro", ""),
        (r"EQ \o\ac(○,印)", "印"),
        ("SYMBOL x", None),
        ("REF a", None),
    ],
)
def test_what_is_drawn_from_an_instruction_alone_shows(instruction, text):
    assert drawn_text(instruction) == text
