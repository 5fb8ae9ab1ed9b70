"""Who sees which documents, as conditions of SQL over a document `d`: the only place that knows.

A document of a unit is for those who settle for it, and not for whoever took the unit over after its date: it speaks
of money, as entries do. Whoever has no unit any more sees what is public, what is theirs by name, and, as a member,
what is for members.
"""

from __future__ import annotations

from typing import Any

from app.accounts.holdings import Holdings, holdings
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.estate import scope

_PUBLISHED = "d.state = 'published'"
_MEMBER = "EXISTS (SELECT FROM people p WHERE p.code = :person AND p.until_revision IS NULL AND p.member)"
_OF_BUILDING = (
    "EXISTS (SELECT FROM document_targets t JOIN units u ON u.building_code = t.code AND u.until_revision IS NULL "
    "WHERE t.document_id = d.id AND t.kind = 'building' AND u.code = ANY(CAST(:held AS text[])))"
)
_DAY = "coalesce(d.dated_on, (d.published_at AT TIME ZONE 'Europe/Warsaw')::date)"
_OF_UNIT = (
    "EXISTS (SELECT FROM document_targets t JOIN unnest(CAST(:settled AS text[]), CAST(:sinces AS date[])) "
    f"AS s (code, since) ON s.code = t.code WHERE t.document_id = d.id AND t.kind = 'unit' AND {_DAY} >= s.since)"
)
_OF_PERSON = (
    "EXISTS (SELECT FROM document_targets t WHERE t.document_id = d.id AND t.kind = 'person' AND t.code = :person)"
)
PUBLIC = f"{_PUBLISHED} AND d.access = 'public'"
#: Documents of the reader's own: of their units, or addressed to them by name.
OWN = f"{_PUBLISHED} AND (d.access = 'units' AND {_OF_UNIT} OR d.access = 'people' AND {_OF_PERSON})"
RESIDENT = (
    f"{_PUBLISHED} AND (d.access = 'public' "
    f"OR d.access = 'residents' AND (cardinality(CAST(:held AS text[])) > 0 OR {_MEMBER}) "
    f"OR d.access = 'members' AND {_MEMBER} OR d.access = 'buildings' AND {_OF_BUILDING} "
    f"OR d.access = 'units' AND {_OF_UNIT} OR d.access = 'people' AND {_OF_PERSON})"
)
_TARGET = (
    f"CASE t.kind WHEN 'building' THEN {scope.buildings('t.code')} WHEN 'unit' THEN {scope.units('t.code')} "
    f"ELSE {scope.people('t.code')} END"
)
#: Staff see what is for everybody, and of the rest what concerns their buildings.
STAFF = (
    "(CAST(:scope AS text[]) IS NULL OR d.access IN ('public', 'residents', 'members', 'staff') "
    f"OR EXISTS (SELECT FROM document_targets t WHERE t.document_id = d.id AND {_TARGET}))"
)
#: They change what concerns nobody else.
CHANGEABLE = (
    "(CAST(:scope AS text[]) IS NULL OR (d.access IN ('buildings', 'units', 'people') "
    f"AND NOT EXISTS (SELECT FROM document_targets t WHERE t.document_id = d.id AND NOT {_TARGET})))"
)


def resident_values(actor: Actor, mine: Holdings | None = None) -> dict[str, Any]:
    """The parameters of `OWN` and `RESIDENT`. Raises `NotThere` for who is no resident."""
    if not actor.is_resident:
        raise NotThere("")
    found = mine if mine is not None else holdings(actor, today())
    settled = found.settled().units
    return {
        "account": actor.account_id,
        "person": actor.person_code,
        "held": [unit.code for unit in found.units],
        "settled": [unit.code for unit in settled],
        "sinces": [unit.since.isoformat() if unit.since else "-infinity" for unit in settled],
    }


def staff_values(actor: Actor) -> dict[str, Any]:
    """The parameters of `STAFF` and `CHANGEABLE`. Raises `NotThere` without the right to see documents."""
    if not actor.may(Can.SEE_DOCUMENTS):
        raise NotThere("")
    return scope.values(actor)
