"""The same tags whatever a report is wrapped in: files of real programs, read back and compared with the plain text."""

import pytest


@pytest.fixture(scope="module")
def rows(formats, office, chromium, tmp_path_factory, default_model, config):
    texts = formats.plain(formats.reports())
    folder = tmp_path_factory.mktemp("formats")
    made = formats.wrap(texts, folder, default_model, office, chromium)
    return {row.name: row for row in formats.compare(made, texts, default_model, config.read)}


@pytest.mark.slow
def test_every_format_gives_the_text_and_the_tags_of_the_plain_text(rows, formats):
    assert len(formats.reports()) >= 15
    assert {name.split()[0] for name in rows} == {
        "txt", "md", "docx", "odt", "rtf", "doc", "pdf", "html", "mhtml", "csv", "xlsx", "zip",
        "ofd", "eml", "epub", "pptx", "ppt", "odp", "uot", "uop",
    }  # fmt: skip
    for row in rows.values():
        assert row.back >= 0.99, row
        assert row.kept >= 0.97, row
