"""A window of readings that is open at a demo manager, and what some residents told in it already."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor, system
from app.core.clock import today
from app.meters.commands import telling, windows
from app.meters.commands.telling import Typed, Unclear
from app.meters.commands.windows import Wish
from app.meters.queries import history
from app.meters.queries import windows as found
from app.meters.queries.windows import Asked, Window
from tenants.db import db

OFFICE, KEY = system("Biuro"), "demo-readings"
_THERE = text("SELECT EXISTS (SELECT FROM reading_windows WHERE form_key = :key)")


def open_window(_resident: Actor, building: str) -> None:
    """Open a window of water for all buildings, unless it is there; some of one building have told already.

    One of them told far too much, so that staff have something to look at. The resident has yet to tell.
    """
    if db.session.execute(_THERE, {"key": KEY}).scalar():
        return
    day = today()
    public_id = windows.open_window(
        OFFICE,
        Wish(
            ("cold_water", "hot_water"), (), day - timedelta(days=4), day + timedelta(days=10),
            day - timedelta(days=11), day + timedelta(days=10), "optional",
            "Spisz czarne cyfry i trzy czerwone po przecinku. Zdjęcie pomoże nam, gdy coś się nie zgadza.", 3,
        ),
        KEY,
    )  # fmt: skip
    window = found.window(OFFICE, public_id, day)
    lines = found.units(OFFICE, window, Asked(building=building), day).rows
    for number, line in enumerate(lines[1:25]):
        if number % 3:
            _tell(window, line.code, Decimal(400) if number == 4 else Decimal(2 + number % 4))


def _tell(window: Window, unit: str, use: Decimal) -> None:
    typed = [
        Typed(one.serial, f"{(one.last.value if one.last else Decimal(0)) + use:f}", True, "", None)
        for one in history.known(unit, window)
    ]
    try:
        telling.tell(OFFICE, window, unit, today(), typed, f"demo-readings-{unit}")
    except Unclear:
        return  # a meter that was read today already
