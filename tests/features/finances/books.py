"""A unit whose books the tests hand over night by night, and the browser of its owner."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.core.clock import WARSAW
from tenants.context import bind
from tests.browsing import Browser
from tests.factories import packages
from tests.features.imports.doing import change, publish
from tests.town import PASSWORD, token

Row = list[Any]


def entry(number: int | str, kind: str, day: date, debit: str = "", credit: str = "", **more: Any) -> Row:
    """A row of the ledger of L1; `more`: unit, account, due, period, document, title."""
    amounts = [Decimal(debit) if debit else None, Decimal(credit) if credit else None]
    names = ("document", "title")
    return [
        str(number), more.get("unit", "L1"), kind, more.get("account", "rent"), day, more.get("due"),
        more.get("period"), *amounts, *(more.get(name) for name in names),
    ]  # fmt: skip


def charge(component: str, first: date, quantity: str, price: str, amount: str, **more: Any) -> Row:
    """A row of the charges of L1; `more`: to, note."""
    return ["L1", component, first, more.get("to"), quantity, price, Decimal(amount), more.get("note")]


class House:
    """One manager with the unit L1 of P1 and the unit L2 of P2; every `publish` is the whole truth of its sheets."""

    def __init__(self, app: Any, tenant: Any, folder: Path) -> None:
        self.app, self.tenant, self.folder = app, tenant, folder
        self.packages = 0

    def publish(self, ledger: list[Row] | None = None, **sheets: list[Row]) -> int:
        """Hand over the books; returns the revision."""
        self.packages += 1
        known = packages.small()
        tables: dict[str, Any] = {name: known[name] for name in ("buildings", "units", "people", "occupancies")}
        tables |= sheets
        if ledger is not None:
            tables["ledger"] = ledger
        path = packages.archive(self.folder / f"{self.packages}.zip", tables)
        report = publish(self.app, self.tenant, path)
        assert report["status"] == "published", report
        revision: int = report["revision"]
        return revision

    def shown_since(self, revision: int, moment: str) -> None:
        """As if that revision had been published at a moment on a clock in Poland, such as `2026-03-03 23:00`."""
        at = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
        change(
            self.app,
            self.tenant,
            "UPDATE revisions SET published_at = :at, as_of = :as_of WHERE number = :number",
            at=at,
            as_of=at - timedelta(minutes=5),
            number=revision,
        )

    def sql(self, statement: str, **values: Any) -> None:
        change(self.app, self.tenant, statement, **values)

    def enter(self, login: str = "P1", units: tuple[str, ...] = ("L1",), role: str = "resident") -> Browser:
        """A browser in which somebody with these units is signed in."""
        with self.app.app_context(), bind(self.tenant):
            create_account(system("tests"), login, list(units), role, f"{login.lower()}@x.example", password=PASSWORD)
            work.commit()
        browser = Browser.on(self.app, self.tenant.slug)
        form = browser.get("/login").get_data(as_text=True)
        fields = {"login": login, "password": PASSWORD, "csrf_token": token(form)}
        assert browser.post("/login", data=fields).status_code in (302, 303)
        return browser
