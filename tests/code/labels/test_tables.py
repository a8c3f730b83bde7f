"""Labels in tables of other tools: every delimiter, head and cell that they write is taken, or named."""

import json

import pytest

from pipeline.core import locations
from pipeline.core.config import load_config, load_label_set
from pipeline.core.errors import CorpusError
from pipeline.labels.exchange import labels_in, read_incoming
from pipeline.labels.incoming import Columns, ImportedFile, ImportedReport, LabelSpan, Rejected

LABELS = load_label_set(locations.find("configs/labels.toml"))


@pytest.fixture
def take(tmp_path):
    def run(name, content, **columns):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        taken = read_incoming(path, Columns(**columns), LABELS)
        found = [(report.text[one.start : one.end], *one.names) for report in taken.reports for one in report.passages]
        return found, [str(each).removeprefix(str(path)).lstrip(": ") for each in taken.refused]

    return run


TAKEN = [("全县开展宣讲。", "举旗帜"), ("新建书房，六座。", "兴文化")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "A.CSV"])
def test_every_delimiter(take, delimiter, name):
    rows = [["text", "label", "n"], ['"全县开展宣讲。"', "举旗帜", "1"], ['"新建书房，六座。"', "兴文化", "2"]]
    assert take(name, "\n".join(delimiter.join(row) for row in rows)) == (TAKEN, [])


@pytest.mark.parametrize(
    "head", ["text, label", " text ,label　", '"text","label"', "\ufefftext,label", "sep=,\ntext,label", "id,text,label"]
)
def test_every_head(take, head):
    cells = "9," if head.startswith("id") else ""
    assert take("a.csv", f"{head}\r\n{cells}全县开展宣讲。, 举旗帜\r\n\r\n")[0] == TAKEN[:1]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('甲,举旗帜\n"全县开展宣讲。,举旗帜\n新建书房。,兴文化\n', 3),  # left open up to the end of the file
        ('"全县开展宣讲。,举旗帜\n"新建书房。",兴文化\n', 2),  # left open up to the next mark
        ('"多\n行",举旗帜\n"他说"好"。",兴文化\n', 4),  # not doubled
    ],
)
def test_a_quotation_mark_that_is_left_open_is_named_and_no_row_is_lost(take, rows, line):
    with pytest.raises(
        CorpusError, match=rf"a\.csv: line {line}: no row of a table .*see whether a quotation mark there is closed"
    ):
        take("a.csv", f"text,label\n{rows}")


def test_quotation_marks_inside_a_plain_cell_are_text(take):
    assert take("a.csv", 'text;label\n他说"好"。;举旗帜\n') == ([('他说"好"。', "举旗帜")], [])


def test_a_line_nested_too_deep_is_named_and_the_others_are_taken(take):
    deep = '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found, refused = take("a.jsonl", f'{deep}\n{{"text": "新建书房。", "label": "兴文化"}}')
    assert found == [("新建书房。", "兴文化")]
    assert len(refused) == 1
    assert "nested too deep" in refused[0]


def test_a_cell_longer_than_the_csv_module_takes_by_itself(take):
    text = "全县开展宣讲。" * 20_000
    assert take("a.csv", f"text,label\n{text},举旗帜\n") == ([(text, "举旗帜")], [])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r"])
def test_a_sign_that_ends_a_line_only_for_python(take, sign):
    text = f"全县开展{sign}宣讲。"
    assert take("a.jsonl", json.dumps({"text": text, "label": "举旗帜"}, ensure_ascii=False))[0] == [("全县开展 宣讲。", "举旗帜")]
    assert take("a.csv", f'text,label\n"{text}",举旗帜\n')[0] == [("全县开展 宣讲。", "举旗帜")]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"label": ["举旗帜"]}, ("举旗帜",)),
        ({"label": ["举旗帜", "兴文化"]}, ("举旗帜", "兴文化")),
        ({"label": "举旗帜#兴文化"}, ("举旗帜", "兴文化")),
        ({"label": "举旗帜、兴文化，展形象"}, ("举旗帜", "兴文化", "展形象")),
        ({"label": " 举旗帜 ", "secondary": "兴文化 展形象"}, ("举旗帜", "兴文化", "展形象")),
        ({"label": "举旗帜", "secondary": ["举旗帜", "兴文化"]}, ("举旗帜", "兴文化")),
        ({"label": "举旗帜", "secondary": None}, ("举旗帜",)),
        ({"label": "其它"}, ("其他",)),
        ({"label": "兴文化、其它", "secondary": "其他"}, ("兴文化", "其他")),
    ],
)
def test_several_labels_of_a_text(take, row, names):
    assert take("a.jsonl", json.dumps({"id": 1, "text": "全县开展宣讲。", **row})) == ([("全县开展宣讲。", *names)], [])


