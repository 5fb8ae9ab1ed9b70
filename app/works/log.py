"""What happened on a site, in the words of its members. Parts of the zone register their verbs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.works.access import Author
from tenants.db import db

#: verb -> lazy words, such as „dodano dokument”.
WORDS: dict[str, Any] = {}
_ADD = text(
    "INSERT INTO works_events (site_id, author, account_id, guest_id, verb, subject, label) "
    "VALUES (:site, :author, :account, :guest, :verb, :subject, :label)"
)


def words(verb: str, said: Any) -> None:
    """Say how a verb reads; `said` is lazy."""
    WORDS[verb] = said


def note(site_id: int, author: Author, verb: str, subject: str, label: str = "") -> None:
    """Add a line, in the transaction that did it. `subject` is `kind:public id`, `label` how the thing is called."""
    values = {"site": site_id, "author": author.name, "account": author.account_id, "guest": author.guest_id}
    db.session.execute(_ADD, {**values, "verb": verb, "subject": subject, "label": label[:300]})
