"""A manager with nothing but an outbox, and short words for using it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text

from tenants.context import bind
from tests.features.outbox.crooked import Crooked


@pytest.fixture
def crooked() -> Iterator[Crooked]:
    with Crooked() as running:
        yield running


@pytest.fixture
def new_house(app: Any, settings: Any) -> Callable[[], Any]:
    """Provisions tenants without logins."""
    import_module("app.outbox.jobs")  # registers the jobs
    from tenants import provisioning

    def make() -> Any:
        slug = f"m{time.time_ns() % 10**12}"
        with app.app_context():
            return provisioning.provision(
                settings.database_url, slug=slug, name="SM „Łąka”", kind="cooperative", base_domain=settings.base_domain
            )

    return make


@pytest.fixture
def house(new_house: Callable[[], Any]) -> Any:
    """A tenant of this test's own."""
    return new_house()


class Outbox:
    """The outbox of one tenant as a test uses it; every call is a unit of work of its own."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app = app
        self.tenant = tenant

    @contextmanager
    def bound(self) -> Iterator[None]:
        """The tenant bound, in an application context that no browser of the test shares."""
        with self.app.app_context(), bind(self.tenant):
            yield

    def write(self, count: int, cause: str = "mailout:1", pattern: str = "r%s@example.org") -> int:
        from app.core import work
        from app.outbox.commands import post_set

        with self.bound():
            written = post_set(
                "mailout",
                cause,
                {"subject": "Przegląd gazowy", "body_text": "Dzień dobry {imię}!\n\nhttps://example.org/a?b=c&d=e"},
                "SELECT 'person:' || n AS recipient_key, format(CAST(:pattern AS text), n) AS address, "
                "'Łucja ' || n AS name, 'pl' AS locale, CAST(:own AS jsonb) AS context "
                "FROM generate_series(1, :n) AS n",
                {"n": count, "pattern": pattern, "own": '{"fields": {"imię": "<Łucjo>"}}'},
            )
            work.commit()
        return written

    def secret(self, **changes: Any) -> bool:
        from app.core import work
        from app.outbox.commands import post

        values = {"cause": "reset:1", "recipient_key": "account:1", "address": "jan@example.org", "name": "Jan"}
        context = {"link": "https://x.example/password/reset/TOP-SECRET", "login": "L1", "minutes": 30}
        with self.bound():
            written = post("password_reset", **{**values, "context": context, **changes})
            work.commit()
        return written

    def turn(self, mailer: Any, lane: str = "bulk", seconds: float = 30) -> Any:
        from app.outbox.sending import turn

        with self.bound():
            return turn(lane, mailer, seconds)

    def rows(self, columns: str = "state, count(*)", rest: str = "GROUP BY state") -> list[Any]:
        return self.sql(f"SELECT {columns} FROM outbox_items {rest}")

    def states(self) -> dict[str, int]:
        return {row[0]: row[1] for row in self.rows()}

    def sql(self, statement: str) -> list[Any]:
        from tenants.db import db

        with self.bound():
            result = db.session.execute(text(statement))
            found = [tuple(row) for row in result] if result.returns_rows else []
            db.session.commit()
        return found


@pytest.fixture
def outbox(app: Any, house: Any) -> Outbox:
    return Outbox(app, house)


@pytest.fixture
def mailer(crooked: Crooked) -> Iterator[Any]:
    from app.gateways.mail import SmtpMailer, server

    out = SmtpMailer(server(crooked.url))
    yield out
    out.close()
