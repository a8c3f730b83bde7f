import io
import random
import zipfile
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from pipeline.core import locations, spans
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError, InputError
from pipeline.core.records import Document, Label
from pipeline.labels.exchange import export_labels, to_labels
from pipeline.labels.files import Corpus, LabelledDocument
from pipeline.labels.incoming import ImportedFile, ImportedReport, LabelSpan, Rejected
from pipeline.labels.refi_qda import _as_source, _numbers, _repeats, export_project, read_project
from pipeline.output.qda.project import CodedSpan

LABELS = load_label_set(locations.find("configs/labels.toml"))
READ = load_config().read
SHA = "a" * 64
WANG, LI = "u1", "u2"
HEAD = '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="{origin}">'
USERS = {WANG: "王一", LI: "李二"}
# By their identity: their name, and the codes below them.
CODES = """<CodeBook><Codes>
<Code guid="c1" name="兴文化" isCodable="true"><Code guid="c2" name="文化产业" isCodable="true"><Code guid="c3" name="演艺"/>
</Code></Code>
<Code guid="c4" name="我的夹子" isCodable="false"><Code guid="{C5}" name=" 展形象 " isCodable="true"/></Code>
<Code guid="c6" name="随想" isCodable="true"/></Codes></CodeBook>"""


def coding(code, who="", inside=""):
    by = f' creatingUser="{who}"' if who else ""
    return f'<Coding guid="g"{by}><CodeRef targetGUID="{code}"/>{inside}</Coding>'


def selection(start, end, inside="", extra=""):
    places = f'guid="s{start}-{end}" startPosition="{start}" endPosition="{end}"'
    return f"<PlainTextSelection {places} {extra}>{inside}</PlainTextSelection>"


def source(inside, name="报告", extra='plainTextPath="internal://t.txt"'):
    return f'<TextSource guid="t" name="{name}" {extra}>{inside}</TextSource>'


def package(tmp_path, sources, text="文化产业兴旺。讲故事。", behind="", users=None, origin="other", **members):
    """Write a project by another tool, with one text if nothing else is said."""
    given_users = "".join(f'<User guid="{guid}" name="{name}"/>' for guid, name in (users or USERS).items())
    xml = f"{HEAD.format(origin=origin)}<Users>{given_users}</Users>{CODES}<Sources>{sources}</Sources>{behind}</Project>"
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("project.qde", xml)
        made.writestr("sources/t.txt", text if isinstance(text, bytes) else text.encode())
        for name, data in members.items():
            made.writestr(f"sources/{name}.txt", data)
    return path


def taken(path, who=""):
    """Give what is taken of the first report, by text, and why anything is not."""
    found = read_project(path, LABELS, READ, who)
    said = [
        (report.text[one.start : one.end], *one.names, one.who, one.note) for report in found.reports for one in report.passages
    ]
    return said, [each.why for each in found.refused]


def test_themes_sub_codes_and_memos(tmp_path):
    inside = selection(0, 7, "<Description>存疑</Description>" + coding("c3", WANG)) + selection(7, 11, coding("c5", LI))
    path = package(tmp_path, source(inside))
    assert taken(path) == (
        [
            ("文化产业兴旺。", "兴文化", "王一", "兴文化 › 文化产业 › 演艺\n存疑"),
            ("讲故事。", "展形象", "李二", ""),
        ],
        [],
    )


def test_the_nearest_code_with_the_name_of_a_label_is_the_theme(tmp_path):
    codes = '<Code guid="c1" name="兴文化"><Code guid="c7" name="展形象"><Code guid="c8" name="推介"/></Code></Code>'
    path = package(tmp_path, source(selection(0, 7, coding("c8"))))
    with zipfile.ZipFile(path) as old:
        xml, text = old.read("project.qde").decode(), old.read("sources/t.txt")
    path = packed(tmp_path, project_qde=xml.replace("<Codes>", f"<Codes>{codes}"), **{"sources/t_txt": text})
    assert taken(path)[0] == [("文化产业兴旺。", "展形象", "", "展形象 › 推介")]


