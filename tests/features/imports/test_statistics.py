"""After a large import PostgreSQL plans with what the books hold, without waiting for autovacuum."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.imports.running import MANY_ROWS
from tenants.context import bind
from tenants.db import db
from tests.factories import packages
from tests.features.imports.doing import publish
from worker import entry


@pytest.mark.parametrize(("rows", "asked"), [(MANY_ROWS, True), (3, False)])
def test_a_large_import_is_analyzed_and_a_small_one_left(
    app: Any, tenant: Any, tmp_path: Path, rows: int, asked: bool
) -> None:
    day = date(2026, 11, 1)
    ledger = [
        [str(n), "L1", "naliczenie", None, day, day, "2026-11", Decimal("1.00"), None, None, None] for n in range(rows)
    ]
    tables = packages.small() | {"ledger": ledger, "control": []}
    report = publish(app, tenant, packages.workbook(tmp_path / "ksiegi.xlsx", tables))
    assert report["status"] == "published", report["errors"][:3]
    with app.app_context():
        with bind(tenant):
            waiting = db.session.execute(text("SELECT id FROM jobs WHERE name = 'imports.analyze'")).scalars().all()
            work.commit()
        assert len(waiting) == asked
        if not asked:
            return
        entry.run(tenant.id, waiting[0])
        with bind(tenant):
            known = db.session.execute(
                text(
                    "SELECT c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                    "WHERE n.nspname = :schema AND c.relname = 'ledger_entries'"
                ),
                {"schema": tenant.schema},
            ).scalar_one()
    assert known == rows
