"""Word documents, read back by python-docx, by this project's own reader and by LibreOffice.

Set SCREENSHOTS to a folder to keep the picture of the README.
"""

import hashlib
import io
import itertools
import os
import zipfile
from pathlib import Path

import docx as python_docx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.batch.engine import tag_documents
from pipeline.core.config import load_config
from pipeline.core.records import FinishedReport, Tag
from pipeline.output import composer_of
from pipeline.output.compose import compose_folder
from pipeline.output.earlier import AUTHOR
from pipeline.output.finished import write as write_finished
from pipeline.output.layout import passages
from pipeline.output.visible import visible
from pipeline.output.word.apart import annotate_apart
from pipeline.output.word.original import find_original, write_annotated
from pipeline.read import read_bytes
from pipeline.read.formats.docx import read, walk
from pipeline.read.isolated import read_files

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = f"{{{WORD}}}"
SPACES = (
    'xmlns:w="{}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
READ = load_config().read


class Hasty:
    read = msgspec.structs.replace(READ, max_seconds=2)


def package(body, space=WORD, kind=MAIN_TYPE, **parts):
    """Return a Word file with a body, and parts such as ``footnotes="<w:footnote …"``."""
    relations = "".join(f'<Relationship Id="r{name}" Type="{OFFICE}/{name}" Target="{name}.xml"/>' for name in parts)
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    spaces = SPACES.format(space)
    types = (
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{kind}"/>'
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>',
        "_rels/.rels": rels.format(f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'),
        "word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": rels.format(relations),
        "word/media/picture.bin": bytes(range(256)),
    }
    members |= {f"word/{name}.xml": f"<w:{name} {spaces}>{xml}</w:{name}>" for name, xml in parts.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*content, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(part if '<' in part else run(part) for part in content)}</w:p>"


BOX = f"<w:txbxContent>{p('框中一段。')}{p('框中二段。')}</w:txbxContent>"
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'
    '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
)
DRAWN = f"<w:r><mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>"
INLINE = f"<w:sdt><w:sdtContent>{run('行内控件')}</w:sdtContent></w:sdt>"
HARD = "".join(
    [
        p(run("甲乙", "<w:b/>"), run("丙丁。戊己", '<w:highlight w:val="yellow"/>'), run(" 庚 辛。", '<w:lang w:val="zh-CN"/>')),
        p(run("第一项。第二项。"), properties=NUMBERED),
        p("1. 自带编号。", properties=NUMBERED),
        p("", f"<w:hyperlink>{run('链接文字')}</w:hyperlink>", f"<w:ins>{run('插入的字')}</w:ins>",
          "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>", "之后。"),
        p("前段落尾", properties="<w:rPr><w:del/></w:rPr>"), p("接上一段。"),
        p('<w:r><w:t>换</w:t><w:br/><w:t>行</w:t><w:tab/><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>后</w:t></w:r>', "一行。"),
        p("带框", DRAWN, "段。"),
        p("注", '<w:r><w:footnoteReference w:id="2"/></w:r>', "释在此。"),
        p("<w:r><w:ruby><w:rt><w:r><w:t>yi</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>注音</w:t></w:r></w:rubyBase></w:ruby></w:r>",
          "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>", f'<w:fldSimple w:instr="REF a">{run("域值")}</w:fldSimple>', "式后。"),
        f"<w:tbl><w:tr><w:tc>{p('表一')}</w:tc><w:tc>{p('表二')}</w:tc></w:tr><w:tr><w:tc>{p('格内一段。')}{p('格内二段。')}</w:tc></w:tr></w:tbl>",
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控件之内。', INLINE)}</w:sdtContent></w:sdt>",
        p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar '
          'w:fldCharType="separate"/></w:r>', run("九"), '<w:r><w:fldChar w:fldCharType="end"/></w:r>', "末段。"),
    ]
)  # fmt: skip
NOTES = f'<w:footnote w:id="2">{p("脚注文字。")}</w:footnote>'


