"""The year of an office in a browser: sixty files in, attributes, search, digest, corrections, a new model, backup and restore."""

import io
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest

TOWNS = ("青石", "临溪", "白鹭", "云坪", "沙洲", "石桥", "柳湾", "东岭", "西坞", "南浦",
         "北塘", "茶亭", "松源", "梅溪", "竹山", "枫林", "荷塘", "桃渡", "杏庄", "兰亭")  # fmt: skip
YEARS = (2023, 2024, 2025)
CANTEEN = "机关食堂推出{}道家乡菜，职工食堂菜品天天更新。"
TEXT = """{town}县委宣传部{year}年宣传工作总结

一、理论学习

县委理论学习中心组集中学习{a}次，基层宣讲团走进村社开展理论宣讲{b}场，编印学习读本{c}册。

二、文化惠民

县图书馆新开城市书房{a}座，送戏下乡{b}场，全民阅读活动吸引{c}人次，获评全省先进集体。

三、存在的问题

基层宣讲队伍人手不足，{a}个村还没有专职宣讲员。

四、下一步打算

明年将再建农家书屋{b}座，培训宣讲员{c}人。

五、其他

{canteen}
"""


def write_reports(folder):
    """Write a report of each town and year."""
    folder.mkdir()
    files = []
    for place, town in enumerate(TOWNS):
        for number, year in enumerate(YEARS):
            a = 3 + place + 20 * number
            path = folder / f"{town}{year}.txt"
            canteen = CANTEEN.format(a)
            path.write_text(TEXT.format(town=town, year=year, a=a, b=a * 7, c=a * 113, canteen=canteen), encoding="utf-8")
            files.append(path)
    return files


