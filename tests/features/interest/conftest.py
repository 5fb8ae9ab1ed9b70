"""The cooperative of the slips: one who owes, one who has paid too much, and an accountant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.slips.conftest import entry, payer

__all__ = ["payer"]


@pytest.fixture
def books(app: Any, tenant: Any, payer: Any) -> Callable[..., None]:
    """`books(entry(…), …)` adds rows to the ledger of L1 or L2."""

    def add(*rows: Any) -> None:
        with app.app_context(), bind(tenant):
            db.session.add_all(rows)
            work.commit()

    return add


@pytest.fixture
def staff(app: Any, tenant: Any, payer: Any) -> Callable[[str], Browser]:
    """`staff("accountant")` is a browser of somebody with that role."""

    def enter(role: str) -> Browser:
        with app.app_context(), bind(tenant):
            create_account(system("tests"), f"pani_{role}", [], role, f"{role}@example.com", password=PASSWORD)
            work.commit()
        browser = Browser(app, tenant)
        assert browser.log_in(f"pani_{role}").status_code in (302, 303)
        return browser

    return enter


__all__ += ["entry"]
