"""Logging in and out. Sessions live in the tenant's schema; the cookie holds only their secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Engine, Row, text

from app.accounts import rules
from app.accounts.commands.tokens import void_tokens
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.core.runtime import settings
from tenants.bound import current
from tenants.db import db

_ACCOUNT = text(
    "SELECT id, login, login_key, password_hash, status, role, "
    "start_password_until IS NOT NULL AND start_password_until < now() AS expired "
    "FROM accounts WHERE login_key = :key OR email = :key ORDER BY login_key = :key DESC LIMIT 2"
)
_OPEN = text(
    "INSERT INTO account_sessions (secret_digest, account_id, expires_at, address, agent) "
    "VALUES (:digest, :account, :until, :address, :agent)"
)
_ENTERED = text(
    "UPDATE accounts SET last_login_at = now(), password_hash = coalesce(:hash, password_hash) WHERE id = :account"
)
_SWEEP = text("DELETE FROM account_sessions WHERE account_id = :account AND expires_at < now() - interval '30 days'")
_END = text("UPDATE account_sessions SET ended_at = now() WHERE id = :id AND ended_at IS NULL")
_END_OTHERS = text(
    "UPDATE account_sessions SET ended_at = now() "
    "WHERE account_id = :account AND ended_at IS NULL AND id IS DISTINCT FROM CAST(:kept AS bigint)"
)
_TOUCH = text(
    "UPDATE account_sessions SET seen_at = now() WHERE id = ("
    "SELECT id FROM account_sessions WHERE id = :id AND ended_at IS NULL "
    "AND seen_at < now() - interval '60 seconds' FOR UPDATE SKIP LOCKED)"
)


@dataclass(frozen=True, slots=True)
class Attempts:
    """The keys under which attempts of one visitor at one login are counted; the login itself is not stored."""

    pair: str
    login: str
    address: str

    @classmethod
    def at(cls, typed: str, address: str) -> Attempts:
        name = hashlib.sha256((rules.identifier_key(typed) or "").encode()).hexdigest()[:32]
        home, network = f"login:{current().id}:{name}", rules.network(address)
        return cls(f"{home}:{network}", home, f"login:address:{network}")

    def admit(self) -> None:
        """Count one attempt. Raises `TooMany` when a limit is reached."""
        seconds = max(
            throttle.wait({self.pair: rules.PAIR_LIMIT, self.address: rules.ADDRESS_LIMIT}, rules.PAIR_WINDOW),
            throttle.wait({self.login: rules.LOGIN_LIMIT}, rules.LOGIN_WINDOW),
        )
        if not seconds and throttle.count(self.pair, rules.PAIR_WINDOW) > rules.PAIR_LIMIT:
            seconds = throttle.wait({self.pair: rules.PAIR_LIMIT}, rules.PAIR_WINDOW) or 1
        if seconds:
            raise rules.TooMany(_("Za dużo nieudanych prób. Spróbuj później."), seconds)

    def failed(self) -> None:
        throttle.count(self.login, rules.LOGIN_WINDOW)
        throttle.count(self.address, rules.ADDRESS_WINDOW)

    def succeeded(self) -> None:
        throttle.forget(self.pair)


def log_in(login: str, password: str, address: str, agent: str) -> str:
    """Open a session and return its secret. `login` may be the e-mail of just one account.

    The first thing in a unit of work: what was not committed before is given up.
    Raises `TooMany` over a limit, `Busy`, and otherwise `Refused` with one and the same sentence.
    """
    attempts = Attempts.at(login, address)
    attempts.admit()
    found = account_for(login)
    db.session.rollback()  # nothing was written, and no connection may wait while a hash is calculated
    given = rules.password_form(password)
    kept = rules.usable(found.password_hash if found else None, given or "", production=settings().production)
    right = given is not None and rules.matches(given, kept)
    if found is None or given is None or not right or found.status != "active" or found.expired:
        attempts.failed()
        raise Refused(_("Nieprawidłowy login lub hasło."))
    attempts.succeeded()
    renewed = rules.hashed(given) if rules.outdated(found.password_hash) else None
    secret = new_secret()
    db.session.execute(
        _OPEN,
        {
            "digest": digest(secret),
            "account": found.id,
            "until": now() + rules.SESSION_LIFE,
            "address": address[:60],
            "agent": "".join(sign for sign in agent[:200] if sign.isprintable()),
        },
    )
    db.session.execute(_ENTERED, {"account": found.id, "hash": renewed})
    db.session.execute(_SWEEP, {"account": found.id})
    void_tokens(found.id, "reset")
    audit.record(Actor(kind="account", login=found.login, account_id=found.id), "account.logged_in", found.login)
    return secret


def log_out(actor: Actor) -> None:
    """End the session that the actor came with."""
    db.session.execute(_END, {"id": actor.session_id})
    audit.record(actor, "account.logged_out", actor.login)


def end_sessions(account_id: int, kept: int | None = None) -> None:
    """End all sessions of an account, except perhaps one."""
    db.session.execute(_END_OTHERS, {"account": account_id, "kept": kept})


def touch(session_id: int) -> None:
    """Mark a session of the bound tenant as seen, in a transaction of its own; one that is locked is left."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_TOUCH, {"id": session_id})


def account_for(typed: str) -> Row[Any] | None:
    """The account with this login, or the only one with this e-mail. The same work whatever is found."""
    key = rules.identifier_key(typed)
    rows = db.session.execute(_ACCOUNT, {"key": key or ""}).all()
    if not rows or (rows[0].login_key != key and len(rows) > 1):
        return None
    return rows[0]
