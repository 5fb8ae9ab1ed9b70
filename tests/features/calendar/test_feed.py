"""The private link: works without logging in for who has it, tells no more than was chosen, and dies."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from app.core import work
from app.core.actor import system
from app.core.clock import today
from app.office import settings
from app.office.portal_rules import MenuRules
from app.office.queries import forget
from tenants.context import bind
from tests.features.accounts.conftest import Browser
from tests.features.calendar.test_ical import read
from tests.pages import inspect

FEED = "/payments/calendar/feed"
LINK = re.compile(r"https?://[^<\s]+(/calendar/[A-Za-z0-9_-]+\.ics)")


@pytest.fixture
def dues(books: Any) -> Any:
    books.book("K1", "L1", "charge", today(), 80000, "Czynsz", due=today() + timedelta(days=5))
    books.book("K2", "L1", "payment", today(), -70000, "Przelew od Anny Żółć")
    books.book("K3", "L2", "charge", today(), 12300, "Czynsz", due=today() + timedelta(days=6))
    return books


def made(browser: Any, **chosen: str) -> str:
    answer = browser.post(FEED, chosen, form=FEED)
    assert answer.status_code == 200
    found = LINK.search(inspect(answer))
    assert found is not None
    return found[1]


def ask(app: Any, tenant: Any, path: str) -> Any:
    """The feed as a calendar asks for it: without any cookie."""
    return Browser(app, tenant).get(path)


def test_the_link_is_a_calendar_without_names_and_sums(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    path = made(people("anna"))
    answer = ask(app, tenant, path)
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    events = read(answer.data)
    told = {(event["DTSTART;VALUE=DATE"], event["SUMMARY"]) for event in events}
    assert (f"{today() + timedelta(days=5):%Y%m%d}", "Termin opłaty (L1)") in told
    assert (f"{today():%Y%m%d}", "Wpłata (L1)") in told
    body = answer.text
    for word in ("Anna", "Żółć", "anna", "Gwiaździsta", "800,00", "Przelew", "Spółdzielnia"):
        assert word not in body, word
    assert len({event["UID"] for event in events}) == len(events)
    assert answer.data == ask(app, tenant, path).data, "asked again it is the same"


def test_sums_are_there_when_they_were_chosen(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    body = ask(app, tenant, made(people("anna"), amounts="y")).text.replace("\r\n ", "").replace("\u00a0", " ")
    assert "SUMMARY:Termin opłaty: 800\\,00 zł (L1)" in body


def test_the_end_of_an_allowance_is_there_only_when_it_was_chosen_and_never_anothers(
    app: Any, tenant: Any, dues: Any, people: Any
) -> None:
    dues.holds("buyer", "L2", "co-owner")
    dues.decide("DM/1", "anna", "L2", date(2026, 1, 1), today() + timedelta(days=20), 25000)
    assert "odatk" not in ask(app, tenant, made(people("anna"))).text
    assert "Koniec dodatku mieszkaniowego" in ask(app, tenant, made(people("anna"), allowances="y")).text
    assert "odatk" not in ask(app, tenant, made(people("buyer"), allowances="y", amounts="y")).text
    assert "DM/1" not in inspect(people("buyer").get("/payments/calendar?view=list&unit=L2"))


def test_only_the_digest_of_the_link_is_kept(dues: Any, people: Any) -> None:
    from app.core.public_ids import digest

    secret = made(people("anna")).removeprefix("/calendar/").removesuffix(".ics")
    [(kept,)] = dues.sql("SELECT digest FROM calendar_feeds")
    assert bytes(kept) == digest(secret) and len(secret) >= 40
    assert secret not in people("anna").get(FEED).text
    assert secret not in str(dues.sql("SELECT actor, action, subject, detail FROM audit_entries"))


def test_a_new_link_ends_the_old_one_and_withdrawing_ends_all(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    anna = people("anna")
    first = made(anna)
    second = made(anna, amounts="y")
    assert [ask(app, tenant, path).status_code for path in (first, second)] == [404, 200]
    assert anna.post(f"{FEED}/withdraw", {}, form=FEED).status_code == 303
    assert ask(app, tenant, second).status_code == 404
    assert anna.post(f"{FEED}/withdraw", {}, form=FEED).status_code == 303, "again it changes nothing"
    acts = dues.sql("SELECT action FROM audit_entries WHERE action LIKE 'calendar.%' ORDER BY id")
    assert acts == [("calendar.feed_made",), ("calendar.feed_made",), ("calendar.feed_withdrawn",)]


@pytest.mark.parametrize(
    "event",
    [
        "UPDATE accounts SET status = 'closed', closed_at = now() WHERE login = 'anna'",
        "UPDATE accounts SET status = 'blocked' WHERE login = 'anna'",
        "UPDATE occupancies SET until_revision = 2 WHERE person_code = 'anna'",
    ],
)
def test_the_link_dies_with_the_account_and_with_the_title(
    app: Any, tenant: Any, dues: Any, people: Any, event: str
) -> None:
    path = made(people("anna"))
    assert ask(app, tenant, path).status_code == 200
    dues.sql(event)
    assert ask(app, tenant, path).status_code == 404


def test_a_unit_that_was_given_up_leaves_the_feed(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    path = made(people("anna"), amounts="y")
    dues.sql("UPDATE occupancies SET until_revision = 2 WHERE person_code = 'anna' AND unit_code = 'L2'")
    lines = ask(app, tenant, path).text.replace("\r\n ", "").splitlines()
    said = "\n".join(line for line in lines if line.startswith(("SUMMARY:", "DESCRIPTION:")))  # a random id says any
    assert "800" in said and "123" not in said and "L2" not in said


def test_a_link_is_of_one_manager_only(app: Any, tenant: Any, new_tenant: Any, dues: Any, people: Any) -> None:
    path = made(people("anna"))
    assert ask(app, new_tenant(), path).status_code == 404


def test_no_calendar_where_the_manager_shows_no_payments(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    path = made(people("anna"))
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), MenuRules(off=("payments",)))
        work.commit()
    forget(tenant.id)
    assert ask(app, tenant, path).status_code == 404


@pytest.mark.parametrize("secret", ["x", "x" * 43, "ż" * 43, "x" * 10_000, "..%2f", "%00"])
def test_a_guessed_link_is_a_page_that_is_not_there(app: Any, tenant: Any, people: Any, secret: str) -> None:
    assert ask(app, tenant, f"/calendar/{secret}.ics").status_code == 404


def test_a_lodger_has_no_feed_of_the_owners_account(app: Any, tenant: Any, dues: Any, people: Any) -> None:
    lodger = people("lodger")
    page = inspect(lodger.get(FEED))
    assert 'action="/payments/calendar/feed"' not in page