def test_another_way_to_write_a_label_is_the_theme_too(tmp_path):
    codes = '<Code guid="c1" name="其它"><Code guid="c7" name="食堂"/></Code>'
    path = package(tmp_path, source(selection(0, 7, coding("c1")) + selection(7, 11, coding("c7"))))
    with zipfile.ZipFile(path) as old:
        xml, text = old.read("project.qde").decode(), old.read("sources/t.txt")
    path = packed(tmp_path, project_qde=xml.replace("<Codes>", f"<Codes>{codes}"), **{"sources/t_txt": text})
    (report,) = read_project(path, LABELS, READ).reports
    said = [(each.label, each.variant, each.note) for each in report.passages]
    assert said == [("其他", "其它", ""), ("其他", "", "其他 › 食堂")]


def test_codings_of_a_span_are_one_label_with_secondary_themes(tmp_path):
    apart = selection(0, 7, coding("c5", WANG)) + selection(0, 7, coding("c2", WANG)) + selection(0, 7, coding("c5", WANG))
    assert taken(package(tmp_path, source(apart)))[0] == [("文化产业兴旺。", "展形象", "兴文化", "王一", "兴文化 › 文化产业")]
    together = selection(0, 7, coding("c1") + coding("c5"), f'creatingUser="{LI}"')
    assert taken(package(tmp_path, source(together)))[0] == [("文化产业兴旺。", "兴文化", "展形象", "李二", "")]


def test_a_coding_of_a_whole_source(tmp_path):
    assert taken(package(tmp_path, source(coding("c1", WANG))))[0] == [("文化产业兴旺。讲故事。", "兴文化", "王一", "")]


@pytest.mark.parametrize("whole", ["", selection(0, 11, coding("c1", WANG))])
def test_passages_go_before_a_coding_of_the_whole_source(tmp_path, whole):
    inside = whole + selection(2, 7, coding("c5", WANG)) + selection(7, 11, coding("c1", WANG)) + coding("c1", WANG)
    said, refused = taken(package(tmp_path, source(inside)))
    assert [one[:2] for one in said] == [("产业兴旺。", "展形象"), ("讲故事。", "兴文化")]
    assert len(refused) == 1
    assert refused[0].startswith("0-11 (兴文化) overlaps 2-7 (展形象), which was taken")


def test_people_who_contradict_each_other_and_one_of_them(tmp_path):
    path = package(tmp_path, source(selection(0, 7, coding("c1", WANG)) + selection(2, 9, coding("c5", LI))))
    said, refused = taken(path)
    assert said == []
    assert refused[0].startswith("0-7 is 兴文化 here and 展形象 by ")
    assert taken(path, "李二") == ([("产业兴旺。讲故", "展形象", "李二", "")], ["1 coding by 王一: not by 李二"])


def test_what_a_model_said_is_no_label(tmp_path):
    path = package(tmp_path, source(selection(0, 7, coding("c1", "m"))), users={"m": "模型 default 3f9a"})
    assert taken(path) == ([], ["1 coding by 模型 default 3f9a: a model's word; code them anew, or take them with --by"])
    assert taken(path, "模型 default 3f9a")[0] == [("文化产业兴旺。", "兴文化", "模型 default 3f9a", "")]


def test_memos_on_spans_join_the_passage_that_they_touch(tmp_path):
    inside = selection(0, 7, coding("c1", WANG)) + selection(2, 4, "<Description>哪一个？</Description>", f'creatingUser="{LI}"')
    free = selection(8, 9, "<Description>没有编码的</Description>")
    said, refused = taken(package(tmp_path, source(inside + free)))
    assert said == [("文化产业兴旺。", "兴文化", "王一", "哪一个？")]
    assert refused == ["a memo on a span without a code ('没有编码的'); code the span there to keep it"]


