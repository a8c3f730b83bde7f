"""Pages whose lines all rise or fall by a little are laid level; others stay as they are."""

import math

import pytest

from pipeline.read.page.furniture import Page
from pipeline.read.page.glyphs import Glyph
from pipeline.read.page.turns import level_page, straightened, turned

SIZE = 12.0
LINES = (
    "开设专栏二十五个，回应群众关切二百一十四件，推出报道五百六十篇。",
    "组织宣讲团深入村组宣讲三百二十场，受众四万六千人次。",
    "修缮古戏台。",
)


def glyphs_of(slope, lines=LINES, left=72.0):
    """Return the characters of lines below each other that rise by a slope, each line twice the size below the one before."""
    found, order = [], 0
    for number, line in enumerate(lines):
        order += 2  # a line break counts
        for place, character in enumerate(line):
            x = left + place * SIZE
            base = 700 - 2 * SIZE * number + slope * x
            found.append(Glyph(character, x, x + SIZE, base, SIZE, order, spaced=False))
            order += 1
    return found


def texts(glyphs):
    page = level_page([(glyph, 0) for glyph in glyphs], Page(1, [], bottom=0, top=800, left=0, right=600), [], 0)
    return [line.text for line in page.lines]


@pytest.mark.parametrize("degrees", [-2.0, -0.5, 0.25, 1.0, 2.5])
def test_the_lines_of_a_page_that_is_tilted_are_whole(degrees):
    tilted = glyphs_of(math.tan(math.radians(degrees)))
    assert texts(tilted) == list(LINES)
    first = [glyph.base for glyph in straightened(tilted)[: len(LINES[0])]]
    assert max(first) - min(first) < 1e-6


def test_a_level_page_stays_as_it_is():
    level = glyphs_of(0.0)
    assert straightened(level) is level
    assert straightened([]) == []
    assert straightened(few := glyphs_of(0.02, ("第一条",))) is few


def below(glyphs, down, later=200):
    return [glyph._replace(base=glyph.base - down, order=glyph.order + later) for glyph in glyphs]


@pytest.mark.parametrize("degrees", [-2.9, -2.0, -0.3, 0.5, 2.0, 2.9])
def test_a_tilted_box_on_a_level_page_is_laid_level_and_the_rest_stays(degrees):
    slope = math.tan(math.radians(degrees))
    box = [glyph._replace(base=glyph.base - slope * 72) for glyph in glyphs_of(slope)]
    level = glyphs_of(0.0, LINES[:2])
    page = [*level, *below(box, 100), *below(level, 200, 400)]
    assert texts(page) == [*LINES[:2], *LINES, *LINES[:2]]
    found = straightened(page)
    assert [glyph.base for glyph in found] == pytest.approx([glyph.base for glyph in texts_level(level)])
    assert found[: len(level)] + found[-len(level) :] == page[: len(level)] + page[-len(level) :]


def texts_level(level):
    return [*level, *below(glyphs_of(0.0), 100), *below(level, 200, 400)]


def test_a_raised_figure_in_a_tilted_line_stays_raised_and_two_boxes_are_two():
    one, other = glyphs_of(0.03, LINES[:1]), below(glyphs_of(-0.04, LINES[1:2]), 60)
    one[5] = one[5]._replace(base=one[5].base + 4)
    found = straightened([*one, *other])
    assert found[5].base - found[4].base == pytest.approx(4)
    assert [found[0].base, found[-1].base] == pytest.approx([one[0].base, other[0].base])


def test_a_few_tilted_characters_tell_nothing():
    page = [*glyphs_of(0.0, LINES[:1]), *below(glyphs_of(0.04, ("内部资料",)), 60)]
    assert straightened(page) is page
    bowed = [glyph._replace(base=glyph.base + 0.1 * i**2) for i, glyph in enumerate(glyphs_of(0.0, LINES[:1]))]
    assert straightened(bowed) is bowed


