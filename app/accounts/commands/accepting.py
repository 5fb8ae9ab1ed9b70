"""Acknowledging the manager's texts: which version, when, from where."""

from __future__ import annotations

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.office import texts
from tenants.db import db

_ACCEPT = text(
    "INSERT INTO text_acceptances (account_id, kind, version, address) VALUES (:account, :kind, :version, :address) "
    "ON CONFLICT DO NOTHING RETURNING version"
)
_LOGIN = text("SELECT login FROM accounts WHERE id = :account")
_WAITING = text(
    "SELECT DISTINCT ON (t.kind) t.kind, t.version FROM office_texts t WHERE t.needs_acceptance AND NOT EXISTS ("
    "SELECT FROM text_acceptances x WHERE x.account_id = :account AND x.kind = t.kind AND x.version >= t.version) "
    "ORDER BY t.kind, t.version DESC"
)


def accept(account_id: int, kind: str, version: int, address: str | None) -> None:
    """Note that the owner of an account acknowledged a version; once is enough. Raises `NotThere`."""
    if texts.text_of(kind, version) is None or not texts.KINDS[kind].accepted:
        raise NotThere(_("Nie ma takiej strony."))
    values = {"account": account_id, "kind": kind, "version": version, "address": address}
    if db.session.execute(_ACCEPT, values).first():
        login = str(db.session.execute(_LOGIN, {"account": account_id}).scalar_one())
        who = Actor(kind="account", login=login, account_id=account_id, address=address)
        audit.record(who, "text.accepted", kind, version=version)


def waiting(actor: Actor) -> list[texts.Published]:
    """The texts that the actor has not acknowledged since a version of them asked for it: those in force."""
    rows = db.session.execute(_WAITING, {"account": actor.account_id}).all()
    found = (texts.current_text(row.kind, actor.locale or "pl") for row in rows)
    return [one for one in found if one is not None]