def hard(**options):
    return package(HARD, footnotes=NOTES, numbering=NUMBERING, **options)


def tagged(data, cuts, names, source="x.docx"):
    """Return a report of a Word file's text, cut into passages at offsets; white space at their ends is left out."""
    text = read(data, source, READ).text
    tags = []
    for first, last in itertools.pairwise([0, *sorted(set(cuts)), len(text)]):
        inside = text[first:last].strip()
        if inside:
            start = text.index(inside, first)
            theme = names[len(tags) % len(names)]
            evidence = (("字", 1.0),)
            tags.append(
                Tag(source, len(tags), start, start + len(inside), inside, "", theme, 0.5, {theme: 0.5}, (), True, evidence, "m")
            )
    return FinishedReport(source, hashlib.sha256(data).hexdigest(), "docx", text, tuple(tags), (), ())


def annotated(data, report, facts):
    stream = io.BytesIO()
    counts = write_annotated(walk(data, report.source, READ), report, stream, facts)
    return stream.getvalue(), counts


def ranges(data, space=W):
    """Return the text in the range of each comment by its number, and check that each has its three marks once."""
    from lxml import etree

    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    found, opened, referred = {}, [], []
    for element in root.iter():
        number = element.get(f"{space}id")
        if element.tag == f"{space}commentRangeStart":
            assert number not in found
            found[number] = ""
            opened.append(number)
        elif element.tag == f"{space}commentRangeEnd":
            opened.remove(number)
        elif element.tag == f"{space}commentReference":
            referred.append(number)
        elif str(element.tag).endswith("}t"):
            for one in opened:
                found[one] += element.text or ""
    assert opened == []
    assert sorted(referred) == sorted(found)
    return {int(number): text for number, text in found.items()}


def squeezed(text):
    return "".join(text.split())


def written(reports, facts):
    stream = io.BytesIO()
    composer_of("docx").write(reports, stream, facts)
    return stream.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 150), max_size=30))
def test_every_passage_is_anchored_and_the_text_stays(facts, cuts):
    data = hard()
    report = tagged(data, cuts, facts.labels.names)
    made, (count, found) = annotated(data, report, facts)
    assert count == len(report.tags)
    marked = ranges(made)
    assert len(marked) == count + 1  # and one on the whole report
    assert read(made, "x.docx", READ) == read(data, "x.docx", READ)
    assert found >= count - sum(tag.text in "1.2.脚注文字。" for tag in report.tags)


def test_a_passage_has_exactly_its_own_runs(facts):
    data = package(p(run("甲乙丙"), run("丁。戊己。庚", "<w:b/>"), run("辛。")) + p("另一段。再一句。"))
    text = read(data, "x.docx", READ).text
    cuts = [text.index("戊"), text.index("庚"), text.index("另一") + 2, text.index("再")]
    report = tagged(data, cuts, facts.labels.names)
    made, (count, found) = annotated(data, report, facts)
    assert (count, found) == (5, 5)
    marked = ranges(made)
    assert [squeezed(marked[number]) for number in range(5)] == [squeezed(tag.text) for tag in report.tags]
    assert squeezed(marked[2]) == "庚辛。另一"  # over the end of a paragraph
    from pipeline.output.colours import shades

    word = python_docx.Document(io.BytesIO(made))
    runs = [(r.text, r.bold, r._r.rPr.find(f"{W}shd").get(f"{W}fill")) for r in word.paragraphs[0].runs if r.text]
    tints = [shade.tint[1:].upper() for shade in shades(facts.labels)]
    assert runs == [
        ("甲乙丙", None, tints[0]),
        ("丁。", True, tints[0]),
        ("戊己。", True, tints[1]),
        ("庚", True, tints[2]),
        ("辛。", None, tints[2]),
    ]


