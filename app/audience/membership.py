"""Whether an audience includes who logs in, now: what is shown in the portal follows the books every day.

Everyone is every resident's account, with units or without. `condition` stands in statements over a table that
keeps audiences as JSON (`Audience.as_json()`), with the parameters `values(actor)`:

    text(f"SELECT … FROM announcements a WHERE {condition('a.audience')}"), {**values(actor), …}
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from app.accounts.queries.titles import HELD_UNITS
from app.accounts.rules.holders import Holders, sight
from app.audience.recipients import HOLDS, MAILABLE, STANDING, narrowed_values
from app.audience.rules import Audience
from app.core.actor import Actor
from app.core.clock import today
from app.office import settings
from tenants import reading
from tenants.db import db

_HELD = text(
    "SELECT h.unit_code, u.building_code, coalesce(u.staircase, ''), h.role, h.lodges, coalesce(s.late, 0), "
    "ARRAY(SELECT e.public_id FROM estates e WHERE jsonb_exists(e.buildings, u.building_code)) "
    f"FROM ({HELD_UNITS}) AS h JOIN units u ON u.code = h.unit_code AND u.until_revision IS NULL "
    f"LEFT JOIN LATERAL ({STANDING.format('l.unit_code = h.unit_code')}) AS s ON true"
)
_SELF = text(
    "SELECT coalesce((SELECT p.member FROM people p WHERE p.code = :person AND p.until_revision IS NULL), false), "
    f"NOT coalesce((SELECT {MAILABLE} FROM (SELECT coalesce(nullif(a.email::text, ''), (SELECT btrim(p.email) "
    "FROM people p WHERE p.code = :person AND p.until_revision IS NULL)) AS address "
    "FROM accounts a WHERE a.id = :account) AS r), false)"
)
_UNIT = (
    "EXISTS (SELECT FROM jsonb_to_recordset(CAST(:held AS jsonb)) AS h (unit text, building text, staircase text, "
    "role text, settles boolean, late bigint, estates jsonb) WHERE "
    "(jsonb_exists({0}, 'all') OR jsonb_exists({0} -> 'units', h.unit) "
    "OR jsonb_exists({0} -> 'buildings', h.building) "
    "OR {0} -> 'staircases' @> jsonb_build_array(jsonb_build_object('building', h.building, 'staircase', h.staircase)) "
    "OR EXISTS (SELECT FROM jsonb_array_elements_text(h.estates) AS e (id) "
    "WHERE jsonb_exists({0} -> 'estates', e.id))) "
    "AND (NOT jsonb_exists({0}, 'roles') OR jsonb_exists({0} -> 'roles', h.role)) "
    "AND (NOT jsonb_exists({0}, 'arrears_over') OR (h.settles AND h.late > CAST({0} ->> 'arrears_over' AS bigint))))"
)
_NOWHERE = "(jsonb_exists({0}, 'all') AND NOT jsonb_exists({0}, 'roles') AND NOT jsonb_exists({0}, 'arrears_over'))"
# The same for all accounts at once: who holds which unit by which title.
_TITLES = (
    "titles AS (SELECT o.person_code, o.unit_code, o.role, o.from_on, (o.role = 'tenant' AND EXISTS (SELECT FROM "
    "occupancies w WHERE w.unit_code = o.unit_code AND w.role IN ('owner', 'co-owner') "
    f"AND {HOLDS.format('w')})) AS lodges FROM occupancies o WHERE {HOLDS.format('o')})"
)
_HOLDERS = (
    f"{_TITLES}, held AS (SELECT g.account_id, g.unit_code, t.role, coalesce(t.lodges, false) AS lodges "
    "FROM account_units g JOIN accounts a ON a.id = g.account_id "
    "LEFT JOIN titles t ON t.person_code = a.person_code AND t.unit_code = g.unit_code "
    "WHERE g.since <= :today AND (g.until IS NULL OR g.until >= :today) "
    "AND (NOT g.follows_books OR t.unit_code IS NOT NULL) "
    "UNION ALL SELECT a.id, t.unit_code, t.role, t.lodges FROM titles t "
    "JOIN accounts a ON a.person_code = t.person_code "
    "WHERE t.from_on > coalesce((SELECT max(g.since) FROM account_units g WHERE g.account_id = a.id), '-infinity') "
    "AND NOT EXISTS (SELECT FROM account_units g WHERE g.account_id = a.id AND g.unit_code = t.unit_code))"
)


def condition(column: str) -> str:
    """SQL: the audience in the jsonb `column` includes the actor of `values`."""
    return (
        f"(({_UNIT.format(column)} OR {_NOWHERE.format(column)}) "
        f"AND (NOT jsonb_exists({column}, 'members') OR CAST(:is_member AS boolean)) "
        f"AND (NOT jsonb_exists({column}, 'without_email') OR CAST(:unmailable AS boolean)))"
    )


def values(actor: Actor) -> dict[str, Any]:
    """The parameters of `condition`: what the actor holds today, in two short reads."""
    me = {"account": actor.account_id, "person": actor.person_code, "today": today()}
    chosen = settings.read(Holders)
    held = [
        {
            "unit": code, "building": building, "staircase": staircase, "role": role,
            "settles": sight(role, lodges, chosen).balance, "late": late, "estates": estates,
        }
        for code, building, staircase, role, lodges, late, estates in reading.rows(_HELD, me)
    ]  # fmt: skip
    member, unmailable = reading.rows(_SELF, me)[0]
    return {"held": json.dumps(held), "is_member": member, "unmailable": unmailable}


def visible(actor: Actor, audience: Audience) -> bool:
    """Whether the audience includes the actor now."""
    statement = text(f"SELECT {condition('CAST(:audience AS jsonb)')}")
    return bool(db.session.scalar(statement, {**values(actor), "audience": json.dumps(audience.as_json())}))


def accounts_sql() -> str:
    """A SELECT of the ids of active residents' accounts that an audience includes now, for `accounts_values`."""
    return f"""WITH {_HOLDERS},
standing AS MATERIALIZED ({STANDING.format("CAST(:arrears AS bigint) IS NOT NULL")})
SELECT a.id FROM accounts a WHERE a.role = 'resident' AND a.status = 'active'
  AND ((:everyone AND CAST(:roles AS text[]) IS NULL AND CAST(:arrears AS bigint) IS NULL) OR EXISTS (
    SELECT FROM held h JOIN units u ON u.code = h.unit_code AND u.until_revision IS NULL
    WHERE h.account_id = a.id
      AND (:everyone OR u.code = ANY(CAST(:units AS text[])) OR u.building_code = ANY(CAST(:buildings AS text[]))
        OR (u.building_code, coalesce(u.staircase, '')) IN (
          SELECT * FROM unnest(CAST(:stair_buildings AS text[]), CAST(:stair_names AS text[])))
        OR EXISTS (SELECT FROM estates e WHERE e.public_id = ANY(CAST(:estates AS text[]))
          AND jsonb_exists(e.buildings, u.building_code)))
      AND (CAST(:roles AS text[]) IS NULL OR h.role = ANY(CAST(:roles AS text[])))
      AND (CAST(:arrears AS bigint) IS NULL OR (NOT h.lodges AND (:proxies OR h.role IS DISTINCT FROM 'proxy')
        AND u.code IN (SELECT unit_code FROM standing WHERE late > :arrears)))))
  AND (NOT :members OR EXISTS (
    SELECT FROM people p WHERE p.code = a.person_code AND p.until_revision IS NULL AND p.member))
  AND (NOT :without_email OR NOT coalesce((SELECT {MAILABLE} FROM (SELECT coalesce(nullif(a.email::text, ''), (
    SELECT btrim(p.email) FROM people p WHERE p.code = a.person_code AND p.until_revision IS NULL)) AS address) AS r),
    false))"""


def accounts_values(audience: Audience) -> dict[str, Any]:
    """The parameters of `accounts_sql`."""
    return narrowed_values(audience)


def count(audience: Audience) -> int:
    """How many accounts an audience includes now."""
    return int(db.session.scalar(text(f"SELECT count(*) FROM ({accounts_sql()}) AS x"), accounts_values(audience)) or 0)
