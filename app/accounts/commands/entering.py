"""Logging in and out. Sessions live in the tenant's schema; the cookie holds only their secret."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Engine, Row, TextClause, text

from app.accounts import policies, rules
from app.accounts.commands.opening import issue_token
from app.accounts.commands.tokens import void_tokens
from app.accounts.models import Account
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import local, now
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.core.runtime import settings
from tenants.bound import current
from tenants.db import db

_ACCOUNT = text(
    "SELECT id, public_id, login, login_key, password_hash, status, role, opens_at, "
    "start_password_until IS NOT NULL AND start_password_until < now() AS expired "
    "FROM accounts WHERE login_key = :key OR email = :key ORDER BY login_key = :key DESC LIMIT 2"
)
_OPEN = text(
    "INSERT INTO account_sessions (secret_digest, account_id, expires_at, address, agent, waits_for) "
    "VALUES (:digest, :account, :until, :address, :agent, :waits_for)"
)
_ENTERED = text(
    "UPDATE accounts SET last_login_at = now(), password_hash = coalesce(:hash, password_hash) WHERE id = :account"
)
_SWEEP = text("DELETE FROM account_sessions WHERE account_id = :account AND expires_at < now() - interval '30 days'")
# Whoever leaves while seeing with a resident's eyes leaves with their own session as well.
_END = text(
    "UPDATE account_sessions SET ended_at = now() WHERE ended_at IS NULL "
    "AND id IN (:id, (SELECT watcher_session FROM account_sessions WHERE id = :id))"
)
_END_OTHERS = text(
    "UPDATE account_sessions SET ended_at = now() "
    "WHERE account_id = :account AND ended_at IS NULL AND id IS DISTINCT FROM CAST(:kept AS bigint)"
)
_OWE = text(
    "UPDATE account_sessions SET waits_for = :owed "
    "WHERE account_id = :account AND ended_at IS NULL AND waits_for IS NULL"
)
_TOUCH = text(
    "UPDATE account_sessions SET seen_at = now() WHERE id = ("
    "SELECT id FROM account_sessions WHERE id = :id AND ended_at IS NULL "
    "AND seen_at < now() - interval '60 seconds' FOR UPDATE SKIP LOCKED)"
)
_SPEAK = text("UPDATE accounts SET locale = :code WHERE id = :account")
_ATTEMPT = text(
    "INSERT INTO login_attempts (account_id, outcome, address, agent) VALUES (:account, :outcome, :address, :agent)"
)
# one line a minute says that somebody was sent away; a flood of them would say no more
_THROTTLED = text(
    "INSERT INTO login_attempts (account_id, outcome, address, agent) SELECT "
    "(SELECT CASE WHEN count(*) = 1 OR bool_or(login_key = :key) "
    "THEN (array_agg(id ORDER BY login_key = :key DESC))[1] END FROM accounts WHERE login_key = :key OR email = :key), "
    "'throttled', :address, :agent WHERE NOT EXISTS (SELECT FROM login_attempts WHERE at > now() - interval '1 minute' "
    "AND outcome = 'throttled' AND address = :address)"
)

_TEMPORARY = text(
    "UPDATE account_tokens t SET used_at = now() FROM accounts a WHERE t.secret_digest = :digest "
    "AND t.purpose = 'reset' AND t.account_id = :account AND t.used_at IS NULL AND t.expires_at > now() "
    "AND a.id = t.account_id AND a.status = 'active' RETURNING t.account_id"
)

#: What a session of an account still owes after the right password, such as `factor`; features add to it.
demands: list[Callable[[Row[Any]], str | None]] = []


class TooEarly(Refused):
    """The password was right and the account opens later: at `opens_at`."""

    def __init__(self, opens_at: datetime) -> None:
        when = local(opens_at)
        super().__init__(
            _(
                "Konto jest już założone. Pierwsze logowanie będzie możliwe po %(when)s, gdy portal pobierze dane.",
                when=f"{when:%d.%m.%Y}, {when:%H:%M}",
            )
        )
        self.opens_at = opens_at


class ChooseFirst(Refused):
    """A temporary password was right: it has now been used up, and `secret` is a link to a lasting one."""

    def __init__(self, secret: str) -> None:
        super().__init__(_("Ustaw teraz własne hasło."))
        self.secret = secret


@dataclass(frozen=True, slots=True)
class Attempts:
    """The keys under which attempts of one visitor at one login are counted; the login itself is not stored."""

    pair: str
    login: str
    address: str

    @classmethod
    def at(cls, typed: str, address: str) -> Attempts:
        home, network = rules.attempts_key(current().id, typed), rules.network(address)
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

    The first thing in a unit of work: what was not committed before is given up. Each attempt leaves a line in
    `login_attempts`, also a refused one. A session may still wait for something (`demands`).
    Raises `TooMany` over a limit, `Busy`, `TooEarly` to who knows the password of an account that opens later,
    `ChooseFirst` for a temporary password, and otherwise `Refused` with one and the same sentence.
    """
    attempts, visitor = Attempts.at(login, address), _Visitor(address[:60], _shown(agent))
    try:
        attempts.admit()
    except rules.TooMany:
        _write(_THROTTLED, visitor, key=rules.identifier_key(login) or "")
        raise
    found = account_for(login)
    life = policies.sessions().life
    db.session.rollback()  # nothing was written, and no connection may wait while a hash is calculated
    given = rules.password_form(password)
    kept = rules.usable(found.password_hash if found else None, given or "", production=settings().production)
    right = given is not None and rules.matches(given, kept)
    refused = _refusal(found, right)
    if found is None or given is None or refused is not None:
        _try_temporary(found, given or "", visitor)
        attempts.failed()
        _write(_ATTEMPT, visitor, account=found.id if found else None, outcome=refused)
        raise Refused(_("Nieprawidłowy login lub hasło."))
    attempts.succeeded()
    if found.opens_at is not None and found.opens_at > now():
        _write(_ATTEMPT, visitor, account=found.id, outcome="early")
        raise TooEarly(found.opens_at)
    return _opened(found, given, visitor, life)


