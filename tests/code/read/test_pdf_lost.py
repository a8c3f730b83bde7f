"""Characters that PDFium leaves out where the machine has no font for them are not lost in silence."""

import subprocess
import sys

import pytest
from printed import lines, pdf, shown

# PDFium looks for fonts in a folder that is empty, as on a machine without any.
WITHOUT_FONTS = """
import ctypes, sys
import pypdfium2_raw.bindings as raw
begin, place = raw.FPDF_InitLibraryWithConfig, ctypes.POINTER(ctypes.c_char)
folders = (place * 2)(ctypes.cast(ctypes.create_string_buffer(sys.argv[1].encode()), place), None)
def without_fonts(config):
    config.m_pUserFontPaths = folders
    begin(config)
raw.FPDF_InitLibraryWithConfig = without_fonts
from pipeline.core.config import load_config
from pipeline.core.errors import InputError
from pipeline.read.formats.pdf import read
try:
    print(read(sys.stdin.buffer.read(), "x.pdf", load_config().read).text)
except InputError as error:
    print(error.code, error)
"""
TEXT = "县图书馆新开六座城市书房，送戏下乡八十场。"


@pytest.fixture
def read_without_fonts(tmp_path):
    def run(data):
        command = [sys.executable, "-c", WITHOUT_FONTS, str(tmp_path)]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().strip()

    return run


def test_a_character_that_is_drawn_by_itself_is_not_lost_in_silence(read_without_fonts):
    first, second = pdf(lines(TEXT)), pdf(lines(TEXT), lines(TEXT) + shown("①", 300, 700))
    assert read_without_fonts(first) == TEXT
    said = read_without_fonts(second)
    assert said.startswith("fonts x.pdf, page 2: characters of it may be lost")
    assert said.endswith("install Chinese fonts (fonts-noto-cjk), or save the PDF with its fonts")


def test_what_is_drawn_together_is_read_without_fonts(read_without_fonts):
    text = [f"第{i}场活动在县文化馆举行，群众说好。" for i in "一二三"]
    assert read_without_fonts(pdf(lines(*text))).replace("\n", "") == "".join(text)


def test_a_space_by_itself_is_no_loss_where_there_are_fonts(config):
    from pipeline.read.formats.pdf import read

    found = read(pdf(lines(TEXT) + shown(" ", 300, 700)), "x.pdf", config.read)
    assert found.text.strip() == TEXT
