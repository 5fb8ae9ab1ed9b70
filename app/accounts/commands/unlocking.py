"""Getting in again after too many attempts, with a code that only the account's owner can read."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from app.accounts import mails, rules
from app.accounts.commands.codes import issue_code, may_send, prove
from app.accounts.commands.passwords import unlock
from app.accounts.models import Account
from app.core import audit, jobs, throttle
from app.core.actor import Actor
from app.core.language import gettext as _
from app.core.language import language
from tenants.bound import current
from tenants.db import db

UNLOCK_JOB = "accounts.send_unlock"
CHANNELS = ("email", "sms")
_MEANT = text(
    "SELECT id, login_key FROM accounts WHERE status = 'active' AND (login_key = :key OR email = :key) "
    "ORDER BY login_key = :key DESC LIMIT 2"
)


def ask_unlock(typed: str, channel: str, address: str) -> None:
    """Ask for a code that ends a lock-out, by login or e-mail.

    Whether there is such an account is found out later by a job, so that neither words nor time tell.
    Raises `TooMany` when one address asks too often.
    """
    _admit(f"unlock:{current().id}:{rules.network(address)}")
    key = rules.identifier_key(typed) or ""
    by = channel if channel in CHANNELS else CHANNELS[0]
    name = hashlib.sha256(f"{key}\0{by}".encode()).hexdigest()[:32]
    jobs.enqueue(UNLOCK_JOB, name, {"identifier": key, "channel": by, "spoken": language()}, lane="urgent")


def send_unlock(identifier: str, channel: str) -> None:
    """Send a code to the one account that is meant, the asked way or, where that is not known, the other one."""
    account = _meant(identifier)
    if account is None or not (account.email or account.phone) or not may_send(account.id, "unlock"):
        return
    code = issue_code(account.id, "unlock")
    if account.phone and (channel == "sms" or not account.email):
        mails.unlock_sms(account, code)
    else:
        mails.unlock_code(account, code)
    audit.record(_as(account), "account.unlock_asked", account.login)


def use_unlock(typed: str, code: str, address: str) -> None:
    """End a lock-out with the code. Raises `Refused` on `code`, alike for every login, and `TooMany`."""
    _admit(f"unlock:try:{current().id}:{rules.network(address)}")
    account = _meant(rules.identifier_key(typed) or "")
    prove(account.id if account else None, "unlock", code)
    assert account is not None
    unlock(account)
    audit.record(_as(account), "account.unlocked", account.login)


def _admit(limit: str) -> None:
    if throttle.count(limit, rules.UNLOCK_WINDOW) > rules.UNLOCK_LIMIT:
        seconds = throttle.wait({limit: rules.UNLOCK_LIMIT}, rules.UNLOCK_WINDOW)
        raise rules.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), max(1, seconds))


def _meant(key: str) -> Account | None:
    rows = db.session.execute(_MEANT, {"key": key}).all()
    if not rows or (rows[0].login_key != key and len(rows) > 1):
        return None
    return db.session.get(Account, rows[0].id)


def _as(account: Account) -> Actor:
    return Actor(kind="account", login=account.login, account_id=account.id)
