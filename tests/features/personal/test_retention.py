"""Retention: what is older than the manager keeps it goes at night, what is younger stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.notifications.conftest import PASSWORD
from tests.features.personal.test_copy import lived_in

__all__ = ["lived_in"]
PAGE = "/admin/configuration/retention"
OLD, YOUNG = "now() - interval '5000 days'", "now() - interval '1 day'"


def forget(house: Any) -> Any:
    from app.personal.commands import forget_old

    return house.do(forget_old)


def test_old_goes_and_young_stays(lived_in: Any) -> None:
    house = lived_in
    for login, moment in (("P1", OLD), ("P2", YOUNG)):
        of = f"(SELECT id FROM accounts WHERE login = '{login}')"
        house.sql(f"INSERT INTO login_attempts (account_id, at, outcome) VALUES ({of}, {moment}, 'in')")
        house.sql(
            "INSERT INTO account_sessions (secret_digest, account_id, expires_at) "
            f"VALUES (uuid_send(gen_random_uuid()), {of}, {moment})"
        )
        house.sql(
            "INSERT INTO account_tokens (secret_digest, purpose, account_id, expires_at) "
            f"VALUES (uuid_send(gen_random_uuid()), 'reset', {of}, {moment})"
        )
        house.sql(f"UPDATE registrations SET changed_at = {moment} WHERE account_id = {of}")
        house.sql(f"UPDATE message_threads SET state = 'closed', last_at = {moment} WHERE account_id = {of}")
        house.sql(
            f"UPDATE outbox_items SET state = 'sent', live = false, created_at = {moment} "
            f"WHERE recipient_key = 'account:' || (SELECT public_id FROM accounts WHERE login = '{login}')"
        )
    assert forget(house) is not None
    for table in ("login_attempts", "account_sessions", "account_tokens"):
        rows = house.sql(
            f"SELECT a.login FROM {table} t JOIN accounts a ON a.id = t.account_id WHERE a.login <> 'admin'"
        )
        assert rows == [("P2",)], table
    assert house.sql("SELECT public_id FROM registrations") == [("wniosek-P2",)]
    assert house.sql("SELECT public_id FROM message_threads") == [("t-P2",)]
    kept = house.sql(
        "SELECT DISTINCT a.login, o.address IS NULL, o.context = '{}' OR o.secret FROM outbox_items o "
        "JOIN accounts a ON o.recipient_key = 'account:' || a.public_id WHERE a.login <> 'admin' "
        "AND o.letter = 'books_published' ORDER BY 1"
    )
    assert kept == [("P1", True, True), ("P2", False, False)]
    assert house.sql("SELECT count(*) FROM text_acceptances") == [(2,)]
    assert house.sql("SELECT count(*) FROM ledger_entries") == [(2,)]


def test_letters_on_their_way_and_open_conversations_stay_however_old(lived_in: Any) -> None:
    lived_in.sql(f"UPDATE outbox_items SET created_at = {OLD}")
    lived_in.sql(f"UPDATE message_threads SET last_at = {OLD}")
    forget(lived_in)
    assert lived_in.sql("SELECT count(*) FROM outbox_items WHERE address IS NULL") == [(0,)]
    assert lived_in.sql("SELECT count(*) FROM message_threads") == [(2,)]


def test_announcements_that_ended_long_ago_go_and_what_still_hangs_keeps_its_marks(lived_in: Any) -> None:
    house = lived_in
    ago = "now() - interval '{0} days'"
    for name, state, ended in (
        ("hangs", "published", "NULL"), ("ended", "published", ago.format(800)),
        ("gone", "published", ago.format(1900)), ("back", "withdrawn", "NULL"), ("fresh", "published", ago.format(10)),
    ):  # fmt: skip
        house.sql(
            "INSERT INTO announcements (public_id, title, body, audience, state, published_at, expires_at, "
            "withdrawn_at, created_by, mailout) "
            f"VALUES ('{name}', 'T', 'B', '{{}}', '{state}', {ago.format(2000)}, {ended}, "
            f"{ago.format(1900) if name == 'back' else 'NULL'}, 'tests', 'mailout-{name}')"
        )
        house.sql(
            "INSERT INTO announcement_reads (announcement_id, account_id, read_at) "
            f"SELECT n.id, a.id, {ago.format(1990)} FROM announcements n, accounts a "
            f"WHERE n.public_id = '{name}' AND a.login = 'P1'"
        )
        house.sql(
            "INSERT INTO mailouts (public_id, form_key, subject, body, audience, created_by) "
            f"VALUES ('mailout-{name}', 'announcement:{name}', 'T', 'B', '{{}}', 'tests')"
        )
    house.sql("INSERT INTO announcements (public_id, title, body, audience, created_by, created_at) "
              f"VALUES ('draft', 'T', 'B', '{{}}', 'tests', {OLD})")  # fmt: skip
    events = "SELECT count(*) FROM delivery_events"
    before = house.sql(events)
    gone = forget(house)
    assert gone["announcements"] == 2 and gone["reads"] == 3
    assert house.sql("SELECT public_id FROM announcements ORDER BY 1") == [
        ("draft",),
        ("ended",),
        ("fresh",),
        ("hangs",),
    ]
    marked = "SELECT n.public_id FROM announcement_reads r JOIN announcements n ON n.id = r.announcement_id ORDER BY 1"
    assert house.sql(marked) == [("fresh",), ("hangs",)]
    assert house.sql(events) == before, "the register of deliveries keeps what it has"
    from app.announcements.queries import board

    with house.bound():
        assert board.taken_back() == {"mailout-gone", "mailout-back"}, "their words do not come back as mailouts"


def test_accounts_closed_long_ago_are_wiped(lived_in: Any) -> None:
    lived_in.sql(f"UPDATE accounts SET status = 'closed', closed_at = {OLD} WHERE login = 'P1'")
    lived_in.sql(f"UPDATE accounts SET status = 'closed', closed_at = {YOUNG} WHERE login = 'P2'")
    forget(lived_in)
    assert lived_in.sql("SELECT count(*) FROM personal_erasures") == [(1,)]
    assert lived_in.sql("SELECT login FROM accounts WHERE person_code IS NOT NULL") == [("P2",)]


def test_much_is_forgotten_in_short_turns(lived_in: Any, monkeypatch: Any) -> None:
    from app.core.jobs import Again
    from app.personal.commands import forgetting
    from app.personal.jobs import retention

    monkeypatch.setattr(forgetting, "BATCH", 10)
    lived_in.sql(f"INSERT INTO login_attempts (at, outcome) SELECT {OLD}, 'unknown' FROM generate_series(1, 25)")
    with lived_in.bound():
        assert forgetting.forget_old(seconds=0) is None
    assert lived_in.sql("SELECT count(*) FROM login_attempts WHERE outcome = 'unknown'") == [(15,)]
    turns = 0
    while isinstance(lived_in.do(retention), Again):
        turns += 1
    assert lived_in.sql("SELECT count(*) FROM login_attempts WHERE outcome = 'unknown'") == [(0,)]


def test_the_night_asks_every_manager(lived_in: Any, app: Any) -> None:
    from worker import sweeps
    from worker.schedules import NIGHTLY

    assert "retention" in [entry.name for entry in NIGHTLY]
    sweeps.forget(app)
    assert lived_in.sql("SELECT state FROM jobs WHERE name = 'personal.retention'") == [("waiting",)]


@pytest.fixture
def admin(house: Any, enter: Any) -> Any:
    from app.accounts.commands import create_account
    from app.core.actor import system

    house.do(lambda: create_account(system("tests"), "boss", (), "admin", None, password=PASSWORD))
    return enter("boss")


def test_the_manager_sets_the_periods_within_bounds(house: Any, admin: Any) -> None:
    from app.personal.rules import Retention

    page = admin.get(PAGE).text
    assert 'name="attempts_days"' in page
    assert 'value="90"' in page
    fields = {"attempts_days": "60", "sessions_days": "30", "links_days": "7", "letters_months": "6",
              "registrations_months": "3", "closed_months": "1", "messages_months": "12",
              "fetches_months": "12", "announcements_months": "24", "reads_months": "12",
              "bank_years": "5"}  # fmt: skip
    assert admin.post(PAGE, fields).status_code == 303
    assert house.sql("SELECT value -> 'attempts_days' FROM office_settings WHERE name = 'retention'") == [(60,)]
    for wrong in ("29", "731", "", "-1", "1e3", "٣٣", "9" * 400):
        answer = admin.post(PAGE, {**fields, "attempts_days": wrong})
        assert answer.status_code == 422, wrong
        assert "attempts_days-error" in answer.text
    assert house.sql("SELECT value -> 'attempts_days' FROM office_settings WHERE name = 'retention'") == [(60,)]
    assert Retention().attempts_days == 90
    refused = admin.post(PAGE, {**fields, "bank_years": "4"})
    assert refused.status_code == 422 and "Od 5 do 20 lat." in refused.text
