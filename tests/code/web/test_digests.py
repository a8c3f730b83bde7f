"""Digests on the page: drafts by the API, of two people at once, and in a browser."""

import io
from pathlib import Path

import docx
import pytest

from pipeline.library import reports
from pipeline.library.store import Library
from pipeline.web import digests
from pipeline.web.accounts import Accounts, read_accounts

WORKS = "组织理论宣讲进村入户{0}场，编印双语读本{0}千册。\n\n新开城市书房{1}座，全民阅读活动吸引{0}万人次，获评全省先进集体。\n\n"
LACKS = '基层宣讲队伍人手不足，{}个村没有宣讲员。\n\n明年将继续建设农家书屋{}座。<img src=x onerror="window.ran = true">\n'
TOWNS = ("青石", "临溪", "白鹭", "云坪")


def text_of(town, place, year=2024):
    number = place + 3
    return f"{town}县委宣传部{year}年宣传工作总结\n\n" + WORKS.format(number * 7, number * 3) + LACKS.format(number, number * 2)


@pytest.fixture
def shown(serving):
    """A served page with a library of four reports."""
    with serving(library=True) as served:
        fill(served)
        yield served


def fill(served):
    files = [served.upload(f"{town}.txt", text_of(town, place).encode())["id"] for place, town in enumerate(TOWNS)]
    assert served.client.post("/api/library/reports", json={"files": files}).json()["added"] == len(TOWNS)


def begin(served, **asked):
    answer = served.client.post("/api/library/digests", json={"reports": [1, 2, 3, 4], "pages": 2, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def save(served, draft, **changed):
    asked = {name: draft[name] for name in ("revision", "name", "pages", "picks")}
    return served.client.put(f"/api/library/digests/{draft['number']}", json=asked | changed)


def words_of(answer):
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(answer.content)).paragraphs)


def test_a_draft_is_begun_with_what_its_pages_hold(shown):
    draft = begin(shown, name="  半年\n摘报 ", annotator="王一")
    assert (draft["number"], draft["revision"], draft["name"], draft["person"]) == (1, 1, "半年 摘报", "王一")
    assert (draft["filled"] <= 2, draft["gone"], draft["lost"]) == (True, 0, 0)
    offered = [(each["report"], each["start"]) for each in draft["passages"]]
    assert len(set(offered)) == len(offered)
    assert {(each["report"], each["start"]) for each in draft["picks"]} < set(offered)
    assert {each["aspect"] for each in draft["passages"]} == {"做法", "成效", "问题", "打算"}
    (head,) = shown.client.get("/api/library/digests").json()["drafts"]
    assert (head["reports"], head["pages"], head["picks"]) == (4, 2, len(draft["picks"]))


def test_what_is_picked_is_written_in_both_forms_and_survives_a_restart(serving):
    with serving(library=True) as served:
        fill(served)
        draft = begin(served)
        lack, result = (next(each for each in draft["passages"] if each["aspect"] == aspect) for aspect in ("问题", "成效"))
        picks = [{"report": each["report"], "start": each["start"]} for each in (lack, result)]
        saved = save(served, draft, name="摘报", picks=picks).json()
        assert (saved["revision"], saved["picks"]) == (2, picks)
    with serving(library=True) as served:
        assert served.client.get("/api/library/digests/1").json()["picks"] == picks
        address = "/api/library/digests/1/download"
        for form in ("official", "docx"):
            answer = served.client.get(address, params={"form": form})
            assert "filename*=UTF-8''%E6%91%98%E6%8A%A5.docx" in answer.headers["content-disposition"]
            words = words_of(answer)
            assert (lack["text"].rstrip("。") in words, result["text"].rstrip("。") in words) == (True, True)
            assert "编印双语读本" not in words
        assert served.client.get(address, params={"form": "md"}).text.startswith("# ")
        assert served.client.get(address, params={"form": "exe"}).status_code == 404


def test_two_people_do_not_overwrite_each_other(shown):
    draft = begin(shown)
    theirs = save(shown, draft, annotator="李二", picks=draft["picks"][:1]).json()
    answer = save(shown, draft, annotator="王一", picks=[])
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert "李二 saved it" in answer.json()["error"]
    assert shown.client.get("/api/library/digests/1").json() == theirs
    assert save(shown, theirs, annotator="王一", picks=[]).json()["person"] == "王一"


def test_an_account_saves_under_its_own_name(serving, tmp_path):
    token = "a-token-of-wang-0123456789abcdef"
    (tmp_path / "people.txt").write_text(f"王一 {token}\n", encoding="utf-8")
    with serving(library=True, accounts=Accounts(read_accounts(tmp_path / "people.txt"), None)) as served:
        served.client.headers["authorization"] = f"Bearer {token}"
        fill(served)
        draft = begin(served)
        assert draft["person"] == "王一"
        assert save(served, draft, annotator="李二").status_code == 403


def test_chosen_anew_by_pages_and_too_few_of_them(shown):
    draft = begin(shown, pages=5)
    emptied = save(shown, draft, picks=[]).json()
    assert (emptied["picks"], emptied["filled"]) == ([], 1)
    again = save(shown, emptied, choose=True).json()
    assert again["picks"] == draft["picks"]
    fewer = save(shown, again, pages=1, choose=True)
    assert (fewer.status_code, fewer.json()["code"]) == (422, "pages")
    assert shown.client.get("/api/library/digests/1").json() == again


