"""Which accounts may see a document now: the conditions of `visibility`, asked for everybody at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.accounts.queries.titles import HELD_SINCE, HELD_UNITS
from app.accounts.rules.holders import Holders, sight
from app.core.actor import Actor
from app.core.clock import local, today
from app.documents.models import Document
from app.documents.rules import BUILDINGS, MEMBERS, PEOPLE, PUBLIC, RESIDENTS, STAFF, UNITS
from app.office import settings
from tenants.db import db

_HELD = HELD_UNITS.replace(":account", "x.id").replace(":person", "x.person_code")
_ACTIVE = "x.role = 'resident' AND x.status = 'active'"
_MEMBER = "EXISTS (SELECT FROM people p WHERE p.code = x.person_code AND p.until_revision IS NULL AND p.member)"
_TARGETS = "SELECT t.code FROM document_targets t WHERE t.document_id = :document AND t.kind = :kind"
# Only accounts that may have anything to do with the units are asked what they hold: the others are many.
_NEAR = (
    "x.id IN (SELECT account_id FROM account_units WHERE unit_code IN (SELECT code FROM wanted)) "
    "OR x.person_code IN (SELECT person_code FROM occupancies WHERE until_revision IS NULL "
    "AND unit_code IN (SELECT code FROM wanted))"
)
_STATEMENTS = {
    RESIDENTS: text(
        f"SELECT x.id FROM accounts x WHERE {_ACTIVE} AND ({_MEMBER} OR EXISTS (SELECT FROM ({_HELD}) AS h)) ORDER BY 1"
    ),
    MEMBERS: text(f"SELECT x.id FROM accounts x WHERE {_ACTIVE} AND {_MEMBER} ORDER BY 1"),
    PEOPLE: text(f"SELECT x.id FROM accounts x WHERE {_ACTIVE} AND x.person_code IN ({_TARGETS}) ORDER BY 1"),
    BUILDINGS: text(
        f"WITH wanted AS MATERIALIZED (SELECT u.code FROM units u WHERE u.until_revision IS NULL "
        f"AND u.building_code IN ({_TARGETS})) SELECT x.id FROM accounts x WHERE {_ACTIVE} AND ({_NEAR}) "
        f"AND EXISTS (SELECT FROM ({_HELD}) AS h WHERE h.unit_code IN (SELECT code FROM wanted)) ORDER BY 1"
    ),
}
_STATEMENTS[PUBLIC] = _STATEMENTS[RESIDENTS]
_OF_UNITS = text(
    f"WITH wanted AS MATERIALIZED ({_TARGETS}) SELECT x.id, a.role, a.lodges, {HELD_SINCE} AS since "
    f"FROM accounts x CROSS JOIN LATERAL ({_HELD}) AS a WHERE {_ACTIVE} AND ({_NEAR}) "
    "AND a.unit_code IN (SELECT code FROM wanted) ORDER BY 1"
)
_KINDS = {BUILDINGS: "building", UNITS: "unit", PEOPLE: "person"}


def accounts_of(_actor: Actor, row: Document) -> list[int]:
    """Ids of the active residents' accounts that see a published document today."""
    if row.access == STAFF or row.published_at is None:
        return []
    values: dict[str, Any] = {"document": row.id, "kind": _KINDS.get(row.access), "today": today()}
    if row.access != UNITS:
        return list(db.session.execute(_STATEMENTS[row.access], values).scalars())
    chosen, day = settings.read(Holders), row.dated_on or local(row.published_at).date()
    found = [
        one.id
        for one in db.session.execute(_OF_UNITS, values)
        if sight(one.role, one.lodges, chosen).balance and (one.since is None or one.since <= day)
    ]
    return list(dict.fromkeys(found))