@pytest.fixture
def office(trained_home, tmp_path, monkeypatch, begin, ask, chrome, patience):
    """An office with a project folder of its own, its files, a browser, and a server that can be stopped and started again."""
    for name in ("MISSION_THEMES_DATA", "MISSION_THEMES_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "office"
    shutil.copytree(trained_home, home)
    running = SimpleNamespace(home=home, process=None, noticed=[], ask=ask)

    def serve():
        running.process = begin(["serve", "--library", "--model", "seeds", "--port", "0"], running.home)
        line = next(line for line in running.process.stdout if line.startswith("page: "))
        page.goto(line.split()[1])

    def stop():
        running.process.terminate()
        assert running.process.wait(timeout=60) in (0, -15, 130, 143)

    page = chrome.new_page(viewport={"width": 1360, "height": 900}, locale="zh-CN")
    page.set_default_timeout(patience)
    page.on("pageerror", lambda error: running.noticed.append(str(error)))
    running.page, running.serve, running.stop, running.files = page, serve, stop, write_reports(tmp_path / "报告")
    yield running
    page.close()
    assert running.noticed == []


def take_in(page, files):
    from playwright.sync_api import expect

    page.set_input_files("#chooser", files)
    expect(page.locator("#files-count")).to_have_text("60 个，60 个已完成")
    page.get_by_role("button", name="收入报告库").click()
    expect(page.locator("#keep-said")).to_have_text("收入 60 篇。")
    page.locator("#files > summary").click()
    page.locator("#library > summary").click()
    expect(page.locator("#library-count")).to_have_text("60 篇")


def correct_attributes(page):
    """Give a report another unit and a group, try a year that is none, and find it by the unit."""
    from playwright.sync_api import expect

    name = "青石县委宣传部2025年宣传工作总结"
    page.get_by_role("button", name=f"属性 {name}").click()
    form = page.get_by_role("form", name=f"{name}的属性")
    form.locator("[name=year]").fill("明年")
    form.get_by_role("button", name="保存属性").click()
    expect(form.get_by_role("alert")).to_contain_text("年份写成 2024")
    form.locator("[name=year]").fill("2025")
    form.locator("[name=unit]").fill("青石县融媒体中心")
    form.locator("[name=group]").fill("试点")
    form.get_by_role("button", name="保存属性").click()
    expect(page.locator("#library-list > li", has_text=name)).to_contain_text("青石县融媒体中心 · 青石县 · 2025")
    page.locator("#library-unit").fill("融媒体")
    page.locator("#library-search").get_by_role("button", name="检索").click()
    expect(page.locator("#library-list > li")).to_have_count(1)


def search(page):
    from playwright.sync_api import expect

    page.get_by_role("button", name="列出全部报告").click()
    expect(page.locator("#library-list > li")).to_have_count(60)
    page.locator("#library-query").fill("理论宣讲 与 读本")
    page.locator("#library-year").fill("2024")
    page.keyboard.press("Enter")
    expect(page.locator("#library-said")).to_contain_text("20 篇报告中的 20 段")
    page.get_by_label("全选").check()
    expect(page.locator("#library-chosen-count")).to_have_text("已选 20 篇")


def make_digest(page):
    """Make a digest of the batch, drop the first passage and pick another one, and write it; return its paragraphs."""
    from playwright.sync_api import expect

    page.locator("#history > summary").click()
    page.get_by_role("button", name="选中第 1 批").click()
    page.locator("#chosen-digest").click()
    page.locator("#digest-name").fill("三年摘报")
    page.locator("#digest-make").click()
    picked, said = page.locator("#draft-body .picked li"), page.locator("#draft-said")
    expect(said).to_contain_text("不超过 5 页")
    before, dropped = picked.count(), picked.first.locator(".words-of").inner_text()
    page.get_by_role("button", name="去掉").first.click()
    expect(picked).to_have_count(before - 1)
    page.locator("#draft-body summary").first.click()
    offers = page.locator("#draft-body .offers").first.locator("li").filter(has_not_text=dropped)
    taken = offers.first.locator(".words-of").inner_text()
    offers.first.get_by_role("button").click()
    expect(picked).to_have_count(before)
    expect(said).to_contain_text("已保存")
    assert 1 <= int(re.search(r"公文格式排 (\d+) 页", said.inner_text())[1]) <= 5
    words = download(page, "Word（公文格式）")
    assert words[0].endswith("工作情况摘报")
    assert any(taken.rstrip("。") in line for line in words)
    assert not any(dropped.rstrip("。") in line for line in words)
    assert any(taken.rstrip("。") in line for line in download(page, "Word（普通格式）"))
    return before


def download(page, form):
    with page.expect_download() as waited:
        page.get_by_role("link", name=f"下载摘编：{form}").click()
    assert waited.value.suggested_filename == "三年摘报.docx"
    return [each.text for each in docx.Document(io.BytesIO(Path(waited.value.path()).read_bytes())).paragraphs]


def correct_tags(page):
    """Say of the canteen in twelve reports that it is of another theme than the model had given, and return both."""
    from playwright.sync_api import expect

    page.get_by_label("校对人").fill("王一")
    page.locator("#files > summary").click()
    themes = set()
    for town in TOWNS[:12]:
        if not page.locator("#files").evaluate("element => element.open"):
            page.locator("#files > summary").click()
        page.get_by_role("button", name=f"查看与校对 {town}2023.txt").click()
        expect(page.locator("#report")).to_contain_text(f"{town}县委宣传部2023年")
        passage = page.locator("#report .passage", has_text="机关食堂").last
        passage.click()
        themes.add(page.locator("#suggestion b").inner_text())
        expect(page.locator(".passage.current")).to_contain_text("机关食堂")
        page.locator("#choices").get_by_role("button", name="展形象").click()
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#unsaved")).to_have_text("已保存 1 处")
    assert "展形象" not in themes
    return themes


def retag(page, themes):
    """Tag everything anew, look at the difference, keep it; return how many passages changed."""
    from playwright.sync_api import expect

    page.get_by_label("全选").check()
    page.locator("#chosen-retag").click()
    page.get_by_role("button", name="看看有什么变化").click()
    said, rows = page.locator("#retag-said"), page.locator("#retag-list > li")
    expect(said).to_contain_text("将更新 60 篇")
    canteens = rows.filter(has_text="机关食堂").filter(has_text="展形象")
    assert canteens.count() > 12, said.inner_text()  # also in reports of which nobody has said anything
    assert canteens.first.locator("s").inner_text() in themes
    changed = int(re.search(r"有 (\d+) 段主题会变", said.inner_text())[1])
    page.get_by_role("button", name="按新结果更新报告库").click()
    expect(said).to_contain_text(f"{changed} 段主题已变")
    page.get_by_role("button", name="关闭").first.click()
    return changed


@pytest.mark.slow
def test_the_year_of_an_office(office, tmp_path):
    from playwright.sync_api import expect

    page = office.page
    office.serve()
    take_in(page, office.files)
    correct_attributes(page)
    search(page)
    picked = make_digest(page)
    themes = correct_tags(page)
    # The server stops, a model learns what was corrected, and the server comes back: everything but the uploads is there.
    office.stop()
    trained = office.ask(["train", "--config", "configs/seeds.toml"], home=office.home)
    assert trained.returncode == 0, trained.stderr
    office.serve()
    expect(page.locator("#library-count")).to_have_text("60 篇")
    page.locator("#library > summary").click()
    changed = retag(page, themes)
    page.locator("#history > summary").click()
    expect(page.locator("#history-list > li").first).to_contain_text(f"重新标注 60 篇第 2 批 · 660 段 · {changed} 段主题有变")
    page.locator("#digests > summary").click()
    page.get_by_role("button", name="打开摘编 三年摘报").click()
    expect(page.locator("#draft-said")).to_contain_text("已保存")
    # The office's machine is lost; what was kept comes back on another one.
    office.stop()
    kept = office.ask(["backup", tmp_path / "kept.zip"], home=office.home)
    assert kept.returncode == 0, kept.stderr
    shutil.rmtree(office.home)
    office.home = tmp_path / "另一台"
    back = office.ask(["restore", tmp_path / "kept.zip", "--to", office.home], home=tmp_path)
    assert back.returncode == 0, back.stderr
    office.serve()
    expect(page.locator("#library-count")).to_have_text("60 篇")
    page.locator("#library > summary").click()
    page.locator("#library-unit").fill("融媒体")
    page.keyboard.press("Enter")
    expect(page.locator("#library-list > li")).to_contain_text("青石县融媒体中心 · 青石县 · 2025 · 总结 · 试点")
    page.locator("#library-query").fill("机关食堂")
    page.locator("#library-unit").fill("")
    page.locator("#library-theme").select_option("展形象")
    page.keyboard.press("Enter")
    expect(page.locator("#library-said")).to_contain_text("篇报告中的")
    page.locator("#digests > summary").click()
    page.get_by_role("button", name="打开摘编 三年摘报").click()
    expect(page.locator("#draft-said")).to_contain_text("已保存")
    assert page.locator("#draft-body .picked li").count() <= picked
    assert len(download(page, "Word（公文格式）")) > picked
