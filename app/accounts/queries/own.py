"""What somebody may read about their own account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.public_ids import digest
from tenants.db import db

_CONTACTS = text(
    "SELECT email, phone, "
    "(SELECT value FROM account_tokens t WHERE t.account_id = a.id AND purpose = 'email' AND used_at IS NULL "
    "AND expires_at > now() AND NOT starts_with(value, 'undo:') ORDER BY id DESC LIMIT 1) AS waiting_email, "
    "(SELECT value FROM account_tokens t WHERE t.account_id = a.id AND purpose = 'phone' AND used_at IS NULL "
    "AND expires_at > now() ORDER BY id DESC LIMIT 1) AS waiting_phone, "
    "welcomed_at IS NOT NULL AS welcomed FROM accounts a WHERE id = :account"
)
_LINK = text(
    "SELECT a.login, t.value FROM account_tokens t JOIN accounts a ON a.id = t.account_id "
    "WHERE t.secret_digest = :digest AND t.purpose = 'email' AND t.used_at IS NULL AND t.expires_at > now() "
    "AND a.status = 'active' AND starts_with(t.value, 'undo:') = :undoing"
)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The account's own e-mail and phone (E.164), what waits to be confirmed, and whether it was shown round."""

    email: str | None
    phone: str | None
    waiting_email: str | None
    waiting_phone: str | None
    welcomed: bool


@dataclass(frozen=True, slots=True)
class EmailLink:
    """What an open link would do: confirm `email` for the account `login`, or bring it back."""

    login: str
    email: str


def contacts_of(actor: Actor) -> Contacts:
    """The actor's own contacts."""
    row = db.session.execute(_CONTACTS, {"account": actor.account_id}).one()
    return Contacts(*row)


def email_link(secret: str, *, undoing: bool = False) -> EmailLink | None:
    """What a link about an e-mail address would do now, or None. Looking changes nothing."""
    row = db.session.execute(_LINK, {"digest": digest(secret), "undoing": undoing}).first()
    return EmailLink(row.login, str(row.value).removeprefix("undo:")) if row else None
