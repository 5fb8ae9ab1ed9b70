"""Bank files as the tests hand them over, and what became of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core import work
from app.core.actor import system
from app.statements.commands import taking
from tenants.context import Mode, bind
from tests.factories import packages
from tests.features.imports.doing import publish, query

ACTOR = system("tests")
#: Units and their virtual accounts: check digits, sort code 10201026, client 1234, payer.
ACCOUNTS = {
    "L1": "52102010261234000000000154",
    "L2": "76102010261234000000000207",
    "B1-A-003": "89102010261234000000001234",
}


def books(payments: Sequence[tuple[Any, ...]] = (), accounts: dict[str, str] | None = None) -> dict[str, list[Any]]:
    """A package of three units; `payments` are (entry, unit, day, złoty)."""
    units = [
        [code, "B1", "A", str(at), "1", Decimal("48.50"), None, 2, None, None, account]
        for at, (code, account) in enumerate((accounts if accounts is not None else ACCOUNTS).items(), 1)
    ]
    return {
        "buildings": [["B1", "Dom", "Kościuszki", "5", "67-200", "Głogów"]],
        "units": units,
        "people": [["P1", "Anna", "Kowalska", None, None, None, None, None, None, None, None],
                   ["P2", "Józef", "Źdźbło", None, None, None, None, None, None, None, None]],
        "occupancies": [["L1", "P1", "owner", date(2019, 4, 1), None], ["L2", "P2", "owner", date(2019, 4, 1), None]],
        "ledger": [
            ["1", "L1", "charge", "rent", date(2026, 11, 1), date(2026, 11, 15), "2026-11", Decimal("450.00"), None,
             None, None],
            *([entry, unit, "payment", "rent", day, None, None, None, Decimal(amount), "WB 220", None]
              for entry, unit, day, amount in payments),
        ],
    }  # fmt: skip


def publish_books(app: Any, tenant: Any, folder: Path, *payments: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    report = publish(app, tenant, packages.archive(folder / "books.zip", books(payments, **more)))
    assert report["status"] in ("published", "unchanged"), report
    return report


def hand_over(app: Any, tenant: Any, content: bytes, name: str = "wyciag.sta", **options: Any) -> dict[str, Any]:
    """Take a file in as a worker does; returns its report."""
    with app.app_context(), bind(tenant, Mode.BULK):
        file = taking.receive(ACTOR, io.BytesIO(content), name, queue=False, **options)
        public_id = file.public_id
        work.commit()
        report = taking.run(public_id)
        work.commit()
        return report.as_dict()


def credited(app: Any, tenant: Any) -> list[tuple[Any, ...]]:
    """(unit, grosze, state, entry) of every payment on its way or arrived, in order."""
    return query(
        app, tenant,
        "SELECT unit_code, amount, state, entry FROM pending_payments WHERE state <> 'withdrawn' "
        "ORDER BY unit_code, amount, paid_on, id",
    )  # fmt: skip


def bookings(app: Any, tenant: Any, columns: str = "state, unit_code, way") -> list[tuple[Any, ...]]:
    return query(app, tenant, f"SELECT {columns} FROM bank_bookings ORDER BY id")
