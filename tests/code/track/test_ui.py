"""The MLflow UI that ``pipeline ui`` starts, in a browser without any Chinese font: what an engineer looks at is there.

Set SCREENSHOTS to a folder to keep the pictures of the README (`make screenshots`).
"""

import json
import os
from pathlib import Path

import pytest

SPACE = """
choose_by = "macro_f1"
folds = 3
jobs = 2
[space]
"model.C" = [0.3, 1.0, 3.0]
"""
NO_FONTS = "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'><fontconfig><dir>{}</dir></fontconfig>"
PLAIN = """
localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false');
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
localStorage.setItem('_mlflow_dark_mode_toggle_enabled', 'false');
"""


@pytest.fixture(scope="module")
def searched(tmp_path_factory, start):
    """A project folder in which a search was run: its parent run, its best model registered."""
    home = tmp_path_factory.mktemp("searched")
    (home / "space.toml").write_text(SPACE, encoding="utf-8")
    done = start(["train", "--config", "configs/seeds.toml", "--search-config", home / "space.toml"], home=home)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def address(searched, ui):
    with ui(searched) as address:
        yield address


@pytest.fixture(scope="module")
def client(address):
    from mlflow import MlflowClient

    return MlflowClient(address)


@pytest.fixture(scope="module")
def experiment(client):
    return client.get_experiment_by_name("mission-themes").experiment_id


@pytest.fixture(scope="module")
def run_id(searched):
    return json.loads((searched / "models" / "seeds" / "manifest.json").read_text(encoding="utf-8"))["run_id"]


@pytest.fixture(scope="module")
def page(address, browser, patience, tmp_path_factory):
    """A page of a browser that has one Latin font; it may ask nothing of any other machine."""
    from playwright.sync_api import sync_playwright

    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(NO_FONTS.format("/usr/share/fonts/truetype/dejavu"), encoding="utf-8")
    variables = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    beyond = []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"], env=variables)
        page = opened.new_page(viewport={"width": 1360, "height": 860}, color_scheme="light")
        page.set_default_timeout(patience)
        page.add_init_script(PLAIN)
        page.on("request", lambda request: request.url.startswith((address, "data:", "blob:")) or beyond.append(request.url))
        yield page
        opened.close()
    assert beyond == []


@pytest.fixture
def keep(page, tmp_path):
    """Return a function that keeps a screenshot."""

    def shoot(name):
        path = Path(os.environ.get("SCREENSHOTS", tmp_path)) / f"{name}.png"
        page.wait_for_timeout(1500)  # what moves has come to rest
        page.screenshot(
            path=path, mask=[page.get_by_text("Path:")], mask_color="#ffffff"
        )  # where a store lies is nobody's business
        assert 10_000 < path.stat().st_size < 300_000

    return shoot


def test_the_experiment_and_its_nested_search(page, address, client, experiment, keep):
    page.goto(f"{address}/#/experiments")
    page.get_by_role("link", name="mission-themes").first.click()
    page.goto(f"{address}/#/experiments/{experiment}/runs")
    row = page.locator(".ag-row").filter(has=page.get_by_role("link", name="search", exact=True))
    row.wait_for()
    child = page.get_by_role("link", name="C=3.0", exact=True)
    assert child.count() == 0
    row.locator("[col-id*='Run Name'] button").first.click()
    child.wait_for()
    for name in ("C=0.3", "C=1.0"):
        assert page.get_by_role("link", name=name, exact=True).count() == 1
    keep("search")


def test_a_run_shows_its_figures(page, address, client, experiment, run_id, keep):
    figures = client.get_run(run_id).data.metrics
    page.goto(f"{address}/#/experiments/{experiment}/runs/{run_id}")
    page.get_by_text("f1/举旗帜", exact=True).first.wait_for()
    text = page.inner_text("body")
    assert str(figures["macro_f1"]) in text
    assert str(figures["precision/举旗帜"]) in text
    assert "corpus" in text
    page.goto(f"{address}/#/experiments/{experiment}/runs/{run_id}/model-metrics")
    page.get_by_text("learning_curve", exact=False).first.wait_for()


def test_a_picture_with_chinese_labels(page, address, experiment, run_id, keep):
    page.goto(f"{address}/#/experiments/{experiment}/runs/{run_id}/artifacts/pictures/confusion_matrix.svg")
    image = page.locator("img[src^='blob:'], img[src*='confusion_matrix']").first
    image.wait_for()
    page.wait_for_function("image => image.complete && image.naturalWidth > 300", arg=image.element_handle())
    keep("run")


def test_a_table_of_wrong_tags(page, address, experiment, run_id):
    page.goto(f"{address}/#/experiments/{experiment}/runs/{run_id}/artifacts/tables/labels.json")
    page.reload()  # the UI heeds the path of an artifact only when the page is opened
    page.get_by_text("precision", exact=True).first.wait_for()
    page.get_by_text("展形象", exact=True).first.wait_for()


def test_the_runs_of_a_search_can_be_compared(page, address, client, experiment, keep):
    runs = client.search_runs([experiment], "tags.`search.key` != ''")
    assert len(runs) == 3
    chosen = json.dumps([run.info.run_id for run in runs])
    page.goto(f'{address}/#/compare-runs?runs={chosen}&experiments=["{experiment}"]')
    page.get_by_text("Comparing 3 Runs").first.wait_for()
    text = page.inner_text("body")
    for run in runs:
        assert run.data.params["model.C"] in text
    keep("comparison")


def test_the_registered_model_and_its_alias(page, address, client, keep):
    client.set_registered_model_alias("mission-themes", "champion", "1")
    page.goto(f"{address}/#/models/mission-themes")
    page.get_by_role("link", name="Version 1").wait_for()
    page.get_by_text("champion").first.wait_for()
    keep("model")
    page.goto(f"{address}/#/models/mission-themes/versions/1")
    page.get_by_text("Registered At").first.wait_for()
    assert "champion" in page.inner_text("body")
