"""What the office does with accounts that exist: a new link to a password, blocking, letting in again.

Staff handle accounts of residents in their own buildings, and nobody hands out more than they have: an account that
also sees other buildings is handled by those who see these too. Accounts of staff need the right to manage staff.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text

from app.accounts import mails, rules
from app.accounts.commands import admins
from app.accounts.commands.entering import end_sessions
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account
from app.accounts.queries import reach
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.estate import scope
from tenants.db import db


def renew_link(
    actor: Actor, public_id: str, *, identity: str | None = None
) -> tuple[Account, str, datetime, str | None]:
    """A new link to a password for somebody who lost it: the account, secret, expiry, address it was mailed to.

    Older links end; the password stays until the new one is used. `identity` says how the person proved who they
    are, for the audit log. Raises `NotThere`, `Refused`.
    """
    account = managed(actor, public_id)
    _must_be_open(account)
    void_tokens(account.id)
    secret, until = issue_token(account.id, "activation")
    mails.activation(account, secret, until)
    checked = {"identity": identity} if identity else {}
    audit.record(actor, "account.link_renewed", account.login, mailed=bool(account.email), **checked)
    return account, secret, until, account.email


def block(actor: Actor, public_id: str) -> Account:
    """Let nobody in with this account from the next request on. Raises `NotThere`, `Refused` for one's own."""
    admins.one_at_a_time()
    account = managed(actor, public_id)
    if account.id == actor.account_id:
        raise Refused(_("Nie można zablokować własnego konta."))
    if account.status == "closed":
        raise Refused(_("To konto jest już zamknięte."))
    admins.keep_one(account)
    before, account.status = account.status, "blocked"
    void_tokens(account.id)
    end_sessions(account.id)
    audit.record(actor, "account.blocked", account.login, before={"status": before}, after={"status": "blocked"})
    return account


def unblock(actor: Actor, public_id: str) -> Account:
    """Let the account log in again. Raises `NotThere`, `Refused`."""
    account = managed(actor, public_id)
    if account.status == "closed":
        raise Refused(_("Zamkniętego konta nie można otworzyć; załóż nowe."))
    before, account.status = account.status, "active"
    audit.record(actor, "account.unblocked", account.login, before={"status": before}, after={"status": "active"})
    return account


def managed(actor: Actor, public_id: str) -> Account:
    """The account, locked, if this actor may manage accounts and this one may do and see no more than they.

    Raises `NotThere`, also for accounts of other buildings, and `Refused`.
    """
    if not actor.may(Can.MANAGE_ACCOUNTS) or "\0" in public_id:
        raise NotThere("")
    account: Account | None = db.session.scalars(
        select(Account)
        .where(Account.public_id == public_id, text(scope.accounts("accounts")).bindparams(**scope.values(actor)))
        .with_for_update()
    ).one_or_none()
    if account is None:
        raise NotThere("")
    rules.checked_role(actor, account.role)
    if not reach.within(actor, account.id, account.person_code, today()):
        raise Refused(_("To konto widzi też lokale w innych budynkach. Poproś osobę, która obsługuje je wszystkie."))
    return account


def _must_be_open(account: Account) -> None:
    if account.status == "closed":
        raise Refused(_("To konto jest już zamknięte."))
    if account.status != "active":
        raise Refused(_("To konto jest zablokowane; najpierw je odblokuj."))
