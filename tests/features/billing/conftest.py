"""Managers that pay and managers that do not, and who looks after them."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, text

from app.accounts.commands import create_account
from app.billing import commands, queries, state, subscribing
from app.billing.models import BillingInvoice
from app.core import work
from app.core.actor import Actor, system
from app.core.clock import today
from app.operators.commands import create_operator
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.operators.browser import Browser
from tests.pages import inspect
from worker import entry

PASSWORD = "Gawron-nad-Odrą-7"
CHOICE = {"plan": "basic", "plan_interval": "month"}
OPERATOR = Actor(kind="operator", login="operator@osiedle.example")
_numbers = count(1)


class Staff(Browser):
    """A browser on a manager's host."""

    def log_in_as(self, login: str) -> Staff:
        self.get("/login")
        assert self.post("/login", login=login, password=PASSWORD).status_code in (302, 303)
        return self


@dataclass(frozen=True)
class Manager:
    """A manager of this test with an administrator, a clerk and a resident."""

    app: Any
    tenant: Any

    @property
    def slug(self) -> str:
        return str(self.tenant.slug)

    def browser(self, login: str) -> Staff:
        return Staff(self.app, f"{self.slug}.osiedle.test", f"10.9.{next(_numbers) % 250}.1").log_in_as(login)

    def owes(self, days: int, net: str = "249,00", number: str = "") -> str:
        """Write an invoice that should have been paid so many days ago; returns its public id."""
        due = today() - timedelta(days=days)
        typed = {
            "number": number or f"F/{self.slug}/{next(_numbers)}",
            "net": net,
            "issued_on": (due - timedelta(days=14)).isoformat(),
            "due_on": due.isoformat(),
            "period_from": (due - timedelta(days=30)).isoformat(),
            "period_until": due.isoformat(),
        }
        return self.unbound(lambda: commands.issue(OPERATOR, self.slug, typed))

    def pays(self, invoice: str) -> None:
        self.unbound(lambda: commands.mark_paid(OPERATOR, invoice, today().isoformat(), "wyciąg 12"))

    def look(self, day: date | None = None) -> str:
        from app.billing import dunning

        return self.unbound(lambda: dunning.look(self.tenant.id, day))

    def account(self) -> queries.Account:
        return self.unbound(lambda: state.account(self.tenant.id))

    def invoice(self, public_id: str) -> Any:
        """(tenant_id, slug, state) of an invoice."""
        columns = (BillingInvoice.tenant_id, BillingInvoice.slug, BillingInvoice.state)
        one = select(*columns).where(BillingInvoice.public_id == public_id)
        return self.unbound(lambda: db.session.execute(one).one())

    def fresh(self) -> Any:
        """The manager as the register has it now."""
        return self.unbound(lambda: self.app.extensions["tenants"].by_id(self.tenant.id))

    def unbound(self, act: Callable[[], Any]) -> Any:
        def run() -> Any:
            with self.app.app_context():
                answer = act()
                work.commit()
                return answer

        return contextvars.Context().run(run)

    def within(self, act: Callable[[], Any]) -> Any:
        def run() -> Any:
            with self.app.app_context(), bind(self.tenant):
                answer = act()
                work.commit()
                return answer

        return contextvars.Context().run(run)


@pytest.fixture
def make_manager(app: Any, new_tenant: Callable[..., Any]) -> Callable[[], Manager]:
    def make() -> Manager:
        made = Manager(app, new_tenant(admin_password=PASSWORD))

        def people() -> None:
            create_account(system("tests"), "klara", [], "clerk", "klara@biuro.example", password=PASSWORD)

        made.within(people)
        return made

    return make


@pytest.fixture
def manager(make_manager: Callable[[], Manager]) -> Manager:
    return make_manager()


@pytest.fixture
def console(app: Any) -> Browser:
    """An operator's browser, logged in."""
    email = f"rachuba{next(_numbers)}@example.com"

    def make() -> None:
        with app.app_context():
            create_operator(system("tests"), email, PASSWORD)
            work.commit()

    contextvars.Context().run(make)
    browser = Browser(app, "console.osiedle.test", f"10.8.{next(_numbers) % 250}.1")
    assert browser.log_in(email, PASSWORD).status_code == 303
    return browser


@pytest.fixture
def run_looks(manager: Manager) -> Callable[[], None]:
    """Does what operators and events have asked dunning to look at."""

    def run() -> None:
        due = "SELECT id FROM platform.jobs WHERE state = 'waiting' AND name = 'billing.look'"
        with db.engines[PLATFORM].connect() as connection:
            rows = list(connection.execute(text(due)).scalars())
        for row in rows:
            manager.unbound(lambda number=row: entry.run(None, number))

    return lambda: manager.unbound(run)


@pytest.fixture
def stripe(stripe_double: Any, manager: Manager) -> Any:
    """The double with the price list in it."""
    made = manager.unbound(lambda: subscribing.sync(system("tests")))
    assert len(made) == 2 + 4 + 1 + 1
    return stripe_double


@pytest.fixture
def handed(app: Any, stripe: Any, stripe_posts: Any, manager: Manager) -> Callable[..., list[int]]:
    """Delivers what waits at the double and works it off; answers the statuses."""

    def deliver(**how: Any) -> list[int]:
        statuses: list[int] = stripe.deliver(stripe_posts, **how)
        due = "SELECT id FROM platform.jobs WHERE state = 'waiting' AND name = :name ORDER BY id"
        for name in ("stripe_events.hand_over", "billing.look"):  # looks are asked for by what is handed over
            for row in manager.unbound(lambda name=name: platform(due, name=name)):
                manager.unbound(lambda number=row: entry.run(None, number))
        return statuses

    return deliver


def platform(sql: str, **values: Any) -> list[Any]:
    with db.engines[PLATFORM].connect() as connection:
        return list(connection.execute(text(sql), values).scalars())


def subscribe(manager: Manager, stripe: Any) -> str:
    admin = manager.browser("admin")
    inspect(admin.get("/admin/billing"))
    answer = admin.post("/admin/billing/checkout", **CHOICE)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    address = str(answer.headers["Location"])
    assert address.startswith(stripe.url)
    assert stripe.pay(address)
    return address
