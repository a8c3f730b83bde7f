"""A 200 MB report without a line break is tagged, in bounded memory."""

import resource
import subprocess
import sys

import pytest

BYTES = 200_000_000
LIMIT = 2_500_000_000  # of address space, which libraries and threads take half a gigabyte of before a byte is read
SENTENCES = "全县图书馆新开城市书房六座，全民阅读蔚然成风。理论宣讲团走进村社，讲党课三百场！完成招商引资十二亿元；"


@pytest.mark.slow
def test_a_200_mb_line_is_tagged_in_bounded_memory(tmp_path, trained_home):
    path, out = tmp_path / "endless.txt", tmp_path / "tags.jsonl"
    path.write_text(SENTENCES * (BYTES // len(SENTENCES.encode())), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "tag", str(path), "-o", str(out), "--model", str(trained_home / "models" / "seeds")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
        env={"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    end = 0
    with out.open(encoding="utf-8") as lines:
        for line in lines:
            assert f'"start":{end},' in line.split('"text":', 1)[0]
            end = int(line.split('"end":', 1)[1].split(",", 1)[0])
    assert end == len(path.read_text(encoding="utf-8"))
