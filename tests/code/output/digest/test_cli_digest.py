"""The command, on real files: what it writes, what it says, and what it leaves behind when something is wrong."""

import io
import re
import subprocess
import sys
from itertools import pairwise

import pytest

SEEDS = "seeds/reports"


@pytest.fixture
def digest(call, trained_home):
    def run(*arguments):
        return call("digest", "--model", trained_home / "models" / "seeds", *arguments)

    return run


@pytest.fixture
def folder(tmp_path):
    """A folder with reports of two years, one twice under two names, a broken file and one of another type."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, year in (("a", 2022), ("b", 2023), ("c", 2023)):
        text = f"临溪县{year}年宣传工作小结\n\n一、理论学习\n\n"
        text += "县委理论学习中心组集中学习，基层宣讲团走进村社讲党课，覆盖所有乡镇街道。\n"
        text += f"二、文化惠民\n\n县图书馆新开{year - 2000}座城市书房，送戏下乡，全民阅读活动吸引了许多读者。\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 no document")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8")
    return folder


def test_a_digest_of_a_folder(digest, folder, tmp_path):
    out = tmp_path / "digest.md"
    result = digest(folder, "-o", out)
    assert result.exit_code == 1  # one file cannot be read; the others are there
    lines = result.stderr.splitlines()
    assert [line for line in lines if line.startswith("error:") and "broken.docx" in line]
    assert lines[-2].startswith("3 reports, 1 failed, ")
    assert lines[-2].endswith(f" folded -> {out}")
    assert lines[-1].startswith("1 file of other types passed over: .")
    text = out.read_text(encoding="utf-8")
    assert "- 3 篇报告（2022—2023年，1 个地区）" in text
    assert "近似重复 2 处" in text
    assert "broken.docx" in text.partition("## 未能读取的文件")[2]
    assert text.count("县图书馆新开22座") == 1
    assert text.count("县图书馆新开23座") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["reports", "digest.md"] or not (tmp_path / ".digest.md.part").exists()


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html", "md"])
def test_the_seeds_in_every_format_the_same_from_one_process_or_two(digest, tmp_path, ending):
    for jobs in (1, 2):
        assert digest(SEEDS, "-o", tmp_path / f"{jobs}.{ending}", "--jobs", jobs, "--by", "year").exit_code == 0
    assert (tmp_path / f"1.{ending}").read_bytes() == (tmp_path / f"2.{ending}").read_bytes()


def test_what_is_asked_for_is_shown(digest, folder, tmp_path):
    about = tmp_path / "about.csv"
    about.write_text("name,place,year\nb.txt,青石市,2020\n", encoding="utf-8")
    out = tmp_path / "digest.md"
    asked = ("--theme", "兴文化", "--theme", "举旗帜", "--by", "地区", "--about", about, "--most", 1, "--least-score", 0)
    assert digest(folder, "-o", out, *asked).exit_code == 1
    lines = out.read_text(encoding="utf-8").splitlines()
    assert "2020年" in "".join(lines)
    themes = [line for line in lines if line.startswith("## ")]
    assert themes[-4:] == ["## 举旗帜", "## 兴文化", "## 未能读取的文件", "## 说明"]
    groups = {line for line in lines[lines.index(themes[-4]) :] if line.startswith("### ")}
    assert groups <= {"### 临溪县", "### 青石市"}


def test_so_many_pages_in_every_format_hold_the_same_passages(digest, tmp_path):
    import docx

    for name in ("d.docx", "d.md", "d.html", "d.xlsx"):
        assert digest(SEEDS, "-o", tmp_path / name, "--pages", 3).exit_code == 0
    lines = [paragraph.text for paragraph in docx.Document(tmp_path / "d.docx").paragraphs]
    assert [line[:2] for line in lines if line[1:2] == "、"] == ["一、", "二、", "三、", "四、", "五、"]
    assert {line[3:] for line in lines if line.startswith("（") and line[2:3] == "）"} <= {"做法", "成效", "问题", "打算"}
    text = (tmp_path / "d.md").read_text(encoding="utf-8")
    quoted = [line for line in text.splitlines() if line.startswith("> ") and "〔" not in line]
    shown = [line for line in lines if line.endswith("）") and not line.startswith(("（", "现将"))]
    assert len(quoted) == len(shown) >= 5
    assert "按不超过 3 页选取" in text


def test_the_whole_digest_in_the_official_form(digest, folder, tmp_path):
    import docx

    out = tmp_path / "d.docx"
    assert digest(folder, "-o", out, "--form", "official").exit_code == 1  # one file cannot be read
    styles = [paragraph.style.name for paragraph in docx.Document(out).paragraphs]
    assert styles[:3] == ["Official Title", "Official Gap", "Official Text"]
    assert styles.count("Heading 1") == 5


def test_a_least_score_leaves_passages_out(digest, folder, tmp_path):
    out = tmp_path / "digest.md"
    result = digest(folder / "a.txt", "-o", out, "--set", "digest.least_score=1.0")
    assert result.exit_code == 0
    assert "按要求，把握低于 100% 的" in out.read_text(encoding="utf-8")
    assert not [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith(">")]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((SEEDS, "-o", "OUT/digest.pdf"), 2, r"no digest format for \.pdf; use one of \.docx \.html \.md \.xlsx"),
        ((SEEDS, "-o", "OUT/none/digest.md"), 2, r"cannot be written \(No such file or directory\)"),
        ((SEEDS, "-o", "OUT/d.md", "--theme", "没有"), 2, "--theme 没有: not a label of the model; its labels: 举旗帜"),
        ((SEEDS, "-o", "OUT/d.md", "--about", "OUT/none.csv"), 2, r"none\.csv: cannot be read"),
        (("OUT/none.txt", "-o", "OUT/d.md"), 1, "not written; nothing could be read of 1 file"),
        ((SEEDS, "-o", "OUT/d.md", "--model", "nothing"), 3, "nothing"),
        ((SEEDS, "-o", "OUT/d.docx", "--pages", 1), 2, r"--pages 1: 5 themes at .* fill 2 pages; ask for --pages 2 or more"),
        ((SEEDS, "-o", "OUT/d.docx", "--pages", 5, "--form", "digest"), 2, "only pages of the official form are counted"),
        ((SEEDS, "-o", "OUT/d.docx", "--pages", 5, "--by", "year"), 2, "--by year: .* stand by aspect; leave out --by"),
        ((SEEDS, "-o", "OUT/d.md", "--form", "official"), 2, r"d\.md: the official form is one of Word files; name it \.docx"),
        ((SEEDS, "-o", "OUT/d.md", "--set", "digest.resemblance=0"), 3, "digest.resemblance"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(digest, tmp_path, arguments, code, message):
    import re

    result = digest(*(str(each).replace("OUT", str(tmp_path)) for each in arguments))
    assert result.exit_code == code, result.output
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert re.search(message, errors[-1])
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_a_digest_fails(digest, tmp_path, monkeypatch):
    from pipeline.output.digest.formats import md

    out = tmp_path / "digest.md"
    out.write_text("# 报告主题摘编", encoding="utf-8")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(md, "write", fail)
    result = digest(f"{SEEDS}/004_be132a9dff6c2480.txt", "-o", out)
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("digest.md", "# 报告主题摘编")]


def test_only_the_format_that_is_asked_for_is_loaded(trained_home, tmp_path):
    script = (
        "import sys\nfrom pipeline.cli.commands import main\n"
        f"sys.argv = ['pipeline', 'digest', {SEEDS!r}, '-o', {str(tmp_path / 'd.md')!r}, '--jobs', '1', '--model',"
        f" {str(trained_home / 'models' / 'seeds')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'sklearn', 'scipy', 'pandas', 'mlflow', 'jieba', 'docx', 'xlsxwriter', 'jinja2'}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr.splitlines()[-1] == "[]"


def test_passages_stand_in_the_order_of_their_report(digest, tmp_path, root):
    import openpyxl

    out = tmp_path / "d.xlsx"
    name = f"{SEEDS}/000_05cee4bd61fb810e.txt"
    assert digest(name, "-o", out).exit_code == 0
    source = "".join((root / name).read_text(encoding="utf-8").split())
    rows = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))["摘编"].iter_rows(min_row=2, values_only=True)
    places = [(row[0], source.find("".join(row[5].split())[:20])) for row in rows]
    assert min(at for _, at in places) >= 0
    assert all(first[1] < second[1] for first, second in pairwise(places) if first[0] == second[0])


def test_where_nothing_bears_a_theme_it_is_said(digest, tmp_path):
    report = tmp_path / "weather.txt"
    report.write_text("一、天气\n\n今天下雨，明天晴。气温十二度。\n", encoding="utf-8")
    for asked in ((), ("--pages", 3)):
        done = digest(report, "-o", tmp_path / "digest.docx", *asked, "--force")
        assert done.exit_code == 0
        assert "no passage bears 举旗帜 聚民心 育新人 兴文化 展形象; the digest shows none" in done.stderr


def test_by_aspect_excerpts_are_counted(digest, tmp_path):
    assert re.search(r"\d+ excerpts, \d+ folded", digest(SEEDS, "-o", tmp_path / "digest.md", "--by", "aspect").stderr)
