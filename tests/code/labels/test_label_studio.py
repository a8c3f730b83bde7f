"""Label Studio's JSON: what is taken is right by the text that comes with it, and what is not taken is named."""

import json

import pytest

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.records import Document, Label
from pipeline.labels.exchange import export_labels, read_incoming
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.incoming import SHOWN, Columns, ImportedFile, ImportedReport, LabelSpan, Rejected

LABELS = load_label_set(locations.find("configs/labels.toml"))
TEXT = "👏全县宣讲百场。🎉新建书房六座。👨‍👩‍👧敬老助残。"
PLAIN = "全县宣讲百场。新建书房六座。"


def region(start, end, *names, text=None, **more):
    value = {"start": start, "end": end, "labels": list(names), **({} if text is None else {"text": text})}
    return {"type": "labels", "from_name": "label", "to_name": "text", "value": value, **more}


def task(*annotations, text=PLAIN, **more):
    """A task with the results of annotations, each of which may be a whole annotation too."""
    given = [item if isinstance(item, dict) else {"result": item} for item in annotations]
    return {"data": {"text": text, "source": "s"}, "annotations": given, **more}


@pytest.fixture
def take(tmp_path):
    def run(*tasks, who="", columns=None):
        path = tmp_path / "t.json"
        path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
        taken = read_incoming(path, columns or Columns(), LABELS, who)
        found = [(one.start, one.end, *one.names) for report in taken.reports for one in report.passages]
        return found, [str(each).removeprefix(f"{path}: ") for each in taken.refused]

    return run


def units(text):
    return len(text.encode("utf-16-le")) // 2


def test_offsets_count_units_of_utf16(take):
    parts = [("全县宣讲百场。", "举旗帜"), ("新建书房六座。", "兴文化"), ("敬老助残。", "育新人")]
    regions, spans = [], []
    for part, name in parts:
        place = TEXT.index(part)
        start = units(TEXT[:place])
        spans.append((place, place + len(part), name))
        regions.append(region(start, start + units(part), name, text=part))
    assert take(task(regions, text=TEXT)) == (spans, [])
    for each in regions:
        del each["value"]["text"]
    assert take(task(regions, text=TEXT)) == (spans, [])


def test_offsets_in_characters_are_taken_where_the_text_says_so(take):
    place = TEXT.index("新建")
    assert take(task([region(place, place + 7, "兴文化", text="新建书房六座。")], text=TEXT))[0] == [(place, place + 7, "兴文化")]


def test_a_browser_that_made_one_line_end_of_two(take):
    text = "宣讲百场。\r\n👏新建书房。"
    found = [region(8, 13, "兴文化", text="新建书房。")]
    assert take(task(found, text=text))[0] == [(8, 13, "兴文化")]
    assert take(task([region(0, 13, "兴文化", text="宣讲百场。\\n👏新建书房。")], text=text))[0] == [(0, 13, "兴文化")]


def test_what_is_written_is_read_again_as_it_was(tmp_path):
    given = (Label("a.txt", "0" * 64, 1, 8, "举旗帜", ("展形象",)), Label("a.txt", "0" * 64, 9, 16, "兴文化"))
    corpus = Corpus((LabelledDocument(Document("a.txt", TEXT, "0" * 64, "utf-8"), given),), LABELS)
    path = tmp_path / "t.json"
    path.write_bytes(export_labels(corpus, ".json"))
    values = [each["value"] for each in json.loads(path.read_bytes())[0]["annotations"][0]["result"]]
    assert [(value["start"], value["end"], value["text"]) for value in values] == [
        (2, 9, "全县宣讲百场。"),
        (11, 18, "新建书房六座。"),
    ]
    (report,) = read_incoming(path, Columns(), LABELS).reports
    assert [(one.start, one.end, one.names) for one in report.passages] == [(1, 8, ("举旗帜", "展形象")), (9, 16, ("兴文化",))]