def test_a_document_that_is_tagged_again_has_the_new_comments_and_tints_alone(facts):
    from pipeline.output.colours import shades

    data = package(p(run("甲乙丙"), run("丁。", '<w:shd w:val="clear" w:fill="123456"/>')) + p("另一段。"))
    text = read(data, "x.docx", READ).text
    names = facts.labels.names
    once, _ = annotated(data, tagged(data, [text.index("另")], names), facts)
    twice, _ = annotated(once, tagged(once, [text.index("乙"), text.index("另")], names[::-1]), facts)
    fresh, _ = annotated(data, tagged(data, [text.index("乙"), text.index("另")], names[::-1]), facts)
    assert read(twice, "x.docx", READ) == read(data, "x.docx", READ)
    assert sorted(ranges(twice).values()) == sorted(ranges(fresh).values())
    word, new = (python_docx.Document(io.BytesIO(made)) for made in (twice, fresh))
    assert [comment.text for comment in word.comments] == [comment.text for comment in new.comments]
    fills = [[run_.get(f"{W}fill") for run_ in made.element.body.iter(f"{W}shd")] for made in (word, new)]
    assert fills[0] == fills[1]
    assert "123456" in fills[0]
    assert shades(facts.labels)[0].tint[1:].upper() not in fills[0]


def test_the_comments_of_others_stay_where_a_document_is_tagged_again(facts):
    note = f'<w:comment w:id="4" w:author="王一"><w:p>{run("请核实")}</w:p></w:comment>'
    marks = '<w:commentRangeStart w:id="4"/>{}<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>'
    data = package(p(marks.format(run("甲乙丙丁。"))), comments=note)
    for _ in range(3):
        data, _ = annotated(data, tagged(data, [], facts.labels.names), facts)
    comments = zipfile.ZipFile(io.BytesIO(data)).read("word/comments.xml").decode()
    assert (comments.count("王一"), comments.count(AUTHOR)) == (1, 2)
    assert ranges(data)[4] == "甲乙丙丁。"


def test_text_that_no_comment_can_stand_in_is_anchored_around_it(facts):
    data = hard()
    text = read(data, "x.docx", READ).text
    words = ["框中一段。", "脚注文字。", "注音", "x+y", "域值", "行内控件", "九", "☑"]
    cuts = [at for word in words for at in (text.index(word), text.index(word) + len(word))]
    report = tagged(data, cuts, facts.labels.names)
    made, (count, found) = annotated(data, report, facts)
    marked = ranges(made)
    by_text = {tag.text: marked[number] for number, tag in enumerate(report.tags)}
    assert count - found == 1  # of a footnote its paragraph
    assert "注释在此。" in by_text["脚注文字。"]
    assert "框中一段。框中二段。" in by_text["框中一段。"]
    assert by_text["行内控件"] == "行内控件"
    assert by_text["九"] == "九"
    assert by_text["域值"] == "域值"
    assert by_text["x+y"] == "x+y"
    assert "注音" in by_text["注音"]
    from lxml import etree

    inside = etree.fromstring(zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml")).findall(
        f".//{W}txbxContent//{W}commentReference"
    )
    assert inside == []


def test_everything_else_of_the_file_stays(facts):
    old = f'<w:comment w:id="7" w:author="王">{p("原有批注")}</w:comment>'
    marks = '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>'
    body = p('<w:commentRangeStart w:id="7"/>', run("有批注。"), marks)
    data = package(body + p("正文。"), comments=old)
    report = tagged(data, [5], facts.labels.names)
    made, _ = annotated(data, report, facts)
    assert set(ranges(made)) == {7, 8, 9, 10}
    before, after = (zipfile.ZipFile(io.BytesIO(one)) for one in (data, made))
    assert before.namelist() == after.namelist()
    changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert changed == ["word/document.xml", "word/comments.xml"]
    assert "原有批注" in after.read("word/comments.xml").decode()


