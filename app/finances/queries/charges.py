"""Reads of what a unit is charged by; units come out of `accounts.holdings`, where charges may be seen."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.finances import tariff
from app.finances.tariff import Line, Tariff
from tenants.db import db

_CHARGES = text(
    "SELECT c.component_code, coalesce(k.name, c.component_code), coalesce(k.basis, ''), coalesce(k.kind, ''), "
    "c.from_on, c.to_on, c.quantity, c.price, c.amount, c.note "
    "FROM charges c LEFT JOIN components k ON k.code = c.component_code AND k.until_revision IS NULL "
    "WHERE c.unit_code = :unit AND c.until_revision IS NULL AND (c.to_on IS NULL OR c.to_on >= :day) "
    "ORDER BY k.id, c.component_code, c.from_on"
)


def charges(_actor: Actor, unit: HeldUnit, day: date) -> list[Line]:
    """What the unit is charged by on a day and after it, in the order of the manager's list of components.

    Nothing where the actor may not see the charges of the unit.
    """
    if not unit.sight.charges:
        return []
    return [Line(*row) for row in db.session.execute(_CHARGES, {"unit": unit.code, "day": day})]


def unit_tariff(actor: Actor, unit: HeldUnit, day: date) -> Tariff:
    """By what the unit is charged on a day, and what will change."""
    return tariff.tariff(charges(actor, unit, day), day)
