from dataclasses import replace

import pytest

from pipeline.core.errors import UsageError
from pipeline.output.digest.aspect import ASPECTS, DONE, PLAN, RESULT
from pipeline.output.digest.choose import _cell, bigrams, candidates, choose, has_figure, pick, resemblance, score

from .conftest import FIRST, SECOND, THIRD, make

TOWNS = ("青石", "临溪", "白鹭", "云坪", "沙洲")
WORKS = (
    "组织理论宣讲进村入户{}场，编印双语读本两千册。",
    "开设乡村夜校课堂{}期，请老党员讲村史。",
    "举办干部读书班{}期，交流心得体会。",
)


def shown(digest):
    return [passage for section in digest.sections for passage in section.passages]


def by_count(size):
    """Return a count of pages by which a page holds so many passages."""
    return lambda digest: max(1, -(-len(shown(digest)) // size))


@pytest.fixture
def towns(digest_of):
    """Five reports of five places, each with three measures of a first theme, and one with a result and a second theme."""
    reports = [
        make(f"{town}.txt", f"{town}县2023年工作总结", [(work.format(number + 3), FIRST) for work in WORKS])
        for number, town in enumerate(TOWNS)
    ]
    more = [
        ("宣讲团获评全省先进集体，排名第一名。", FIRST),
        ("新建书屋九座，配书一万册。", SECOND),
        ("明年将新建书屋三座。", SECOND),
    ]
    return digest_of(*reports, make("多.txt", "石桥县2023年工作总结", more), by="aspect", themes=(FIRST, SECOND))


def test_a_figure_is_no_year_and_no_day(digest_of):
    assert has_figure("开展宣讲39场")
    assert has_figure("开展宣讲三十九场")
    assert has_figure("2023年开展宣讲39场")
    assert not has_figure("2023年3月21日开展宣讲")
    assert not has_figure("2021—2023年开展宣讲")


def test_the_score_is_of_theme_figure_and_length(towns):
    passage = replace(shown(towns)[0], score=0.5, text="开展宣讲三十场" + "，" * 33)
    assert score(passage) == pytest.approx(0.5)
    assert score(replace(passage, corrected=True)) == pytest.approx(1.0)
    assert score(replace(passage, text="开展宣讲" + "，" * 36)) == pytest.approx(0.4)
    assert score(replace(passage, text="宣讲三场。", score=1)) == pytest.approx(5 / 30)
    assert score(replace(passage, text="三场" + "，" * 218, score=1)) == pytest.approx(0.75)
    assert score(replace(passage, text="三场" + "，" * 9_000, score=1)) == pytest.approx(0.4)


def test_resemblance_is_the_jaccard_index_of_bigrams():
    assert bigrams("宣，讲团") == {"宣讲", "讲团"}
    assert resemblance(bigrams("宣讲团"), bigrams("宣讲员")) == pytest.approx(1 / 3)
    assert resemblance(frozenset(), frozenset()) == 0


def test_each_theme_first_then_aspect_by_aspect(towns):
    assert [(one.theme, one.aspect) for one in shown(choose(towns, 1, by_count(2)))] == [(FIRST, DONE), (SECOND, DONE)]
    five = shown(choose(towns, 1, by_count(4)))
    assert sorted((one.theme, one.aspect) for one in five) == sorted([
        (FIRST, DONE), (FIRST, RESULT), (SECOND, DONE), (SECOND, PLAN),
    ])  # fmt: skip
    groups = [(section.theme, [group.name for group in section.groups]) for section in choose(towns, 1, by_count(9)).sections]
    assert groups == [(FIRST, [DONE, RESULT]), (SECOND, [DONE, PLAN])]


def test_one_of_each_report_before_a_second_and_none_that_says_the_same(towns):
    chosen = choose(towns, 9, by_count(9))
    texts = [passage.text for passage in shown(chosen) if passage.theme == FIRST and passage.aspect == DONE]
    assert len({text[:6] for text in texts}) == len(texts) == 3  # of five towns that say nearly the same, each of it once
    reports = [passage.report for passage in shown(chosen) if passage.theme == FIRST and passage.aspect == DONE]
    assert len(set(reports)) == 3
    assert chosen.pages == 9


def test_the_longest_is_not_the_best(digest_of):
    short = "组织理论宣讲进村入户39场，编印双语读本两千册，覆盖所有乡镇。"
    long = "，".join(f"第{chr(0x4E00 + 7 * place)}村办了讲座" for place in range(60)) + "。"
    digest = digest_of(make("甲.txt", "临溪县2023年工作总结", [(long, FIRST), (short, FIRST)]), by="aspect", themes=(FIRST,))
    assert [one.text for one in shown(choose(digest, 1, by_count(1)))] == [short]
    (_, cut) = shown(choose(digest, 1, by_count(2)))
    assert len(cut.text) == 240
    assert cut.text.endswith("…")


def test_too_few_pages_say_how_many_it_takes(towns):
    with pytest.raises(
        UsageError, match=r"^--pages 1: 2 themes at one passage each fill 2 pages; ask for --pages 2 or more, or"
    ) as told:
        choose(towns, 1, by_count(1))
    assert told.value.code == "pages"
    assert len(shown(choose(towns, 2, by_count(1)))) == 2


def test_a_theme_without_passages_asks_for_no_room(digest_of, towns):
    digest = replace(towns, options=replace(towns.options, themes=(FIRST, SECOND, THIRD)))
    assert len(shown(choose(digest, 1, by_count(2)))) == 2
    nothing = digest_of(make("甲.txt", "临溪县2023年工作总结", []), by="aspect")
    assert shown(choose(nothing, 1, by_count(1))) == []


def test_last_year_stands_beside_and_not_among(digest_of):
    def year(number, places, work):
        return make(f"{number}.txt", f"临溪县{number}年工作总结", [
            (f"新建城市书房{places}座，配书{places}万册，读者可以通借通还。", FIRST), (work, FIRST),
        ])  # fmt: skip

    other = make("乙.txt", "青石市2022年工作总结", [("举办广场舞比赛三十场，各镇都有队伍。", FIRST)])
    reports = (year(2021, 4, "修缮老戏台一座。"), year(2022, 6, "整理民歌一百首。"), year(2023, 9, "排演新戏两部。"), other)
    digest = choose(digest_of(*reports, by="aspect", themes=(FIRST,)), 3, by_count(9))
    found = {passage.text[:4]: passage.earlier for passage in shown(digest)}
    assert set(found) == {"新建城市", "排演新戏", "举办广场"}  # what is older is not chosen
    assert found["新建城市"].text.startswith("新建城市书房6座")  # 2022, and not 2021
    assert found["排演新戏"] is None
    assert found["举办广场"] is None


def test_what_is_said_in_both_years_counts_for_the_later_one(digest_of):
    text = "新建城市书房九座，配书九万册，读者可以通借通还，夜里也开门。"
    digest = digest_of(
        make("a.txt", "临溪县2022年工作总结", [(text, FIRST)]), make("b.txt", "临溪县2023年工作总结", [(text, FIRST)]),
        by="aspect", themes=(FIRST,),
    )  # fmt: skip
    (passage,) = shown(choose(digest, 1, by_count(9)))
    assert digest.reports[passage.report].year.value == "2023"
    assert digest.reports[passage.earlier.report].year.value == "2022"


def test_only_the_four_aspects_are_chosen(digest_of):
    digest = digest_of(make("a.txt", "临溪县2022年工作总结", [("各位领导：", FIRST), ("组织书展三场。", FIRST)]), by="aspect")
    assert {passage.aspect for passage in shown(choose(digest, 1, by_count(9)))} <= set(ASPECTS)
    assert len(shown(digest)) == 2


def test_what_differs_goes_before_what_is_a_little_better(digest_of):
    passages = [
        ("组织理论宣讲进村入户三十九场，编印双语读本两千册，送到各村书屋。", FIRST, {"score": 0.95}),
        ("组织理论宣讲进村入户四十二场，听讲的有两千人，多是返乡青年。", FIRST, {"score": 0.9}),
        ("开设乡村夜校课堂二十五期，请老党员讲村史，三百名学员写了笔记。", FIRST, {"score": 0.85}),
    ]
    digest = digest_of(make("甲.txt", "临溪县2023年工作总结", passages), by="aspect", themes=(FIRST,))
    assert [one.text[:6] for one in shown(choose(digest, 1, by_count(2)))] == ["组织理论宣讲", "开设乡村夜校"]
    assert len(shown(choose(digest, 1, by_count(3)))) == 3


def keys(digest):
    return [(passage.report, passage.start) for passage in shown(digest)]


def test_what_was_chosen_and_is_picked_again_is_the_same(towns):
    chosen = choose(towns, 2, by_count(4))
    assert pick(towns, 2, keys(chosen)) == chosen
    assert len(set(keys(chosen))) == len(keys(chosen)) == 6


def test_picked_passages_stand_in_the_order_in_which_they_were_picked(towns):
    first, second, *_ = [each for each in candidates(towns, 40) if (each.theme, each.aspect) == (FIRST, DONE)]
    for some in ((first, second), (second, first)):
        picked = pick(towns, 1, [(99, 0), *((each.report, each.start) for each in some), (some[0].report, some[0].start)])
        assert [each.text for each in shown(picked)] == [each.text for each in some]
    assert shown(pick(towns, 1, [])) == []


def test_candidates_are_the_best_of_each_theme_and_aspect(towns):
    all_of_them = candidates(towns, 40)
    assert {(each.theme, each.aspect) for each in all_of_them} == {(FIRST, DONE), (FIRST, RESULT), (SECOND, DONE), (SECOND, PLAN)}
    done = [score(each) for each in all_of_them if (each.theme, each.aspect) == (FIRST, DONE)]
    assert len(done) == 15
    assert done == sorted(done, reverse=True)
    assert [score(each) for each in candidates(towns, 1) if each.theme == FIRST and each.aspect == DONE] == [max(done)]


def test_a_pick_that_is_folded_stands_for_its_leader_and_has_last_year_beside_it(digest_of):
    last, now = (
        make(f"{year}.txt", f"青石县{year}年工作总结", [(f"组织理论宣讲进村入户{number}场，编印双语读本两千册。", FIRST)])
        for year, number in ((2022, 31), (2023, 39))
    )
    again = make("再.txt", "青石县2023年情况", [("组织理论宣讲进村入户39场，编印双语读本两千册。", FIRST)])
    digest = digest_of(last, now, again, by="aspect", themes=(FIRST,))
    (leader,) = candidates(digest, 9)
    assert [copy.report for copy in leader.copies] == [2]
    (passage,) = shown(pick(digest, 1, [(2, leader.copies[0].start), (1, leader.start)]))
    assert passage.report == 1
    assert passage.earlier is not None
    assert "31场" in passage.earlier.text


def test_excerpts_of_one_passage_are_known_by_where_they_begin(digest_of):
    text = "组织理论宣讲进村入户39场。宣讲团获评全省先进集体，排名第一名。"
    digest = digest_of(make("a.txt", "青石县2023年工作总结", [(text, FIRST)]), by="aspect", themes=(FIRST,))
    starts = {passage.aspect: passage.start for passage in shown(digest)}
    assert starts[RESULT] - starts[DONE] == text.index("宣讲团")


def test_of_many_passages_the_best_are_held_against_each_other_and_the_best_of_each_report(digest_of, monkeypatch):
    monkeypatch.setattr("pipeline.output.digest.choose.POOL", 2)

    def report(name, first):
        signs = [[chr(first + 9 * place + step) for step in (0, 4, 6)] for place in range(3)]
        texts = [f"{a}村{b}宣讲团进村{place + 3}场，{c}戏台修好了，老人都来听。" for place, (a, b, c) in enumerate(signs)]
        return make(f"{name}.txt", f"{name}县2023年工作总结", [(text, FIRST) for text in texts])

    digest = digest_of(report("青石", 0x6000), report("临溪", 0x7000), by="aspect", themes=(FIRST,))
    cell = _cell([replace(each, score=0.95 - 0.1 * each.report) for each in shown(digest)])
    assert [candidate.passage.report for candidate in cell.candidates] == [0, 0, 1]
    assert [candidate.score for candidate in cell.candidates] == sorted((each.score for each in cell.candidates), reverse=True)


def test_of_what_was_chosen_nothing_is_folded(towns):
    groups = [group for section in choose(towns, 1, by_count(9)).sections for group in section.groups]
    assert {group.folded for group in groups} == {0}
