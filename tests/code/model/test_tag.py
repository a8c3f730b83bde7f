from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.batch.engine import tag_texts
from pipeline.core.records import Document, Mark
from pipeline.flow import tag_document
from pipeline.model import tag as module
from pipeline.model.score import LONGEST_REPORT
from pipeline.model.tag import with_noise
from pipeline.read import read_report

SEEDS = ["000_05cee4bd61fb810e", "001_82ce1dfaeb0be688", "002_bc99a5d9c6142de8", "003_91b2b195f70b427a", "004_be132a9dff6c2480"]


@pytest.fixture(params=SEEDS)
def document(request, root, config):
    return read_report(root / "seeds" / "reports" / f"{request.param}.txt", config.read, request.param)


def test_tags_of_the_seeds_keep_the_contract(document, model):
    report = tag_document(document, model)
    tags = list(report.tags)
    assert [tag.segment for tag in tags] == list(range(len(tags)))
    assert all(left.end <= right.start for left, right in pairwise(tags))
    for tag in tags:
        assert document.text[tag.start : tag.end] == tag.text == tag.text.strip()
        assert tuple(tag.scores) == model.labels.names
        assert tag.score == tag.scores[tag.theme] == max(tag.scores.values())
        assert sum(tag.scores.values()) == pytest.approx(1, abs=0.001)
        assert tag.review == (tag.score < model.thresholds[model.labels.names.index(tag.theme)])
        assert tag.theme not in tag.secondary
        assert all(term in tag.text for term, _ in tag.evidence)
        assert [weight for _, weight in tag.evidence] == sorted((weight for _, weight in tag.evidence), reverse=True)
        assert tag.model == f"seeds {model.version}"
    assert any(tag.evidence for tag in tags)


def test_nothing_of_a_seed_is_lost(document, model):
    report = tag_document(document, model).finish()
    covered = {place for tag in report.tags for place in range(tag.start, tag.end)}
    covered |= {place for noise in report.noise for place in range(noise.start, noise.end)}
    missing = [document.text[i] for i in range(len(document.text)) if i not in covered and not document.text[i].isspace()]
    assert missing == []


def test_noise_is_shown_in_its_place_when_asked_for(document, model):
    plain = list(tag_document(document, model).tags)
    shown = list(with_noise(tag_document(document, model), model).tags)
    assert [tag for tag in shown if tag.noise is None] == plain
    assert [tag.start for tag in shown] == sorted(tag.start for tag in shown)
    assert {tag.noise for tag in shown} > {None}


@pytest.mark.parametrize("window", [1, 2, 3, 7])
def test_tags_do_not_depend_on_the_window(document, model, window, monkeypatch):
    options = msgspec.structs.replace(model.config.model, report_weight=0.0)  # which only reports of one window have
    model = msgspec.structs.replace(model, config=msgspec.structs.replace(model.config, model=options))
    whole = list(tag_document(document, model).tags)
    monkeypatch.setattr(module, "WINDOW", window)
    assert list(tag_document(document, model).tags) == whole


@pytest.mark.parametrize(("sentences", "same"), [(LONGEST_REPORT, False), (LONGEST_REPORT + 1, True)])
def test_a_report_gives_its_sentences_something_up_to_a_length(model, sentences, same):
    text = "".join(f"县图书馆新开第{number}座城市书房。\n" for number in range(1, sentences)) + "大家都很高兴。"
    options = msgspec.structs.replace(model.config.model, report_weight=2.0, report_length=1000.0)
    strong = msgspec.structs.replace(model, config=msgspec.structs.replace(model.config, model=options))
    off = msgspec.structs.replace(options, report_weight=0.0)
    alone = msgspec.structs.replace(model, config=msgspec.structs.replace(model.config, model=off))
    document = Document("x", text, "0", "utf-8")
    last = [list(tag_document(document, one).tags)[-1].scores for one in (strong, alone)]
    assert (last[0] == last[1]) is same
    assert last[0]["兴文化"] >= last[1]["兴文化"]


def test_evidence_stands_as_in_the_text_also_in_traditional_characters(root, config, model):
    document = read_report(root / "seeds" / "reports" / f"{SEEDS[3]}.txt", config.read)
    terms = [term for tag in tag_document(document, model).tags for term, _ in tag.evidence]
    assert any("會" in term or "傳" in term for term in terms)


def test_secondary_themes_are_those_that_score_enough(model):
    config = msgspec.structs.replace(model.config, tag=msgspec.structs.replace(model.config.tag, secondary=0.0, evidence=2))
    generous = msgspec.structs.replace(model, config=config)
    tag = next(next(tag_texts(["县图书馆新开六座城市书房，全民阅读活动丰富多彩。"], generous)).tags)
    assert tag.theme == "兴文化"
    assert set(tag.secondary) == {"举旗帜", "聚民心", "育新人", "展形象"}
    assert len(tag.evidence) <= 2


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_tagged_in_order_without_overlap(model, text):
    tags = list(with_noise(tag_document(Document("x", text, "0", "utf-8"), model), model).tags)
    assert all(left.end <= right.start for left, right in pairwise(tags))
    assert all(text[tag.start : tag.end] == tag.text for tag in tags)


def test_a_record_is_tagged_as_if_it_stood_alone_and_a_row_has_one_theme(model):
    rows = ["县图书馆新开城市书房。", "理论宣讲进村社。党委理论学习中心组学习。", "志愿者清雪。"]
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]

    def scores(kind):
        marks = tuple(Mark(start, start + len(row), kind) for start, row in zip(starts, rows, strict=True))
        return [(tag.text, tag.scores) for tag in tag_document(Document("x", text, "0", "csv", marks), model).tags]

    alone = [next(iter(tag_document(Document("x", row, "0", "csv", (Mark(0, len(row), "row"),)), model).tags)) for row in rows]
    assert scores("record") == [(tag.text, tag.scores) for tag in alone]
    assert [text for text, _ in scores("row")] == rows
    assert scores("row") != scores("record")


def test_no_frequent_single_character_is_given_as_evidence(model):
    words, idf = model.vocabulary.words, model.vocabulary.idf
    told = {words[i] for i in range(len(words)) if model.vocabulary.telling[i]}
    assert not {"的", "在", "一", "了"} & told
    assert {"理论", "文明"} <= told
    assert any(len(word) == 1 for word in told)  # 戏 or 碑 tell something
    assert {word for word in set(words) - told if len(word) > 1} == set()
    assert not model.vocabulary.telling[len(words) :].any()
    assert len(model.vocabulary.telling) == len(idf)
