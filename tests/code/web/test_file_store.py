"""Files in the background: lost processes, deletion, age, the end of the server."""

import os
import signal
import time
from pathlib import Path

from pipeline.web import file_store, tagging, worker_pool

from .conftest import TEXT


def workshop_of(identifier):
    import gc

    return next(one for one in gc.get_objects() if isinstance(one, file_store.FileStore) and identifier in one.files)


def test_a_lost_process_costs_no_other_file(served):
    file = served.upload()
    file_store = workshop_of(file["id"])
    (process,) = file_store.taggers._pool._processes.values()
    os.kill(process.pid, signal.SIGKILL)
    assert served.upload()["state"] == "ready"


def test_a_file_that_ends_every_process_fails_by_itself(served, monkeypatch):
    run = worker_pool.WorkerPool.run

    async def end(self, *_):
        return await run(self, os._exit, 1)

    with monkeypatch.context() as patch:
        patch.setattr(worker_pool.WorkerPool, "run", end)
        file = served.upload("坏.txt")
    assert file["state"] == "failed"
    assert file["failures"] == [f"坏.txt: {file_store.LOST}"]
    assert served.upload()["state"] == "ready"


def test_an_old_file_is_deleted_and_counted_off(served):
    file = served.upload()
    file_store = workshop_of(file["id"])
    folder = file_store.files[file["id"]].folder
    file_store.sweep(time.time() + 11 * 3600)
    assert folder.is_dir()
    file_store.sweep(time.time() + 13 * 3600)
    assert not folder.exists()
    assert (file_store.files, file_store.allowance.files, file_store.allowance.size) == ({}, 0, 0)


def test_a_file_is_deleted_while_it_is_tagged(served):
    sent = served.send("long.txt", "".join(f"全县开展理论宣讲{i}场，新开城市书房。\n" for i in range(150_000)).encode()).json()
    deadline = time.monotonic() + 30
    while not (seen := served.client.get(f"/api/files/{sent['id']}").json())["passages"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert seen["state"] == "tagging"
    assert 0 < seen["share"] < 1
    file_store = workshop_of(sent["id"])
    assert served.client.delete(f"/api/files/{sent['id']}").status_code == 204
    assert file_store.allowance.size == 0
    assert served.upload()["state"] == "ready"


def test_nothing_is_left_when_the_server_ends(serving):
    with serving() as served:
        file = served.upload()
        file_store = workshop_of(file["id"])
        folder = file_store.files[file["id"]].folder.parent
        processes = [*file_store.taggers._pool._processes.values()]
        assert folder.stat().st_mode & 0o077 == 0  # nobody else's business
    assert not folder.exists()
    assert not any(process.is_alive() for process in processes)


def test_the_text_of_a_report_is_found_by_its_place(tmp_path, trained_home, config):
    path = tmp_path / "upload.txt"
    path.write_text(TEXT, encoding="utf-8")
    tagged = tagging.tag_file(tagging.Task(path, "a.txt", trained_home / "models" / "seeds", "", config.read))
    assert tagging.read_report(tmp_path / tagging.REPORTS, tagged.reports[0]).text == TEXT


def test_a_process_ends_with_its_server(tmp_path):
    import subprocess
    import sys

    script = (
        "import asyncio, os, signal, sys\nfrom pipeline.web.worker_pool import WorkerPool\n"
        "async def main():\n    print(await WorkerPool(1, 1).run(os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n    asyncio.run(main())\n"
    )
    (tmp_path / "s.py").write_text(script, encoding="utf-8")
    root = Path(worker_pool.__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, tmp_path / "s.py"], env=env, stdout=subprocess.PIPE, text=True, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except OSError:
        return False