def test_the_strict_form_gets_comments_of_its_own_kind(facts):
    data = package(p("甲。") + p("乙。"), space=STRICT)
    report = tagged(data, [3], facts.labels.names)
    made, counts = annotated(data, report, facts)
    assert counts == (2, 2)
    assert len(ranges(made, f"{{{STRICT}}}")) == 3
    relations = zipfile.ZipFile(io.BytesIO(made)).read("word/_rels/document.xml.rels").decode()
    assert "http://purl.oclc.org/ooxml/officeDocument/relationships/comments" in relations


def test_comments_tell_score_second_theme_evidence_and_review(tmp_path, facts, small):
    path = tmp_path / "原件.docx"
    word = python_docx.Document()
    for line in small.text.splitlines():
        word.add_paragraph(line)
    word.save(path)
    text = read(path.read_bytes(), "x", READ).text
    assert text == small.text.strip()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    report = msgspec.structs.replace(small, source=str(path), sha256=digest, encoding="docx")
    again = python_docx.Document(io.BytesIO(written([report], facts)))
    assert [paragraph.text for paragraph in again.paragraphs] == text.splitlines()
    comments = [comment.text.split("\n") for comment in again.comments]
    assert {comment.author for comment in again.comments} == {AUTHOR}
    assert comments[0][0] == "全文主题占比（按字数）"
    assert ["兴文化　把握 50%", "待复核：把握低于 60%", "次要主题：举旗帜 30%", "依据：书房"] in comments
    assert len(comments) == len(passages(report)) + 1


def test_only_the_file_that_was_tagged_is_given_back(tmp_path, facts, monkeypatch):
    data, path = hard(), tmp_path / "x.docx"
    path.write_bytes(data)
    report = tagged(data, [20], facts.labels.names, str(path))
    assert find_original(report) == data
    assert find_original(msgspec.structs.replace(report, encoding="odt")) is None
    assert find_original(msgspec.structs.replace(report, source="stdin")) is None
    assert find_original(msgspec.structs.replace(report, source="a\0b.docx")) is None
    assert find_original(msgspec.structs.replace(report, source=str(tmp_path))) is None
    monkeypatch.setattr("pipeline.output.word.original.LARGEST", 10)
    assert find_original(report) is None
    monkeypatch.undo()
    path.write_bytes(data + b"\n")
    assert find_original(report) is None


def test_a_file_with_macros_is_composed_anew_without_them(tmp_path, facts):
    data = hard(kind="application/vnd.ms-word.document.macroEnabled.main+xml")
    path = tmp_path / "x.docm"
    path.write_bytes(data)
    report = tagged(data, [20], facts.labels.names, str(path))
    made = zipfile.ZipFile(io.BytesIO(written([report], facts)))
    assert not [name for name in made.namelist() if "vba" in name.lower() or name == "word/media/picture.bin"]
    assert "甲乙" in made.read("word/document.xml").decode()


@pytest.mark.slow
def test_a_file_that_breaks_its_process_is_composed_anew(tmp_path, facts, monkeypatch):
    path = tmp_path / "x.docx"
    path.write_bytes(hard())
    report = tagged(hard(), [20], facts.labels.names, str(path))
    whole = written([report], facts)
    assert "word/media/picture.bin" in zipfile.ZipFile(io.BytesIO(whole)).namelist()
    for start in ("import os; os.abort()", "import time; time.sleep(60)", "print('half of it', end=''); 1 / 0"):
        monkeypatch.setattr("pipeline.output.word.apart._START", start)
        monkeypatch.setattr("pipeline.output.word.apart.load_config", lambda: Hasty)
        made = written([report], facts)
        assert "word/styles.xml" in zipfile.ZipFile(io.BytesIO(made)).namelist()
        assert "甲乙" in read(made, "x", READ).text
        assert "这里按读到的文字重新排版" in read(made, "x", READ).text
    assert "重新排版" not in read(whole, "x", READ).text


