"""The pictures of a run: Chinese without a Chinese font, the same bytes each time."""

import os
import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pipeline.core.config import load_label_set
from pipeline.track import pictures
from pipeline.training.curve import CurvePoint
from pipeline.training.evaluate import CalibrationData, Figures
from pipeline.training.gate import Comparison, Interval, ReportPair


@pytest.fixture(scope="module")
def labels(root):
    return load_label_set(root / "configs" / "labels.toml")


@pytest.fixture(scope="module")
def drawn(labels, model):
    confusion = Counter({("举旗帜", "举旗帜"): 90, ("举旗帜", "其他"): 10, ("其他", "其他"): 50})
    judged = CalibrationData(np.array([0.4, 0.8, 0.95]), np.array([0.0, 1.0, 1.0]), np.array([10.0, 40.0, 50.0]))
    points = [CurvePoint(size, Figures(size / 10, size / 9, {}, 1)) for size in (2, 4, 8)]
    sides = [Figures(0.9, 0.9, {"举旗帜": f1}, 100) for f1 in (0.95, 0.9)]
    comparison = Comparison(*sides, Interval(0.05, 0.0, 0.1), (ReportPair("seeds/reports/000.txt", 100, 0.25, 0.5),))

    def draw():
        return {
            "confusion": pictures.confusion_picture(confusion, labels),
            "precision": pictures.precision_recall_picture(confusion, labels),
            "reliability": pictures.reliability_picture(judged),
            "coverage": pictures.coverage_picture(judged, (0.6, 0.9)),
            "curve": pictures.curve_picture(points),
            "strongest": pictures.strongest_picture(model),
            "difference": pictures.difference_picture(comparison),
        }

    return draw


def test_every_glyph_is_there_and_the_bytes_are_the_same(drawn):
    """A glyph that the font has not is a warning of matplotlib's, and warnings are errors."""
    first = drawn()
    assert first == drawn()
    for name, picture in first.items():
        ET.fromstring(picture)
        assert "<text" not in picture, name
        assert not re.search(r"<dc:date>|\d{4}-\d\d-\d\dT", picture), name
        assert "<!--" in picture, name  # matplotlib notes each text beside its outlines
    assert "举旗帜" in first["confusion"]
    assert "90%" in first["confusion"]
    assert "+0.050" in first["difference"]
    assert "-0.250" in first["difference"]


def test_the_font_has_the_characters_of_gb_2312_and_a_sign_for_all_others(labels):
    for first in range(0xB0, 0xF8):
        row = bytes(byte for second in range(0xA1, 0xFF) for byte in (first, second)).decode("gb2312", "ignore")
        assert pictures.drawable(row) == row
    assert pictures.drawable("佘村𠮷野") == "佘村〓野"
    for label in labels.labels:
        assert pictures.drawable(label.name) == label.name


@pytest.mark.slow
def test_a_machine_without_any_font_draws_the_same(tmp_path, labels, root):
    """A process that finds no font but the bundled ones, with a cache of its own."""
    script = (
        "import warnings; warnings.simplefilter('error')\n"
        "import sys; from pathlib import Path; from collections import Counter\n"
        "from pipeline.core.config import load_label_set; from pipeline.track import pictures\n"
        "confusion = Counter({('举旗帜', '举旗帜'): 90})\n"
        "picture = pictures.confusion_picture(confusion, load_label_set(Path(sys.argv[1])))\n"
        "sys.stdout.buffer.write(picture.encode())\n"
    )
    (tmp_path / "fonts.conf").write_text("<?xml version='1.0'?><fontconfig></fontconfig>", encoding="utf-8")
    place = {"MPLCONFIGDIR": str(tmp_path), "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PATH": "", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", script, root / "configs" / "labels.toml"]
    done = subprocess.run(list(map(str, command)), env={**os.environ, **place}, capture_output=True, check=True)
    assert done.stdout.decode() == pictures.confusion_picture(Counter({("举旗帜", "举旗帜"): 90}), labels)
