"""The API of the served page: what it takes, gives and says when it cannot."""

import io
import json
import threading
import time
import warnings
import zipfile

import pytest

from pipeline.labels.people import checked_name
from pipeline.output import FORMATS
from pipeline.read.isolated import IsolatedReader
from pipeline.web import app, file_store, review, tagging

from .conftest import TEXT


def test_a_text_is_tagged_quickly(served):
    answer = served.client.post("/api/tag", json={"text": TEXT})
    tags = answer.json()["tags"]
    assert [TEXT[tag["start"] : tag["end"]] for tag in tags] == [tag["text"] for tag in tags]
    assert len(tags) == 2
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        served.client.post("/api/tag", json={"text": TEXT})
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.05


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"text": "x", "model": "none"}, 404, "no model 'none' here"),
        ({"text": "x" * 200_001}, 422, "text: String should have at most"),
        ({"text": "x", "other": 1}, 422, "other: Extra inputs"),
        ({}, 422, "text: Field required"),
    ],
)
def test_a_text_that_is_not_tagged(served, body, status, words):
    answer = served.client.post("/api/tag", json=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_an_error_does_not_give_back_what_was_sent(served):
    answer = served.client.post("/api/tag", content=b'{"text": "\\ud800 secret', headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "secret" not in answer.text


def test_a_file_is_read_tagged_and_given_out(served):
    file = served.upload("报告 一.txt")
    assert file["reports"][0] | {"sha256": "", "shares": {}} == {
        "source": "报告 一.txt", "sha256": "", "encoding": "utf-8", "characters": len(TEXT), "passages": 2,
        "review": file["reports"][0]["review"], "set_aside": 0, "shares": {},
    }  # fmt: skip
    assert sum(file["reports"][0]["shares"].values()) == pytest.approx(1, abs=0.001)
    assert served.client.get("/api/files").json()["files"] == [file]
    tags = served.client.get(f"/api/files/{file['id']}/tags").json()
    assert [tag["source"] for tag in tags["tags"]] == ["报告 一.txt"] * 2
    fragment = served.client.get(f"/api/files/{file['id']}/report")
    assert fragment.headers["content-type"].startswith("text/html")
    assert fragment.text.count('class="passage') == 2
    assert "style=" not in fragment.text
    assert served.client.delete(f"/api/files/{file['id']}").status_code == 204
    assert served.client.get(f"/api/files/{file['id']}").status_code == 404


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_is_given_out(served, name):
    file = served.upload("报告 一.txt")
    served.upload("二.txt", TEXT.replace("六", "七").encode())
    suffix = ".txt" if name == "table" else FORMATS[name].suffixes[0]
    one = served.client.get(f"/api/files/{file['id']}/download", params={"format": name})
    assert one.status_code == 200, one.text
    assert one.headers["content-disposition"] == (
        f"attachment; filename=\"report{suffix}\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%20%E4%B8%80{suffix}"
    )
    assert one.headers["content-type"] == "application/octet-stream"
    both = served.client.get("/api/download", params={"format": name})
    assert both.status_code == 200
    assert len(both.content) > len(one.content) > 100
    if name == "jsonl":
        assert [json.loads(line)["source"] for line in both.text.splitlines()] == ["报告 一.txt"] * 2 + ["二.txt"] * 2


def test_a_word_document_comes_back_as_itself_with_comments(served):
    import docx

    document, made = docx.Document(), io.BytesIO()
    document.add_heading("临溪县工作小结", 1)
    document.add_paragraph("县图书馆新开六座城市书房，送戏下乡八十场。").runs[0].italic = True
    document.save(made)
    file = served.upload("小结.docx", made.getvalue())
    answer = served.client.get(f"/api/files/{file['id']}/download?format=docx")
    assert answer.headers["content-disposition"].endswith("%E5%B0%8F%E7%BB%93.docx")
    back = docx.Document(io.BytesIO(answer.content))
    assert [paragraph.text for paragraph in back.paragraphs] == ["临溪县工作小结", "县图书馆新开六座城市书房，送戏下乡八十场。"]
    assert back.paragraphs[1].runs[0].italic
    assert len(list(back.comments)) >= 2
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert not [name for name in package.namelist() if b"mission-themes-serve" in package.read(name)]


def test_downloads_leave_nothing_behind(served):
    file = served.upload()
    statuses = []
    for part in ("", "bytes=0-9", "bytes=", "bytes=9999999-", "lines=1-2", "bytes=5-1,x"):
        headers = {"range": part} if part else {}
        statuses.append(served.client.get(f"/api/files/{file['id']}/download?format=csv", headers=headers).status_code)
    assert statuses[:4] == [200, 206, 400, 416]
    held = [one for one in gc_stores() if file["id"] in one.files]
    folder = held[0].files[file["id"]].folder.parent
    deadline = time.monotonic() + 5
    while [path.name for path in folder.iterdir()] != [file["id"]]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def gc_stores():
    import gc

    return [one for one in gc.get_objects() if isinstance(one, file_store.FileStore)]


def test_an_archive_holds_several_reports(served):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("一.txt", TEXT)
        archive.writestr("二.txt", TEXT + "全县开展志愿服务。\n")
        archive.writestr("三.docx", b"PK\x03\x04" + b"x" * 100)
        archive.writestr("图.jpg", b"x")
    file = served.upload("年.zip", packed.getvalue())
    assert [report["source"] for report in file["reports"]] == ["年.zip/一.txt", "年.zip/二.txt"]
    assert file["failures"][0].startswith("年.zip/三.docx: ")
    assert file["passed_over"] == ["年.zip/图.jpg"]
    second = served.client.get(f"/api/files/{file['id']}/tags", params={"report": 1}).json()["tags"]
    assert [tag["text"] for tag in second][-1] == "全县开展志愿服务。"
    assert served.client.get(f"/api/files/{file['id']}/tags", params={"report": 2}).json()["error"] == "no report 2; the file has 2"


def test_a_broken_file_is_one_line_without_any_folder(served):
    for name, data in (
        ("坏.docx", b"PK\x03\x04" + b"x" * 100),
        ("坏.pdf", b"%PDF-1.7 x"),
        ("白.txt", b"  "),
        ("图.png", b"\x89PNG" + b"x" * 50),
    ):
        file = served.upload(name, data)
        assert file["state"] == "failed"
        (line,) = file["failures"]
        assert line.startswith(f"{name}: ")
        assert "/" not in line.replace(" / ", "")
        assert served.client.get(f"/api/files/{file['id']}/tags").status_code == 409


def test_an_empty_body_is_no_file(served):
    answer = served.send(data=b"")
    assert (answer.status_code, answer.json()["error"]) == (422, "the file is empty; save the report again")
    assert served.client.get("/api/files").json() == {"files": []}


def test_the_name_people_use_is_what_keeps_folders_out_of_errors(tmp_path, trained_home, config, monkeypatch):
    path = tmp_path / "upload.docx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    task = tagging.Task(path, "坏.docx", trained_home / "models" / "seeds", "", config.read)
    assert str(tmp_path) not in str(tagging.tag_file(task).failures)
    read = IsolatedReader.read
    monkeypatch.setattr(IsolatedReader, "read", lambda self, source, name: read(self, source))
    assert str(tmp_path) in str(tagging.tag_file(task).failures)


def test_an_unexpected_error_tells_nothing_of_the_server(served, monkeypatch):
    def fail(*_):
        raise OSError("/srv/secret/folder is full")

    file = served.upload()
    monkeypatch.setattr(review, "said_by", fail)
    answer = served.client.get(f"/api/files/{file['id']}/tags")
    assert answer.status_code == 500
    assert answer.json() == {"code": "error", "error": "an unexpected error; the server's own messages tell more"}
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/api", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fguard.py", "/api/files/../../etc"],
)
def test_what_is_not_there(served, path):
    answer = served.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_names_of_models_and_files_are_no_paths(served):
    for path in ("/themes/..%2f..%2fx.css", "/api/files/..%2f..%2fx", "/api/files/%00"):
        assert served.client.get(path).status_code == 404


