"""Every command, every bad input of the issue: one line that names the file and what to try, and the exit code."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time

import click
import pytest

from pipeline.cli.commands import main

SEED = "seeds/reports/002_bc99a5d9c6142de8.txt"


@pytest.fixture
def labels(home):
    """A project folder with two small labelled reports, and a function that rewrites their labels."""
    from hashlib import sha256

    reports = home / "reports"
    reports.mkdir()
    texts = {"a.txt": "学理论。办书房。上央视。", "b.txt": "学党课。办展览。上新华。"}
    for name, text in texts.items():
        (reports / name).write_text(text, encoding="utf-8")

    def write(change=lambda rows: rows):
        rows = [
            {
                "source": f"reports/{name}",
                "sha256": sha256(text.encode()).hexdigest(),
                "start": i * 4,
                "end": i * 4 + 4,
                "label": label,
            }
            for name, text in texts.items()
            for i, label in enumerate(("举旗帜", "兴文化", "展形象"))
        ]
        (home / "l.jsonl").write_text("".join(json.dumps(row) + "\n" for row in change(rows)), encoding="utf-8")
        (home / "three.toml").write_text(
            'other = "展形象"\n' + "".join(f'[[labels]]\nname = "{name}"\n' for name in ("举旗帜", "兴文化", "展形象")),
            encoding="utf-8",
        )
        return ["train", "--no-track", "--set", 'corpus.reports=["reports"]', "--set", 'corpus.labels=["l.jsonl"]',
                "--set", "corpus.label_set=three.toml", "--set", "model.name=small", "--set", "features.min_df=1"]  # fmt: skip

    return write


def fails(result, code, message):
    import re

    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, result.stderr
    assert re.search(message, lines[0]), lines[0]
    assert "Traceback" not in result.output


# ---- tag


@pytest.fixture
def tag(call, trained_home):
    def run(*arguments, **rest):
        return call("tag", "--model", trained_home / "models" / "seeds", *arguments, **rest)

    return run


def test_tag_to_a_pipe_is_jsonl(tag, report):
    result = tag(report)
    assert result.exit_code == 0
    assert {json.loads(line)["source"] for line in result.stdout.splitlines()} == {report.as_posix()}
    assert "1 report tagged, 1 passage set aside (byline 1)" in result.stderr


def test_tag_a_folder_into_a_file(tag, report, tmp_path):
    (tmp_path / "x.jpg").write_text("x", encoding="utf-8")
    out = tmp_path / "out" / "tags.jsonl"
    out.parent.mkdir()
    result = tag(tmp_path, "-o", out)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "1 file of other types passed over: .jpg" in result.stderr
    assert sorted(path.name for path in out.parent.iterdir()) == ["tags.jsonl", "tags.jsonl.summary.json"]
    assert "summary -> tags.jsonl.summary.json" in result.stderr
    assert json.loads((out.parent / "tags.jsonl.summary.json").read_text(encoding="utf-8"))["passages"] == 5
    assert len(out.read_text(encoding="utf-8").splitlines()) == 5


def test_tag_standard_input_with_an_encoding(tag):
    result = tag("-", "--format", "table", "--encoding", "big5", stdin="全縣圖書館新開城市書房六座。".encode("big5"))
    assert result.exit_code == 0
    assert result.stdout.startswith("stdin  [big5]\n  兴文化")


def test_the_encoding_of_a_configuration_file_is_used(tag, tmp_path):
    (tmp_path / "c.toml").write_text('[read]\nencoding = "big5"\n', encoding="utf-8")
    result = tag("-", "--config", tmp_path / "c.toml", stdin="圖書館新開城市書房。".encode("big5"))
    assert json.loads(result.stdout)["text"] == "圖書館新開城市書房。"


def test_keep_noise(tag, report):
    noise = [json.loads(line).get("noise") for line in tag("--keep-noise", report).stdout.splitlines()]
    assert [reason for reason in noise if reason] == ["byline"]


def test_one_bad_report_does_not_cost_the_others(tag, report, tmp_path):
    out = tmp_path / "t.jsonl"
    result = tag("none.txt", report, "-o", out)
    fails(result, 1, r"none\.txt: no such file; check the path")
    assert "1 report tagged, 1 failed" in result.stderr
    assert out.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; save the report again"),
        (b" \n\t \r\n", "nothing but white space; save the report again"),
        (b"\x00\x01\x02\xff" * 99, "not text in UTF-8, GB18030 or UTF-16; name its encoding with --encoding"),
        (b"PK\x03\x04" + b"x" * 99, "incomplete: its end is missing, .*; get the file again"),
        (b"\xff\x81\xff" * 50, "not text in UTF-8"),
    ],
)
def test_bad_reports(tag, tmp_path, content, message):
    path, out = tmp_path / "bad.txt", tmp_path / "t.jsonl"
    path.write_bytes(content)
    fails(tag(path, "-o", out), 1, rf"bad\.txt: {message}")
    assert not out.exists()


def test_names_cannot_steer_the_terminal_or_break_the_line(tag, tmp_path):
    path = tmp_path / "a\nb\x1b[31m.txt"
    path.write_bytes(b"")
    result = tag(path)
    fails(result, 1, "a b .*the file is empty")
    assert "\x1b[31m." not in result.stderr


def test_bad_usage_of_tag(tag, call, report, tmp_path, home):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    fails(tag(tmp_path / "empty"), 2, "empty: no reports here")
    fails(tag(report, "-o", tmp_path / "none" / "t.jsonl"), 2, r"t\.jsonl: cannot be written \(No such file or directory\)")
    fails(tag(report, "-o", tmp_path / "file" / "t.jsonl"), 2, r"t\.jsonl: cannot be written")
    fails(tag(report, "-o", tmp_path / "t.pdf"), 2, r"t\.pdf: no format for \.pdf")
    fails(tag(report, "--format", "pdf"), 2, "--format pdf: unknown")
    fails(call("tag", "--model", "none", report), 3, "none: no model here; give a model folder, or make one with: pipeline train")
    assert call("tag").exit_code == 2


def test_an_output_is_replaced_only_when_it_is_complete(tag, report, tmp_path, monkeypatch):
    from pipeline.output.formats import jsonl

    out = tmp_path / "t.jsonl"
    out.write_text('{"source":"old"}\n', encoding="utf-8")

    def broken(reports, stream, labels):
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jsonl, "write", broken)
    fails(tag(report, "-o", out), 2, r"t\.jsonl: cannot be written \(No space left on device\); see that")
    assert out.read_text(encoding="utf-8") == '{"source":"old"}\n'
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != "") == [".t.jsonl.run", "report.txt", "t.jsonl"]


def test_a_damaged_model(call, trained_home, report, tmp_path):
    import shutil

    shutil.copytree(trained_home / "models" / "seeds", tmp_path / "m")
    (tmp_path / "m" / "weights.npy").write_bytes(b"x")
    fails(call("tag", "--model", tmp_path / "m", report), 3, r"weights\.npy: changed since the model was written")


def test_an_unexpected_error_is_one_line_and_a_traceback_only_for_debug(tag, report, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("pipeline.batch.run.model_folder", broken)
    fails(tag(report), 3, "unexpected RuntimeError: broken; run again with --debug and report it")
    assert isinstance(tag(report, "--debug").exception, RuntimeError)


def loaded_by_tagging(report, trained_home):
    """Return the names of what `pipeline tag` of a text file loads; of ours those with dataclasses or costly expressions."""
    script = (
        "import re\nimport sys\nfrom pipeline.cli.commands import main\n"
        f"sys.argv = ['pipeline', 'tag', {str(report)!r}, '--model', {str(trained_home / 'models' / 'seeds')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "ours = [name for name in sys.modules if name.startswith('pipeline')]\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "print(*[name for name in ours if 'dataclass' in vars(sys.modules[name])], file=sys.stderr)\n"
        "patterns = [(name, form) for name in ours for form in vars(sys.modules[name]).values() if type(form) is re.Pattern]\n"
        "compiled = [name for name, form in patterns if 'preprocess' not in name or not form.pattern.isascii()]\n"
        "print(*compiled, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    return [set(line.split()) for line in done.stderr.splitlines()[-3:]]


def test_tagging_imports_nothing_heavy(start, trained_home, report):
    loaded, with_dataclasses, with_expressions = loaded_by_tagging(report, trained_home)
    heavy = {"sklearn", "scipy", "pandas", "mlflow", "jieba", "joblib", "jinja2", "docx", "lxml", "xlsxwriter", "python_calamine"}
    assert not {name.split(".")[0] for name in loaded} & (heavy | {"fastapi", "uvicorn", "pydantic"})
    others = {"batch.resume", "core.process", "labels.corpus", "labels.files", "labels.corrections.shown", "read.archive"}
    assert not loaded & {"tempfile", "gzip", *(f"pipeline.{name}" for name in others)}
    assert not with_dataclasses  # which take twenty times as long to make as structs
    assert not with_expressions


def test_help_imports_only_click():
    script = (
        "import sys\nfrom pipeline.cli.commands import main\nsys.argv = ['pipeline', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'sklearn', 'scipy', 'pandas', 'mlflow', 'jieba', 'numpy', 'rjieba', 'opencc', 'msgspec'}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_cold_start_costs_little_more_than_python_and_numpy(trained_home, root):
    """Processor time, both sides in turn: how busy the machine is says nothing of the code."""
    tag = [sys.executable, "-m", "pipeline.cli", "tag", SEED, "--model", str(trained_home / "models" / "seeds")]
    floor = [sys.executable, "-c", "import numpy, msgspec, click"]
    pairs = [(_processor_time(tag, root), _processor_time(floor, root)) for _ in range(7)]
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    assert ratios[3] < 4.0, pairs


def _processor_time(command, folder):
    before = os.times()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_ctrl_c_leaves_nothing_half_written(trained_home, tmp_path):
    big = tmp_path / "big.txt"
    big.write_text("全县图书馆新开城市书房六座，全民阅读蔚然成风。" * 400_000, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pipeline.cli",
            "tag",
            str(big),
            "-o",
            str(out / "t.jsonl"),
            "--model",
            str(trained_home / "models" / "seeds"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(out.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines() == [
        f"{out}/t.jsonl: not written yet; the same command with --resume goes on",
        "stopped; nothing half-written was left behind",
    ]
    assert [path.name for path in out.iterdir()] == [".t.jsonl.run"]


@pytest.mark.slow
def test_ctrl_c_during_training_leaves_no_model(tmp_path, root):
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "train", "--no-track"],
        env={**os.environ, "MISSION_THEMES_HOME": str(tmp_path)},
        cwd=root,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr.readline().startswith("training on")
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    # Python ends by the signal itself where that came while a module was made by exec (as dataclasses are); a shell shows 130 too.
    assert process.returncode in (130, -signal.SIGINT)
    assert errors.strip() == "stopped; nothing half-written was left behind"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_closes_the_pipe_is_no_error(trained_home, tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("全县图书馆新开城市书房六座。\n" * 20_000, encoding="utf-8")
    command = f"{sys.executable} -m pipeline.cli tag {long} --model {trained_home / 'models' / 'seeds'} | head -n 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def on_a_terminal(arguments, environment):
    """Run a command with standard error on a terminal, and return what that shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, **environment}, cwd=environment.get("PWD"),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux's way to say that the other side has closed
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.wait(timeout=120) == 0, shown
    return shown.decode()


