import re
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.core.config import CleanConfig
from pipeline.core.records import Document, Mark, OffsetMap
from pipeline.preprocess import clean as module
from pipeline.preprocess.clean import clean, clean_together, normalise, simplified

ALPHABET = "会議會(huì)（lǐ）们(men)ＡＢｃ０９##paidbegin##\u200b\ufeff\x01\r\n \u3000，。“”乾隆著於薴𠮷a1\ue087\u0304ǎ()"
texts = st.text(alphabet=st.one_of(st.sampled_from(ALPHABET), st.characters()), max_size=80)


@given(texts)
@settings(max_examples=400)
@example("会((huì)huì)议")
@example("####a-b-c##paidbegin##")
@example("\r\r\n\n\r")
@example("学(xué)习(xí)会(huì)我们(men)")
def test_cleaning_twice_changes_nothing(text):
    cleaned, _ = normalise(text)
    again, offsets = normalise(cleaned)
    assert again == cleaned
    assert [offsets.to_source(i) for i in range(len(cleaned))] == list(range(len(cleaned)))


@given(texts)
@settings(max_examples=400)
@example("\u200b会\u200b(huì)议")
def test_the_map_is_total_and_monotone(text):
    cleaned, offsets = normalise(text)
    places = [offsets.to_source(i) for i in range(len(cleaned))]
    assert all(0 <= place < len(text) for place in places)
    assert places == sorted(set(places))
    assert [offsets.to_clean(place) for place in places] == list(range(len(cleaned)))
    clean_places = [offsets.to_clean(i) for i in range(len(text))]
    assert clean_places == sorted(clean_places)


@given(texts)
def test_without_conversion_a_kept_character_is_the_source_character_or_its_narrow_form(text):
    cleaned, offsets = normalise(text, simplify=False)
    for i, character in enumerate(cleaned):
        source = text[offsets.to_source(i)]
        assert character in (source, "\n") or ord(source) - ord(character) == 0xFEE0


def test_what_is_normalised():
    assert normalise("Ａ１２個")[0] == "A12个"
    assert normalise("會(huì)議（yì）召開(kāi)")[0] == "会议召开"
    assert normalise("圍繞##paidbegin##讲好")[0] == "围绕讲好"
    assert normalise("甲\r\n乙\r丙\u2028丁")[0] == "甲\n乙\n丙\n丁"
    assert normalise("宣\u200b传\ufeff\x07工作\ue087")[0] == "宣传工作"


def test_brackets_that_are_no_glosses_stay():
    for text in ("中心(站、所)全覆盖", "客户端(app)上线", "市(县)区", "第(3)条", "会议(CCTV)", "我们(men)"):
        assert normalise(text)[0] == text


def test_neutral_glosses_go_where_toned_ones_stand():
    assert normalise("學(xué)習(xí)會(huì)議,同志們(men)")[0] == "学习会议,同志们"


def test_a_line_of_marks_is_set_aside_and_not_lost():
    cleaned = clean(Document("x", "正文一句。\n##paidend##\n", "0", "utf-8"), CleanConfig(simplify=True))
    assert [(noise.reason, noise.start, noise.end) for noise in cleaned.noise] == [("web mark", 6, 17)]
    assert len(cleaned.lines) == 1


@given(st.lists(texts, min_size=1, max_size=5))
@settings(max_examples=200)
@example(["學(xué)習(xí)會(huì)議", "同志們(men)\r", "会(huì)议", "同志们(men)", "甲\r\n乙"])
def test_documents_cleaned_together_are_as_each_cleaned_alone(several):
    documents = [Document(str(i), text, "0", "utf-8") for i, text in enumerate(several)]
    options = CleanConfig(simplify=True)
    for one, alone in zip(clean_together(documents, options), [clean(document, options) for document in documents], strict=True):
        assert list(one.lines) == list(alone.lines)
        assert replace(one, lines=alone.lines) == alone
    assert all(one.text == normalise(one.text)[0] for one in clean_together(documents, options))


def test_every_character_that_opencc_converts_is_looked_for():
    from opencc import OpenCC

    characters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and code != ord("\n")]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    changed = {old for old, new in zip(characters, converted, strict=True) if old != new}
    known = {character for character in characters if module._kind_of()[ord(character)] & module._TRADITIONAL}
    assert changed <= known
    assert known - changed == set("坏沈瞭藉覆")


def test_no_character_that_opencc_converts_ends_a_clause():
    assert not any(kind & module._TRADITIONAL and kind & module._BREAK for kind in module._kind_of().tolist())


