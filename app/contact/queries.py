"""Reads of the contact page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text

from app.contact.models import ContactEntry
from app.contact.rules import KINDS
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.estate import queries as estate
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as pages show it; `addresses` are those of its buildings, none for all."""

    public_id: str
    kind: str
    name: str
    duty: str | None
    phone: str | None
    email: str | None
    place: str | None
    hours: str | None
    open: bool
    buildings: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def call(self) -> str:
        """The number as a telephone dials it."""
        return "".join(one for one in self.phone or "" if one in "+0123456789")


Groups = list[tuple[str, list[Entry]]]  # (kind, its entries in order)
_ADDRESSES = text(
    "SELECT code, concat_ws(' ', street, number) FROM buildings WHERE until_revision IS NULL AND code = ANY(:codes)"
)
_BUILDING = text("SELECT building_code FROM units WHERE code = :unit AND until_revision IS NULL")


def shown(actor: Actor | None, unit_code: str | None, *, every: bool = False) -> Groups:
    """The entries for a visitor: strangers see the open ones, a resident those of the building of `unit_code`, which
    came out of the holdings; `every` those of all buildings."""
    rows = _rows()
    if actor is None:
        return _grouped([row for row in rows if row.open])
    if actor.is_resident and not every:
        building = db.session.execute(_BUILDING, {"unit": unit_code}).scalar() if unit_code else None
        rows = [row for row in rows if not row.buildings or building in row.buildings]
    return _grouped(rows)


def narrowed(_actor: Actor | None) -> bool:
    """Whether some entry is only for some buildings."""
    return any(row.buildings for row in _rows())


def listed(actor: Actor) -> Groups:
    """All entries, by kind, with those kinds that have none yet. Raises `NotThere` without the right."""
    _configures(actor)
    found = dict(_grouped(_rows()))
    return [(kind, found.get(kind, [])) for kind in KINDS]


def row(actor: Actor, public_id: str) -> ContactEntry:
    """The row of an entry, to be edited. Raises `NotThere`."""
    _configures(actor)
    if "\0" in public_id:
        raise NotThere("")
    found = db.session.scalars(select(ContactEntry).where(ContactEntry.public_id == public_id)).one_or_none()
    if found is None:
        raise NotThere("")
    return found


def buildings(actor: Actor) -> list[tuple[str, str]]:
    """(code, address) of the buildings that an entry may be for. Raises `NotThere`."""
    _configures(actor)
    return estate.buildings(actor)


def numbers_and_names(_actor: Actor) -> tuple[list[str], list[str]]:
    """What the manager publishes of itself: telephone numbers, and names of people."""
    rows = _rows()
    return [row.phone for row in rows if row.phone], [row.name for row in rows]


def _configures(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")


def _rows() -> list[ContactEntry]:
    return list(db.session.scalars(select(ContactEntry).order_by(ContactEntry.position, ContactEntry.id)))


def _grouped(rows: list[ContactEntry]) -> Groups:
    codes = sorted({code for row in rows for code in row.buildings})
    known: dict[str, str] = {}
    if codes:
        known = {found[0]: found[1] for found in db.session.execute(_ADDRESSES, {"codes": codes})}
    made: dict[str, list[Entry]] = {}
    for row in rows:
        made.setdefault(row.kind, []).append(_entry(row, known))
    return [(kind, made[kind]) for kind in KINDS if kind in made]


def _entry(row: ContactEntry, known: dict[str, str]) -> Entry:
    return Entry(
        row.public_id, row.kind, row.name, row.duty, row.phone, row.email, row.place, row.hours, row.open,
        tuple(row.buildings), tuple(known.get(code) or code for code in row.buildings),
    )  # fmt: skip