def test_a_bar_shows_progress_on_a_terminal_and_nowhere_else(trained_home, tmp_path, root, report, tag):
    (tmp_path / "two.txt").write_text("办好书房。", encoding="utf-8")
    model = trained_home / "models" / "seeds"
    shown = on_a_terminal(["tag", tmp_path, "-o", tmp_path / "t.jsonl", "--model", model], {"PWD": str(root)})
    assert "tagging" in shown
    assert "100%" in shown
    assert "MB/s" in shown
    assert (
        tag(tmp_path).stderr
        == "2 reports tagged, 1 passage set aside (byline 1)\n2 files of other types passed over: .json .jsonl\n"
    )
    train = ["train", "--no-track", "--config", "configs/seeds.toml"]
    assert "5/5" in on_a_terminal(train, {"PWD": str(root), "MISSION_THEMES_HOME": str(tmp_path)})


# ---- train and evaluate


def test_train_on_labels_of_ones_own(call, labels, home):
    result = call(*labels())
    assert result.exit_code == 0, result.output
    assert "on left-out reports: macro-F1" in result.stdout
    assert (home / "models" / "small" / "manifest.json").is_file()
    assert not (home / "mlruns").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda rows: [{**row, "label": "新闻"} for row in rows],
            r"l\.jsonl:1: '新闻' is not a known label; known: 举旗帜 兴文化 展形象",
        ),
        (lambda rows: [*rows, {**rows[0], "end": 6}], r"reports/a\.txt: labels 0-4 and 0-6 overlap; keep one of them"),
        (
            lambda rows: [*rows, {**rows[0], "start": 90, "end": 99}],
            r"reports/a\.txt: label 90-99 points outside its 12 characters",
        ),
        (lambda rows: [{**row, "sha256": "0" * 64} for row in rows], r"reports/a\.txt: changed since it was labelled \(sha256 "),
        (lambda rows: rows[:3], "1 labelled reports: training needs two at least; label more reports"),
        (lambda rows: rows[:5], "label 展形象 has 1 example: training needs two at least; label more passages"),
        (lambda rows: [*rows, {**rows[0], "source": "reports/c.txt"}], r"reports/c\.txt: labelled, but not among the reports"),
    ],
)
def test_bad_corpora(call, labels, home, change, message):
    fails(call(*labels(change)), 3, message)
    assert not (home / "models").exists()


