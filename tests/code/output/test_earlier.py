"""Whether what lies where an output goes was made by a run, also where it is damaged."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from pipeline.core.outputs import place_of
from pipeline.output.digest.word import save
from pipeline.output.earlier import is_of_a_run, outputs_among

SAVED_BY = "<dc:title>主题标注</dc:title><cp:lastModifiedBy>{}</cp:lastModifiedBy>"
TITLE = SAVED_BY.format("主题标注").encode()


def package(content, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.writestr("docProps/core.xml", content)
    return stream.getvalue()


def is_made(folder: Path, data: bytes) -> bool:
    (folder / "out.docx").write_bytes(data)
    return is_of_a_run(place_of(folder / "out.docx"))


def test_a_document_of_a_run_is_known_by_its_title(tmp_path):
    assert is_made(tmp_path, package(TITLE))
    assert not is_made(tmp_path, package("别的报告".encode()))


def test_a_document_of_ours_that_somebody_has_saved_since_is_theirs(tmp_path):
    for name, by_run in (("mission-themes", True), ("主题标注", True), ("李雷", False), ("", False)):
        assert is_made(tmp_path, package(SAVED_BY.format(name).encode())) is by_run
    assert not is_made(tmp_path, package("<dc:title>主题标注</dc:title>".encode()))  # by a program that names nobody
    times = (
        '<dcterms:created xsi:type="x">2026-11-29T00:00:00Z</dcterms:created><dcterms:modified xsi:type="x">{}</dcterms:modified>'
    )
    for modified, by_run in (("2026-11-29T00:00:00Z", True), ("2026-11-30T08:15:00Z", False)):
        assert is_made(tmp_path, package(TITLE + times.format(modified).encode())) is by_run


def test_an_official_document_is_of_a_run_until_a_person_saves_it(tmp_path):
    document = docx.Document()
    stream = io.BytesIO()
    save(document, stream, "2026-11-29", "临溪县2024年工作情况摘报")
    assert is_made(tmp_path, stream.getvalue())
    assert outputs_among([str(tmp_path / "out.docx")]) == [str(tmp_path / "out.docx")]
    document.core_properties.last_modified_by = "王芳"
    stream = io.BytesIO()
    document.save(stream)
    assert not is_made(tmp_path, stream.getvalue())


TITLES = {"报告主题摘编": True, "主题标注：数字": True, "主题标注：统计": True, "主题标注": False, "台账": False}


@pytest.mark.parametrize(("title", "is_left_out"), TITLES.items())
def test_workbooks_of_a_digest_and_of_figures_are_no_reports_and_one_of_tags_says_what_it_is(tmp_path, title, is_left_out):
    (tmp_path / "表.xlsx").write_bytes(package(f"<dc:title>{title}</dc:title>".encode()))
    assert bool(outputs_among([str(tmp_path / "表.xlsx")])) is is_left_out


@pytest.mark.parametrize(
    ("text", "is_made"),
    [
        ("单位,报告,举旗帜,其他\r\n甲局,3,1,2\r\n（未注明）,0,0,0\r\n", True),
        ('年份,字数,甲\r\n"2024,2025",31,31\r\n', True),
        ("主题,段落,举旗帜\r\n" + "举旗帜,1234567,1234567\r\n" * 500, True),  # longer than what is looked at
        ("单位,报告,内容\r\n甲局,第3期,全县开展宣讲。\r\n", False),
        ("单位,报告,举旗帜\r\n甲局,3,1,2\r\n", False),
        ("单位,段落\r\n甲局,12\r\n", False),
        ("单位,场次,人数\r\n甲局,12,40\r\n", False),
        ("source,start,end,text,label,secondary\r\na.txt,0,7,全县开展宣讲。,举旗帜,\r\n", True),
        ("source,text,label\r\na.txt,全县开展宣讲。,举旗帜\r\n", False),
    ],
)
def test_a_table_of_counts_or_of_labels_given_out_is_no_report(tmp_path, text, is_made):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8-sig", newline="")
    (tmp_path / "b.csv").write_text(text, encoding="utf-8", newline="")
    assert outputs_among([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == ([str(tmp_path / "a.csv")] if is_made else [])


def test_a_folder_that_a_run_left_half_done_is_its_own_and_one_with_a_report_of_somebody_is_not(tmp_path):
    out = place_of(tmp_path / "out")
    (tmp_path / "out" / "镇").mkdir(parents=True)
    assert is_of_a_run(out)
    (tmp_path / "out" / "镇" / "a.docx").write_bytes(package(TITLE))
    (tmp_path / "out" / "b.csv").write_text("\ufeff报告,段落,主题\n", encoding="utf-8")
    assert is_of_a_run(out)
    (tmp_path / "out" / "c.docx").write_bytes(package("县里的总结".encode()))
    assert not is_of_a_run(out)


@pytest.mark.parametrize(("author", "by_run"), [("主题标注", True), ("县委办", False), ("", False)])
def test_a_report_of_word_is_of_a_run_where_its_comments_are(tmp_path, author, by_run):
    document = docx.Document()
    for name in (*["王编辑"] * 3, author) if author else ():
        document.add_comment(document.add_paragraph("全县文化惠民演出八十场。").runs, text="核对主题标注。" * 3000, author=name)
    document.core_properties.title = "文化工作小结"
    document.save(tmp_path / "out.docx")
    assert is_of_a_run(place_of(tmp_path / "out.docx")) is by_run


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("at", range(45, 130, 5))
def test_a_damaged_package_is_none_of_a_run(tmp_path, method, at):
    data = bytearray(package(bytes(range(256)) * 40 + TITLE, method))
    data[at : at + 8] = b"\xff" * 8
    assert not is_made(tmp_path, bytes(data))  # its title lies further on than is read


def test_a_package_that_ends_too_early_or_cannot_be_unpacked(tmp_path):
    data = package(bytes(range(256)) * 40)
    directory = data.index(b"PK\x01\x02")
    assert not is_made(tmp_path, data[:60] + data[directory:])
    strange = data.replace(b"PK\x03\x04\x14\x00\x00\x00\x08", b"PK\x03\x04\x14\x00\x00\x00\x63")
    strange = strange.replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00")
    assert not is_made(tmp_path, strange)


@pytest.mark.parametrize(
    ("names", "is_left_out"),
    [
        ("报告,序号,正文,主题,把握,依据", True),
        ("统计对象;数字;主题;把握", True),
        ('"主题"\t"把握"\t"依据"', True),
        ("报告,主题,把握", False),
        ("序号,主题内容,把握情况,依据", False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_table_of_tags_is_one_also_where_excel_has_saved_it_since(tmp_path, names, is_left_out, encoding):
    path = tmp_path / "out.csv"
    path.write_bytes(f"{names}\r\n甲,乙,丙\r\n".encode(encoding))
    assert outputs_among([str(path)]) == [str(path)] * is_left_out
