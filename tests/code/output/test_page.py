"""The page of reports, as a person meets it: in Chromium, with and without scripts, by keys, by ear, on paper and narrow.

Set SCREENSHOTS to a folder to keep the picture of the README.
"""

import io
import os
import re
import time
from pathlib import Path

import msgspec
import pytest

from pipeline.core.config import LabelDefinition, LabelSet
from pipeline.output import composer_of
from pipeline.output.layout import passages
from pipeline.output.page import describe, name_of, render_report, theme_css
from pipeline.output.visible import visible


def page_of(reports, facts):
    stream = io.BytesIO()
    composer_of("html").write(reports, stream, facts)
    return stream.getvalue()


@pytest.fixture
def show(chrome, tmp_path, facts):
    """Return a function that opens reports as a page; a request beyond the file or a complaint of the browser fails the test."""
    beyond, contexts = [], []

    def run(reports, scripts=True, width=1280, height=860):
        path = tmp_path / "page.html"
        path.write_bytes(page_of(reports, facts))
        context = chrome.new_context(java_script_enabled=scripts, viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: request.url.split("#")[0] == path.as_uri() or beyond.append(request.url))
        page.on("console", lambda message: beyond.append(message.text))
        page.on("pageerror", lambda error: beyond.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield run
    for context in contexts:
        context.close()
    assert beyond == []


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_the_page_shows_every_character_of_the_source_in_order(show, seed_reports):
    page = show(seed_reports)
    for number, report in enumerate(seed_reports, start=1):
        body = page.locator(f"#r{number} .body")
        shown = body.evaluate(
            "body => { const copy = body.cloneNode(true);"
            " copy.querySelectorAll('.chip, summary').forEach(mark => mark.remove()); return copy.textContent }"
        )
        assert squeezed(shown) == squeezed(visible(report.text))


def test_each_passage_tells_where_it_stands_and_what_it_is(show, small, facts):
    page = show([small])
    names = facts.labels.names
    for tag in passages(small):
        element = page.locator(f"#r1-p{tag.segment}")
        assert element.locator(".words").text_content() == tag.text
        data = element.evaluate("element => ({...element.dataset})")
        assert (data["start"], data["end"], data["theme"]) == (str(tag.start), str(tag.end), str(names.index(tag.theme)))
        assert ("review" in data) == tag.review
        assert element.locator(".chip .theme").text_content() == tag.theme
        assert element.locator(".ask").count() == tag.review
    assert page.locator("#r1-p2 u").all_text_contents() == ["理论", "宣讲", "理论"]


def test_broken_lines_are_joined_and_columns_stay_apart(show, build):
    page = show([build([("断开的\n一行，甲\t乙", "兴文化")])])
    assert page.locator("#r1-p0 .words").text_content() == "断开的一行，甲\t乙"
    assert page.locator("#r1-p0 .tab").bounding_box()["width"] > 8


def test_headings_are_headings_and_a_table_of_contents_leads_to_them(show, small):
    page = show([small])
    found = page.locator(".body :is(h3, h4, h5)").evaluate_all("all => all.map(one => [one.tagName, one.id])")
    assert [name for name, _ in found] == ["H3", "H4", "H5"]
    links = page.get_by_role("navigation", name="目录").get_by_role("link")
    assert links.all_text_contents() == ["临溪县宣传工作总结", "一、理论学习", "（一）书房"]
    assert [link.get_attribute("href") for link in links.all()] == [f"#{anchor}" for _, anchor in found]
    links.nth(2).click()
    assert page.evaluate("document.querySelector(':target').tagName") == "H5"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_filter_by_theme_works_with_and_without_scripts(show, small, scripts):
    page = show([small], scripts)
    culture, theory = page.locator("#r1-p4"), page.locator("#r1-p2")
    assert theory.is_visible()
    page.get_by_role("checkbox", name="显示 举旗帜").uncheck()
    assert not theory.is_visible()
    assert culture.is_visible()
    assert page.get_by_role("heading", name="一、理论学习").is_visible()  # what stands above the rest stays
    page.get_by_role("checkbox", name="显示 举旗帜").check()
    assert theory.is_visible()
    page.get_by_role("checkbox", name="只看待复核").check()
    assert culture.is_visible()
    assert not theory.is_visible()
    if scripts:
        assert page.get_by_role("status").text_content() == "显示 5 段，共 6 段"


@pytest.mark.parametrize("scripts", [True, False])
def test_score_and_second_theme_show_on_hover_and_on_focus(show, small, scripts):
    page = show([small], scripts)
    passage = page.locator("#r1-p2")
    bubble = "element => getComputedStyle(element, '::after').display"
    assert passage.evaluate(bubble) == "none"
    passage.locator(".words").hover()
    assert passage.evaluate(bubble) == "block"
    page.mouse.move(0, 0)
    assert passage.evaluate(bubble) == "none"
    passage.focus()
    assert passage.evaluate(bubble) == "block"
    assert "把握 50% · 次要主题 聚民心 30% · 依据 理论、宣讲" in passage.evaluate("e => getComputedStyle(e, '::after').content")
    if scripts:
        page.keyboard.press("Escape")
        assert passage.evaluate(bubble) == "none"


def test_the_page_is_read_by_keys_alone(show, small):
    page = show([small])
    focused = "document.activeElement.id"
    page.keyboard.press("j")
    assert page.evaluate(focused) == "r1-p0"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "r1-p2"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "r1-p1"
    page.keyboard.press("r")
    assert page.evaluate(focused) == "r1-p4"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) != "r1-p5"  # one stop of Tab for all passages
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "only-review":
            break
    page.keyboard.press("Space")
    assert not page.locator("#r1-p2").is_visible()


