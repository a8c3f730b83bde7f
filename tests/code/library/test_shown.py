import csv
import io
import json

import pytest

from pipeline.library import shown
from pipeline.library.find import find, hits
from pipeline.library.records import Wanted


@pytest.fixture
def passages(library, keep, make):
    keep(make("a.txt", "=全民阅读活动\x1b[2J，在县图书馆", title="临溪县总结"), place="临溪县")
    return [*hits(library, find(library, "阅读", Wanted()))]


def test_lines_for_a_terminal_do_not_steer_it_and_are_no_longer_than_it(passages):
    report, passage, blank = shown.passage_lines(passages, 60)
    assert report == "1  临溪县总结  [临溪县]  a.txt"
    assert passage == "  兴文化  0.90  =全民阅读活动␛[2J，在县图书馆"
    assert blank == ""
    assert [*shown.passage_lines(passages, 30)][1] == "  兴文化  0.90  =全民阅读活动␛[2J，…"


def test_a_word_that_would_not_be_seen_is_shown_where_it_stands(library, keep, make):
    text = "全县开展各项活动，新建农家书屋三十个，组织全民阅读活动三百场"
    keep(make("a.txt", text, title="临溪县总结"), place="临溪县")
    passages = [*hits(library, find(library, "全民阅读", Wanted()))]
    assert [*shown.passage_lines(passages, 50, ["全民阅读"])][1] == "  兴文化  0.90  …个，组织全民阅读活动三百场"
    assert [*shown.passage_lines(passages, 80, ["全民阅读"])][1] == f"  兴文化  0.90  {text}"[:80]
    assert [*shown.passage_lines(passages, 50)][1] == "  兴文化  0.90  全县开展各项活动，新建农家书屋三…"


def test_a_line_of_json_has_the_tag_and_what_is_known_of_its_report(passages):
    (line,) = shown.passage_json(passages)
    read = json.loads(line)
    assert (read["theme"], read["start"], read["source"]) == ("兴文化", 6, "a.txt")
    assert read["library"] == {
        "number": 1,
        "name": "临溪县总结",
        "unit": "",
        "place": "临溪县",
        "year": "",
        "kind": "",
        "group": "",
    }
    assert "page" not in read


def test_a_row_of_csv_runs_as_no_formula(passages):
    stream = io.BytesIO()
    shown.write_passages_csv(passages, stream)
    (row,) = csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline=""))
    assert (row["编号"], row["地区"], row["主题"]) == ("1", "临溪县", "兴文化")
    assert row["正文"].startswith("'=全民阅读")


def test_a_table_has_text_to_the_left_and_figures_to_the_right():
    assert [*shown.table_lines(["地区", "段落"], [["临溪县", 5], ["岷陵", 120]])] == [
        "地区    段落",
        "临溪县     5",
        "岷陵     120",
    ]
    assert [*shown.table_lines(["地区"], [])] == ["地区"]
