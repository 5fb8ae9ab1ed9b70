"""Choosing one's own login, where the manager's books do not give it."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts import rules
from app.accounts.models import Account
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from tenants.db import db


def choose_login(actor: Actor, login: str) -> None:
    """Give the own account another login; the password stays. For who takes part in building works.

    Raises `Refused` on field `login`, `Conflict` for one that is taken, `NotThere` for residents and staff.
    """
    if not actor.is_collaborator:
        raise NotThere("")
    account: Account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    shown, key = rules.checked_login(login)
    if key != account.login_key:
        taken = select(Account.id).where(
            (Account.login_key == key) | ((Account.email == key) & (Account.id != account.id))
        )
        if db.session.execute(taken).first() is not None:
            raise Conflict(_("Ten login jest już zajęty."), field="login")
    if (shown, key) != (account.login, account.login_key):
        audit.record(actor, "account.login_chosen", shown, before={"login": account.login}, after={"login": shown})
        account.login, account.login_key = shown, key
    account.welcomed_at = account.welcomed_at or now()
    db.session.flush()
