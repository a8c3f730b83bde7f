"""The served page in a browser, as a person uses it: by mouse, by keys, by ear, on a telephone, under attack.

Set SCREENSHOTS to a folder to keep the picture of the README (`make screenshots`).
"""

import io
import json
import os
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from pipeline.web.accounts import Accounts, read_accounts

SEEDS = Path(__file__).resolve().parents[3] / "seeds" / "reports"
SEED = SEEDS / "002_bc99a5d9c6142de8.txt"
ATTACK = """<script>window.ran = true</script><img src=x onerror="window.ran = true"> 县图书馆新开六座城市书房。

=HYPERLINK("http://evil.example","点这里") 全县开展理论宣讲。

送戏下乡\u202e场十八\u202c，全民阅读\u2066活动。

</article></div><form action="//evil.example"><input name="x"></form> 志愿服务进社区。

"""


@pytest.fixture
def page(served, chromium_page):
    return chromium_page(served.address)


@pytest.fixture
def saved(home):
    """Return a function that gives the corrections on the disk."""
    return lambda: [json.loads(line) for line in (home / "seeds/labels/review.jsonl").read_text(encoding="utf-8").splitlines()]


def upload(page, *files):
    for file in files:
        page.set_input_files("#chooser", [file])
        name = file["name"] if isinstance(file, dict) else file.name
        page.get_by_role("button", name=f"查看与校对 {name}").wait_for()


def open_report(page, *files):
    upload(page, *files)
    name = files[0]["name"] if isinstance(files[0], dict) else files[0].name
    page.get_by_role("button", name=f"查看与校对 {name}").click()
    page.locator(".passage.current").wait_for()


def of_text(name, text):
    """Return a file of a text as the chooser takes it."""
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def current(page):
    return page.locator(".passage.current")


def theme(page):
    return current(page).locator(".chip .theme").inner_text()


def unlike(page):
    """Return a theme, by its key and name, that the model did not give to the passage at hand."""
    buttons = page.locator("#choices button")
    for index in range(buttons.count()):
        if buttons.nth(index).get_attribute("aria-pressed") == "false":
            return index + 1, buttons.nth(index).locator("bdi").inner_text()
    raise AssertionError("every theme is pressed")


def shares_of(page):
    """Return the table of shares beside the report: of each theme its characters, passages and what waits for review."""
    rows = [row.all_text_contents() for row in (each.locator("th, td") for each in page.locator("#report .shares tbody tr").all())]
    return {
        name.strip(): {"字数": int(size.replace(",", "")), "段": int(passages), "待复核": int(review)}
        for name, _, size, passages, review in rows
    }


