"""Parquet: every tag a row, in groups, with the model in its metadata; a missing writer is said before the first file is read."""

import io
import sys

import pyarrow.parquet as pq
import pytest

from pipeline.core import arrow
from pipeline.core.errors import UsageError
from pipeline.output import format_for
from pipeline.output.formats import parquet

from .conftest import make


def test_each_tag_is_a_row_and_groups_are_bounded(facts, monkeypatch):
    monkeypatch.setattr(parquet, "AT_ONCE", 2)
    stream = io.BytesIO()
    reports = [make([("办书房。", "兴文化"), ("送戏。", "兴文化")]), make([("学理论。", "举旗帜")], source="b.txt")]
    parquet.write(reports, stream, facts)
    file = pq.ParquetFile(stream)
    assert file.schema_arrow.names == arrow.schema().names
    assert [tag["text"] for tag in file.read().to_pylist()] == ["办书房。", "送戏。", "学理论。"]
    assert file.metadata.num_row_groups == 2
    assert file.schema_arrow.metadata[b"model"].decode() == facts.model


def test_no_tags_are_an_empty_table(facts):
    stream = io.BytesIO()
    parquet.write([], stream, facts)
    assert pq.read_table(stream).num_rows == 0


def test_the_command_writes_it_with_what_people_said(call, report, home, tmp_path):
    done = call("tag", report, "-o", tmp_path / "t.parquet")
    assert done.exit_code == 0, done.stderr
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.num_rows > 3
    assert set(table["source"].to_pylist()) == {str(report)}


def test_without_pyarrow_one_line_says_what_to_install(call, report, home, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"--format parquet: pyarrow not installed; .*mission-themes\[parquet\]"):
        format_for("parquet", tmp_path / "t.parquet", is_terminal=False)
    done = call("tag", report, "-o", tmp_path / "t.parquet")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
