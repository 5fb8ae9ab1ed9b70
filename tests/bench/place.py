"""Where a benchmark happens: servers of its own in a temporary directory, never those of `./run`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.factory import create_app
from app.web.application import Osiedle
from config import settings as config
from config.local import servers
from config.settings import Settings
from tenants import platform, roles

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Place:
    """Running servers with an upgraded, empty platform, and the application on them in this process.

    `environ` is the whole environment of processes that work there; `owner_url` is the owner's login for psycopg.
    """

    folder: Path
    environ: dict[str, str]
    settings: Settings
    app: Osiedle

    @property
    def owner_url(self) -> str:
        return config.libpq_url(self.settings.database_url)

    @property
    def postmaster(self) -> int:
        """The process of PostgreSQL whose children serve the connections."""
        return int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def place() -> Iterator[Place]:
    """Servers that forget nothing (fsync on) and end with the body. From the main thread only."""
    with (
        tempfile.TemporaryDirectory(prefix="osiedle-bench-", ignore_cleanup_errors=True) as name,
        servers.start(Path(name)) as running,
    ):
        folder = Path(name)
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "OSIEDLE_ENV": "development",
            "OSIEDLE_VAR": str(folder),
            "DATABASE_URL": running.database_url,
            "REDIS_URL": running.redis_url,
            "SECRET_KEY": "benchmarks-only-secret-key-of-forty-letters",
            "ENCRYPTION_KEYS": "benchmarks-only",
            "MAIL_URL": "smtp://127.0.0.1:9",
            "BASE_DOMAIN": "bench.test",
            "LOG_FORMAT": "json",
        }
        settings = config.load(environ)
        passwords = {
            login: config.login_password(login, settings.secret_key)
            for login in (roles.APP_LOGIN, roles.PLATFORM_LOGIN)
        }
        platform.upgrade(settings.database_url, config.libpq_url(settings.database_url), passwords)
        yield Place(folder, environ, settings, create_app(settings))