GOOD = region(7, 14, "兴文化", text="新建书房六座。")
HYPER = {"type": "hypertextlabels", "value": {"start": "/p[1]/text()[1]", "end": "/p[1]", "hypertextlabels": ["举旗帜"]}}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (region(0, 23, "举旗帜", text=PLAIN), "region 0-23 is none of the text, which has 14 units of UTF-16"),
        (region(-3, 4, "举旗帜"), "region -3-4 is none of the text"),
        (region(4, 4, "举旗帜"), "region 4-4 is none of the text"),
        (region(0, 7, "举旗帜", text="别的文字。"), "region 0-7 does not hold the text that comes with it ('别的文字。')"),
        (region(0, 4, text="全县宣讲"), "region 0-4 has no label"),
        (region(0, 4, "新闻", text="全县宣讲"), "'新闻' is not a known label"),
        (region(None, 4, "举旗帜"), "region 'None' to '4' is no span of plain text"),
        (region("0", "4", "举旗帜"), "region '0' to '4' is no span of plain text"),
        (region(True, 4, "举旗帜"), "region 'True' to '4' is no span of plain text"),
        (HYPER, "a region of type hypertextlabels is none of labels and choices on plain text"),
        ({"type": "rating", "value": {"rating": 3}}, "a region of type rating is none of labels"),
        ({"type": "labels"}, "a region of type labels is none of labels"),
        ("x", "a region of type None is none of labels"),
        (region(8, 12, "举旗帜", text="建书房六"), "8-12 (举旗帜) overlaps 7-14 (兴文化), which was taken"),
    ],
)
def test_a_region_that_is_not_taken_is_named_and_the_others_are(take, bad, why):
    found, refused = take(task([GOOD]), task([GOOD, bad]))
    assert found == [(7, 14, "兴文化")] * 2
    assert len(refused) == 1
    assert refused[0].startswith("task 2, annotation 1: ")
    assert why in refused[0]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"data": {"text": PLAIN}, "annotations": None, "predictions": [286]}, "nobody annotated it"),
        ({"data": {"text": PLAIN}, "annotations": []}, "nobody annotated it"),
        ({"data": {"text": PLAIN}}, "nobody annotated it"),
        ({"data": {"text": None}, "annotations": []}, "not a Label Studio task with a text ('text' of its data)"),
        ({"data": {"words": PLAIN}}, "not a Label Studio task with a text"),
        ({"text": PLAIN, "label": []}, "not a Label Studio task with a text"),
        ([], "not a Label Studio task with a text"),
        (task({"result": None}), "annotation 1: not an annotation with a result"),
        (task([]), "annotation 1: holds no label"),
        (task({"was_cancelled": True, "result": [GOOD]}), "annotation 1: was skipped there"),
    ],
)
def test_a_task_that_is_not_taken_is_named_and_the_others_are(take, bad, why):
    found, refused = take(bad, task([GOOD]))
    assert found == [(7, 14, "兴文化")]
    assert len(refused) == 1
    assert refused[0].startswith("task 1")
    assert why in refused[0]


def by(who, *regions, **more):
    return {"completed_by": who, "result": list(regions), **more}


def test_several_people(take):
    first = region(0, 7, "举旗帜", text="全县宣讲百场。")
    against = region(7, 14, "育新人", text="新建书房六座。")
    found, refused = take(task(by(1, first, GOOD), by(2, first, against)))
    assert found == [(0, 7, "举旗帜")]
    assert ["7-14 is 兴文化 here and 育新人 by" in refused[0], "7-14 is 育新人 here and 兴文化 by" in refused[1]] == [True, True]


def test_of_several_people_one_can_be_chosen_or_is_marked_as_right(take):
    against = region(7, 14, "育新人", text="新建书房六座。")
    people = (by({"id": 4, "email": "a@x.cn"}, GOOD), by(2, against))
    assert take(task(*people), who="a@x.cn")[0] == [(7, 14, "兴文化")]
    assert take(task(*people), who="2")[0] == [(7, 14, "育新人")]
    assert "is not by 2" in take(task(*people), who="2")[1][0]
    found, refused = take(task(people[0], by(2, against, ground_truth=True)))
    assert found == [(7, 14, "育新人")]
    assert "another annotation of the task is marked as the true one" in refused[0]


