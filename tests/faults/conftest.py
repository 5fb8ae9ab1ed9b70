"""A small deployment that a test may break: servers of its own and the production web server in front."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from config.local import processes, servers

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "Granatowy-Parasol-3"
STRIPE_SECRET = "whsec_faults"


class Deployment:
    """PostgreSQL, Valkey and gunicorn with one manager, `krucha`."""

    def __init__(self, var: Path) -> None:
        self.servers = servers.start(var, durable=False)
        self.port = processes.free_port()
        self.environ = {
            "PATH": os.environ.get("PATH", ""),
            "OSIEDLE_VAR": str(var),
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "SECRET_KEY": "a-deployment-to-be-broken-by-tests",
            "ENCRYPTION_KEYS": "tests-only",
            "MAIL_URL": "smtp://127.0.0.1:9",
            "BASE_DOMAIN": "osiedle.test",
            "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
        }
        self.flask("platform", "upgrade")
        self.flask(
            "tenants", "create", "krucha", "--name", "Krucha", "--kind", "association",
            "--admin-email", "admin@krucha.example", "--admin-password-stdin", stdin=PASSWORD,
        )  # fmt: skip
        self.web = self.start_web()

    def server(self, name: str) -> Any:
        """`PostgreSQL` or `Valkey`, to be stopped and started."""
        return next(server for server in self.servers.running if server.name == name)

    def flask(self, *words: str, stdin: str = "", check: bool = True) -> Any:
        return subprocess.run(
            [str(BIN / "flask"), *words], cwd=ROOT, env=self.environ, input=stdin,
            capture_output=True, text=True, timeout=120, check=check,
        )  # fmt: skip

    def start_web(self) -> subprocess.Popen[bytes]:
        web = subprocess.Popen(
            [str(BIN / "gunicorn"), "-c", "config/gunicorn.py", "wsgi:app"],
            cwd=ROOT, env=self.environ, start_new_session=True,
        )  # fmt: skip
        self.until(200, "/healthz", host="osiedle.test")
        return web

    def kill_web(self) -> None:
        """SIGKILL to master and workers at once."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def ask(
        self, path: str, form: dict[str, str] | None = None, *, cookies: dict[str, str] | None = None,
        host: str = "krucha.osiedle.test",
    ) -> tuple[int, dict[str, str], str]:  # fmt: skip
        """Status, headers and text; `cookies` is read and kept up to date."""
        jar = cookies if cookies is not None else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        headers = {"Host": host, "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, content = value.split(";", 1)[0].partition("=")
                jar[key] = content
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def log_in(self) -> dict[str, str]:
        """Cookies of the administrator."""
        jar: dict[str, str] = {}
        _status, _headers, page = self.ask("/login", cookies=jar)
        status, _headers, _page = self.ask(
            "/login", {"login": "admin", "password": PASSWORD, "csrf_token": token(page)}, cookies=jar
        )
        assert status == 303
        return jar

    def until(self, status: int, path: str, *, host: str = "krucha.osiedle.test", seconds: float = 30) -> float:
        """Ask until that status comes; how long it took."""
        began, seen = time.monotonic(), None
        while time.monotonic() - began < seconds:
            try:
                seen = self.ask(path, host=host)[0]
            except OSError as error:
                seen = type(error).__name__
            if seen == status:
                return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"{path} never answered {status}; last was {seen}")

    def stop(self) -> None:
        self.kill_web()
        self.servers.stop()


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    directory = tmp_path_factory.mktemp("deployment")
    made = Deployment(directory)
    try:
        yield made
    finally:
        made.stop()
    shutil.rmtree(directory, ignore_errors=True)
