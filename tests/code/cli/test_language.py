"""Which language a command speaks, and that all of it is in that language."""

import os
import re
from types import SimpleNamespace

import click
import pytest

from pipeline.batch.spark import _mapper
from pipeline.cli.commands import MODULES, main
from pipeline.cli.language import in_language, of_system, with_texts
from pipeline.core.messages import VARIABLE, language, tr, use

ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}")
EXAMPLE = ("pipeline ", "cat ", "cd ")
LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def commands():
    """Yield the words of every command."""
    context = click.Context(main)
    yield ()
    for name in MODULES:
        command = main.get_command(context, name)
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, below) for below in command.commands)


@pytest.fixture
def unset(monkeypatch):
    """Have nothing in the environment say a language, and give what sets a variable of it."""
    for name in (*LOCALES, VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch.setenv


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.GB18030", "LANG": "C"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANGUAGE": "zh_CN:en", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANGUAGE": "en:zh_CN", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANGUAGE": "zh_CN", "LANG": "C"}, "en"),
    ],
)
def test_the_locale_says_the_language(variables, named):
    assert of_system(variables) == named


def test_a_command_follows_the_locale(call, unset):
    unset("LANG", "zh_CN.UTF-8")
    assert call("--help").stdout.startswith("用法：")
    unset("LC_ALL", "C")
    assert call("--help").stdout.startswith("Usage:")


def test_the_variable_goes_before_the_locale(call, unset):
    unset("LANG", "zh_CN.UTF-8")
    unset(VARIABLE, "en")
    assert call("--help").stdout.startswith("Usage:")


@pytest.mark.parametrize("option", [("--lang", "zh"), ("--lang=zh",)])
def test_the_option_goes_before_all(call, unset, option):
    unset(VARIABLE, "en")
    unset("LC_ALL", "C")
    assert call(*option, "--help").stdout.startswith("用法：")
    assert call("--help", *option).stdout.startswith("用法：")
    assert call(*option, "tag", "--help").stdout.startswith("用法：")


def test_an_option_of_a_command_is_no_language(call):
    assert call("find", "--lang", "zh").stderr.startswith("Usage:")


@pytest.mark.parametrize("given", [("--lang", "fr", "--help"), ("--lang=fr", "ui"), ("--lang",)])
def test_a_language_that_is_none_is_a_usage_error(call, given):
    done = call(*given)
    assert done.exit_code == 2
    assert "--lang" in done.stderr


def test_a_variable_that_names_none_is_a_usage_error(call, unset):
    unset(VARIABLE, "fr")
    done = call("--version")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"Error: {VARIABLE}=fr: en / zh")


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_the_help_of_every_command_is_chinese(call, words):
    done = call("--lang", "zh", *words, "--help")
    assert done.exit_code == 0
    usage, _, rest = re.sub(r"`[\w\s-]*`", "", done.stdout).partition("\n")
    lines = [line for line in rest.splitlines() if not line.strip().startswith(EXAMPLE)]
    assert usage.startswith("用法：")
    assert [line for line in lines if ENGLISH.search(line)] == []
    assert "示例：" in done.stdout
    assert "显示本帮助后结束。" in done.stdout
    assert not re.search("Usage|Options|Commands|required|default:|TEXT|PATH|INTEGER", "\n".join(lines))


@pytest.mark.parametrize("words", [*commands()], ids=" ".join)
def test_the_help_of_every_command_stays_english(call, words):
    call("--lang", "zh", *words, "--help")
    assert not re.search("[\u4e00-\u9fff]", re.sub("其他|总结|[与或非近]|pipeline .*", "", call(*words, "--help").stdout))


def test_a_translated_command_is_a_copy(unset):
    unset(VARIABLE, "zh")
    command = main.get_command(click.Context(main), "labels")
    assert command.help.startswith("核对")
    use("en")
    assert in_language(main) is main
    assert main.get_command(click.Context(main), "labels").help.startswith("Check")
    assert with_texts(main, str.upper).help.startswith("SORT THE")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tag",), "错误：缺少参数 '路径…'."),
        (("labls",), "错误：没有命令 'labls'。"),
        (("tag", "x", "--jobs", "0"), "错误：'--jobs' 的值无效：0 不在 x>=1 的范围内。"),
        (("tag", "x", "--engine", "y"), "错误：'--engine' 的值无效：'y' 不在可选的范围内：'local', 'spark'。"),
        (("models", "promote", "1"), "错误：缺少选项 '--why'."),
        (("find", "--no"), "错误：没有选项 '--no'。"),
        (("tag", "no.txt"), "错误：no.txt：没有这个文件；请检查路径"),
        (("tag", "x", "--resume"), "错误：--resume：只有带 -o 输出的任务才能接着做；请写上中断时的输出名称"),
        (("--version",), ""),
    ],
)
def test_errors_are_chinese(call, home, words, said):
    assert said in call("--lang", "zh", *words).stderr


def test_the_summary_of_tag_is_chinese(call, home, report):
    done = call("--lang", "zh", "tag", report, "--keep-noise")
    assert done.stderr == "已标注 1 份报告，剔除 1 个段落（署名 1）\n"


@pytest.mark.parametrize("jobs", [1, 2])
def test_readers_and_other_processes_speak_the_language_of_theirs(start, home, tmp_path, report, jobs):
    damaged = [tmp_path / name for name in ("1.docx", "2.docx")]
    for path in damaged:
        path.write_bytes(b"PK\x03\x04" + bytes(100))
    arguments = ["tag", report, *damaged, "--jobs", jobs, "-o", tmp_path / "tags.jsonl"]
    done = start(arguments, home, env={VARIABLE: "", "LC_ALL": "zh_CN.UTF-8"})
    assert done.returncode == 1
    for path in damaged:
        assert f"错误：{path}：不完整" in done.stderr
    assert "已标注 1 份报告，2 份失败，剔除" in done.stderr


def test_workers_of_spark_speak_the_language_of_who_started_them(unset, config, root):
    folder = root / "models" / "default"
    files = SimpleNamespace(value={path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})
    unset(VARIABLE, "zh")
    tag = _mapper(files, config, keep_noise=False)
    use("en")
    assert list(tag(iter(()))) == []
    assert language() == "zh"


@pytest.mark.slow
def test_the_summary_of_train_is_chinese(start, home):
    done = start(["--lang", "zh", "train", "--config", "configs/seeds.toml", "--no-track"], home)
    assert done.returncode == 0, done.stderr
    assert "训练：5 份报告，" in done.stderr
    assert re.search(r"^留出的报告：平均 F1 0\.\d{3} · 正确率 0\.\d{3} · [\d,]+ 字$", done.stdout, re.MULTILINE)
    assert re.search("^模型 seeds .* 已写入 ", done.stdout, re.MULTILINE)
    assert not ENGLISH.search(done.stdout + done.stderr)


def test_python_m_pipeline_is_the_command(start, home):
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "pipeline", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == start(["--version"], home).stdout


def test_this_process_speaks_english_again():
    """What a test chose goes with it."""
    assert (language(), os.environ.get("LANGUAGE") in (None, "en"), tr("no files")) == ("en", True, "no files")