def test_notes_are_found_in_every_way_that_programs_write_them(tmp_path):
    inside = (
        selection(0, 7, coding("c1", WANG, '<NoteRef targetGUID="n1"/>') + '<NoteRef targetGUID="n2"/>')
        + selection(7, 11, coding("c5", WANG))
        + '<NoteRef targetGUID="N4"/>'
    )
    notes = (
        '<Notes><Note guid="n1" plainTextPath="internal://note.txt"/>'
        '<Note guid="n2"><PlainTextContent>二</PlainTextContent></Note>'
        '<Note guid="n3"><PlainTextContent>三</PlainTextContent></Note>'
        f'<Note guid="{{n4}}"><PlainTextContent>四</PlainTextContent>{selection(8, 9)}</Note>'
        '<Note guid="n5" name="日志"><PlainTextContent>五</PlainTextContent></Note></Notes>'
        '<Links><Link guid="l" originGUID="n3" targetGUID="s7-11"/></Links>'
    )
    said, refused = taken(package(tmp_path, source(inside), behind=notes, note="\ufeff一\r\n"))
    assert said == [("文化产业兴旺。", "兴文化", "王一", "二\n一"), ("讲故事。", "展形象", "王一", "三\n四")]
    assert refused == ["nothing refers to it, so that it belongs to no passage"]


@pytest.mark.parametrize(
    ("text", "start", "end", "name", "origin"),
    [
        ("\r\n𠮷\r\n讲故事。", 5, 9, "", "other"),  # code points, as the standard has it
        ("\r\n𠮷\r\n讲故事。", 6, 10, "讲故事。", "other"),  # units of UTF-16
        ("\r\n𠮷\r\n讲故事。", 3, 7, "讲故…", "other"),  # a line end is one
        ("\r\n𠮷\r\n讲故事。", 4, 8, "讲故事。", "other"),  # both
        ("\r\n𠮷\r\n讲故事。", 3, 7, "", "ATLAS.ti 23"),
        ("\ufeff𠮷\n讲故事。", 2, 6, "", "other"),  # a byte order mark is no character of the text
    ],
)
def test_positions_are_counted_as_the_program_counts_them(tmp_path, text, start, end, name, origin):
    path = package(tmp_path, source(selection(start, end, coding("c5"), f'name="{name}"')), text, origin=origin)
    assert taken(path)[0] == [("讲故事。", "展形象", "", "")]


def test_a_text_within_the_project_file(tmp_path):
    inside = "<PlainTextContent>&lt;讲&gt;故事</PlainTextContent>" + selection(1, 2, coding("c5"))
    assert taken(package(tmp_path, source(inside, extra="")))[0] == [("讲", "展形象", "", "")]


def test_what_is_not_text_is_told_one_by_one(tmp_path):
    inside = selection(7, 11, coding("c5"))
    inside = f'<PDFSelection/><Representation plainTextPath="internal://t.txt">{inside}</Representation>'
    pdf = f'<PDFSource name="a.pdf">{inside}</PDFSource>'
    others = "".join(f'<{kind}Source name="{kind}"/>' for kind in ("Picture", "Audio", "Video", "PDF"))
    path = package(tmp_path, pdf + others, behind='<Sets><Set name="s"/></Sets>')
    found = read_project(path, LABELS, READ)
    assert [report.name for report in found.reports] == ["a.pdf"]
    assert [str(each).removeprefix(str(path)) for each in found.refused] == [
        ": a.pdf: 1 areas of its pages, which are not text; code the text there",
        ": Picture: PictureSource without a plain text; only text is taken",
        ": Audio: AudioSource without a plain text; only text is taken",
        ": Video: VideoSource without a plain text; only text is taken",
        ": PDF: PDFSource without a plain text; only text is taken",
        ": Sets: 1 of them, for which labels have no place",
    ]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (selection(0, 2, coding("c6")), "'随想' is not a known label"),
        (selection(0, 2, coding("c9")), "its code is not in the codebook"),
        (selection(0, 99, coding("c1")), "is none of its text, which has 11 characters"),
        (selection(3, 2, coding("c1")), "is none of its text"),
        (selection(-1, 2, coding("c1")), "is none of its text"),
        (selection("9" * 400, "x", coding("c1")), "is none of its text"),
        (selection(0, 7, coding("c1")) + selection(2, 4, coding("c2")), "overlaps 0-7 (兴文化), which was taken"),
        ("", "nobody coded it"),
    ],
)
def test_what_is_not_sound_is_told(tmp_path, inside, why):
    (said,) = taken(package(tmp_path, source(inside)))[1]
    assert why in said


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ('plainTextPath="internal://../../../etc/passwd"', "sources/../../../etc/passwd is not in the package"),
        ('plainTextPath="absolute:///etc/passwd"', "its plain text is not in the package (absolute:///etc/pass)"),
        ('plainTextPath="relative://t.txt"', "its plain text is not in the package"),
        ('richTextPath="internal://t.docx"', "its plain text is not in the package (none)"),
    ],
)
def test_a_path_leads_nowhere_but_into_the_package(tmp_path, extra, why):
    (said,) = taken(package(tmp_path, source(selection(0, 2, coding("c1")), extra=extra)))[1]
    assert why in said