def test_another_way_to_write_a_label_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\n会议讨论了食堂。,其它\n新建书房。,兴文化\n", encoding="utf-8")
    taken = read_incoming(tmp_path / "a.csv", Columns(), LABELS)
    assert [(one.label, one.variant) for report in taken.reports for one in report.passages] == [("其他", "其它"), ("兴文化", "")]


TEXT = "👏全县宣讲。  新建书房。"


@pytest.mark.parametrize(
    "row",
    [
        {"label": [[1, 6, "举旗帜"], [8, 13, "兴文化"]]},
        {"label": [], "labels": [[1, 6, "举旗帜"], [8, 13, "兴文化"]]},
        {"entities": [{"id": 1, "start_offset": 1, "end_offset": 6, "label": "举旗帜"},
                      {"start_offset": 8, "end_offset": 13, "label": "兴文化"}], "relations": []},
    ],
)  # fmt: skip
def test_spans_of_doccano(take, row):
    assert take("a.jsonl", json.dumps({"text": TEXT, **row})) == ([("全县宣讲。", "举旗帜"), ("新建书房。", "兴文化")], [])


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ([8, 99, "兴文化"], "span 8-99 is none of its text, which has 13 characters"),
        ([6, 8, "兴文化"], "span 6-8 is none of its text"),
        ([-1, 8, "兴文化"], "span -1-8 is none of its text"),
        ([3, 9, "兴文化"], "3-9 (兴文化) overlaps 1-6 (举旗帜), which was taken"),
        ([8, 13, "新闻"], "'新闻' is not a known label"),
        ([8, 13], "[8, 13] is no span with a label"),
        (["8", 13, "兴文化"], "is no span with a label"),
        ({"start_offset": 8, "label": "兴文化"}, "is no span with a label"),
        (None, "None is no span with a label"),
    ],
)
def test_a_span_that_is_not_taken_is_named_and_the_others_are(take, span, why):
    found, refused = take("a.jsonl", json.dumps({"text": TEXT, "label": [[1, 6, "举旗帜"], span]}))
    assert found == [("全县宣讲。", "举旗帜")]
    assert len(refused) == 1
    assert refused[0].startswith("1: ")
    assert why in refused[0]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("学,新闻", "row 3: '新闻' is not a known label; known: 举旗帜"),
        ("学,", "row 3: has no 'label'"),
        ("学", "row 3: has no 'label'"),
        (",举旗帜", "row 3: has no 'text'"),
        ("学，讲,课,举旗帜", "row 3: has more cells than the table has columns; put texts"),
    ],
)
def test_a_row_that_is_not_taken_is_named_and_the_others_are(take, row, why):
    found, refused = take("a.csv", f"text,label\n全县开展宣讲。,举旗帜\n{row}\n")
    assert found == TAKEN[:1]
    assert len(refused) == 1
    assert refused[0].startswith(why)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "2: not a JSON object"),
        ("[1]", "2: not a JSON object"),
        ('{"text": 5, "label": "其他"}', "2: has no 'text'"),
        ('{"text": "学", "label": null}', "2: has no 'label'"),
        ('{"text": "学", "label": []}', "2: has no 'label'"),
        ('{"text": "学"}', "2: has no 'label'"),
    ],
)
def test_a_line_that_is_not_taken_is_named_and_the_others_are(take, line, why):
    found, refused = take("a.jsonl", f'{{"text": "全县开展宣讲。", "label": "举旗帜"}}\n{line}\n')
    assert found == TAKEN[:1]
    assert len(refused) == 1
    assert refused[0].startswith(why)


