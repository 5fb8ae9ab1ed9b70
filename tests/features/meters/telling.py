"""A window of readings for the tests, and a resident who fills in its form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.core import work
from app.core.actor import Actor, system
from app.core.clock import today
from app.core.public_ids import new_public_id
from app.meters.commands import windows
from app.meters.commands.windows import Wish
from tenants.context import bind
from tenants.db import db
from tests.browsing import Browser
from tests.features.finances.books import House
from tests.town import token


def wish(**changes: Any) -> Wish:
    """A window for cold water that is open for ten days, from yesterday on."""
    plain = Wish(
        ("cold_water",),
        (),
        today() - timedelta(days=1),
        today() + timedelta(days=9),
        today() - timedelta(days=20),
        today() + timedelta(days=9),
        "optional",
        "",
        3,
    )
    return replace(plain, **changes)


def opened(house: House, actor: Actor | None = None, **changes: Any) -> str:
    """Open a window; returns its public id."""
    with house.app.app_context(), bind(house.tenant):
        public_id = windows.open_window(actor or system("tests"), wish(**changes), new_public_id())
        work.commit()
    return public_id


def rows(house: House, statement: str, **values: Any) -> list[Any]:
    with house.app.app_context(), bind(house.tenant):
        return list(db.session.execute(text(statement), values))


def page_of(window: str, unit: str = "L1") -> str:
    return f"/media/meters/windows/{window}?unit={unit}"


def tell(browser: Browser, window: str, *meters: tuple[str, str], unit: str = "L1", **fields: Any) -> Any:
    """Send the form with (serial, value) of each meter; `fields`: day, form_key, sure_0, words_0, photo_0."""
    page = browser.get(page_of(window, unit)).get_data(as_text=True)
    data: dict[str, Any] = {"csrf_token": token(page), "form_key": new_public_id(), "day": today().isoformat()}
    for number, (serial, value) in enumerate(meters):
        data |= {f"serial-{number}": serial, f"value-{number}": value}
    data |= {name.replace("_", "-") if name[-1].isdigit() else name: value for name, value in fields.items()}
    return browser.post(page_of(window, unit), data=data)
