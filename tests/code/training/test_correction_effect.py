from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import Document, Label, Suggestion, Tag
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.training.correction_effect import CorrectedFigures, figures_of, find_corrected

LABELS = load_label_set(locations.find("configs/labels.toml"))
TEXT = "学理论。办书房。讲故事。"


def label(start, end, name, origin="review", **rest):
    return Label("a.txt", "0", start, end, name, (), "王", origin, **rest)


def tag(start, end, theme):
    return Tag("a.txt", 0, start, end, TEXT[start:end], "", theme, 0.9, {}, (), False, (), "m 1")


def corpus(*labels):
    return Corpus((LabelledDocument(Document("a.txt", TEXT, "0", "utf-8"), labels),), LABELS)


def test_what_models_say_of_corrected_passages_is_gathered_and_counted():
    said = Suggestion("其他", 0.5, "m 1")
    both = corpus(label(0, 4, "举旗帜", suggestion=said), label(4, 8, "兴文化"), label(8, 12, "其他", "seed"))
    assert find_corrected(both, {"b.txt"}, [], []) == ()  # of a report that was not measured nobody knows
    found = find_corrected(
        both,
        {"a.txt"},
        [tag(0, 4, "举旗帜"), tag(4, 12, "其他")],
        [tag(0, 4, "举旗帜"), tag(4, 12, "兴文化")],
    )
    assert [(each.text, each.suggestion, each.left_out, each.trained) for each in found] == [
        ("学理论。", "其他", "举旗帜", "举旗帜"),
        ("办书房。", "", "其他", "兴文化"),
    ]
    figures = figures_of(found)
    assert figures == CorrectedFigures(passages=2, known=1, before=0, left_out=1, trained=2)
    assert figures.as_dict()["corrections/left_out"] == 1.0


def test_the_theme_that_covers_most_of_a_passage_counts_and_none_where_nothing_is_tagged():
    labelled = corpus(label(0, 8, "兴文化"), label(8, 12, "其他"))
    one, other = find_corrected(labelled, {"a.txt"}, [], [tag(0, 3, "举旗帜"), tag(3, 8, "兴文化")])
    assert (one.left_out, one.trained) == ("", "兴文化")
    assert other.trained == ""