def test_the_colours_of_the_labels(served):
    (model,) = served.client.get("/api/models").json()
    style = served.client.get(f"/themes/{model['id']}.css")
    assert style.headers["content-type"].startswith("text/css")
    assert style.text.count(".chip::before") == len(model["labels"])


def test_metrics_hold_counts_and_no_names(served):
    file = served.upload("机密报告.txt")
    served.client.get("/api/files/wrong")
    text = served.client.get("/api/metrics").text
    assert 'mission_themes_requests_total{method="POST",route="/api/files",status="202"} 1\n' in text
    assert 'mission_themes_requests_total{method="GET",route="/api/files/{identifier}",status="404"} 1\n' in text
    assert "mission_themes_files_held 1\n" in text
    assert file["id"] not in text
    assert "机密" not in text


# ---- corrections


@pytest.fixture
def reviewed(home):
    """Return a function that gives the lines of the file of corrections."""

    def lines():
        path = home / "seeds" / "labels" / "review.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    return lines


def correct(served, file, annotator, **correction):
    body = {"annotator": annotator, "corrections": [{"start": 0, "end": 21, "label": "展形象", **correction}]}
    return served.client.post(f"/api/files/{file['id']}/corrections", json=body)


def test_a_correction_is_kept_beside_what_the_model_said(served, reviewed):
    file = served.upload()
    assert correct(served, file, " 王 一 ", secondary=["兴文化"], note="讲的是形象").json() == {"saved": 1}
    tag = served.client.get(f"/api/files/{file['id']}/tags").json()["tags"][0]
    (line,) = reviewed()
    assert line["suggestion"] == {"label": tag["theme"], "score": tag["score"], "model": tag["model"]}
    assert (line["label"], line["secondary"], line["note"], line["annotator"]) == ("展形象", ["兴文化"], "讲的是形象", "王 一")