@pytest.fixture(scope="module")
def word_and_pdf(tmp_path_factory, soffice):
    """A seed as a Word document and as a PDF."""
    folder = tmp_path_factory.mktemp("files")
    source = folder / "报告.txt"
    source.write_text(SEED.read_text(encoding="utf-8"), encoding="utf-8")
    word = soffice(source, "docx:Office Open XML Text", folder)
    return word, soffice(word, "pdf", folder).rename(folder / "报告二.pdf")


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl says so of what it does not keep
def test_a_word_document_and_a_pdf_from_end_to_end(page, word_and_pdf, saved, served):
    word, pdf = word_and_pdf
    upload(page, word, pdf)
    assert page.locator("#files-count").inner_text() == "2 个，2 个已完成"
    page.get_by_role("button", name=f"查看与校对 {word.name}").click()
    current(page).wait_for()
    everything = page.locator(".paragraph .passage:visible").count()
    page.get_by_label("显示 育新人").uncheck()
    assert 0 < page.locator(".paragraph .passage:visible").count() < everything
    assert re.fullmatch(r"显示 \d+ 段，共 \d+ 段", page.locator(".count").inner_text())
    page.get_by_label("显示 育新人").check()
    # By mouse: the last passage gets another theme, is undone, and gets it again.
    page.locator(".paragraph .passage").last.click()
    before, (_, name), shares = theme(page), unlike(page), shares_of(page)
    page.locator("#choices").get_by_role("button", name=name).click()
    assert theme(page) == name
    assert current(page).locator("s").inner_text() == before
    corrected = shares_of(page)
    assert corrected != shares
    assert {share: sum(row[share] for row in corrected.values()) for share in ("字数", "段")} == {
        share: sum(row[share] for row in shares.values()) for share in ("字数", "段")
    }
    assert (corrected[name]["段"], corrected[before]["段"]) == (shares[name]["段"] + 1, shares[before]["段"] - 1)
    assert f"{sum(row['待复核'] for row in corrected.values())} 段待复核" in page.locator("#report .facts").inner_text()
    page.locator("#undo").click()
    assert theme(page) == before
    assert shares_of(page) == shares
    assert page.locator("#save").is_disabled()
    page.locator("#choices").get_by_role("button", name=name).click()
    page.get_by_label("批注").fill("应当是这个")
    page.get_by_label("校对人").fill("王一")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存 1 处").wait_for()
    (line,) = saved()
    assert (line["label"], line["note"], line["annotator"], line["suggestion"]["label"]) == (name, "应当是这个", "王一", before)
    # A table of it is downloaded.
    page.locator("#files > summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"下载 {word.name}：Excel 表格").click()
    assert download.value.suggested_filename == "报告.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()), read_only=True)
    head, *rows = book["段落"].iter_rows(values_only=True)
    given = [dict(zip(head, row, strict=True)) for row in rows]
    (row,) = [row for row in given if row["更正主题"]]
    assert (row["更正主题"], row["批注"], row["校对人"], row["主题"]) == (name, "应当是这个", "王一", before)
    # After a reload the report is open again, with the correction; the name is there too.
    page.reload()
    assert page.get_by_label("校对人").input_value() == "王一"
    page.locator(".passage.corrected").click()
    assert theme(page) == name
    assert page.get_by_label("批注").input_value() == "应当是这个"
    assert page.locator("#save").is_disabled()


def test_a_file_sent_again_shows_what_was_saved_for_it(page, served):
    open_report(page, SEED)
    page.get_by_label("校对人").fill("王一")
    page.locator(".passage").nth(3).click()
    _, name = unlike(page)
    page.locator("#choices").get_by_role("button", name=name).click()
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    page.locator("#files > summary").click()
    page.get_by_role("button", name=f"删除 {SEED.name}").click()
    page.get_by_role("button", name=f"查看与校对 {SEED.name}").wait_for(state="detached")
    page.reload()
    open_report(page, {"name": "换了名字.txt", "mimeType": "text/plain", "buffer": SEED.read_bytes()})
    assert page.locator(".passage.corrected .chip .theme").inner_text() == name
    page.get_by_label("校对人").fill("李二")
    page.keyboard.press("Tab")
    page.locator(".passage.corrected").wait_for(state="detached")  # each judges alone


def test_by_keys_alone(page, saved):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到报告"
    page.keyboard.press("Tab")
    page.keyboard.type("王一")
    upload(page, SEED)  # the dialog of the system itself cannot be driven
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "查看与校对":
            break
    page.keyboard.press("Enter")
    current(page).wait_for()
    scores = [float(score) for score in page.locator(".passage").evaluate_all("all => all.map((one) => one.dataset.score)")]
    assert float(current(page).get_attribute("data-score")) == min(scores)  # the least certain one comes first
    queued = page.locator("#queue li").first.inner_text()
    key, name = unlike(page)
    page.keyboard.press(str(key))
    assert theme(page) == name
    assert page.locator("#queue li").first.inner_text() != queued
    second = 1 if key != 1 else 2
    page.keyboard.press("s")
    page.keyboard.press(str(second))
    second_name = page.locator("#seconds button").nth(second - 1).inner_text()
    assert f"次要主题 {second_name}" in current(page).get_attribute("aria-label")
    page.keyboard.press("n")
    page.keyboard.type("12 n u")  # in a note keys are letters
    page.keyboard.press("Escape")
    at = current(page).get_attribute("data-start")
    starts = page.locator(".passage").evaluate_all("all => all.map((one) => one.dataset.start)")
    here = starts.index(at)
    away, back, beside = ("k", "ArrowDown", -1) if here == len(starts) - 1 else ("j", "ArrowUp", 1)
    page.keyboard.press(away)
    assert current(page).get_attribute("data-start") == starts[here + beside]
    page.keyboard.press(back)
    assert current(page).get_attribute("data-start") == at
    page.keyboard.press(away)
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("Control+z")
    page.keyboard.press("u")
    page.keyboard.press("r")
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    (line,) = saved()
    assert (line["label"], line["secondary"], line["note"]) == (name, [second_name], "12 n u")
    page.locator(f'[data-start="{at}"]').focus()
    page.keyboard.press("x")
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    page.wait_for_function("document.querySelectorAll('.passage.corrected').length === 0")
    assert saved()[-1]["withdrawn"] is True


def test_confirming_what_the_model_said(page, saved):
    open_report(page, SEED)
    names = page.locator("#choices bdi").all_inner_texts()
    said = theme(page)
    page.get_by_label("校对人").fill("王一")
    current(page).focus()
    page.keyboard.press(str(names.index(said) + 1))
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    (line,) = saved()
    assert line["label"] == line["suggestion"]["label"] == said


def test_a_note_that_is_being_typed_is_saved(page, saved):
    open_report(page, SEED)
    page.get_by_label("校对人").fill("王一")
    page.get_by_label("校对人").blur()
    current(page).focus()
    page.keyboard.press("n")
    page.keyboard.type("只有批注")
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    page.keyboard.type("，再补")
    page.get_by_role("button", name="保存").click()
    page.locator("#save:disabled").wait_for()
    page.get_by_text("已保存 1 处").wait_for()
    assert [line["note"] for line in saved()] == ["只有批注", "只有批注，再补"]


def test_without_a_name_nothing_is_saved_and_leaving_is_warned_of(page, home):
    open_report(page, SEED)
    key, _ = unlike(page)
    page.keyboard.press(str(key))
    page.keyboard.press("Control+s")
    assert page.get_by_role("alert").inner_text() == "请先填写校对人的姓名，再保存。"
    assert page.evaluate("document.activeElement.id") == "annotator"
    assert not (home / "seeds").exists()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_what_is_not_saved_outlives_the_opening_of_another_report(page):
    other = {"name": "b.txt", "mimeType": "text/plain", "buffer": "全县开展理论宣讲。\n\n县图书馆新开六座城市书房。\n".encode()}
    open_report(page, SEED, other)
    key, name = unlike(page)
    page.keyboard.press(str(key))
    page.locator("#files > summary").click()
    page.get_by_role("button", name="查看与校对 b.txt").click()
    page.locator(".report h2").get_by_text("b.txt").wait_for()
    assert page.locator("#unsaved").inner_text() == "1 处未保存"
    page.locator("#files > summary").click()
    page.get_by_role("button", name=f"查看与校对 {SEED.name}").click()
    page.locator(".passage.corrected").wait_for()
    assert page.locator(".passage.corrected .chip .theme").inner_text() == name


def test_what_is_not_saved_outlives_a_reload(page, saved):
    open_report(page, SEED)
    page.locator(".passage").nth(3).click()
    _, name = unlike(page)
    page.locator("#choices").get_by_role("button", name=name).click()
    page.get_by_label("批注").fill("还没有保存")  # and the cursor is still in it
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator(".passage.corrected").click()
    assert theme(page) == name
    assert page.get_by_label("批注").input_value() == "还没有保存"
    assert page.locator("#unsaved").inner_text() == "1 处未保存"
    page.get_by_label("校对人").fill("王一")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    (line,) = saved()
    assert (line["label"], line["note"]) == (name, "还没有保存")
    page.reload()
    page.locator(".passage.corrected").wait_for()
    assert page.locator("#save").is_disabled()


@pytest.mark.parametrize("keep", ["用这里的", "用已保存的"])
def test_what_was_saved_in_another_tab_is_shown_beside_what_is_said_here(page, saved, keep):
    open_report(page, SEED)
    page.get_by_label("校对人").fill("王一")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("校对人").fill("王一")
    other.get_by_role("button", name=f"查看与校对 {SEED.name}").click()
    names = page.locator("#choices bdi").all_inner_texts()
    for tab, name in ((page, names[0]), (other, names[1])):
        tab.locator(".passage").nth(3).click()
        tab.locator("#choices").get_by_role("button", name=name).click()
        tab.keyboard.press("Control+s")
    page.get_by_text("已保存 1 处").wait_for()
    other.locator("#conflicts").wait_for()
    assert other.locator("#conflicts button").all_inner_texts() == [f"用已保存的：{names[0]}", f"用这里的：{names[1]}"]
    assert [line["label"] for line in saved()] == [names[0]]
    other.locator("#conflicts").get_by_role("button", name=keep).click()
    other.locator("#conflicts").wait_for(state="hidden")
    if keep == "用这里的":
        other.keyboard.press("Control+s")
        other.get_by_text("已保存 1 处").wait_for()
        assert [line["label"] for line in saved()] == names[:2]
    else:
        assert other.locator("#save").is_disabled()
        assert theme(other) == names[0]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl says so of what it does not keep
def test_a_workbook_from_here_offers_its_corrections(page, served, saved, home):
    text = "县图书馆新开六座城市书房。\n\n全县开展理论宣讲。\n".encode()
    file = served.upload("报告.txt", text)
    book = openpyxl.load_workbook(io.BytesIO(served.client.get(f"/api/files/{file['id']}/download?format=xlsx").content))
    sheet = book["段落"]
    sheet.cell(2, [cell.value for cell in sheet[1]].index("更正主题") + 1).value = "展形象"
    book.save(made := io.BytesIO())
    page.set_input_files("#chooser", [{"name": "更正.xlsx", "mimeType": "x", "buffer": made.getvalue()}])
    take = page.get_by_role("button", name="导入 更正.xlsx 的更正")
    take.click()
    assert page.get_by_role("alert").inner_text() == "请先填写校对人的姓名，再导入。"
    assert not (home / "seeds").exists()
    page.get_by_label("校对人").fill("王一")
    take.click()
    page.get_by_text("已导入 更正.xlsx 的 1 处更正").wait_for()
    (line,) = saved()
    assert (line["label"], line["annotator"]) == ("展形象", "王一")
    assert page.get_by_role("button", name="查看与校对 更正.xlsx").count() == 0


def test_files_that_cannot_be_read_say_so_in_chinese(page):
    page.set_input_files(
        "#chooser",
        [
            {"name": "图.exe", "mimeType": "x", "buffer": b"MZ"},
            {"name": "空.txt", "mimeType": "x", "buffer": b""},
            {"name": "坏.docx", "mimeType": "x", "buffer": b"PK\x03\x04" + b"x" * 99},
            {"name": "画.txt", "mimeType": "x", "buffer": b"\x89PNG\r\n" + b"x" * 99},
        ],
    )
    page.locator(".failure").nth(3).wait_for()
    told = dict(
        zip(page.locator(".list-of-files .name").all_inner_texts(), page.locator(".failure").all_inner_texts(), strict=True)
    )
    assert told["图.exe"].startswith("不支持 .exe 文件；可用：")
    assert told["空.txt"] == "文件是空的，请重新保存。"
    assert told["坏.docx"] == "文件已损坏，或类型与名称不符，请用原来的程序打开后另存。"
    assert told["画.txt"] == "文件已损坏，或类型与名称不符，请用原来的程序打开后另存。"
    for name in list(told):
        page.get_by_role("button", name=f"删除 {name}").click()
    page.locator(".list-of-files li").first.wait_for(state="detached")


def zipped(**members):
    """Return a zip of members as the chooser takes it."""
    with zipfile.ZipFile(made := io.BytesIO(), "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return {"name": "年.zip", "mimeType": "application/zip", "buffer": made.getvalue()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_read_of_a_zip_is_named(page, language, monkeypatch):
    """A single member that fails is named too, with its folder; the server may say its lines in either language."""
    monkeypatch.setenv("MISSION_THEMES_LANG", language)
    members = {"一.txt": "县图书馆新开六座城市书房。", "县/通知：坏.docx": b"PK\x03\x04" + b"x" * 99}
    page.set_input_files("#chooser", [zipped(**members)])
    page.locator(".failure").wait_for()
    (told,) = page.locator(".failure").all_inner_texts()
    assert told == "县/通知：坏.docx：文件已损坏，或类型与名称不符，请用原来的程序打开后另存。"


def test_a_file_can_be_dropped(page):
    page.locator("#chooser[accept]").wait_for(state="attached")  # the script is ready
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["县图书馆新开六座城市书房。"], "拖.txt"));
        const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.getElementById("drop").dispatchEvent(drop);
    }""")
    page.get_by_role("button", name="查看与校对 拖.txt").wait_for()


def test_every_control_has_a_name(page):
    open_report(page, SEED, {"name": "b.txt", "mimeType": "text/plain", "buffer": "全县开展理论宣讲。".encode()})
    page.locator("#files > summary").click()
    page.locator(".help summary").click()
    client = page.context.new_cdp_session(page)
    nodes = [node for node in client.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    roles = {"button", "link", "textbox", "checkbox", "combobox", "group", "progressbar", "DisclosureTriangle", "complementary"}
    controls = [node for node in nodes if node["role"]["value"] in roles]
    nameless = [node for node in controls if not node.get("name", {}).get("value") and node["role"]["value"] != "group"]
    assert nameless == []
    found = {(node["role"]["value"], node["name"]["value"]) for node in controls if node.get("name")}
    assert {("textbox", "校对人"), ("textbox", "批注"), ("complementary", "校对"), ("button", "查看与校对 b.txt")} <= found
    assert sum(role == "group" and "，把握 " in name for role, name in found) >= 10
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@pytest.mark.parametrize("width", [360, 768])
def test_on_a_narrow_screen(served, chromium_page, width):
    page = chromium_page(served.address, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_report(page, SEED)
    page.locator("#files > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".paragraph .passage").last.click()
    _, name = unlike(page)
    page.locator("#choices").get_by_role("button", name=name).click()
    assert theme(page) == name
    box = current(page).locator(".words").bounding_box()
    panel = page.locator("#panel").bounding_box()
    assert width > 960 or box["y"] < panel["y"]  # what is judged is not below the panel
    page.context.close()


def test_a_report_that_attacks(page, served):
    large = "<b onclick=x>" + "全县开展理论宣讲，送戏下乡八十场。" * 42_000  # 2 MB in one paragraph
    name = '<img src=x onerror="window.ran=true">\u202etxt.exe.txt'
    data = (ATTACK + large).encode()
    assert len(data) > 2_000_000
    file = served.upload(name, data)
    assert file["name"] == '<img src=x onerror="window.ran=true">txt.exe.txt'
    page.reload()
    page.get_by_role("button", name=re.compile("查看与校对")).click()
    current(page).wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert page.locator("#report script, #report img, #report form[action], #list img").count() == 0
    text = page.locator("#report .body").inner_text()
    assert '<img src=x onerror="window.ran = true">' in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    page.locator(".passage").nth(1).click()
    key, chosen = unlike(page)
    page.keyboard.press(str(key))
    assert theme(page) == chosen
    downloaded = served.client.get(f"/api/files/{file['id']}/download?format=csv")
    assert downloaded.headers["content-disposition"].startswith("attachment; filename=\"report.csv\"; filename*=UTF-8''%3Cimg")
    assert not re.search(r"(?m)(^|,)\"?=HYPERLINK", downloaded.text)


def test_a_token_is_asked_for_once(serving, chromium_page):
    token = "a-token-of-the-tests-0123456789"
    with serving(token=token) as served:
        page = chromium_page(served.address)
        assert page.url == f"{served.address}/login"
        page.get_by_label("口令").fill(token)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="报告主题标注").wait_for()
        upload(page, SEED)
        assert page.evaluate("document.cookie") == ""
        page.context.close()


def test_a_picture_for_the_readme(page, tmp_path):
    open_report(page, SEED, *[path for path in sorted(SEEDS.glob("*.txt")) if path != SEED][:2])
    page.get_by_label("校对人").fill("王一")
    page.locator(".paragraph .passage").nth(4).click()
    key, _ = unlike(page)
    page.keyboard.press(str(key))
    page.wait_for_timeout(400)
    path = Path(os.environ.get("SCREENSHOTS", tmp_path)) / "page.png"
    Image.open(io.BytesIO(page.screenshot())).quantize(128).save(path, optimize=True)
    assert 30_000 < path.stat().st_size < 250_000


def test_with_an_account_the_name_is_fixed(serving, chromium_page, tmp_path, saved):
    token, people = "a-token-of-the-tests-01234", tmp_path / "people.txt"
    people.write_text(f"王一 {token}\n", encoding="utf-8")
    with serving(accounts=Accounts(read_accounts(people), people)) as served:
        page = chromium_page(served.address)
        page.get_by_label("口令").fill(token)
        page.get_by_role("button", name="进入").click()
        name = page.get_by_label("校对人")
        page.locator("#annotator[readonly]").wait_for()
        assert name.input_value() == "王一"
        open_report(page, {"name": "a.txt", "mimeType": "text/plain", "buffer": "县图书馆新开六座城市书房。".encode()})
        page.keyboard.press("4")
        page.keyboard.press("Control+s")
        page.get_by_text("已保存").first.wait_for()
        page.context.close()
    assert [line["annotator"] for line in saved()] == ["王一"]


def test_many_files_are_sorted_filtered_gone_through_and_cleared(page, served):
    upload(
        page,
        *(
            of_text(f"{name}.txt", f"{name}宣讲一百场。\n\n{name}新开书房十座。\n" * count)
            for name, count in (("乙", 1), ("甲", 3), ("丙", 1))
        ),
    )
    names = page.locator("#list > li > .name")
    assert names.all_inner_texts() == ["丙.txt", "甲.txt", "乙.txt"]
    page.get_by_label("文件排序").select_option("文件名")
    assert names.all_inner_texts() == ["丙.txt", "甲.txt", "乙.txt"]
    page.get_by_label("筛选").fill("乙")
    assert names.all_inner_texts() == ["乙.txt"]
    page.get_by_label("筛选").fill("")
    page.get_by_role("button", name="查看与校对 丙.txt").click()
    page.get_by_text("丙宣讲一百场").first.wait_for()
    page.keyboard.press("g")
    page.get_by_text("甲宣讲一百场").first.wait_for()
    page.locator("#next").click()
    page.get_by_text("乙宣讲一百场").first.wait_for()
    assert page.locator("#next").is_disabled()
    page.locator("#files > summary").click()
    page.get_by_role("button", name="清空列表").click()
    page.get_by_role("button", name="确定删除全部 3 个？").click()
    page.get_by_text("没有文件").wait_for()
    assert served.client.get("/api/files").json() == {"files": []}


def test_the_report_and_the_passage_at_hand_are_there_after_a_reload(page):
    open_report(page, of_text("a.txt", "全县宣讲一百场。\n\n新开书房十座。\n"))
    page.locator("#report .passage", has_text="新开书房").click()
    page.get_by_text("新开书房十座").first.wait_for()
    page.reload()
    current(page).wait_for()
    assert "新开书房" in current(page).inner_text()


def test_all_commented_word_files_in_one_zip(page, word_and_pdf):
    word, _ = word_and_pdf
    upload(page, word, of_text("b.txt", "全县宣讲一百场。\n"), of_text("b.md", "新开书房十座。\n"))
    with page.expect_download() as download:
        page.get_by_role("button", name="每份一个带批注的 Word（zip）").click()
    page.get_by_text("写好 3 个。").wait_for()
    assert download.value.suggested_filename == "批注.zip"
    with zipfile.ZipFile(download.value.path()) as package:
        assert package.testzip() is None
        assert sorted(package.namelist()) == sorted([word.name, "b.docx", "b（2）.docx"])
        commented = zipfile.ZipFile(io.BytesIO(package.read(word.name)))
        assert "word/comments.xml" in commented.namelist()


def test_reports_of_an_archive_are_named_without_their_folders(page):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name in ("一季度/宣传部/甲.txt", "一季度/宣传部/乙.txt"):
            package.writestr(name, "全县宣讲一百场。\n")
    page.set_input_files("#chooser", [{"name": "报告.zip", "mimeType": "application/zip", "buffer": made.getvalue()}])
    page.locator(".several li").first.wait_for()
    assert sorted(page.locator(".several bdi").all_inner_texts()) == ["乙.txt", "甲.txt"]
    assert page.locator('.several bdi[title$="一季度/宣传部/甲.txt"]').count() == 1


def test_a_report_is_printed_without_what_surrounds_it(page):
    open_report(page, of_text("a.txt", "全县宣讲一百场。\n"))
    page.emulate_media(media="print")
    assert page.locator("#report .passage").first.is_visible()
    for hidden in (".bar-top", "#panel", "#files"):
        assert page.locator(hidden).is_hidden()
