"""The package as a stranger installs it: a wheel in a new virtual environment, with what tagging needs and nothing else."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow  # the compiler takes half a minute
TAGGED = '"model":"default '


def needed(requirements):
    """Return the names of the distributions that requirements bring, with all that these need themselves."""
    found, waiting = set(), [Requirement(line) for line in requirements]
    while waiting:
        requirement = waiting.pop()
        if (requirement.name, *sorted(requirement.extras)) in found:
            continue
        found.add((requirement.name, *sorted(requirement.extras)))
        wanted = [{"extra": extra} for extra in requirement.extras or [""]]
        for line in importlib.metadata.requires(requirement.name) or ():
            other = Requirement(line)
            if other.marker is None or any(other.marker.evaluate(extra) for extra in wanted):
                waiting.append(other)
    return {re.sub(r"[-_.]+", "-", name).lower() for name, *_ in found}


def requirements_of(wheel, extra=""):
    """Return what a wheel asks for on this machine, with an extra or without any."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        lines = archive.read(name).decode().splitlines()
    asked = [Requirement(line.removeprefix("Requires-Dist:")) for line in lines if line.startswith("Requires-Dist:")]
    return [str(one).split(";")[0] for one in asked if one.marker is None or one.marker.evaluate({"extra": extra})]


def install(wheel, environment, extra=""):
    """Install a wheel with what it asks for, taken from the distributions at hand: no index is asked."""
    venv.create(environment, symlinks=os.name != "nt", with_pip=False)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = environment / ("Lib" if os.name == "nt" else f"lib/{version}") / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    for name in needed(requirements_of(wheel, extra)):
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}:
            if not (site / top).is_symlink():  # some share the folder of a namespace
                (site / top).symlink_to(Path(distribution.locate_file(top)).resolve())
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of a new virtual environment in which the wheel is installed without extras."""
    return install(wheel, tmp_path_factory.mktemp("bare"))


@pytest.fixture
def run(python, tmp_path):
    """Return a function that runs Python there, from another folder, where no compiler and no other program is found."""

    def start(*arguments):
        return subprocess.run(
            [str(python), *map(str, arguments)],
            cwd=tmp_path, env={"PATH": "", "CC": "/no/compiler"}, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

    return start


def test_the_wheel_carries_code_configuration_and_the_shipped_model(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "pipeline/shipped/configs/default.toml" in names
    assert "pipeline/shipped/models/default/manifest.json" in names
    assert {f"pipeline/output/page/{name}" for name in ("page.html.j2", "report.html.j2", "report.css", "report.js")} <= set(names)
    assert {f"pipeline/web/static/{name}" for name in ("index.html", "login.html", "main.js", "app.css", "icon.svg")} <= set(names)
    for compiled in ("model/_kernels", "preprocess/_scans", "read/_glyphs", "training/_counts", "training/_solver"):
        assert [name for name in names if name.startswith(f"pipeline/{compiled}.") and name.endswith((".so", ".pyd"))]
    assert not wheel.name.endswith("-none-any.whl")
    assert not [name for name in names if name.startswith(("tests/", "seeds/", "mlruns/"))]


def test_without_extras_nothing_of_training_and_serving_comes(wheel):
    brought = needed(requirements_of(wheel))
    assert brought & {"numpy", "lxml", "trafilatura", "pypdfium2"} == {"numpy", "lxml", "trafilatura", "pypdfium2"}
    heavy = {"mlflow", "mlflow-skinny", "pandas", "scipy", "scikit-learn", "matplotlib", "fastapi", "uvicorn", "pyspark", "pyarrow"}
    assert not brought & heavy


def test_without_compiler_and_extras_a_document_is_tagged(run, tmp_path):
    from docx import Document

    report = Document()
    report.add_paragraph("全县新建城市书房六座，送戏下乡八十场，全民阅读活动吸引两万人次。")
    report.save(str(tmp_path / "report.docx"))
    done = run("-m", "pipeline.cli", "tag", "report.docx")
    assert done.returncode == 0, done.stderr
    assert TAGGED in done.stdout
    for name in ("t.jsonl", "t.csv", "t.xlsx", "t.html", "t.docx"):
        done = run("-m", "pipeline.cli", "tag", "report.docx", "-o", name)
        assert (done.returncode, (tmp_path / name).is_file()) == (0, True), done.stderr
    assert "(compiled)" in run("-m", "pipeline.cli", "--version").stdout


def test_what_needs_an_extra_names_the_command_that_brings_it(run):
    for command, extra in (("train", "train"), ("ui", "train"), ("serve", "serve")):
        done = run("-m", "pipeline.cli", command)
        assert done.returncode == 2
        assert done.stderr.splitlines()[0].endswith(f"bring it with: pip install 'mission-themes[{extra}]'"), done.stderr
        assert len(done.stderr.splitlines()) == 1


ROWS = ("夜里施工太吵|投诉", "楼下音响扰民|投诉", "社保在哪里办|咨询·政策", "怎样申请补贴|咨询·政策",
        "希望多设路灯|建议（民生）", "建议增开公交|建议（民生）", "窗口人员热心|表扬", "感谢民警帮助|表扬")  # fmt: skip


def test_three_commands_in_an_empty_folder_lead_to_a_file_tagged_with_own_labels(wheel, tmp_path_factory):
    python, folder = install(wheel, tmp_path_factory.mktemp("train"), "train"), tmp_path_factory.mktemp("empty")
    rows = [
        f"{'东西南北'[i % 4]}街来信：{ROWS[i % 8].split('|')[0]}，第{i % 50}件。,{ROWS[i % 8].split('|')[1]}" for i in range(300)
    ]
    (folder / "rows.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    commands = (["init", "mine", "--from", "rows.csv"], ["train"], ["tag", "../rows.csv", "-o", "tags.jsonl"])
    for command, place in zip(commands, (folder, folder / "mine", folder / "mine"), strict=True):
        done = subprocess.run(
            [str(python), "-m", "pipeline.cli", *command],
            cwd=place, env={"PATH": "", "HOME": str(folder)}, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    themes = [json.loads(line)["theme"] for line in (folder / "mine" / "tags.jsonl").read_text(encoding="utf-8").splitlines()]
    assert themes == [row.split(",")[1] for row in rows]
