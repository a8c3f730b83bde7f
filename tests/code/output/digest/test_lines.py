from pipeline.output.digest.lines import one_line, shortened


def test_a_text_becomes_one_line():
    assert one_line("  学习\n理论，\r\n  宣讲\u2028理论 ") == "学习理论，宣讲理论"
    assert one_line("read\nmore\t你 好\n12") == "read more 你 好 12"
    assert one_line("") == ""


def test_what_cannot_be_seen_is_shown_or_goes():
    text = one_line("零\u200b宽\ufeff，铃\x07，反\u202e转，半\ud800个")
    assert text == "零宽，铃␇，反⇄转，半\ufffd个"


def test_texts_are_cut():
    assert shortened("四个汉字", 4) == "四个汉字"
    assert shortened("五个 汉字", 4) == "五个…"
