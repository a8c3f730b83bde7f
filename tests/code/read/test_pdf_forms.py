"""Filled form fields and text boxes are read at their place; comments are set aside, hidden fields are not shown."""

import pytest
from printed import lines, pdf, shown

from pipeline.read.formats.pdf import read

BODY = shown("单位工作情况：", 72, 760, 14) + shown("以上情况属实。", 72, 600, 14)


def text_string(text):
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def field(value, rectangle=b"170 752 500 778", entries=b"/FT/Tx"):
    return b"<</Type/Annot/Subtype/Widget%s/T(f)/V%s/Rect[%s]/F 4/DA(/F 14 Tf)>>" % (entries, value, rectangle)


def form(*annotations, content=BODY):
    numbers = b" ".join(b"%d 0 R" % (10 + i) for i in range(len(annotations)))
    page = b"/MediaBox[0 0 595 842]/Annots[%s]" % numbers
    return pdf(content, objects=annotations, page=page, catalog=b"/AcroForm<</Fields[%s]/NeedAppearances true>>" % numbers)


def result(data, config):
    found = read(data, "x.pdf", config.read)
    noise = [(mark.reason, found.text[mark.start : mark.end]) for mark in found.marks if mark.kind == "noise"]
    aside = [text for _, text in noise]
    return [line for line in found.text.split("\n") if line and line not in aside], noise


def test_a_field_stands_behind_its_label(config):
    data = form(field(text_string("全县开展理论宣讲一百二十场")))
    assert result(data, config) == (["单位工作情况：全县开展理论宣讲一百二十场", "以上情况属实。"], [])


def test_a_field_of_several_lines_stands_between_the_lines_around_it(config):
    data = form(field(text_string("开展宣讲三百场。\r新建书房六座。"), b"72 640 500 740", b"/FT/Tx/Ff 4096"))
    assert result(data, config)[0] == ["单位工作情况：", "开展宣讲三百场。", "新建书房六座。", "以上情况属实。"]


def test_a_long_value_in_a_narrow_field_is_one_line(config):
    value = "全县开展理论宣讲一百二十场，受众三万人次，新建城市书房六座，举办读书活动三十次。"
    assert result(form(field(text_string(value))), config)[0][0] == f"单位工作情况：{value}"


def test_a_choice_is_read_and_boxes_show_whether_they_are_ticked(config):
    choice = field(text_string("群众文化"), entries=b"/FT/Ch/Ff 131072/Opt[%s]" % text_string("群众文化"))
    ticked = b"<</Type/Annot/Subtype/Widget/FT/Btn/T(c)/V/Yes/AS/Yes/Rect[170 596 184 612]/F 4/AP<</N<</Yes 3 0 R/Off 3 0 R>>>>>>"
    found = result(form(choice, ticked), config)[0]
    assert found[0] == "单位工作情况：群众文化"
    assert "☑" in found[1]


def test_a_text_box_is_read_and_a_comment_is_set_aside(config):
    box = b"<</Type/Annot/Subtype/FreeText/Contents%s/Rect[72 660 400 700]/DA(/F 14 Tf)/F 4>>" % text_string("新建城市书房六座。")
    comment = b"<</Type/Annot/Subtype/Text/Contents%s/Rect[500 700 520 720]/F 4>>" % text_string("此处请核实")
    assert result(form(box, comment), config) == (
        ["单位工作情况：", "新建城市书房六座。", "以上情况属实。"],
        [("annotation", "此处请核实")],
    )


@pytest.mark.parametrize("flags", [2, 32])
def test_a_hidden_field_is_not_read(config, flags):
    data = form(field(text_string("旧稿")).replace(b"/F 4", b"/F %d" % flags))
    assert "旧稿" not in read(data, "x.pdf", config.read).text


def test_an_empty_form_and_damaged_annotations_change_nothing(config):
    assert result(form(field(b"()"), b"<</Type/Annot>>", b"null"), config)[0] == ["单位工作情况：", "以上情况属实。"]


def test_a_page_with_nothing_but_a_filled_field_is_read(config):
    assert result(form(field(text_string("开展宣讲三百场。")), content=lines()), config)[0] == ["开展宣讲三百场。"]
