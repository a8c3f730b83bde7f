"""Formulas are one line of text, in which what stands above, below or around something else is told."""

import pytest
from lxml import etree

from pipeline.read.office.formulas import formula_text

SPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def said(text):
    return f"<m:r><m:rPr><m:sty m:val='p'/></m:rPr><m:t>{text}</m:t></m:r>"


def part(name, *parts, properties=""):
    inside = "".join(f"<m:{kind}>{content if '<' in content else said(content)}</m:{kind}>" for kind, content in parts)
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inside}</m:{name}>"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (said("a") + said("=b"), "a=b"),
        (part("f", ("num", "1"), ("den", "2")), "1/2"),
        (part("f", ("num", "12.5%"), ("den", "完成数")), "12.5%/完成数"),
        (part("f", ("num", "本年-上年"), ("den", "上年")) + said("×100%"), "(本年-上年)/上年×100%"),
        (part("f", ("num", part("d", ("e", "a+b"))), ("den", "c d")), "(a+b)/(c d)"),
        (part("f", ("num", "n"), ("den", "k"), properties='<m:type m:val="noBar"/>'), "(n k)"),
        (part("sSup", ("e", "10"), ("sup", "2")), "10²"),
        (part("sSup", ("e", "x"), ("sup", "年+1")), "x^(年+1)"),
        (part("sSub", ("e", "x"), ("sub", "12")), "x₁₂"),
        (part("sSubSup", ("e", "x"), ("sub", "i"), ("sup", "-1")), "x_i⁻¹"),
        (part("sPre", ("sub", "2"), ("sup", "3"), ("e", "x")), "₂³x"),
        (part("rad", ("deg", ""), ("e", "2"), properties="<m:degHide/>"), "√2"),
        (part("rad", ("deg", "3"), ("e", "a+b"), properties='<m:degHide m:val="0"/>'), "³√(a+b)"),
        (part("d", ("e", "x"), ("e", "y")), "(x|y)"),
        (part("d", ("e", "x"), properties='<m:begChr m:val="【"/><m:endChr m:val=""/>'), "【x"),
        (part("nary", ("sub", "i=1"), ("sup", "n"), ("e", "x"), properties='<m:chr m:val="∑"/>'), "∑_(i=1)ⁿ x"),
        (part("nary", ("sub", ""), ("sup", ""), ("e", "x")), "∫x"),
        (part("limLow", ("e", "max"), ("lim", "n")) + said("x"), "maxₙx"),
        (part("func", ("fName", "sin"), ("e", "x")) + part("acc", ("e", "y")), "sinxy"),
        (part("m", ("mr", "<m:e><m:r><m:t>1</m:t></m:r></m:e><m:e><m:r><m:t>2</m:t></m:r></m:e>"), ("mr", "<m:e/>")), "1 2"),
        (part("eqArr", ("e", "a=1"), ("e", "b=2")), "a=1; b=2"),
        (f"<m:del>{said('旧')}</m:del><m:ins>{said('新')}</m:ins>", "新"),
        ("<m:f/><m:rad/><m:d/><m:nary/>", "/√()∫"),
    ],
)
def test_formulas_of_word(formula, expected):
    assert formula_text(etree.fromstring(f"<m:oMath {SPACE}>{formula}</m:oMath>")) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("<mrow><mi>x</mi> <mo>=</mo><mn>12</mn></mrow>", "x=12"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a+b)/c"),
        ("<msup><mn>10</mn><mn>2</mn></msup><msub><mi>H</mi><mn>2</mn></msub>", "10²H₂"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>", "x_i²∑_iⁿ"),
        ("<msqrt><mn>2</mn></msqrt><mroot><mn>8</mn><mn>3</mn></mroot>", "√2³√8"),
        ('<mfenced open="[" close="]" separators=";"><mi>a</mi><mi>b</mi></mfenced><mfenced><mi>c</mi></mfenced>', "[a;b](c)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>", "1 2; 3"),
        ("<semantics><mi>x</mi><annotation>x \\over y</annotation></semantics><mphantom><mi>z</mi></mphantom>", "x"),
        ("<mfrac><mn>1</mn></mfrac>", "1/"),
    ],
)
def test_formulas_of_open_documents(formula, expected):
    assert formula_text(etree.fromstring(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>')) == expected


@pytest.mark.parametrize("name", ["mrow", "math", "mfrac", "f", "d"])
def test_of_a_very_deep_formula_the_words_are_read(name):
    root = etree.fromstring(f"<math>{f'<{name}>' * 240}<mn>3</mn>{f'</{name}>' * 240}</math>")
    assert formula_text(root) == "3"