@dataclass(frozen=True, slots=True)
class _Visitor:
    address: str
    agent: str


def _refusal(found: Row[Any] | None, right: bool) -> str | None:
    """Why this account does not open, as `login_attempts` keeps it; None when it does."""
    if found is None:
        return "unknown"
    if found.password_hash is None:
        return "no_password"
    if not right:
        return "password"
    if found.status != "active":
        return str(found.status)
    return "expired" if found.expired else None


def _try_temporary(found: Row[Any] | None, given: str, visitor: _Visitor) -> None:
    """Raises `ChooseFirst` for the temporary password of this account. The same work whatever is found."""
    account = found.id if found else 0
    if db.session.execute(_TEMPORARY, {"digest": temporary_digest(account, given), "account": account}).first() is None:
        db.session.rollback()
        return
    db.session.execute(_ATTEMPT, {"account": account, "outcome": "temporary", **asdict(visitor)})
    raise ChooseFirst(issue_token(account, "reset")[0])


def temporary_digest(account_id: int, password: str) -> bytes:
    """What is kept of a temporary password: it opens one account, and is no link."""
    said = f"temporary\0{current().id}:{account_id}:{password}"  # no address holds a NUL
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


def _opened(found: Row[Any], password: str, visitor: _Visitor, life: timedelta) -> str:
    renewed = rules.hashed(password) if rules.outdated(found.password_hash) else None
    owed = _owed(found)
    secret, seen = new_secret(), {"address": visitor.address, "agent": visitor.agent}
    db.session.execute(
        _OPEN, {"digest": digest(secret), "account": found.id, "until": now() + life, "waits_for": owed, **seen}
    )
    db.session.execute(_ENTERED, {"account": found.id, "hash": renewed})
    db.session.execute(_SWEEP, {"account": found.id})
    db.session.execute(_ATTEMPT, {"account": found.id, "outcome": owed or "in", **seen})
    void_tokens(found.id, "reset")
    who = Actor(kind="account", login=found.login, account_id=found.id, address=visitor.address)
    audit.record(who, "account.logged_in", found.login)
    return secret


def _write(statement: TextClause, visitor: _Visitor, **values: Any) -> None:
    """Write a line of `login_attempts` in a transaction of its own: the refusal that follows gives up the page's."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(statement, {**values, "address": visitor.address, "agent": visitor.agent})


def _shown(agent: str) -> str:
    return "".join(sign for sign in agent[:200] if sign.isprintable())


def log_out(actor: Actor) -> None:
    """End the session that the actor came with."""
    db.session.execute(_END, {"id": actor.session_id})
    audit.record(actor, "account.logged_out", actor.login)


def end_sessions(account_id: int, kept: int | None = None) -> None:
    """End all sessions of an account, except perhaps one."""
    db.session.execute(_END_OTHERS, {"account": account_id, "kept": kept})


def ask_anew(account: Account) -> None:
    """Let the open sessions of an account that may do other things now owe what a login would owe."""
    owed = _owed(account)
    if owed is not None:
        db.session.execute(_OWE, {"account": account.id, "owed": owed})


def _owed(account: Any) -> str | None:
    return next((name for name in (demand(account) for demand in demands) if name is not None), None)


def touch(session_id: int) -> None:
    """Mark a session of the bound tenant as seen, in a transaction of its own; one that is locked is left."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_TOUCH, {"id": session_id})


def speak(account_id: int, code: str) -> None:
    """Remember the language that somebody chose while signed in, in a transaction of its own."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_SPEAK, {"account": account_id, "code": code})


def account_for(typed: str) -> Row[Any] | None:
    """The account with this login, or the only one with this e-mail. The same work whatever is found."""
    key = rules.identifier_key(typed)
    rows = db.session.execute(_ACCOUNT, {"key": key or ""}).all()
    if not rows or (rows[0].login_key != key and len(rows) > 1):
        return None
    return rows[0]
