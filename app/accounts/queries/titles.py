"""Which units an account may see on a day, and by which title."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from tenants.db import db

_NOW = "until_revision IS NULL AND {0}.from_on <= :today AND ({0}.to_on IS NULL OR {0}.to_on >= :today)"
_OWNERS = "('owner', 'co-owner')"
# A tenant (najemca) of a unit that somebody owns is a lodger: the owner's debts are none of the lodger's business.
_LODGES = (
    "o.role = 'tenant' AND EXISTS (SELECT 1 FROM occupancies w WHERE w.unit_code = o.unit_code "
    f"AND w.role IN {_OWNERS} AND w.{_NOW.format('w')})"
)
# What an account may see on a day (unit_code, role, lodges): what staff gave it, unless that repeats a title which
# the books have ended, and titles that began after staff had their last word. Staff's own grants have no role.
HELD_UNITS = (
    f"WITH titles AS (SELECT o.unit_code, o.role, {_LODGES} AS lodges, o.from_on FROM occupancies o "
    f"WHERE o.person_code = :person AND o.{_NOW.format('o')}), "
    "given AS (SELECT unit_code, since, until, follows_books FROM account_units WHERE account_id = :account) "
    "SELECT g.unit_code, t.role, coalesce(t.lodges, false) AS lodges "
    "FROM given g LEFT JOIN titles t ON t.unit_code = g.unit_code "
    "WHERE g.since <= :today AND (g.until IS NULL OR g.until >= :today) "
    "AND (NOT g.follows_books OR t.unit_code IS NOT NULL) "
    "UNION ALL SELECT unit_code, role, lodges FROM titles "
    "WHERE from_on > coalesce((SELECT max(since) FROM given), '-infinity') "
    "AND unit_code NOT IN (SELECT unit_code FROM given)"
)
# Since when those who hold the unit now have held it without a break: what was booked earlier is their predecessors'.
HELD_SINCE = (
    f"(SELECT coalesce(min(w.from_on) FILTER (WHERE w.role IN {_OWNERS}), "
    "min(w.from_on) FILTER (WHERE w.role = 'tenant')) FROM occupancies w "
    f"WHERE w.unit_code = a.unit_code AND w.{_NOW.format('w')})"
)
_HELD = text(f"SELECT unit_code FROM ({HELD_UNITS}) AS held ORDER BY unit_code")
_HELD_BEFORE = text(
    "SELECT EXISTS (SELECT 1 FROM account_units WHERE account_id = :account) "
    "OR EXISTS (SELECT 1 FROM occupancies WHERE person_code = :person AND to_on < :today)"
)


def unit_codes(actor: Actor, today: date) -> list[str]:
    """Codes of the units that the actor may see on a day (Europe/Warsaw)."""
    values = {"account": actor.account_id, "person": actor.person_code, "today": today}
    return list(db.session.execute(_HELD, values).scalars())


def held_before(actor: Actor, today: date) -> bool:
    """Whether the actor ever had a unit that may have been given up: staff's grants and titles that have ended."""
    values = {"account": actor.account_id, "person": actor.person_code, "today": today}
    return bool(db.session.execute(_HELD_BEFORE, values).scalar())
