"""What outputs for people say of how sure the model is, and of what a passage may be besides."""

import msgspec
import pytest

from pipeline.core.records import HumanLabel, Tag
from pipeline.model.model import DriftedText
from pipeline.output.page import describe
from pipeline.output.rows import row_of
from pipeline.output.word.package import comment_on
from pipeline.output.wording import review_line, runner_up, second_themes, sure

SCORES = {"举旗帜": 0.1, "兴文化": 0.55, "其他": 0.2, "展形象": 0.15}


def tag(secondary=(), review=True, scores=SCORES, correction=None):
    return Tag("甲.txt", 0, 0, 2, "办展", "", "兴文化", 0.55, scores, secondary, review, (), "demo 0123", correction=correction)


def test_scores_in_per_cent():
    assert [sure(score) for score in (0, 0.994, 0.995, 1)] == ["0%", "99%", ">99%", ">99%"]
    assert review_line({"举旗帜": 0.9, "其他": 0.9}) == "低于 90%"
    assert review_line({"举旗帜": 0.9, "其他": 0.5}) == "低于其主题的复核线（各主题 50% 至 90%）"
    drifted = DriftedText(0.25, 0.95)
    assert review_line({"举旗帜": 0.9, "其他": 0.9}, drifted) == "低于 90%（生词占 25% 以上的报告一律低于 95%）"
    by_theme = review_line({"举旗帜": 0.9, "其他": 0.5}, drifted)
    assert by_theme == "低于其主题的复核线（各主题 50% 至 90%；生词占 25% 以上的报告一律低于 95%）"
    assert second_themes(tag(("展形象", "举旗帜"))) == "展形象 15%、举旗帜 10%"


@pytest.mark.parametrize(
    ("one", "second"),
    [
        (tag(), "其他 20%"),
        (tag(review=False), ""),
        (tag(("展形象",)), ""),  # it is shown as a secondary theme
        (tag(correction=HumanLabel("兴文化")), ""),  # a person has judged
        (tag(scores={"兴文化": 1.0}), ""),
        (tag(scores={}), ""),
    ],
)
def test_a_passage_for_review_shows_what_it_may_be_besides(one, second, facts):
    assert runner_up(one) == second
    assert row_of(one)["其次可能"] == (second or None)
    assert ("其次可能 其他 20%" in describe(one)) == bool(second)
    assert ("其次可能：其他 20%" in comment_on(one, facts)) == bool(second)


@pytest.mark.parametrize(
    ("score", "certainty", "reason"), [(0.55, None, "把握低于 60%"), (0.7, None, "报告生词多"), (0.7, 0.5, "文字识别把握低")]
)
def test_a_comment_says_why_a_passage_is_for_review(score, certainty, reason, facts):
    one = msgspec.structs.replace(tag(), score=score, certainty=certainty)
    assert f"待复核：{reason}" in comment_on(one, facts)