def test_a_note_whose_text_is_not_there_is_told_and_the_coding_stays(tmp_path):
    notes = '<Notes><Note guid="n" name="备忘" richTextPath="internal://n.docx"/></Notes>'
    inside = selection(0, 2, coding("c1", "", '<NoteRef targetGUID="n"/>'))
    said, refused = taken(package(tmp_path, source(inside), behind=notes))
    assert said == [("文化", "兴文化", "", "")]
    assert refused == ["its plain text is not in the package (none); embed it there at exporting"]


def test_a_text_beyond_the_limit_is_left_out(tmp_path):
    (said,) = taken(package(tmp_path, source(selection(0, 2, coding("c1"))), "文" * 2_000_001))[1]
    assert said == "has 2,000,001 characters; the limit is 2,000,000; divide it there"


def test_a_member_outside_is_unpacked_nowhere(tmp_path):
    path = package(tmp_path, source(selection(0, 4, coding("c1"))))
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("../../out.txt", "x")
    assert taken(path)[0] == [("文化产业", "兴文化", "", "")]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["p.qdpx"]


def packed(tmp_path, **members):
    path = tmp_path / "h.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("_", "."), data)
    return path


ENTITIES = '<!DOCTYPE p [<!ENTITY a "aa"><!ENTITY b SYSTEM "file:///etc/passwd">]><Project>&a;&b;</Project>'


@pytest.mark.parametrize(
    ("qde", "code", "why"),
    [
        ("<Project>" + "<a/>" * 1_000_001 + "</Project>", "too_large", "1,000,003 tags; the limit is 1,000,000"),
        ("<Project>" + "<a>" * 400 + "</a>" * 400 + "</Project>", "damaged", "project.qde in it is damaged"),
        (ENTITIES, "damaged", "declares a document type"),
        ("<Project>", "damaged", "project.qde in it is damaged"),
        ("", "damaged", "project.qde in it is damaged"),
        ("<CodeBook/>", "corpus", "project.qde in it is no REFI-QDA project but 'CodeBook'"),
        (
            "<Project><CodeBook><Codes>" + '<Code name="a">' * 17 + "</Code>" * 17 + "</Codes></CodeBook></Project>",
            "too_large",
            "16 levels",
        ),
        (
            f"<Project><CodeBook><Codes><Code name='{'长' * 201}'/></Codes></CodeBook></Project>",
            "too_large",
            "200 characters of a name",
        ),
        (
            "<Project><Users>" + "".join(f'<User guid="{number}"/>' for number in range(101)) + "</Users></Project>",
            "too_large",
            "101 people in it; the limit is 100",
        ),
    ],
)
def test_a_hostile_project_costs_one_line(tmp_path, qde, code, why):
    path = packed(tmp_path, project_qde=qde)
    with pytest.raises((InputError, CorpusError)) as caught:
        read_project(path, LABELS, READ)
    assert str(caught.value).startswith(f"{path}: ")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.code == code


def test_a_package_beyond_the_limits_costs_one_line(tmp_path):
    path = packed(tmp_path, project_qde=b"\0" * 10_000)
    with pytest.raises(InputError, match="unpacks to 10,000 bytes") as caught:
        read_project(path, LABELS, replace(READ, max_unpacked=9_999))
    assert caught.value.code == "too_large"
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="damaged; get the file again"):
        read_project(path, LABELS, READ)
    with pytest.raises(InputError, match="no such file"):
        read_project(tmp_path / "none.qdpx", LABELS, READ)
    with pytest.raises(CorpusError, match=r"no project\.qde in it"):
        read_project(packed(tmp_path, a_txt="a"), LABELS, READ)