@pytest.mark.parametrize("change", [{"label": "兴文化"}, {"note": "另说"}, {"withdrawn": True}])
def test_corrections_of_one_request_that_contradict_each_other_are_refused(served, home, change):
    one = {"start": 0, "end": 21, "label": "展形象", "secondary": ["展形象"]}
    address = f"/api/files/{served.upload()['id']}/corrections"
    answer = served.client.post(address, json={"annotator": "王一", "corrections": [one, {**one, **change}]})
    assert answer.status_code == 409
    assert answer.json()["error"] == "correction 0-21 is given twice, each time otherwise; give it once"
    assert not (home / "seeds/labels/review.jsonl").exists()
    assert served.client.post(address, json={"annotator": "王一", "corrections": [one, one]}).json() == {"saved": 1}


def test_a_second_theme_that_is_the_first_is_not_kept(served, reviewed):
    correct(served, served.upload(), "王一", secondary=["展形象", "兴文化", "兴文化"])
    assert reviewed()[0]["secondary"] == ["兴文化"]


def test_corrections_are_found_again_by_their_content_by_the_one_who_made_them(served):
    correct(served, served.upload("a.txt"), "王一", note="注")
    again = served.upload("别的名字.txt")
    said = served.client.get(f"/api/files/{again['id']}/tags", params={"annotator": "王一"}).json()["corrections"]
    assert said == [{"start": 0, "end": 21, "label": "展形象", "secondary": [], "note": "注"}]
    other = served.client.get(f"/api/files/{again['id']}/tags", params={"annotator": "李二"}).json()["corrections"]
    assert other == []
    correct(served, again, "王一", withdrawn=True)
    assert served.client.get(f"/api/files/{again['id']}/tags", params={"annotator": "王一"}).json()["corrections"] == []


def test_a_download_shows_what_the_person_named_has_saved(served):
    import docx
    import openpyxl

    file = served.upload("报告.txt")
    correct(served, file, "王一", secondary=["育新人"], note="讲的是形象")
    path = f"/api/files/{file['id']}/download"

    def first(annotator, address=path):
        data = served.client.get(address, params={"format": "xlsx", "annotator": annotator}).content
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl says of each extension of Excel that it does not keep it
            head, row, *_ = openpyxl.load_workbook(io.BytesIO(data))["段落"].iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True))[name] for name in ("更正主题", "更正次要主题", "批注", "校对人")]

    assert first(" 王一 ") == first("王一", "/api/download") == ["展形象", "育新人", "讲的是形象", "王一"]
    assert first("") == first("李二") == [None] * 4
    document = docx.Document(io.BytesIO(served.client.get(path, params={"format": "docx", "annotator": "王一"}).content))
    assert "更正：展形象（王一）" in next(iter(document.comments)).text
    lines = served.client.get(path, params={"format": "jsonl", "annotator": "王一"}).text.splitlines()
    assert [json.loads(line).get("correction", {}).get("label") for line in lines] == ["展形象", None]
    report = f"/api/files/{file['id']}/report"
    assert "已更正（原：" in served.client.get(report, params={"annotator": "王一"}).text
    assert "已更正" not in served.client.get(report).text
    correct(served, file, "王一", withdrawn=True)
    assert first("王一") == [None] * 4


