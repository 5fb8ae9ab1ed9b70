"""Important letters that nobody reads go on: text message, then paper. Those that are read do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.errors import Refused
from app.deliveries import rules
from app.deliveries.rules import Escalation, next_channel
from tests.features.deliveries.conftest import comes_back, post
from tests.features.deliveries.test_bounces import dsn
from tests.features.outbox.conftest import Outbox

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAUSE = "announcement:x"


PERSON = (
    "INSERT INTO people (code, first_name, last_name, email, phone, street, number, postcode, city, since_revision) "
    "VALUES ('K1', 'Łucja', 'Żak', 'r1@example.org', {phone}, 'Lipowa', '3/4', '00-950', 'Warszawa', 1)"
)


@pytest.fixture
def person(outbox: Outbox) -> Outbox:
    outbox.sql(PERSON.format(phone="'600 100 200'"))
    return outbox


def write(outbox: Outbox, *, important: bool = True, email: str = "r1@example.org") -> None:
    from app.core import work
    from app.outbox.commands import post_set

    with outbox.bound():
        post_set(
            "mailout",
            CAUSE,
            {"subject": "Brak wody", "body_text": "Od jutra."},
            "SELECT 'person:K1' AS recipient_key, CAST(:email AS text) AS address, 'Łucja Żak' AS name, "
            "'pl' AS locale, '{}'::jsonb AS context",
            {"email": email},
            important=important,
        )
        work.commit()


def escalate(outbox: Outbox, hours: int = 0) -> int:
    from app.core import work
    from app.deliveries import escalating

    if hours:
        outbox.sql(
            f"UPDATE outbox_items SET created_at = created_at - interval '{hours} h', "
            f"sent_at = sent_at - interval '{hours} h'"
        )
    with outbox.bound():
        written = escalating.escalate()
        work.commit()
    return written


def channels(outbox: Outbox) -> list[Any]:
    return outbox.rows("channel, state, address", "ORDER BY id")


def test_nobody_reads_it_so_it_goes_by_text_message_and_then_on_paper(
    person: Outbox, mailer: Any, crooked: Any
) -> None:
    write(person)
    assert person.turn(mailer) is None
    assert escalate(person) == 0
    assert escalate(person, hours=25) == 1
    assert escalate(person) == 0, "once"
    assert channels(person)[1:] == [("sms", "queued", "+48600100200")]
    person.sql("UPDATE outbox_items SET state = 'sent', live = false, sent_at = now() WHERE channel = 'sms'")
    assert escalate(person, hours=48) == 1
    assert channels(person)[2:] == [("letter", "queued", "Lipowa 3/4\n00-950 Warszawa")]
    assert escalate(person, hours=480) == 0
    assert person.sql("SELECT kind, note FROM delivery_events WHERE kind = 'escalated' ORDER BY id") == [
        ("escalated", "sms"),
        ("escalated", "letter"),
    ]


def test_what_came_back_does_not_wait(person: Outbox, mailer: Any, crooked: Any) -> None:
    write(person)
    person.turn(mailer)
    ((delivery,),) = person.rows("public_id", "")
    comes_back(person, delivery, dsn())
    assert escalate(person) == 1
    assert channels(person)[1][0] == "sms"


def test_who_has_neither_address_nor_number_gets_paper(outbox: Outbox) -> None:
    person = outbox
    person.sql(PERSON.format(phone="NULL"))
    write(person, email="")
    assert escalate(person) == 1
    assert escalate(person) == 1
    assert [row[:2] for row in channels(person)] == [("email", "skipped"), ("sms", "skipped"), ("letter", "queued")]


@pytest.mark.parametrize("read", ["opened_at", "confirmed_at"])
def test_what_was_read_stays_where_it_is(person: Outbox, mailer: Any, crooked: Any, read: str) -> None:
    write(person)
    person.turn(mailer)
    person.sql(f"UPDATE outbox_items SET {read} = now()")
    assert escalate(person, hours=500) == 0


def test_what_is_not_important_or_declined_stays(person: Outbox, mailer: Any, crooked: Any) -> None:
    write(person, important=False)
    person.turn(mailer)
    assert escalate(person, hours=500) == 0
    person.sql("UPDATE outbox_causes SET important = true")
    person.sql("UPDATE outbox_items SET state = 'skipped', reason = 'declined'")
    assert escalate(person, hours=1) == 0
    person.sql("UPDATE outbox_items SET reason = 'missing'")
    assert escalate(person, hours=1) == 0


def test_what_was_taken_back_goes_no_further(person: Outbox, mailer: Any, crooked: Any) -> None:
    from app.core import work
    from app.outbox.commands import withdraw

    write(person)
    with person.bound():
        assert withdraw(CAUSE) == 1
        work.commit()
    assert escalate(person, hours=500) == 0
    assert [row[:2] for row in channels(person)] == [("email", "skipped")]


def test_reading_and_confirming_in_the_portal_is_noted_once(person: Outbox, mailer: Any, crooked: Any) -> None:
    from app.accounts.commands import create_account
    from app.core import work
    from app.core.actor import Actor, Role, system
    from app.deliveries import commands

    write(person)
    person.turn(mailer)
    with person.bound():
        create_account(system("tests"), "L1", (), "resident", None, password="Zielony-Kasztan-77")
        work.commit()
    person.sql("UPDATE accounts SET person_code = 'K1'")
    ((me, stranger),) = person.sql("SELECT id, id + 1000 FROM accounts")
    with person.bound():
        actor = Actor(kind="account", login="L1", account_id=me, role=Role.RESIDENT)
        other = Actor(kind="account", login="L2", account_id=stranger, role=Role.RESIDENT)
        assert commands.opened(other, CAUSE) == 0
        assert [commands.opened(actor, CAUSE) for _twice in range(2)] == [1, 0]
        assert [commands.confirmed(actor, CAUSE) for _twice in range(2)] == [1, 0]
        work.commit()
    assert person.sql("SELECT kind FROM delivery_events ORDER BY id") == [("sent",), ("opened",), ("confirmed",)]


def test_a_pause_holds_the_rest_of_a_mailing(outbox: Outbox, mailer: Any, crooked: Any) -> None:
    from app.core import work
    from app.outbox import steering

    outbox.write(10)
    assert outbox.turn(mailer, seconds=0) is not None
    with outbox.bound():
        assert steering.pause("mailout:1") == 9
        work.commit()
    assert outbox.turn(mailer) is None
    assert outbox.states() == {"sent": 1, "queued": 9}
    with outbox.bound():
        assert steering.resume("mailout:1") == 9
        work.commit()
    assert outbox.turn(mailer) is None
    assert sorted(crooked.addresses()) == sorted(f"r{n}@example.org" for n in range(1, 11))


def test_a_refusal_for_now_does_not_wake_a_paused_mailing(outbox: Outbox, mailer: Any, crooked: Any) -> None:
    outbox.write(1)
    outbox.sql("UPDATE outbox_causes SET paused_at = now()")
    crooked.faults["RCPT"].append(b"451 later")
    outbox.turn(mailer)
    assert outbox.rows("state, live", "") == [("queued", False)]


def test_what_waits_for_an_hour_does_not_leave_before(outbox: Outbox, mailer: Any, crooked: Any) -> None:
    from app.core import work
    from app.core.clock import now
    from app.outbox.commands import post_set

    with outbox.bound():
        post_set(
            "mailout", "mailout:9", {"subject": "x", "body_text": "y"},
            "SELECT 'person:1' AS recipient_key, 'a@b.pl' AS address, 'A' AS name, 'pl' AS locale, "
            "'{}'::jsonb AS context", {}, not_before=now() + timedelta(hours=2),
        )  # fmt: skip
        work.commit()
    again = outbox.turn(mailer)
    assert again is not None and 7100 < again.seconds < 7300
    assert not crooked.messages


SENT = ("sent", NOON)


@pytest.mark.parametrize(
    ("tried", "hours", "expected"),
    [
        ({"email": SENT}, 23, None),
        ({"email": SENT}, 24, "sms"),
        ({"email": ("bounced", NOON)}, 0, "sms"),
        ({"email": ("queued", None)}, 23, None),
        ({"email": SENT, "sms": SENT}, 71, None),
        ({"email": SENT, "sms": SENT}, 72, "letter"),
        ({"email": ("failed", None), "sms": ("skipped", None)}, 0, "letter"),
        ({"email": SENT, "sms": SENT, "letter": SENT}, 999, None),
    ],
)
def test_when_the_next_channel_comes(tried: Any, hours: int, expected: str | None) -> None:
    moment = NOON + timedelta(hours=hours)
    chosen = Escalation()
    assert next_channel(chosen, reached=False, written_at=NOON, tried=tried, now=moment) == expected
    assert next_channel(chosen, reached=True, written_at=NOON, tried=tried, now=moment) is None
    assert next_channel(Escalation(0, 0), reached=False, written_at=NOON, tried=tried, now=moment) is None


@pytest.mark.parametrize(
    ("moment", "polite"),
    [
        ("2026-11-21T12:00:00+00:00", "2026-11-21T12:00:00+00:00"),
        ("2026-11-21T06:59:00+00:00", "2026-11-21T07:00:00+00:00"),
        ("2026-11-21T19:00:00+00:00", "2026-11-22T07:00:00+00:00"),
        ("2026-07-01T23:30:00+00:00", "2026-07-02T06:00:00+00:00"),
    ],
)
def test_no_telephone_rings_at_night(moment: str, polite: str) -> None:
    assert rules.polite(datetime.fromisoformat(moment)) == datetime.fromisoformat(polite)


@pytest.mark.parametrize("wrong", [Escalation(-1, 0), Escalation(0, 10_000), Escalation(48, 24)])
def test_hours_that_make_no_sense(wrong: Escalation) -> None:
    with pytest.raises(Refused):
        rules.checked(wrong)


def test_the_page_of_rules(staff: Any, books: Outbox) -> None:
    browser = staff("admin")
    page = "/admin/configuration/deliveries"
    assert post(browser, page, sms_hours="12", letter_hours="36").status_code == 303
    assert books.sql("SELECT value FROM office_settings") == [({"sms_hours": 12, "letter_hours": 36},)]
    for wrong in ({"sms_hours": "-1"}, {"sms_hours": "x" * 10_000}, {"sms_hours": "48", "letter_hours": "12"}):
        assert post(browser, page, **wrong).status_code == 422
