"""The catalogue holds every message, each once, with the same places for values; nothing is said that it does not know."""

import ast
import csv
import errno
import importlib.util
import io
import json
import re
import string
import tomllib
import zipfile
from gettext import GNUTranslations
from pathlib import Path

import msgspec
import pytest
from babel.messages.pofile import read_po
from lxml import etree

from pipeline.core.counted import counted
from pipeline.core.errors import CODES, UsageError
from pipeline.core.messages import LIBRARY_REASONS, VARIABLE, in_our_words, language, mark, system_reason, tr, use

# What is the same in both languages.
SAME = {"A", "B", "  {name}  kappa {kappa}  alpha {alpha}", "{figure}\t{word}\tPSI {index:.3f}\t{shares}"}
TOLD = {"say", "_say", "echo", "secho"}


@pytest.fixture(scope="session")
def tool(root):
    """What `make messages` runs."""
    spec = importlib.util.spec_from_file_location("messages_tool", root / ".ci" / "messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def code(tool):
    """The messages of the code."""
    return {message.id for message in tool.template() if message.id}


@pytest.fixture(scope="session")
def catalogue(tool):
    """The Chinese messages by the English ones."""
    with tool.PO.open("rb") as stream:
        return {message.id: message.string for message in read_po(stream) if message.id}


@pytest.fixture
def chinese(monkeypatch):
    """Have this process speak Chinese."""
    monkeypatch.setenv(VARIABLE, "zh")


def fields(text):
    return {(name, conversion, spec) for _, name, spec, conversion in string.Formatter().parse(text) if name is not None}


def forms(message):
    return message if isinstance(message, tuple) else (message,)


def sources(root):
    for path in sorted((root / "pipeline").rglob("*.py")):
        yield path.relative_to(root), ast.parse(path.read_text(encoding="utf-8"))


def called(node):
    function = node.func if isinstance(node, ast.Call) else node
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_message_is_missing_and_none_is_left_over(code, catalogue):
    assert code - set(catalogue) == set(), "run: make messages"
    assert set(catalogue) - code == set(), "run: make messages"


def test_every_message_is_translated(catalogue):
    assert [message for message, said in catalogue.items() if not all(forms(said))] == []
    same = {message for message, said in catalogue.items() if said == message}
    assert {message for message in same if re.search("[A-Za-z]{2}", re.sub(r"{.*?}", "", message))} | same == SAME


def test_a_translation_has_the_places_of_its_message(catalogue):
    wrong = [message for message, said in catalogue.items() if isinstance(message, str) and fields(message) != fields(said)]
    assert wrong == []
    several = [message for message in catalogue if isinstance(message, tuple)]
    assert several
    for one, many in several:
        assert fields(catalogue[one, many][0]) <= fields(one) | fields(many)


def test_the_compiled_catalogue_is_that_of_the_text(tool, catalogue):
    with tool.MO.open("rb") as stream:
        compiled = GNUTranslations(stream)
    for message, said in catalogue.items():
        one = forms(message)[0]
        assert (compiled.ngettext(*message, 2) if isinstance(message, tuple) else compiled.gettext(one)) == forms(said)[0]


def test_the_tool_finds_every_message(root, code):
    """Babel reads tokens, and does not see what stands in braces of an f-string."""
    places = {"tr": 0, "mark": 0, "counted": 1}
    calls = [
        (path, node.args[places[called(node)]])
        for path, tree in sources(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and called(node) in places
    ]
    literals = {(path, node.value) for path, node in calls if isinstance(node, ast.Constant)}
    assert len(literals) > 700
    assert {(str(path), text) for path, text in literals if text not in code} == set()


def test_nothing_is_said_that_the_catalogue_does_not_know(root):
    """No error, no line to a person and no refused label is made of a bare string."""
    trees = list(sources(root))
    errors = {"PipelineError", "WorkerLostError", "Rejected"}
    classes = [node for _, tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while more := {each.name for each in classes if errors & set(map(called, each.bases))} - errors:
        errors |= more
    assert {"InputError", "ChangedError", "WrongTypeError"} < errors
    bare = [
        f"{path}:{node.lineno}"
        for path, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in errors | TOLD
        for argument in node.args
        if re.search("[A-Za-z]{2}", words(argument)) and words(argument) not in CODES
    ]
    assert bare == []


def words(node):
    """The text of a string, or what of an f-string is no value."""
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_without_a_choice_messages_are_english(monkeypatch):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert tr("{source}: no such file; check the path", source="a.txt") == "a.txt: no such file; check the path"
    assert language() == "en"


def test_a_message_is_said_in_chinese(chinese):
    assert tr("{source}: no such file; check the path", source="a.txt") == "a.txt：没有这个文件；请检查路径"


def test_a_value_may_hold_braces(chinese):
    assert tr("{source}: no such file; check the path", source="{0}{x!r}") == "{0}{x!r}：没有这个文件；请检查路径"


def test_a_message_without_values_is_not_formatted():
    assert tr("{not a place}") == mark("{not a place}") == "{not a place}"


def test_a_language_that_is_none_is_english(monkeypatch):
    monkeypatch.setenv(VARIABLE, "../../x")
    assert tr("no files") == "no files"


def test_the_language_can_be_taken_back(monkeypatch):
    monkeypatch.setenv(VARIABLE, "en")
    use("zh")
    assert (language(), tr("no files")) == ("zh", "没有文件")
    use(None)
    assert (language(), tr("no files")) == ("en", "no files")


def test_what_the_system_says_is_translated(chinese):
    assert system_reason(OSError(errno.EACCES, "Permission denied")) == "没有权限"
    assert system_reason(OSError(errno.EIO, "no such words")) == "no such words"
    assert system_reason(OSError("neither number nor words")) == "neither number nor words"


def test_numbers_take_their_measure_words(chinese):
    assert [counted(1, "report"), counted(2, "report"), counted(0, "file")] == ["1 份报告", "2 份报告", "0 个文件"]


def test_the_catalogue_is_a_part_of_the_package(tool):
    assert Path(tool.MO).is_relative_to(Path(mark.__code__.co_filename).parent)


class Line(msgspec.Struct, forbid_unknown_fields=True):
    a: int
    b: str = ""


def broken_zip():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a", b"hello" * 100)
    data = bytearray(made.getvalue())
    data[35] ^= 0xFF
    zipfile.ZipFile(io.BytesIO(bytes(data))).read("a")


@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (lambda: msgspec.json.decode(b'{"a"', type=Line), "内容不完整，可能被截断"),
        (lambda: msgspec.json.decode(b"x", type=Line), "第 0 字节：不是 JSON：有不该出现的字符"),
        (lambda: msgspec.json.decode(b'{"a": "1"}', type=Line), "a：应为 int，写的是 str"),
        (lambda: msgspec.json.decode(b"{}", type=Line), "缺少字段 a"),
        (lambda: msgspec.json.decode(b'{"a": 1, "z": 2}', type=Line), "未知字段 z"),
        (lambda: tomllib.loads("a = 1\nb = x"), "第 2 行第 5 列：值写得不对"),
        (lambda: tomllib.loads("a = ["), "文件末尾：值写得不对"),
        (lambda: tomllib.loads("a = 1\na = 2"), "文件末尾：同一项写了两次"),
        (lambda: json.loads("[1,]x"), "第 1 行第 4 列："),
        (lambda: zipfile.ZipFile(io.BytesIO(b"x")), "不是 zip 文件"),
        (broken_zip, "已损坏"),
        (lambda: [*csv.reader(io.StringIO('"a'), strict=True)], "内容到中途就断了"),
        (lambda: [*csv.reader(io.StringIO('"a"b'), strict=True)], "右引号后面还有别的内容"),
        (b"ab\xff".decode, "第 2 字节起不是 utf-8 编码"),
        (lambda: etree.fromstring(b"x"), "第 1 行第 1 列：开头不是 XML 标签"),
        (lambda: open_(b"x" * 100), "认不出文件格式"),
    ],
)
def test_what_other_libraries_say_is_told_in_chinese(chinese, fails, said):
    with pytest.raises(Exception) as caught:
        fails()
    line = tr("{folder}: damaged ({error}); train it again, or restore the folder", folder="甲", error=caught.value)
    assert said in line
    assert not set(re.findall("[A-Za-z]{3,}", line)) - {"str", "int", "utf", "XML", "JSON", "zip"}


def open_(data):
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_filelike(io.BytesIO(data))


def test_words_that_nobody_translated_are_named_as_such_and_own_words_stay(chinese):
    assert in_our_words(ValueError("never seen")) == "原文：never seen"
    assert in_our_words(UsageError("没有文件")) == "没有文件"
    assert in_our_words(OSError(errno.EACCES, "Permission denied")) == "没有权限"
    assert all(tr(reason) != reason for reason in LIBRARY_REASONS)


def test_in_english_other_libraries_speak_for_themselves(monkeypatch):
    monkeypatch.delenv(VARIABLE)
    error = ValueError("never seen")
    assert tr("{folder}: damaged ({error}); train it again, or restore the folder", folder="a", error=error).startswith(
        "a: damaged (never seen);"
    )
