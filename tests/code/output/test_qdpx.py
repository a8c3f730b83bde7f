import doctest
import io
import re
import zipfile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.core import locations
from pipeline.core.config import load_label_set
from pipeline.core.outputs import OutputTarget
from pipeline.core.records import HumanLabel
from pipeline.output import format_for
from pipeline.output.earlier import is_of_a_run
from pipeline.output.formats import qdpx
from pipeline.output.qda import paths
from pipeline.output.qda.paths import noted, parted
from pipeline.output.qda.project import CodedSpan, Source, codebook, write_project

from .conftest import ATTACK, make

LABELS = load_label_set(locations.find("configs/labels.toml"))
NAMESPACE = "{urn:QDA-XML:project:1.0}"
GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# What the standard allows of what is written here: the children of an element in their order, and its attributes (! needed).
ALLOWED = {
    "Project": ("Users? CodeBook? Variables? Sources?", "name! origin creationDateTime"),
    "Users": ("User+", ""),
    "User": ("", "guid! name"),
    "CodeBook": ("Codes", ""),
    "Codes": ("Code+", ""),
    "Code": ("Description? Code*", "guid! name! isCodable! color"),
    "Variables": ("Variable+", ""),
    "Variable": ("", "guid! name! typeOfVariable!"),
    "Sources": ("TextSource+", ""),
    "TextSource": ("PlainTextSelection* VariableValue*", "guid! name plainTextPath!"),
    "PlainTextSelection": ("Description? Coding*", "guid! name startPosition! endPosition! creatingUser creationDateTime"),
    "Coding": ("CodeRef", "guid! creatingUser creationDateTime"),
    "CodeRef": ("", "targetGUID!"),
    "VariableValue": ("VariableRef (TextValue|IntegerValue)", ""),
    "VariableRef": ("", "targetGUID!"),
    "Description": ("", ""),
    "TextValue": ("", ""),
    "IntegerValue": ("", ""),
}  # fmt: skip


def project(sources, when="2026-11-22"):
    stream = io.BytesIO()
    write_project(sources, LABELS, when, stream)
    return stream.getvalue()


def opened(data):
    package = zipfile.ZipFile(io.BytesIO(data))
    return package, etree.fromstring(package.read("project.qde"))


def every(root, name):
    return list(root.iter(f"{NAMESPACE}{name}"))


def check(root):
    """Hold a project against the standard, as far as what is written here goes, and every reference against what it names."""
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(GUID.fullmatch(guid) for guid in guids)
    for element in root.iter():
        name = element.tag.removeprefix(NAMESPACE)
        order, attributes = ALLOWED[name]
        pattern = "".join(f"(?:{part.strip('?*+')},){part[-1] if part[-1] in '?*+' else ''}" for part in order.split())
        inside = "".join(f"{child.tag.removeprefix(NAMESPACE)}," for child in element)
        assert re.fullmatch(pattern.replace("(?:(TextValue|IntegerValue),)", "(?:TextValue,|IntegerValue,)"), inside), name
        needed = {each[:-1] for each in attributes.split() if each.endswith("!")}
        assert needed <= set(element.keys()) <= {each.strip("!") for each in attributes.split()}
        for key, value in element.items():
            assert key not in ("targetGUID", "creatingUser") or value in guids
            assert key != "creationDateTime" or TIME.fullmatch(value)
            assert key != "color" or re.fullmatch("#[0-9a-f]{6}", value)


def report(source="目录/报告.docx"):
    made = make(
        [("学理论。𠮷野家\r\n办", "举旗帜"), ("办书房。", "兴文化", {"review": True}), ("图", "caption"), ("讲故事。", "展形象")],
        source,
    )
    tags = list(made.tags)
    said = HumanLabel("兴文化", "王一", ("展形象",), "兴文化 › 文化产业\n存疑 <&>")
    tags[2] = msgspec.structs.replace(tags[2], correction=said)
    return msgspec.structs.replace(made, tags=tuple(tags))