def test_limits_hold_for_the_file_that_is_commented(tmp_path, facts, monkeypatch):
    path = tmp_path / "x.docx"
    path.write_bytes(hard())
    report = tagged(hard(), [20], facts.labels.names, str(path))
    assert annotate_apart(report, io.BytesIO(), facts)
    monkeypatch.setattr("pipeline.output.word.apart.LARGEST", 1000)  # of what it unpacks to
    stream = io.BytesIO()
    assert not annotate_apart(report, stream, facts)
    assert stream.getvalue() == b""


def test_a_folder_gives_each_word_file_back_as_itself(tmp_path, facts, model):
    from pipeline.core.records import Document

    pieces = tmp_path / "pieces"
    for name in ("a", "b"):
        (tmp_path / f"{name}.docx").write_bytes(hard())
    sources = [str(tmp_path / "a.docx"), str(tmp_path / "b.docx")]
    reports = list(tag_documents(read_files(sources, READ, pytest.fail), model))
    reports += tag_documents([Document("c.txt", "办好书房。", "0", "utf-8")], model)
    with pieces.open("wb") as stream:
        write_finished(iter(reports), stream, model.labels)
    compose_folder(pieces, tmp_path / "out", "docx", facts)
    for name in ("a", "b"):
        made = (tmp_path / "out" / f"{name}.docx").read_bytes()
        assert read(made, "x", READ).text == read(hard(), "x", READ).text
        assert zipfile.ZipFile(io.BytesIO(made)).read("word/media/picture.bin") == bytes(range(256))
    assert "办好书房。" in read((tmp_path / "out" / "c.docx").read_bytes(), "x", READ).text


def test_one_document_of_several_reports_begins_with_a_table(facts, small, build):
    other = build([("讲好故事。", "展形象")], source="别的.txt")
    word = python_docx.Document(io.BytesIO(written([small, other], facts)))
    front = word.tables[0]
    assert [cell.text for cell in front.rows[0].cells] == ["报告", *facts.labels.names]
    assert [cell.text for cell in front.rows[2].cells] == ["别的.txt", "–", "–", "–", "–", "100.0%", "–"]
    titles = [paragraph for paragraph in word.paragraphs if paragraph.style.name == "Heading 1"]
    assert [title.text for title in titles] == ["报告.txt", "别的.txt"]
    assert all(title.paragraph_format.page_break_before for title in titles)
    anchors = [link.fragment for paragraph in front._cells[7].paragraphs for link in paragraph.hyperlinks]
    assert anchors == ["report_1"]
    assert "坏<b>.pdf: 损坏" in [paragraph.text for paragraph in word.paragraphs]


def test_a_composed_document_has_every_passage_with_its_theme_and_comment(facts, small):
    data = written([small], facts)
    word = python_docx.Document(io.BytesIO(data))
    styles = {paragraph.text.split("  ")[-1].strip(): paragraph.style.name for paragraph in word.paragraphs}
    assert styles["临溪县宣传工作总结"] == "Heading 2"
    assert styles["一、理论学习"] == "Heading 3"
    assert styles["（一）书房"] == "Heading 4"
    assert styles["学习理论，宣讲理论。"] == "Normal"
    marked = ranges(data)
    for number, tag in enumerate(passages(small)):
        assert squeezed(marked[number]) == f"{tag.theme}{'?' if tag.review else ''}{squeezed(tag.text)}"
    assert len(list(word.comments)) == len(passages(small))
    assert "〔已剔除：署名〕记者：王一" in [paragraph.text for paragraph in word.paragraphs]
    underlined = [r.text for paragraph in word.paragraphs for r in paragraph.runs if r.underline]
    assert underlined == ["理论", "宣讲", "理论", "书房"]