def test_a_word_document_of_its_own_shows_them_too(served):
    import docx

    document, made = docx.Document(), io.BytesIO()
    document.add_paragraph("县图书馆新开六座城市书房，送戏下乡八十场。")
    document.save(made)
    file = served.upload("小结.docx", made.getvalue())
    assert correct(served, file, "王一").json() == {"saved": 1}
    answer = served.client.get(f"/api/files/{file['id']}/download", params={"format": "docx", "annotator": "王一"})
    back = docx.Document(io.BytesIO(answer.content))
    assert [paragraph.text for paragraph in back.paragraphs] == ["县图书馆新开六座城市书房，送戏下乡八十场。"]
    assert [comment.text for comment in back.comments if comment.text.startswith("更正：展形象（王一）")]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"label": "没有"}, 409, "'没有' is no label"),
        ({"secondary": ["没有"]}, 409, "'没有' is no label"),
        ({"end": 20}, 409, "correction 0-20: no tag has this span"),
        ({"start": 2**40}, 422, "less than or equal"),
        ({"note": "x" * 2001}, 422, "at most 2000 characters"),
        ({"suggestion": {"label": "其他", "score": 1, "model": "x"}}, 422, "Extra inputs"),
    ],
)
def test_a_correction_that_fits_nothing(served, home, change, status, words):
    answer = correct(served, served.upload(), "王一", **change)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert not (home / "seeds").exists()


def test_of_two_tabs_the_later_save_is_told_with_what_the_earlier_said(served, reviewed):
    file = served.upload()
    assert correct(served, file, "王一", note="一", seen=None).json() == {"saved": 1}
    later = correct(served, file, "王一", label="兴文化", seen=None)
    assert later.status_code == 409
    assert later.json()["code"] == "changed"
    assert later.json()["saved"] == [{"start": 0, "end": 21, "label": "展形象", "secondary": [], "note": "一"}]
    assert len(reviewed()) == 1
    assert correct(served, file, "李二", label="兴文化", seen=None).json() == {"saved": 1}
    seen = {"label": "展形象", "secondary": [], "note": "一"}
    assert correct(served, file, "王一", label="兴文化", seen=seen).json() == {"saved": 1}
    assert correct(served, file, "王一", withdrawn=True, seen=seen).status_code == 409
    correct(served, file, "王一", withdrawn=True)
    gone = correct(served, file, "王一", seen=seen)
    assert gone.json()["saved"] == [{"start": 0, "end": 21, "label": None}]


def test_a_damaged_line_of_the_corrections_is_named_and_the_others_count(served, home):
    file = served.upload()
    correct(served, file, "王一")
    path = home / "seeds/labels/review.jsonl"
    path.write_bytes(b"damaged\n" + path.read_bytes())
    for view in (
        f"/api/files/{file['id']}/tags",
        f"/api/files/{file['id']}/report",
        f"/api/files/{file['id']}/download?format=csv",
    ):
        answer = served.client.get(view, params={**({"format": "csv"} if "format" in view else {}), "annotator": "王一"})
        assert answer.status_code == 200, view
        assert "展形象" in answer.text
    said = served.client.get(f"/api/files/{file['id']}/tags", params={"annotator": "王一"}).json()
    assert len(said["corrections"]) == 1
    (notice,) = said["notices"]
    assert notice.startswith("not counted: review.jsonl:1: not a label")
    assert str(home) not in notice


def test_variants_of_a_name_are_one_person(served):
    file = served.upload()
    correct(served, file, "Ｗａｎｇ　一")
    for name in ("Wang 一", "Ｗａｎｇ 一", " Wang  一 "):
        assert served.client.get(f"/api/files/{file['id']}/tags", params={"annotator": name}).json()["corrections"], name


@pytest.fixture
def workbook(served):
    """A corrected workbook of a report, as the page gave it out and a person saved it."""
    import openpyxl

    file = served.upload("报告.txt")
    data = served.client.get(f"/api/files/{file['id']}/download", params={"format": "xlsx"}).content
    served.client.delete(f"/api/files/{file['id']}")

    def make(**themes):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
        sheet = book["段落"]
        column = [cell.value for cell in sheet[1]].index("更正主题") + 1
        for row, theme in themes.items():
            sheet.cell(int(row.removeprefix("row")), column).value = theme
        book.save(made := io.BytesIO())
        return made.getvalue()

    return make


@pytest.mark.parametrize("name", ["更正.xlsx", "更正.xlsm", "更正.docx", "更正"])
def test_a_workbook_that_came_from_here_is_taken_as_what_it_is(served, reviewed, workbook, name):
    file = served.send(name, workbook(row2="展形象", row3="聚民心")).json()
    seen = served.tagged(file["id"])
    assert (seen["state"], seen["corrections"], seen["reports"], seen["codes"]) == ("failed", 2, [], ["own_workbook"])
    assert "a workbook of tags that this program made" in seen["failures"][0]
    assert served.client.get(f"/api/files/{file['id']}/tags").status_code == 409
    saved = served.client.post(f"/api/files/{file['id']}/import", json={"annotator": "Ｗａｎｇ"})
    assert saved.json() == {"saved": 2}
    assert [(line["label"], line["annotator"]) for line in reviewed()] == [("展形象", "Wang"), ("聚民心", "Wang")]
    report = served.upload("又一次.txt")
    found = served.client.get(f"/api/files/{report['id']}/tags", params={"annotator": "Wang"}).json()["corrections"]
    assert [one["label"] for one in found] == ["展形象", "聚民心"]


