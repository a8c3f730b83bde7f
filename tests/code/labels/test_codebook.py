import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError, InputError
from pipeline.labels.codebook import label_definitions, read_codebook
from pipeline.output.qda.project import codebook

LABELS = load_label_set(locations.find("configs/labels.toml"))
READ = load_config().read


def written(tmp_path, content):
    path = tmp_path / "codes.qdc"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def again(tmp_path, labels):
    """Give label definitions as a project reads them."""
    path = tmp_path / "labels.toml"
    path.write_bytes(label_definitions(labels))
    return load_label_set(path)


def test_our_own_codebook_comes_back(tmp_path):
    found = read_codebook(written(tmp_path, codebook(LABELS)), READ)
    assert found == LABELS
    assert again(tmp_path, found) == LABELS


def test_folders_are_opened_and_sub_codes_named(tmp_path):
    codes = """\ufeff<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>
    <Code guid="1" name="夹" isCodable="false"><Code guid="2" name=' 教育 "甲" ' isCodable="true" color="#aBc">
      <Description>学校\n和课程\u202e\\</Description><Code guid="3" name="小学"/><Code guid="4" name="中学"/></Code></Code>
    <Code guid="5" name="卫生" color="red"/><Code guid="6" name="卫生" color="#00FF00"/><Code guid="7"/></Codes></CodeBook>"""
    found = again(tmp_path, read_codebook(written(tmp_path, codes), READ))
    assert [(label.name, label.definition, label.color) for label in found.labels] == [
        ('教育 "甲"', "学校 和课程⇄\\ 下分：小学、中学", "#aabbcc"),
        ("卫生", "", "#00ff00"),
        ("其他", "", "#707b7c"),
    ]
    assert found.other == "其他"


@pytest.mark.parametrize(
    ("content", "error", "why"),
    [
        ("<Project/>", CorpusError, "no REFI-QDA codebook but 'Project'"),
        ("<CodeBook/>", CorpusError, "no code in it"),
        ("<CodeBook><Codes><Code name='其他'/></Codes></CodeBook>", CorpusError, "no code in it"),
        ("<CodeBook>", InputError, "is damaged"),
        ("<!DOCTYPE a><CodeBook/>", InputError, "declares a document type"),
        ("<CodeBook>" + "<a/>" * 1_000_000 + "</CodeBook>", InputError, "1,000,002 tags"),
    ],
)
def test_what_is_no_codebook_costs_one_line(tmp_path, content, error, why):
    with pytest.raises(error, match=why):
        read_codebook(written(tmp_path, content), READ)