def test_a_hostile_report_stays_text_in_word_too(facts, attack, soffice, tmp_path):
    data = written([attack], facts)
    path = tmp_path / "x.docx"
    path.write_bytes(data)
    text = "\n".join(paragraph.text for paragraph in python_docx.Document(path).paragraphs)
    assert visible(attack.text.split("\n")[0]) in text
    assert "⇄翻转的文字⇄隔离" in text
    assert not set("\u202e\u2066\x07\x1b") & set(zipfile.ZipFile(path).read("word/document.xml").decode())
    assert soffice(path, "pdf", tmp_path).stat().st_size > 1000


def test_the_same_reports_give_the_same_bytes(facts, seed_reports, monkeypatch):
    import time

    data = hard()
    report = tagged(data, [20, 40], facts.labels.names)
    first, commented = written(seed_reports[:2], facts), annotated(data, report, facts)
    later = time.localtime(2_000_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert written(seed_reports[:2], facts) == first
    assert annotated(data, report, facts) == commented


def test_no_reports_at_all_make_a_document_too(facts):
    word = python_docx.Document(io.BytesIO(written([], facts)))
    assert word.paragraphs[0].text == "报告主题标注"


@pytest.mark.slow
def test_five_thousand_passages_take_seconds(facts, build):
    import time

    long = build([(f"第{i}条，办好书房。", "育新人", {"evidence": [("书房", 0.2)]}) for i in range(5_000)])
    begun = time.perf_counter()
    data = written([long], facts)
    assert time.perf_counter() - begun < 30
    body = "".join(p(f"第{i}条，", "办好书房。") for i in range(5_000))
    original = package(body)
    report = tagged(original, [i * 11 for i in range(5_000)], facts.labels.names)
    begun = time.perf_counter()
    made, (count, found) = annotated(original, report, facts)
    assert time.perf_counter() - begun < 30
    assert count == found
    assert len(ranges(made)) == count + 1
    assert len(ranges(data)) == 5_000


def test_files_of_libreoffice_come_back_commented_and_open_there(root, tmp_path, soffice, model, facts):
    source = soffice(plain_docx(root, tmp_path), "odt", tmp_path)
    path = soffice(source, "docx", tmp_path)
    (report,) = (found.finish() for found in tag_documents(read_files([str(path)], READ, pytest.fail), model))
    data, (count, found) = annotated(path.read_bytes(), report, facts)
    assert count == found == len(passages(report)) > 20
    marked = ranges(data)
    assert [squeezed(marked[number]) for number in range(count)] == [squeezed(tag.text) for tag in passages(report)]
    commented = tmp_path / "commented.docx"
    commented.write_bytes(data)
    assert read_bytes(data, "x", READ).text == report.text
    assert pages(soffice(commented, "pdf", tmp_path / "new")) == pages(soffice(path, "pdf", tmp_path / "old"))


def plain_docx(root, tmp_path):
    word = python_docx.Document()
    for line in (root / "seeds/reports/002_bc99a5d9c6142de8.txt").read_text(encoding="utf-8").splitlines():
        if line.strip():
            word.add_paragraph(line)
    word.save(tmp_path / "source.docx")
    return tmp_path / "source.docx"


def pages(path):
    """Return the text of each page of a PDF."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        return [squeezed(page.get_textpage().get_text_range()) for page in pdf]
    finally:
        pdf.close()


def test_the_picture_of_the_readme(facts, seed_reports, soffice, tmp_path):
    import pypdfium2

    path = tmp_path / "report.docx"
    path.write_bytes(written([seed_reports[2]], msgspec.structs.replace(facts, failures=())))
    pdf = pypdfium2.PdfDocument(soffice(path, "pdf", tmp_path))
    picture = Path(os.environ.get("SCREENSHOTS", tmp_path)) / "report-docx.png"
    image = pdf[0].render(scale=1.35).to_pil()
    pdf.close()
    assert len(set(image.crop((100, 200, 700, 900)).get_flattened_data())) > 100  # theme colours, not an empty page
    image.save(picture, optimize=True)
    assert 30_000 < picture.stat().st_size < 250_000
