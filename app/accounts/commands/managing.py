"""What the office does with accounts that exist: a new link to a password, blocking, letting in again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts import mails, rules
from app.accounts.commands.entering import end_sessions
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account
from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from tenants.db import db


def renew_link(actor: Actor, public_id: str) -> tuple[Account, str, datetime, str | None]:
    """A new link to a password for somebody who lost it: the account, secret, expiry, address it was mailed to.

    Older links end; the password stays until the new one is used. Raises `NotThere`, `Refused`.
    """
    account = _managed(actor, public_id)
    if account.status != "active":
        raise Refused(_("To konto jest zablokowane; najpierw je odblokuj."))
    void_tokens(account.id)
    secret, until = issue_token(account.id, "activation")
    mails.activation(account, secret, until)
    audit.record(actor, "account.link_renewed", account.login)
    return account, secret, until, account.email


def block(actor: Actor, public_id: str) -> Account:
    """Let nobody in with this account from the next request on. Raises `NotThere`, `Refused` for one's own."""
    account = _managed(actor, public_id)
    if account.id == actor.account_id:
        raise Refused(_("Nie można zablokować własnego konta."))
    account.status = "blocked"
    void_tokens(account.id)
    end_sessions(account.id)
    audit.record(actor, "account.blocked", account.login)
    return account


def unblock(actor: Actor, public_id: str) -> Account:
    """Let the account log in again. Raises `NotThere`, `Refused`."""
    account = _managed(actor, public_id)
    account.status = "active"
    audit.record(actor, "account.unblocked", account.login)
    return account


def _managed(actor: Actor, public_id: str) -> Account:
    """The account, if this actor may manage accounts and this one may do no more than they."""
    if not actor.may(Can.MANAGE_ACCOUNTS) or "\0" in public_id:
        raise NotThere("")
    account: Account | None = db.session.scalars(
        select(Account).where(Account.public_id == public_id).with_for_update()
    ).one_or_none()
    if account is None:
        raise NotThere("")
    rules.checked_role(actor, account.role)
    return account