def test_those_who_hear_the_page_are_told_the_same(show, small):
    page = show([small])
    page.wait_for_load_state("networkidle")
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")  # else the first tree may lack what is not laid out yet
    nodes = [node for node in session.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    named = {
        "checkbox",
        "link",
        "button",
        "group",
        "form",
        "navigation",
        "image",
        "table",
        "heading",
        "article",
        "DisclosureTriangle",
    }
    of_role = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if node["role"]["value"] in named]
    assert [role for role, name in of_role if not name.strip() and role != "group"] == []
    names = [name for _, name in of_role]
    for tag in passages(small):
        assert names.count(name_of(tag)) >= 1
    assert ("heading", "（一）书房") in of_role  # not the name of the passage inside it
    descriptions = [node.get("description", {}).get("value") for node in nodes]
    assert describe(small.tags[2]) in descriptions
    assert sum(role == "checkbox" for role, _ in of_role) == 7
    assert "各主题占比，数字见下表" in names


def test_a_hostile_report_stays_text(show, attack):
    page = show([attack, attack])
    page.wait_for_timeout(200)
    assert page.title() == "报告主题标注"
    assert page.locator("main script, main img, [onclick], [onmouseover], [onerror], [style]").count() == 0
    text = page.locator("#r1 .body").text_content()
    assert visible(attack.text.split("\n")[0]) in text
    assert "{{ 7*7 }}" in text
    whole = page.locator("html").text_content()
    assert not set("\u202e\u2066\x07\x00\x1b") & set(whole)
    assert "⇄翻转的文字⇄隔离" in whole
    assert page.locator("#r1-title").text_content() == '<b onclick="x">⇄txt.exe"'
    assert page.get_by_role("heading", name="未能读取的文件").count() == 1
    assert "坏<b>.pdf: 损坏" in whole


def test_nothing_inline_is_left_to_the_policy(small, facts):
    fragment = render_report(small, facts, "x")
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", fragment)
    ids = re.findall(r'\sid="([^"]+)"', fragment)
    assert len(ids) == len(set(ids))
    assert all(name == "x" or name.startswith("x-") for name in ids)
    policy = re.search(rb'Content-Security-Policy" content="([^"]+)"', page_of([small], facts))[1].decode()
    assert "unsafe" not in policy.replace("&#39;", "'")
    assert policy.startswith("default-src &#39;none&#39;")


