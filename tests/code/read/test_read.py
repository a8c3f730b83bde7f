import hashlib
import importlib
import pkgutil

import pytest
from msgspec.structs import replace

from pipeline.core.errors import InputError
from pipeline.read import _without_surrogates, formats, read_bytes, read_report, suffixes


def test_a_document_holds_text_encoding_and_the_hash_of_the_file(report, config):
    document = read_report(report, config.read)
    assert document.text == report.read_text(encoding="utf-8")
    assert document.encoding == "utf-8"
    assert document.sha256 == hashlib.sha256(report.read_bytes()).hexdigest()


def test_line_ends_are_those_of_the_file(tmp_path, config):
    path = tmp_path / "a.txt"
    path.write_bytes("甲。\r\n乙。".encode())
    assert read_report(path, config.read).text == "甲。\r\n乙。"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (" \n\u3000\t".encode(), "nothing but white space"), (b"\x00\x01\x02" * 99, "not text in UTF-8")],
)
def test_files_without_text_are_refused(tmp_path, config, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.txt: {message}"):
        read_report(path, config.read)


def test_missing_and_too_large_files_are_refused(tmp_path, config, report):
    with pytest.raises(InputError, match=r"none\.txt: no such file; check the path"):
        read_report(tmp_path / "none.txt", config.read)
    with pytest.raises(InputError, match=r"the limit is 10 \(read\.max_bytes\)"):
        read_report(report, replace(config.read, max_bytes=10))
    with pytest.raises(InputError, match=r"the limit is 10 \(read\.max_bytes\)"):
        read_bytes(report.read_bytes(), "stdin", replace(config.read, max_bytes=10))


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path, config):
    (tmp_path / "x.txt").mkdir()
    with pytest.raises(InputError, match=r"x\.txt: cannot be read"):
        read_report(tmp_path / "x.txt", config.read)


def test_each_format_is_one_module():
    assert {
        ".txt",
        ".md",
        ".docx",
        ".doc",
        ".wps",
        ".pdf",
        ".html",
        ".mhtml",
        ".rtf",
        ".odt",
        ".csv",
        ".xlsx",
        ".zip",
        "",
    } <= suffixes()
    assert {".jpg", ".exe", ".py"}.isdisjoint(suffixes())


def test_every_format_in_the_table_is_a_module_with_a_reader_and_every_module_is_in_it():
    assert {module.name for module in pkgutil.iter_modules(formats.__path__)} == set(formats.FORMATS)
    for name, endings in formats.FORMATS.items():
        assert callable(importlib.import_module(f"{formats.__name__}.{name}").read)
        assert all(ending.startswith(".") and ending == ending.lower() for ending in endings)


def test_what_is_named_as_another_format_but_no_text_either_is_damaged(tmp_path, config):
    path = tmp_path / "a.docx"
    path.write_bytes(bytes(range(256)) * 9)
    with pytest.raises(InputError, match=r"a\.docx: damaged, or no \.docx file; open it in Word"):
        read_report(path, config.read)
    path.write_text("一、总结", encoding="utf-8")
    assert read_report(path, config.read).text == "一、总结"


def test_halves_of_characters_become_one_sign_and_others_stay():
    assert _without_surrogates("宣\ud842传\udfff𠮷") == "宣\ufffd传\ufffd𠮷"
    text = "宣传𠮷"
    assert _without_surrogates(text) is text
