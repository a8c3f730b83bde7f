"""The library on the page: by the API, and in a browser."""

from dataclasses import replace

import msgspec
import pytest

from pipeline.batch.engine import tag_documents
from pipeline.core.records import Document, KeptReport, Tag
from pipeline.library import attributes, reports
from pipeline.library.store import Library
from pipeline.output.digest.records import ReportAttribute
from pipeline.output.kept import kept

TEXT = """临溪县委宣传部{year}年宣传工作总结

基层宣讲团走进村社讲党课三百场，理论宣讲受到欢迎。

县图书馆新开六座城市书房<img src=x onerror="window.ran = true">，全民阅读活动吸引两万人次。
"""


@pytest.fixture
def shelf(home, loaded):
    """A library with two reports."""
    (model,) = (each.model for each in loaded.values())
    with Library(create=True) as library:
        batch = reports.begin_batch(library, "add", "m")
        for year in ("2023", "2024"):
            (tagged,) = tag_documents([Document(f"报告/{year}.txt", TEXT.format(year=year), year, "utf-8")], model)
            report = kept(tagged)
            reports.add(library, report, attributes.find(report.finish()), batch)
    return home


@pytest.fixture
def shown(serving):
    with serving(library=True) as served:
        yield served


def test_it_is_not_shown_unless_the_server_was_told_to(shelf, served):
    assert served.client.get("/api/settings").json()["library"] is False
    document = served.client.get("/api/openapi.json").json()
    asked = [(way, path) for path, ways in document["paths"].items() if path.startswith("/api/library") for way in ways]
    assert len(asked) == 15
    bodies = {"/digests/{number}": {"revision": 1, "pages": 1}, "/digests": {"reports": [1]}, "/reports": {"files": ["x"]}}
    for method, path in asked:
        body = bodies.get(path.removeprefix("/api/library"), {}) if method in ("post", "put") else None
        answer = served.client.request(
            method,
            path.replace("{number}", "1"),
            params={"query": "宣讲", "form": "docx"},
            **({} if body is None else {"json": body}),
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, path)
    with Library() as library:
        assert len(reports.entries(library)) == 2


def test_a_token_guards_it(shelf, serving):
    with serving(token="a-token-of-the-tests-0123456789", library=True) as served:
        served.client.headers.pop("authorization")
        assert served.client.get("/api/library").status_code == 401


