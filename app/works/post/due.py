"""Answers that somebody waits for until a day: for who owes one, and for who asked."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.language import gettext as _
from app.works import due
from app.works.access import Place
from app.works.due import Due
from tenants.db import db

# Somebody owes an answer until they have written in the thread after the letter; who asked waits until anybody has.
_OWED = text(
    "SELECT l.due_on, t.subject, t.public_id, l.public_id AS letter, l.account_id = :account AS is_mine "
    "FROM works_letters l JOIN works_threads t ON t.id = l.thread_id WHERE l.site_id = :site "
    "AND l.due_on IS NOT NULL AND l.due_on <= :last AND l.state = 'sent' AND t.state = 'open' AND ("
    "(l.account_id = :account AND NOT EXISTS (SELECT FROM works_letters n WHERE n.thread_id = l.thread_id "
    "AND n.id > l.id AND n.state = 'sent' AND n.account_id IS DISTINCT FROM :account)) OR ("
    "EXISTS (SELECT FROM works_addressees d WHERE d.letter_id = l.id AND d.account_id = :account) "
    "AND NOT EXISTS (SELECT FROM works_letters n WHERE n.thread_id = l.thread_id AND n.id > l.id "
    "AND n.account_id = :account))) ORDER BY l.due_on, l.id LIMIT 100"
)


def answers(place: Place, _today: date, last: date) -> list[Due]:
    """Letters until whose day an answer is owed, late ones too."""
    rows = db.session.execute(_OWED, {"site": place.id, "account": place.author.account_id, "last": last})
    return [
        Due(
            row.due_on,
            _("Czekasz na odpowiedź: %(subject)s", subject=row.subject)
            if row.is_mine
            else _("Odpowiedz na wiadomość: %(subject)s", subject=row.subject),
            f"{place.url}/mail/{row.public_id}#{row.letter}",
            "mail",
        )
        for row in rows
    ]


due.register("post", answers)
