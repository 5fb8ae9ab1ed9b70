"""The real PgBouncer, with the settings of `deploy/`, before the tests' PostgreSQL."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.local import postgres, processes
from config.settings import ROOT, Settings

EXAMPLE = ROOT / "deploy" / "pgbouncer.ini.example"
OWN_PROTOCOL_OF_PREPARED = (1, 21)  # from here on it can keep prepared statements apart


def program() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def version() -> tuple[int, ...]:
    told = subprocess.run([str(program()), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", told)
    assert found, told
    return int(found[1]), int(found[2])


@contextmanager
def running(settings: Settings, folder: Path, **changed: str) -> Iterator[int]:
    """PgBouncer for our two logins; yields its port. `changed` are settings other than the example's."""
    example = configparser.ConfigParser(inline_comment_prefixes=None, comment_prefixes=(";",))
    example.read(EXAMPLE)
    server = urlsplit(settings.app_database_url)
    port = processes.free_port()
    database = server.path.lstrip("/")
    assert example["databases"]["osiedle"].startswith("host=")
    example["databases"] = {database: f"host=127.0.0.1 port={server.port} dbname={database}"}
    users = folder / "userlist.txt"
    users.write_text("".join(f'"{login}" "{word}"\n' for login, word in settings.login_passwords().items()))
    example["pgbouncer"].update({
        "listen_port": str(port), "auth_file": str(users), "logfile": str(folder / "pgbouncer.log"),
        "unix_socket_dir": "", **changed,
    })  # fmt: skip
    with (folder / "pgbouncer.ini").open("w") as file:
        example.write(file)
    prefix = postgres.IN_NAMESPACE if os.geteuid() == 0 else ()  # as root it refuses to run
    process = processes.spawn([*prefix, str(program()), "-q", folder / "pgbouncer.ini"])
    try:
        assert processes.wait_until(lambda: _answers(port), 10), (folder / "pgbouncer.log").read_text()
        yield port
    finally:
        processes.stop(process, (signal.SIGINT, 5), (signal.SIGTERM, 2))


def through(url: str, port: int) -> str:
    """The same login by way of the pooler."""
    parts = urlsplit(url)
    assert parts.password and unquote(parts.password)
    return parts._replace(netloc=f"{parts.netloc.rsplit(':', 1)[0]}:{port}").geturl()


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
