"""Changing a password, and getting back in without one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from app.accounts import mails, policies, rules
from app.accounts.commands.entering import Attempts, end_sessions, temporary_digest
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account, AccountToken
from app.core import audit, jobs, throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language
from app.core.public_ids import digest
from tenants.bound import current
from tenants.db import db

RESET_JOB = "accounts.send_reset"

_BY_IDENTIFIER = text(
    "SELECT id, login_key FROM accounts WHERE status = 'active' AND (login_key = :key OR email = :key) LIMIT 100"
)
_RECENT_RESETS = text(
    "SELECT count(*) FROM account_tokens WHERE account_id = :account AND purpose = 'reset' "
    "AND created_at > now() - interval '1 day'"
)
_FIND = text(
    "SELECT t.account_id, a.login FROM account_tokens t JOIN accounts a ON a.id = t.account_id "
    "WHERE t.secret_digest = :digest AND t.purpose = :purpose AND t.used_at IS NULL AND t.expires_at > now() "
    "AND a.status = 'active'"
)
_LOCK = text("SELECT id FROM accounts WHERE id = :account AND status = 'active' FOR UPDATE")
_USE = text(
    "UPDATE account_tokens SET used_at = now() WHERE secret_digest = :digest AND purpose = :purpose "
    "AND used_at IS NULL AND expires_at > now() RETURNING account_id"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to a request for a new password; it depends on what was typed and on nothing else."""

    minutes: int
    ask_login: bool
    temporary: bool = False


def change_password(actor: Actor, current_password: str, new: str) -> None:
    """Set the actor's own password. All other sessions and open links end; the account's address is told.

    Raises `Refused` with field `current` or `new`, `TooMany`.
    """
    account = db.session.get(Account, actor.account_id)
    if account is None:
        raise NotThere("")
    limit = f"password:{current().id}:{account.id}"
    if throttle.count(limit, rules.PAIR_WINDOW) > rules.PAIR_LIMIT:
        seconds = throttle.wait({limit: rules.PAIR_LIMIT}, rules.PAIR_WINDOW)
        raise rules.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))
    given = rules.password_form(current_password)
    if given is None or not rules.matches(given, account.password_hash):
        raise Refused(_("Obecne hasło jest nieprawidłowe."), field="current")
    throttle.forget(limit)
    policy = policies.password_policy()
    chosen = rules.checked_password(new, login=account.login, tenant_name=current().name, field="new", policy=policy)
    if chosen == given:
        raise Refused(_("Nowe hasło jest takie samo jak obecne."), field="new")
    _set(account, rules.hashed(chosen))
    end_sessions(account.id, kept=actor.session_id)
    audit.record(actor, "account.password_changed", account.login)
    mails.password_changed(account)


def ask_reset(identifier: str, login: str, address: str) -> Asked:
    """Ask for a link to a new password, by login or e-mail; `login` says which account of a shared e-mail.

    Whether there is such an account is found out later by a job, so that neither words nor time tell.
    Raises `TooMany` when one address asks too often.
    """
    limit = f"forgot:{current().id}:{rules.network(address)}"
    if throttle.count(limit, rules.FORGOT_WINDOW) > rules.FORGOT_LIMIT:
        seconds = throttle.wait({limit: rules.FORGOT_LIMIT}, rules.FORGOT_WINDOW)
        raise rules.TooMany(_("Za dużo próśb o nowe hasło. Spróbuj później."), max(1, seconds))
    key, which = rules.identifier_key(identifier) or "", rules.identifier_key(login) or ""
    name = hashlib.sha256(f"{key}\0{which}".encode()).hexdigest()[:32]
    order = {"identifier": key, "login": which, "spoken": language()}
    jobs.enqueue(RESET_JOB, name, order, lane="urgent")
    access = policies.access()
    temporary = access.reset == "temporary"
    minutes = access.temporary_hours * 60 if temporary else int(rules.RESET_LIFE.total_seconds()) // 60
    return Asked(minutes, ask_login="@" in key and not which, temporary=temporary)


