"""Reads of accounts: who a visitor is, what an account may see, who has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.accounts.rules import identifier_key
from app.core.actor import OUTSIDE_SQL, Actor, Can, Role, rights
from app.core.errors import NotThere
from app.core.public_ids import digest
from app.estate import scope
from tenants import reading
from tenants.db import db

SEEN_SECONDS = 60

# A version of the manager's texts that asks to be acknowledged, and has not been.
_UNREAD = (
    "EXISTS (SELECT FROM office_texts t WHERE t.needs_acceptance AND NOT EXISTS (SELECT FROM text_acceptances x "
    "WHERE x.account_id = a.id AND x.kind = t.kind AND x.version >= t.version))"
)
# Whoever sees with a resident's eyes does so for as long as their own session would let them in.
_WATCHER_IS_IN = (
    "(s.watcher IS NULL OR EXISTS (SELECT FROM account_sessions w JOIN accounts o ON o.id = w.account_id "
    "WHERE w.id = s.watcher_session AND w.ended_at IS NULL AND w.expires_at > now() AND w.waits_for IS NULL "
    f"AND o.status = 'active' AND o.role NOT IN {OUTSIDE_SQL}))"
)
_VISITOR = text(
    "SELECT s.id AS session_id, a.id, a.login, a.role, a.must_change_password, a.advise_change, a.locale, "
    "a.person_code, "
    "(SELECT coalesce(p.company, concat_ws(' ', p.first_name, p.last_name)) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL) AS name, "
    f"coalesce(s.waits_for, CASE WHEN a.role = 'resident' AND {_UNREAD} THEN 'texts' END) AS waits_for, "
    f"CASE WHEN a.role NOT IN {OUTSIDE_SQL} THEN "
    "ARRAY(SELECT building_code FROM staff_scopes WHERE account_id = a.id) END AS buildings, "
    f"s.seen_at < now() - interval '{SEEN_SECONDS} seconds' AS stale, s.watcher "
    "FROM account_sessions s JOIN accounts a ON a.id = s.account_id "
    "WHERE s.secret_digest = :digest AND s.ended_at IS NULL AND s.expires_at > now() AND a.status = 'active' "
    "AND s.seen_at > now() - coalesce((SELECT idle_minutes FROM office_profile), 30) * interval '1 minute' "
    f"AND {_WATCHER_IS_IN}"
)
_OF_PEOPLE = text(
    "SELECT public_id, login, role, status, email, person_code, password_hash IS NOT NULL AS has_password, "
    "must_change_password, last_login_at, created_at FROM accounts a WHERE person_code = ANY(:codes) "
    f"AND {scope.accounts('a')} ORDER BY login_key"
)
_BY_LOGIN = text(
    "SELECT person_code FROM accounts a WHERE person_code IS NOT NULL AND position(:key IN login_key) > 0 "
    f"AND {scope.accounts('a')} LIMIT 500"
)
_OPEN_TOKEN = text(
    "SELECT a.login FROM account_tokens t JOIN accounts a ON a.id = t.account_id "
    "WHERE t.secret_digest = :digest AND t.purpose = :purpose AND t.used_at IS NULL AND t.expires_at > now() "
    "AND a.status = 'active'"
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A live session: its actor, and whether it has not been marked as seen for a minute."""

    actor: Actor
    stale: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as staff see it. One without a password has not been activated yet."""

    public_id: str
    login: str
    role: str
    status: str
    email: str | None
    person_code: str | None
    has_password: bool
    must_change_password: bool
    last_login_at: datetime | None
    created_at: datetime


def visitor(secret: str, address: str | None = None) -> Visit | None:
    """Who holds this session secret: None when it ended, timed out, or the account is blocked. One statement."""
    found = reading.rows(_VISITOR, {"digest": digest(secret)})
    if not found:
        return None
    (
        session_id, account_id, login, role, must_change, advised, locale, person_code, name, waits_for, scope, stale,
        watcher,
    ) = found[0]  # fmt: skip
    if watcher is not None:
        waits_for, must_change, advised = None, False, False  # what the account owes is its owner's to do
    actor = Actor(
        kind="account",
        login=login,
        name=name or "",
        account_id=account_id,
        session_id=session_id,
        role=Role(role),
        must_change_password=must_change,
        locale=locale,
        person_code=person_code,
        can=rights(Role(role), bool(scope)),
        address=address,
        buildings=frozenset(scope) if scope else None,
        waits_for=waits_for,
        advised=advised,
        watcher=watcher,
    )
    return Visit(actor, stale)


def email_of(actor: Actor) -> str | None:
    """The e-mail address of the actor's own account."""
    statement = text("SELECT email FROM accounts WHERE id = :id")
    found: str | None = db.session.execute(statement, {"id": actor.account_id}).scalar()
    return found


def accounts_of(actor: Actor, person_codes: list[str]) -> dict[str, list[AccountRow]]:
    """Accounts tied to people of the books, by the person's code. Staff only; raises `NotThere`."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    found: dict[str, list[AccountRow]] = {}
    for row in db.session.execute(_OF_PEOPLE, {"codes": person_codes, **scope.values(actor)}):
        found.setdefault(row.person_code, []).append(AccountRow(*row))
    return found


def people_by_login(actor: Actor, typed: str) -> list[str]:
    """Codes of people with an account whose login holds what was typed. Staff only; raises `NotThere`."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    key = identifier_key(typed)
    return list(db.session.execute(_BY_LOGIN, {"key": key, **scope.values(actor)}).scalars()) if key else []


def login_of_open_link(purpose: str, secret: str) -> str | None:
    """The login for which a link would work now, or None. Looking changes nothing."""
    found: str | None = db.session.execute(_OPEN_TOKEN, {"digest": digest(secret), "purpose": purpose}).scalar()
    return found
