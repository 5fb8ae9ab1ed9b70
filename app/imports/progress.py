"""How far an import is, told beside its transaction; the answer says whether somebody has called it off.

What is told: `stage`, `sheet`, `rows` of about `total` (None if no earlier import gives an idea of it), `percent` of
the work, `left` seconds as `estimating` forecasts them (either may be None), and `told`, the time of it in UTC.
"""

from __future__ import annotations

import json
import time

from sqlalchemy import Engine, text

from app.core.clock import now
from app.imports.estimating import Forecast, part_done
from app.imports.pacing import Pace
from tenants.db import db

PROGRESS_SECONDS = 1.0
_TOLD = text(
    "UPDATE imports SET progress = CAST(:progress AS jsonb), rows_expected = :total "
    "WHERE id = :id AND status = 'running' RETURNING cancel_asked_at IS NOT NULL"
)
_ENDED = text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


class Cancelled(Exception):
    """Somebody has called the import off: nothing of it may be published."""


class Progress:
    """Told of blocks of rows and of stages, it tells the import's row once a second, and each new stage at once.

    `total` is the number of rows to come, as far as earlier imports tell. Where others are served meanwhile, it holds
    blocks back (see `pacing`). Raises `Cancelled`.
    """

    def __init__(self, import_id: int, total: int | None = None) -> None:
        self.total = total
        self._id = import_id
        self._rows: dict[str, int] = {}
        self._sheet: str | None = None
        self._stage = "reading"
        self._share = 0.0
        self._told = time.monotonic()
        self._forecast = Forecast(self._told)
        self._pace = Pace()
        self._look_around()

    def __call__(self, sheet: str, rows: int, share: float) -> None:
        """`rows` of a sheet have been read, and this `share` of the package."""
        first = not self._rows
        self._rows[sheet], self._sheet, self._share = rows, sheet, share
        if first or time.monotonic() - self._told >= PROGRESS_SECONDS:
            self._tell()
        # Long sheets have more than one block, and nobody notices the others.
        if seconds := self._pace.rest(time.monotonic()):
            time.sleep(seconds)

    def stage(self, name: str) -> None:
        """One of `estimating.STAGES` begins."""
        self._stage, self._sheet, self._share = name, None, 0.0
        self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        rows = sum(self._rows.values())
        if self.total is not None and rows > self.total:
            self.total = rows
        left = self._forecast.left(self._told, part_done(self._stage, self._share))
        said = {
            "stage": self._stage, "rows": rows, "total": self.total, "sheet": self._sheet,
            "percent": int(100 * self._forecast.done), "left": None if left is None else round(left),
            "told": now().isoformat(timespec="seconds"),
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