def send_reset(identifier: str, login: str) -> None:
    """Post a link to the one account that is meant, if it has an e-mail and did not get five today."""
    rows = db.session.execute(_BY_IDENTIFIER, {"key": identifier}).all()
    chosen = _meant(rows, identifier, login)
    account = db.session.get(Account, chosen) if chosen is not None else None
    if account is None or not account.email:
        return
    if db.session.execute(_RECENT_RESETS, {"account": account.id}).scalar_one() >= rules.RESETS_A_DAY:
        return
    void_tokens(account.id, "reset")
    access = policies.access()
    if access.reset == "temporary":
        _post_temporary(account, access.temporary_hours)
    else:
        secret, _until = issue_token(account.id, "reset")
        mails.password_reset(account, secret)
    audit.record(_as(account), "account.reset_asked", account.login)


def _post_temporary(account: Account, hours: int) -> None:
    """A password that works once, beside the lasting one, and opens nothing but the choice of another."""
    password = rules.start_password(replace(policies.password_policy(), least=19))
    token = AccountToken(
        secret_digest=temporary_digest(account.id, password),
        purpose="reset",
        account_id=account.id,
        expires_at=now() + timedelta(hours=hours),
    )
    db.session.add(token)
    mails.temporary_password(account, password, token.expires_at)


def use_token(purpose: str, secret: str, new_password: str) -> str:
    """Set a password by a link, once, and return the login. All sessions and other links of the account end.

    The first thing in a unit of work: what was not committed before is given up.
    Raises `NotThere` for a link that does not work any more or never did, `Refused` on field `password`.
    """
    found = db.session.execute(_FIND, {"digest": digest(secret), "purpose": purpose}).one_or_none()
    policy = policies.password_policy()
    db.session.rollback()  # nothing was written, and no connection may wait while a hash is calculated
    if found is None:
        raise NotThere(_("Ten link już nie działa."))
    chosen = rules.checked_password(new_password, login=found.login, tenant_name=current().name, policy=policy)
    password_hash = rules.hashed(chosen)
    # the account first, then its links: two links of one account used at once must not wait for each other
    locked = db.session.execute(_LOCK, {"account": found.account_id}).first()
    used = db.session.execute(_USE, {"digest": digest(secret), "purpose": purpose}).first()
    account = db.session.get(Account, found.account_id)
    if locked is None or used is None or account is None:
        raise NotThere(_("Ten link już nie działa."))
    _set(account, password_hash)
    end_sessions(account.id)
    unlock(account)
    audit.record(_as(account), f"account.{purpose}_used", account.login)
    if purpose == "reset":
        mails.password_changed(account)
    return str(account.login)


def set_start_password(account: Account, password: str, *, must_change: bool, until: datetime | None) -> None:
    """Give an account a password that somebody else chose; it works until `until`. All sessions and links end.

    Without `must_change` a change is recommended. `policies.start_terms()` says what the manager wants, and
    `rules.start_password(policy)` makes one. Raises `Busy`.
    """
    _set(account, rules.hashed(password))
    account.must_change_password, account.advise_change = must_change, not must_change
    account.start_password_until = until
    db.session.flush()
    end_sessions(account.id)


def unlock(account: Account) -> None:
    """Forget the failed attempts at this account's login and e-mail, from wherever they came."""
    for name in {account.login_key, account.email}:
        if name:
            throttle.forget_family(Attempts.at(str(name), "").login)
    throttle.forget(f"password:{current().id}:{account.id}")


def _set(account: Account, password_hash: str) -> None:
    account.password_hash = password_hash
    account.must_change_password = account.advise_change = False
    account.start_password_until = None
    account.password_set_at = now()
    db.session.flush()
    void_tokens(account.id)


def _meant(rows: Sequence[Row[Any]], identifier: str, login: str) -> int | None:
    by_login = [row.id for row in rows if row.login_key == identifier]
    if by_login:
        return int(by_login[0])
    fitting = [row.id for row in rows if not login or row.login_key == login]
    return int(fitting[0]) if len(fitting) == 1 else None


def _as(account: Account) -> Actor:
    return Actor(kind="account", login=account.login, account_id=account.id)
