from pipeline import flow
from pipeline.batch import engine
from pipeline.batch.engine import tag_documents, tag_texts
from pipeline.core.records import Tag
from pipeline.model.folder import read_out_of_fold
from pipeline.read import read_report
from pipeline.training.out_of_fold import out_of_fold_lines


def test_out_of_fold_tags_hold_no_text(model, trained_home):
    lines = read_out_of_fold(trained_home / "models" / "seeds").splitlines()
    assert len(lines) > 100
    assert all(b'"text"' not in line and b'"evidence"' not in line for line in lines)


def test_out_of_fold_lines_are_what_a_scorer_needs():
    tag = Tag("a", 3, 1, 2, "字", "", "其他", 0.5, {"其他": 0.5}, (), True, (), "m")
    assert (
        out_of_fold_lines([tag])
        == '{"source":"a","segment":3,"start":1,"end":2,"theme":"其他","score":0.5,"scores":[0.5]}\n'.encode()
    )


def test_text_is_tagged_like_a_file(model, report, config):

    document = read_report(report, config.read)
    by_file = [(tag.start, tag.end, tag.theme) for tag in flow.tag_document(document, model).tags]
    assert [(tag.start, tag.end, tag.theme) for tag in next(tag_texts([document.text], model)).tags] == by_file


def test_small_documents_tagged_together_get_the_tags_of_each_alone(model, root, config, monkeypatch):
    paths = sorted((root / "seeds" / "reports").iterdir())
    documents = [read_report(path, config.read) for path in paths]
    alone = [flow.tag_document(document, model).finish() for document in documents]
    for characters in (1, 8_000, 1_000_000):
        monkeypatch.setattr(engine, "TOGETHER", characters)
        reports = list(tag_documents(documents, model))
        assert [report.source for report in reports] == [document.source for document in documents]
        assert [report.finish() for report in reports] == alone


def test_a_long_report_gets_the_same_tags_whatever_of_it_is_at_hand(model, root, config, monkeypatch):
    monkeypatch.setattr("pipeline.preprocess.long._STRETCH", 300)
    monkeypatch.setattr("pipeline.preprocess.segment._STRETCH", 500)
    for path in sorted((root / "seeds" / "reports").iterdir()):
        document = read_report(path, config.read)
        whole, lines = flow.tag_document(document, model).finish(), json_lines(flow.tag_document(document, model))
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.flow.LONG", 0)
            assert flow.tag_document(document, model).finish() == whole
            assert json_lines(flow.tag_document(document, model)) == lines


def json_lines(report):
    return [group.json_lines() for group in report.groups]


def test_a_document_without_a_passage_may_stand_anywhere_among_others(model):
    from itertools import permutations

    from pipeline.core.records import Document

    texts = {"a": "图书馆新开城市书房。", "empty": "", "noise": "记者：王一", "b": "学习理论。"}
    for order in permutations(texts):
        reports = tag_documents([Document(name, texts[name], "", "utf-8") for name in order], model)
        found = {report.source: [tag.theme for tag in report.tags] for report in reports}
        assert found == {"a": ["兴文化"], "empty": [], "noise": [], "b": ["举旗帜"]}
