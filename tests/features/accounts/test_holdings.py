"""What an account sees by the books alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.accounts.queries import unit_codes
from app.core.actor import Actor
from app.estate.models import Occupancy, Person
from tenants.db import db

DAY = date(2026, 6, 1)


def test_a_lodger_does_not_see_what_the_owner_owes(inside: Any, opened: Any) -> None:
    """But a tenant of a unit that nobody owns, such as a municipal flat, does see it."""
    since = {"since_revision": 1, "from_on": date(2020, 1, 1)}
    for code in ("OWN", "LODGE", "GONE"):
        db.session.add(Person(code=code, last_name=code, since_revision=1))
    db.session.add(Occupancy(unit_code="M1", person_code="OWN", role="owner", **since))
    db.session.add(Occupancy(unit_code="M1", person_code="LODGE", role="tenant", **since))
    db.session.add(Occupancy(unit_code="M2", person_code="LODGE", role="tenant", **since))
    db.session.add(Occupancy(unit_code="M3", person_code="LODGE", role="tenant", **since))
    db.session.add(Occupancy(unit_code="M3", person_code="GONE", role="owner", to_on=date(2025, 1, 1), **since))
    seen = {}
    for person in ("OWN", "LODGE", "GONE"):
        account = opened(person.lower(), person_code=person).account
        who = Actor(kind="account", login=account.login, account_id=account.id, person_code=person)
        seen[person] = unit_codes(who, DAY)
    assert seen == {"OWN": ["M1"], "LODGE": ["M2", "M3"], "GONE": []}
