"""The list of saved pages that `make bench-pages` reads, and how it scores."""

import re
from dataclasses import asdict

import pages
import pytest


def test_the_list_holds_addresses_and_hashes_only():
    listed = pages.listed()
    assert len({(page.repository, page.path) for page in listed}) == len(listed) == 76
    assert {page.kind for page in listed} == {"office", "school", "news"}
    for page in listed:
        assert re.fullmatch("[0-9a-f]{40}", page.commit)
        assert re.fullmatch("[0-9a-f]{64}", page.sha256)
        assert page.main
        assert not page.main.keys() & page.neither.keys()
        assert all(re.fullmatch("[0-9a-f]{10}", value) for value in (page.main | page.neither).values())
        assert not re.search("[\u4e00-\u9fff]", str(asdict(page)))


def test_paragraphs_are_told_by_tags_and_go_on_behind_the_end_of_the_page():
    markup = "<html><head><title>题</title></head><body><p>甲<b>乙</b>丙<br>丁</p><script>x</script></body></html><!--x--><div>戊"
    assert pages.paragraphs(markup) == ["甲乙丙", "丁", "戊"]


@pytest.mark.parametrize(
    ("given", "precision", "recall"),
    [
        ("甲乙丙丁戊己\n庚辛壬癸子丑", 1.0, 1.0),
        ("甲乙丙丁戊己", 1.0, 3 / 9),
        ("标题标题标题甲乙丙丁戊己庚辛壬癸子丑", 0.75, 1.0),
        ("", 0.0, 0.0),
    ],
)
def test_scores(given, precision, recall):
    found = pages.score(given, ["甲乙丙丁戊己", "庚辛壬癸子丑"], ["标题标题标题"])
    assert (found.precision, found.recall) == pytest.approx((precision, recall))
    assert found.f1 == pytest.approx(2 * precision * recall / (precision + recall) if recall else 0.0)
