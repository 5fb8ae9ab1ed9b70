"""The end of a decision is told a month ahead: to its holder, once, and without saying of what it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.allowances.reminders import remind

DAY = date(2026, 6, 1)


def told(books: Any) -> list[Any]:
    return books.sql(
        "SELECT a.login FROM outbox_items o JOIN accounts a ON o.recipient_key = 'account:' || a.public_id "
        "WHERE o.letter = 'decision_ending' ORDER BY 1"
    )


def run(books: Any, day: date = DAY) -> int:
    return int(books.do(lambda: remind(day)))


@pytest.mark.parametrize(("days", "expected"), [(30, 1), (31, 0), (12, 1), (0, 1), (-1, 0)])
def test_it_is_told_within_thirty_days_of_the_end(books: Any, days: int, expected: int) -> None:
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), DAY + timedelta(days=days), 25000)
    assert run(books) == expected


def test_it_is_told_once_and_to_the_holder_alone(books: Any) -> None:
    books.holds("buyer", "L2", "co-owner")
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 30), 25000)
    assert [run(books), run(books), run(books, DAY + timedelta(days=7))] == [1, 0, 0]
    assert told(books) == [("anna",)]


def test_a_prolonged_decision_is_no_matter_for_a_letter(books: Any) -> None:
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 30), 25000)
    books.decide("DM/2", "anna", "L2", date(2026, 7, 1), date(2026, 12, 31), 25000)
    assert run(books) == 0
    assert run(books, date(2026, 12, 5)) == 1


def test_a_moved_end_is_told_again(books: Any) -> None:
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 20), 25000)
    assert run(books) == 1
    books.sql("UPDATE housing_allowances SET until_revision = 2")
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 30), 25000)
    assert run(books) == 1


def test_a_closed_account_and_an_unwanted_kind_get_nothing(books: Any) -> None:
    books.decide("DM/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 30), 25000)
    books.decide("DM/2", "buyer", "L3", date(2026, 1, 1), date(2026, 6, 30), 25000)
    books.sql("UPDATE accounts SET status = 'closed', closed_at = now() WHERE login = 'anna'")
    books.sql(
        "INSERT INTO notification_choices (account_id, kind, channel, wanted) "
        "SELECT id, 'decisions', 'email', false FROM accounts WHERE login = 'buyer'"
    )
    assert run(books) == 0


@pytest.mark.parametrize("locale", ["pl", "en", "uk"])
def test_the_letter_and_the_outbox_do_not_tell_what_it_is_about(books: Any, locale: str) -> None:
    from app.office.queries import profile
    from app.outbox import letters
    from app.outbox.rendering import rendered, rendered_sms

    books.decide("DM/TAJNE/1", "anna", "L2", date(2026, 1, 1), date(2026, 6, 30), 25000)
    assert run(books) == 1
    [(cause, context)] = books.sql("SELECT cause, context FROM outbox_items WHERE letter = 'decision_ending'")
    kind = letters.kind("decision_ending")

    def written() -> str:
        letter = rendered(kind, context, office=profile(), name="", locale=locale, unsubscribe_url="http://x.example/u")
        return letter.subject + letter.text + letter.html + rendered_sms(kind, context, office=profile(), locale=locale)

    words = books.do(written)
    assert "30.06.2026" in words and "/me/allowances" in words
    for secret in ("TAJNE", "odatek", "250", "llowance of", "субсид"):
        assert secret not in words and secret not in cause, secret


def test_the_job_runs_by_its_name(books: Any) -> None:
    from app.core import jobs

    assert "allowances.remind" in jobs.registered()
