"""Who has read how far."""

from __future__ import annotations

from sqlalchemy import text

from app.works.access import Place
from tenants.db import db

_MARK = text(
    "INSERT INTO works_readings AS r (thread_id, account_id, letter_id) VALUES (:thread, :account, :letter) "
    "ON CONFLICT (thread_id, account_id) DO UPDATE SET letter_id = greatest(r.letter_id, EXCLUDED.letter_id)"
)


def mark_read(place: Place, thread_id: int, letter_id: int) -> None:
    """The one who stands on the site has read a thread up to a letter. Told late, it takes nothing back."""
    values = {"thread": thread_id, "account": place.author.account_id, "letter": letter_id}
    db.session.execute(_MARK, values)