@pytest.mark.parametrize("text", ["瞭解情況", "毛坏", "沈默", "藉口", "答覆\n覆盖\n反覆研究", "全民閱讀\n全民阅读", "干部"])
def test_lines_are_converted_as_the_whole_is(text):
    from opencc import OpenCC

    assert module.normalise(text)[0] == OpenCC("t2s").convert(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("1.全县宣讲.受众三万.2.建书房六座.", "1.全县宣讲。受众三万。2.建书房六座。"),
        ("一.学习情况\n全县宣讲.(另见附件)", "一.学习情况\n全县宣讲。(另见附件)"),
        ("十二.展望\n“好”.会议指出", "十二.展望\n“好”。会议指出"),
        ("全县宣讲｡受众三万｡", "全县宣讲。受众三万。"),
        ("占比3.5倍.全县www.x.cn网", "占比3.5倍。全县www.x.cn网"),
        ("全县宣讲.受众三万。", "全县宣讲.受众三万。"),
        ("第1.节", "第1.节"),
        ("1．全县宣讲．受众三万．2．建书房六座．", "1．全县宣讲。受众三万。2．建书房六座。"),
        ("1)全县宣讲.2)建书房六座.①评选.", "1)全县宣讲。2)建书房六座。①评选。"),
    ],
)
def test_points_are_full_stops_in_a_text_that_has_no_others(text, cleaned):
    found, offsets = normalise(text)
    assert found == cleaned
    assert normalise(found)[0] == found
    assert offsets.span(0, len(found)) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("看著、沉著应对，随著发展", "看着、沉着应对，随着发展"),
        ("著力推进，著眼长远，有著重要意义", "着力推进，着眼长远，有着重要意义"),
        ("執著追求，意味著", "执着追求，意味着"),
        ("成效显著，著作等身，原著名著，著名学者，土著，著述", "成效显著，著作等身，原著名著，著名学者，土著，著述"),
        ("有著作三部，新著力作，名著重印", "有著作三部，新著力作，名著重印"),
    ],
)
def test_the_zhe_of_taiwan_is_written_as_on_the_mainland(text, cleaned):
    assert normalise(text)[0] == cleaned
    assert normalise(text, simplify=False)[0] == text


MARKED = "甲县总结\n记者甲\n表中一行\n图片\n——\n正文一句。\n署名\n"


def marked(*marks):
    return clean(Document("x", MARKED, "0", "utf-8", marks), CleanConfig(simplify=True))


def span(line, kind, **values):
    return Mark(MARKED.index(line), MARKED.index(line) + len(line), kind, **values)


def test_what_a_reader_marked_is_what_the_lines_are():
    cleaned = marked(
        span("署名", "noise", reason="footer"), span("甲县总结", "heading", level=2), span("表中一行", "row"),
        span("图片", "record"),
        span("——", "row"), span("记者甲", "noise", reason="byline"),
    )  # fmt: skip
    assert [(MARKED[line.start : line.end], line.level, line.kind) for line in cleaned.lines] == [
        ("甲县总结", 2, "text"), ("表中一行", None, "row"), ("图片", None, "record"), ("正文一句。", None, "text"),
    ]  # fmt: skip
    assert [(MARKED[noise.start : noise.end], noise.reason) for noise in cleaned.noise] == [
        ("记者甲", "byline"), ("——", "symbols"), ("署名", "footer"),
    ]  # fmt: skip


def test_a_mark_of_noise_holds_for_lines_that_begin_in_it():
    start, end = MARKED.index("记者甲"), MARKED.index("图片")
    lines = [MARKED[line.start : line.end] for line in marked(Mark(start, end, "noise", reason="x")).lines]
    assert lines == ["甲县总结", "正文一句。", "署名"]  # 图片 is an image by its form
    lines = [MARKED[line.start : line.end] for line in marked(Mark(start + 1, end + 1, "noise", reason="x")).lines]
    assert lines == ["甲县总结", "记者甲", "正文一句。", "署名"]


def test_a_sign_of_several_lines_of_syntax_is_set_aside():
    text = "正文一句。\n\u200b\n##paidend## ##paidbegin##\n末句。"
    cleaned = clean(Document("x", text, "0", "utf-8"), CleanConfig(simplify=True))
    assert [noise.reason for noise in cleaned.noise] == ["web mark", "web mark"]
    assert [text[noise.start : noise.end] for noise in cleaned.noise] == ["##paidend##", "##paidbegin##"]


def test_a_character_that_becomes_two_stays():
    """No character is converted to several, whatever the dictionary says of the line."""
    assert normalise("乾隆下江南，曬乾穀物，裏面")[0] == "乾隆下江南，晒干谷物，里面"
    assert len(normalise("後臺幹部")[0]) == 4


def test_a_text_is_simplified_and_nothing_else_of_it_changes():
    assert simplified("全縣圖書館，\r\n漢字ＡＢＣ 答覆。") == "全县图书馆，\r\n汉字ＡＢＣ 答复。"
    assert simplified("全县图书馆，ＡＢＣ") == "全县图书馆，ＡＢＣ"


@pytest.mark.parametrize(
    ("texts", "simplify", "unchanged"),
    [
        (["全县。", "", "汉字\n两行"], True, [True, True, True]),
        (["全县。", "全縣。", "甲"], True, [True, False, True]),
        (["全县。", "全縣。", "甲"], False, [True, True, True]),
        (["甲", "乙\u200b丙", "丁\u200b", "戊"], True, [True, False, False, True]),
        (["\u200b甲", "乙"], False, [False, True]),
        (["甲", "乙(lǐ)丙", "縣"], True, [True, False, False]),
        (["甲", "Ａ", "乙\r\n丙", "丁"], True, [True, False, False, True]),
        (["甲\u2028"], True, [False]),
        ([], True, []),
    ],
)
def test_texts_that_are_normal_are_known_among_others(texts, simplify, unchanged):
    assert module._are_unchanged(texts, simplify) == unchanged
    assert [module._are_unchanged([text], simplify)[0] for text in texts] == unchanged
    for text, same in zip(texts, unchanged, strict=True):
        assert (normalise(text, simplify)[0] == text) == same


