"""Reads of confirmations of balance that were handed out, and of the figures for new ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.finances.proving import in_order
from app.finances.rules import ACCOUNTS
from tenants.db import db

LISTED = 12
_COLUMNS = "public_id, code, unit_code, on_day, balance, accounts, revision, as_of, issued_at"
_OWN = "unit_code = :unit AND on_day >= coalesce(CAST(:since AS date), '-infinity')"
_LIST = text(f"SELECT {_COLUMNS} FROM balance_confirmations WHERE {_OWN} ORDER BY issued_at DESC, id DESC LIMIT :most")
_ONE = text(f"SELECT {_COLUMNS} FROM balance_confirmations WHERE public_id = :id AND {_OWN}")
_FIGURES = text(
    "SELECT account, sum(debit - credit)::bigint AS grosze FROM ledger_entries "
    "WHERE unit_code = :unit AND until_revision IS NULL AND booked_on <= :day GROUP BY account"
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A confirmation that was handed out; balances in grosze, positive is owed. `code` is printed on it."""

    public_id: str
    code: str
    unit_code: str
    on_day: date
    balance: int
    accounts: dict[str, int]
    revision: int
    as_of: datetime
    issued_at: datetime

    @property
    def parts(self) -> list[tuple[str, int]]:
        """(name of the settlement account, its balance), in the order of pages."""
        return [(str(ACCOUNTS.get(kind, kind)), self.accounts[kind]) for kind in in_order(self.accounts)]


def confirmations(_actor: Actor, unit: HeldUnit) -> list[Confirmation]:
    """The newest confirmations for a unit, of days in its holders' own time."""
    rows = db.session.execute(_LIST, {"unit": unit.code, "since": unit.since, "most": LISTED})
    return [Confirmation(*row) for row in rows]


def confirmation(_actor: Actor, unit: HeldUnit, public_id: str) -> Confirmation:
    """One of them. Raises `NotThere`."""
    row = db.session.execute(_ONE, {"unit": unit.code, "since": unit.since, "id": public_id}).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego potwierdzenia."))
    return Confirmation(*row)


def balance_on(_actor: Actor, unit: HeldUnit, day: date) -> dict[str, int]:
    """Settlement account → grosze of what the books, as they stand now, had booked up to a day inclusive."""
    rows = db.session.execute(_FIGURES, {"unit": unit.code, "day": day})
    return {row.account: row.grosze for row in rows}
