"""Who only tries the portal cannot write to crowds in our name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.billing.commands import start_trial
from app.core import runtime
from app.core.actor import system
from app.core.errors import Refused
from app.mailouts.commands import send
from tenants.db import db
from tests.features.billing.conftest import Manager
from tests.features.outbox.conftest import Outbox, crooked, mailer
from tests.features.outbox.crooked import Crooked
from tests.pages import inspect

__all__ = ["crooked", "mailer"]
AGREED = {"plan": "basic", "plan_interval": "month", "collection": "hand", "trial_until": ""}


@pytest.fixture(autouse=True)
def five_a_day(app: Any) -> Iterator[None]:
    before = runtime.settings()
    runtime.install(replace(before, trial_letters=5))
    yield
    runtime.install(before)


@pytest.fixture
def outbox(manager: Manager) -> Outbox:
    """The outbox of a manager that tries the portal."""
    manager.unbound(lambda: start_trial(manager.tenant.id))
    return Outbox(manager.app, manager.tenant)


def test_what_a_day_of_a_trial_does_not_take_leaves_the_next_morning(
    outbox: Outbox, crooked: Crooked, mailer: Any
) -> None:
    outbox.write(8)
    again = outbox.turn(mailer)
    assert len(crooked.messages) == 5 and outbox.states() == {"sent": 5, "queued": 3}
    assert again is not None and 8 * 3600 - 5 < again.seconds <= 33 * 3600 + 5
    hours = "DISTINCT to_char(run_after AT TIME ZONE 'Europe/Warsaw', 'HH24:MI'), reason"
    assert outbox.rows(hours, "WHERE state = 'queued'") == [("08:00", "trial_waits")]
    outbox.sql("UPDATE outbox_items SET run_after = now() WHERE state = 'queued'")
    outbox.turn(mailer)
    assert len(crooked.messages) == 5, "however often somebody asks"
    outbox.sql("UPDATE outbox_items SET run_after = now() WHERE state = 'queued'")
    outbox.sql("UPDATE outbox_items SET sent_at = sent_at - interval '25 hours' WHERE state = 'sent'")
    assert outbox.turn(mailer) is None
    assert outbox.states() == {"sent": 8}
    assert outbox.rows("count(*)", "WHERE reason IS NOT NULL") == [(0,)]


def test_letters_that_let_people_in_still_leave(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(8)
    outbox.turn(mailer)
    outbox.secret()
    outbox.turn(mailer, "urgent")
    assert crooked.addresses()[-1] == "jan@example.org"


def test_letters_that_let_people_in_have_a_limit_of_their_own(
    outbox: Outbox, crooked: Crooked, mailer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.outbox.brake.TRIAL_ACCESS", 6)
    for number in range(9):
        outbox.secret(cause=f"reset:{number}")
    outbox.turn(mailer, "urgent")
    assert outbox.states() == {"sent": 6, "queued": 3}


def test_who_agreed_to_a_plan_has_no_brake(
    manager: Manager, console: Any, outbox: Outbox, crooked: Crooked, mailer: Any
) -> None:
    assert console.post(f"/tenants/{manager.slug}/billing", **AGREED).status_code == 303
    outbox.write(8)
    assert outbox.turn(mailer) is None
    assert len(crooked.messages) == 8


def test_a_mailout_to_more_people_than_a_day_takes_is_refused_and_a_smaller_one_says_what_waits(
    manager: Manager, outbox: Outbox, crooked: Crooked, mailer: Any
) -> None:
    for number in range(6):
        outbox.sql(
            "INSERT INTO units (since_revision, code, building_code, number, area) "
            f"VALUES (1, 'T{number}', 'T', '{number}', 40)"
        )
        outbox.sql(
            "INSERT INTO people (since_revision, code, first_name, last_name, email) "
            f"VALUES (1, 'T{number}', 'Jan', 'Obcy', 'obcy{number}@example.org')"
        )
        outbox.sql(
            "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
            f"VALUES (1, 'T{number}', 'T{number}', 'owner', '2020-01-01')"
        )
    with pytest.raises(Refused, match="W okresie próbnym można wysłać 5 listów dziennie"):
        manager.within(lambda: send(system("tests"), "Temat", "Treść"))
    few = {"units": [f"T{number}" for number in range(4)]}
    outbox.write(3)
    outbox.turn(mailer)
    public_id = manager.within(lambda: send(system("tests"), "Temat", "Treść", json.loads(json.dumps(few))))
    outbox.turn(mailer)
    assert len(crooked.messages) == 5
    waiting = manager.within(
        lambda: db.session.scalar(text("SELECT count(*) FROM outbox_items WHERE state = 'queued'"))
    )
    assert waiting == 2
    page = inspect(manager.browser("admin").get(f"/admin/mailouts/{public_id}"))
    assert "2 wiadomości wyjdą następnego dnia rano" in page
