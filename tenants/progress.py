"""What a run over all tenants has done so far, written where the console can read it while it goes on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any, Self

import psycopg

EVERY_SECONDS = 0.5
KEPT_RUNS = 50


class Run:
    """A row of `platform.migration_runs`, on a connection of its own; may be told from several threads."""

    def __init__(self, owner_url: str, *, by: str, target: str, total: int) -> None:
        self._connection: psycopg.Connection[Any] = psycopg.connect(owner_url, autocommit=True, prepare_threshold=None)
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._written = 0.0
        row = self._connection.execute(
            "INSERT INTO platform.migration_runs (started_by, target, total) VALUES (%s, %s, %s) RETURNING id",
            (by, target, total),
        ).fetchone()
        assert row is not None
        self.id = int(row[0])
        self._connection.execute("DELETE FROM platform.migration_runs WHERE id <= %s", (self.id - KEPT_RUNS,))

    def wave(self, name: str) -> None:
        """The run goes on to the next wave."""
        with self._lock:
            self._write("wave = %s, ", name)

    def count(self, result: str) -> None:
        """One more tenant is dealt with."""
        with self._lock:
            self._counts[result] += 1
            if time.monotonic() - self._written > EVERY_SECONDS:
                self._write("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with self._lock, self._connection:
            if not self._connection.closed:
                self._write("finished_at = now(), " if kind is None else "")

    def _write(self, more: str, *values: object) -> None:
        self._connection.execute(
            f"UPDATE platform.migration_runs SET {more}migrated = %s, current = %s, failed = %s, held = %s, "
            "seen_at = now() WHERE id = %s".encode(),
            (*values, *(self._counts[name] for name in ("migrated", "current", "failed", "held")), self.id),
        )
        self._written = time.monotonic()