def test_bad_configurations(call, labels, home):
    command = labels()
    fails(call(*command, "--set", "model.q=1"), 3, r"--set model\.q=1: 'q' is not a known key of \[model\]")
    fails(call(*command, "--config", home / "none.toml"), 3, r"none\.toml: no such configuration file; start from a copy")
    fails(
        call(*command, "--exclude", "z.txt"),
        3,
        r"corpus\.exclude 'z\.txt': no labelled report has this name; known: reports/a\.txt",
    )
    fails(call(*command, "--set", 'corpus.reports=["nowhere"]'), 3, "nowhere: no such folder of reports; check corpus.reports")
    fails(call(*command, "--set", 'corpus.labels=["none.jsonl"]'), 3, r"none\.jsonl: no such label file; check corpus\.labels")
    fails(call(*command, "--set", "features.user_dictionary=none.txt"), 3, r"none\.txt: the user dictionary cannot be read")
    assert not (home / "models").exists()


@pytest.mark.parametrize(
    "command", [("tag", SEED), ("digest", SEED, "-o", "x.md"), ("evaluate",), ("library", "add", SEED), ("serve",)]
)
@pytest.mark.parametrize("setting", ["features.user_dictionary=words.txt", "model.C=2", "tag.evidence=9", "clean.simplify=false"])
def test_a_setting_of_training_is_refused_where_nothing_is_trained(call, home, command, setting):
    key = setting.partition("=")[0]
    said = f"--set {key}: a setting of training, which a model keeps; train with it: pipeline train --set {setting}"
    fails(call(*command, "--set", setting), 2, said)
    assert not list(home.iterdir())


