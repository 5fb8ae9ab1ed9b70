"""Which units an account may see, and what of them: the one door to everything that belongs to a unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.accounts.queries.titles import HELD_SINCE, HELD_UNITS
from app.accounts.rules.holders import ALL, Holders, Sight, sight
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.office import settings
from tenants import reading

settings.group("holders")(Holders)


@dataclass(frozen=True, slots=True)
class HeldUnit:
    """A unit (lokal) that the account may see. `account` is its virtual account, 26 digits, or None.

    `role` is the title as in the books, None for access that the office gave. Of the settlement account the entries
    `since` that day are the holders' own; None is all. `sight` says what may be seen of the unit.
    """

    code: str
    street: str | None
    building_number: str | None
    number: str | None
    city: str | None
    account: str | None
    role: str | None = None
    since: date | None = None
    sight: Sight = ALL

    @property
    def address_line(self) -> str:
        if not self.street:
            return self.code
        return f"{self.street} {self.building_number}/{self.number}, {self.city}"


@dataclass(frozen=True, slots=True)
class Holdings:
    """The actor's units, and the time that the published books speak of (None before the first import)."""

    units: tuple[HeldUnit, ...]
    as_of: datetime | None

    def chosen(self, code: str | None) -> HeldUnit | None:
        """The unit with this code, or the first one when none was asked for. Raises `NotThere`."""
        if not code:
            return self.units[0] if self.units else None
        for unit in self.units:
            if unit.code == code:
                return unit
        raise NotThere(_("Nie ma takiego lokalu."))

    def settled(self) -> Holdings:
        """Only the units whose settlement account the actor may see: to pages of debts no others exist."""
        return replace(self, units=tuple(unit for unit in self.units if unit.sight.balance))


_HOLDINGS = text(
    "SELECT a.unit_code, b.street, b.number, u.number, b.city, u.account, a.role, a.lodges, "
    f"{HELD_SINCE}, r.as_of "
    "FROM (SELECT max(number) AS number FROM revisions) AS latest "
    "LEFT JOIN revisions r ON r.number = latest.number "
    f"LEFT JOIN ({HELD_UNITS}) AS a ON true "
    "LEFT JOIN units u ON u.code = a.unit_code AND u.until_revision IS NULL "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "ORDER BY a.unit_code"
)


def holdings(actor: Actor, today: date) -> Holdings:
    """All units of the actor on a day (Europe/Warsaw), in one statement."""
    values = {"account": actor.account_id, "person": actor.person_code, "today": today}
    found = reading.rows(_HOLDINGS, values)
    chosen = settings.read(Holders)
    units = tuple(_held(row, chosen) for row in found if row[0] is not None)
    return Holdings(units, found[0][9] if found else None)


def _held(row: tuple[Any, ...], chosen: Holders) -> HeldUnit:
    code, street, building_number, number, city, account, role, lodges, since, _as_of = row
    seen = sight(role, lodges, chosen)
    return HeldUnit(code, street, building_number, number, city, account, role, since, seen)
