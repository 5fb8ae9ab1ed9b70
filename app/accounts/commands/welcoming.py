"""The end of the first login."""

from __future__ import annotations

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from tenants.db import db

_DONE = text("UPDATE accounts SET welcomed_at = now() WHERE id = :account AND welcomed_at IS NULL RETURNING login")


def finish_welcome(actor: Actor, *, skipped: bool) -> None:
    """Remember that the actor has been shown round, or did not want to be. Raises `Refused` before a forced change."""
    if actor.must_change_password:
        raise Refused(_("Używasz hasła startowego. Zmień je, zanim przejdziesz dalej."))
    if db.session.execute(_DONE, {"account": actor.account_id}).first() is not None:
        audit.record(actor, "account.welcomed", actor.login, skipped=skipped)
