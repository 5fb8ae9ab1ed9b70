"""How far an import is, told beside its transaction; the answer says whether somebody has called it off."""

from __future__ import annotations

import json
import time

from sqlalchemy import Engine, text

from app.imports.pacing import Pace
from tenants.db import db

PROGRESS_SECONDS = 1.0
#: What part of the whole each stage usually takes; `waiting` for a neighbour's import is not counted.
STAGES = {"waiting": 0.0, "reading": 0.6, "checking": 0.1, "comparing": 0.1, "writing": 0.2}
_TOLD = text(
    "UPDATE imports SET progress = CAST(:progress AS jsonb), rows_expected = :total "
    "WHERE id = :id AND status = 'running' RETURNING cancel_asked_at IS NOT NULL"
)
_ENDED = text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


class Cancelled(Exception):
    """Somebody has called the import off: nothing of it may be published."""


class Progress:
    """Told of blocks of rows and of stages, it tells the import's row once a second, and each new stage at once.

    `total` is the number of rows to come, as far as it can be known. Where others are served meanwhile, it holds
    blocks back (see `pacing`). Raises `Cancelled`.
    """

    def __init__(self, import_id: int, total: int | None = None) -> None:
        self.total = total
        self._id = import_id
        self._rows: dict[str, int] = {}
        self._sheet: str | None = None
        self._stage = "reading"
        self._begun = self._told = time.monotonic()
        self._read_in: float | None = None
        self._pace = Pace()
        self._look_around()

    def __call__(self, sheet: str, rows: int) -> None:
        """`rows` of a sheet have been read."""
        first = not self._rows
        self._rows[sheet], self._sheet = rows, sheet
        if first or time.monotonic() - self._told >= PROGRESS_SECONDS:
            self._tell()
        # Long sheets have more than one block, and nobody notices the others.
        if seconds := self._pace.rest(time.monotonic()):
            time.sleep(seconds)

    def stage(self, name: str) -> None:
        """One of `STAGES` begins."""
        if self._stage == "reading" and name != "waiting":
            self._read_in = time.monotonic() - self._begun
        self._stage, self._sheet = name, None
        self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        rows = sum(self._rows.values())
        if self.total is not None and rows > self.total:
            self.total = rows
        done = self._done(rows)
        said = {
            "stage": self._stage, "rows": rows, "total": self.total, "sheet": self._sheet,
            "percent": None if done is None else round(100 * done), "left": self._left(done),
        }  # fmt: skip
        engine = db.session.get_bind()
        assert isinstance(engine, Engine)
        with engine.begin() as connection:
            asked = connection.execute(
                _TOLD, {"id": self._id, "progress": json.dumps(said), "total": self.total}
            ).scalar_one_or_none()
            self._pace.seen(connection.execute(_ENDED).scalar_one(), self._told)
        if asked:
            raise Cancelled

    def _look_around(self) -> None:
        engine = db.session.get_bind()
        assert isinstance(engine, Engine)
        with engine.begin() as connection:
            self._pace.seen(connection.execute(_ENDED).scalar_one(), time.monotonic())

    def _done(self, rows: int) -> float | None:
        """What part of the work is done, 0 to 1; None while nobody can know."""
        if self._stage == "reading":
            return STAGES["reading"] * rows / self.total if self.total else None
        names = list(STAGES)
        return sum(STAGES[name] for name in names[: names.index(self._stage)])

    def _left(self, done: float | None) -> int | None:
        """Seconds that are likely left, by the pace so far."""
        if not done:
            return None
        if self._read_in is not None:
            return round(self._read_in / STAGES["reading"] * (1 - done))
        spent = self._told - self._begun
        return round(spent / done - spent) if spent >= 2 else None
