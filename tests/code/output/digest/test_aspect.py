import digest_aspects
import pytest

from pipeline.output.digest.aspect import DONE, LIMIT, LOOKED_AT, OTHER, PLAN, PROBLEM, RESULT, AspectReader, Excerpt


@pytest.fixture(scope="module")
def judged():
    return digest_aspects.judged()


def aspects(text, heading="", title=""):
    return [sentence.aspect for sentence in AspectReader(title).sentences(text, heading)]


def test_the_gold_sentences_are_as_many_and_parted_as_their_rules_say(judged):
    halves = {half: [one for one in judged if one.half == half] for half in digest_aspects.HALVES}
    assert {half: len(own) for half, own in halves.items()} == {"development": 168, "reporting": 172}
    assert all(
        min(sum(one.gold == aspect for one in own) for aspect in (DONE, RESULT, PROBLEM, PLAN)) >= 20 for own in halves.values()
    )


def test_the_rules_are_as_often_right_as_the_documents_say(judged, root):
    told = (root / "docs/accuracy.md").read_text(encoding="utf-8")
    for half, least in (("development", 0.88), ("reporting", 0.84)):
        scores = digest_aspects.scores([one for one in judged if one.half == half])
        assert scores["macro"] >= least
        row = " | ".join(f"{scores[name]:.3f}" for name in (DONE, RESULT, PROBLEM, PLAN, OTHER, "macro", "accuracy"))
        assert row in told


def test_a_sentence_is_what_it_ends_with():
    assert aspects("县图书馆举办读书会十二场。") == [DONE]
    assert aspects("县图书馆举办读书会十二场，读者满意率98%。") == [RESULT]
    assert aspects("新书屋获评全省十佳书屋。乡镇书屋管理员不足。明年再建两座。") == [RESULT, PROBLEM, PLAN]
    assert aspects("各位领导：") == [OTHER]
    assert aspects("春风又绿江南岸。") == [OTHER]


def test_a_lack_that_is_mended_is_none():
    assert aspects("走访企业九家，解决用工困难。") == [DONE]
    assert aspects("走访企业九家，用工仍有困难。") == [PROBLEM]


@pytest.mark.parametrize(
    "text",
    [
        "城乡公共文化服务差距不断缩小。",
        "薄弱环节得到加强，群众满意度提升到97%。",
        "人才流失率降至2%。",
        "群众办事难、出行难等问题得到有效解决。",
        "农村文化活动从单一走向多元。",
        "打破了城乡分割的瓶颈，借阅量翻了一番。",
        "困难家庭满意率达99%。",
        "在六个自然村试讲，听不懂普通话的老人为宣讲点赞。",
        "县融媒体中心十月挂牌，公众号粉丝从4000涨到2.1万。",
    ],
)
def test_a_success_that_names_what_was_lacking_is_a_success(text):
    assert aspects(text) == [RESULT]


@pytest.mark.parametrize(
    "text",
    [
        "城乡差距还没有缩小。",
        "群众反映的问题有待进一步解决。",
        "人才流失严重，群众满意度下降。",
        "经费不足导致演出场次下降。",
        "产品单一的问题没有得到根本解决。",
        "困难群众帮扶力度不够。",
    ],
)
def test_a_lack_that_goes_on_stays_one(text):
    assert aspects(text) == [PROBLEM]


def test_a_heading_of_what_is_done_about_problems_is_none_of_problems():
    assert aspects("组织书展三场。", "二、坚持问题导向，补齐文化设施短板") == [DONE]
    assert aspects("组织书展三场。", "二、存在问题及整改") == [PROBLEM]
    assert aspects("慰问困难群众三百户。") == [DONE]
    assert aspects("建立困难好人帮扶基金320万元。推进思政课一体化。") == [DONE, DONE]  # it announces no problems
    assert aspects("中心组讲党课163节次，检视差距。推进思政课一体化。") == [DONE, DONE]
    assert aspects("开展“学讲话、找差距、作表率”活动。") == [DONE]


def test_headings_and_announcing_sentences_hold_for_what_follows():
    reader = AspectReader()
    assert [each.aspect for each in reader.sentences("存在的主要问题是：", "一、工作")] == [PROBLEM]
    assert [each.aspect for each in reader.sentences("一是书屋少；二是车辆旧。", "一、工作")] == [PROBLEM, PROBLEM]
    assert [each.aspect for each in reader.sentences("组织书展三场。", "二、活动")] == [DONE]  # another heading
    assert aspects("一是书屋少。", "三、存在问题") == [PROBLEM]
    assert aspects("组织书展三场。", "四、下步打算") == [PLAN]
    assert aspects("组织书展三场。", title="青石市2024年工作要点") == [PLAN]
    assert aspects("组织书展三场。", title="青石市2023年工作总结和2024年计划") == [DONE]


def test_excerpts_are_the_passage_and_end_before_they_grow_too_long():
    text = "组织书展三场。" * 40 + "明年再办五场。"
    found = [*AspectReader().excerpts(text, "")]
    assert "".join(each.text for each in found) == text
    assert max(len(each.text) for each in found) <= LIMIT
    assert found[-1] == Excerpt("明年再办五场。", PLAN)
    assert {each.aspect for each in found[:-1]} == {DONE}
    assert [*AspectReader().excerpts("", "")] == []


def test_so_much_of_a_sentence_is_looked_at_and_no_more():
    assert aspects("甲" * 990 + "不足。") == [PROBLEM]
    assert aspects("甲" * LOOKED_AT + "不足。") == [DONE]
    assert aspects("化解" + "甲" * 20 + "困难。") == [DONE]
    assert aspects("化解" + "甲" * 60 + "困难。") == [PROBLEM]


def test_what_a_speech_looks_back_on_is_no_plan():
    text = "过去一年，大家很辛苦。组织书展三十场。全市宣讲三万场。今年，要抓好三件事。组织书展五十场。"
    assert aspects(text, title="在宣传部长会议上的讲话") == [DONE, DONE, DONE, PLAN, PLAN]
    assert aspects("组织书展五十场。", title="在宣传部长会议上的讲话") == [PLAN]


def test_a_lack_announced_in_a_long_sentence_goes_on():
    text = "也要看到，工作还有短板：有六个文化站不达标；网评队伍常用的只有一半。"
    assert aspects(text) == [PROBLEM, PROBLEM]
