"""A manager whose residents pay over the internet, its double of Stripe, and its workers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.actor import system
from app.office import settings
from app.paying import connection, rules
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.browsing import Browser
from tests.features.finances.books import House, entry
from tests.features.imports.doing import query
from tests.stripe_double import Double
from tests.town import token
from worker import entry as worker

RENT = entry(1, "charge", date(2026, 11, 1), "450.00", due=date(2026, 11, 15))
HOME = "/payments/online"


class Street(House):
    """The house whose owner can pay online."""

    def __init__(self, app: Any, tenant: Any, folder: Path, double: Double) -> None:
        super().__init__(app, tenant, folder)
        self.double = double
        self.account = ""

    def open_for_payments(self, **chosen: Any) -> None:
        """Books with 450 zł to pay, an account at Stripe that takes money, and the switch on."""
        self.publish([RENT])
        self.connect()
        self.choose(on=True, **chosen)

    def connect(self) -> None:
        from app.gateways.payments import online

        with self.app.app_context(), bind(self.tenant):
            made = connection.begun()
            connection.given(online.make_account(made.call_key, "Spółdzielnia", "biuro@x.example"))
            self.account = connection.begun().account or ""
            self.double.onboard(self.account)
            connection.noted(self.account, online.account_state(self.account))
        self.double.lose()

    def choose(self, **chosen: Any) -> None:
        with self.app.app_context(), bind(self.tenant):
            settings.write(system("tests"), rules.Online(**chosen))
            db.session.commit()

    def intend(self, browser: Browser, amount: str = "", unit: str = "L1") -> str:
        """Fill in the form; returns the public id of the payment."""
        page = browser.get(f"{HOME}?unit={unit}").get_data(as_text=True)
        what = {"what": "own", "amount": amount} if amount else {"what": "balance"}
        sent = browser.post(f"{HOME}?unit={unit}", data={"csrf_token": token(page), "key": key(page), **what})
        assert sent.status_code == 303, sent.get_data(as_text=True)
        return sent.headers["Location"].rsplit("/", 1)[1]

    def go(self, browser: Browser, payment: str) -> str:
        """Press on to Stripe's page; returns where that leads."""
        page = browser.get(f"{HOME}/{payment}").get_data(as_text=True)
        sent = browser.post(f"{HOME}/{payment}/go", data={"csrf_token": token(page)})
        assert sent.status_code == 303, sent.get_data(as_text=True)
        return str(sent.headers["Location"])

    def deliver(self, **how: Any) -> list[int]:
        """Stripe posts what waits, and workers do what that asks for."""
        console = Browser.on(self.app, "console")

        def post(payload: bytes, signature: str) -> int:
            headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
            return int(console.post("/stripe/webhook", data=payload, headers=headers).status_code)

        answers = self.double.deliver(post, **how)
        self.work()
        return answers

    def work(self, *, late: bool = False) -> None:
        """Let workers do what is due; `late`: also what is due in an hour or a day."""
        for _turn in range(5):
            rows = self._due("stripe_events.%", None, late)
            rows += self._due("paying.%", self.tenant, late)
            for tenant_id, row in rows:
                with self.app.app_context():
                    worker.run(tenant_id, row)
            if not rows or late:
                break

    def _due(self, name: str, tenant: Any, late: bool) -> list[tuple[int | None, int]]:
        when = "" if late else "AND run_after <= now()"
        statement = f"SELECT id FROM {{}} WHERE name LIKE '{name}' AND state = 'waiting' {when} ORDER BY id"
        if tenant is None:
            with self.app.app_context(), db.engines[PLATFORM].connect() as connection_:
                found = connection_.execute(text(statement.format("platform.jobs"))).scalars().all()
            return [(None, row) for row in found]
        if late:
            self.sql("UPDATE jobs SET run_after = now() WHERE state = 'waiting'")
        return [(tenant.id, row) for (row,) in query(self.app, tenant, statement.format("jobs"))]

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        return query(self.app, self.tenant, statement, **values)

    def payment(self, public_id: str, columns: str = "state") -> Any:
        found = self.rows(f"SELECT {columns} FROM online_payments WHERE public_id = :id", id=public_id)[0]
        return found[0] if len(found) == 1 else found

    def credits(self) -> list[tuple[Any, ...]]:
        """(unit, grosze, source, state, entry) of whatever counts for a unit."""
        return self.rows(
            "SELECT unit_code, amount, source, state, entry FROM pending_payments WHERE state <> 'withdrawn' "
            "ORDER BY id"
        )


def key(page: str) -> str:
    """The key of the form on a page."""
    found = re.search(r'name="key"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="key"', page)
    assert found, page
    return found[1] or found[2]