def test_one_who_said_nothing_takes_nothing_back(take):
    found, refused = take(task(by(1, GOOD), by(2)))
    assert found == [(7, 14, "兴文化")]
    assert refused == ["task 1, annotation 2 (by 2): holds no label"]


def test_a_text_under_another_key(take):
    other = {"data": {"正文": PLAIN}, "annotations": [{"result": [GOOD]}]}
    assert take(other, columns=Columns(text="正文"))[0] == [(7, 14, "兴文化")]


def test_labels_of_a_region_are_each_taken_once(take):
    assert take(task([region(7, 14, "兴文化", "展形象", "兴文化", "展形象", text="新建书房六座。")]))[0] == [
        (7, 14, "兴文化", "展形象")
    ]
    assert take(task([GOOD, GOOD])) == ([(7, 14, "兴文化")], [])


def test_another_way_to_write_a_label(take):
    assert take(task([region(7, 14, "其它", text="新建书房六座。")])) == ([(7, 14, "其他")], [])


def test_a_choice_is_of_the_whole_text_or_of_the_span_that_it_names(take):
    def choice(**value):
        return {"type": "choices", "value": {"choices": ["举旗帜"], **value}}

    assert take(task([choice()])) == ([(0, 14, "举旗帜")], [])
    assert take(task([choice(start=7, end=14)])) == ([(7, 14, "举旗帜")], [])
    assert take(task([choice(end=7)])) == ([(0, 14, "举旗帜")], [])


def test_a_region_of_white_space_is_not_taken(take):
    found = take(task([region(3, 5, "举旗帜", text="  ")], text="宣讲。 \u3000书房。"))
    assert found == ([], ["task 1, annotation 1: region 3-5 holds white space only"])


def test_what_a_refused_region_says_is_cut(take):
    long = "长" * 300
    _, (text, start, kind) = take(
        task([region(0, 4, "举旗帜", text=long), region(long, long, "举旗帜"), {"type": long, "value": {}}])
    )
    assert [each.count("长") for each in (text, start, kind)] == [SHOWN, 2 * SHOWN, SHOWN]


def test_all_that_is_taken_of_tasks(tmp_path):
    path = tmp_path / "t.json"
    unnamed = {"data": {"text": PLAIN}, "annotations": [by({"id": 7}, GOOD), by(8, GOOD, was_cancelled=True)]}
    path.write_text(json.dumps([task([GOOD]), unnamed, {"data": {"text": PLAIN}, "completions": [by(9, GOOD)]}]), encoding="utf-8")
    places = [f"{path}: task {number}" for number in (1, 2, 3)]

    def span(task, who=""):
        named = f"{places[task]}, annotation 1" + (f" (by {who})" if who else "")
        return (LabelSpan(7, 14, "兴文化", (), named, who),)

    assert read_incoming(path, Columns(), LABELS) == ImportedFile(
        (
            ImportedReport("s", PLAIN, span(0), places[0]), ImportedReport(places[1], PLAIN, span(1, "7"), places[1]),
            ImportedReport(places[2], PLAIN, span(2, "9"), places[2]),
        ),
        (Rejected(f"{places[1]}, annotation 2 (by 8)", "was skipped there"),),
    )  # fmt: skip


def test_all_that_is_written_of_a_report():
    given = (Label("a.txt", "0" * 64, 1, 8, "举旗帜", ("展形象",)),)
    corpus = Corpus((LabelledDocument(Document("a.txt", TEXT, "0" * 64, "utf-8"), given),), LABELS)
    value = {"start": 2, "end": 9, "text": "全县宣讲百场。", "labels": ["举旗帜", "展形象"]}
    (written,) = json.loads(export_labels(corpus, ".json"))
    (region,) = written["annotations"][0]["result"]
    assert written["data"] == {"text": TEXT, "source": "a.txt"}
    assert (region["id"], region["type"], region["value"]) == ("r0", "labels", value)
