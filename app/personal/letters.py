"""The letters that were sent to one resident, as they read them; of secret ones only that they were sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.language import gettext as _
from app.office.queries import profile
from app.outbox import letters
from app.outbox.rendering import rendered
from app.personal.collecting import Table, keys
from tenants.db import db

MOST_LETTERS = 2000
_LETTERS = text(
    "SELECT o.created_at, o.sent_at, o.channel, o.letter, o.address, o.state, o.secret, o.locale, o.recipient_name, "
    "coalesce(c.context, '{}'::jsonb) || o.context AS context "
    "FROM outbox_items o LEFT JOIN outbox_causes c ON c.cause = o.cause "
    "JOIN accounts a ON a.id = :account WHERE o.recipient_key = ANY(:keys) "
    # a login may be given out again after its account was closed: earlier letters went to somebody else
    "AND (o.recipient_key <> 'account:' || a.login OR o.created_at >= a.created_at) ORDER BY o.id DESC LIMIT :most"
)


def letters_of(actor: Actor) -> Table:
    """The newest letters to the actor, at most `MOST_LETTERS`."""
    values = {"account": actor.account_id, "keys": keys(actor.account_id or 0), "most": MOST_LETTERS}
    rows = db.session.execute(_LETTERS, values)
    office = profile()
    return Table(
        "listy",
        _("Wiadomości wysłane przez portal"),
        (_("Zapisano"), _("Wysłano"), _("Kanał"), _("Adres"), _("Stan"), _("Temat"), _("Treść")),
        [
            (row.created_at, row.sent_at, row.channel, row.address, row.state, *_words(row, office))
            for row in rows.all()
        ],
    )


def _words(row: Any, office: Any) -> tuple[str, str]:
    """The subject and text of a letter; empty where it held a secret or is not kept any more."""
    try:
        kind = letters.kind(row.letter)
    except KeyError:
        return row.letter, ""
    subject = str(kind.subject) if kind.subject is not None else str(row.context.get("subject", ""))
    if row.secret or "sealed" in row.context or row.channel != "email" or not row.context:
        return subject, ""
    try:
        letter = rendered(
            kind, row.context, office=office, name=row.recipient_name or "", locale=row.locale, unsubscribe_url=None
        )
    except Exception:  # a template may have changed since; that must not keep somebody from the rest
        return subject, ""
    return letter.subject, letter.text
