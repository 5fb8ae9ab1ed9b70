"""The servers of the page benchmark, each behind gunicorn with the same number of processes and threads."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.local import processes as children
from tests.bench import processes
from tests.bench.books import Resident
from tests.bench.place import ROOT, Place

PEER = ROOT / "tests" / "bench" / "peer"
WORKERS, THREADS, CONNECTIONS = 2, 8, 16


@dataclass(slots=True)
class Server:
    """A running server, and as whom it is visited: pairs of host and cookies."""

    name: str
    pid: int
    port: int
    visits: list[list[str]]
    log: Path
    next: int = 0
    rounds: list[dict[str, float]] = field(default_factory=list)

    def load(self, seconds: float, postmaster: int) -> dict[str, Any]:
        """One round of load. Raises `RuntimeError` when a page was not one."""
        order = {
            "port": self.port,
            "visits": self.visits,
            "connections": CONNECTIONS,
            "seconds": seconds,
            "first": self.next,
        }
        web, base = processes.cpu_seconds(self.pid), processes.cpu_seconds(postmaster)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps(order), capture_output=True, text=True, cwd=ROOT, check=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
        found["web_cpu"] = processes.cpu_seconds(self.pid) - web
        found["database_cpu"] = processes.cpu_seconds(postmaster) - base
        if found["bad"]:
            raise RuntimeError(f"{self.name} answered {found['bad'][0]}\n{self.log.read_text()[:6000]}")
        self.next = found["next"] % len(self.visits)
        return found

    def warm(self, postmaster: int) -> None:
        """Every visitor twice: caches fill, and cookies that the page sets are kept as a browser keeps them."""
        for _ in range(2):
            self.next = 0
            for number, cookies in self.load(0, postmaster)["cookies"].items():
                mine = dict(pair.split("=", 1) for pair in self.visits[int(number)][1].split("; "))
                mine |= dict(pair.split("=", 1) for pair in cookies)
                self.visits[int(number)][1] = "; ".join(f"{name}={value}" for name, value in mine.items())


@contextmanager
def running(name: str, command: list[str | Path], env: dict[str, str], cwd: Path, log: Path) -> Iterator[Server]:
    """Start a gunicorn on a free port and stop it with the body. From the main thread only."""
    port = children.free_port()
    sizes = {"BIND": f"127.0.0.1:{port}", "WEB_PROCESSES": str(WORKERS), "WEB_THREADS": str(THREADS)}
    with log.open("wb") as output:
        process = children.spawn(command, env=env | sizes, cwd=cwd, output=output)
    try:
        if not children.wait_until(lambda: process.poll() is not None or _answers(port), 30):
            raise RuntimeError(f"{name} does not answer")
        if process.poll() is not None:
            raise RuntimeError(f"{name} did not start: {log.read_text()[-2000:]}")
        yield Server(name, process.pid, port, [], log)
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ours(place: Place) -> Any:
    """The product as in production."""
    command: list[str | Path] = [Path(sys.executable).parent / "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]
    return running("ours", command, place.environ, ROOT, place.folder / "ours.log")


def twin(place: Place, statements: dict[str, str], residents: list[Resident]) -> Any:
    """The same page without a framework."""
    given = place.folder / "twin.json"
    schemas = {each.tenant.host: each.tenant.schema for each in residents}
    given.write_text(json.dumps({"statements": statements, "schemas": schemas}))
    command: list[str | Path] = [Path(sys.executable).parent / "gunicorn", "-c", "gunicorn.py", "twin:application"]
    return running("twin", command, place.environ | {"TWIN": str(given)}, PEER, place.folder / "twin.log")


def django(place: Place, python: Path) -> Any:
    """The same page on django-tenants, installed in an environment of its own."""
    command: list[str | Path] = [python.parent / "gunicorn", "-c", "gunicorn.py", "portal.wsgi:application"]
    environ = place.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    return running("django", command, environ, PEER, place.folder / "django.log")


def log_in_django(place: Place, python: Path, residents: list[Resident]) -> dict[str, dict[str, str]]:
    """Tell django-tenants of the tenants; returns the session of each resident by host and login."""
    tenants: dict[str, dict[str, Any]] = {}
    for each in residents:
        entry = {"schema": each.tenant.schema, "host": each.tenant.host, "name": each.tenant.name, "logins": []}
        tenants.setdefault(each.tenant.host, entry)["logins"].append(each.login)
    done = subprocess.run(
        [python, "prepare.py"],
        input=json.dumps(list(tenants.values())), capture_output=True, text=True, cwd=PEER, env=place.environ,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"django-tenants could not be prepared: {done.stderr[-2000:]}")
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def install_django() -> Path:
    """The Python of the peer's environment, made under var/ on first use. Raises `RuntimeError`."""
    wanted = PEER / "requirements.txt"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    venv = ROOT / "var" / "bench-venv"
    python, mark = venv / "bin" / "python", venv / f"installed-{digest}"
    if mark.exists():
        return python
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(wanted)],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the peer cannot be installed: {done.stderr[-1000:]}")
    mark.touch()
    return python