def test_listed_found_looked_at_and_removed(shelf, shown):
    listed = shown.client.get("/api/library").json()["reports"]
    assert [(each["number"], each["file"], each["place"], each["year"]) for each in listed] == [
        (2, "2024.txt", "临溪县", "2024"),
        (1, "2023.txt", "临溪县", "2023"),
    ]
    found = shown.client.get("/api/library/find", params={"query": "理论宣讲", "year": "2023"}).json()
    assert (found["passages"], found["reports"]) == (1, 1)
    assert found["found"][0]["report"]["number"] == 1
    (mark,) = found["found"][0]["marks"]
    assert found["found"][0]["text"][slice(*mark)] == "理论宣讲"
    page = shown.client.get("/api/library/reports/1/page")
    assert "活动吸引两万人次" in page.text
    assert "<img" not in page.text
    answer = shown.client.delete(
        "/api/library/reports/1", headers={"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert shown.client.delete("/api/library/reports/1").status_code == 204
    assert shown.client.delete("/api/library/reports/1").status_code == 404
    assert shown.client.get("/api/library/reports/1/page").status_code == 404
    assert len(shown.client.get("/api/library").json()["reports"]) == 1


def test_what_was_just_tagged_is_kept_as_one_batch_with_what_people_corrected(shown, home):
    files = [shown.upload(f"{year}.txt", TEXT.format(year=year).encode()) for year in ("2023", "2024")]
    (tag, *_) = [t for t in shown.client.get(f"/api/files/{files[0]['id']}/tags").json()["tags"] if "理论宣讲" in t["text"]]
    other = next(name for name in tag["scores"] if name != tag["theme"])
    said = {"annotator": "王一", "corrections": [{"start": tag["start"], "end": tag["end"], "label": other}]}
    assert shown.client.post(f"/api/files/{files[0]['id']}/corrections", json=said).status_code == 200
    keep = {"files": [file["id"] for file in files]}
    assert shown.client.post("/api/library/reports", json=keep).json() == {"added": 2, "known": 0, "notices": []}
    assert shown.client.post("/api/library/reports", json=keep).json() == {"added": 0, "known": 2, "notices": []}
    (batch,) = shown.client.get("/api/library/batches").json()["batches"]
    assert (batch["action"], batch["reports"], batch["members"]) == ("add", 2, [1, 2])
    found = shown.client.get("/api/library/find", params={"query": "理论宣讲", "year": "2023"}).json()["found"]
    assert [each["theme"] for each in found] == [other]
    changed = shown.upload("2023.txt", TEXT.format(year="2023年、").encode())
    done = shown.client.post("/api/library/reports", json={"files": [changed["id"]]}).json()
    assert done["added"] == 1
    assert "its content has changed since it was kept as 1" in done["notices"][0]


def test_a_model_trained_anew_since_the_server_began_is_told_as_such(shelf, shown, loaded, monkeypatch):
    (identifier, began), file = *loaded.items(), shown.upload("2025.txt", TEXT.format(year="2025").encode())
    monkeypatch.setitem(
        loaded, identifier, replace(began, model=msgspec.structs.replace(began.model, stored_version="000000000000"))
    )
    asked = [
        shown.client.post("/api/library/reports", json={"files": [file["id"]]}),
        shown.client.post("/api/library/retag", json={}),
        shown.client.post("/api/library/digests", json={"reports": [1]}),
        shown.client.get("/api/library/reports/1/page"),
    ]
    said = "and 000000000000 when this began; start it again"
    assert [(answer.status_code, answer.json()["error"].endswith(said)) for answer in asked] == [(409, True)] * 4


def test_only_tagged_files_are_kept(shown):
    assert shown.client.post("/api/library/reports", json={"files": ["none"]}).status_code == 404
    assert shown.client.post("/api/library/reports", json={"files": []}).status_code == 422
    broken = shown.upload("a.pdf", b"%PDF-1.7 no document")
    assert shown.client.post("/api/library/reports", json={"files": [broken["id"]]}).status_code == 409
    assert shown.client.get("/api/library").json() == {"reports": []}


def test_attributes_are_corrected_by_hand(shelf, shown):
    address = "/api/library/reports/1/attributes"
    fresh = shown.client.post(address, json={"unit": " 临溪县教育局 ", "group": "教育", "year": "2022年"}).json()
    assert (fresh["unit"], fresh["group"], fresh["year"], fresh["place"]) == ("临溪县教育局", "教育", "2022", "临溪县")
    assert (fresh["bases"]["unit"], fresh["bases"]["year"], fresh["bases"]["place"]) == ("手工", "手工", "标题")
    assert shown.client.get("/api/library").json()["reports"][1] == fresh
    assert shown.client.post(address, json={"group": ""}).json()["group"] == ""
    assert shown.client.post(address, json={}).status_code == 200
    assert shown.client.post("/api/library/reports/9/attributes", json={"year": "2024"}).status_code == 404


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"year": "明年"}, "attribute"),
        ({"unit": "白鹭县教育局"}, "attribute"),  # the report is of 临溪县
        ({"group": "一\n二"}, "attribute"),
        ({"unit": "字" * 61}, "invalid"),
        ({"rank": "1"}, "invalid"),
        ({"year": 2024}, "invalid"),
    ],
)
def test_an_attribute_that_cannot_be_is_refused(given, code, shelf, shown):
    before = shown.client.get("/api/library").json()
    answer = shown.client.post("/api/library/reports/1/attributes", json=given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert str(shelf) not in answer.text
    assert shown.client.get("/api/library").json() == before


def test_tagged_anew_with_the_difference_looked_at_before_it_is_kept(shelf, shown):
    with Library() as library:
        old = reports.content_of(library, 2)
        (tag,) = [tag for tag in old.tags if "理论宣讲" in tag.text]
        wrong = next(name for name in tag.scores if name != tag.theme)
        tags = tuple(msgspec.structs.replace(each, theme=wrong) if each == tag else each for each in old.tags)
        batch = reports.begin_batch(library, "retag", "m")
        reports.replace_tags(library, 2, msgspec.structs.replace(old, tags=tags), batch, 1)
    looked = shown.client.post("/api/library/retag", json={"reports": [2, 2, 2]}).json()
    (change,) = looked["changes"]
    assert (looked["reports"], looked["changed"], looked["not_whole"]) == (1, 1, [])
    assert (change["report"], change["start"], change["before"], change["after"]) == (2, tag.start, wrong, tag.theme)
    assert "<img" not in change["text"]
    assert shown.client.post("/api/library/retag", json={"write": True}).json() | {"reports": 1, "passages": 3} == looked
    assert shown.client.post("/api/library/retag", json={}).json()["changed"] == 0
    newest = shown.client.get("/api/library/batches").json()["batches"][0]
    assert (newest["action"], newest["reports"], newest["changed"], newest["members"]) == ("retag", 2, 1, [1, 2])
    assert shown.client.post("/api/library/retag", json={"reports": [9]}).status_code == 404
    assert shown.client.post("/api/library/retag", json={"model": "none"}).status_code == 404


def test_a_query_that_makes_no_sense_has_a_code(shelf, shown):
    answer = shown.client.get("/api/library/find", params={"query": "(宣讲"})
    assert (answer.status_code, answer.json()["code"]) == (422, "query")
    assert shown.client.get("/api/library/find", params={"query": "宣讲", "most": 1000}).status_code == 422


def test_a_year_that_is_none_is_told_in_a_browser(shelf, shown, chromium_page):
    from playwright.sync_api import expect

    page = chromium_page(shown.address)
    page.locator("summary", has_text="报告库").first.click()
    page.locator("#library-query").fill("宣讲")
    page.locator("#library-year").fill("202x")
    page.get_by_role("button", name="检索", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("“202x”不是年份：请写成 2024 这样，一次一个年份。")


def test_without_a_library_there_is_nothing(home, shown):
    assert shown.client.get("/api/library").json() == {"reports": []}
    assert shown.client.get("/api/library/find", params={"query": "宣讲"}).json() == {"passages": 0, "reports": 0, "found": []}
    assert shown.client.get("/api/library/reports/1/page").status_code == 404
    assert shown.client.get("/api/library/batches").json() == {"batches": []}
    assert shown.client.post("/api/library/retag", json={"reports": [1]}).status_code == 404
    assert shown.client.get("/api/library/digests").json() == {"drafts": []}
    assert shown.client.get("/api/library/digests/1").status_code == 404


def test_in_a_browser_by_keys_alone(shelf, shown, chromium_page):
    page = chromium_page(shown.address)
    page.get_by_text("报告库 2 篇").click()
    rows = page.locator("#library-list > li")
    assert rows.count() == 2
    page.get_by_label("检索", exact=True).fill("书房 与 阅读")
    page.get_by_label("年份").fill("2024")
    page.keyboard.press("Enter")
    page.get_by_text("1 篇报告中的 1 段").wait_for()
    assert "全民阅读活动" in rows.inner_text()
    assert rows.locator(".found mark").all_inner_texts() == ["书房", "阅读"]
    rows.get_by_role("button", name="查看 临溪县委宣传部2024年宣传工作总结").press("Enter")
    page.locator("#library-report .passage").first.wait_for()
    assert "<img src=x" in page.locator("#library-report").inner_text()
    page.get_by_role("button", name="列出全部报告").press("Enter")
    remover = page.get_by_role("button", name="删除 临溪县委宣传部2023年宣传工作总结")
    remover.press("Enter")
    assert rows.count() == 2
    remover.press("Enter")
    page.get_by_text("报告库 1 篇").wait_for()
    assert page.evaluate("window.ran") is None


@pytest.fixture
def counted(home):
    """A library of one report, two passages of which have two themes each."""
    with Library(create=True) as library:
        seconds = (("举旗帜", ("兴文化",)), ("兴文化", ("举旗帜",)), ("兴文化", ()))
        tags = [
            Tag(
                "a.txt", place, 10 * place, 10 * place + 4, f"宣讲第{place}", "", theme, 0.9, {theme: 0.9}, second, False, (), "m 1"
            )
            for place, (theme, second) in enumerate(seconds)
        ]
        report = KeptReport(Document("a.txt", "宣讲" * 20, "0" * 64, "utf-8"), tuple(tags))
        reports.add(library, report, {"place": ReportAttribute("临溪县", "标题")}, reports.begin_batch(library, "add", "m"))


def count(shown, **asked):
    return shown.client.get("/api/library/counts", params=asked)


def test_themes_are_counted_by_place_and_beside_each_other(counted, shown):
    table = count(shown, by="place", measure="passages").json()
    at = table["themes"].index("兴文化")
    assert (table["rows"], table["totals"], table["cells"][0][at]) == (["临溪县"], [3], 2)
    table = count(shown, by="theme").json()
    one, other = (table["themes"].index(name) for name in ("举旗帜", "兴文化"))
    assert (table["cells"][one][other], table["cells"][other][one], table["totals"][other]) == (2, 2, 3)
    assert count(shown, measure="reports").json()["cells"][one][other] == 1
    assert count(shown, measure="characters").status_code == 422
    assert count(shown, by="rank").status_code == 422


def test_without_a_library_nothing_is_counted(home, shown):
    assert count(shown, by="year").json()["rows"] == []


def test_in_a_browser_themes_that_stand_together_are_a_table_and_a_picture(counted, shown, chromium_page):
    page = chromium_page(shown.address)
    page.get_by_text("报告库 1 篇").click()
    page.get_by_text("主题统计").click()
    page.get_by_role("img", name="主题同现图：同现最多的是举旗帜与兴文化，1 篇").wait_for()
    page.get_by_label("计量").select_option("段落")
    picture = page.get_by_role("img", name="主题同现图：同现最多的是举旗帜与兴文化，2 段")
    picture.wait_for()
    assert (picture.locator("line").count(), picture.locator("circle").count()) == (1, 6)
    assert page.locator("#counts-shown tbody tr").count() == 6
    page.get_by_label("统计方式").select_option("地区")
    page.get_by_role("row", name="临溪县").wait_for()
    assert page.locator("#counts-shown svg").count() == 0
