"""A folder as an archive has it: a thousand files of every kind, fifty of them broken."""

import json
import re
import shutil
import zipfile

import pytest

BROKEN = {
    "empty.docx": b"",
    "cut.docx": None,
    "no.pdf": b"%PDF-1.7\nnothing",
    "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "noise.txt": bytes(range(256)) * 40,
    "white.md": b" \n\n",
    "numbers.csv": b"1,2\n3,4\n",
    "picture.doc": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "page.html": b"<html><head><title></title></head><body></body></html>",
    "name\nwith\x1b[31mred.txt": b"",
}


@pytest.mark.slow
def test_a_thousand_files_of_which_fifty_are_broken(formats, tmp_path, start, trained_home, model):
    texts = formats.plain(sorted(formats.reports()[5:], key=lambda path: path.stat().st_size)[:3])
    made = formats.wrap(texts, tmp_path / "made", model)
    good = [path for files in made.values() for path in files.values()]
    folder = tmp_path / "folder"
    for number in range(950):
        source = good[number % len(good)]
        (folder / f"{number % 7}").mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / f"{number % 7}" / f"{number:04}{source.suffix}")
    whole = next(path for path in good if path.suffix == ".docx").read_bytes()
    for number in range(50):
        name, data = list(BROKEN.items())[number % len(BROKEN)]
        (folder / f"b{number}").mkdir()
        (folder / f"b{number}" / name).write_bytes(whole[: len(whole) // 2] if data is None else data)
    out = tmp_path / "tags.jsonl"
    done = start(["tag", folder, "-o", out, "--model", trained_home / "models" / "seeds"])
    assert done.returncode == 1
    sources = {json.loads(line)["source"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert len({re.sub(r"\.zip/.*", ".zip", source) for source in sources}) == 950
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 50
    assert all(re.match(r"error: \S*/b\d+/.*: .*;", line) for line in errors), errors
    assert "950 reports tagged, 50 failed" in done.stderr
    assert "\x1b[31mred" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_in_a_zip_is_named_by_its_place_in_it(tmp_path, start, trained_home, report):
    path = tmp_path / "总结.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.write(report, "甲县/小结.txt")
        package.writestr("甲县/照片.jpg", "x")
    done = start(["tag", path, "--model", trained_home / "models" / "seeds"])
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["source"] for line in done.stdout.splitlines()} == {f"{path}/甲县/小结.txt"}
    assert "1 file of other types passed over: .jpg" in done.stderr
