"""Where a batch of credentials goes: a staircase (klatka), a building, or everywhere; and who is meant there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.estate import queries as estate
from app.estate import scope
from tenants.db import db

# People with a title today and no account; with `:unopened` also those whose account nobody has entered yet.
# Each once, at the first of their units on the way round the estate.
CANDIDATES = (
    "SELECT person_code, place, row_number() OVER (ORDER BY street_key, building_length, building, staircase, "
    "number_length, number, person_code) AS position FROM ("
    "SELECT DISTINCT ON (o.person_code) o.person_code, ext.polish_key(b.street) AS street_key, "
    "length(b.number) AS building_length, b.number AS building, coalesce(u.staircase, '') AS staircase, "
    "length(u.number) AS number_length, u.number, concat(b.street, ' ', b.number, '/', u.number, "
    "CASE WHEN u.staircase <> '' THEN ', kl. ' || u.staircase END) AS place "
    "FROM occupancies o JOIN units u ON u.code = o.unit_code AND u.until_revision IS NULL "
    "JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE o.until_revision IS NULL AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today) "
    "AND EXISTS (SELECT FROM people p WHERE p.code = o.person_code AND p.until_revision IS NULL) "
    "AND (CAST(:building AS text) IS NULL OR b.code = :building) "
    "AND (CAST(:staircase AS text) IS NULL OR u.staircase = :staircase) "
    f"AND {scope.units('o.unit_code')} "
    "AND NOT EXISTS (SELECT FROM accounts a WHERE a.person_code = o.person_code AND a.role = 'resident' "
    "AND (NOT :unopened OR a.last_login_at IS NOT NULL OR a.status <> 'active')) "
    "ORDER BY o.person_code, 2, 3, 4, 5, 6, 7) AS found"
)
_STAIRCASES = text(
    "SELECT DISTINCT staircase FROM units WHERE until_revision IS NULL AND building_code = :building "
    "AND staircase <> '' ORDER BY staircase"
)
_REACH = text(
    "SELECT count(*), count(*) FILTER (WHERE coalesce(p.email, '') <> ''), "
    "count(*) FILTER (WHERE coalesce(p.phone, '') <> ''), "
    "count(*) FILTER (WHERE coalesce(p.email, '') <> '' AND coalesce(p.phone, '') <> '') "
    f"FROM ({CANDIDATES}) AS c JOIN people p ON p.code = c.person_code AND p.until_revision IS NULL"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A building by its code, perhaps one staircase of it; both None is everywhere."""

    building: str | None = None
    staircase: str | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """How many people a batch would go to, and of how many the books know an e-mail, a phone number, or both."""

    people: int
    email: int
    phone: int
    both: int


def meant(actor: Actor, place: Place, unopened: bool) -> Meant:
    """Whom a batch would go to."""
    return Meant(*db.session.execute(_REACH, candidate_values(actor, place, unopened)).one())


def candidate_values(actor: Actor, place: Place, unopened: bool) -> dict[str, Any]:
    """The parameters of `CANDIDATES`."""
    about = {"building": place.building, "staircase": place.staircase, "today": today(), "unopened": unopened}
    return {**about, **scope.values(actor)}


def checked(actor: Actor, place: Place) -> str:
    """The place in words. Raises `Refused` with field `building` or `staircase`."""
    if place.building is None:
        return _("Wszyscy bez konta")
    label = dict(estate.buildings(actor)).get(place.building)
    if label is None:
        raise Refused(_("Wybierz budynek z listy."), field="building")
    if place.staircase is None:
        return label
    if place.staircase not in staircases(place.building):
        raise Refused(_("W tym budynku nie ma takiej klatki."), field="staircase")
    return _("%(building)s, klatka %(staircase)s", building=label, staircase=place.staircase)


def staircases(building: str) -> list[str]:
    """The staircases of a building, as the books name them."""
    return list(db.session.execute(_STAIRCASES, {"building": building}).scalars())