@pytest.mark.parametrize(("setting", "known"), [("tag.evidenc=9", "evidence"), ("model.c=1", "C"), ("serve.x=1", "queue")])
def test_what_is_no_setting_at_all_is_not_taken_for_one_of_training(call, setting, known):
    key = setting.partition("=")[0]
    section, _, name = key.partition(".")
    said = f"--set {setting}: '{name}' is not a known key of \\[{section}\\]; .*{known}"
    fails(call("tag", SEED, "--set", setting), 3, said)


@pytest.mark.parametrize(
    ("command", "setting", "used"),
    [
        (("tag", SEED), "serve.queue=1", "corpus read drift.stricter_review track.uri"),
        (("tag", SEED), "drift.look=0.5", "corpus read drift.stricter_review track.uri"),
        (("text", SEED), "corpus.exclude=[]", "read"),
        (("train",), "digest.least_score=0.5", "corpus read clean segment features model evaluate tag gate track"),
        (("find", "宣讲"), "digest.least_score=0.5", "corpus read digest.resemblance"),
        (("ui",), "read.max_pages=1", "track.uri"),
    ],
)
def test_a_setting_that_a_command_does_not_use_is_refused(call, command, setting, used):
    key = setting.partition("=")[0]
    fails(call(*command, "--set", setting), 2, f"--set {key}: main {command[0]} does not use it; it uses {used}$")


