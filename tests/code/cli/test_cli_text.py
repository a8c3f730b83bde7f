"""`pipeline text`: what the offsets of a tag count in."""

import json
import zipfile

from pipeline.core.records import Document, SourceLocation


def test_the_offsets_of_tags_count_in_what_is_printed(call, formats, tmp_path, trained_home):
    path = tmp_path / "总结.docx"
    path.write_bytes(formats.docx("某县2022年总结\n一、学习\n县里办宣讲三百场。\n二、文化\n图书馆新开书房六座。", styled=True))
    printed = call("text", path)
    assert printed.exit_code == 0
    tags = [json.loads(line) for line in call("tag", path, "--model", trained_home / "models" / "seeds").stdout.splitlines()]
    assert [tag["text"] for tag in tags] == [printed.stdout[tag["start"] : tag["end"]] for tag in tags]
    assert [tag["paragraph"] for tag in tags] == [1, 2, 3, 4, 5]
    assert "page" not in tags[0]


def test_the_reports_of_a_zip_stand_below_their_names(call, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("甲.txt", "一句。")
        package.writestr("乙.txt", "")
    result = call("text", tmp_path / "a.zip")
    assert result.exit_code == 1
    assert result.stdout == f"==> {tmp_path}/a.zip/甲.txt <==\n一句。\n"
    assert "乙.txt: the file is empty" in result.stderr


def test_an_encoding_can_be_named(call, tmp_path):
    (tmp_path / "a.txt").write_bytes("圖書館".encode("big5"))
    assert call("text", tmp_path / "a.txt", "--encoding", "big5").stdout == "圖書館\n"


def test_pages_without_text_are_named(call, tmp_path, monkeypatch):
    note = "pdf, 1 page by OCR, 97% certain, no text on page 2"
    read = Document("a.pdf", "一句。", "0", note, (), (SourceLocation(0, page=1, certainty=0.97),))
    monkeypatch.setattr("pipeline.read.isolated.read_files", lambda files, options, failed: [read])
    said = call("text", tmp_path / "a.pdf").stderr.splitlines()
    assert said == ["a.pdf: page 1 by OCR, 97.0% certain", f"a.pdf: {note}"]