@pytest.mark.parametrize(
    "sources",
    [
        source(selection(0, 2, coding("c1"))) * 6,  # one text for many sources
        source(
            "".join(selection(at, at + 1, coding("c1", "", '<NoteRef targetGUID="n"/>' * 9)) for at in range(9))
        ),  # one memo for many
        source(selection(0, 9, f"<Description>{'长' * 9_000}</Description>" + coding("c2") * 9)),  # one description for many
    ],
)
def test_what_is_named_again_and_again_counts_each_time(tmp_path, sources):
    note = f'<Notes><Note guid="n"><PlainTextContent>{"长" * 300}</PlainTextContent></Note></Notes>'
    path = package(tmp_path, sources, "文化产业" * 1_000, behind=note)
    limits = replace(READ, max_unpacked=60_000)
    with pytest.raises(InputError, match="come to more than 60,000 bytes, repeated ones included") as caught:
        read_project(path, LABELS, limits)
    assert caught.value.code == "too_large"


def test_many_overlapping_codings_and_memos_are_looked_up_not_compared(tmp_path, monkeypatch):
    """A hundred thousand selections of one text are a matter of seconds; by comparing each to each it would be hours."""
    compared = []
    monkeypatch.setattr(spans, "max", lambda *both: compared.append(1) or max(*both), raising=False)
    count = 3_000
    inside = "".join(
        selection(at, at + 1, coding("c1", WANG)) + selection(at, at + 1, "<Description>m</Description>") for at in range(count)
    )
    said, refused = taken(package(tmp_path, source(inside), "文" * count))
    assert (len(said), refused) == (count, [])
    assert count < len(compared) < 10 * count


@pytest.mark.slow
def test_a_damaged_project_is_read_or_costs_one_line(tmp_path):
    inside = selection(0, 7, "<Description>存疑</Description>" + coding("c3", WANG), 'name="文化产业兴旺。"')
    path, chance, seen = package(tmp_path, source(inside)), random.Random(7), set()
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for _ in range(300):
        damaged = {name.replace(".", "_"): bytearray(data) for name, data in members.items()}
        for data in damaged.values():
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(3)] = chance.choice((b"", b"9", b"<", b'"', b"\xff\xfe", b"\x00", b"-1", b"\r"))
        try:
            found = read_project(packed(tmp_path, **damaged), LABELS, READ)
        except (InputError, CorpusError) as error:
            assert "\n" not in str(error)
            seen.add(error.code)
        else:
            assert all(report.text[one.start : one.end].strip() for report in found.reports for one in report.passages)
            seen.add("read" if found.reports else "nothing")
    assert {"read", "nothing", "damaged"} <= seen


# ---- our own, out and in ---------------------------------------------------------------------------------------------


def corpus(text, labels):
    return Corpus((LabelledDocument(Document("甲/报告.docx", text, SHA, "docx"), labels),), LABELS)


def there_and_back(tmp_path, given_corpus):
    path = tmp_path / "own.qdpx"
    path.write_bytes(export_labels(given_corpus, ".qdpx"))
    found = read_project(path, LABELS, READ)
    known = {report.document.source: (report.document.text, SHA) for report in given_corpus.reports}
    made = to_labels(found.reports, known, "seeds/in", "", "review", "", READ)
    assert (made.files, found.refused, made.refused) == ({}, (), ())
    return made.labels


def test_labels_come_back_at_their_characters_of_the_report_as_it_is(tmp_path):
    text = "𠮷林。\r\n学理论。\r讲故事😀。\n"
    labels = (
        Label(
            "甲/报告.docx", SHA, 0, 3, "兴文化", ("展形象", "举旗帜"), "王一", "review", note="兴文化 › 产业\n展形象 › 产业\n存疑"
        ),
        Label("甲/报告.docx", SHA, 5, 9, "举旗帜", (), "李二", "review", note="举旗帜 › 展形象\n只有备注"),
        Label("甲/报告.docx", SHA, 10, 15, "展形象", (), "", "review"),
    )
    assert there_and_back(tmp_path, corpus(text, labels)) == labels


def test_the_same_labels_give_the_same_bytes():
    labels = (Label("甲/报告.docx", SHA, 0, 1, "兴文化", date="2026-01-02"),)
    assert export_project(corpus("文", labels)) == export_project(corpus("文", labels))


