"""Whatever the order of binding, writing, committing and failing: each tenant sees its own, and only that."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.office.models import OfficeProfile
from tenants.context import bind, current
from tenants.db import db
from tenants.errors import AnotherTenantBound, NoTenantBound, TenantError

NAME = text("SELECT name FROM office_profile")
STEPS = st.sampled_from(
    ["bind a", "bind b", "leave", "read", "write", "orm write", "commit", "rollback", "savepoint", "release",
     "back", "fail", "foreign", "escape"]
)  # fmt: skip


class Model:
    """What must be true: the committed mark of each tenant, and the marks of the open transaction."""

    def __init__(self, tenants: tuple[Any, Any]) -> None:
        self.tenants = tenants
        self.committed: dict[str, str | None] = {tenant.schema: None for tenant in tenants}
        self.binding: Any = None
        self.bound: Any = None
        self.mark: str | None = None
        self.savepoints: list[tuple[Any, str | None]] = []
        self.number = 0

    def begin_afresh(self) -> None:
        self.savepoints.clear()
        self.mark = self.committed[self.bound.schema] if self.bound else None

    def enter(self, tenant: Any) -> None:
        binding = bind(tenant)
        if self.bound is not None:
            with pytest.raises(AnotherTenantBound):
                binding.__enter__()
            return
        binding.__enter__()
        self.binding, self.bound = binding, tenant
        self.begin_afresh()

    def leave(self) -> None:
        if self.bound is not None:
            self.binding.__exit__(None, None, None)
            self.bound = None
            self.begin_afresh()

    def check(self) -> None:
        row = db.session.execute(text("SELECT name, hours, current_user FROM office_profile")).one()
        canary = "KANAREK-A" if self.bound is self.tenants[0] else "KANAREK-B"
        assert tuple(row) == (canary, self.mark, self.bound.schema)

    def do(self, step: str) -> None:
        if step.startswith("bind"):
            self.enter(self.tenants[0] if step.endswith("a") else self.tenants[1])
        elif step == "leave":
            self.leave()
        elif self.bound is None:
            with pytest.raises(NoTenantBound):
                db.session.execute(NAME)
        else:
            getattr(self, "_" + step.replace(" ", "_"))()
            self.check()
            assert current() is self.bound

    def _read(self) -> None:
        self.check()

    def _write(self) -> None:
        self.number += 1
        self.mark = f"{self.bound.schema} {self.number}"
        db.session.execute(text("UPDATE office_profile SET hours = :mark"), {"mark": self.mark})

    def _orm_write(self) -> None:
        self.number += 1
        self.mark = f"{self.bound.schema} {self.number}"
        profile = db.session.get(OfficeProfile, 1, populate_existing=True)
        profile.hours = self.mark
        db.session.flush()

    def _commit(self) -> None:
        db.session.commit()
        self.committed[self.bound.schema] = self.mark
        self.begin_afresh()

    def _rollback(self) -> None:
        db.session.rollback()
        self.begin_afresh()

    def _savepoint(self) -> None:
        self.savepoints.append((db.session.begin_nested(), self.mark))

    def _release(self) -> None:
        if self.savepoints:
            self.savepoints.pop()[0].commit()

    def _back(self) -> None:
        if self.savepoints:
            savepoint, self.mark = self.savepoints.pop()
            savepoint.rollback()

    def _fail(self) -> None:
        with pytest.raises(DBAPIError):
            db.session.execute(text("SELECT 1 / 0"))
        self._after_error()

    def _foreign(self) -> None:
        other = self.tenants[1] if self.bound is self.tenants[0] else self.tenants[0]
        with pytest.raises(ProgrammingError):
            db.session.execute(text(f"SELECT name FROM {other.schema}.office_profile"))
        self._after_error()

    def _escape(self) -> None:
        other = self.tenants[1] if self.bound is self.tenants[0] else self.tenants[0]
        with pytest.raises(TenantError):
            db.session.execute(text(f"SET ROLE {other.schema}"))

    def _after_error(self) -> None:
        if self.savepoints:
            self._back()
        else:
            self._rollback()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=40))
def test_whatever_the_order_of_events_each_tenant_sees_its_own(
    app: Any, pair: tuple[Any, Any], steps: list[str]
) -> None:
    with app.app_context():
        for tenant in pair:
            with bind(tenant):
                db.session.execute(text("UPDATE office_profile SET hours = NULL"))
                db.session.commit()
        model = Model(pair)
        try:
            for step in steps:
                model.do(step)
        finally:
            model.leave()
        for tenant in pair:
            with bind(tenant):
                found = db.session.scalar(text("SELECT hours FROM office_profile"))
                assert found == model.committed[tenant.schema]
