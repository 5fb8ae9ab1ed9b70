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

_MEMBER = "EXISTS (SELECT FROM people p WHERE p.code = :person AND p.until_revision IS NULL AND p.member)"
_TARGETED = "SELECT t.document_id FROM document_targets t"
_OF_BUILDINGS = (
    f"{_TARGETED} WHERE t.kind = 'building' AND t.code IN (SELECT u.building_code FROM units u "
    "WHERE u.until_revision IS NULL AND u.code = ANY(CAST(:held AS text[])))"
)
_DAY = "coalesce(o.dated_on, (o.published_at AT TIME ZONE 'Europe/Warsaw')::date)"
_OF_UNITS = (
    f"{_TARGETED} JOIN unnest(CAST(:settled AS text[]), CAST(:sinces AS date[])) AS s (code, since) "
    f"ON s.code = t.code JOIN documents o ON o.id = t.document_id WHERE t.kind = 'unit' AND {_DAY} >= s.since"
)
_OF_PERSON = f"{_TARGETED} WHERE t.kind = 'person' AND t.code = :person"


def _seen(*parts: str) -> str:
    # A set of ids that each part finds by an index: the thousands of documents of other units are not looked at.
    return f"d.state = 'published' AND d.id IN ({' UNION ALL '.join(parts)})"


PUBLIC = "d.state = 'published' AND d.access = 'public'"
#: Documents of the reader's own: of their units, or addressed to them by name.
OWN = _seen(_OF_UNITS, _OF_PERSON)
RESIDENT = _seen(
    "SELECT o.id FROM documents o WHERE o.access = 'public'",
    f"SELECT o.id FROM documents o WHERE o.access = 'residents' "
    f"AND (cardinality(CAST(:held AS text[])) > 0 OR {_MEMBER})",
    f"SELECT o.id FROM documents o WHERE o.access = 'members' AND {_MEMBER}",
    _OF_BUILDINGS,
    _OF_UNITS,
    _OF_PERSON,
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