TEXTS = st.text("文𠮷😀\r\n 。", min_size=1, max_size=30)


def test_a_span_that_begins_with_a_blank_comes_back_though_another_way_of_counting_fits_its_name(tmp_path):
    labels = (Label("甲/报告.docx", SHA, 2, 4, "兴文化", (), "", "review"),)
    assert there_and_back(tmp_path, corpus("😀。 。", labels)) == labels


@given(TEXTS, st.data())
def test_every_span_comes_back(tmp_path_factory, text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]
    split = [(start, end) for start, end in spans if "\r\n" in (text[start - 1 : start + 1], text[end - 1 : end + 1])]
    labels = tuple(Label("甲/报告.docx", SHA, *span, "兴文化", (), "", "review") for span in spans if span not in split)
    if labels:
        assert there_and_back(tmp_path_factory.mktemp("x"), corpus(text, labels)) == labels


def test_a_report_that_changed_becomes_a_new_one(tmp_path):
    path = tmp_path / "own.qdpx"
    path.write_bytes(export_project(corpus("文化。", (Label("甲/报告.docx", SHA, 0, 2, "兴文化"),))))
    found = read_project(path, LABELS, READ)
    made = to_labels(found.reports, {"甲/报告.docx": ("文化！", SHA)}, "seeds/in", "", "review", "", READ)
    assert list(made.files.values()) == ["文化。".encode()]


