"""Calling an import off takes effect at once, whatever it is doing: a statement that runs or waits for a lock, too.

Between blocks and stages a run asks by itself (see `progress`). In a long statement it cannot, so a thread looks
beside it, and has PostgreSQL cancel what the import's own connection is at. The transaction fails by that, and with
it goes all that was written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.imports.progress import Cancelled
from tenants.db import db

LOOK_SECONDS = 1.0
#: Between two statements there is nothing to cancel: tried again until the import is out of its transaction.
AGAIN_SECONDS = 0.1
CANCEL_SECONDS = 5.0  # for the server to take the request
_ASKED = text("SELECT cancel_asked_at IS NOT NULL FROM imports WHERE id = :id")


@contextmanager
def stoppable(connection: Connection, import_id: int, halt: Callable[[], None] | None = None) -> Iterator[None]:
    """Run the body, which works in the transaction of `connection`, until somebody calls its import off.

    `halt` ends what the body may be waiting for besides PostgreSQL. Raises `Cancelled` in place of whatever came of
    the body; the transaction is then to be rolled back. The body must not end the transaction itself: afterwards the
    connection may be another's.
    """
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    watch = _Watch(raw, import_id, halt)
    watch.begin()
    try:
        yield
    except Exception as error:
        if watch.end():
            raise Cancelled from error
        raise
    finally:
        watch.end()
    if watch.asked:
        raise Cancelled


class _Watch:
    """Looks once a second whether the import is called off, on a connection of its own; then breaks it off."""

    def __init__(self, raw: psycopg.Connection[Any], import_id: int, halt: Callable[[], None] | None) -> None:
        self.asked = False
        self._raw, self._id, self._halt = raw, import_id, halt
        self._over = threading.Event()
        engine = db.session.get_bind()
        assert isinstance(engine, Engine)
        self._engine = engine
        # The tenant that is bound here is bound there.
        self._thread = threading.Thread(target=copy_context().run, args=(self._watch,), name="stopping", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> bool:
        """No statement is cancelled any more; whether the import was called off."""
        self._over.set()
        self._thread.join()
        return self.asked

    def _watch(self) -> None:
        while not self.asked:
            if self._over.wait(LOOK_SECONDS):
                return
            # A server that is away is the import's trouble, which has it too.
            with suppress(SQLAlchemyError):
                self.asked = self._look()
        if self._halt is not None:
            self._halt()
        while not self._over.is_set():
            with suppress(psycopg.Error):
                self._raw.cancel_safe(timeout=CANCEL_SECONDS)
            self._over.wait(AGAIN_SECONDS)

    def _look(self) -> bool:
        with self._engine.begin() as connection:
            return bool(connection.execute(_ASKED, {"id": self._id}).scalar_one_or_none())
