"""Every event tells those whom it concerns once: payments, settlements, announcements, documents, readings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.actor import Actor, Role, system
from app.core.clock import today

EMAIL = "lucja@example.org"
LINK = "http://x.example/"


@pytest.fixture
def account(house: Any) -> int:
    return int(house.resident("P1", EMAIL, "+48601000001"))


def wants(house: Any, account: int, kind: str, *, wanted: bool = True) -> None:
    from app.notifications.commands import choose

    who = Actor(kind="account", login="P1", account_id=account, role=Role.RESIDENT)
    choice = {(kind, "email")}
    house.do(lambda: choose(who, choice, choice if wanted else ()))


def happens(house: Any, name: str, **facts: Any) -> None:
    from app.core import events

    house.do(lambda: events.happened(name, **facts))


def told(house: Any) -> list[tuple[str, str]]:
    return [(letter, state) for _login, _channel, letter, state in house.letters()]


def announcement(account: int, importance: str = "ordinary") -> dict[str, Any]:
    return {"public_id": "abc", "title": "Przegląd", "importance": importance, "path": "/news/abc",
            "account_ids": [account]}  # fmt: skip


def document(account: int, version: int = 1) -> dict[str, Any]:
    return {"cause": f"document:abc:{version}", "title": "Plan", "link": LINK, "accounts": [account]}


def test_an_announcement_is_told_once_and_not_to_who_declined(house: Any, account: int) -> None:
    for _again in range(2):
        happens(house, "announcements.published", **announcement(account))
    assert told(house) == [("announcement", "queued")]
    other = house.resident("P2", "jan@example.org")
    wants(house, account, "announcements", wanted=False)
    later = announcement(account) | {"public_id": "def", "account_ids": [account, other]}
    happens(house, "announcements.published", **later)
    assert house.letters("o.cause = 'announcement:def'") == [("P2", "email", "announcement", "queued")]


def test_a_failure_does_not_wait_for_the_letter_of_the_day(house: Any, account: int) -> None:
    from app.notifications.commands import configure

    house.do(lambda: configure(system("tests"), sms=False, forced=[], defaults={}, daily=["announcements"]))
    happens(house, "announcements.published", **announcement(account))
    assert told(house) == []
    happens(house, "announcements.published", **announcement(account, "failure") | {"public_id": "def"})
    assert told(house) == [("failure", "queued")]


def test_a_document_is_told_once_for_each_version(house: Any, account: int) -> None:
    for version in (1, 1, 2):
        happens(house, "documents.published", **document(account, version))
    assert told(house) == [("document_published", "queued")] * 2


def test_readings_are_offered_and_told_once(house: Any, account: int, enter: Any) -> None:
    assert "readings:email" in enter("P1").get("/settings/notifications?edit=1").text
    for _again in range(2):
        happens(house, "meters.window_opened", cause="window:1", link=LINK, until="10.12.2026", accounts=[account])
    assert told(house) == [("readings_open", "queued")]


PAID = (
    "INSERT INTO ledger_entries (since_revision, until_revision, entry, unit_code, kind, account, booked_on, debit, "
    "credit) VALUES (:since, :until, :entry, :unit, :kind, 'rent', :day, 0, 5000)"
)


def booked(house: Any, entry: str, since: int, until: int | None = None, **other: Any) -> None:
    values = {"unit": "U1", "kind": "payment", "day": today() - timedelta(days=2)} | other
    house.sql(PAID, entry=entry, since=since, until=until, **values)


def publish(house: Any, revision: int) -> int:
    from app.finances.notices import tell_published
    from app.settlements.notices import tell_settled

    house.sql(
        "INSERT INTO revisions (number, kind, as_of, published_by) VALUES (:n, 'publish', now(), 'tests') "
        "ON CONFLICT DO NOTHING",
        n=revision,
    )
    return int(house.do(lambda: tell_published(revision) + tell_settled(revision)))


def test_a_booked_payment_is_told_once_to_who_settles_and_wants_it(house: Any, account: int) -> None:
    booked(house, "e1", 2)
    assert publish(house, 2) == 0  # nobody asked to hear of payments
    wants(house, account, "payments")
    other = house.resident("P2", "jan@example.org")
    wants(house, other, "payments")
    assert [publish(house, 2), publish(house, 2)] == [1, 0]
    assert told(house) == [("payment_booked", "queued")]


@pytest.mark.parametrize("what", ["old", "charge", "of before", "corrected", "published again"])
def test_what_is_no_new_payment_of_theirs_is_not_told(house: Any, account: int, what: str) -> None:
    wants(house, account, "payments")
    if what == "old":
        booked(house, "e1", 2, day=today() - timedelta(days=90))
    elif what == "charge":
        booked(house, "e1", 2, kind="correction")
    elif what == "of before":
        house.sql("UPDATE occupancies SET until_revision = 2 WHERE person_code = 'P1'")
        house.sql(
            "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
            "VALUES (2, 'U1', 'P1', 'owner', :today)", today=today(),
        )  # fmt: skip
        booked(house, "e1", 2)
    else:
        booked(house, "e1", 1, 2 if what == "corrected" else 1)
        booked(house, "e1", 2)
    assert publish(house, 2) == 0


def settled(house: Any, number: str, since: int, to_on: date, until: int | None = None) -> None:
    house.sql(
        "INSERT INTO media_settlements (since_revision, until_revision, number, unit_code, medium, from_on, to_on, "
        "cost, advances, balance) VALUES (:since, :until, :number, 'U1', 'heat', :from_on, :to_on, 1, 1, 0)",
        since=since, until=until, number=number, from_on=to_on - timedelta(days=180), to_on=to_on,
    )  # fmt: skip


def test_a_new_settlement_is_told_once_and_a_corrected_or_old_one_not(house: Any, account: int) -> None:
    recent = today() - timedelta(days=30)
    settled(house, "R/1", 2, recent)
    assert [publish(house, 2), publish(house, 2)] == [1, 0]
    house.sql("UPDATE media_settlements SET until_revision = 3")
    settled(house, "R/1", 3, recent)
    settled(house, "R/0", 3, today() - timedelta(days=900))
    assert publish(house, 3) == 0
    assert told(house) == [("settlement", "queued")]
