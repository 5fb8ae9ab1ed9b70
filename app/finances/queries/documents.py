"""The document behind an entry: what one number of the manager's accounts booked on a unit, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.finances import tariff
from app.finances.discretion import LEDGER, reader
from app.finances.queries.charges import charges
from app.finances.queries.ledger import COLUMNS, NOW, Entry
from app.finances.tariff import Line
from tenants.db import db

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its entries with the balance that they make together, its sums in grosze, in which state of the
    manager's data it came (`told`), and the `lines` of the month that it charges, if it charges one."""

    number: str
    entries: list[Entry]
    debit: int
    credit: int
    told: datetime | None
    lines: list[Line]

    @property
    def composed(self) -> int:
        """What the lines come to, in grosze."""
        return tariff.total(self.lines)


def document(actor: Actor, unit: HeldUnit, number: str) -> Document:
    """What the document with this number booked on the unit's account. Raises `NotThere`."""
    if not number or len(number) > LONGEST or "\0" in number:
        raise NotThere(_("Nie ma takiego dokumentu."))
    rows = db.session.execute(
        text(
            f"SELECT {COLUMNS}, sum(debit - credit) OVER (ORDER BY booked_on, entry)::bigint, due_on, "
            "(SELECT r.as_of FROM revisions r WHERE r.number = ledger.since_revision) "
            f"FROM {LEDGER} AS ledger WHERE {NOW} AND document = :document "
            "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY booked_on, entry"
        ),
        {**reader(actor, unit), "document": number, "since": unit.since},
    ).all()
    if not rows:
        raise NotThere(_("Nie ma takiego dokumentu."))
    found = [Entry(*row[:10]) for row in rows]
    told = [row[10] for row in rows if row[10]]
    return Document(
        number,
        found,
        sum(entry.debit for entry in found),
        sum(entry.credit for entry in found),
        min(told, default=None),
        _lines(actor, unit, found),
    )


def _lines(actor: Actor, unit: HeldUnit, found: list[Entry]) -> list[Line]:
    """What held in the month that all of these entries charge."""
    periods = {entry.period for entry in found}
    period = periods.pop() if len(periods) == 1 else None
    if period is None or any(entry.kind != "charge" for entry in found):
        return []
    day = date.fromisoformat(f"{period}-01")
    return tariff.in_force(charges(actor, unit, day), day)
