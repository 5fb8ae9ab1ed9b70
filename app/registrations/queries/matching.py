"""Whom and what in the books an application may mean: units by address or code, people by name and unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.registrations.rules import folded
from tenants.db import db

MOST = 12

# Addresses are compared by their words: no case, no accents, no signs, none of the words that mean nothing.
_IDLE = r"'\y(ul|ulica|al|aleja|os|osiedle|pl|plac|nr|m|mieszkanie|lok|lokal)\y'"


def _words(value: str) -> str:
    plain = f"regexp_replace(unaccent(lower({value})), '[^a-z0-9]+', ' ', 'g')"
    return f"btrim(regexp_replace(regexp_replace({plain}, {_IDLE}, ' ', 'g'), ' +', ' ', 'g'))"


_UNITS = (
    "SELECT u.code, u.building_code, b.street, b.number AS building, u.number, b.city FROM units u "
    "JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL WHERE u.until_revision IS NULL"
)
_UNIT_WORDS = _words("concat_ws(' ', k.street, k.building, k.number)")


def _fits(said: str) -> str:
    whole = f"' ' || {_words(said)} || ' '"
    return (
        f"(position(' ' || {_UNIT_WORDS} || ' ' IN {whole}) > 0 "
        f"OR position(' ' || {_words('k.code')} || ' ' IN {whole}) > 0)"
    )


#: Whether the unit that application `r` names lies in one of `:buildings`.
UNIT_FITS = f"EXISTS (SELECT FROM ({_UNITS}) AS k WHERE k.building_code = ANY(:buildings) AND {_fits('r.unit')})"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the books that the application may mean."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Held:
    """A unit to which a candidate has a title now; `fits` when it is the one that was named."""

    code: str
    label: str
    role: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Login:
    """An account that a candidate has already."""

    public_id: str
    login: str
    status: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the books who may be the applicant, and what speaks for it."""

    code: str
    name: str
    email: str | None
    phone: str | None
    units: tuple[Held, ...]
    accounts: tuple[Login, ...]
    same_name: bool
    same_surname: bool
    same_unit: bool
    same_email: bool
    same_phone: bool

    @property
    def weight(self) -> int:
        parts = (
            (4, self.same_name),
            (2, self.same_surname),
            (3, self.same_unit),
            (2, self.same_email),
            (1, self.same_phone),
        )
        return sum(worth for worth, holds in parts if holds)


@dataclass(frozen=True, slots=True)
class Match:
    """Candidates, the likeliest first, and the units that were named."""

    people: tuple[Candidate, ...]
    units: tuple[UnitLine, ...]

    @property
    def best(self) -> Candidate | None:
        """The one candidate who is surely meant: name and unit are the same, and nobody else's are."""
        sure = [one for one in self.people if one.same_name and one.same_unit]
        return sure[0] if len(sure) == 1 else None


_SCOPE = "(CAST(:buildings AS text[]) IS NULL OR k.building_code = ANY(:buildings))"
_FIND_UNITS = text(
    f"SELECT k.code, k.street, k.building, k.number, k.city FROM ({_UNITS}) AS k "
    f"WHERE {_SCOPE} AND {_fits(':said')} ORDER BY k.code LIMIT :most"
)
_HOLDERS = text(
    "SELECT DISTINCT person_code FROM occupancies WHERE until_revision IS NULL AND unit_code = ANY(:units) "
    "AND (to_on IS NULL OR to_on >= :today)"
)
_NAMES = text(
    "SELECT code FROM people WHERE until_revision IS NULL AND (unaccent(lower(last_name)) = unaccent(lower(:last)) "
    "OR lower(email) = :email OR (unaccent(lower(company)) = unaccent(lower(:whole)))) "
    "ORDER BY unaccent(lower(first_name)) = unaccent(lower(:first)) DESC NULLS LAST, code LIMIT :most"
)
_PEOPLE = text(
    "SELECT code, first_name, last_name, company, email, phone FROM people "
    "WHERE until_revision IS NULL AND code = ANY(:codes)"
)
_TITLES = text(
    f"SELECT o.person_code, k.code, k.street, k.building, k.number, o.role FROM occupancies o "
    f"JOIN ({_UNITS}) AS k ON k.code = o.unit_code WHERE o.until_revision IS NULL AND o.person_code = ANY(:codes) "
    f"AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today) AND {_SCOPE} ORDER BY k.code"
)
_ACCOUNTS = text(
    "SELECT person_code, public_id, login, status FROM accounts "
    "WHERE person_code = ANY(:codes) AND status <> 'closed' AND role = 'resident' ORDER BY login_key"
)


def match(actor: Actor, *, first_name: str, last_name: str, unit: str, email: str | None, phone: str | None) -> Match:
    """Whom in the books somebody may be who wrote this. Staff only, within their buildings; raises `NotThere`."""
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    scope = {"buildings": sorted(actor.buildings) if actor.buildings is not None else None}
    units = list(db.session.execute(_FIND_UNITS, {**scope, "said": unit, "most": MOST}))
    named = {row.code for row in units}
    codes = set(db.session.execute(_HOLDERS, {"units": sorted(named), "today": today()}).scalars())
    said = {"first": first_name, "last": last_name, "whole": f"{first_name} {last_name}", "email": email or "?"}
    codes |= set(db.session.execute(_NAMES, {**said, "most": MOST}).scalars())
    wanted = (folded(first_name), folded(last_name), email, phone)
    people = sorted(_candidates(scope, codes, named, wanted), key=lambda one: (-one.weight, one.code))
    return Match(tuple(people[:MOST]), tuple(UnitLine(row.code, _label(row)) for row in units))


def _candidates(
    scope: dict[str, Any], codes: set[str], named: set[str], wanted: tuple[str, str, str | None, str | None]
) -> Iterable[Candidate]:
    asked = {**scope, "codes": sorted(codes), "today": today()}
    held: dict[str, list[Held]] = {}
    for row in db.session.execute(_TITLES, asked):
        title = Held(row.code, _label(row), row.role, row.code in named)
        held.setdefault(row.person_code, []).append(title)
    logins: dict[str, list[Login]] = {}
    for row in db.session.execute(_ACCOUNTS, {"codes": sorted(codes)}):
        logins.setdefault(row.person_code, []).append(Login(*row[1:]))
    first, last, email, phone = wanted
    for row in db.session.execute(_PEOPLE, {"codes": sorted(codes)}):
        units = tuple(held.get(row.code, ()))
        if scope["buildings"] is not None and not units:
            continue
        surname = folded(row.last_name or "") == last
        yield Candidate(
            code=row.code,
            name=row.company or " ".join(part for part in (row.first_name, row.last_name) if part) or row.code,
            email=row.email,
            phone=row.phone,
            units=units,
            accounts=tuple(logins.get(row.code, ())),
            same_name=surname and folded(row.first_name or "") == first,
            same_surname=surname,
            same_unit=any(unit.fits for unit in units),
            same_email=email is not None and (row.email or "").lower() == email,
            same_phone=phone is not None and _digits(row.phone) == _digits(phone),
        )


def _digits(phone: str | None) -> str | None:
    """The last nine digits: the books may hold numbers without a country."""
    return "".join(sign for sign in phone if sign.isdigit())[-9:] if phone else None


def _label(row: Any) -> str:
    return f"{row.street} {row.building}/{row.number}"