def test_a_workbook_without_a_correction_holds_none(served, workbook):
    file = served.send("更正.xlsx", workbook()).json()
    seen = served.tagged(file["id"])
    assert (seen["codes"], seen["corrections"]) == (["own_workbook"], 0)


def test_a_workbook_that_was_changed_wrongly_is_named(served, workbook):
    file = served.send("更正.xlsx", workbook(row2="没有")).json()
    seen = served.tagged(file["id"])
    assert (seen["state"], seen["codes"]) == ("failed", ["corpus"])
    assert seen["failures"][0].startswith("更正.xlsx: 段落 row 2: '没有' is not a known label")


def test_a_workbook_in_an_archive_is_named_and_the_reports_beside_it_are_tagged(served, workbook):
    with zipfile.ZipFile(made := io.BytesIO(), "w") as package:
        package.writestr("更正.xlsx", workbook(row2="展形象"))
        package.writestr("报告.txt", TEXT)
    file = served.upload("都在.zip", made.getvalue())
    assert (file["state"], [report["source"] for report in file["reports"]]) == ("ready", ["都在.zip/报告.txt"])
    assert file["codes"] == ["own_workbook"]


def test_only_a_workbook_can_be_taken_in(served, home):
    file = served.upload()
    answer = served.client.post(f"/api/files/{file['id']}/import", json={"annotator": "王一"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not (home / "seeds").exists()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.txt", b" \n", "empty"),
        ("坏.docx", b"PK\x03\x04" + b"x" * 99, "damaged"),
        ("画.txt", b"\x89PNG\r\n" + b"x" * 99, "damaged"),
    ],
)
def test_a_failure_has_a_code(served, name, data, code):
    file = served.upload(name, data)
    assert (file["state"], file["codes"], len(file["failures"])) == ("failed", [code], 1)


@pytest.mark.parametrize("annotator", ["", " ", "a\nb\x00", "\u202ex", "x" * 81, "\ufdfa" * 5])
def test_who_corrects_must_be_said(served, home, annotator):
    answer = correct(served, served.upload(), annotator)
    assert (answer.status_code, answer.json()["code"]) == (422, "name")
    assert not (home / "seeds").exists()


@pytest.mark.parametrize("annotator", ["བཀྲ་ཤིས།", "O'Neill, J.", "王一/李二", "王" * 80])
def test_names_are_those_that_the_command_takes(served, reviewed, annotator):
    assert checked_name(annotator) == annotator
    assert correct(served, served.upload(), annotator).status_code == 200
    assert [line["annotator"] for line in reviewed()] == [annotator]


def test_a_disk_that_refuses_is_an_error_without_its_path(served, home):
    file = served.upload()
    (home / "seeds").write_text("no folder", encoding="utf-8")
    answer = correct(served, file, "王一")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert str(home) not in answer.text


def test_two_people_saving_at_once_lose_nothing(served, reviewed, monkeypatch):
    from contextlib import nullcontext

    from pipeline.labels.corrections import store as corrections

    whole_lines = corrections.whole_lines

    def slowly(data):
        time.sleep(0.05)
        return whole_lines(data)

    monkeypatch.setattr(corrections, "whole_lines", slowly)
    file = served.upload()
    correct(served, file, "王一")  # the report itself is written now

    def save_together(names):
        threads = [threading.Thread(target=correct, args=(served, file, name)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {line["annotator"] for line in reviewed()} >= set(names)

    assert save_together([f"甲{i}" for i in range(8)])
    monkeypatch.setattr(corrections, "alone", lambda path: nullcontext())
    assert not save_together([f"乙{i}" for i in range(8)])


def test_problems_have_a_word_for_programs():
    assert {404, 408, 409, 413, 422, 503, 507} <= set(app._CODES)


def test_what_must_not_be_guessed_cannot_be(served):
    """Ids have 128 random bits; none is like another."""
    identifiers = {served.send().json()["id"] for _ in range(5)}
    assert len(identifiers) == 5
    assert all(len(identifier) >= 22 for identifier in identifiers)
