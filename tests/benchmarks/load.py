"""Hold so many requests at once on a served page for so long: no error may come, and its memory may not grow.

    python tests/benchmarks/load.py [--seconds 120] [--clients 50] [--silent 200] [--model default]

Each client goes on with the next request as soon as it has its answer: most tag a short text, some send a file, wait until it is
tagged, look at its report and its table, and delete it. Beside them so many connections are open that say nothing; one that is
closed is opened again. Traffic goes to 127.0.0.1 only. What is printed goes into
docs/performance.md.
"""

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = ("县图书馆新开六座城市书房，送戏下乡八十场。", "县委理论学习中心组集中学习十二次。", "全县开展志愿服务，评选道德模范。")
WARM = 0.2  # of the time, after which memory is looked at for the first time
FILES = 0.1  # of the requests begin with a file


@dataclass
class Figures:
    """What came of the requests."""

    seconds: list[float] = field(default_factory=list)
    tagging: list[float] = field(default_factory=list)
    files: int = 0
    busy: int = 0
    silent: int = 0  # silent connections that are open, the last time they were counted
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """The memory of the last third of the time over that of the third before it."""
        third = max(1, len(self.memory) // 3)
        return max(self.memory[-third:]) / max(self.memory[-2 * third : -third])


async def hold(address: str, pid: int, clients: int, seconds: float, silent: int = 0) -> Figures:
    """Send requests from so many clients at once for so many seconds, beside so many connections that say nothing."""
    figures = Figures()
    end = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        watcher = asyncio.create_task(watch(pid, figures, seconds * WARM, max(0.2, seconds / 120)))
        beside = [asyncio.create_task(say_nothing(address, figures)) for _ in range(silent)]
        await asyncio.gather(*(work(client, random.Random(number), end, figures) for number in range(clients)))
        for task in (watcher, *beside):
            task.cancel()
        silent_at_end = figures.silent
        await asyncio.gather(watcher, *beside, return_exceptions=True)
    figures.silent = silent_at_end
    return figures


async def say_nothing(address: str, figures: Figures) -> None:
    """Hold a connection open without a word, and open another when it is closed."""
    host, port = address.removeprefix("http://").split(":")
    while True:
        reader, writer = await asyncio.open_connection(host, int(port))
        figures.silent += 1
        try:
            await reader.read(1)
        except ConnectionError:
            pass
        finally:
            figures.silent -= 1
            writer.close()


async def watch(pid: int, figures: Figures, warm: float, every: float) -> None:
    """Note the memory of a server and its processes, once it is warm."""
    server = psutil.Process(pid)
    await asyncio.sleep(warm)
    while True:
        sizes = []
        for process in [server, *server.children(recursive=True)]:
            try:
                sizes.append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        figures.memory.append(sum(sizes))
        await asyncio.sleep(every)


async def work(client: httpx.AsyncClient, chance: random.Random, end: float, figures: Figures) -> None:
    """Send one request after the other."""
    while time.monotonic() < end:
        if chance.random() < FILES:
            await send_file(client, chance, figures)
        else:
            text = "".join(chance.choices(SENTENCES, k=chance.randrange(1, 6)))
            begun = time.perf_counter()
            if await ask(client, figures, "POST", "/api/tag", json={"text": text}):
                figures.tagging.append(time.perf_counter() - begun)


async def send_file(client: httpx.AsyncClient, chance: random.Random, figures: Figures) -> None:
    """Send a file, wait for its tags, look at it and delete it."""
    text = "\n\n".join(chance.choices(SENTENCES, k=40))
    headers = {"content-type": "application/octet-stream"}
    sent = await ask(client, figures, "POST", "/api/files", params={"name": "a.txt"}, content=text.encode(), headers=headers)
    if sent is None:
        return
    path = f"/api/files/{sent.json()['id']}"
    for _ in range(600):
        seen = await ask(client, figures, "GET", path)
        if seen is None or seen.json()["state"] in ("ready", "failed"):
            break
        await asyncio.sleep(0.2)
    for end in ("/tags", "/report", "/download?format=csv"):
        await ask(client, figures, "GET", path + end)
    await ask(client, figures, "DELETE", path)
    figures.files += 1


async def ask(client: httpx.AsyncClient, figures: Figures, method: str, path: str, **settings: object) -> httpx.Response | None:
    """Return an answer, or None for an error; one that says to come back later is waited for, and counted."""
    while True:
        begun = time.perf_counter()
        try:
            answer = await client.request(method, path, **settings)
        except httpx.HTTPError as error:
            figures.errors[type(error).__name__] += 1
            return None
        figures.seconds.append(time.perf_counter() - begun)
        if answer.status_code != 503:
            break
        figures.busy += 1
        await asyncio.sleep(0.5)
    if answer.is_success:
        return answer
    figures.errors[f"{answer.status_code} {path.rpartition('/')[2]}"] += 1
    return None


def start(model: str, home: Path, root: Path = ROOT) -> tuple[subprocess.Popen[str], str]:
    """Return a server of a checkout that has been started, and its address."""
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0", "--model", model]
    env = {**os.environ, "MISSION_THEMES_HOME": str(home)}
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env=env)
    address = process.stdout.readline().split()[1]
    for _ in range(300):
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{address}/api/health")
            return process, address
        time.sleep(0.1)
    raise TimeoutError(address)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which so great a share of all lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Print the figures; the exit code is 1 where an error came or memory grew by more than a tenth."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--silent", type=int, default=200)
    parser.add_argument("--model", default="default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        process, address = start(options.model, Path(home))
        try:
            figures = asyncio.run(hold(address, process.pid, options.clients, options.seconds, options.silent))
        finally:
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()
    count = len(figures.seconds)
    beside = f" beside {options.silent} silent connections" if options.silent else ""
    print(
        f"{options.clients} at once for {options.seconds:g} s{beside}: {count:,} requests, {count / options.seconds:.0f} a second"
    )
    for name, values in (("all", figures.seconds), ("a short text", figures.tagging)):
        shares = ", ".join(f"{share:.0%} {percentile(values, share) * 1000:.0f} ms" for share in (0.5, 0.95, 0.99))
        print(f"  {name}: {shares}, longest {max(values) * 1000:.0f} ms")
    print(f"  {figures.files} files tagged; {figures.busy} told to come back later; errors {dict(figures.errors) or 'none'}")
    print(f"  memory {min(figures.memory) / 2**20:.0f} to {max(figures.memory) / 2**20:.0f} MB, grown {figures.growth - 1:+.1%}")
    sys.exit(1 if figures.errors or figures.growth > 1.1 else 0)


if __name__ == "__main__":
    main()
