"""One letter a day: what was chosen to wait is told once, together, and never also at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.actor import Actor, Role, system
from app.notifications.rules import next_letter
from tests.features.notifications.conftest import PASSWORD

EMAIL = "lucja@example.org"
CONTEXT = {"as_of": "2026-11-21T02:30:00+00:00", "link": "http://x.example/payments"}


def resident(account_id: int) -> Actor:
    return Actor(kind="account", login="P1", account_id=account_id, role=Role.RESIDENT)


def tell(house: Any, account: int, event: str, *, many: bool = False, at_once: bool = False) -> int:
    from app.notifications import commands

    if many or at_once:
        return int(house.do(lambda: commands.tell_many(
            "balance", event, [account], "books_published", CONTEXT, at_once=at_once)))  # fmt: skip
    return int(house.do(lambda: commands.tell("balance", event, account, "books_published", CONTEXT)))


def choose(house: Any, account: int, *, email: bool | None = None, daily: bool | None = None) -> None:
    from app.notifications.commands import choose as chosen

    asked = {("balance", name): value for name, value in (("email", email), ("daily", daily)) if value is not None}
    house.do(lambda: chosen(resident(account), set(asked), {choice for choice, yes in asked.items() if yes}))


def send(house: Any, *, due: bool = True) -> None:
    from app.core.jobs import Again
    from app.notifications.pacing import send_due

    if due:
        house.sql("UPDATE notification_pending SET due_at = now() - interval '1 minute' WHERE state = 'waiting'")
    while (again := house.do(send_due)) and isinstance(again, Again) and not again.seconds:
        pass


def letters(house: Any) -> list[tuple[str, str, int]]:
    """(kind of letter, state, how many things it tells of) for each letter."""
    return house.sql(
        "SELECT letter, state, coalesce(jsonb_array_length(context->'items'), 1) FROM outbox_items "
        "WHERE letter IN ('digest', 'books_published') ORDER BY id"
    )


@pytest.fixture
def account(house: Any) -> int:
    return int(house.resident("P1", EMAIL))


def test_the_daily_letter_leaves_at_the_hour_of_the_clock_in_poland() -> None:
    assert next_letter(datetime(2026, 11, 21, 15, 59, tzinfo=UTC), 17) == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert next_letter(datetime(2026, 11, 21, 16, 0, tzinfo=UTC), 17) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert next_letter(datetime(2026, 3, 28, 20, 0, tzinfo=UTC), 17) == datetime(2026, 3, 29, 15, 0, tzinfo=UTC)
    assert next_letter(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), 0) == datetime(2026, 7, 2, 22, 0, tzinfo=UTC)


def test_what_waits_is_told_in_one_letter_with_all_of_it(house: Any, account: int) -> None:
    choose(house, account, email=True, daily=True)
    assert [tell(house, account, event) for event in ("e1", "e2", "e1")] == [1, 1, 0]
    assert not letters(house)
    send(house, due=False)
    assert not letters(house)
    send(house)
    send(house)
    assert letters(house) == [("digest", "queued", 2)]
    assert house.sql("SELECT DISTINCT state, context FROM notification_pending") == [("told", {})]


def test_the_job_is_asked_for_at_its_hour_and_asks_again_for_what_came_later(house: Any, account: int) -> None:
    from app.notifications.pacing import send_due

    choose(house, account, email=True, daily=True)
    tell(house, account, "e1")
    [(waits,)] = house.sql(
        "SELECT j.run_after >= p.due_at - interval '2 s' FROM jobs j, notification_pending p "
        "WHERE j.name = 'notifications.daily' AND j.state = 'waiting'"
    )
    assert waits
    again = house.do(send_due)
    assert again is not None and 0 < again.seconds <= 86400


def test_a_failure_is_told_at_once_and_not_again_in_the_evening(house: Any, account: int) -> None:
    choose(house, account, email=True, daily=True)
    assert tell(house, account, "e1", at_once=True) == 1
    assert tell(house, account, "e1") == 0
    send(house)
    assert letters(house) == [("books_published", "queued", 1)]


def test_who_no_longer_wants_it_in_the_evening_is_not_told(house: Any, account: int) -> None:
    choose(house, account, email=True, daily=True)
    tell(house, account, "e1")
    choose(house, account, email=False)
    send(house)
    assert not letters(house)
    choose(house, account, email=True)
    tell(house, account, "e2")
    house.sql("UPDATE accounts SET status = 'blocked' WHERE id = :id", id=account)
    send(house)
    assert not letters(house)
    assert house.sql("SELECT DISTINCT state, context FROM notification_pending") == [("dropped", {})]


def test_declining_the_daily_letter_declines_what_it_is_made_of_until_chosen_again(house: Any, account: int) -> None:
    from app.outbox.commands import opt_out

    choose(house, account, email=True, daily=True)
    tell(house, account, "e1")
    send(house)
    house.do(lambda: opt_out(EMAIL, "digest"))
    tell(house, account, "e2")
    send(house)
    assert [one[1] for one in letters(house)] == ["skipped"]
    choose(house, account, email=True, daily=True)
    tell(house, account, "e3")
    send(house)
    assert [one[1] for one in letters(house)] == ["skipped", "queued"]


def test_what_nobody_may_decline_does_not_wait(house: Any, account: int) -> None:
    from app.notifications.commands import configure

    choose(house, account, email=True, daily=True)
    house.do(lambda: configure(system("tests"), sms=False, forced=["balance"], defaults={}))
    assert tell(house, account, "e1") == 1
    assert letters(house) == [("books_published", "queued", 1)]


def test_the_letter_of_the_day_says_what_where_and_how_to_decline(house: Any, account: int) -> None:
    from app.office.queries import fresh_profile
    from app.outbox import letters as kinds
    from app.outbox.rendering import rendered

    items = [{"about": "Nowy dokument w portalu", "note": "Plan <b>2027</b>", "link": "http://x.example/d"}]
    for count, words in ((1, "1 rzecz"), (45, "45 rzeczy")):
        with house.bound():
            letter = rendered(
                kinds.kind("digest"), {"items": items * count, "link": "http://x.example/"}, office=fresh_profile(),
                name="", locale="pl", unsubscribe_url="http://x.example/u",
            )  # fmt: skip
        assert words in letter.text and words in letter.html
        assert "Plan &lt;b&gt;2027" in letter.html and "http://x.example/d" in letter.text
        assert "http://x.example/u" in letter.html and ("Resztę zobaczysz" in letter.text) == (count > 40)


STEPS = st.one_of(
    st.tuples(st.just("email"), st.booleans()),
    st.tuples(st.just("daily"), st.booleans()),
    st.tuples(st.just("tell"), st.sampled_from(("e1", "e2", "e3"))),
    st.tuples(st.just("many"), st.sampled_from(("e1", "e2", "e3"))),
    st.tuples(st.just("now"), st.sampled_from(("e1", "e2", "e3"))),
    st.tuples(st.just("send"), st.none()),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=16))
def test_any_sequence_tells_of_an_event_once_whichever_way(house: Any, account: int, steps: list[Any]) -> None:
    for table in ("notification_choices", "notification_pending", "outbox_items", "jobs"):
        house.sql(f"DELETE FROM {table}")
    email, daily = False, False
    told: dict[str, str] = {}  # event -> at once, waits, in the evening, withdrawn
    for what, which in steps:
        if what == "email":
            choose(house, account, email=which)
            email = which
            if not which:
                told |= {event: "gone" for event, how in told.items() if how in ("at once", "waits")}
        elif what == "daily":
            choose(house, account, daily=which)
            daily = which
        elif what == "send":
            send(house)
            told |= {event: "evening" for event, how in told.items() if how == "waits"}
        else:
            new = tell(house, account, which, many=what == "many", at_once=what == "now")
            assert new == (1 if email and which not in told else 0)
            if email and which not in told:
                told[which] = "waits" if daily and what != "now" else "at once"
    alone = house.sql("SELECT cause, state FROM outbox_items WHERE letter = 'books_published'")
    kept = house.sql("SELECT cause, state FROM notification_pending")
    assert not {cause for cause, _state in alone} & {cause for cause, _state in kept}
    assert {cause for cause, _state in alone + kept} == set(told)
    assert {cause for cause, state in kept if state == "told"} == {e for e, how in told.items() if how == "evening"}
    assert {cause for cause, state in alone if state == "queued"} == {e for e, how in told.items() if how == "at once"}


def test_a_resident_chooses_the_pace_and_the_manager_the_hour(house: Any, account: int, enter: Any) -> None:
    from app.accounts.commands import create_account

    mine = "/settings/notifications"
    visitor = enter("P1")
    form = visitor.get(f"{mine}?edit=1").text
    assert 'value="balance:daily">' in form and 'value="mailouts:daily"' not in form and "o 17.00" in form
    shown = ["balance:email", "balance:daily"]
    visitor.post(mine, {"shown": shown, "choice": shown}, form=f"{mine}?edit=1")
    assert "raz dziennie" in visitor.get(mine).text
    assert 'value="balance:daily" checked' in visitor.get(f"{mine}?edit=1").text
    (line,) = house.sql("SELECT detail FROM audit_entries WHERE action = 'notifications.chosen'")
    assert line[0]["after"] == {"balance:email": True, "balance:daily": True}

    house.do(lambda: create_account(system("tests"), "szefowa", (), "admin", "s@example.org", password=PASSWORD))
    rules, boss = "/admin/configuration/notifications", enter("szefowa")
    sent = {"shown": ["balance"], "default:balance": ["email"], "daily": ["balance"], "hour": "7"}
    assert boss.post(rules, sent).status_code == 303
    assert "o 7.00" in visitor.get(f"{mine}?edit=1").text
    for hour in ("24", "-1", "siedem", "9" * 5000):
        answer = boss.post(rules, {**sent, "hour": hour})
        assert answer.status_code == 422 and "Podaj godzinę od 0 do 23." in answer.text
    assert 'value="7"' in boss.get(rules).text