def test_a_row_without_a_label_stays_in_its_report(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("source,text,label\nr,一句话。,\nr,全县开展宣讲。,举旗帜\n", encoding="utf-8")
    (report,) = read_incoming(path, Columns(), LABELS).reports
    assert report.text == "一句话。\n全县开展宣讲。\n"
    assert [(one.start, one.end) for one in report.passages] == [(5, 12)]


def test_a_table_without_the_columns(take):
    said = r"row 1 has no 'text' or no 'label'; name the columns with --text-column and --label-column \(it has: a, b\)"
    with pytest.raises(CorpusError, match=said):
        take("a.csv", "a,b\n1,2\n")
    with pytest.raises(CorpusError, match=r"it has: \)"):
        take("a.csv", "\n")


@pytest.mark.parametrize(
    ("name", "content", "labels"),
    [
        ("a.csv", "text,label\n甲,兴文化\n乙, 举旗帜 \n丙,兴文化\n丁,\n,其他\n", ["兴文化", "举旗帜", "其他"]),
        ("a.TSV", "text\tlabel\n甲\tb\n乙\ta", ["b", "a"]),
        ("a.jsonl", '{"text": "甲", "label": ["b", "a", 5, null]}\n\n[]\n{"text": "乙", "label": {"label": "c"}}\n{"text": "丙"}\n',
         ["b", "a", "c"]),
        ("a.jsonl", '{"text": "甲乙", "label": [[0, 1, "b"], [1, 2, " a "]]}\n{"text": "甲", "entities": [{"label": "d"}, {}]}\n',
         ["b", "a", "d"]),
        ("a.csv", "text,label\n", []),
    ],
)  # fmt: skip
def test_the_labels_that_a_table_names_come_in_the_order_of_their_first(tmp_path, name, content, labels):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert labels_in(tmp_path / name, Columns()) == labels


def test_the_column_of_labels_may_have_another_name(tmp_path):
    (tmp_path / "a.csv").write_text("text,label,topic\n甲,a,b\n", encoding="utf-8")
    assert labels_in(tmp_path / "a.csv", Columns(label="topic")) == ["b"]


def test_labels_are_not_looked_for_in_what_is_no_table(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.json: its labels are not looked for in such a file; name them with --labels"):
        labels_in(tmp_path / "a.json", Columns())


@pytest.mark.parametrize(
    ("start", "end", "is_taken"),
    [(0, 2, True), (0, 4, True), (3, 4, True), (-1, 2, False), (2, 2, False), (0, 5, False), (1, 2, False)],
)
def test_a_span_lies_within_its_text_and_holds_something(take, start, end, is_taken):
    found, refused = take("a.jsonl", json.dumps({"text": "宣 讲。", "label": [[start, end, "举旗帜"]]}))
    assert found == ([("宣 讲。"[start:end], "举旗帜")] if is_taken else [])
    assert len(refused) == (not is_taken)


def test_all_that_is_taken_of_a_table(tmp_path):
    path = tmp_path / "来信.csv"
    path.write_text(
        "source,text,label\n'=r,学理论。,举旗帜\n,办书房。,兴文化\n'=r, 讲  党课。,\n'=r,送戏。,兴文化\nn,空,\n,开会,无\n",
        encoding="utf-8",
    )
    rows = {number: f"{path}: row {number}" for number in range(2, 8)}
    first = LabelSpan(0, 4, "举旗帜", (), rows[2]), LabelSpan(11, 14, "兴文化", (), rows[5])
    second = LabelSpan(0, 4, "兴文化", (), rows[3])
    known = " ".join(LABELS.names)
    assert read_incoming(path, Columns(), LABELS) == ImportedFile(
        (
            ImportedReport("=r", "学理论。\n讲 党课。\n送戏。\n", first, rows[2]),
            ImportedReport("来信_00002", "办书房。", (second,), rows[3], is_row=True),
        ),
        (
            Rejected(rows[4], "has no 'label'"), Rejected(rows[6], "has no 'label'"),
            Rejected(rows[7], f"'无' is not a known label; known: {known}"),
        ),
        2,
    )  # fmt: skip


def test_all_that_is_taken_of_lines_with_spans(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = (
        {"text": "学理论。办书房。", "label": [[4, 8, "兴文化"], [0, 4, "举旗帜"]]},
        {"text": "开会。", "label": [[0, 9, "其他"]], "group": "g"},
    )
    path.write_text("\n".join(json.dumps(each) for each in lines), encoding="utf-8")
    spans = LabelSpan(0, 4, "举旗帜", (), f"{path}:1"), LabelSpan(4, 8, "兴文化", (), f"{path}:1")
    why = "span 0-9 is none of its text, which has 3 characters"
    assert read_incoming(path, Columns(), LABELS) == ImportedFile(
        (ImportedReport("a_00001", "学理论。办书房。", spans, f"{path}:1"),), (Rejected(f"{path}:2", why),), 1
    )


@pytest.mark.parametrize("head", ["正文,label", "段落,label", "Text,label", "内容（每条一行）,label"])
def test_the_text_stands_in_any_column_that_tagging_knows(take, head):
    assert take("a.csv", f"{head}\n全县开展宣讲。,举旗帜\n") == (TAKEN[:1], [])
    assert take("a.jsonl", json.dumps({head.split(",")[0]: "全县开展宣讲。", "label": "举旗帜"})) == (TAKEN[:1], [])


def test_of_several_columns_of_text_the_one_is_taken_that_tagging_takes(take):
    assert take("a.csv", "内容,正文,text,label\n一,二,全县开展宣讲。,举旗帜\n") == (TAKEN[:1], [])
    assert take("a.csv", "内容,正文,label\n一,全县开展宣讲。,举旗帜\n") == (TAKEN[:1], [])


@pytest.mark.parametrize(
    ("head", "columns", "said"),
    [
        ("text,label,label", {}, r"'label' \(2, 3\)"),
        ("label,text,n,text", {}, r"'text' \(2, 4\)"),
        ("正文,label,正文", {}, r"'正文' \(1, 3\)"),
        ("text,label,source,source", {}, r"'source' \(3, 4\)"),
        ("text,label,案号,案号", {"source": "案号"}, r"'案号' \(3, 4\)"),
        ("text,label,secondary,secondary", {}, r"'secondary' \(3, 4\)"),
    ],
)
def test_two_columns_of_one_name_are_refused(take, head, columns, said):
    with pytest.raises(CorpusError, match=f"row 1 names several columns {said}; rename all but one"):
        take("a.csv", f"{head}\n甲,乙,丙,丁\n", **columns)


def test_other_columns_may_share_a_name(take):
    assert take("a.csv", "text,label,,,n,n\n全县开展宣讲。,举旗帜,1,2,3,4\n") == (TAKEN[:1], [])


@pytest.mark.parametrize("cell", ["#NAME?", "#REF!", "#N/A", " #DIV/0! ", "#######", "Err:502"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_an_error_of_a_formula_is_no_text(take, name, cell):
    rows = [("全县开展宣讲。", "举旗帜"), (cell, "兴文化")]
    lines = {"a.csv": "\n".join(["text,label", *map(",".join, rows)]),
             "a.jsonl": "\n".join(json.dumps({"text": text, "label": label}) for text, label in rows)}  # fmt: skip
    found, refused = take(name, lines[name])
    assert found == TAKEN[:1]
    assert [each.partition(": ")[2] or each for each in refused] == [
        f"{cell.strip()} is no text but an error of a formula; mend it, or paste the values"
    ]


@pytest.mark.parametrize(
    "names",
    [
        "正文,标签",
        "内容,类别",
        "内容,主题",
        "文本,分类",
        "text,label",
        "原文,标注",
        "内容（必填）,主题*",
        "content,category",
        "正文,topic",
    ],
)
def test_what_people_call_text_and_label_is_taken_without_renaming(take, names):
    assert take("a.csv", f"序号,{names},备注\n1,全县开展宣讲。,举旗帜,\n2,新建书房。,其它,好\n") == (
        [("全县开展宣讲。", "举旗帜"), ("新建书房。", "其他")],
        [],
    )


def test_of_several_names_the_surest_is_that_of_the_label(take):
    assert take("a.csv", "类别,内容,标签\n通知,全县开展宣讲。,举旗帜\n") == ([("全县开展宣讲。", "举旗帜")], [])
    assert take("a.csv", "类别,内容,标签\n举旗帜,全县开展宣讲。,通知\n", label="类别")[0] == [("全县开展宣讲。", "举旗帜")]
    assert take("a.jsonl", '{"正文": "全县开展宣讲。", "标签": "举旗帜"}\n')[0] == [("全县开展宣讲。", "举旗帜")]


def test_titles_may_stand_above_the_names(take):
    found, refused = take("a.csv", "某县标注表,,\n填表：林一,,\n序号,正文,标签\n1,全县开展宣讲。,举旗帜\n2,新建书房。,没有\n")
    assert found == [("全县开展宣讲。", "举旗帜")]
    assert [line.partition(":")[0] for line in refused] == ["row 5"]


def test_what_was_found_and_what_is_looked_for_is_said(take):
    with pytest.raises(CorpusError, match=r"it has: 标题, 摘要\); looked for: text / 正文 / .*; label / 标签 / .*分类"):
        take("a.csv", "标题,摘要\n甲,乙\n")
    with pytest.raises(CorpusError, match=r"no '段' or no '码'.*looked for: 段; 码"):
        take("a.csv", "正文,标签\n甲,乙\n", text="段", label="码")


def test_tags_of_a_model_are_no_labels_unless_their_column_is_named(take):
    table = "报告,正文,主题,把握,依据\na.txt,全县开展宣讲。,举旗帜,0.9,宣讲\n"
    with pytest.raises(CorpusError, match="tags of a model, which are no labels; correct them in the workbook"):
        take("a.csv", table)
    assert take("a.csv", table, label="主题")[0] == [("全县开展宣讲。", "举旗帜")]
    tag = '{"source": "a", "text": "全县开展宣讲。", "theme": "举旗帜"}\n'
    assert take("a.jsonl", tag) == ([], ["1: has no 'label'"])


def workbook(path, **sheets):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_taken_sheet_by_sheet(tmp_path):
    labelled = [["某县标注表"], ["正文", "标签"], ["全县开展宣讲。", "举旗帜"], [None, None], ["新建书房。", "不详"]]
    path = workbook(
        tmp_path / "a.xlsx", 一月=labelled, 二月=[["类别", "内容"], ["兴文化", "送戏下乡。"]], 说明=[["填表人", "林一"]], 空=[]
    )
    taken = read_incoming(path, Columns(), LABELS, options=load_config().read)
    assert [(report.text, report.passages[0].label) for report in taken.reports] == [
        ("全县开展宣讲。", "举旗帜"),
        ("送戏下乡。", "兴文化"),
    ]
    assert [str(each).removeprefix(f"{path}: ")[:7] for each in taken.refused] == ["一月: row", "说明: has"]
    assert labels_in(path, Columns(), load_config().read) == ["举旗帜", "不详", "兴文化"]


def test_a_workbook_without_the_columns_and_one_without_settings(tmp_path):
    path = workbook(tmp_path / "a.xlsx", 表=[["标题", "摘要"], ["甲", "乙"]])
    with pytest.raises(CorpusError, match=r"a\.xlsx: row 1 has no 'text' or no 'label'.*it has: 标题, 摘要"):
        read_incoming(path, Columns(), LABELS, options=load_config().read)
    with pytest.raises(CorpusError, match=r"a\.xlsx: not a format for labels"):
        read_incoming(path, Columns(), LABELS)


def test_what_spans_rows_of_a_workbook_is_in_each_of_them(tmp_path):
    from openpyxl import load_workbook

    rows = [["标注表"], ["source", "内容", "标签"], ["甲", "全县开展宣讲。", "举旗帜"], [None, "宣讲进村。", None]]
    rows += [[None, "新建书房。", "兴文化"], ["乙", "送戏下乡。", None], [None, None, None], [None, "无名。", None]]
    path = workbook(tmp_path / "a.xlsx", 表=rows)
    book = load_workbook(path)
    for area in ("A3:A5", "C3:C4", "C5:C7"):
        book["表"].merge_cells(area)
    book.save(path)
    taken = read_incoming(path, Columns(), LABELS, options=load_config().read)
    assert [(report.name, report.text.split(), [each.label for each in report.passages]) for report in taken.reports] == [
        ("甲", ["全县开展宣讲。", "宣讲进村。", "新建书房。"], ["举旗帜", "举旗帜", "兴文化"]),
        ("乙", ["送戏下乡。"], ["兴文化"]),
    ]
    assert [str(each).removeprefix(f"{path}: ") for each in taken.refused] == ["表: row 8: has no 'label'"]
    assert taken.alone == 1


def test_the_line_that_names_the_delimiter_is_a_row_of_the_file(take):
    assert take("a.csv", "sep=;\ntext;label\n全县开展宣讲。;举旗帜\n宣讲。;\n")[1] == ["row 4: has no 'label'"]
