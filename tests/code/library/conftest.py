"""A library of each test's own, and reports that cost no model."""

import hashlib

import pytest

from pipeline.core.records import Document, KeptReport, OutlineEntry, Tag
from pipeline.library import reports
from pipeline.library.store import Library
from pipeline.output.digest.records import ReportAttribute


def make_tag(text, start=0, theme="兴文化", score=0.9, second=(), segment=1, heading="", source="a.txt"):
    end = start + len(text)
    return Tag(source, segment, start, end, text, heading, theme, score, {theme: score}, tuple(second), False, (), "m 1")


def make_report(source, *passages, title=""):
    """Return a report of passages, each a text or a text with fields of its tag, one a line below the title."""
    text, tags, outline = "", [], []
    if title:
        tags.append(make_tag(title, theme="其他", source=source))
        outline.append(OutlineEntry(0, 0))
        text = f"{title}\n"
    for number, passage in enumerate(passages, 2):
        words, more = passage if isinstance(passage, tuple) else (passage, {})
        tags.append(make_tag(words, len(text), segment=number, source=source, **more))
        text += f"{words}\n"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return KeptReport(Document(source, text, sha256, "utf-8"), tuple(tags), (), tuple(outline))


@pytest.fixture
def make():
    return make_report


@pytest.fixture
def library(home):
    with Library(create=True) as opened:
        yield opened


@pytest.fixture
def keep(library):
    """Return a function that puts a report in, with attributes, and returns what is listed of it."""

    def put(report, **attributes):
        batch = reports.begin_batch(library, "add", "m 1")
        return reports.add(library, report, {name: ReportAttribute(value, "标题") for name, value in attributes.items()}, batch)

    return put
