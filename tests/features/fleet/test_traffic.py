"""Letters of all managers in numbers, and events from Stripe with another try for those that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core.actor import Actor
from app.core.errors import NotThere
from app.fleet import commands, queries
from app.stripe_events import queries as events
from tests.pages import inspect

Rows = Callable[..., list[Any]]


@pytest.fixture
def event(platform: Rows) -> Iterator[str]:
    """An event that failed, by its id at Stripe."""
    platform(
        "INSERT INTO platform.stripe_events (event_id, type, object_kind, object_id, subject, live, created_at, "
        "state, error, finished_at, deliveries) "
        "VALUES ('evt_tests', 'invoice.paid', 'invoice', 'in_1', '/in_1', false, now(), "
        "'failed', 'KeyError: ''Kowalski''', now(), 2)"
    )
    yield "evt_tests"
    platform("DELETE FROM platform.stripe_events WHERE event_id = 'evt_tests'")
    platform("DELETE FROM platform.jobs WHERE name = 'stripe_events.hand_over'")


def test_a_failed_event_is_handed_over_again_once(console: Any, event: str, platform: Rows) -> None:
    page = inspect(console.get("/events?state=failed"))
    assert "invoice.paid" in page and event in page and "KeyError" in page and "Kowalski" not in page
    for _time in range(3):
        assert console.post("/events/retry", event=event).status_code == 303
    assert platform("SELECT state FROM platform.stripe_events WHERE event_id = :id", id=event) == [("waiting",)]
    told = "SELECT count(*) FROM platform.audit_entries WHERE action = 'stripe_events.retried' AND subject = :id"
    assert platform(told, id=event) == [(1,)]
    assert event in inspect(console.get("/events?state=waiting"))
    assert event not in inspect(console.get("/events?state=done"))


@pytest.mark.parametrize("event_id", ["", "evt_nobody", "\0", "x" * 10_000])
def test_an_event_that_is_not_there(console: Any, event_id: str) -> None:
    console.get("/tenants/new")
    assert console.post("/events/retry", event=event_id).status_code in (400, 404)


def test_without_stripe_the_page_says_so(console: Any) -> None:
    assert "Stripe nie jest podłączony" in inspect(console.get("/events?state=nonsense&page=-1"))


def test_letters_of_a_manager_are_numbers_only(
    app: Any, town: Any, console: Any, acting: Actor, context: Any, at: Rows
) -> None:
    commands.refresh(acting, "alfa")
    sent = next(row.figures for row in queries.with_letters(acting).rows if row.slug == "alfa")
    week = "SELECT count(*) FROM outbox_items WHERE state = 'sent' AND created_at > now() - interval '7 days'"
    assert at(town.alfa, week) == [(sent.letters_sent,)]
    page = inspect(console.get("/deliveries"))
    assert "/tenants/alfa" in page and "@alfa.example" not in page
    assert queries.sums(acting)["letters_sent"] >= sent.letters_sent


def test_strangers_see_none_of_it(stranger: Actor, context: Any) -> None:
    for read in (
        lambda: events.events(stranger), lambda: events.tallies(stranger), lambda: events.state_of(stranger, "x"),
        lambda: queries.with_letters(stranger), lambda: queries.sums(stranger), lambda: queries.with_work(stranger),
    ):  # fmt: skip
        with pytest.raises(NotThere):
            read()
