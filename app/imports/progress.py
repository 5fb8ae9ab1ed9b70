"""How far an import is, told beside its transaction while it runs."""

from __future__ import annotations

import time

from sqlalchemy import Engine, text

from tenants.db import db

PROGRESS_SECONDS = 1.0


class Progress:
    """Tells the import's row, beside the running transaction, how far the reading is."""

    _STATEMENT = text(
        "UPDATE imports SET progress = jsonb_build_object('rows', CAST(:rows AS int), 'sheet', CAST(:sheet AS text)) "
        "WHERE id = :id AND status = 'running'"
    )

    def __init__(self, import_id: int) -> None:
        self._id = import_id
        self._rows: dict[str, int] = {}
        self._told = time.monotonic()

    def __call__(self, sheet: str, rows: int) -> None:
        self._rows[sheet] = rows
        if time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        engine = db.session.get_bind()
        assert isinstance(engine, Engine)
        with engine.begin() as connection:
            connection.execute(self._STATEMENT, {"id": self._id, "rows": sum(self._rows.values()), "sheet": sheet})
