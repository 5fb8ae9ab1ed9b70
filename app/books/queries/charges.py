"""Components of the charges over the whole estate: by how many units, in what quantities, at what prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.books.queries import only_staff
from app.core.actor import Actor
from app.estate import scope
from app.finances.tariff import BASES
from tenants.db import db

_COMPONENTS = text(
    "WITH holds AS (SELECT DISTINCT ON (unit_code, component_code) unit_code, component_code, quantity, price, amount "
    "FROM charges WHERE until_revision IS NULL AND from_on <= :day AND (to_on IS NULL OR to_on >= :day) "
    f"AND {scope.units('unit_code')} ORDER BY unit_code, component_code, from_on DESC) "
    "SELECT k.code, k.name, k.basis, coalesce(k.kind, ''), count(h.unit_code), coalesce(sum(h.quantity), 0), "
    "min(h.price), max(h.price), coalesce(sum(h.amount), 0)::bigint FROM components k "
    "LEFT JOIN holds h ON h.component_code = k.code WHERE k.until_revision IS NULL "
    "GROUP BY k.id, k.code, k.name, k.basis, k.kind ORDER BY k.id"
)


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A component on a day: `units` that are charged for it, prices in złoty from lowest to highest, `amount` a month
    in grosze."""

    code: str
    name: str
    basis: str
    kind: str
    units: int
    quantity: Decimal
    lowest: Decimal | None
    highest: Decimal | None
    amount: int

    @property
    def measure(self) -> str:
        return str(BASES.get(self.basis, self.basis))


def components(actor: Actor, day: date) -> list[ComponentLine]:
    """Every component of the books, in their order, with what is charged for it on a day."""
    only_staff(actor)
    return [ComponentLine(*row) for row in db.session.execute(_COMPONENTS, {"day": day, **scope.values(actor)})]
