import io
import zipfile

import pytest
from lxml import etree

from pipeline.core.errors import InputError
from pipeline.read.office.drawings import paragraphs_of_body, smart_art, words_of_chart
from pipeline.read.office.ooxml import Parts, Relationship
from pipeline.read.office.packages import open_zip


def parts_of(kinds, **roots):
    """Return parts by their ids: the kind of each, and the content of those that are in the package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, root in roots.items():
            package.writestr(name, etree.tostring(root))
    known = {name: Relationship(kind, name) for name, kind in kinds.items()}
    return Parts(open_zip(buffer.getvalue()), "x.docx", known)


def texts(paragraphs):
    return [paragraph.text for paragraph in paragraphs]


def body(*paragraphs):
    return etree.fromstring(f"<txBody>{''.join(f'<p>{inside}</p>' for inside in paragraphs)}</txBody>")


def test_paragraphs_have_the_numbers_of_their_lists_by_level():
    numbered = '<pPr lvl="{}"><buAutoNum type="{}"/></pPr><r><t>{}</t></r>'
    found = body(
        numbered.format(0, "ea1ChsPeriod", "学习"),
        numbered.format(1, "arabicParenBoth", "党课"),
        numbered.format(1, "arabicParenBoth", "宣讲"),
        numbered.format(0, "ea1ChsPeriod", "文化"),
        "<r><t> </t></r>",
        "<r><t>无号</t></r><br/><r><t>次行</t></r>",
    )
    assert texts(paragraphs_of_body(found)) == ["一. 学习", "(1) 党课", "(2) 宣讲", "二. 文化", "无号\n次行"]
    assert texts(paragraphs_of_body(None)) == []


def test_a_smart_art_is_read_from_the_top_of_its_outline_down():
    model = etree.fromstring(
        "<dataModel><ptLst>"
        + "".join(f'<pt modelId="{name}"><t><p><r><t>{name}</t></r></p></t></pt>' for name in "丙乙甲子")
        + '</ptLst><cxnLst><cxn srcId="甲" destId="乙" srcOrd="1"/><cxn srcId="甲" destId="丙" srcOrd="0"/>'
        '<cxn srcId="丙" destId="子"/><cxn type="presOf" srcId="乙" destId="甲"/></cxnLst></dataModel>'
    )
    parts = parts_of({"r1": "diagramData", "r3": "diagramData"}, r1=model)
    assert texts(smart_art("r1", parts)) == ["甲", "丙", "子", "乙"]
    for key in ("r2", "r3"):  # no such id, and no such part
        with pytest.raises(InputError, match=rf"^x\.docx: {key}, which its text refers to, is not in it; open it in Word"):
            texts(smart_art(key, parts))


@pytest.mark.parametrize(
    ("name", "drawings", "expected"),
    [("r2", ("r2", "r3"), ["画 r2"]), ("", ("r3",), ["画 r3"]), ("r9", ("r2", "r3"), [])],
)
def test_a_smart_art_without_an_outline_is_the_drawing_that_it_names_or_the_only_one(name, drawings, expected):
    model = etree.fromstring(f'<dataModel><dataModelExt relId="{name}"/></dataModel>')
    kinds = {"r1": "diagramData"} | dict.fromkeys(drawings, "diagramDrawing")
    roots = {"r1": model}
    for each in drawings:
        shape = f"<sp><txBody><p><r><t>画 {each}</t></r></p></txBody></sp>"
        roots[each] = etree.fromstring(f"<drawing><spTree><grpSpPr/><grpSp><grpSpPr/>{shape}</grpSp></spTree></drawing>")
    assert texts(smart_art("r1", parts_of(kinds, **roots))) == expected


def test_a_chart_gives_its_titles_and_the_names_of_what_it_shows_but_no_figures():
    chart = etree.fromstring(
        "<chartSpace><title><tx><rich><p><r><t>活动</t></r><r><t>统计</t></r></p></rich></tx></title><title/>"
        "<ser><tx><v>场次</v></tx><cat><v>2023</v><v>2024</v></cat><val><v>7</v></val></ser>"
        "<ser><tx><v>人次</v></tx><cat><v>2023</v></cat></ser></chartSpace>"
    )
    assert [(paragraph.text, paragraph.kind) for paragraph in words_of_chart(chart)] == [("活动统计", None), ("场次\t人次", "row")]


def test_new_kinds_of_charts_give_their_words_too():
    chart = etree.fromstring(
        '<chartSpace><chartData><data id="0"><strDim type="cat"><lvl>\n<pt>收入</pt><pt>支出</pt></lvl></strDim>'
        '<numDim type="val"><lvl><pt idx="0">9</pt></lvl></numDim></data></chartData><chart><title><tx><rich><p><r><t>经费</t></r>'
        "</p></rich></tx></title><plotArea><plotAreaRegion><series><tx><txData><f>A1</f><v>万元</v></txData></tx></series>"
        "</plotAreaRegion></plotArea></chart></chartSpace>"
    )
    assert texts(words_of_chart(chart)) == ["经费", "万元", "收入\t支出"]


def test_raised_figures_behind_figures_are_told_from_these():
    run = "<r><rPr{}/><t>{}</t></r>"
    found = body(run.format("", "共10") + run.format(' baseline="30000"', "2") + run.format(' baseline="-25000"', "3"))
    assert texts(paragraphs_of_body(found)) == ["共10²3"]