def test_a_raised_figure_tilts_no_page():
    raised = [glyph._replace(base=glyph.base + 4) if glyph.character in "，。" else glyph for glyph in glyphs_of(0.0, LINES * 3)]
    assert straightened(raised) is raised


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_what_is_turned_otherwise_is_set_aside_from_its_first_character_to_its_last(turn):
    """The characters of what stands upside down come in the order of the page, from its left to its right."""
    upside_down = [*reversed(glyphs_of(0.0, LINES[1:2], left=-400.0))]
    turned = [glyph._replace(order=order + 200) for order, glyph in enumerate(upside_down)]
    glyphs = [*((glyph, 0) for glyph in glyphs_of(0.0, LINES[:1])), *((glyph, turn) for glyph in turned)]
    aside = []
    page = level_page(glyphs, Page(1, [], bottom=0, top=800, left=0, right=600), aside, 0)
    assert [line.text for line in page.lines] == [LINES[0]]
    assert [(each.text, each.reason) for each in aside] == [(LINES[1], "slanting text")]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_lines_that_are_turned_otherwise_are_set_aside_as_one_text_without_blanks_between(turn):
    """A raised figure, smaller than the rest, stays where it stands."""
    turned = glyphs_of(0.0, LINES[:2], left=-400.0)
    turned[3] = turned[3]._replace(character="①", size=turned[3].size / 2, base=turned[3].base + 4)
    aside = []
    level_page([(glyph, turn) for glyph in turned], Page(1, [], bottom=0, top=800, left=0, right=600), aside, 0)
    assert [each.text for each in aside] == [f"{LINES[0][:3]}①{LINES[0][4:]}{LINES[1]}"]


def page_of(*parts):
    """Return the lines of a page of parts, each as far turned as is said, with what is set aside."""
    aside = []
    glyphs = [(glyph._replace(order=glyph.order + 500 * i), turn) for i, (turn, part) in enumerate(parts) for glyph in part]
    return level_page(glyphs, Page(1, [], bottom=0, top=800, left=0, right=600), aside, 0).lines, [each.text for each in aside]


LEVEL = glyphs_of(0.0, LINES * 3)
OTHER = (*LINES, "农家书屋全年开放。")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_part_of_a_page_that_is_turned_otherwise_is_laid_level_where_it_stands(turn):
    """As the half of a sheet that is to be folded: here its middle is 300 to the right and 600 up."""
    found = glyphs_of(0.0, OTHER, left=0.0)
    bases, rights = {glyph.base for glyph in found}, [glyph.right for glyph in found]
    x, y = turned(300, 600, turn)
    moved = (x - max(rights) / 2, y - (max(bases) + min(bases)) / 2)
    part = [glyph._replace(left=glyph.left + moved[0], right=glyph.right + moved[0], base=glyph.base + moved[1]) for glyph in found]
    lines, aside = page_of((0, LEVEL), (turn, part))
    assert ([line.text for line in lines], aside) == ([*LINES * 3, *OTHER], [])
    own = lines[len(LINES) * 3 :]
    assert (own[0].base + own[-1].base) / 2 == pytest.approx(600)
    assert (own[0].left + own[0].right) / 2 == pytest.approx(300)
    assert own[0].base - own[1].base == pytest.approx(2 * SIZE)
    lines, aside = page_of((turn, part), (0, LEVEL))
    assert ([line.text for line in lines], aside) == ([*OTHER, *LINES * 3], [])


@pytest.mark.parametrize(
    "texts",
    [
        ("临溪县宣传思想文化工作年度总结汇编",),  # the title on a spine
        ("临溪县", "河东区", "青石镇", "河口镇", "柳林乡", "石桥乡农家书屋和文化礼堂"),  # labels of a chart
        ("内部资料请注意保存不得外传",) * 5,
        ("内部资料请注意保存不得外传", "二〇二三年十二月印发"),
    ],
)
def test_spines_labels_and_stamps_are_no_parts(texts):
    for turn in (90, 180, 270):
        lines, aside = page_of((0, LEVEL), (turn, glyphs_of(0.0, texts, left=-300)))
        assert ([line.text for line in lines], aside) == ([*LINES * 3], ["".join(texts)])
