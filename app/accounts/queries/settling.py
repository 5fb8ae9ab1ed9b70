"""Which of many accounts settle for units that have changed: the same answer as each account's own holdings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from app.accounts.queries.titles import HELD_UNITS
from app.accounts.rules.holders import Holders, sight
from app.core.actor import Actor
from app.office import settings
from tenants.db import db

_EACH = HELD_UNITS.replace(":person", "a.person_code").replace(":account", "a.id")
_HOLDERS = text(
    "SELECT DISTINCT a.id, h.role, h.lodges FROM accounts a CROSS JOIN LATERAL "
    f"({_EACH}) AS h WHERE a.id = ANY(:ids) AND h.unit_code = ANY(:units)"
)


def settling(_actor: Actor, account_ids: Sequence[int], unit_codes: Sequence[str], today: date) -> list[int]:
    """Those of the accounts that on a day may see the settlement account of one of the units."""
    chosen = settings.read(Holders)
    values = {"ids": list(account_ids), "units": list(unit_codes), "today": today}
    rows = db.session.execute(_HOLDERS, values)
    return sorted({row.id for row in rows if sight(row.role, row.lodges, chosen).balance})
