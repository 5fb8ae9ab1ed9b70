"""Managers that do not pay try to go on for nothing, and money must not undo what an operator decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.api import commands as tokens
from app.closing import commands as closing
from app.core.actor import system
from app.core.clock import today
from app.operators import commands as operators
from tenants.db import PLATFORM, db
from tests.features.api.asking import hand_over, program
from tests.features.billing.conftest import OPERATOR, Manager


@pytest.fixture(autouse=True)
def clean(app: Any) -> Iterator[None]:
    """Numbers of invoices are one for all tests."""
    yield
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.billing_steps"))
        connection.execute(text("DELETE FROM platform.billing_invoices"))


def stages(manager: Manager) -> str:
    """Look at a manager that owes for months until nothing worse is left; returns the last stage."""
    return [manager.look(today() + timedelta(days=20 * turn)) for turn in range(6)][-1]


def token(manager: Manager, *scopes: str) -> str:
    return str(manager.within(lambda: tokens.create(system("tests"), "Program", scopes, days=None))[1])


def stands(manager: Manager, standing: str) -> None:
    def put() -> None:
        values = {"id": manager.tenant.id, "standing": standing}
        statement = text("UPDATE platform.tenants SET standing = :standing WHERE id = :id")
        db.session.execute(statement, values, bind_arguments={"bind": db.engines[PLATFORM]})

    manager.unbound(put)


def test_payment_does_not_open_a_portal_that_an_operator_had_closed_for_another_reason(manager: Manager) -> None:
    invoice = manager.owes(200)
    manager.unbound(lambda: operators.suspend(OPERATOR, manager.slug, "Rozsyła oszukańcze wiadomości"))
    assert stages(manager) == "suspended"
    manager.pays(invoice)
    manager.look(today() + timedelta(days=60))
    found = manager.fresh()
    assert (found.status, found.status_reason) == ("suspended", "Rozsyła oszukańcze wiadomości")
    assert manager.account().stage == "good", "what was owed is paid"


def test_payment_waits_for_the_end_of_a_closing_and_opens_the_portal_when_that_is_taken_back(manager: Manager) -> None:
    invoice = manager.owes(200)
    assert stages(manager) == "suspended" and manager.fresh().suspended
    manager.unbound(lambda: closing.ask(OPERATOR, manager.slug, manager.slug, "Odchodzi do innego programu"))
    manager.pays(invoice)
    assert manager.look(today() + timedelta(days=60)) == "suspended", "and no error"
    assert manager.fresh().suspended and manager.account().stage == "suspended"
    manager.unbound(lambda: closing.take_back(OPERATOR, manager.slug, "Zostaje"))
    assert manager.look(today() + timedelta(days=61)) == "good"
    assert not manager.fresh().suspended and manager.account().stage == "good"


def test_payment_opens_a_portal_that_was_closed_for_the_debt(manager: Manager) -> None:
    invoice = manager.owes(200)
    assert stages(manager) == "suspended" and manager.fresh().suspended
    manager.pays(invoice)
    manager.look(today() + timedelta(days=60))
    assert not manager.fresh().suspended, "the control"


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
