import random
import re
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.output.digest.duplicates import duplicates, normal

BASE = "全县新建城市书房，全年开展阅读活动，各族群众踊跃参加，书香社会建设取得新的成效，农家书屋全部完成提档升级。"


def jaccard(one, other):
    sets = [{text[at : at + 5] for at in range(len(text) - 4)} for text in map(normal, (one, other))]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


SHARES = (Fraction(11, 20), Fraction(4, 5))


def resemble(one, other, least):
    """Tell the same exactly: equal figures, and shared runs of all runs."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    first, second = ({text[at : at + 5] for at in range(len(text) - 4)} for text in (one, other))
    return Fraction(len(first & second), len(first | second)) >= least


def text_of(size, generator):
    return "".join(generator.choice("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳") for _ in range(size))


def test_what_is_compared_leaves_out_punctuation_white_space_width_and_case():
    assert normal("“学习　强国”，ＡＰＰ （１２）—— abc_d\n") == "学习强国app12abcd"


def test_equal_texts_join_the_first_whatever_their_punctuation():
    assert duplicates(["甲乙，丙", "别的", "甲 乙丙。", "甲乙丙"], 0.8) == [0, 1, 0, 0]


def test_nearly_equal_texts_join_the_first():
    near = BASE.replace("踊跃参加", "积极参加")
    assert 0.7 < jaccard(BASE, near) < 0.9
    assert duplicates([BASE, "别的段落说的是另一件事情，与书房没有关系。", near], 0.7) == [0, 1, 0]
    assert duplicates([BASE, near], 0.9) == [0, 1]


def test_texts_with_other_figures_are_never_folded():
    first, second = ("城市书房12座，" + BASE, "城市书房13座，" + BASE)
    assert jaccard(first, second) > 0.8
    assert duplicates([first, second, first.replace("12", "１２")], 0.5) == [0, 1, 0]


def test_a_chain_of_small_changes_does_not_drift_away():
    chain = [BASE]
    for at in range(0, 48, 3):
        chain.append(chain[-1][:at] + "改" + chain[-1][at + 1 :])
    leaders = duplicates(chain, 0.8)
    assert len(set(leaders)) > 1
    assert all(jaccard(text, chain[leader]) >= 0.8 for text, leader in zip(chain, leaders, strict=True))


def test_texts_without_a_letter_and_very_long_ones():
    long = text_of(30_000, random.Random(1))
    assert duplicates(["", "……", "！", long, long[:-1], long + "。"], 0.8) == [0, 1, 2, 3, 4, 3]
    assert duplicates([], 0.8) == []


@given(st.lists(st.text(alphabet="甲乙丙丁戊己，1\ud800", min_size=0, max_size=60), max_size=12), st.sampled_from([0.5, 0.8, 1.0]))
def test_all_pairs_agree_with_a_plain_comparison(texts, least):
    """Whoever leads resembles those it leads, and whoever leads resembles no leader before it."""
    leaders = duplicates(texts, least)
    own = [at for at, leader in enumerate(leaders) if at == leader]
    long = [at for at in own if len(normal(texts[at])) > 5]
    for at, leader in enumerate(leaders):
        assert leader <= at
        assert leaders[leader] == leader
    for place, one in enumerate(long):
        for other in long[place + 1 :]:
            figures = [re.findall(r"\d+", normal(texts[each])) for each in (one, other)]
            assert jaccard(texts[one], texts[other]) < least or figures[0] != figures[1]


def test_a_text_that_resembles_by_exactly_the_share_asked_for_joins():
    """Of 100 runs of five characters 55 are shared; 0.55 of 100 is a little more than 55 in binary."""
    common, own = ("".join(chr(start + i) for i in range(size)) for start, size in ((0x4E00, 59), (0x6000, 45)))
    assert jaccard(common, common + own) == pytest.approx(0.55)
    assert duplicates([common, common + own], 0.55) == [0, 0]
    assert duplicates([common, common + own], 0.56) == [0, 1]


@given(st.lists(st.text(alphabet="甲乙丙1", min_size=6, max_size=24), max_size=8), st.sampled_from(SHARES))
def test_what_joins_is_what_a_comparison_with_every_leader_finds(texts, least):
    leaders = []
    for at, text in enumerate(texts):
        earlier = [other for other in range(at) if leaders[other] == other]
        leaders.append(next((other for other in earlier if resemble(texts[other], text, least)), at))
    assert duplicates(texts, float(least)) == leaders


@pytest.mark.slow
def test_sixty_reports_of_two_hundred_passages_take_less_than_two_seconds():
    generator = random.Random(7)
    texts = [text_of(generator.randrange(40, 300), generator) for _ in range(12_000)]
    copies = {at: generator.randrange(at) for at in range(6_000, 12_000, 7)}
    for at, of in copies.items():
        texts[at] = texts[of][:-1] + "尾"
    started = time.perf_counter()
    leaders = duplicates(texts, 0.8)
    assert time.perf_counter() - started < 4  # 1.4 seconds on a quiet machine of two cores
    assert sum(leaders[at] == leaders[of] for at, of in copies.items()) == len(copies)


@pytest.mark.parametrize("count", [4_000])
def test_passages_that_differ_in_their_figures_alone_are_not_all_compared(count):
    texts = [f"全年组织开展志愿服务活动{number}次，群众广泛参与，取得良好效果，社会文明程度进一步提升。" for number in range(count)]
    started = time.perf_counter()
    assert duplicates(texts, 0.8) == list(range(count))
    assert time.perf_counter() - started < 3
