"""Managers that do not pay try to go on for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from app.api import commands as tokens
from app.core.actor import system
from tenants.db import PLATFORM, db
from tests.features.api.asking import hand_over, program
from tests.features.billing.conftest import Manager


@pytest.fixture(autouse=True)
def clean(app: Any) -> Iterator[None]:
    """Numbers of invoices are one for all tests."""
    yield
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.billing_steps"))
        connection.execute(text("DELETE FROM platform.billing_invoices"))


def token(manager: Manager, *scopes: str) -> str:
    return str(manager.within(lambda: tokens.create(system("tests"), "Program", scopes, days=None))[1])


def stands(manager: Manager, standing: str) -> None:
    def put() -> None:
        values = {"id": manager.tenant.id, "standing": standing}
        statement = text("UPDATE platform.tenants SET standing = :standing WHERE id = :id")
        db.session.execute(statement, values, bind_arguments={"bind": db.engines[PLATFORM]})

    manager.unbound(put)


def test_programs_of_a_manager_that_does_not_pay_write_nothing_and_later_read_nothing(manager: Manager) -> None:
    client = program(manager.app, manager.tenant, token(manager, "imports:write", "units:read"))
    assert hand_over(client, b"PK", "pierwszy").status_code != 402, "the control"
    stands(manager, "read_only")
    assert hand_over(client, b"PK", "drugi").status_code == 402
    assert client.get("/api/v1/units").status_code == 200
    stands(manager, "staff_off")
    assert hand_over(client, b"PK", "trzeci").status_code == 402
    answer = client.get("/api/v1/units")
    assert answer.status_code == 402 and answer.mimetype == "application/problem+json"
    assert client.get("/api/v1/openapi.json").status_code == 200, "how to ask is told to everybody"
    stands(manager, "good")
    assert client.get("/api/v1/units").status_code == 200