def test_what_is_no_setting_is_told_as_such_and_a_file_may_hold_all(call, home):
    fails(call("tag", SEED, "--set", "serve"), 2, "--set serve")
    fails(call("tag", SEED, "--set", "nosuch.key=1"), 3, "'nosuch' is not a known section")
    (home / "all.toml").write_text("[serve]\nqueue = 1\n[model]\nC = 2.0\n", encoding="utf-8")
    assert call("text", SEED, "--config", home / "all.toml").exit_code == 0


def test_a_model_folder_that_cannot_be_written(call, labels, home):
    command = labels()
    (home / "models").write_text("a file", encoding="utf-8")
    fails(call(*command), 2, "models/small: the model cannot be written .*; check the folder above it")


def test_a_user_dictionary_is_stored_with_the_model(call, labels, home):
    from pipeline.model.folder import load_model

    (home / "words.txt").write_text("# a comment\n学党课\n", encoding="utf-8")
    assert call(*labels(), "--set", "features.user_dictionary=words.txt").exit_code == 0
    model = load_model(home / "models" / "small")
    assert model.user_words == ("学党课",)
    assert "学党课" in model.vocabulary.words


def test_evaluate_on_gold_and_on_the_training_corpus(call, trained_home, tmp_path, root):
    model = trained_home / "models" / "seeds"
    gold = tmp_path / "gold.jsonl"
    text = "县图书馆新开城市书房六座。理论宣讲团走进村社讲党课。"
    gold.write_text(
        json.dumps({"source": "g", "text": text, "sentences": [[0, 13, "兴文化"], [13, 26, "举旗帜"]]}), encoding="utf-8"
    )
    result = call("evaluate", "--model", model, "--gold", gold)
    assert result.exit_code == 0
    assert "26 characters" in result.stdout
    assert "flatters" not in result.stderr
    seeds = ("--set", 'corpus.reports=["seeds/reports"]', "--set", 'corpus.labels=["seeds/labels/seed.jsonl"]')
    result = call("evaluate", "--model", model, *seeds)
    assert "such figures flatter it" in result.stderr
    fails(call("evaluate", "--model", model, "--gold", tmp_path / "none"), 3, "none: no such label file; check corpus.labels")


# ---- all commands


def commands():
    """Return the names and the commands of all levels."""
    for name in main.list_commands(click.Context(main)):
        command = main.get_command(click.Context(main), name)
        yield name, command
        yield from ((f"{name} {inner}", part) for inner, part in getattr(command, "commands", {}).items())


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_has_help_an_example_and_a_line_in_both_manuals(call, root, name, command):
    assert "Example" in call(*name.split(), "--help").stdout
    for manual in ("docs/manual.md", "docs/manual.zh.md"):
        assert f"`pipeline {name}" in (root / manual).read_text(encoding="utf-8"), (manual, name)
    for parameter in command.params:
        assert getattr(parameter, "help", None) or parameter.param_type_name == "argument", parameter


def test_version(call):
    from pipeline import __version__

    assert call("--version").stdout.startswith(f"pipeline, version {__version__} (")


def test_csv_on_standard_output_may_be_made_by_several_processes(call, report, tmp_path):
    (tmp_path / "b.txt").write_bytes(report.read_bytes())
    alone = call("tag", report, tmp_path / "b.txt", "--format", "csv")
    together = call("tag", report, tmp_path / "b.txt", "--format", "csv", "--jobs", "2")
    assert (alone.exit_code, together.exit_code) == (0, 0), together.stderr
    assert together.stdout == alone.stdout != ""
