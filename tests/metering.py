"""What the standing cast has of readings: an open window, one that P2 told, a file that waits to be published."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.core.actor import Actor, Role, system
from app.core.clock import today
from app.meters.commands import batches, telling, windows
from app.meters.commands.telling import Typed
from app.meters.commands.windows import Wish
from app.meters.queries import windows as found
from tenants.db import db

READING_IDS = {
    "reading_window": "SELECT public_id FROM reading_windows",
    "reading_receipt": "SELECT public_id FROM reading_receipts",
    "reported_reading": "SELECT public_id FROM reported_readings",
    "reading_batch": "SELECT public_id FROM reading_batches",
}


def read_meters(word: str) -> None:
    """Open a window, tell of the meter of L1, hand over a file with the meter of L3."""
    day = today()
    until = day + timedelta(days=7)
    wish = Wish(("cold_water",), (), day, until, day - timedelta(days=7), until, "none", f"Słowo {word}", 3)
    window = found.window(system("tests"), windows.open_window(system("tests"), wish, "town"), day)
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'P2'")).scalar_one()
    who = Actor(kind="account", login="P2", account_id=account, role=Role.RESIDENT, person_code="P2")
    telling.tell(who, window, "L1", day, [Typed(f"W1 {word}", "12,5", True, f"Bo {word}")], "town")
    content = f"numer;data;stan\r\nW3 {word};{day.isoformat()};7,5\r\n".encode()
    batches.receive(system("tests"), f"{word}.csv", content, "town")
