"""`./run` as a user lives with it: started, started twice, killed, started again, stopped with Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local import processes, state

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120


class Run:
    """One `./run` on a `var` of its own."""

    def __init__(self, var: Path, port: int, **environ: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.var, self.port = var, port
        self.environ = kept | {"OSIEDLE_VAR": str(var), "PORT": str(port)} | environ
        self.output = var.parent / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.local.supervisor"],
                cwd=ROOT,
                env=self.environ,
                stdout=output,
                stderr=output,
            )
        assert processes.wait_until(self._ready, READY_SECONDS, pause=0.1), self.output.read_text()

    def refused(self) -> str:
        """Start one that must not start; what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "config.local.supervisor"],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        return done.stderr

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(40)

    def ours(self) -> list[int]:
        return processes.marked(f"{self.var}:{state.load_secrets(self.var)['MARK']}")

    def _ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.output.read_text()
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/readyz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running = Run(tmp_path / "var", processes.free_port())
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end(signal.SIGTERM)


def test_the_whole_life(run: Run) -> None:
    run.start()
    known = state.peek(run.var)
    assert f"already running here, as process {known['pids']['supervisor']};" in run.refused()
    assert set(known["pids"]) >= {
        "supervisor",
        "PostgreSQL",
        "Valkey",
        "mail sink",
        "web",
        "worker",
    }

    os.kill(known["pids"]["web"], signal.SIGKILL)
    assert processes.wait_until(lambda: "web ended" in run.output.read_text(), 10)

    run.end(signal.SIGKILL)
    began = time.monotonic()
    run.start()
    assert time.monotonic() - began < 30
    now = state.peek(run.var)["pids"]
    assert not any(processes.alive(pid) for pid in known["pids"].values() if pid not in now.values())

    assert run.end(signal.SIGINT) == 0
    assert not run.ours()
    assert not any(processes.alive(pid) for pid in now.values())
    assert not state.peek(run.var)


def test_a_taken_port_is_said_in_a_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.port)):
        assert f"Port {run.port} is taken" in run.refused()


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [({"OSIEDLE_ENV": "production"}, "embedded servers"), ({"PORT": "eighty"}, "PORT")],
)
def test_unusable_settings_are_said_in_a_sentence(run: Run, environ: dict[str, str], sentence: str) -> None:
    run.environ |= environ
    assert sentence in run.refused()