def written(reports, facts):
    stream = io.BytesIO()
    qdpx.write(reports, stream, facts)
    return stream.getvalue()


def test_examples():
    assert doctest.testmod(paths) == (0, 2)


def test_the_ending_chooses_the_format(tmp_path):
    assert format_for(None, tmp_path / "coded.QDPX", is_terminal=True) == "qdpx"


def test_same_reports_same_bytes_and_no_times(facts):
    data = written([report()], facts)
    assert data == written([report()], facts)
    assert {member.date_time for member in zipfile.ZipFile(io.BytesIO(data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_project_is_as_the_standard_has_it(facts):
    package, root = opened(written([report(), report("别处/报告.docx"), report("c.txt")], facts))
    check(root)
    assert root.get("creationDateTime") == "2026-11-22T00:00:00Z"
    paths_ = [source.get("plainTextPath").replace("internal://", "sources/") for source in every(root, "TextSource")]
    assert package.namelist() == ["project.qde", *paths_]
    assert [source.get("name") for source in every(root, "TextSource")] == ["目录_报告.docx.txt", "别处_报告.docx.txt", "c.txt"]


def test_codes_have_the_colours_and_definitions_of_the_labels(facts):
    _, root = opened(written([report()], facts))
    codes = [code for code in every(root, "Code") if code.getparent().tag == f"{NAMESPACE}Codes"]
    assert [(code.get("name"), code.get("color"), code[0].text) for code in codes] == [
        (label.name, label.color, label.definition) for label in LABELS.labels
    ]


def test_selections_count_code_points_of_the_text_in_the_package(facts):
    package, root = opened(written([report()], facts))
    text = package.read(every(root, "TextSource")[0].get("plainTextPath").replace("internal://", "sources/")).decode()
    spans = [(int(each.get("startPosition")), int(each.get("endPosition"))) for each in every(root, "PlainTextSelection")]
    assert [text[slice(*span)] for span in spans] == ["学理论。𠮷野家\n办", "办书房。", "讲故事。"]
    assert spans == [(0, 9), (10, 14), (17, 21)]


def test_the_person_stands_for_the_model_with_sub_code_second_theme_and_memo(facts):
    _, root = opened(written([report()], facts))
    codes = {code.get("guid"): code for code in every(root, "Code")}
    users = {user.get("guid"): user.get("name") for user in every(root, "User")}
    said = [
        (
            [codes[ref.get("targetGUID")].get("name") for ref in selection.iter(f"{NAMESPACE}CodeRef")],
            users[selection.get("creatingUser")],
            selection.findtext(f"{NAMESPACE}Description"),
        )
        for selection in every(root, "PlainTextSelection")
    ]
    assert said == [
        (["举旗帜", "聚民心"], "模型 demo 0123", None),
        (["兴文化", "举旗帜"], "模型 demo 0123", "待复核：把握 50%"),
        (["文化产业", "展形象"], "王一", "存疑 <&>"),
    ]
    (below,) = [code for code in codes.values() if code.get("name") == "文化产业"]
    assert below.getparent().get("name") == "兴文化"


def test_report_facts_are_variables(facts):
    _, root = opened(written([report()], facts))
    names = {each.get("guid"): (each.get("name"), each.get("typeOfVariable")) for each in every(root, "Variable")}
    values = {names[value[0].get("targetGUID")]: value[1].text for value in every(root, "VariableValue")}
    assert values == {
        ("来源", "Text"): "目录/报告.docx",
        ("sha256", "Text"): "0" * 64,
        ("格式", "Text"): "utf-8",
        ("模型", "Text"): "demo 0123",
        ("段落数", "Integer"): "3",
        ("待复核", "Integer"): "1",
    }


def test_codes_of_one_name_are_told_apart():
    coded = tuple(CodedSpan(0, 1, ((theme, "产业"),)) for theme in ("兴文化", "展形象"))
    _, root = opened(project([Source("a", "甲乙", (*coded, CodedSpan(1, 2, (("育新人", "学校"), ("兴文化", "举旗帜")))))]))
    check(root)
    names = [code.get("name") for code in every(root, "Code")]
    assert len(names) == len(set(names))
    assert {"产业（兴文化）", "产业（展形象）", "学校", "举旗帜（兴文化）"} < set(names)


def test_nothing_that_xml_or_a_file_cannot_hold_moves_an_offset():
    text = "\ufeff" + ATTACK + "尾"
    source = Source(
        "x\x00\ud800/<b>&\"'.txt",
        text,
        (CodedSpan(0, len(text), (("其他",),), "人\x07", "", ATTACK), CodedSpan(1, 2, (("其他",),))),
    )
    package, root = opened(project([source], when="never"))
    check(root)
    data = package.read(package.namelist()[1])
    assert not data.startswith(b"\xef\xbb\xbf")
    assert len(data.decode()) == len(text)
    assert data.decode().endswith("尾")
    assert "creationDateTime" not in root.attrib


@pytest.mark.parametrize(
    ("when", "time"),
    [("2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00Z"), ("2026-11-22T01:02:03", "2026-11-22T01:02:03Z"), ("", None)],
)
def test_times_are_of_utc(when, time):
    _, root = opened(project([Source("a", "甲", (CodedSpan(0, 1, (("其他",),), "", when),))]))
    assert every(root, "Coding")[0].get("creationDateTime") == time


def test_a_project_without_reports_is_valid():
    _, root = opened(project([]))
    check(root)
    assert [child.tag.removeprefix(NAMESPACE) for child in root] == ["CodeBook"]


def test_a_codebook_has_the_labels():
    root = etree.fromstring(codebook(LABELS))
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    assert [code.get("name") for code in root.iter("{urn:QDA-XML:codebook:1.0}Code")] == list(LABELS.names)


def test_a_project_of_a_run_is_replaced_and_another_ones_is_not(tmp_path, facts):
    own, other = tmp_path / "own.qdpx", tmp_path / "other.qdpx"
    own.write_bytes(written([report()], facts))
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("project.qde", "<Project name='mine'/>")
    assert is_of_a_run(OutputTarget(own, own))
    assert not is_of_a_run(OutputTarget(other, other))


NAME = st.text("甲乙产业 ›>\n", min_size=1, max_size=5).filter(paths.plain)


@given(st.lists(NAME, max_size=3), st.lists(NAME, max_size=2), st.text("甲›\n ", max_size=6).map(str.strip))
def test_paths_in_a_note_come_out_again(first, second, memo):
    given_paths = (("兴文化", *map(paths.plain, first)), ("展形象", *map(paths.plain, second)))
    assert parted(noted(given_paths, memo), ("兴文化", "展形象")) == (given_paths, memo)


@pytest.mark.parametrize("note", ["", "兴文化", "举旗帜 › 甲", "备注\n兴文化 › 甲"])
def test_a_note_without_a_path_of_its_themes_stays(note):
    assert parted(note, ("兴文化",)) == ((("兴文化",),), note)


def test_sources_of_one_name_stay_two(facts):
    def source(text):
        return Source("two.eml/总结.txt", text, (CodedSpan(0, 2, (("兴文化",),)),))

    package, root = opened(project([source("子一。"), source("子二。"), source("子二。")]))
    sources = every(root, "TextSource")
    assert [one.get("name") for one in sources] == ["two.eml_总结.txt", "two.eml_总结.txt（2）.txt", "two.eml_总结.txt（3）.txt"]
    texts = [package.read(one.get("plainTextPath").replace("internal://", "sources/")).decode() for one in sources]
    assert texts == ["子一。", "子二。", "子二。"]
    guids = [one.get("guid") for one in root.iter() if one.get("guid")]
    assert len(guids) == len(set(guids))
