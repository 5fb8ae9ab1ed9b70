"""Anna's flat with a co-owner, a proxy and a lodger; decisions and credits as a test writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from tenants.context import bind
from tests.features.home.conftest import people

__all__ = ["people"]


class Books:
    """Writes rows of the books, and does what a test asks as one unit of work."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant

    def do(self, function: Callable[[], Any]) -> Any:
        with self.app.app_context(), bind(self.tenant):
            found = function()
            work.commit()
        return found

    def sql(self, statement: str, **values: Any) -> list[Any]:
        from tenants.db import db

        def run() -> list[Any]:
            result = db.session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

        found: list[Any] = self.do(run)
        return found

    def holds(self, person: str, unit: str, role: str) -> None:
        self.sql(
            "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
            "VALUES (1, :unit, :person, :role, '2019-01-01')",
            unit=unit, person=person, role=role,
        )  # fmt: skip

    def decide(self, decision: str, person: str, unit: str, first: date, last: date, monthly: int) -> None:
        self.sql(
            "INSERT INTO housing_allowances (since_revision, decision, unit_code, person_code, authority, from_on, "
            "to_on, monthly) VALUES (1, :decision, :unit, :person, 'GOPS Głogów', :first, :last, :monthly)",
            decision=decision, unit=unit, person=person, first=first, last=last, monthly=monthly,
        )  # fmt: skip

    def book(self, entry: str, unit: str, kind: str, day: date, grosze: int, title: str, **more: Any) -> None:
        """An entry; credits are negative. `more`: due (date), period (`2026-11`), document."""
        self.sql(
            "INSERT INTO ledger_entries (since_revision, entry, unit_code, kind, account, booked_on, due_on, period, "
            "debit, credit, title, document) VALUES (1, :entry, :unit, :kind, 'rent', :day, :due, :period, "
            "greatest(:grosze, 0), greatest(-:grosze, 0), :title, :document)",
            entry=entry, unit=unit, kind=kind, day=day, grosze=grosze, title=title,
            due=more.get("due"), period=more.get("period"), document=more.get("document"),
        )  # fmt: skip


@pytest.fixture
def books(app: Any, tenant: Any, people: Any) -> Books:
    return Books(app, tenant)