def test_what_is_dropped_between_lines_is_told_and_white_space_is_not():
    text = "##paidbegin##\n甲。 \n \u200b \n##paidend## \x01 ##paidbegin##x##\n乙。\n\n##paidend##"
    cleaned = clean(Document("x", text, "0", "utf-8"), CleanConfig(simplify=True))
    told = [(text[noise.start : noise.end], noise.reason) for noise in cleaned.noise]
    assert told[0] == ("##paidbegin##", "web mark")
    assert told[-1] == ("##paidend##", "web mark")
    assert [noise.start for noise in cleaned.noise] == sorted(noise.start for noise in cleaned.noise)


def test_syntax_that_a_reader_marked_goes_and_is_told_between_lines():
    text = "<b>甲县</b>总结\n<hr>\n一句正文。<br>\n"
    marks = tuple(Mark(found.start(), found.end(), "syntax") for found in re.finditer("<[^>]+>", text))
    cleaned = clean(Document("x", text, "0", "utf-8", marks), CleanConfig(simplify=True))
    assert [cleaned.text[line.start : line.end] for line in cleaned.lines] == ["甲县总结", "一句正文。"]
    told = [(text[noise.start : noise.end], noise.reason) for noise in cleaned.noise]
    assert told == [("<b>", "syntax"), ("<hr>", "syntax"), ("<br>", "syntax")]  # what stands within a line goes with it
    assert [text[slice(*cleaned.offsets.span(line.start, line.end))] for line in cleaned.lines] == ["甲县</b>总结", "一句正文。"]


def test_maps_are_laid_over_each_other():
    """A text of ten characters without the third and fourth, and of what is left without the second and the last."""
    first = module._compose(OffsetMap((0,), (0,)), [(0, 2), (4, 10)])
    assert first == OffsetMap((0, 2), (0, 4))
    second = module._compose(first, [(0, 1), (2, 7)])
    assert second == OffsetMap((0, 1), (0, 4))
    assert module._compose(first, [(1, 5)]) == OffsetMap((0, 1), (1, 4))
    assert module._compose(first, [(0, 8)]) == first
    assert module._compose(first, []) == OffsetMap((0,), (0,))


@pytest.mark.parametrize(
    ("dropped", "kept"),
    [
        ([], [(0, 5)]), ([(0, 5)], []), ([(0, 2)], [(2, 5)]), ([(3, 5)], [(0, 3)]), ([(1, 2), (2, 3)], [(0, 1), (3, 5)]),
        ([(1, 4), (2, 3)], [(0, 1), (4, 5)]), ([(1, 1)], [(0, 5)]), ([(1, 1), (1, 2), (3, 3)], [(0, 1), (2, 5)]),
    ],
)  # fmt: skip
def test_what_lies_between_dropped_spans_is_kept(dropped, kept):
    assert list(module._kept(dropped, 5)) == kept


def test_rows_and_noise_of_a_reader_stand_beside_what_the_form_says():
    """What is noise by its form is a row of a table all the same, and the lines behind a marked one are judged as they are."""
    text = "甲县总结\n页眉\n记者：甲\n正文一句。\n△现场\n12\n末句。\n"
    marks = (Mark(5, 7, "noise", reason="header"), Mark(text.index("12"), text.index("12") + 2, "row"))
    cleaned = clean(Document("x", text, "0", "utf-8", marks), CleanConfig(simplify=True))
    assert [(text[noise.start : noise.end], noise.reason) for noise in cleaned.noise] == [
        ("页眉", "header"), ("记者：甲", "byline"), ("△现场", "caption"),
    ]  # fmt: skip
    assert [(cleaned.text[line.start : line.end], line.kind) for line in cleaned.lines] == [
        ("甲县总结", "text"), ("正文一句。", "text"), ("12", "row"), ("末句。", "text"),
    ]  # fmt: skip


@pytest.mark.parametrize("before", ["宣", "\u3400", "\u9fff", "\u33ff", "\ua000", "a", "，", " ", ""])
@pytest.mark.parametrize("behind", ["传", "\u3400", "\u9fff", "\u33ff", "\ua000", "。", "》", ">", "a", " "])
def test_where_no_word_can_be_spaced_none_is_looked_for(before, behind):
    text = f"{before} {behind} 工 作"
    found = re.compile(module._SPACED).match(text, len(before)) is not None
    assert module._is_in_word(before, behind) == found


@pytest.mark.parametrize("size", [1, 4, 2**18])
def test_lines_are_simplified_some_at_a_time(monkeypatch, size):
    monkeypatch.setattr(module, "_AT_ONCE", size)
    assert simplified("全縣\n\n开会\n答覆。\n漢\n") == "全县\n\n开会\n答复。\n汉\n"