def test_reports_and_passages_that_are_gone_are_told(shown):
    draft = begin(shown)
    gone = draft["picks"][0]["report"]
    assert shown.client.delete(f"/api/library/reports/{gone}").status_code == 204
    left = shown.client.get("/api/library/digests/1").json()
    assert (left["gone"], gone in {each["report"] for each in left["passages"]}) == (1, False)
    assert left["lost"] == sum(each["report"] == gone for each in draft["picks"])
    with_one_more = save(shown, left, picks=[*left["picks"], {"report": gone, "start": 0}, {"report": 1, "start": 999_999}])
    assert with_one_more.json()["lost"] == 2


def test_what_is_corrected_meanwhile_shows_at_once(shown):
    assert "临溪县" in {each["place"] for each in shown.client.get("/api/library").json()["reports"]}
    begin(shown)
    shown.client.post("/api/library/reports/2/attributes", json={"unit": "", "place": "石桥县"})
    answer = shown.client.get("/api/library/digests/1/download", params={"form": "official"})
    assert "临溪县" not in words_of(answer).replace("临溪县委宣传部", "")


@pytest.mark.parametrize(
    "asked",
    [
        {"reports": []},
        {"reports": [1], "pages": 0},
        {"reports": [1], "pages": 101},
        {"reports": ["1"]},
        {"reports": [1], "name": "字" * 81},
    ],
)
def test_a_draft_that_cannot_be_is_refused(asked, shown):
    assert shown.client.post("/api/library/digests", json=asked).status_code == 422
    assert shown.client.get("/api/library/digests").json() == {"drafts": []}


def test_a_draft_that_is_none(shown):
    assert shown.client.post("/api/library/digests", json={"reports": [99]}).status_code == 404
    for method, path, body in (("GET", "", None), ("DELETE", "", None), ("PUT", "", {"revision": 1, "pages": 1})):
        assert shown.client.request(method, f"/api/library/digests/7{path}", json=body).status_code == 404
    assert shown.client.get("/api/library/digests/7/download", params={"form": "docx"}).status_code == 404
    begin(shown)
    assert shown.client.delete("/api/library/digests/1").status_code == 204
    assert shown.client.get("/api/library/digests").json() == {"drafts": []}


def test_so_many_drafts_and_no_more(shown, monkeypatch):
    with Library() as library:
        row = "INSERT INTO draft (revision, name, person, date, content) VALUES (1, '', '', '', '{\"reports\":[1],\"pages\":1}')"
        for _ in range(digests.MOST):
            library.database.execute(row)
        assert len(reports.entries(library)) == 4
    answer = shown.client.post("/api/library/digests", json={"reports": [1]})
    assert (answer.status_code, answer.json()["code"]) == (507, "full")


@pytest.fixture
def open_page(shown, chrome, patience):
    """Return a function that opens the page as another person does; its console may tell of what is refused (409), and no more."""
    noticed, contexts = [], []

    def run():
        contexts.append(chrome.new_context(viewport={"width": 1360, "height": 900}, locale="zh-CN"))
        page = contexts[-1].new_page()
        page.set_default_timeout(patience)
        page.on("console", lambda line: line.type in ("error", "warning") and "409" not in line.text and noticed.append(line.text))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.goto(shown.address)
        return page

    yield run
    for context in contexts:
        context.close()
    assert noticed == []


@pytest.fixture
def picking(open_page):
    """A page on which a digest of two pages was begun."""
    page = open_page()
    page.get_by_text("报告库 4 篇").click()
    page.get_by_label("全选").check()
    page.locator("#chosen-digest").click()
    page.locator("#digest-name").fill("半年摘报")
    page.locator("#digest-pages").fill("2")
    page.locator("#digest-make").press("Enter")
    page.locator("#draft-said").get_by_text("不超过 2 页").wait_for()
    assert page.evaluate("() => window.ran") is None
    return page


def test_in_a_browser_passages_are_dropped_picked_and_written(picking):
    from playwright.sync_api import expect

    picked, said = picking.locator(".picked li"), picking.locator("#draft-said")
    before = picked.count()
    assert before >= 4
    picking.get_by_role("button", name="去掉").first.press("Enter")
    expect(picked).to_have_count(before - 1)
    expect(said).to_contain_text("已保存")
    picking.locator("#draft-body summary").first.click()
    picking.get_by_role("button", name="选入").first.press("Enter")
    expect(picked).to_have_count(before)
    expect(said).to_contain_text("已保存")
    with picking.expect_download() as download:
        picking.get_by_role("link", name="下载摘编：Word（公文格式）").click()
    assert download.value.suggested_filename == "半年摘报.docx"
    assert "工作情况摘报" in docx.Document(io.BytesIO(Path(download.value.path()).read_bytes())).paragraphs[0].text
    picking.reload()
    expect(picked).to_have_count(before)


def test_in_a_browser_who_saves_second_is_asked(shown, picking, open_page):
    from playwright.sync_api import expect

    before = picking.locator(".picked li").count()
    other = open_page()
    other.get_by_label("校对人").fill("李二")
    other.locator("#digests > summary").click()
    other.get_by_role("button", name="打开摘编 半年摘报").click()
    expect(other.locator(".picked li")).to_have_count(before)
    other.get_by_role("button", name="去掉").first.click()
    expect(other.locator("#draft-said")).to_contain_text("已保存")
    other.get_by_text("李二").wait_for()  # in the list, which is drawn after the save
    picking.get_by_role("button", name="去掉").last.click()
    expect(picking.locator("#draft-stale")).to_contain_text("李二在")
    picking.get_by_role("button", name="用我这里的").click()
    expect(picking.locator("#draft-stale")).to_be_hidden()
    expect(picking.locator("#draft-said")).to_contain_text("已保存")
    picks = shown.client.get("/api/library/digests/1").json()["picks"]
    assert len(picks) == picking.locator(".picked li").count() == before - 1
