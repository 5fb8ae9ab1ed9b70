"""`./run` from nothing and again: seconds to the first page, and what it takes while nobody uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from config.local.processes import free_port
from tests.bench import processes
from tests.bench.place import ROOT

#: Nothing is going on when so many seconds cost all processes together no more than this of a processor.
CALM_SECONDS, CALM_CPU = 10.0, 0.5
PATIENCE = 300


def run(cached: bool = False) -> dict[str, Any]:
    """A fresh clone in a temporary directory, on a free port. `cached` lets packages come from this machine's cache."""
    with tempfile.TemporaryDirectory(prefix="osiedle-bench-", ignore_cleanup_errors=True) as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        environ = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        environ |= {key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")}
        environ |= {"PORT": str(free_port())}
        if not cached:
            environ |= {"UV_CACHE_DIR": str(Path(name) / "uv"), "PIP_NO_CACHE_DIR": "1"}
        first, memory = _start(clone, environ, calm=True)
        second, _memory = _start(clone, environ, calm=False)
    return {
        "figures": {"first": {"seconds": first}, "second": {"seconds": second}, "idle": {"megabytes": memory}},
        "checks": [
            ("seconds of ./run from nothing", first, "<=", 30.0),
            ("seconds of the second ./run", second, "<=", 6.0),
            ("megabytes of all processes when idle", memory, "<=", 450.0),
        ],
    }


def _start(clone: Path, environ: dict[str, str], *, calm: bool) -> tuple[float, float]:
    """Seconds to the first 200 of /readyz, and megabytes of the whole tree (PSS): at once, or when it is `calm`."""
    log = clone.parent / "log"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(["./run"], cwd=clone, env=environ, stdout=output, stderr=output)
    try:
        while not _ready(environ["PORT"]):
            if process.poll() is not None or time.perf_counter() - started > PATIENCE:
                raise RuntimeError(f"./run did not become ready: {log.read_text()[-2000:]}")
            time.sleep(0.05)
        seconds = round(time.perf_counter() - started, 2)
        if calm:
            _wait_for_calm(process.pid)
        return seconds, round(processes.memory(process.pid) / 1e6, 1)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_for_calm(root: int) -> None:
    """Until the work of a first start is done: nightly jobs of the demo manager take a minute."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        before = processes.cpu_seconds(root)
        time.sleep(CALM_SECONDS)
        if processes.cpu_seconds(root) - before <= CALM_CPU:
            return
    raise RuntimeError("./run is never idle")


def _ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