def test_the_policy_stops_what_a_template_would_let_through(chrome, small, facts, tmp_path, monkeypatch):
    """Were a report's markup ever taken for markup, neither script nor style of it would do anything."""
    from pipeline.output import page as module

    markup = "<script>document.title = 'hit'</script><p id=styled style='color: rgb(1, 2, 3)'>x</p><img src=http://192.0.2.1/>"
    monkeypatch.setattr(module, "render_report", lambda *_: markup)
    path = tmp_path / "hit.html"
    path.write_bytes(page_of([small], facts))
    page, said = chrome.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    assert page.title() != "hit"
    assert page.locator("#styled").evaluate("p => getComputedStyle(p).color") != "rgb(1, 2, 3)"
    assert sum("Content Security Policy" in line for line in said) == 3
    page.close()


def test_several_reports_begin_with_a_list_of_them(show, small, seed_reports):
    page = show(seed_reports)
    rows = page.locator(".list tbody tr")
    assert rows.count() == 5
    row = rows.nth(2)
    figures = [float(text.rstrip("%").replace("–", "0")) for text in row.locator("td").all_text_contents()[:6]]
    assert sum(figures) == pytest.approx(100, abs=0.4)
    row.get_by_role("link").click()
    assert page.evaluate("document.querySelector(':target').id") == "r3"
    assert show([small]).locator(".list").count() == 0


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_screen_needs_no_scrolling_sideways(show, attack, seed_reports, width):
    page = show([attack, *seed_reports[:2]], width=width, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_print_has_no_controls_and_keeps_the_themes(show, small):
    page = show([small])
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="目录").is_visible()
    assert not page.locator(".only-review").is_visible()
    assert page.locator("#r1-p4 .chip").is_visible()
    assert page.locator("#r1-p4 .chip").evaluate("chip => getComputedStyle(chip).borderTopWidth") == "1px"
    assert page.locator(".shares").is_visible()


def test_a_paragraph_of_two_megabytes_and_ten_thousand_passages_open(show, build):
    long = build([("一" * 700_000, "兴文化"), *((f"第{i}条，办好书房。", "育新人") for i in range(10_000))])
    begun = time.perf_counter()
    page = show([long])
    assert page.locator(".passage").count() == 10_001
    page.locator("#r1-p10000").scroll_into_view_if_needed()
    assert page.locator("#r1-p10000").is_visible()
    page.get_by_role("checkbox", name="显示 兴文化").uncheck()
    assert page.get_by_role("status").text_content() == "显示 10000 段，共 10001 段"
    assert time.perf_counter() - begun < 30


def test_other_labels_need_no_code(show, small):
    labels = LabelSet("丙", tuple(LabelDefinition(f"主题<{i}>" if i else "丙", "", "#ffee00") for i in range(9)))
    css = theme_css(labels)
    assert ".theme-8 { --edge: #ffee00;" in css
    assert 'data-theme="8"' in css
    assert "主题" not in css
    tags = tuple(msgspec.structs.replace(tag, theme="主题<8>") for tag in small.tags)
    fragment = render_report(msgspec.structs.replace(small, tags=tags), run_with(labels), "a")
    assert fragment.count('class="passage theme-8"') == len(tags)
    assert "主题<8>" not in fragment


def run_with(labels):
    from pipeline.output import RunFacts

    return RunFacts(labels, "m 1", dict.fromkeys(labels.names, 0.5), {})


def test_the_same_reports_give_the_same_bytes(seed_reports, facts):
    assert page_of(seed_reports, facts) == page_of(seed_reports, facts)


def test_the_picture_of_the_readme(show, seed_reports, tmp_path):
    page = show([seed_reports[2]], width=1200, height=800)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    path = Path(os.environ.get("SCREENSHOTS", tmp_path)) / "report-html.png"
    page.screenshot(path=path)
    assert 30_000 < path.stat().st_size < 300_000


def test_cells_that_stand_in_the_passage_are_not_said_again(build):
    (made,) = build([("临溪县\t30", "兴文化")]).tags
    tag = msgspec.structs.replace(made, columns={"县区": "临溪县", "场次": "30", "备注": "好"})
    assert describe(tag).endswith("备注:好")
    assert "县区" not in describe(tag)
