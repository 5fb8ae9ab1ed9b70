"""Reads of accounts: who a visitor is, what an account may see, who has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.accounts.rules import identifier_key
from app.core.actor import Actor, Can, Role, rights
from app.core.errors import NotThere
from app.core.public_ids import digest
from tenants import reading
from tenants.db import db

SEEN_SECONDS = 60

# A tenant (najemca) of a unit that somebody owns is a lodger: the owner's debts are none of the lodger's business.
_LODGES = (
    "o.role = 'tenant' AND EXISTS (SELECT 1 FROM occupancies w WHERE w.unit_code = o.unit_code "
    "AND w.until_revision IS NULL AND w.role IN ('owner', 'co-owner') "
    "AND w.from_on <= :today AND (w.to_on IS NULL OR w.to_on >= :today))"
)
# What an account may see on a day: what staff gave it, unless that repeats a title which the books have ended;
# an account to which nobody gave anything sees what the books give to its person.
HELD_UNITS = (
    "WITH titles AS (SELECT DISTINCT o.unit_code FROM occupancies o WHERE o.person_code = :person "
    "AND o.until_revision IS NULL AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today) "
    f"AND NOT ({_LODGES})) "
    "SELECT unit_code FROM account_units WHERE account_id = :account AND since <= :today "
    "AND (until IS NULL OR until >= :today) "
    "AND (NOT follows_books OR unit_code IN (SELECT unit_code FROM titles)) "
    "UNION ALL SELECT unit_code FROM titles "
    "WHERE NOT EXISTS (SELECT 1 FROM account_units WHERE account_id = :account)"
)
_VISITOR = text(
    "SELECT s.id AS session_id, a.id, a.login, a.role, a.must_change_password, a.advise_change, a.locale, "
    "a.person_code, "
    "(SELECT coalesce(p.company, concat_ws(' ', p.first_name, p.last_name)) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL) AS name, "
    "s.waits_for, CASE WHEN a.role <> 'resident' THEN "
    "ARRAY(SELECT building_code FROM staff_scopes WHERE account_id = a.id) END AS buildings, "
    f"s.seen_at < now() - interval '{SEEN_SECONDS} seconds' AS stale "
    "FROM account_sessions s JOIN accounts a ON a.id = s.account_id "
    "WHERE s.secret_digest = :digest AND s.ended_at IS NULL AND s.expires_at > now() AND a.status = 'active' "
    "AND s.seen_at > now() - coalesce((SELECT idle_minutes FROM office_profile), 30) * interval '1 minute'"
)
_HELD = text(f"{HELD_UNITS} ORDER BY unit_code")
_OF_PEOPLE = text(
    "SELECT public_id, login, role, status, email, person_code, password_hash IS NOT NULL AS has_password, "
    "must_change_password, last_login_at, created_at FROM accounts WHERE person_code = ANY(:codes) ORDER BY login_key"
)
_BY_LOGIN = text(
    "SELECT person_code FROM accounts WHERE person_code IS NOT NULL AND position(:key IN login_key) > 0 LIMIT 500"
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
    session_id, account_id, login, role, must_change, advised, locale, person_code, name, waits_for, scope, stale = (
        found[0]
    )
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
    )
    return Visit(actor, stale)


def unit_codes(actor: Actor, today: date) -> list[str]:
    """Codes of the units that the actor may see on a day (Europe/Warsaw)."""
    values = {"account": actor.account_id, "person": actor.person_code, "today": today}
    return list(db.session.execute(_HELD, values).scalars())


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
    for row in db.session.execute(_OF_PEOPLE, {"codes": person_codes}):
        found.setdefault(row.person_code, []).append(AccountRow(*row))
    return found


def people_by_login(actor: Actor, typed: str) -> list[str]:
    """Codes of people with an account whose login holds what was typed. Staff only; raises `NotThere`."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    key = identifier_key(typed)
    return list(db.session.execute(_BY_LOGIN, {"key": key}).scalars()) if key else []


def login_of_open_link(purpose: str, secret: str) -> str | None:
    """The login for which a link would work now, or None. Looking changes nothing."""
    found: str | None = db.session.execute(_OPEN_TOKEN, {"digest": digest(secret), "purpose": purpose}).scalar()
    return found
