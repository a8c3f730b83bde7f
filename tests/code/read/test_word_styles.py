"""Styles and lists of Word files mean the same whatever is asked for first, and only what is asked for is read."""

from itertools import permutations

import pytest
from lxml import etree

from pipeline.read.office import word_styles
from pipeline.read.office.word_styles import ListNumbers, Style, WordStyles

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def part(content):
    return etree.fromstring(f'<w:part xmlns:w="{SPACE}">{content}</w:part>')


def style(identifier, base=None, properties="", kind="paragraph", default=False):
    below = "" if base is None else f'<w:basedOn w:val="{base}"/>'
    named = "" if identifier is None else f' w:styleId="{identifier}"'
    usual = ' w:default="1"' if default else ""
    return f'<w:style w:type="{kind}"{named}{usual}><w:name w:val="any"/>{below}{properties}</w:style>'


def level(outline):
    return f'<w:pPr><w:outlineLvl w:val="{outline}"/></w:pPr>'


def numbered(list_id):
    return f'<w:pPr><w:numPr><w:numId w:val="{list_id}"/></w:numPr></w:pPr>'


HIDDEN = "<w:rPr><w:vanish/></w:rPr>"


def test_a_style_has_what_it_does_not_say_from_those_it_is_based_on():
    styles = WordStyles(part(style("c", "b", HIDDEN) + style("b", "a", level(2)) + style("a", None, numbered(7))))
    assert styles.of_id("c") == Style(level=3, hidden=True, list_id="7")
    assert styles.of_id("a") == Style(list_id="7")
    assert styles.of_id("d") is None


def test_a_paragraph_without_a_known_style_has_the_usual_one():
    usual = style("x", None, level(0), kind="character", default=True) + style("n", "a", HIDDEN, default=True)
    styles = WordStyles(part(usual + style("a", None, level(1))))
    assert [styles.of_paragraph(name).level for name in ("", "d", "x")] == [2, 2, 1]
    assert styles.of_id("").hidden
    assert [WordStyles(root).of_paragraph("d") for root in (None, part(""))] == [Style(), Style()]
    assert WordStyles(part(style(None, None, level(4)) + usual)).of_paragraph("") == Style(level=5)  # it has no id


@pytest.mark.parametrize("asked", [*permutations("abxy")])
def test_a_circle_of_styles_ends_where_the_file_first_closes_it(asked):
    circle = style("x", "b", HIDDEN) + style("a", "b", level(0)) + style("b", "a", numbered(3)) + style("y", "a")
    styles = WordStyles(part(circle))
    found = {name: styles.of_id(name) for name in asked}
    # x comes first and leads from b to a, so that a is the end of the chain
    assert found == {
        "a": Style(level=1),
        "b": Style(level=1, list_id="3"),
        "x": Style(level=1, list_id="3", hidden=True),
        "y": Style(level=1),
    }
    assert WordStyles(part(style("s", "s", level(5)))).of_id("s") == Style(level=6)


def test_no_chain_of_styles_is_too_long():
    chain = style("0", None, HIDDEN) + "".join(style(str(i), str(i - 1)) for i in range(1, 20_000))
    assert WordStyles(part(chain)).of_id("19999") == Style(hidden=True)


def test_only_what_is_asked_for_is_read_and_once(monkeypatch):
    read = []
    own, lists = word_styles._own_style, word_styles._read_lists
    monkeypatch.setattr(word_styles, "_own_style", lambda element: read.append(element) or own(element))
    monkeypatch.setattr(word_styles, "_read_lists", lambda root: read.append(root) or lists(root))
    styles = WordStyles(part(style("n", default=True) + "".join(style(str(i), "n") for i in range(100))))
    numbers = ListNumbers(part(""))
    assert not read
    assert styles.of_id("7") is styles.of_id("7")
    assert len(read) == 2  # itself and its base
    assert [numbers.next_label("1", 0), numbers.next_label("1", 0), numbers.level_of_style("1", "7")] == ["", "", None]
    assert len(read) == 3
