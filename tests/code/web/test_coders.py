"""How far two people agree, on the page: by the API, with accounts, and in a browser."""

import pytest

from pipeline.web.accounts import Accounts, read_accounts

TOKEN = "a-token-of-wang-0123456789abcdef"
LINES = ("县图书馆新开六座城市书房。", "县委理论学习中心组集中学习十二次。", "志愿服务进社区三百场。")


def correct(served, *said):
    """Upload a report of three passages, and save what each person says of each: names and lists of labels."""
    file = served.upload(data="\n\n".join(LINES).encode())
    tags = served.client.get(f"/api/files/{file['id']}/tags").json()["tags"]
    assert [tag["text"] for tag in tags] == [*LINES]
    for name, labels in said:
        made = [
            {"start": tag["start"], "end": tag["end"], "label": label, "note": f"{name}说"}
            for tag, label in zip(tags, labels, strict=False)
            if label
        ]
        answer = served.client.post(f"/api/files/{file['id']}/corrections", json={"annotator": name, "corrections": made})
        assert answer.status_code == 200, answer.text


def ask(served, first="王一", second="李二"):
    return served.client.get("/api/agreement", params={"first": first, "second": second})


def test_two_people_and_where_they_differ(served):
    correct(served, ("王一", ["兴文化", "举旗帜", "育新人"]), ("李二", ["兴文化", "举旗帜", "聚民心"]), ("赵三", ["", "举旗帜"]))
    assert served.client.get("/api/coders").json()["coders"] == [
        {"name": name, "passages": count} for name, count in (("李二", 3), ("王一", 3), ("赵三", 1))
    ]
    found = ask(served).json()
    assert (found["passages"], found["differ"], found["observed"]) == (3, 1, pytest.approx(2 / 3))
    assert found["kappa"] == pytest.approx((2 / 3 - 2 / 9) / (1 - 2 / 9))
    assert found["kappa_by_label"]["兴文化"] == pytest.approx(1)
    assert found["kappa_by_label"]["展形象"] is None  # nobody gave it
    (differs,) = found["disagreements"]
    assert (differs["text"], differs["first"], differs["second"]) == (LINES[2], "育新人", "聚民心")
    assert differs["notes"] == ["王一说", "李二说"]
    assert ask(served, second="赵三").json()["kappa"] == 1


def test_without_a_passage_of_both_there_is_nothing_to_compare(served):
    assert served.client.get("/api/coders").json() == {"coders": []}
    correct(served, ("王一", ["兴文化"]), ("李二", ["", "举旗帜"]))
    answer = ask(served)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert ask(served, first="").status_code == 422


def test_an_account_compares_itself_only(serving, tmp_path):
    (tmp_path / "people.txt").write_text(f"王一 {TOKEN}\n", encoding="utf-8")
    with serving(accounts=Accounts(read_accounts(tmp_path / "people.txt"), None)) as served:
        assert served.client.get("/api/coders").status_code == 401
        served.client.headers["authorization"] = f"Bearer {TOKEN}"
        assert ask(served, first="李二", second="赵三").status_code == 403
        assert ask(served).status_code == 409


def test_in_a_browser(served, chromium_page):
    from playwright.sync_api import expect

    correct(served, ("王一", ["兴文化", "举旗帜", "育新人"]), ("李<i>二", ["兴文化", "举旗帜", "聚民心"]))
    page = chromium_page(served.address)
    page.get_by_text("校对一致性 2 人校对过").click()
    page.get_by_role("button", name="比较").press("Enter")
    expect(page.locator("#coders-said")).to_contain_text("两人都判断过 3 段，67% 相同")
    expect(page.locator("#coders-said")).to_contain_text("0.57，中等一致")
    expect(page.locator("#coders-list > li")).to_have_count(1)
    assert "李<i>二：聚民心（李<i>二说）" in page.locator("#coders-list").inner_text()


def test_the_second_person_who_saves_makes_them_comparable_without_a_reload(served, chromium_page):
    from playwright.sync_api import expect

    correct(served, ("王一", ["兴文化", "举旗帜", "育新人"]))
    page = chromium_page(served.address)
    expect(page.locator("#coders")).to_be_hidden()
    page.locator("#list button.open").first.click()
    page.get_by_label("校对人").fill("李二")
    page.locator(".passage").first.click()
    page.locator("#choices button", has_text="展形象").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#coders-count")).to_have_text("2 人校对过")
    page.get_by_text("校对一致性").click()
    page.get_by_role("button", name="比较").press("Enter")
    row = page.locator("#coders-table tr", has_text="聚民心")
    expect(row.locator("td")).to_have_text("–")
