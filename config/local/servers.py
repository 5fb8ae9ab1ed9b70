"""Starts the embedded servers together: `with start(directory) as servers: servers.database_url …`."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from config.local import processes, state
from config.local.postgres import Postgres
from config.local.valkey import Valkey

READY_SECONDS = 120  # recovery after a crash in the middle of a large import


class Servers:
    """Running servers. `database_url` is the superuser's; the URL of a server not asked for is empty."""

    def __init__(self, postgres: Postgres | None, valkey: Valkey | None) -> None:
        self.running: list[Postgres | Valkey] = [server for server in (postgres, valkey) if server]
        self.database_url = postgres.url if postgres else ""
        self.redis_url = valkey.url if valkey else ""

    def stop(self) -> None:
        """Stop them; PostgreSQL last, as others may still be writing to it."""
        for server in reversed(self.running):
            server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    var: Path, *, port: int | None = None, durable: bool = True, postgres: bool = True, redis: bool = True
) -> Servers:
    """Start the servers on the data of `var` and wait until both answer.

    `port` is PostgreSQL's, a free one by default. `durable=False` is for tests: faster, and lost in a crash.
    The servers end with the calling process, whose main thread this must be. Raises `RuntimeError` with a
    sentence.
    """
    var = var.resolve()
    (var / "log").mkdir(parents=True, exist_ok=True)
    kept = state.load_secrets(var)
    servers = Servers(
        Postgres(var, kept["POSTGRES_PASSWORD"], port=port, durable=durable) if postgres else None,
        Valkey(var, kept["REDIS_PASSWORD"]) if redis else None,
    )
    try:
        for server in reversed(servers.running):
            server.start()
        for server in servers.running:
            if not processes.wait_until(server.ready, READY_SECONDS):
                raise RuntimeError(f"{server.name} did not answer within {READY_SECONDS} seconds.")
    except BaseException:
        servers.stop()
        raise
    return servers