def test_the_project_file_may_have_another_name(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(package(tmp_path, source(selection(0, 4, coding("c1"))))) as old, zipfile.ZipFile(stream, "w") as new:
        new.writestr("研究.qde", old.read("project.qde"))
        new.writestr("Sources/T.TXT", old.read("sources/t.txt"))
    (tmp_path / "p.qdpx").write_bytes(stream.getvalue())
    assert taken(tmp_path / "p.qdpx")[0] == [("文化产业", "兴文化", "", "")]


def test_a_refused_memo_and_a_path_with_a_stroke(tmp_path):
    inside = selection(7, 11, coding("c5")) + '<NoteRef targetGUID="n4"/>'
    notes = f'<Notes><Note guid="n4"><PlainTextContent>四</PlainTextContent>{selection(8, 99)}</Note></Notes>'
    path = package(tmp_path, source(inside, extra='plainTextPath="internal:///t.txt"'), behind=notes)
    found = read_project(path, LABELS, READ)
    assert [(report.name, report.where) for report in found.reports] == [("报告", f"{path}: 报告")]
    assert [str(each) for each in found.refused] == [f"{path}: 报告: memo 8: is none of its text, which has 11 characters"]


def test_a_memo_that_touches_nothing_says_where_it_is(tmp_path):
    inside = selection(7, 11, coding("c5")) + '<NoteRef targetGUID="n4"/>'
    notes = f'<Notes><Note guid="n4"><PlainTextContent>四</PlainTextContent>{selection(0, 2)}</Note></Notes>'
    path = package(tmp_path, source(inside), behind=notes)
    (refused,) = read_project(path, LABELS, READ).refused
    assert str(refused) == f"{path}: 报告: a memo on a span without a code ('四'); code the span there to keep it"


@pytest.mark.parametrize(
    ("name", "length", "repeats"),
    [
        ("讲故事。", 4, 2),
        (" 讲 故事。 ", 4, 0),  # begins with white space, and the text does not
        ("讲 故\n事。", 4, 2),
        ("讲故事", 4, 1),
        ("讲故...", 4, 1),
        ("讲故…", 4, 1),
        ("讲事…", 4, 0),
        ("…", 4, 0),
        ("", 4, 0),
        ("讲故事。书", 4, 0),
        ("字" * 700, 700, 1),  # no more of it is looked at than of a name
        ("字" * 500, 500, 2),
    ],
)
def test_a_name_repeats_its_text_whole_or_its_beginning(name, length, repeats):
    text = ("讲故事。" if length == 4 else "字" * length) + "书"
    assert _repeats(etree.Element("x", name=name), text, 0, length) == repeats
    assert _repeats(etree.Element("x"), text, 0, length) == 0
    assert _repeats(etree.Element("x", name="\t讲"), "。 讲", 1, 3) == 2
    assert _repeats(etree.Element("x", name="讲"), "。 讲", 1, 3) == 0


@pytest.mark.parametrize(
    ("start", "end", "numbers"),
    [
        (" 7 ", "11", (7, 11)),
        ("-1", "x", (-1, -1)),
        (None, "", (-1, -1)),
        ("999999999", "1000000000", (999_999_999, -1)),
        ("７", "1.0", (-1, -1)),
    ],
)
def test_where_a_selection_lies_is_a_whole_number_of_nine_digits_at_most(start, end, numbers):
    given = {name: value for name, value in (("startPosition", start), ("endPosition", end)) if value is not None}
    assert _numbers(etree.Element("x", given)) == numbers


def test_what_is_told_of_a_source_goes_out_with_it():
    document = Document("甲/a.txt", "学理论。", SHA, "utf-8")
    label = Label("甲/a.txt", SHA, 0, 4, "举旗帜", ("兴文化",), "王一", "seed", "2026-11-22", note="举旗帜 › 学习\n存疑")
    sent = _as_source(LabelledDocument(document, (label,)))
    assert (sent.name, sent.text) == (document.source, document.text)
    assert sent.facts == (("来源", "甲/a.txt"), ("sha256", SHA), ("格式", "utf-8"))
    assert sent.coded == (CodedSpan(0, 4, (("举旗帜", "学习"), ("兴文化",)), "王一", "2026-11-22", "存疑"),)


def test_all_that_is_taken_of_a_project(tmp_path):
    inside = selection(7, 11, coding("c5", WANG), f'modifyingUser="{LI}"') + selection(0, 4, coding("c2"), f'modifyingUser="{LI}"')
    path = package(tmp_path, source(inside) + source("", name=""))
    where = f"{path}: 报告"
    first = LabelSpan(0, 4, "兴文化", (), f"{where}, 0-4", "李二", "兴文化 › 文化产业")
    second = LabelSpan(7, 11, "展形象", (), f"{where}, 7-11", "王一")
    assert read_project(path, LABELS, READ) == ImportedFile(
        (ImportedReport("报告", "文化产业兴旺。讲故事。", (first, second), where),),
        (Rejected(f"{path}: source 2", "nobody coded it"),),
    )


def test_a_note_that_nobody_refers_to_is_named_by_what_it_is_called_or_says(tmp_path):
    notes = (
        '<Notes><Note guid="n1" name="日志"/><Note guid="n2"><PlainTextContent> 第二 </PlainTextContent></Note><Note guid="n3"/>'
        '<Note guid="n4" name="说明"><PlainTextContent>四</PlainTextContent></Note></Notes>'
    )
    path = package(tmp_path, source(selection(0, 4, coding("c1"))), behind=f'{notes}<MemberNote targetGUID="{{N4}}"/>')
    assert [str(each) for each in read_project(path, LABELS, READ).refused] == [
        f"{path}: note '{name}': nothing refers to it, so that it belongs to no passage" for name in ("日志", "第二", "n3")
    ]


def test_what_is_not_taken_of_a_selection_says_where_it_is(tmp_path):
    inside = selection(0, 2, coding("c9")) + selection(2, 4, coding("c1")) + selection(4, 7, coding("c5", "nobody"))
    path = package(tmp_path, source(inside), "文化  讲故事。")
    found = read_project(path, LABELS, READ)
    assert [str(each) for each in found.refused] == [
        f"{path}: 报告, 0-2: its code is not in the codebook", f"{path}: 报告, 2-4: holds white space only",
    ]  # fmt: skip
    assert [(each.start, each.who) for report in found.reports for each in report.passages] == [(4, "")]


def test_a_memo_goes_to_the_passage_of_who_wrote_it(tmp_path):
    def memo(who):
        return selection(0, 7, "<Description>存疑</Description>", f'creatingUser="{who}"')

    for writer in (WANG, LI):
        codings = selection(0, 4, coding("c1", WANG)) + selection(5, 7, coding("c1", LI))
        (report,) = read_project(package(tmp_path, source(codings + memo(writer))), LABELS, READ).reports
        assert [each.note for each in report.passages] == (["存疑", ""] if writer == WANG else ["", "存疑"])
