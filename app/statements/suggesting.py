"""Units that a waiting payment may be for, with the reasons: a help for a person, never a decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.language import gettext as _
from app.statements.rules.matching import code_index, named_in, plain
from tenants.db import db

MOST = 6
_CODES = text("SELECT code FROM units WHERE until_revision IS NULL")
_EARLIER = text(
    "SELECT unit_code, count(*) AS times FROM bank_bookings WHERE state = 'credited' AND id <> :id "
    "AND ((:payer <> '' AND payer = :payer) OR (:name <> '' AND upper(name) = upper(:name))) "
    "GROUP BY unit_code ORDER BY times DESC, unit_code LIMIT :most"
)
_NAMES = text(
    "SELECT DISTINCT o.unit_code FROM people p JOIN occupancies o ON o.person_code = p.code "
    "AND o.until_revision IS NULL AND (o.to_on IS NULL OR o.to_on >= :on) "
    "WHERE p.until_revision IS NULL AND upper(unaccent(coalesce(p.last_name, p.company))) = ANY(:words) "
    "ORDER BY o.unit_code LIMIT :most"
)
_PLACES = text(
    "SELECT u.code, b.street, b.number AS building, u.number FROM units u LEFT JOIN buildings b "
    "ON b.code = u.building_code AND b.until_revision IS NULL WHERE u.until_revision IS NULL AND u.code = ANY(:codes)"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit, its address, and why it is offered."""

    code: str
    address: str
    reasons: tuple[str, ...]


def suggestions(row: Any) -> list[Suggestion]:
    """For one booking, the likeliest first; `row` has id, title, name, payer and value_on."""
    reasons: dict[str, list[str]] = {}
    codes = code_index(db.session.execute(_CODES).scalars())
    for code in sorted(named_in(row.title, codes))[:MOST]:
        reasons.setdefault(code, []).append(_("kod w tytule"))
    values = {"id": row.id, "payer": row.payer or "", "name": row.name, "most": MOST}
    for found in db.session.execute(_EARLIER, values):
        reasons.setdefault(found.unit_code, []).append(_("wcześniejsze wpłaty tej osoby"))
    # Names are as people write them: the surname may stand anywhere, in any case, with marks or without.
    words = sorted({word for word in re.findall(r"[0-9A-Z-]+", plain(row.name)) if len(word) > 2})
    for code in db.session.execute(_NAMES, {"words": words, "on": row.value_on, "most": MOST}).scalars():
        reasons.setdefault(code, []).append(_("nazwisko"))
    chosen = sorted(reasons, key=lambda code: (-len(reasons[code]), code))[:MOST]
    places = {place.code: place for place in db.session.execute(_PLACES, {"codes": chosen})}
    return [Suggestion(code, _address(places[code]), tuple(reasons[code])) for code in chosen if code in places]


def _address(place: Any) -> str:
    return f"{place.street} {place.building}/{place.number}" if place.street else place.code
