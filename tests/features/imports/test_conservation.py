"""Nothing is lost on the way: what a package holds is what the books hold, row by row and to the grosz."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import system
from app.imports import commands
from tenants.context import Mode, bind
from tenants.db import db
from tests.factories import packages

UNITS = 240


def big_package(seed: int, rows: int) -> dict[str, list[list[Any]]]:
    """Several thousand entries of very different length, so that pages of the stage fill unevenly."""
    dice = random.Random(seed)
    day = date(2025, 1, 1)
    return {
        "buildings": [["B1", None, "Długa", "1", "00-001", "Łódź"]],
        "units": [
            [f"L{n}", "B1", None, str(n), None, Decimal("50.00"), None, None, None, None, None] for n in range(UNITS)
        ],
        "ledger": [
            [
                f"{n:06d}", f"L{dice.randrange(UNITS)}", "naliczenie", None, day + timedelta(days=n % 400), None, None,
                Decimal(dice.randrange(1, 200_000)) / 100, None, None, "x" * dice.choice((3, 10, 40, 400)),
            ]
            for n in range(rows)
        ],
    }  # fmt: skip


@pytest.mark.parametrize("rows", [999, 1000, 1001, 9_999, 10_001, 27_009])
def test_every_row_of_a_first_import_is_published(app: Any, tenant: Any, tmp_path: Path, rows: int) -> None:
    tables = big_package(rows, rows)
    path = packages.archive(tmp_path / "duza.zip", tables)
    expected = sum(int(row[7] * 100) for row in tables["ledger"])
    with app.app_context(), bind(tenant, Mode.BULK):
        public_id = commands.begin(system("tests"), path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = commands.run(public_id, path)
        assert report.status == "published"
        found = db.session.execute(
            text(
                "SELECT count(*), count(DISTINCT entry), sum(debit)::bigint FROM ledger_entries "
                "WHERE until_revision IS NULL"
            )
        ).one()
    assert tuple(found) == (rows, rows, expected)
