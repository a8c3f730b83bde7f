"""The library on the page: by the API, and in a browser."""

import pytest

from pipeline.batch.engine import tag_documents
from pipeline.core.records import Document
from pipeline.library import attributes, reports
from pipeline.library.store import Library
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
    find = "/api/library/find?query=宣讲"
    asked = (("GET", "/api/library"), ("GET", find), ("GET", "/api/library/reports/1/page"), ("DELETE", "/api/library/reports/1"))
    for method, path in asked:
        answer = served.client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
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


def test_a_query_that_makes_no_sense_has_a_code(shelf, shown):
    answer = shown.client.get("/api/library/find", params={"query": "(宣讲"})
    assert (answer.status_code, answer.json()["code"]) == (422, "query")
    assert shown.client.get("/api/library/find", params={"query": "宣讲", "most": 1000}).status_code == 422


def test_without_a_library_there_is_nothing(home, shown):
    assert shown.client.get("/api/library").json() == {"reports": []}
    assert shown.client.get("/api/library/find", params={"query": "宣讲"}).json() == {"passages": 0, "reports": 0, "found": []}
    assert shown.client.get("/api/library/reports/1/page").status_code == 404


def test_in_a_browser_by_keys_alone(shelf, shown, browser):
    from playwright.sync_api import sync_playwright

    noticed = []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page(viewport={"width": 1360, "height": 900}, locale="zh-CN")
        page.on("console", lambda message: message.type in ("error", "warning") and noticed.append(message.text))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.goto(shown.address)
        page.get_by_text("报告库 2 篇").click()
        rows = page.locator("#library-list > li")
        assert rows.count() == 2
        page.get_by_label("检索", exact=True).fill("书房 与 阅读")
        page.get_by_label("年份").fill("2024")
        page.keyboard.press("Enter")
        page.get_by_text("1 篇报告中的 1 段").wait_for()
        assert "全民阅读活动" in rows.inner_text()
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
        opened.close()
    assert noticed == []
