"""What the recipe reaches on reports that were left out, and what the shipped model does with plain cases."""

import pytest

from pipeline.flow import open_model, tag_text


def test_leaving_each_seed_out_reaches_the_target(model):
    assert model.facts["scores"]["macro_f1"] >= 0.76


def test_the_probabilities_of_left_out_tags_are_calibrated(model):
    assert model.facts["scores"]["calibration_error"] <= 0.08


@pytest.fixture(scope="module")
def shipped():
    return open_model("default")


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("县委理论学习中心组开展集中学习十二次，基层宣讲团走进村社宣讲党的创新理论。", "举旗帜"),
        ("县融媒体中心加快媒体融合，做好舆论引导，及时处置网络舆情。", "聚民心"),
        ("深化新时代文明实践中心建设，广泛开展志愿服务，评选身边好人和道德模范。", "育新人"),
        ("市图书馆新开六座城市书房，送戏下乡八十场，非遗展演吸引游客三万人。", "兴文化"),
        ("中央媒体刊播我县稿件二百篇，海外社交平台发稿六十条，讲好我县故事。", "展形象"),
    ],
)
def test_the_shipped_model_knows_plain_cases(shipped, text, theme):
    assert {tag.theme for tag in tag_text(text, shipped)} == {theme}


def test_the_shipped_model_is_small(root):
    assert sum(path.stat().st_size for path in (root / "models" / "default").iterdir()) < 5_000_000
